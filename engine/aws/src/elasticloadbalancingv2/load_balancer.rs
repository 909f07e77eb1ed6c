//! The life cycle of `AWS::ElasticLoadBalancingV2::LoadBalancer`.
//!
//! CreateLoadBalancer carries neither attributes, nor reserved capacity, nor what holds for AWS PrivateLink. AWS returns subnets with their
//! addresses in one form; they are given back in the form that the author wrote.

use aws_sdk_elasticloadbalancingv2::types::{
    AvailabilityZone, CapacityReservationStateEnum, EnablePrefixForIpv6SourceNatEnum,
    EnforceSecurityGroupInboundRulesOnPrivateLinkTrafficEnum, IpAddressType, IpamPools,
    LoadBalancer as SdkLoadBalancer, LoadBalancerAttribute, LoadBalancerSchemeEnum,
    LoadBalancerStateEnum, LoadBalancerTypeEnum, MinimumLoadBalancerCapacity, RemoveIpamPoolEnum,
    SubnetMapping,
};
use serde_json::json;
use windlass::aws::elasticloadbalancingv2::{
    LOAD_BALANCER_ATTRIBUTES, LoadBalancer, LoadBalancerChange, LoadBalancerResolved,
    LoadBalancerSubnetsResolved, SubnetMappingResolved,
};
use windlass_engine::provider::{
    Deletion, ErrorClass, Failure, Outputs, Progress, ProviderError, Until,
};
use windlass_state::identity::IntentId;

use super::tags::Tags;
use super::{attributes, errors, read, tags};
use crate::applied_tags;
use crate::ec2::tags::filter;
use crate::error::{Found, Named, Result, incomplete, invalid};
use crate::lifecycle::{Context, FoundOne, Lifecycle, Made, Subject};
use crate::observed::{Block, Observed, outputs};
use crate::reads::{Answers, Query, Wants};
use crate::registry::lives;
use crate::tagging;
use crate::wording::Wording;

lives!(LoadBalancer => LoadBalancerLifecycle);

pub struct LoadBalancerLifecycle;

const RESERVE: &str = "elasticloadbalancing:ModifyCapacityReservation";

impl Lifecycle for LoadBalancerLifecycle {
    type Kind = LoadBalancer;
    const DELETION: Deletion = Deletion::InBackground;
    const WORDINGS: &'static [Wording] = errors::WORDINGS;

