//! Reads of the gateways at a VPC, which the gateways' own kinds and their attachments share.

use aws_sdk_ec2::types::{InternetGateway as SdkInternetGateway, VpnGateway as SdkVpnGateway};

use super::tags;
use crate::clients::Clients;
use crate::error::{Named, Result};
use crate::reads::Query;

/// Internet gateways by id, with their attachments.
pub struct InternetGateways;

impl Query for InternetGateways {
    type Key = String;
    type Item = SdkInternetGateway;
    const BATCH: usize = 200;

    async fn fetch(
        clients: &Clients,
        keys: Vec<String>,
    ) -> Result<Vec<(String, SdkInternetGateway)>> {
        let mut found = Vec::new();
        let mut pages = clients
            .ec2()
            .describe_internet_gateways()
            .filters(tags::filter("internet-gateway-id", keys))
            .into_paginator()
            .items()
            .send();
        while let Some(gateway) = pages.next().await {
            let gateway = gateway.named("ec2:DescribeInternetGateways")?;
            let id = gateway.internet_gateway_id.clone();
            found.extend(id.map(|id| (id, gateway)));
        }
        Ok(found)
    }
}

/// Virtual private gateways by id, with their attachments. AWS gives them in one page.
pub struct VpnGateways;

impl Query for VpnGateways {
    type Key = String;
    type Item = SdkVpnGateway;
    const BATCH: usize = 200;

    async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, SdkVpnGateway)>> {
        let answer = clients
            .ec2()
            .describe_vpn_gateways()
            .filters(tags::filter("vpn-gateway-id", keys))
            .send()
            .await
            .named("ec2:DescribeVpnGateways")?;
        let gateways = answer.vpn_gateways.unwrap_or_default().into_iter();
        Ok(gateways
            .filter_map(|gateway| Some((gateway.vpn_gateway_id.clone()?, gateway)))
            .collect())
    }
}
