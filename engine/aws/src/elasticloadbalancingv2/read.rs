//! Reads of Elastic Load Balancing by ARN, many at once. Not here: what kinds make of the answers.

use std::collections::BTreeMap;
use std::future::Future;

use aws_sdk_elasticloadbalancingv2::types::{
    Listener, LoadBalancer, MinimumLoadBalancerCapacity, Rule, TargetDescription, TargetGroup,
    TargetHealthStateEnum, ZonalCapacityReservationState,
};
use windlass_engine::provider::ErrorClass;

use crate::clients::Clients;
use crate::ec2::tags::filter;
use crate::error::{Found, Named, Result};
use crate::reads::Query;

/// How many ARNs one call takes.
pub const BATCH: usize = 20;

/// Asks about all keys with one call, and about each alone where AWS refuses the whole question because one of them is gone.
///
/// Elastic Load Balancing has no filters, and a list of everything grows with the account instead of the stack.
pub async fn all_or_each<T, F>(keys: Vec<String>, ask: impl Fn(Vec<String>) -> F) -> Result<Vec<T>>
where
    F: Future<Output = Result<Vec<T>>>,
{
    match ask(keys.clone()).await {
        Err(error) if error.class == ErrorClass::NotFound && keys.len() > 1 => {
            let each = keys.into_iter().map(|key| ask(vec![key]));
            let mut all = Vec::new();
            for found in futures::future::join_all(each).await {
                all.extend(found.found()?.unwrap_or_default());
            }
            Ok(all)
        }
        answered => Ok(answered.found()?.unwrap_or_default()),
    }
}

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

        impl Query for $query {
            type Key = String;
            type Item = BTreeMap<String, String>;
            const BATCH: usize = 1;

            async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, Self::Item)>> {
                let mut all = Vec::new();
                for key in keys {
                    let answer = clients.elbv2().$operation().$key(&key).send().await.named($name);
                    if let Some(answer) = answer.found()? {
                        let attributes = answer.attributes.unwrap_or_default();
                        let pairs = attributes.into_iter().filter_map(|attribute| Some((attribute.key?, attribute.value?)));
                        all.push((key, pairs.collect()));
                    }
                }
                Ok(all)
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

impl Query for Targets {
    type Key = String;
    type Item = Vec<TargetDescription>;
    const BATCH: usize = 1;

    async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, Self::Item)>> {
        let mut all = Vec::new();
        for key in keys {
            let answer = clients
                .elbv2()
                .describe_target_health()
                .target_group_arn(&key)
                .send()
                .await;
            if let Some(answer) = answer
                .named("elasticloadbalancing:DescribeTargetHealth")
                .found()?
            {
                let staying = answer
                    .target_health_descriptions
                    .unwrap_or_default()
                    .into_iter()
                    .filter(|target| {
                        let state = target
                            .target_health
                            .as_ref()
                            .and_then(|health| health.state.as_ref());
                        state != Some(&TargetHealthStateEnum::Draining)
                    });
                all.push((key, staying.filter_map(|target| target.target).collect()));
            }
        }
        Ok(all)
    }
}

/// What is reserved for a load balancer, by ARN.
pub struct Capacity;

/// A reservation, and how far it has got in each zone.
pub struct Reservation {
    pub minimum: Option<MinimumLoadBalancerCapacity>,
    pub zones: Vec<ZonalCapacityReservationState>,
}

impl Query for Capacity {
    type Key = String;
    type Item = Reservation;
    const BATCH: usize = 1;

    async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, Reservation)>> {
        let mut all = Vec::new();
        for key in keys {
            let answer = clients
                .elbv2()
                .describe_capacity_reservation()
                .load_balancer_arn(&key)
                .send()
                .await;
            if let Some(answer) = answer
                .named("elasticloadbalancing:DescribeCapacityReservation")
                .found()?
            {
                let reservation = Reservation {
                    minimum: answer.minimum_load_balancer_capacity,
                    zones: answer.capacity_reservation_state.unwrap_or_default(),
                };
                all.push((key, reservation));
            }
        }
        Ok(all)
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
