//! The life cycle of `AWS::ElasticLoadBalancingV2::LoadBalancer`.
//!
//! CreateLoadBalancer does not carry attributes, reserved capacity, or the setting for AWS PrivateLink. Not here: subnets and addresses.

mod network;

use aws_sdk_elasticloadbalancingv2::operation::create_load_balancer::builders::CreateLoadBalancerFluentBuilder;
use aws_sdk_elasticloadbalancingv2::types::{
    CapacityReservationStateEnum, LoadBalancer as SdkLoadBalancer, LoadBalancerAttribute,
    LoadBalancerStateEnum,
};
use serde_json::json;
use windlass::aws::elasticloadbalancingv2::{
    LOAD_BALANCER_ATTRIBUTES, LoadBalancer, LoadBalancerChange, LoadBalancerResolved,
};

use self::network::Network;
use super::tags::Tags;
use super::{attributes, errors, read, tags};
use crate::applied_tags;
use crate::prelude::*;
use crate::services::own;
use crate::tagging;

lives!(LoadBalancer => LoadBalancerLifecycle);

pub struct LoadBalancerLifecycle;

tables! { windlass::aws::elasticloadbalancingv2 => aws_sdk_elasticloadbalancingv2;
    MinimumCapacity => MinimumLoadBalancerCapacity;
    LoadBalancer => create_load_balancer | LoadBalancer {
        "Name" shown as load_balancer_name;
        "Type" as r#type;
        subnets { "Subnets" always, not shown; "SubnetMappings" always, not shown; }
        "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic" later;
        "Ipv4IpamPoolId" sent as ipam_pools, sent by network::pools, shown by network::pool;
        "MinimumLoadBalancerCapacity" later, not shown;
        "LoadBalancerAttributes" later, not shown;
    }
}

impl Described for SdkLoadBalancer {
    fn id(&self) -> Option<String> {
        self.load_balancer_arn.clone()
    }

    fn outputs(&self) -> Outputs {
        let arn = self.load_balancer_arn.as_deref();
        let full_name = arn.and_then(|arn| read::full_name(arn, "loadbalancer/"));
        let zone = self.canonical_hosted_zone_id.clone();
        outputs([
            ("LoadBalancerArn", self.id()),
            ("DNSName", self.dns_name.clone()),
            ("CanonicalHostedZoneID", zone),
            ("LoadBalancerFullName", full_name),
            ("LoadBalancerName", self.load_balancer_name.clone()),
        ])
    }

    fn properties(&self) -> Block {
        self.block()
    }
}

const RESERVE: &str = "elasticloadbalancing:ModifyCapacityReservation";

impl Lifecycle for LoadBalancerLifecycle {
    type Kind = LoadBalancer;
    const DELETION: Deletion = Deletion::InBackground;
    const TIMING: Timing = Timing::USUAL.polled(250, 8_000).taking(120, 1);
    const IS_LISTED: bool = true;
    const WORDINGS: &'static [Wording] = errors::WORDINGS;

    fn bucket(action: Action) -> Option<Limit> {
        (action == Action::Create).then_some(own(10, 0.2))
    }

    fn after_create(spec: &LoadBalancerResolved) -> Vec<LoadBalancerChange> {
        later::<_, CreateLoadBalancerFluentBuilder>(spec)
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
        let minimum = reserved.and_then(|reserved| reserved.minimum.shown());
        let properties = found.properties();
        let properties = properties.set("MinimumLoadBalancerCapacity", minimum);
        let properties = network::observed_subnets(properties, found, &subject.applied.subnets);
        let written = answers.get::<read::LoadBalancerAttributes>(&subject.id)?;
        let properties = attributes::observe(properties, "LoadBalancerAttributes", written);
        let tags = &subject.applied.tags;
        Ok(Some(Observed {
            properties: applied_tags::observe(properties, &subject.id, tags, answers)?,
            outputs: found.outputs(),
        }))
    }

