//! The life cycle of `AWS::EC2::Subnet`. CreateSubnet carries only the address ranges and the place. ModifySubnetAttribute takes one attribute per
//! call, and separate calls associate and disassociate an IPv6 range.

use aws_sdk_ec2::operation::create_subnet::builders::CreateSubnetFluentBuilder;
use aws_sdk_ec2::types::{
    AttributeBooleanValue, BlockPublicAccessMode, ResourceType, Subnet as SdkSubnet,
    SubnetCidrBlockStateCode as RangeState, SubnetIpv6CidrBlockAssociation, SubnetState,
};
use windlass::aws::ec2::{
    HostnameType, PrivateDnsNameOptionsResolved, Subnet, SubnetChange, SubnetResolved,
};

use super::filtered::{by_filter, found_by_intent};
use super::{holders, tags};
use crate::prelude::*;

lives!(Subnet => SubnetLifecycle);

pub struct SubnetLifecycle;

const MODIFY: &str = "ec2:ModifySubnetAttribute";

tables! { windlass::aws::ec2 => aws_sdk_ec2;
    PrivateDnsNameOptions => _ | PrivateDnsNameOptionsOnLaunch;
    Subnet => create_subnet | Subnet {
        "Ipv6CidrBlock" shown by ipv6_cidr_block;
        "AssignIpv6AddressOnCreation" later;
        "EnableDns64" later;
        "EnableLniAtDeviceIndex" later;
        "MapPublicIpOnLaunch" later;
        "PrivateDnsNameOptionsOnLaunch" later;
    }
}

by_filter! {
    /// Subnets by id.
    Subnets: Subnet by "subnet-id", describe_subnets.filters, "ec2:DescribeSubnets"
}

impl Described for SdkSubnet {
    fn id(&self) -> Option<String> {
        self.subnet_id.clone()
    }

    fn outputs(&self) -> Outputs {
        let states = self.block_public_access_states.as_ref();
        let block_mode = states.and_then(|states| states.internet_gateway_block_mode.as_ref());
        let block_mode = block_mode.map(|mode: &BlockPublicAccessMode| mode.as_str().to_owned());
        let mut all = outputs([
            ("SubnetId", self.id()),
            ("AvailabilityZone", self.availability_zone.clone()),
            ("AvailabilityZoneId", self.availability_zone_id.clone()),
            ("CidrBlock", self.cidr_block.clone()),
            (
                "BlockPublicAccessStates.InternetGatewayBlockMode",
                block_mode,
            ),
        ]);
        let ranges: Vec<_> = ipv6_ranges(self).map(|(range, _)| range.as_str()).collect();
        all.extend(outputs([("Ipv6CidrBlocks", Some(ranges))]));
        all
    }

    fn properties(&self) -> Block {
        self.block().tags("Tags", tags::pairs(self.tags.as_deref()))
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
    const IS_LISTED: bool = true;

    observed_by!(Subnets);
    found_by_intent!(Subnets);

    fn after_create(spec: &SubnetResolved) -> Vec<SubnetChange> {
        later::<_, CreateSubnetFluentBuilder>(spec)
    }

    async fn create(cx: &Context, spec: &SubnetResolved, intent: &IntentId) -> Result<Made> {
        const OPERATION: &str = "ec2:CreateSubnet";
        let tags = tags::specification(cx, ResourceType::Subnet, &spec.tags, intent);
        let call = spec.fill(cx.ec2().create_subnet()).tag_specifications(tags);
        let answer = call.send().await.named(OPERATION)?;
        made(answer.subnet.as_ref(), OPERATION)
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &SubnetResolved,
        changes: &[SubnetChange],
    ) -> Result<Outputs> {
        let modify = || cx.ec2().modify_subnet_attribute().subnet_id(&subject.id);
        let mut changes = changes.to_vec();
        // Windlass switches on a setting that needs an IPv6 range after it adds the range, and switches it off before it removes the range.
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
        let call = cx.ec2().delete_subnet().subnet_id(&subject.id);
        call.send().await.named("ec2:DeleteSubnet").map(drop)
    }

    async fn who_uses(cx: &Context, subject: &Subject<Self>) -> Result<Vec<String>> {
        holders::interfaces(cx, "subnet-id", &subject.id).await
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
                    let mut all = subnet.outputs();
                    all.extend(outputs([("NetworkAclAssociationId", acl)]));
                    reached(all)
                }
            },
        })
    }
}

/// Why a subnet is not ready; `None` if it is ready.
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

/// The IPv6 ranges that a subnet has or will soon have, with their associations.
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

/// The IPv6 range that a subnet shows.
fn ipv6_cidr_block(subnet: &SdkSubnet) -> Option<&String> {
    ipv6_ranges(subnet).next().map(|(range, _)| range)
}

const ASSOCIATE: &str = "ec2:AssociateSubnetCidrBlock";

/// Associates the IPv6 range that the subnet should have, or disassociates the recorded range.
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

/// Sends the three host name options, each in its own call. An option that the author left out goes back to AWS's default.
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
    if let Some(made_of) = options.hostname_type.to_sdk() {
        let request = modify().private_dns_hostname_type_on_launch(made_of);
        request.send().await.named(MODIFY)?;
    }
    // An IPv6-only subnet has no A records.
    if !native {
        let value = boolean(options.enable_resource_name_dns_a_record);
        let request = modify().enable_resource_name_dns_a_record_on_launch(value);
        request.send().await.named(MODIFY)?;
    }
    let value = boolean(options.enable_resource_name_dns_aaaa_record);
    let request = modify().enable_resource_name_dns_aaaa_record_on_launch(value);
    request.send().await.named(MODIFY).map(drop)
}

/// AWS's default for all boolean settings of a subnet is `false`.
fn boolean(value: Option<bool>) -> AttributeBooleanValue {
    let value = value.unwrap_or(false);
    AttributeBooleanValue::builder().value(value).build()
}
