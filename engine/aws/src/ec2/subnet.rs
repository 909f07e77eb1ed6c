//! The life cycle of `AWS::EC2::Subnet`. CreateSubnet carries ranges and place only; ModifySubnetAttribute takes one attribute per call,
//! and an IPv6 range comes and goes by associations of its own.

use aws_sdk_ec2::types::{
    AttributeBooleanValue, BlockPublicAccessMode, HostnameType as SdkHostnameType, ResourceType,
    Subnet as SdkSubnet, SubnetCidrBlockStateCode as RangeState, SubnetIpv6CidrBlockAssociation,
    SubnetState,
};
use windlass::aws::ec2::{
    HostnameType, PrivateDnsNameOptionsResolved, Subnet, SubnetChange, SubnetResolved,
    SubnetZoneResolved,
};
use windlass_engine::provider::{Deletion, Outputs, Progress, Until};
use windlass_state::identity::IntentId;

use super::holders;
use super::tags;
use crate::clients::Clients;
use crate::error::{Found, Named, Result, incomplete};
use crate::lifecycle::{Context, FoundOne, Lifecycle, Made, Subject};
use crate::lifecycle::{failed, pending, reached};
use crate::observed::{Block, Observed, outputs};
use crate::reads::{Answers, Query, Wants};
use crate::registry::lives;

lives!(Subnet => SubnetLifecycle);

pub struct SubnetLifecycle;

const CREATE: &str = "ec2:CreateSubnet";
const MODIFY: &str = "ec2:ModifySubnetAttribute";

/// Subnets by id.
pub struct Subnets;

impl Query for Subnets {
    type Key = String;
    type Item = SdkSubnet;
    const BATCH: usize = 200;

    async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, SdkSubnet)>> {
        let mut found = Vec::new();
        let mut pages = clients
            .ec2()
            .describe_subnets()
            .filters(tags::filter("subnet-id", keys))
            .into_paginator()
            .items()
            .send();
        while let Some(subnet) = pages.next().await {
            let subnet = subnet.named("ec2:DescribeSubnets")?;
            found.extend(subnet.subnet_id.clone().map(|id| (id, subnet)));
        }
        Ok(found)
    }
}

/// The association of a subnet with its network ACL, by the subnet's id.
pub struct AclAssociations;

impl Query for AclAssociations {
    type Key = String;
    type Item = String;
    const BATCH: usize = 200;

    async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, String)>> {
        let mut found = Vec::new();
        let mut pages = clients
            .ec2()
            .describe_network_acls()
            .filters(tags::filter("association.subnet-id", keys.clone()))
            .into_paginator()
            .items()
            .send();
        while let Some(acl) = pages.next().await {
            let acl = acl.named("ec2:DescribeNetworkAcls")?;
            let associations = acl.associations.unwrap_or_default().into_iter();
            found.extend(
                associations
                    .filter_map(|one| Some((one.subnet_id?, one.network_acl_association_id?)))
                    .filter(|(subnet, _)| keys.contains(subnet)),
            );
        }
        Ok(found)
    }
}

impl Lifecycle for SubnetLifecycle {
    type Kind = Subnet;
    const DELETION: Deletion = Deletion::AtOnce;

