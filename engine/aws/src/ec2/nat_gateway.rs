//! The life cycle of `AWS::EC2::NatGateway`. AWS shows a gateway that is gone for about another hour, and removes a failed one by itself in
//! that time: both count as missing, so that another one is made.
//!
//! Not here: how its addresses change (`nat_gateway_addresses`).

use aws_sdk_ec2::types::{
    AutoProvisionZonesState, AutoScalingIpsState, AvailabilityMode as SdkAvailabilityMode,
    AvailabilityZoneAddress, ConnectivityType as SdkConnectivityType, NatGateway as SdkNatGateway,
    NatGatewayState as State, ResourceType,
};
use windlass::aws::ec2::{
    NatGateway, NatGatewayChange, NatGatewayPlaceResolved as NatPlace, NatGatewayResolved,
    NatSecondaryAddressesResolved as Secondary, NatZoneAddressesResolved, NatZoneResolved as Zone,
};
use windlass_engine::provider::{Deletion, ErrorClass, Outputs, Progress, Until};
use windlass_state::identity::IntentId;

use super::nat_gateway_addresses as addresses;
use super::tags;
use crate::clients::Clients;
use crate::error::{Named, Result, incomplete, missing};
use crate::lifecycle::{Context, FoundOne, Lifecycle, Made, Subject};
use crate::lifecycle::{failed, pending, reached};
use crate::observed::{Block, Observed, outputs};
use crate::reads::{Answers, Query, Wants, of_key};
use crate::registry::lives;
use crate::wording::Wording;

lives!(NatGateway => NatGatewayLifecycle);

pub struct NatGatewayLifecycle;

pub const CREATE: &str = "ec2:CreateNatGateway";
pub const DESCRIBE: &str = "ec2:DescribeNatGateways";

/// NAT gateways by id, those that are gone included.
pub struct NatGateways;

impl Query for NatGateways {
    type Key = String;
    type Item = SdkNatGateway;
    const BATCH: usize = 200;

    async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, SdkNatGateway)>> {
        let mut found = Vec::new();
        let mut pages = clients
            .ec2()
            .describe_nat_gateways()
            .filter(tags::filter("nat-gateway-id", keys))
            .into_paginator()
            .items()
            .send();
        while let Some(gateway) = pages.next().await {
            let gateway = gateway.named(DESCRIBE)?;
            found.extend(gateway.nat_gateway_id.clone().map(|id| (id, gateway)));
        }
        Ok(found)
    }
}

