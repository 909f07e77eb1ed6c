//! The addresses of a NAT gateway: how Windlass reads them from AWS's answer, and the calls that change them.
//!
//! Every call follows from AWS's current answer, so an update is safe to retry. Windlass leaves alone addresses that it never recorded. Not here: the
//! gateway's other properties.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{
    NatGateway as SdkNatGateway, NatGatewayAddress as Address, NatGatewayAddressStatus as Status,
    NatGatewayState as State,
};
use serde_json::{Value, json};
use windlass::aws::ec2::{
    ConnectivityType, NatGatewayPlaceResolved as NatPlace, NatGatewayResolved,
    NatSecondaryAddressesResolved as Secondary, NatZoneAddressesResolved as ZoneAddresses,
    NatZoneResolved as Zone,
};

use super::nat_gateway::{CREATE, DESCRIBE};
use super::tags;
use crate::prelude::*;

pub const ASSOCIATE: &str = "ec2:AssociateNatGatewayAddress";

type Texts = BTreeSet<String>;

/// The address that a zonal gateway was created with.
pub fn primary(all: &[Address]) -> Option<&Address> {
    let marked = all.iter().find(|address| address.is_primary == Some(true));
    marked.or_else(|| all.first().filter(|address| address.is_primary.is_none()))
}

/// The other addresses that a zonal gateway has or will soon have.
pub fn secondary(all: &[Address]) -> impl Iterator<Item = &Address> {
    let primary = primary(all);
    all.iter()
        .filter(move |address| primary.is_none_or(|primary| !std::ptr::eq(primary, *address)))
        .filter(|address| stays(address))
}

/// The addresses of a regional gateway by zone. Each zone has the name that the author wrote.
pub fn by_zone(all: &[Address], named: &[ZoneAddresses]) -> Vec<Value> {
    let mut zones: Vec<(Zone, Vec<&str>)> = Vec::new();
    for address in all.iter().filter(|address| stays(address)) {
        let (Some(zone), Some(allocation)) = (zone_of(address, named), &address.allocation_id)
        else {
            continue;
        };
        match zones.iter_mut().find(|(known, _)| same(known, &zone)) {
            Some((_, allocations)) => allocations.push(allocation),
            None => zones.push((zone, vec![allocation])),
        }
    }
    let block = |(zone, allocations)| match zone {
        Zone::AvailabilityZone(name) => {
            json!({"AvailabilityZone": name, "AllocationIds": allocations})
        }
        Zone::AvailabilityZoneId(id) => {
            json!({"AvailabilityZoneId": id, "AllocationIds": allocations})
        }
    };
    zones.into_iter().map(block).collect()
}

fn zone_of(address: &Address, named: &[ZoneAddresses]) -> Option<Zone> {
    let mut named = named.iter().map(|zone| &zone.zone);
    let by_author = named.find(|zone| is_in(address, zone)).cloned();
    by_author.or_else(|| {
        let name = address
            .availability_zone
            .clone()
            .map(Zone::AvailabilityZone);
        name.or_else(|| {
            address
                .availability_zone_id
                .clone()
                .map(Zone::AvailabilityZoneId)
        })
    })
}

fn is_in(address: &Address, zone: &Zone) -> bool {
    match zone {
        Zone::AvailabilityZone(name) => address.availability_zone.as_ref() == Some(name),
        Zone::AvailabilityZoneId(id) => address.availability_zone_id.as_ref() == Some(id),
    }
}

fn same(one: &Zone, other: &Zone) -> bool {
    match (one, other) {
        (Zone::AvailabilityZone(one), Zone::AvailabilityZone(other))
        | (Zone::AvailabilityZoneId(one), Zone::AvailabilityZoneId(other)) => one == other,
        _ => false,
    }
}

/// Refuses to create a gateway with an address that a gateway in deletion still holds. AWS accepts such a call, and the new gateway fails a moment
/// later with `Resource.AlreadyAssociated` (hashicorp/terraform-provider-aws#709).
pub async fn are_free(cx: &Context, spec: &NatGatewayResolved) -> Result<()> {
    let zones = spec.availability_zone_addresses.iter();
    let wanted: BTreeSet<&str> = (spec.allocation_id.iter())
        .chain(&spec.secondary_allocation_ids)
        .chain(zones.flat_map(|zone| &zone.allocation_ids))
        .map(|id| id.as_str())
        .collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let leaving = vec![State::Deleting.as_str().to_owned()];
    let call = cx.ec2().describe_nat_gateways();
    let call = call.filter(tags::filter("state", leaving));
    let mut pages = call.into_paginator().items().send();
    while let Some(gateway) = pages.next().await {
        let gateway = gateway.named(DESCRIBE)?;
        let held = gateway.nat_gateway_addresses.iter().flatten();
        let mut held = held.filter_map(|address| address.allocation_id.as_deref());
        let taken = held.find(|id| wanted.contains(id));
        if let (Some(taken), Some(State::Deleting)) = (taken, &gateway.state) {
            let holder = gateway.nat_gateway_id.as_deref().unwrap_or_default();
            return Err(ProviderError {
                class: ErrorClass::Busy,
                code: Some("Resource.AlreadyAssociated".to_owned()),
                ..invalid(
                    CREATE,
                    format!("{holder}, which AWS is deleting, still holds {taken}"),
                )
            });
        }
    }
    Ok(())
}

