//! Reads of route tables, which the kinds of tables, routes and associations share. AWS returns a table with its routes and associations, so one call
//! serves all three kinds.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{RouteTable as SdkRouteTable, RouteTableAssociation as SdkAssociation};

use super::filtered::by_filter;
use super::tags;
use crate::prelude::*;

by_filter! {
    /// Route tables by id.
    Tables: RouteTable by "route-table-id", describe_route_tables.filters, "ec2:DescribeRouteTables"
}

/// Route tables and their associations.
struct RouteTables;

/// What a kind wants to read of a route table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// The table with its routes.
    Table(String),
    /// The association of a subnet, which should be an association of this table.
    Association { table: String, subnet: String },
}

/// AWS's answer to a key.
enum Answer {
    Table(Box<SdkRouteTable>),
    Association(SdkAssociation),
}

impl Query for RouteTables {
    type Key = Key;
    type Item = Answer;
    /// A filter takes 200 values, and several keys can name one table, so 200 keys need at most 200 values.
    const BATCH: usize = 200;

    async fn fetch(clients: &Clients, keys: Vec<Key>) -> Result<Vec<(Key, Answer)>> {
        let ids: BTreeSet<&String> = keys.iter().map(Key::table).collect();
        let ids = ids.into_iter().cloned().collect();
        let tables = Tables::fetch(clients, ids).await?;
        let answer = |key: Key| {
            let (_, table) = tables.iter().find(|(id, _)| id == key.table())?;
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

    /// Looks for the subnet's association with another table.
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

/// Asks for a table.
pub fn want_table(id: &str, wants: &mut Wants) {
    wants.want::<RouteTables>(Key::Table(id.to_owned()));
}

/// The answer to [`want_table`].
pub fn table<'a>(id: &str, answers: &'a Answers) -> Result<Option<&'a SdkRouteTable>> {
    let answer = answers.get::<RouteTables>(&Key::Table(id.to_owned()))?;
    Ok(answer.and_then(|answer| match answer {
        Answer::Table(table) => Some(&**table),
        Answer::Association(_) => None,
    }))
}

/// Asks for the explicit association of a subnet, which should be an association of this table.
pub fn want_association(table: &str, subnet: &str, wants: &mut Wants) {
    wants.want::<RouteTables>(Key::association(table, subnet));
}

/// The answer to [`want_association`]; the association may be one of another table.
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

/// Reads one table by its id.
pub async fn by_id(clients: &Clients, id: &str) -> Result<Option<SdkRouteTable>> {
    let found = Tables::fetch(clients, vec![id.to_owned()]).await?;
    Ok(of_key(found, &id.to_owned()))
}

/// The explicit associations of subnets, by the subnets' ids, for callers that do not know the table. A subnet that uses the main table has no
/// explicit association.
pub struct Associations;

impl Query for Associations {
    type Key = String;
    type Item = SdkAssociation;
    const BATCH: usize = 200;

    async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, SdkAssociation)>> {
        let filter = tags::filter("association.subnet-id", keys.clone());
        let tables = Tables::matching(clients, filter).await?;
        // AWS returns a table with all its associations, including those of other subnets.
        Ok(tables
            .into_iter()
            .flat_map(|table| table.associations.unwrap_or_default())
            .filter_map(|association| Some((association.subnet_id.clone()?, association)))
            .filter(|(subnet, _)| keys.contains(subnet))
            .collect())
    }
}
