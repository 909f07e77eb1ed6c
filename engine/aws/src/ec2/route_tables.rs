//! Reads of route tables, which the kinds of tables, routes and associations share. A table is answered with its routes and associations,
//! so that one call is enough for all three kinds.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{
    Filter, RouteTable as SdkRouteTable, RouteTableAssociation as SdkAssociation,
};

use super::tags;
use crate::clients::Clients;
use crate::error::{Named, Result};
use crate::reads::{Answers, Query, Wants};

/// Route tables by id, and what uses them.
struct RouteTables;

/// What is asked about a route table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// The table.
    Table(String),
    /// The association of a subnet, which should be one of this table's.
    Association { table: String, subnet: String },
}

/// What AWS says about it.
enum Answer {
    Table(Box<SdkRouteTable>),
    Association(SdkAssociation),
}

impl Query for RouteTables {
    type Key = Key;
    type Item = Answer;
    /// Fewer tables than the 200 values that one filter takes: several keys can be about one.
    const BATCH: usize = 200;

    async fn fetch(clients: &Clients, keys: Vec<Key>) -> Result<Vec<(Key, Answer)>> {
        let ids: BTreeSet<&String> = keys.iter().map(Key::table).collect();
        let ids = ids.into_iter().cloned().collect();
        let tables = matching(clients, tags::filter("route-table-id", ids)).await?;
        let answer = |key: Key| {
            let is_asked = |table: &&SdkRouteTable| table.route_table_id() == Some(key.table());
            let table = tables.iter().find(is_asked)?;
            let answer = match &key {
                Key::Table(_) => Answer::Table(Box::new(table.clone())),
                Key::Association { subnet, .. } => {
                    let mut all = table.associations().iter();
                    let own = all.find(|one| one.subnet_id() == Some(subnet))?;
                    Answer::Association(own.clone())
                }
            };
            Some((key, answer))
        };
        Ok(keys.into_iter().filter_map(answer).collect())
    }

    /// A subnet can be associated with another table than it should be.
    async fn confirm(clients: &Clients, key: &Key) -> Result<Option<Answer>> {
        let Key::Association { subnet, .. } = key else {
            return Ok(None);
        };
        let found = Associations::fetch(clients, vec![subnet.clone()]).await?;
        let mut found = found.into_iter();
        Ok(found.next().map(|(_, one)| Answer::Association(one)))
    }
}

impl Key {
    fn table(&self) -> &String {
        match self {
            Self::Table(table) | Self::Association { table, .. } => table,
        }
    }

    fn association(table: &str, subnet: &str) -> Self {
        Self::Association {
            table: table.to_owned(),
            subnet: subnet.to_owned(),
        }
    }
}

/// Wants to know about a table.
pub fn want_table(id: &str, wants: &mut Wants) {
    wants.want::<RouteTables>(Key::Table(id.to_owned()));
}

/// The table that was wanted.
pub fn table<'a>(id: &str, answers: &'a Answers) -> Result<Option<&'a SdkRouteTable>> {
    let answer = answers.get::<RouteTables>(&Key::Table(id.to_owned()))?;
    Ok(answer.and_then(|answer| match answer {
        Answer::Table(table) => Some(&**table),
        Answer::Association(_) => None,
    }))
}

/// Wants to know about the explicit association of a subnet, which should be one of this table's.
pub fn want_association(table: &str, subnet: &str, wants: &mut Wants) {
    wants.want::<RouteTables>(Key::association(table, subnet));
}

/// The association that was wanted, with whatever table it is.
pub fn association<'a>(
    table: &str,
    subnet: &str,
    answers: &'a Answers,
) -> Result<Option<&'a SdkAssociation>> {
    let answer = answers.get::<RouteTables>(&Key::association(table, subnet))?;
    Ok(answer.and_then(|answer| match answer {
        Answer::Association(association) => Some(association),
        Answer::Table(_) => None,
    }))
}

/// The table of that id.
pub async fn by_id(clients: &Clients, id: &str) -> Result<Option<SdkRouteTable>> {
    let found = matching(clients, tags::filter("route-table-id", vec![id.to_owned()])).await?;
    let mut found = found.into_iter();
    Ok(found.find(|table| table.route_table_id() == Some(id)))
}

/// The explicit associations of subnets, by the subnets' ids, where it is not known which tables they are with. A subnet that uses the main
/// table has none.
pub struct Associations;

impl Query for Associations {
    type Key = String;
    type Item = SdkAssociation;
    const BATCH: usize = 200;

    async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, SdkAssociation)>> {
        let filter = tags::filter("association.subnet-id", keys.clone());
        let tables = matching(clients, filter).await?;
        // A table comes with all its associations, those of other subnets included.
        Ok(tables
            .into_iter()
            .flat_map(|table| table.associations.unwrap_or_default())
            .filter_map(|association| Some((association.subnet_id.clone()?, association)))
            .filter(|(subnet, _)| keys.contains(subnet))
            .collect())
    }
}

/// The tables that a filter lets through.
pub async fn matching(clients: &Clients, filter: Filter) -> Result<Vec<SdkRouteTable>> {
    let mut found = Vec::new();
    let mut pages = clients
        .ec2()
        .describe_route_tables()
        .filters(filter)
        .into_paginator()
        .items()
        .send();
    while let Some(table) = pages.next().await {
        found.push(table.named("ec2:DescribeRouteTables")?);
    }
    Ok(found)
}