impl Lifecycle for NatGatewayLifecycle {
    type Kind = NatGateway;
    const DELETION: Deletion = Deletion::InBackground;
    const WORDINGS: &'static [Wording] = &[
        Wording::new(&[CREATE], &["InvalidSubnet"], ErrorClass::NotFound)
            .saying(&["was not found"]),
        // An address that was just given up is free when its connections have drained: after 350 s, if nothing else is asked for.
        // <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DisassociateNatGatewayAddress.html>
        // A gateway that AWS is deleting holds its address for about a minute.
        Wording::new(
            &[addresses::ASSOCIATE, CREATE],
            &["Resource.AlreadyAssociated"],
            ErrorClass::Busy,
        ),
    ];

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        wants.want::<NatGateways>(subject.id.clone());
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let gateway = answers.get::<NatGateways>(&subject.id)?;
        let gateway = gateway.filter(|gateway| serves(gateway));
        Ok(gateway.map(|gateway| Observed {
            properties: properties(gateway, &subject.applied),
            outputs: gateway_outputs(gateway),
        }))
    }

    async fn create(cx: &Context, spec: &NatGatewayResolved, intent: &IntentId) -> Result<Made> {
        let (subnet, vpc) = match &spec.place {
            NatPlace::SubnetId(id) => (Some(id.to_string()), None),
            NatPlace::VpcId(id) => (None, Some(id.to_string())),
        };
        let (private, count) = match &spec.secondary_private_addresses {
            Some(Secondary::SecondaryPrivateIpAddresses(list)) => (Some(texts(list)), None),
            Some(Secondary::SecondaryPrivateIpAddressCount(count)) => (None, Some(*count)),
            None => (None, None),
        };
        addresses::are_free(cx, spec).await?;
        let zones = spec.availability_zone_addresses.iter().map(sdk_zone);
        let secondary = texts(&spec.secondary_allocation_ids);
        let answer = cx
            .ec2()
            .create_nat_gateway()
            .client_token(&intent.0)
            .set_subnet_id(subnet)
            .set_vpc_id(vpc)
            .set_availability_mode(
                spec.availability_mode
                    .map(|mode| SdkAvailabilityMode::from(mode.as_str())),
            )
            .set_connectivity_type(
                spec.connectivity_type
                    .map(|connectivity| SdkConnectivityType::from(connectivity.as_str())),
            )
            .set_allocation_id(spec.allocation_id.as_ref().map(|id| id.to_string()))
            .set_secondary_allocation_ids((!secondary.is_empty()).then_some(secondary))
            .set_private_ip_address(spec.private_ip_address.map(|ip| ip.to_string()))
            .set_secondary_private_ip_addresses(private)
            .set_secondary_private_ip_address_count(count.map(i32::from))
            .set_availability_zone_addresses((zones.len() > 0).then(|| zones.collect()))
            .tag_specifications(tags::specification(
                cx,
                ResourceType::Natgateway,
                &spec.tags,
                intent,
            ))
            .send()
            .await
            .named(CREATE)?;
        answer
            .nat_gateway
            .as_ref()
            .and_then(made)
            .ok_or_else(|| incomplete(CREATE, "NAT gateway id"))
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &NatGatewayResolved,
        changes: &[NatGatewayChange],
    ) -> Result<Outputs> {
        let mut addresses_differ = false;
        for change in changes {
            match change {
                NatGatewayChange::SecondaryAllocationIds
                | NatGatewayChange::SecondaryPrivateAddresses
                | NatGatewayChange::AvailabilityZoneAddresses => addresses_differ = true,
                // It is no property of the gateway: it goes along when an address is given up.
                NatGatewayChange::MaxDrainDurationSeconds => {}
                NatGatewayChange::Tags => {
                    tags::update(cx, &subject.id, &subject.applied.tags, &to.tags).await?;
                }
            }
        }
        if addresses_differ {
            let found = NatGateways::fetch(cx, vec![subject.id.clone()]).await?;
            let gateway = of_key(found, &subject.id).filter(serves);
            let gateway = gateway.ok_or_else(|| missing(DESCRIBE, &subject.id))?;
            addresses::update(cx, &gateway, &subject.applied, to).await?;
        }
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        cx.ec2()
            .delete_nat_gateway()
            .nat_gateway_id(&subject.id)
            .send()
            .await
            .named("ec2:DeleteNatGateway")
            .map(drop)
    }

    async fn find(cx: &Context, _spec: &NatGatewayResolved, intent: &IntentId) -> Result<FoundOne> {
        let gateways = cx
            .ec2()
            .describe_nat_gateways()
            .filter(tags::intent_filter(intent))
            .into_paginator()
            .items()
            .send()
            .try_collect()
            .await
            .named(DESCRIBE)?;
        let mut ours = tags::of_intent(&gateways, |one| one.tags.as_deref(), intent);
        let ours = ours.find(|gateway| serves(gateway));
        Ok(tags::ours_or_nothing(ours.and_then(made)))
    }

    fn progress(subject: &Subject<Self>, until: Until, answers: &Answers) -> Result<Progress> {
        let gateway = answers.get::<NatGateways>(&subject.id)?;
        let state = gateway.and_then(|gateway| gateway.state.clone());
        Ok(match (until, gateway, state) {
            (Until::Gone, None, _) | (Until::Gone, _, Some(State::Deleted)) => {
                reached(Outputs::new())
            }
            (Until::Gone, Some(_), state) => {
                pending(state.as_ref().map_or("deleting", State::as_str))
            }
            (Until::Reaches(_), None, _) => pending("not visible yet"),
            (Until::Reaches(_), Some(_), Some(State::Pending)) => pending("pending"),
            (Until::Reaches(_), Some(gateway), Some(State::Failed)) => failed(
                "AWS could not make the NAT gateway",
                gateway
                    .failure_message
                    .as_deref()
                    .or(gateway.failure_code.as_deref()),
            ),
            (Until::Reaches(_), Some(_), Some(State::Deleting | State::Deleted)) => failed(
                "the NAT gateway is gone",
                Some("somebody deleted it while it was being made"),
            ),
            (Until::Reaches(_), Some(gateway), _) => reached(gateway_outputs(gateway)),
        })
    }
}

