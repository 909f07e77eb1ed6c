//! Reads of Elastic Load Balancing by ARN, many per call. Not here: the conversion of the answers.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_elasticloadbalancingv2::types::{
    Listener, LoadBalancer, MinimumLoadBalancerCapacity, Rule, TargetDescription, TargetGroup,
    TargetHealthDescription, TargetHealthStateEnum, ZonalCapacityReservationState,
};

use crate::applied_tags;
use crate::ec2::tags::filter;
use crate::prelude::*;
use crate::reads::{FEW, all_or_each, chunks, few_at_once, listed_or_asked};

/// How many ARNs one call takes.
pub const BATCH: usize = 20;

/// How many resources one page of a list shows at most.
const PAGE: i32 = 400;

macro_rules! listed {
    ($($(#[$doc:meta])* $query:ident: $item:ident = $operation:ident($keys:ident, $items:ident) as $name:literal by $arn:ident;)+) => {$(
        $(#[$doc])*
        pub struct $query;

        impl Query for $query {
            type Key = String;
            type Item = $item;
            /// The list has no limit on keys.
            const BATCH: usize = 100_000;

            async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, $item)>> {
                let describe = || clients.elbv2().$operation();
                listed_or_asked(
                    keys,
                    BATCH,
                    $item::$arn,
                    |token| async {
                        let answer = describe().page_size(PAGE).set_marker(token).send().await.named($name)?;
                        Ok((answer.$items, answer.next_marker))
                    },
                    |keys| async {
                        let pages = describe().$keys(Some(keys)).into_paginator().items().send();
                        pages.try_collect().await.named($name)
                    },
                )
                .await
            }
        }
    )+};
}

listed! {
    /// Load balancers by ARN.
    LoadBalancers: LoadBalancer = describe_load_balancers(set_load_balancer_arns, load_balancers)
        as "elasticloadbalancing:DescribeLoadBalancers" by load_balancer_arn;
    /// Target groups by ARN.
    TargetGroups: TargetGroup = describe_target_groups(set_target_group_arns, target_groups)
        as "elasticloadbalancing:DescribeTargetGroups" by target_group_arn;
}

macro_rules! by_parent {
    ($($(#[$doc:meta])* $query:ident: $item:ident = $operation:ident($keys:ident, $parent:ident) as $name:literal by $arn:ident
        of $parent_of:ident;)+) => {$(
        $(#[$doc])*
        pub struct $query;

        impl Query for $query {
            type Key = String;
            type Item = $item;
            /// A read by parent has no limit on keys.
            const BATCH: usize = 100_000;

            async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, $item)>> {
                let named = |item: $item| Some((item.$arn.clone()?, item));
                let describe = || clients.elbv2().$operation();
                let parents: BTreeSet<String> = keys.iter().filter_map(|arn| $parent_of(arn)).collect();
                if parents.len() <= keys.len().div_ceil(BATCH).max(FEW) {
                    let asked = parents.into_iter().map(|arn| async {
                        let pages = describe().$parent(arn).into_paginator().items().send();
                        pages.try_collect().await.named($name).found()
                    });
                    let wanted: BTreeSet<String> = keys.into_iter().collect();
                    let found: Result<Vec<_>> = few_at_once(asked).await.into_iter().collect();
                    let found = found?.into_iter().flatten().flatten().filter_map(named);
                    return Ok(found.filter(|(arn, _)| wanted.contains(arn)).collect());
                }
                let shown = applied_tags::shown(clients, &keys).await.unwrap_or_default();
                let (shown, hidden): (Vec<_>, Vec<_>) = keys.into_iter().partition(|arn| shown.contains_key(arn));
                let chunks = chunks(&shown, BATCH).chain(chunks(&hidden, BATCH));
                let asked = chunks.map(|keys| all_or_each(keys, |keys| async {
                    let pages = describe().$keys(Some(keys)).into_paginator().items().send();
                    Ok(pages.try_collect().await.named($name)?.into_iter().filter_map(named).collect())
                }));
                let found: Result<Vec<Vec<_>>> = few_at_once(asked).await.into_iter().collect();
                Ok(found?.into_iter().flatten().collect())
            }
        }
    )+};
}

// Windlass reads listeners and rules by their parent if that takes few calls: there, a missing one does not fail the others. A call by ARN fails for
// all its ARNs if one is gone, and AWS does not name the missing one. So Windlass asks separately for ARNs that the tagging API does not show.
by_parent! {
    /// Listeners by ARN.
    Listeners: Listener = describe_listeners(set_listener_arns, load_balancer_arn)
        as "elasticloadbalancing:DescribeListeners" by listener_arn of load_balancer_of;
    /// Rules by ARN.
    Rules: Rule = describe_rules(set_rule_arns, listener_arn)
        as "elasticloadbalancing:DescribeRules" by rule_arn of listener_of;
}

/// The load balancer of a listener: `…:listener/app/front/0a1/0b2` belongs to `…:loadbalancer/app/front/0a1`.
pub fn load_balancer_of(listener: &str) -> Option<String> {
    parent(listener, ":listener/", ":loadbalancer/")
}

/// The listener of a rule: `…:listener-rule/app/front/0a1/0b2/0c3` belongs to `…:listener/app/front/0a1/0b2`.
pub fn listener_of(rule: &str) -> Option<String> {
    parent(rule, ":listener-rule/", ":listener/")
}

fn parent(arn: &str, own: &str, its: &str) -> Option<String> {
    let (rest, _) = arn.rsplit_once('/')?;
    rest.contains(own).then(|| rest.replacen(own, its, 1))
}

macro_rules! attributes_of {
    ($($(#[$doc:meta])* $query:ident = $operation:ident($key:ident) as $name:literal;)+) => {$(
        $(#[$doc])*
        pub struct $query;

        impl Single for $query {
            type Key = String;
            type Item = BTreeMap<String, String>;

            async fn ask(clients: &Clients, key: &String) -> Result<Option<Self::Item>> {
                let answer = clients.elbv2().$operation().$key(key).send().await.named($name).found()?;
                Ok(answer.map(|answer| {
                    let attributes = answer.attributes.unwrap_or_default();
                    attributes.into_iter().filter_map(|attribute| Some((attribute.key?, attribute.value?))).collect()
                }))
            }
        }
    )+};
}

attributes_of! {
    /// The attributes of a load balancer, by ARN.
    LoadBalancerAttributes = describe_load_balancer_attributes(load_balancer_arn)
        as "elasticloadbalancing:DescribeLoadBalancerAttributes";
    /// The attributes of a target group, by ARN.
    TargetGroupAttributes = describe_target_group_attributes(target_group_arn)
        as "elasticloadbalancing:DescribeTargetGroupAttributes";
    /// The attributes of a listener, by ARN.
    ListenerAttributes = describe_listener_attributes(listener_arn)
        as "elasticloadbalancing:DescribeListenerAttributes";
}

/// The registered targets of a target group, by ARN, without targets that are being deregistered.
pub struct Targets;

impl Single for Targets {
    type Key = String;
    type Item = Vec<TargetDescription>;

    async fn ask(clients: &Clients, arn: &String) -> Result<Option<Self::Item>> {
        let request = clients.elbv2().describe_target_health();
        let answer = request.target_group_arn(arn).send().await;
        let answer = answer
            .named("elasticloadbalancing:DescribeTargetHealth")
            .found()?;
        let staying = |described: &TargetHealthDescription| {
            let state = described.target_health.as_ref();
            state.and_then(|health| health.state.as_ref()) != Some(&TargetHealthStateEnum::Draining)
        };
        Ok(answer.map(|answer| {
            let described = answer.target_health_descriptions.unwrap_or_default();
            let staying = described.into_iter().filter(staying);
            staying.filter_map(|described| described.target).collect()
        }))
    }
}

/// The reserved capacity of a load balancer, by ARN.
pub struct Capacity;

/// A capacity reservation, and its progress in each zone.
pub struct Reservation {
    pub minimum: Option<MinimumLoadBalancerCapacity>,
    pub zones: Vec<ZonalCapacityReservationState>,
}

impl Single for Capacity {
    type Key = String;
    type Item = Reservation;

    async fn ask(clients: &Clients, arn: &String) -> Result<Option<Reservation>> {
        let request = clients.elbv2().describe_capacity_reservation();
        let answer = request.load_balancer_arn(arn).send().await;
        let answer = answer
            .named("elasticloadbalancing:DescribeCapacityReservation")
            .found()?;
        Ok(answer.map(|answer| Reservation {
            minimum: answer.minimum_load_balancer_capacity,
            zones: answer.capacity_reservation_state.unwrap_or_default(),
        }))
    }
}

/// The network interfaces that a load balancer still has, by their description. AWS keeps them for some minutes after the load balancer is gone.
/// Until then, AWS refuses to delete its subnets and security groups.
pub struct Interfaces;

impl Query for Interfaces {
    type Key = String;
    type Item = usize;
    /// How many values one EC2 filter takes.
    const BATCH: usize = 200;

    async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, usize)>> {
        let request = clients
            .ec2()
            .describe_network_interfaces()
            .filters(filter("description", keys));
        let mut pages = request.into_paginator().items().send();
        let mut held: BTreeMap<String, usize> = BTreeMap::new();
        while let Some(interface) = pages.next().await {
            let interface = interface.named("ec2:DescribeNetworkInterfaces")?;
            *held
                .entry(interface.description.unwrap_or_default())
                .or_default() += 1;
        }
        Ok(held.into_iter().collect())
    }
}

/// The part of an ARN after its last colon, without `skip`, such as `loadbalancer/`.
pub fn full_name(arn: &str, skip: &str) -> Option<String> {
    arn.rsplit(':')
        .next()
        .map(|name| name.strip_prefix(skip).unwrap_or(name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_holds_what_it_belongs_to() {
        let here = "arn:aws:elasticloadbalancing:us-east-1:123456789012";
        let listener = format!("{here}:listener/app/front/0a1/0b2");
        let rule = format!("{here}:listener-rule/app/front/0a1/0b2/0c3");
        assert_eq!(listener_of(&rule).as_ref(), Some(&listener));
        let balancer = format!("{here}:loadbalancer/app/front/0a1");
        assert_eq!(load_balancer_of(&listener), Some(balancer));
        assert_eq!(listener_of(&listener), None);
    }
}
