//! How groups are read: groups by name, hooks per group, notifications for many groups at once.

use std::collections::BTreeMap;

use aws_sdk_autoscaling::types::{
    AutoScalingGroup as SdkGroup, DeletionProtection, LifecycleHook, LifecycleState,
    NotificationConfiguration,
};
use windlass_engine::provider::Outputs;
use windlass_state::identity::is_own_tag;

use super::{capacity, launch};
use crate::clients::Clients;
use crate::error::{Named, Result};
use crate::observed::{Block, Observed, outputs};
use crate::reads::{Query, Single};

/// Groups by name. Names that nothing has are left out of the answer.
pub struct Groups;

impl Query for Groups {
    type Key = String;
    type Item = SdkGroup;
    /// Names that one call takes where it asks for as many records.
    const BATCH: usize = 100;

    async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, SdkGroup)>> {
        let mut found = Vec::new();
        let mut pages = clients
            .autoscaling()
            .describe_auto_scaling_groups()
            .max_records(100)
            .set_auto_scaling_group_names(Some(keys))
            .into_paginator()
            .items()
            .send();
        while let Some(group) = pages.next().await {
            let group = group.named("autoscaling:DescribeAutoScalingGroups")?;
            found.extend(
                group
                    .auto_scaling_group_name
                    .clone()
                    .map(|name| (name, group)),
            );
        }
        Ok(found)
    }
}

/// The lifecycle hooks of a group. AWS describes those of one group per call.
pub struct Hooks;

impl Single for Hooks {
    type Key = String;
    type Item = Vec<LifecycleHook>;

    async fn ask(clients: &Clients, group: &String) -> Result<Option<Vec<LifecycleHook>>> {
        let call = clients.autoscaling().describe_lifecycle_hooks();
        let answer = call.auto_scaling_group_name(group).send().await;
        match answer.named("autoscaling:DescribeLifecycleHooks") {
            // A group that is gone: that it is missing is said by the groups.
            Err(error) if error.code.as_deref() == Some("ValidationError") => Ok(None),
            other => Ok(Some(other?.lifecycle_hooks.unwrap_or_default())),
        }
    }
}

/// The notifications of groups.
pub struct Notifications;

impl Query for Notifications {
    type Key = String;
    type Item = Vec<NotificationConfiguration>;
    const BATCH: usize = 50;

    async fn fetch(
        clients: &Clients,
        keys: Vec<String>,
    ) -> Result<Vec<(String, Vec<NotificationConfiguration>)>> {
        let mut found: BTreeMap<String, Vec<NotificationConfiguration>> = BTreeMap::new();
        let mut pages = clients
            .autoscaling()
            .describe_notification_configurations()
            .set_auto_scaling_group_names(Some(keys))
            .into_paginator()
            .items()
            .send();
        while let Some(one) = pages.next().await {
            let one = one.named("autoscaling:DescribeNotificationConfigurations")?;
            if let Some(name) = one.auto_scaling_group_name.clone() {
                found.entry(name).or_default().push(one);
            }
        }
        Ok(found.into_iter().collect())
    }
}

/// How many instances are in service, and how many should be, in the unit of the group's sizes.
pub fn in_service(group: &SdkGroup) -> (i32, i32) {
    let weight = |weight: Option<&str>| weight.and_then(|text| text.parse::<i32>().ok());
    let running = group
        .instances()
        .iter()
        .filter(|instance| instance.lifecycle_state == Some(LifecycleState::InService))
        .map(|instance| weight(instance.weighted_capacity()).unwrap_or(1))
        .sum();
    (running, group.desired_capacity.unwrap_or(0))
}

pub fn group_outputs(group: &SdkGroup) -> Outputs {
    outputs([
        (
            "AutoScalingGroupName",
            group.auto_scaling_group_name.clone(),
        ),
        ("AutoScalingGroupARN", group.auto_scaling_group_arn.clone()),
    ])
}