    fn after_create(spec: &LoadBalancerResolved) -> Vec<LoadBalancerChange> {
        let later = [
            (
                spec.enforce_security_group_inbound_rules_on_private_link_traffic
                    .is_some(),
                LoadBalancerChange::EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic,
            ),
            (
                spec.minimum_load_balancer_capacity.is_some(),
                LoadBalancerChange::MinimumLoadBalancerCapacity,
            ),
            (
                !spec.load_balancer_attributes.is_empty(),
                LoadBalancerChange::LoadBalancerAttributes,
            ),
        ];
        later
            .into_iter()
            .filter_map(|(written, change)| written.then_some(change))
            .collect()
    }

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        wants.want::<read::LoadBalancers>(subject.id.as_str());
        applied_tags::want(&subject.id, &subject.applied.tags, wants);
        if !subject.applied.load_balancer_attributes.is_empty() {
            wants.want::<read::LoadBalancerAttributes>(subject.id.as_str());
        }
        if subject.applied.minimum_load_balancer_capacity.is_some() {
            wants.want::<read::Capacity>(subject.id.as_str());
        }
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let Some(found) = answers.get::<read::LoadBalancers>(&subject.id)? else {
            return Ok(None);
        };
        let reserved = answers.get::<read::Capacity>(&subject.id)?;
        let units = reserved
            .and_then(|reserved| reserved.minimum.as_ref())
            .and_then(|minimum| minimum.capacity_units);
        let pool = found
            .ipam_pools
            .as_ref()
            .and_then(|pools| pools.ipv4_ipam_pool_id.as_ref());
        let nat = found.enable_prefix_for_ipv6_source_nat.as_ref();
        let properties = Block::new()
            .set("Name", found.load_balancer_name.as_ref())
            .set(
                "Type",
                found.r#type.as_ref().map(LoadBalancerTypeEnum::as_str),
            )
            .set(
                "Scheme",
                found.scheme.as_ref().map(LoadBalancerSchemeEnum::as_str),
            )
            .list("SecurityGroups", found.security_groups.iter().flatten())
            .set(
                "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic",
                found
                    .enforce_security_group_inbound_rules_on_private_link_traffic
                    .as_ref(),
            )
            .set(
                "IpAddressType",
                found.ip_address_type.as_ref().map(IpAddressType::as_str),
            )
            .set("Ipv4IpamPoolId", pool)
            .set(
                "EnablePrefixForIpv6SourceNat",
                nat.map(EnablePrefixForIpv6SourceNatEnum::as_str),
            )
            .block(
                "MinimumLoadBalancerCapacity",
                units.map(|units| Block::new().set("CapacityUnits", Some(units))),
            );
        let properties = observed_subnets(properties, found, &subject.applied.subnets);
        let written = answers.get::<read::LoadBalancerAttributes>(&subject.id)?;
        let properties = attributes::observe(properties, "LoadBalancerAttributes", written);
        let tags = &subject.applied.tags;
        Ok(Some(Observed {
            properties: applied_tags::observe(properties, &subject.id, tags, answers)?,
            outputs: outputs_of(found),
        }))
    }

    async fn create(cx: &Context, spec: &LoadBalancerResolved, intent: &IntentId) -> Result<Made> {
        const OPERATION: &str = "elasticloadbalancing:CreateLoadBalancer";
        if cx.is_authored("Name") {
            tags::refuse_anothers(cx, OPERATION, named(cx, spec).await?).await?;
        }
        let (subnets, mappings) = sdk_subnets(&spec.subnets);
        let pools = spec.ipv4_ipam_pool_id.as_ref().map(|pool| {
            IpamPools::builder()
                .ipv4_ipam_pool_id(pool.as_str())
                .build()
        });
        let request = cx
            .elbv2()
            .create_load_balancer()
            .set_name(spec.name.clone())
            .r#type(LoadBalancerTypeEnum::from(spec.load_balancer_type.as_str()))
            .set_scheme(
                spec.scheme
                    .map(|scheme| LoadBalancerSchemeEnum::from(scheme.as_str())),
            )
            .set_subnets(subnets)
            .set_subnet_mappings(mappings)
            .set_security_groups(security_groups(spec))
            .set_ip_address_type(
                spec.ip_address_type
                    .map(|of| IpAddressType::from(of.as_str())),
            )
            .set_enable_prefix_for_ipv6_source_nat(source_nat(spec))
            .set_ipam_pools(pools)
            .set_tags(tags::for_create(cx, &spec.tags, intent));
        let answer = request.send().await.named(OPERATION)?;
        let made = answer
            .load_balancers
            .unwrap_or_default()
            .first()
            .and_then(made);
        made.ok_or_else(|| incomplete(OPERATION, "load balancer ARN"))
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &LoadBalancerResolved,
        changes: &[LoadBalancerChange],
    ) -> Result<Outputs> {
        let (mut network, mut groups) = (Network::default(), false);
        for change in changes {
            match change {
                LoadBalancerChange::Subnets => network.subnets = true,
                LoadBalancerChange::EnablePrefixForIpv6SourceNat => network.source_nat = true,
                LoadBalancerChange::IpAddressType => network.address_type = true,
                LoadBalancerChange::SecurityGroups
                | LoadBalancerChange::EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic => {
                    groups = true
                }
                LoadBalancerChange::Ipv4IpamPoolId => set_pool(cx, &subject.id, to).await?,
                LoadBalancerChange::MinimumLoadBalancerCapacity => {
                    reserve(cx, &subject.id, to).await?
                }
                LoadBalancerChange::LoadBalancerAttributes => {
                    set_attributes(cx, subject, to).await?
                }
                LoadBalancerChange::Tags => {
                    tagging::update::<Tags>(cx, &subject.id, &subject.applied.tags, &to.tags)
                        .await?
                }
            }
        }
        network.send(cx, &subject.id, to).await?;
        if groups {
            set_security_groups(cx, &subject.id, to).await?;
        }
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        let request = cx
            .elbv2()
            .delete_load_balancer()
            .load_balancer_arn(&subject.id);
        request
            .send()
            .await
            .named("elasticloadbalancing:DeleteLoadBalancer")
            .map(drop)
    }

    async fn find(
        cx: &Context,
        spec: &LoadBalancerResolved,
        intent: &IntentId,
    ) -> Result<FoundOne> {
        tags::judge(cx, named(cx, spec).await?, intent).await
    }

    fn want_progress(subject: &Subject<Self>, until: Until, wants: &mut Wants) {
        wants.want::<read::LoadBalancers>(subject.id.as_str());
        if until == Until::Gone {
            wants.want::<read::Interfaces>(interfaces_key(&subject.id));
        } else if subject.applied.minimum_load_balancer_capacity.is_some() {
            wants.want::<read::Capacity>(subject.id.as_str());
        }
    }

    fn progress(subject: &Subject<Self>, until: Until, answers: &Answers) -> Result<Progress> {
        let pending = |status: String| Progress::Pending {
            status,
            events: Vec::new(),
        };
        let found = answers.get::<read::LoadBalancers>(&subject.id)?;
        let Some(found) = found else {
            let held = answers.get::<read::Interfaces>(&interfaces_key(&subject.id))?;
            return Ok(match (until, held) {
                (Until::Gone, Some(held)) => pending(format!("{held} network interfaces left")),
                (Until::Gone, None) => Progress::Reached {
                    outputs: Outputs::new(),
                },
                (Until::Reaches(_), _) => pending("not visible yet".to_owned()),
            });
        };
        let state = found.state.as_ref();
        Ok(match (until, state.and_then(|state| state.code.as_ref())) {
            (Until::Gone, _) => pending("still there".to_owned()),
            (_, Some(LoadBalancerStateEnum::Failed)) => failed(
                "the load balancer could not be set up",
                state.and_then(|state| state.reason.clone()),
            ),
            (_, Some(LoadBalancerStateEnum::Active | LoadBalancerStateEnum::ActiveImpaired)) => {
                match answers.get::<read::Capacity>(&subject.id)? {
                    Some(reserved) => reservation(reserved, found),
                    None => Progress::Reached {
                        outputs: outputs_of(found),
                    },
                }
            }
            (_, other) => pending(
                other
                    .map_or("provisioning", LoadBalancerStateEnum::as_str)
                    .to_owned(),
            ),
        })
    }
}