    fn after_create(spec: &SubnetResolved) -> Vec<SubnetChange> {
        let later = [
            (
                spec.assign_ipv6_address_on_creation.is_some(),
                SubnetChange::AssignIpv6AddressOnCreation,
            ),
            (spec.enable_dns64.is_some(), SubnetChange::EnableDns64),
            (
                spec.enable_lni_at_device_index.is_some(),
                SubnetChange::EnableLniAtDeviceIndex,
            ),
            (
                spec.map_public_ip_on_launch.is_some(),
                SubnetChange::MapPublicIpOnLaunch,
            ),
            (
                spec.private_dns_name_options_on_launch.is_some(),
                SubnetChange::PrivateDnsNameOptionsOnLaunch,
            ),
        ];
        let given = later.into_iter().filter(|(given, _)| *given);
        given.map(|(_, change)| change).collect()
    }

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        wants.want::<Subnets>(subject.id.clone());
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let subnet = answers.get::<Subnets>(&subject.id)?;
        Ok(subnet.map(|subnet| Observed {
            properties: properties(subnet),
            outputs: subnet_outputs(subnet),
        }))
    }

    async fn create(cx: &Context, spec: &SubnetResolved, intent: &IntentId) -> Result<Made> {
        let (zone, zone_id) = match spec.zone.clone() {
            Some(SubnetZoneResolved::AvailabilityZone(name)) => (Some(name), None),
            Some(SubnetZoneResolved::AvailabilityZoneId(id)) => (None, Some(id)),
            None => (None, None),
        };
        let answer = cx
            .ec2()
            .create_subnet()
            .vpc_id(spec.vpc_id.as_str())
            .set_availability_zone(zone)
            .set_availability_zone_id(zone_id)
            .set_cidr_block(spec.cidr_block.map(|range| range.to_string()))
            .set_ipv4_ipam_pool_id(spec.ipv4_ipam_pool_id.as_ref().map(|pool| pool.to_string()))
            .set_ipv4_netmask_length(spec.ipv4_netmask_length.map(i32::from))
            .set_ipv6_cidr_block(spec.ipv6_cidr_block.map(|range| range.to_string()))
            .set_ipv6_ipam_pool_id(spec.ipv6_ipam_pool_id.as_ref().map(|pool| pool.to_string()))
            .set_ipv6_netmask_length(spec.ipv6_netmask_length.map(i32::from))
            .set_ipv6_native(spec.ipv6_native)
            .set_outpost_arn(spec.outpost_arn.as_ref().map(|arn| arn.to_string()))
            .tag_specifications(tags::specification(
                cx,
                ResourceType::Subnet,
                &spec.tags,
                intent,
            ))
            .send()
            .await
            .named(CREATE)?;
        answer
            .subnet
            .as_ref()
            .and_then(made)
            .ok_or_else(|| incomplete(CREATE, "subnet id"))
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &SubnetResolved,
        changes: &[SubnetChange],
    ) -> Result<Outputs> {
        let modify = || cx.ec2().modify_subnet_attribute().subnet_id(&subject.id);
        let mut changes = changes.to_vec();
        // What needs an IPv6 range is switched on after it comes, and off before it goes.
        let comes = to.ipv6_cidr_block.is_some();
        changes.sort_by_key(|change| (*change == SubnetChange::Ipv6CidrBlock) != comes);
        for change in changes {
            match change {
                SubnetChange::AssignIpv6AddressOnCreation => {
                    let value = boolean(to.assign_ipv6_address_on_creation);
                    let request = modify().assign_ipv6_address_on_creation(value);
                    request.send().await.named(MODIFY)?;
                }
                SubnetChange::EnableDns64 => {
                    let request = modify().enable_dns64(boolean(to.enable_dns64));
                    request.send().await.named(MODIFY)?;
                }
                SubnetChange::EnableLniAtDeviceIndex => {
                    let index = to.enable_lni_at_device_index;
                    let request = match index.map(i32::try_from) {
                        Some(Ok(index)) => modify().enable_lni_at_device_index(index),
                        Some(Err(_)) => {
                            let message = "the device index is larger than any instance has";
                            return Err(crate::error::invalid(MODIFY, message));
                        }
                        None => modify().disable_lni_at_device_index(boolean(Some(true))),
                    };
                    request.send().await.named(MODIFY)?;
                }
                SubnetChange::Ipv6CidrBlock => ipv6_range(cx, subject, to).await?,
                SubnetChange::MapPublicIpOnLaunch => {
                    let value = boolean(to.map_public_ip_on_launch);
                    let request = modify().map_public_ip_on_launch(value);
                    request.send().await.named(MODIFY)?;
                }
                SubnetChange::PrivateDnsNameOptionsOnLaunch => host_names(cx, subject, to).await?,
                SubnetChange::Tags => {
                    tags::update(cx, &subject.id, &subject.applied.tags, &to.tags).await?;
                }
            }
        }
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        cx.ec2()
            .delete_subnet()
            .subnet_id(&subject.id)
            .send()
            .await
            .named("ec2:DeleteSubnet")
            .map(drop)
    }

    async fn who_uses(cx: &Context, subject: &Subject<Self>) -> Result<Vec<String>> {
        holders::interfaces(cx, "subnet-id", &subject.id).await
    }

    async fn find(cx: &Context, _spec: &SubnetResolved, intent: &IntentId) -> Result<FoundOne> {
        let subnets = cx
            .ec2()
            .describe_subnets()
            .filters(tags::intent_filter(intent))
            .into_paginator()
            .items()
            .send()
            .try_collect()
            .await
            .named("ec2:DescribeSubnets")?;
        let mut ours = tags::of_intent(&subnets, |one| one.tags.as_deref(), intent);
        Ok(tags::ours_or_nothing(ours.find_map(made)))
    }

    fn want_progress(subject: &Subject<Self>, until: Until, wants: &mut Wants) {
        wants.want::<Subnets>(subject.id.clone());
        if until != Until::Gone {
            wants.want::<AclAssociations>(subject.id.clone());
        }
    }

    fn progress(subject: &Subject<Self>, until: Until, answers: &Answers) -> Result<Progress> {
        let subnet = answers.get::<Subnets>(&subject.id)?;
        Ok(match (until, subnet) {
            (Until::Gone, None) => reached(Outputs::new()),
            (Until::Gone, Some(_)) => pending("still there"),
            (Until::Reaches(_), None) => pending("not visible yet"),
            (Until::Reaches(_), Some(subnet)) => match readiness(subnet) {
                Some(not_ready) => not_ready,
                None => {
                    let acl = answers.get::<AclAssociations>(&subject.id)?.cloned();
                    let mut all = subnet_outputs(subnet);
                    all.extend(outputs([("NetworkAclAssociationId", acl)]));
                    reached(all)
                }
            },
        })
    }
}