/// What AWS says about a group.
pub fn observed(
    group: &SdkGroup,
    hooks: &[LifecycleHook],
    notifications: &[NotificationConfiguration],
) -> Observed {
    let properties = Block::new()
        .set("AutoScalingGroupName", group.auto_scaling_group_name())
        .block(
            "LaunchTemplate",
            group.launch_template().map(launch::template_block),
        )
        .block(
            "MixedInstancesPolicy",
            group.mixed_instances_policy().map(launch::mixed_block),
        )
        .set("LaunchConfigurationName", group.launch_configuration_name())
        .set("MinSize", group.min_size)
        .set("MaxSize", group.max_size)
        .set("DesiredCapacity", group.desired_capacity)
        .set("DesiredCapacityType", group.desired_capacity_type())
        .list("VPCZoneIdentifier", parts(group.vpc_zone_identifier()))
        .list("AvailabilityZones", group.availability_zones())
        .list("AvailabilityZoneIds", group.availability_zone_ids())
        .set("CapacityRebalance", group.capacity_rebalance)
        .set("Context", group.context())
        .set("Cooldown", group.default_cooldown)
        .set("DefaultInstanceWarmup", group.default_instance_warmup)
        .set(
            "DeletionProtection",
            group
                .deletion_protection
                .as_ref()
                .map(DeletionProtection::as_str),
        )
        .set("HealthCheckGracePeriod", group.health_check_grace_period)
        .set("HealthCheckType", health_checks(group.health_check_type()))
        .list(
            "LifecycleHookSpecificationList",
            hooks.iter().map(hook_block),
        )
        .list("LoadBalancerNames", group.load_balancer_names())
        .set("MaxInstanceLifetime", group.max_instance_lifetime)
        .list("MetricsCollection", metrics(group))
        .set(
            "NewInstancesProtectedFromScaleIn",
            group.new_instances_protected_from_scale_in,
        )
        .list(
            "NotificationConfigurations",
            notification_blocks(notifications),
        )
        .set("PlacementGroup", group.placement_group())
        .set("ServiceLinkedRoleARN", group.service_linked_role_arn())
        .list("TargetGroupARNs", group.target_group_arns())
        .list("TerminationPolicies", group.termination_policies())
        .list("TrafficSources", traffic_sources(group))
        .list("Tags", tags(group));
    Observed {
        properties: capacity::blocks(group, properties),
        outputs: group_outputs(group),
    }
}

fn parts(list: Option<&str>) -> Vec<&str> {
    list.into_iter()
        .flat_map(|text| text.split(','))
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect()
}

/// The same names in the order that specs have them in.
fn health_checks(list: Option<&str>) -> Option<String> {
    list.map(|text| {
        let mut names = parts(Some(text));
        names.sort_unstable();
        names.join(",")
    })
}

fn hook_block(hook: &LifecycleHook) -> Block {
    Block::new()
        .set("LifecycleHookName", hook.lifecycle_hook_name())
        .set("LifecycleTransition", hook.lifecycle_transition())
        .set("DefaultResult", hook.default_result())
        .set("HeartbeatTimeout", hook.heartbeat_timeout)
        .set("NotificationMetadata", hook.notification_metadata())
        .set("NotificationTargetARN", hook.notification_target_arn())
        .set("RoleARN", hook.role_arn())
}

fn metrics(group: &SdkGroup) -> Vec<Block> {
    let mut by_granularity: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for metric in group.enabled_metrics() {
        if let (Some(granularity), Some(name)) = (metric.granularity(), metric.metric()) {
            by_granularity.entry(granularity).or_default().push(name);
        }
    }
    let block = |(granularity, names): (&str, Vec<&str>)| {
        Block::new()
            .set("Granularity", Some(granularity))
            .list("Metrics", names)
    };
    by_granularity.into_iter().map(block).collect()
}

/// AWS gives one entry per topic and type.
fn notification_blocks(notifications: &[NotificationConfiguration]) -> Vec<Block> {
    let mut by_topic: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for one in notifications {
        if let (Some(topic), Some(kind)) = (one.topic_arn(), one.notification_type()) {
            by_topic.entry(topic).or_default().push(kind);
        }
    }
    let block = |(topic, types): (&str, Vec<&str>)| {
        Block::new()
            .set("TopicARN", Some(topic))
            .list("NotificationTypes", types)
    };
    by_topic.into_iter().map(block).collect()
}

fn traffic_sources(group: &SdkGroup) -> Vec<Block> {
    let block = |source: &aws_sdk_autoscaling::types::TrafficSourceIdentifier| {
        Block::new()
            .set("Identifier", source.identifier())
            .set("Type", source.r#type())
    };
    group.traffic_sources().iter().map(block).collect()
}

/// The author's tags. `PropagateAtLaunch` stands only where it is `false`, as in specs.
fn tags(group: &SdkGroup) -> Vec<Block> {
    group
        .tags()
        .iter()
        .filter(|tag| {
            tag.key()
                .is_some_and(|key| !is_own_tag(key) && !key.starts_with("aws:"))
        })
        .map(|tag| {
            Block::new()
                .set("Key", tag.key())
                .set("Value", tag.value())
                .set(
                    "PropagateAtLaunch",
                    tag.propagate_at_launch.filter(|at_launch| !at_launch),
                )
        })
        .collect()
}
