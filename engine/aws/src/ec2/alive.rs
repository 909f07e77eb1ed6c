//! Which of several EC2 resources exists: one read for each kind, with as many identifiers as a filter takes.
//!
//! Not here: how the candidates are found (`sweep`).

use super::eip::Addresses;
use super::filtered::VALUES;
use super::gateways::InternetGateways;
use super::nat_gateway::NatGateways;
use super::route_tables::Tables;
use super::security_group::SecurityGroups;
use super::subnet::Subnets;
use super::vpc::Vpcs;
use super::vpc_endpoint::Endpoints;
use crate::prelude::*;

/// The identifier of the first resource that EC2 shows and does not delete. `ids` gives the identifiers of a kind, by its name in ARNs.
pub async fn first(clients: &Clients, ids: impl Fn(&str) -> Vec<String>) -> Result<Option<String>> {
    macro_rules! first_of {
        ($($kind:literal: $query:ty),+ $(,)?) => {$(
            let ids_of_kind: Vec<String> = ids($kind).into_iter().take(VALUES).collect();
            if !ids_of_kind.is_empty() {
                let shown = <$query>::fetch(clients, ids_of_kind).await?;
                if let Some((id, _)) = shown.into_iter().find(|(_, found)| found.stays()) {
                    return Ok(Some(id));
                }
            }
        )+};
    }
    first_of!(
        "vpc": Vpcs,
        "security-group": SecurityGroups,
        "subnet": Subnets,
        "natgateway": NatGateways,
        "elastic-ip": Addresses,
        "internet-gateway": InternetGateways,
        "route-table": Tables,
        "vpc-endpoint": Endpoints,
    );
    Ok(None)
}
