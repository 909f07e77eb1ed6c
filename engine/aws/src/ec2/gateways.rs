//! Reads of the gateways of a VPC, which the gateways' kinds and the kind of their attachments share.

use aws_sdk_ec2::types::VpnGateway as SdkVpnGateway;

use super::filtered::by_filter;
use super::tags;
use crate::prelude::*;

by_filter! {
    /// Internet gateways by id, with their attachments.
    InternetGateways: InternetGateway by "internet-gateway-id", describe_internet_gateways.filters, "ec2:DescribeInternetGateways"
}

/// Virtual private gateways by id, with their attachments. AWS returns all of them in one page.
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