/// What stands under the name.
async fn named(cx: &Context, spec: &LoadBalancerResolved) -> Result<Option<Made>> {
    let Some(name) = &spec.name else {
        return Ok(None);
    };
    let request = cx.elbv2().describe_load_balancers().names(name);
    let mut pages = request.into_paginator().items().send();
    while let Some(found) = pages.next().await {
        let found = found.named("elasticloadbalancing:DescribeLoadBalancers");
        match found.found()? {
            Some(found) if found.load_balancer_name.as_ref() == Some(name) => {
                return Ok(made(&found));
            }
            Some(_) => {}
            None => break,
        }
    }
    Ok(None)
}

/// How far a reservation has got: the least of its zones counts.
fn reservation(reserved: &read::Reservation, found: &SdkLoadBalancer) -> Progress {
    let states = || reserved.zones.iter().filter_map(|zone| zone.state.as_ref());
    let with = |code: CapacityReservationStateEnum| {
        states().find(move |state| state.code.as_ref() == Some(&code))
    };
    if let Some(state) = with(CapacityReservationStateEnum::Failed) {
        return failed("the capacity could not be reserved", state.reason.clone());
    }
    if with(CapacityReservationStateEnum::Pending).is_some() {
        return Progress::Pending {
            status: "reserving capacity".to_owned(),
            events: Vec::new(),
        };
    }
    Progress::Reached {
        outputs: outputs_of(found),
    }
}