/// What keeps a subnet from being ready.
fn readiness(subnet: &SdkSubnet) -> Option<Progress> {
    match &subnet.state {
        Some(SubnetState::Pending) => return Some(pending("pending")),
        Some(state @ (SubnetState::Failed | SubnetState::FailedInsufficientCapacity)) => {
            return Some(failed("the subnet could not be made", Some(state.as_str())));
        }
        _ => {}
    }
    let mut ranges = subnet.ipv6_cidr_block_association_set.iter().flatten();
    ranges.find_map(|range| match range_state(range) {
        Some(RangeState::Associating) => Some(pending("the IPv6 range is being associated")),
        Some(RangeState::Failing | RangeState::Failed) => {
            let state = range.ipv6_cidr_block_state.as_ref();
            let cause = state.and_then(|state| state.status_message.as_deref());
            Some(failed("the IPv6 range could not be associated", cause))
        }
        _ => None,
    })
}

fn range_state(range: &SubnetIpv6CidrBlockAssociation) -> Option<&RangeState> {
    let state = range.ipv6_cidr_block_state.as_ref();
    state.and_then(|state| state.state.as_ref())
}

/// The IPv6 ranges that a subnet has, or is about to have, with their associations.
fn ipv6_ranges(subnet: &SdkSubnet) -> impl Iterator<Item = (&String, &String)> {
    let ranges = subnet.ipv6_cidr_block_association_set.iter().flatten();
    ranges
        .filter(|range| {
            matches!(
                range_state(range),
                None | Some(RangeState::Associated | RangeState::Associating)
            )
        })
        .filter_map(|range| {
            Some((
                range.ipv6_cidr_block.as_ref()?,
                range.association_id.as_ref()?,
            ))
        })
}

const ASSOCIATE: &str = "ec2:AssociateSubnetCidrBlock";

/// Gives the subnet the IPv6 range that it should have, or takes the recorded one away.
async fn ipv6_range(
    cx: &Context,
    subject: &Subject<SubnetLifecycle>,
    to: &SubnetResolved,
) -> Result<()> {
    let found = Subnets::fetch(cx, vec![subject.id.clone()]).await?;
    let same = |text: &str, range: Option<_>| range.is_some_and(|range| text.parse() == Ok(range));
    let mut there = false;
    for (range, association) in found.iter().flat_map(|(_, subnet)| ipv6_ranges(subnet)) {
        if same(range, to.ipv6_cidr_block) {
            there = true;
        } else if same(range, subject.applied.ipv6_cidr_block) {
            let request = cx.ec2().disassociate_subnet_cidr_block();
            let sent = request.association_id(association).send().await;
            sent.named("ec2:DisassociateSubnetCidrBlock").found()?;
        }
    }
    if let Some(range) = to.ipv6_cidr_block.filter(|_| !there) {
        let request = cx.ec2().associate_subnet_cidr_block();
        let request = request
            .subnet_id(&subject.id)
            .ipv6_cidr_block(range.to_string());
        request.send().await.named(ASSOCIATE)?;
    }
    Ok(())
}