    async fn create(cx: &Context, spec: &LoadBalancerResolved, intent: &IntentId) -> Result<Made> {
        const OPERATION: &str = "elasticloadbalancing:CreateLoadBalancer";
        if cx.is_authored("Name") {
            tags::refuse_anothers(cx, OPERATION, named(cx, spec).await?).await?;
        }
        let call = spec.fill(cx.elbv2().create_load_balancer());
        let call = call.set_tags(tags::for_create(cx, &spec.tags, intent));
        let answer = call.send().await.named(OPERATION)?;
        made(answer.load_balancers().first(), OPERATION)
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
                LoadBalancerChange::Ipv4IpamPoolId => {
                    network::set_pool(cx, &subject.id, to).await?
                }
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
            network::set_security_groups(cx, &subject.id, to).await?;
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
        let found = answers.get::<read::LoadBalancers>(&subject.id)?;
        let Some(found) = found else {
            let held = answers.get::<read::Interfaces>(&interfaces_key(&subject.id))?;
            return Ok(match (until, held) {
                (Until::Gone, Some(held)) => pending(&format!("{held} network interfaces left")),
                (Until::Gone, None) => reached(Outputs::new()),
                (Until::Reaches(_), _) => pending("not visible yet"),
            });
        };
        let state = found.state.as_ref();
        Ok(match (until, state.and_then(|state| state.code.as_ref())) {
            (Until::Gone, _) => pending("still there"),
            (_, Some(LoadBalancerStateEnum::Failed)) => failed(
                "the load balancer could not be set up",
                state.and_then(|state| state.reason.as_deref()),
            ),
            (_, Some(LoadBalancerStateEnum::Active | LoadBalancerStateEnum::ActiveImpaired)) => {
                match answers.get::<read::Capacity>(&subject.id)? {
                    Some(reserved) => reservation(reserved, found),
                    None => reached(found.outputs()),
                }
            }
            (_, other) => pending(other.map_or("provisioning", LoadBalancerStateEnum::as_str)),
        })
    }
}

/// The load balancer that has the name.
async fn named(cx: &Context, spec: &LoadBalancerResolved) -> Result<Option<Made>> {
    let Some(name) = &spec.name else {
        return Ok(None);
    };
    let call = cx.elbv2().describe_load_balancers().names(name);
    let balancers = call.into_paginator().items().send().try_collect().await;
    let balancers = balancers
        .named("elasticloadbalancing:DescribeLoadBalancers")
        .found()?;
    let mut balancers = balancers.iter().flatten();
    let named = balancers.find(|balancer| balancer.load_balancer_name.as_ref() == Some(name));
    Ok(named.and_then(Made::of))
}

/// The progress of a capacity reservation: the zone with the least progress counts.
fn reservation(reserved: &read::Reservation, found: &SdkLoadBalancer) -> Progress {
    let states = || reserved.zones.iter().filter_map(|zone| zone.state.as_ref());
    let with = |code: CapacityReservationStateEnum| {
        states().find(move |state| state.code.as_ref() == Some(&code))
    };
    if let Some(state) = with(CapacityReservationStateEnum::Failed) {
        return failed(
            "the capacity could not be reserved",
            state.reason.as_deref(),
        );
    }
    if with(CapacityReservationStateEnum::Pending).is_some() {
        return pending("reserving capacity");
    }
    reached(found.outputs())
}

/// Refuses with "not yet" while AWS provisions the load balancer. AWS takes no reservation then, and its own refusal does not give this reason.
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
    let request = match to.minimum_load_balancer_capacity.to_sdk() {
        Some(minimum) => request.minimum_load_balancer_capacity(minimum),
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

/// The description that AWS gives to a load balancer's network interfaces.
fn interfaces_key(arn: &str) -> String {
    format!(
        "ELB {}",
        read::full_name(arn, "loadbalancer/").unwrap_or_default()
    )
}