fn stays(address: &Address) -> bool {
    !matches!(
        address.status,
        Some(Status::Disassociating | Status::Unassigning | Status::Failed)
    )
}

/// Updates the addresses of a gateway.
pub async fn update(
    cx: &Context,
    gateway: &SdkNatGateway,
    from: &NatGatewayResolved,
    to: &NatGatewayResolved,
) -> Result<()> {
    let gateway = Gateway {
        cx,
        id: gateway.nat_gateway_id.as_deref().unwrap_or_default(),
        addresses: gateway.nat_gateway_addresses.as_deref().unwrap_or_default(),
        drain: to
            .max_drain_duration_seconds
            .and_then(|seconds| i32::try_from(seconds).ok()),
    };
    match to.place {
        NatPlace::VpcId(_) => gateway.regional(from, to).await,
        NatPlace::SubnetId(_) if to.connectivity_type == Some(ConnectivityType::Private) => {
            gateway.private(from, to).await
        }
        NatPlace::SubnetId(_) => gateway.public(from, to).await,
    }
}

struct Gateway<'a> {
    cx: &'a Context,
    id: &'a str,
    addresses: &'a [Address],
    drain: Option<i32>,
}

impl Gateway<'_> {
    /// Updates Elastic IP addresses, each of which brings a private address along. If an Elastic IP address has an unwanted private address, Windlass
    /// disassociates it and associates it again with a wanted one.
    async fn public(&self, from: &NatGatewayResolved, to: &NatGatewayResolved) -> Result<()> {
        let wanted: Texts = texts(&to.secondary_allocation_ids);
        let wanted_private = listed(to);
        let recorded: Texts = texts(&from.secondary_allocation_ids);
        let has = |set: &Texts, value: &Option<String>| {
            value.as_ref().is_some_and(|value| set.contains(value))
        };
        let (keep, rest): (Vec<_>, Vec<_>) = secondary(self.addresses).partition(|address| {
            let private = wanted_private.is_empty() || has(&wanted_private, &address.private_ip);
            has(&wanted, &address.allocation_id) && private
        });
        let drop = rest
            .into_iter()
            .filter(|address| has(&recorded, &address.allocation_id));
        self.disassociate(drop.filter_map(|address| address.association_id.clone()))
            .await?;
        let kept = |of: fn(&Address) -> Option<&String>| -> Texts {
            keep.iter()
                .filter_map(|address| of(address))
                .cloned()
                .collect()
        };
        let allocations = missing(&wanted, &kept(|address| address.allocation_id.as_ref()));
        let private = missing(
            &wanted_private,
            &kept(|address| address.private_ip.as_ref()),
        );
        self.associate(allocations, private, None).await
    }

    /// Updates private addresses, by value or by count.
    async fn private(&self, from: &NatGatewayResolved, to: &NatGatewayResolved) -> Result<()> {
        let current: Texts = secondary(self.addresses)
            .filter_map(|address| address.private_ip.clone())
            .collect();
        // A recorded count covers all addresses that exist now.
        let recorded = match &from.secondary_private_addresses {
            Some(Secondary::SecondaryPrivateIpAddressCount(_)) => current.clone(),
            _ => listed(from),
        };
        let (add, count, drop) = match &to.secondary_private_addresses {
            Some(Secondary::SecondaryPrivateIpAddressCount(count)) => {
                let count = usize::from(*count);
                let surplus = current.iter().skip(count).cloned().collect();
                (Vec::new(), count.saturating_sub(current.len()), surplus)
            }
            _ => {
                let wanted = listed(to);
                let unwanted = current.intersection(&recorded);
                let unwanted = unwanted.filter(|address| !wanted.contains(*address));
                (
                    missing(&wanted, &current),
                    0,
                    unwanted.cloned().collect::<Vec<_>>(),
                )
            }
        };
        if !drop.is_empty() {
            let request = self.cx.ec2().unassign_private_nat_gateway_address();
            let request = request
                .nat_gateway_id(self.id)
                .set_private_ip_addresses(Some(drop));
            let request = request.set_max_drain_duration_seconds(self.drain);
            request
                .send()
                .await
                .named("ec2:UnassignPrivateNatGatewayAddress")?;
        }
        if !add.is_empty() || count > 0 {
            let count = i32::try_from(count).ok().filter(|count| *count > 0);
            let request = self.cx.ec2().assign_private_nat_gateway_address();
            let request = request
                .nat_gateway_id(self.id)
                .set_private_ip_address_count(count);
            let request = request.set_private_ip_addresses((!add.is_empty()).then_some(add));
            request
                .send()
                .await
                .named("ec2:AssignPrivateNatGatewayAddress")?;
        }
        Ok(())
    }

    /// Updates Elastic IP addresses zone by zone.
    async fn regional(&self, from: &NatGatewayResolved, to: &NatGatewayResolved) -> Result<()> {
        let wanted = &to.availability_zone_addresses;
        let holds = |zones: &[ZoneAddresses], address: &Address| {
            let of_zone = zones.iter().filter(|zone| is_in(address, &zone.zone));
            let mut allocations = of_zone.flat_map(|zone| texts(&zone.allocation_ids));
            address
                .allocation_id
                .as_ref()
                .is_some_and(|id| allocations.any(|allocation| allocation == *id))
        };
        let current: Vec<_> = self
            .addresses
            .iter()
            .filter(|address| stays(address))
            .collect();
        let drop = current.iter().filter(|address| {
            holds(&from.availability_zone_addresses, address) && !holds(wanted, address)
        });
        self.disassociate(drop.filter_map(|address| address.association_id.clone()))
            .await?;
        for zone in wanted {
            let there: Texts = current
                .iter()
                .filter(|address| is_in(address, &zone.zone))
                .filter_map(|address| address.allocation_id.clone())
                .collect();
            let add = missing(&texts(&zone.allocation_ids), &there);
            self.associate(add, Vec::new(), Some(&zone.zone)).await?;
        }
        Ok(())
    }

    async fn associate(
        &self,
        allocations: Vec<String>,
        private: Vec<String>,
        zone: Option<&Zone>,
    ) -> Result<()> {
        if allocations.is_empty() {
            return Ok(());
        }
        let request = self.cx.ec2().associate_nat_gateway_address();
        let request = request
            .nat_gateway_id(self.id)
            .set_allocation_ids(Some(allocations))
            .set_private_ip_addresses((!private.is_empty()).then_some(private));
        let request = match zone {
            Some(Zone::AvailabilityZone(name)) => request.availability_zone(name),
            Some(Zone::AvailabilityZoneId(id)) => request.availability_zone_id(id),
            None => request,
        };
        request.send().await.named(ASSOCIATE).map(drop)
    }

    async fn disassociate(&self, associations: impl Iterator<Item = String>) -> Result<()> {
        let associations: Vec<_> = associations.collect();
        if associations.is_empty() {
            return Ok(());
        }
        self.cx
            .ec2()
            .disassociate_nat_gateway_address()
            .nat_gateway_id(self.id)
            .set_association_ids(Some(associations))
            .set_max_drain_duration_seconds(self.drain)
            .send()
            .await
            .named("ec2:DisassociateNatGatewayAddress")
            .map(drop)
    }
}

