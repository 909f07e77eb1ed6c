//! Reads of route tables, which the kinds of tables, routes and associations share: by the table's id, and by the subnet that uses it.

use aws_sdk_ec2::types::{
    Filter, RouteTable as SdkRouteTable, RouteTableAssociation as SdkAssociation,
};

use super::tags;
use crate::clients::Clients;
use crate::error::{Named, Result};
use crate::reads::Query;

/// Route tables by id, with their routes.
pub struct RouteTables;

impl Query for RouteTables {
    type Key = String;
    type Item = SdkRouteTable;
    const BATCH: usize = 200;

    async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, SdkRouteTable)>> {
        let tables = matching(clients, tags::filter("route-table-id", keys)).await?;
        Ok(tables
            .into_iter()
            .filter_map(|table| Some((table.route_table_id.clone()?, table)))
            .collect())
    }
}

/// The explicit association of a subnet, by the subnet's id. A subnet that uses the main table has none.
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
