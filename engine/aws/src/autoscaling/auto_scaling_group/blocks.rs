//! A group as request and as answer. Not here: its blocks (`launch`, `capacity`, `attached`), and its hooks and notifications, which come in other answers.

use std::collections::BTreeMap;

use aws_sdk_autoscaling::types::{AutoScalingGroup as SdkGroup, NotificationConfiguration};
use windlass::aws::autoscaling::AutoScalingGroupResolved;
use windlass::aws::autoscaling::auto_scaling_group::launch::LaunchResolved;
use windlass::aws::ec2::SubnetId;
use windlass_state::identity::is_own_tag;

use crate::prelude::*;
use crate::table::text;

// The table goes through `self`, because the group and its choice of a launch are in two modules of `windlass`.
tables! { self => aws_sdk_autoscaling;
    AutoScalingGroup => create_auto_scaling_group | AutoScalingGroup {
        "VPCZoneIdentifier" sent by joined, shown by subnets;
        "Cooldown" as default_cooldown;
        "ForceDelete" not sent;
        "HealthCheckType" shown by health_checks;
        "LifecycleHookSpecificationList" not shown;
        "MetricsCollection" later, shown by metrics;
        "NotificationConfigurations" later, not shown;
        "Tags" not sent, shown by tags;
    }
}

impl Described for SdkGroup {
    fn id(&self) -> Option<String> {
        self.auto_scaling_group_name.clone()
    }

    fn outputs(&self) -> Outputs {
        outputs([
            ("AutoScalingGroupName", self.id()),
            ("AutoScalingGroupARN", self.auto_scaling_group_arn.clone()),
        ])
    }

    fn properties(&self) -> Block {
        self.block()
    }

    /// AWS returns a status only while it deletes the group.
    fn stays(&self) -> bool {
        self.status.is_none()
    }
}

/// The subnets as Auto Scaling takes them: one text with commas.
pub fn joined(subnets: &[SubnetId]) -> Option<String> {
    let subnets: Vec<String> = subnets.iter().map(text).collect();
    (!subnets.is_empty()).then(|| subnets.join(","))
}

fn subnets(group: &SdkGroup) -> Option<Vec<&str>> {
    listed(parts(group.vpc_zone_identifier()))
}

fn parts(list: Option<&str>) -> Vec<&str> {
    list.into_iter()
        .flat_map(|text| text.split(','))
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect()
}

fn listed<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}

/// The health check types in the order that specs have. AWS may return another order.
fn health_checks(group: &SdkGroup) -> Option<String> {
    let mut names = parts(Some(group.health_check_type()?));
    names.sort_unstable();
    Some(names.join(","))
}

fn metrics(group: &SdkGroup) -> Option<Vec<Block>> {
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
    listed(by_granularity.into_iter().map(block).collect())
}

/// One block for each topic. AWS returns one entry for each topic and type.
pub fn notifications(entries: &[NotificationConfiguration]) -> Vec<Block> {
    let mut by_topic: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for one in entries {
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

/// The author's tags. `PropagateAtLaunch` appears only if it is `false`, as in specs.
fn tags(group: &SdkGroup) -> Option<Vec<Block>> {
    let is_authored = |key: &str| !is_own_tag(key) && !key.starts_with("aws:");
    let tags = group.tags().iter();
    let authored = tags.filter(|tag| tag.key().is_some_and(is_authored));
    let blocks = authored.map(|tag| {
        let at_launch = tag.propagate_at_launch.filter(|at_launch| !at_launch);
        Block::new()
            .set("Key", tag.key())
            .set("Value", tag.value())
            .set("PropagateAtLaunch", at_launch)
    });
    listed(blocks.collect())
}