fn failed(summary: &str, reason: Option<String>) -> Progress {
    Progress::Failed(Failure {
        summary: summary.to_owned(),
        details: reason
            .into_iter()
            .map(|reason| ("cause".to_owned(), reason))
            .collect(),
        rolled_back: false,
    })
}

/// What SetSubnets and SetIpAddressType change. Both take the address type; the prefixes only go with the subnets.
#[derive(Default)]
struct Network {
    subnets: bool,
    source_nat: bool,
    address_type: bool,
}

impl Network {
    async fn send(self, cx: &Context, arn: &str, to: &LoadBalancerResolved) -> Result<()> {
        let of = to.ip_address_type.map_or("ipv4", |of| of.as_str());
        let address_type = self.address_type.then(|| IpAddressType::from(of));
        if self.subnets || self.source_nat {
            let (subnets, mappings) = sdk_subnets(&to.subnets);
            let nat = source_nat(to).or(self
                .source_nat
                .then_some(EnablePrefixForIpv6SourceNatEnum::Off));
            let request = cx
                .elbv2()
                .set_subnets()
                .load_balancer_arn(arn)
                .set_subnets(subnets)
                .set_subnet_mappings(mappings)
                .set_ip_address_type(address_type)
                .set_enable_prefix_for_ipv6_source_nat(nat);
            request
                .send()
                .await
                .named("elasticloadbalancing:SetSubnets")?;
        } else if address_type.is_some() {
            let request = cx
                .elbv2()
                .set_ip_address_type()
                .load_balancer_arn(arn)
                .set_ip_address_type(address_type);
            request
                .send()
                .await
                .named("elasticloadbalancing:SetIpAddressType")?;
        }
        Ok(())
    }
}

async fn set_security_groups(cx: &Context, arn: &str, to: &LoadBalancerResolved) -> Result<()> {
    let groups = match security_groups(to) {
        Some(groups) => groups,
        None => default_security_group(cx, arn).await?,
    };
    let enforce = to
        .enforce_security_group_inbound_rules_on_private_link_traffic
        .map(|enforce| {
            EnforceSecurityGroupInboundRulesOnPrivateLinkTrafficEnum::from(enforce.as_str())
        });
    let request = cx
        .elbv2()
        .set_security_groups()
        .load_balancer_arn(arn)
        .set_security_groups(Some(groups))
        .set_enforce_security_group_inbound_rules_on_private_link_traffic(enforce);
    request
        .send()
        .await
        .named("elasticloadbalancing:SetSecurityGroups")
        .map(drop)
}

/// The group that an application load balancer has when nobody names one: the VPC's own.
async fn default_security_group(cx: &Context, arn: &str) -> Result<Vec<String>> {
    const OPERATION: &str = "ec2:DescribeSecurityGroups";
    let found = read::LoadBalancers::fetch(cx, vec![arn.to_owned()]).await?;
    let vpc = found.into_iter().find_map(|(_, found)| found.vpc_id);
    let request = cx
        .ec2()
        .describe_security_groups()
        .filters(filter("vpc-id", vpc.into_iter().collect()))
        .filters(filter("group-name", vec!["default".to_owned()]));
    let group = request.into_paginator().items().send().try_next().await;
    let group = group.named(OPERATION)?.and_then(|group| group.group_id);
    group
        .map(|group| vec![group])
        .ok_or_else(|| incomplete(OPERATION, "default security group"))
}

