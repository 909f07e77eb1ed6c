//! Reads of groups: groups by name, hooks of one group per call, notifications of many groups at once. Not here: the conversion of the answers (`blocks`).

use std::collections::BTreeMap;

use crate::prelude::*;
use aws_sdk_autoscaling::types::{
    AutoScalingGroup as SdkGroup, LifecycleHook, LifecycleState, NotificationConfiguration,
};

/// Groups by name. AWS leaves out names that do not exist.
pub struct Groups;

impl Query for Groups {
    type Key = String;
    type Item = SdkGroup;
    /// How many names one call takes if it also asks for as many records.
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

/// The lifecycle hooks of a group. A call describes the hooks of one group.
pub struct Hooks;

impl Single for Hooks {
    type Key = String;
    type Item = Vec<LifecycleHook>;

    async fn ask(clients: &Clients, group: &String) -> Result<Option<Vec<LifecycleHook>>> {
        let call = clients.autoscaling().describe_lifecycle_hooks();
        let answer = call.auto_scaling_group_name(group).send().await;
        match answer.named("autoscaling:DescribeLifecycleHooks") {
            // The group is gone. The read of the groups reports that.
            Err(error) if error.code.as_deref() == Some("ValidationError") => Ok(None),
            other => Ok(Some(other?.lifecycle_hooks.unwrap_or_default())),
        }
    }
}

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

/// How many instances are in service, and how many the group wants, in the unit of the group's sizes.
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