fn texts(items: &[impl ToString]) -> Texts {
    items.iter().map(ToString::to_string).collect()
}

fn missing(wanted: &Texts, there: &Texts) -> Vec<String> {
    wanted.difference(there).cloned().collect()
}

/// The private addresses that a spec lists by value.
fn listed(spec: &NatGatewayResolved) -> Texts {
    match &spec.secondary_private_addresses {
        Some(Secondary::SecondaryPrivateIpAddresses(list)) => texts(list),
        _ => Texts::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(allocation: &str, primary: Option<bool>) -> Address {
        Address::builder()
            .allocation_id(allocation)
            .set_is_primary(primary)
            .availability_zone("us-east-1a")
            .availability_zone_id("use1-az1")
            .build()
    }

    fn allocations<'a>(addresses: impl Iterator<Item = &'a Address>) -> Vec<&'a str> {
        addresses.filter_map(Address::allocation_id).collect()
    }

    #[test]
    fn the_primary_address_is_the_marked_one_or_the_first_where_none_is_marked() {
        let marked = [address("b", Some(false)), address("a", Some(true))];
        assert_eq!(allocations(primary(&marked).into_iter()), ["a"]);
        assert_eq!(allocations(secondary(&marked)), ["b"]);
        let unmarked = [address("a", None), address("b", None)];
        assert_eq!(allocations(primary(&unmarked).into_iter()), ["a"]);
        assert_eq!(allocations(secondary(&unmarked)), ["b"]);
    }

    #[test]
    fn an_address_that_is_being_given_up_does_not_count() {
        let mut leaving = address("b", Some(false));
        leaving.status = Some(Status::Disassociating);
        let all = [address("a", Some(true)), leaving];
        assert_eq!(allocations(secondary(&all)), [""; 0]);
    }

    #[test]
    fn a_zone_is_named_as_the_author_names_it() {
        let all = [address("a", None), address("b", None)];
        let by_id = ZoneAddresses {
            zone: Zone::AvailabilityZoneId("use1-az1".to_owned()),
            allocation_ids: Vec::new(),
        };
        assert_eq!(
            by_zone(&all, &[by_id]),
            [json!({"AvailabilityZoneId": "use1-az1", "AllocationIds": ["a", "b"]})]
        );
        assert_eq!(
            by_zone(&all, &[]),
            [json!({"AvailabilityZone": "us-east-1a", "AllocationIds": ["a", "b"]})]
        );
    }
}