async fn set_pool(cx: &Context, arn: &str, to: &LoadBalancerResolved) -> Result<()> {
    let request = cx.elbv2().modify_ip_pools().load_balancer_arn(arn);
    let request = match &to.ipv4_ipam_pool_id {
        Some(pool) => request.ipam_pools(
            IpamPools::builder()
                .ipv4_ipam_pool_id(pool.as_str())
                .build(),
        ),
        None => request.remove_ipam_pools(RemoveIpamPoolEnum::Ipv4),
    };
    request
        .send()
        .await
        .named("elasticloadbalancing:ModifyIpPools")
        .map(drop)
}

/// AWS takes no reservation for a load balancer that it still sets up: looking first spares a refusal that says nothing of it.
async fn stands(cx: &Context, arn: &str) -> Result<()> {
    let found = read::LoadBalancers::fetch(cx, vec![arn.to_owned()]).await?;
    let state = found.first().and_then(|(_, found)| found.state.as_ref());
    let state = state.and_then(|state| state.code.as_ref());
    if state != Some(&LoadBalancerStateEnum::Provisioning) {
        return Ok(());
    }
    Err(ProviderError {
        class: ErrorClass::NotYet,
        ..invalid(RESERVE, "the load balancer is still being set up")
    })
}

async fn reserve(cx: &Context, arn: &str, to: &LoadBalancerResolved) -> Result<()> {
    stands(cx, arn).await?;
    let request = cx
        .elbv2()
        .modify_capacity_reservation()
        .load_balancer_arn(arn);
    let request = match &to.minimum_load_balancer_capacity {
        Some(minimum) => {
            let units = i32::try_from(minimum.capacity_units).unwrap_or(i32::MAX);
            request.minimum_load_balancer_capacity(
                MinimumLoadBalancerCapacity::builder()
                    .capacity_units(units)
                    .build(),
            )
        }
        None => request.reset_capacity_reservation(true),
    };
    request.send().await.named(RESERVE).map(drop)
}

async fn set_attributes(
    cx: &Context,
    subject: &Subject<LoadBalancerLifecycle>,
    to: &LoadBalancerResolved,
) -> Result<()> {
    let spec = json!({"Type": to.load_balancer_type, "Scheme": to.scheme});
    let from = subject
        .applied
        .load_balancer_attributes
        .iter()
        .map(|attribute| attribute.key.clone());
    let wanted = to
        .load_balancer_attributes
        .iter()
        .map(|attribute| (attribute.key.clone(), attribute.value.clone()));
    let pairs = attributes::to_send(LOAD_BALANCER_ATTRIBUTES, &spec, from, wanted);
    if pairs.is_empty() {
        return Ok(());
    }
    let pairs = pairs.into_iter().map(|(key, value)| {
        LoadBalancerAttribute::builder()
            .key(key)
            .value(value)
            .build()
    });
    let request = cx
        .elbv2()
        .modify_load_balancer_attributes()
        .load_balancer_arn(&subject.id)
        .set_attributes(Some(pairs.collect()));
    request
        .send()
        .await
        .named("elasticloadbalancing:ModifyLoadBalancerAttributes")
        .map(drop)
}

fn security_groups(spec: &LoadBalancerResolved) -> Option<Vec<String>> {
    let groups: Vec<_> = spec
        .security_groups
        .iter()
        .map(ToString::to_string)
        .collect();
    (!groups.is_empty()).then_some(groups)
}

fn source_nat(spec: &LoadBalancerResolved) -> Option<EnablePrefixForIpv6SourceNatEnum> {
    spec.enable_prefix_for_ipv6_source_nat
        .map(|nat| EnablePrefixForIpv6SourceNatEnum::from(nat.as_str()))
}

fn sdk_subnets(
    subnets: &LoadBalancerSubnetsResolved,
) -> (Option<Vec<String>>, Option<Vec<SubnetMapping>>) {
    match subnets {
        LoadBalancerSubnetsResolved::Subnets(subnets) => (
            Some(subnets.iter().map(ToString::to_string).collect()),
            None,
        ),
        LoadBalancerSubnetsResolved::Mapped(mappings) => {
            (None, Some(mappings.iter().map(sdk_mapping).collect()))
        }
    }
}

