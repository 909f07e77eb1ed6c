//! Reads of Elastic Load Balancing by ARN, many at once. Not here: what kinds make of the answers.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::types::{
    Listener, LoadBalancer, MinimumLoadBalancerCapacity, Rule, TargetDescription, TargetGroup,
    TargetHealthDescription, TargetHealthStateEnum, ZonalCapacityReservationState,
};

use crate::clients::Clients;
use crate::ec2::tags::filter;
use crate::error::{Found, Named, Result};
use crate::reads::{Query, Single, all_or_each};

/// How many ARNs one call takes.
pub const BATCH: usize = 20;

macro_rules! by_arn {
    ($($(#[$doc:meta])* $query:ident: $item:ident = $operation:ident($keys:ident) as $name:literal, $list:ident by $arn:ident;)+) => {$(
        $(#[$doc])*
        pub struct $query;

        impl Query for $query {
            type Key = String;
            type Item = $item;
            const BATCH: usize = BATCH;

            async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, $item)>> {
                all_or_each(keys, |keys| async {
                    let answer = clients.elbv2().$operation().$keys(Some(keys)).send().await.named($name)?;
                    let found = answer.$list.unwrap_or_default();
                    Ok(found.into_iter().filter_map(|item| Some((item.$arn.clone()?, item))).collect())
                })
                .await
            }
        }
    )+};
}

by_arn! {
    /// Load balancers by ARN.
    LoadBalancers: LoadBalancer = describe_load_balancers(set_load_balancer_arns)
        as "elasticloadbalancing:DescribeLoadBalancers", load_balancers by load_balancer_arn;
    /// Target groups by ARN.
    TargetGroups: TargetGroup = describe_target_groups(set_target_group_arns)
        as "elasticloadbalancing:DescribeTargetGroups", target_groups by target_group_arn;
    /// Listeners by ARN.
    Listeners: Listener = describe_listeners(set_listener_arns)
        as "elasticloadbalancing:DescribeListeners", listeners by listener_arn;
    /// Rules by ARN.
    Rules: Rule = describe_rules(set_rule_arns) as "elasticloadbalancing:DescribeRules", rules by rule_arn;
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

/// The registered targets of a target group, by ARN. Those that are on their way out are left out.
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

/// What is reserved for a load balancer, by ARN.
pub struct Capacity;

/// A reservation, and how far it has got in each zone.
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

/// The network interfaces that a load balancer still holds, by their description: it keeps them for some minutes after it is gone, and
/// until then its subnets and security groups cannot be deleted.
pub struct Interfaces;

impl Query for Interfaces {
    type Key = String;
    type Item = usize;
    /// Values that one EC2 filter takes.
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

/// The part of an ARN after `loadbalancer/`, `targetgroup` or the like: from its last colon on, without `skip`.
pub fn full_name(arn: &str, skip: &str) -> Option<String> {
    arn.rsplit(':')
        .next()
        .map(|name| name.strip_prefix(skip).unwrap_or(name).to_owned())
}