/// Whether a gateway does, or is about to do, what it is for.
fn serves(gateway: &SdkNatGateway) -> bool {
    !matches!(
        gateway.state,
        Some(State::Deleting | State::Deleted | State::Failed)
    )
}

fn texts(items: &[impl ToString]) -> Vec<String> {
    items.iter().map(ToString::to_string).collect()
}

fn sdk_zone(zone: &NatZoneAddressesResolved) -> AvailabilityZoneAddress {
    let builder = AvailabilityZoneAddress::builder();
    let builder = match &zone.zone {
        Zone::AvailabilityZone(name) => builder.availability_zone(name),
        Zone::AvailabilityZoneId(id) => builder.availability_zone_id(id),
    };
    builder
        .set_allocation_ids(Some(texts(&zone.allocation_ids)))
        .build()
}

fn properties(gateway: &SdkNatGateway, applied: &NatGatewayResolved) -> Block {
    let all = gateway.nat_gateway_addresses.as_deref().unwrap_or_default();
    let mode = gateway
        .availability_mode
        .as_ref()
        .map(SdkAvailabilityMode::as_str);
    let connectivity = gateway
        .connectivity_type
        .as_ref()
        .map(SdkConnectivityType::as_str);
    let common = Block::new()
        .set("AvailabilityMode", mode)
        .set("ConnectivityType", connectivity)
        .tags("Tags", tags::pairs(gateway.tags.as_deref()));
    if let NatPlace::VpcId(_) = applied.place {
        return common.set("VpcId", gateway.vpc_id.as_ref()).list(
            "AvailabilityZoneAddresses",
            addresses::by_zone(all, &applied.availability_zone_addresses),
        );
    }
    let primary = addresses::primary(all);
    let secondary: Vec<_> = addresses::secondary(all).collect();
    let zonal = common
        .set("SubnetId", gateway.subnet_id.as_ref())
        .set(
            "AllocationId",
            primary.and_then(|one| one.allocation_id.as_ref()),
        )
        .set(
            "PrivateIpAddress",
            primary.and_then(|one| one.private_ip.as_ref()),
        )
        .list(
            "SecondaryAllocationIds",
            secondary
                .iter()
                .filter_map(|one| one.allocation_id.as_ref()),
        );
    // AWS does not tell whether addresses were asked for by value or by number.
    match applied.secondary_private_addresses {
        Some(Secondary::SecondaryPrivateIpAddresses(_)) => zonal.list(
            "SecondaryPrivateIpAddresses",
            secondary.iter().filter_map(|one| one.private_ip.as_ref()),
        ),
        Some(Secondary::SecondaryPrivateIpAddressCount(_)) => {
            zonal.set("SecondaryPrivateIpAddressCount", Some(secondary.len()))
        }
        None => zonal,
    }
}

fn made(gateway: &SdkNatGateway) -> Option<Made> {
    Some(Made {
        id: gateway.nat_gateway_id.clone()?,
        outputs: gateway_outputs(gateway),
    })
}

fn gateway_outputs(gateway: &SdkNatGateway) -> Outputs {
    let all = gateway.nat_gateway_addresses.as_deref().unwrap_or_default();
    let interface = addresses::primary(all).and_then(|one| one.network_interface_id.clone());
    let zones = gateway.auto_provision_zones.as_ref();
    let ips = gateway.auto_scaling_ips.as_ref();
    outputs([
        ("NatGatewayId", gateway.nat_gateway_id.clone()),
        ("EniId", interface),
        ("RouteTableId", gateway.route_table_id.clone()),
        (
            "AutoProvisionZones",
            zones.map(|state: &AutoProvisionZonesState| state.as_str().to_owned()),
        ),
        (
            "AutoScalingIps",
            ips.map(|state: &AutoScalingIpsState| state.as_str().to_owned()),
        ),
    ])
}