/// Sends the three host name options, each in a call of its own. What the author left out goes back to AWS's default.
async fn host_names(
    cx: &Context,
    subject: &Subject<SubnetLifecycle>,
    to: &SubnetResolved,
) -> Result<()> {
    let modify = || cx.ec2().modify_subnet_attribute().subnet_id(&subject.id);
    let native = to.ipv6_native == Some(true);
    let options = to.private_dns_name_options_on_launch.clone();
    let options = options.unwrap_or(PrivateDnsNameOptionsResolved {
        enable_resource_name_dns_aaaa_record: None,
        enable_resource_name_dns_a_record: None,
        hostname_type: Some(if native {
            HostnameType::ResourceName
        } else {
            HostnameType::IpName
        }),
    });
    if let Some(made_of) = options.hostname_type {
        let made_of = SdkHostnameType::from(made_of.as_str());
        let request = modify().private_dns_hostname_type_on_launch(made_of);
        request.send().await.named(MODIFY)?;
    }
    // A subnet for IPv6 alone has no A records to switch.
    if !native {
        let value = boolean(options.enable_resource_name_dns_a_record);
        let request = modify().enable_resource_name_dns_a_record_on_launch(value);
        request.send().await.named(MODIFY)?;
    }
    let value = boolean(options.enable_resource_name_dns_aaaa_record);
    let request = modify().enable_resource_name_dns_aaaa_record_on_launch(value);
    request.send().await.named(MODIFY).map(drop)
}

/// AWS's default of all of a subnet's switches is `false`.
fn boolean(value: Option<bool>) -> AttributeBooleanValue {
    let value = value.unwrap_or(false);
    AttributeBooleanValue::builder().value(value).build()
}

fn properties(subnet: &SdkSubnet) -> Block {
    let names = subnet.private_dns_name_options_on_launch.as_ref();
    let names = names.map(|names| {
        let made_of = names.hostname_type.as_ref().map(SdkHostnameType::as_str);
        Block::new()
            .set(
                "EnableResourceNameDnsAAAARecord",
                names.enable_resource_name_dns_aaaa_record,
            )
            .set(
                "EnableResourceNameDnsARecord",
                names.enable_resource_name_dns_a_record,
            )
            .set("HostnameType", made_of)
    });
    Block::new()
        .set("VpcId", subnet.vpc_id.as_ref())
        .set("AvailabilityZone", subnet.availability_zone.as_ref())
        .set("AvailabilityZoneId", subnet.availability_zone_id.as_ref())
        .set("CidrBlock", subnet.cidr_block.as_ref())
        .set(
            "Ipv6CidrBlock",
            ipv6_ranges(subnet).next().map(|(range, _)| range),
        )
        .set("Ipv6Native", subnet.ipv6_native)
        .set(
            "AssignIpv6AddressOnCreation",
            subnet.assign_ipv6_address_on_creation,
        )
        .set("EnableDns64", subnet.enable_dns64)
        .set("EnableLniAtDeviceIndex", subnet.enable_lni_at_device_index)
        .set("MapPublicIpOnLaunch", subnet.map_public_ip_on_launch)
        .set("OutpostArn", subnet.outpost_arn.as_ref())
        .block("PrivateDnsNameOptionsOnLaunch", names)
        .tags("Tags", tags::pairs(subnet.tags.as_deref()))
}

fn made(subnet: &SdkSubnet) -> Option<Made> {
    Some(Made {
        id: subnet.subnet_id.clone()?,
        outputs: subnet_outputs(subnet),
    })
}

fn subnet_outputs(subnet: &SdkSubnet) -> Outputs {
    let block_mode = subnet
        .block_public_access_states
        .as_ref()
        .and_then(|states| states.internet_gateway_block_mode.as_ref())
        .map(|mode: &BlockPublicAccessMode| mode.as_str().to_owned());
    let mut all = outputs([
        ("SubnetId", subnet.subnet_id.clone()),
        ("AvailabilityZone", subnet.availability_zone.clone()),
        ("AvailabilityZoneId", subnet.availability_zone_id.clone()),
        ("CidrBlock", subnet.cidr_block.clone()),
        (
            "BlockPublicAccessStates.InternetGatewayBlockMode",
            block_mode,
        ),
    ]);
    let ranges: Vec<_> = ipv6_ranges(subnet)
        .map(|(range, _)| range.as_str())
        .collect();
    all.extend(outputs([("Ipv6CidrBlocks", Some(ranges))]));
    all
}