fn sdk_mapping(mapping: &SubnetMappingResolved) -> SubnetMapping {
    SubnetMapping::builder()
        .subnet_id(mapping.subnet_id.as_str())
        .set_allocation_id(mapping.allocation_id.as_ref().map(ToString::to_string))
        .set_private_ipv4_address(
            mapping
                .private_ipv4_address
                .map(|address| address.to_string()),
        )
        .set_ipv6_address(mapping.ipv6_address.map(|address| address.to_string()))
        .set_source_nat_ipv6_prefix(mapping.source_nat_ipv6_prefix.clone())
        .build()
}

fn observed_subnets(
    block: Block,
    found: &SdkLoadBalancer,
    applied: &LoadBalancerSubnetsResolved,
) -> Block {
    let zones = found.availability_zones.as_deref().unwrap_or_default();
    match applied {
        LoadBalancerSubnetsResolved::Subnets(_) => block.list(
            "Subnets",
            zones.iter().filter_map(|zone| zone.subnet_id.as_ref()),
        ),
        LoadBalancerSubnetsResolved::Mapped(applied) => block.list(
            "SubnetMappings",
            zones.iter().map(|zone| observed_mapping(zone, applied)),
        ),
    }
}

fn observed_mapping(zone: &AvailabilityZone, applied: &[SubnetMappingResolved]) -> Block {
    const AUTO: &str = "auto_assigned";
    let address = zone.load_balancer_addresses.iter().flatten().next();
    let applied = applied
        .iter()
        .find(|mapping| Some(mapping.subnet_id.as_str()) == zone.subnet_id.as_deref());
    let prefix = zone
        .source_nat_ipv6_prefixes
        .iter()
        .flatten()
        .next()
        .map(|prefix| {
            // AWS returns the prefix that it picked.
            let picked = applied
                .is_some_and(|mapping| mapping.source_nat_ipv6_prefix.as_deref() == Some(AUTO));
            if picked { AUTO } else { prefix.as_str() }
        });
    let ipv6 = address.and_then(|address| address.ipv6_address.as_ref());
    // One address has several written forms; the spec has the shortest.
    let ipv6 = ipv6.map(|text| {
        text.parse().map_or_else(
            |_| text.clone(),
            |parsed: std::net::Ipv6Addr| parsed.to_string(),
        )
    });
    Block::new()
        .set("SubnetId", zone.subnet_id.as_ref())
        .set(
            "AllocationId",
            address.and_then(|address| address.allocation_id.as_ref()),
        )
        .set(
            "PrivateIPv4Address",
            address.and_then(|address| address.private_ipv4_address.as_ref()),
        )
        .set("IPv6Address", ipv6)
        .set("SourceNatIpv6Prefix", prefix)
}

/// What AWS writes as the description of a load balancer's network interfaces.
fn interfaces_key(arn: &str) -> String {
    format!(
        "ELB {}",
        read::full_name(arn, "loadbalancer/").unwrap_or_default()
    )
}

fn made(found: &SdkLoadBalancer) -> Option<Made> {
    Some(Made {
        id: found.load_balancer_arn.clone()?,
        outputs: outputs_of(found),
    })
}

fn outputs_of(found: &SdkLoadBalancer) -> Outputs {
    let full_name = found
        .load_balancer_arn
        .as_deref()
        .and_then(|arn| read::full_name(arn, "loadbalancer/"));
    outputs([
        ("LoadBalancerArn", found.load_balancer_arn.clone()),
        ("DNSName", found.dns_name.clone()),
        (
            "CanonicalHostedZoneID",
            found.canonical_hosted_zone_id.clone(),
        ),
        ("LoadBalancerFullName", full_name),
        ("LoadBalancerName", found.load_balancer_name.clone()),
    ])
}
