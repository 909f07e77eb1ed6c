//! The parts of a group that have their own calls: hooks, notifications, metrics, load balancers, traffic sources and tags.
//!
//! Each function brings one part to its wanted state and touches only recorded members. All calls are safe to retry.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_autoscaling::types as sdk;
use windlass::aws::autoscaling::auto_scaling_group::attached::{
    HookResult, LifecycleHookSpecificationResolved, MetricsCollectionResolved,
    NotificationConfigurationResolved, TrafficSourceResolved,
};
use windlass::aws::autoscaling::{ResolvedGroupTag, ResolvedGroupTags};
use windlass::value::ResolvedTags;

use crate::lifecycle;
use crate::prelude::*;

tables! { windlass::aws::autoscaling::auto_scaling_group::attached => aws_sdk_autoscaling;
    LifecycleHookSpecification => LifecycleHookSpecification | LifecycleHook;
    TrafficSource => TrafficSourceIdentifier { "Type" as r#type; }
}

/// The members of the first list that the second list does not have.
fn without(these: &[String], those: &[String]) -> Vec<String> {
    these
        .iter()
        .filter(|one| !those.contains(one))
        .cloned()
        .collect()
}

/// Puts hooks that differ, and deletes hooks that the author no longer wants.
pub async fn hooks(
    cx: &Context,
    group: &str,
    from: &[LifecycleHookSpecificationResolved],
    to: &[LifecycleHookSpecificationResolved],
) -> Result<()> {
    let known: BTreeMap<&str, String> = from
        .iter()
        .map(|hook| (hook.lifecycle_hook_name.as_str(), format!("{hook:?}")))
        .collect();
    for hook in to {
        if known.get(hook.lifecycle_hook_name.as_str()) == Some(&format!("{hook:?}")) {
            continue;
        }
        let result = hook.default_result.unwrap_or(HookResult::Abandon);
        cx.autoscaling()
            .put_lifecycle_hook()
            .auto_scaling_group_name(group)
            .lifecycle_hook_name(&hook.lifecycle_hook_name)
            .lifecycle_transition(hook.lifecycle_transition.as_str())
            .default_result(result.as_str())
            .heartbeat_timeout(hook.heartbeat_timeout.unwrap_or(3600))
            .set_notification_metadata(hook.notification_metadata.clone())
            // An empty text removes an earlier target.
            .notification_target_arn(hook.notification_target_arn.clone().unwrap_or_default())
            .set_role_arn(hook.role_arn.to_sdk())
            .send()
            .await
            .named("autoscaling:PutLifecycleHook")?;
    }
    let wanted: BTreeSet<&str> = to
        .iter()
        .map(|hook| hook.lifecycle_hook_name.as_str())
        .collect();
    for name in known.keys().filter(|name| !wanted.contains(*name)) {
        cx.autoscaling()
            .delete_lifecycle_hook()
            .auto_scaling_group_name(group)
            .lifecycle_hook_name(*name)
            .send()
            .await
            .named("autoscaling:DeleteLifecycleHook")?;
    }
    Ok(())
}

/// Puts every wanted topic, and deletes topics that the author no longer wants.
pub async fn notifications(
    cx: &Context,
    group: &str,
    from: &[NotificationConfigurationResolved],
    to: &[NotificationConfigurationResolved],
) -> Result<()> {
    for topic in to {
        let types = topic.notification_types.iter().map(ToString::to_string);
        cx.autoscaling()
            .put_notification_configuration()
            .auto_scaling_group_name(group)
            .topic_arn(&topic.topic_arn)
            .set_notification_types(Some(types.collect()))
            .send()
            .await
            .named("autoscaling:PutNotificationConfiguration")?;
    }
    let wanted = |arn: &str| to.iter().any(|topic| topic.topic_arn == arn);
    for topic in from.iter().filter(|topic| !wanted(&topic.topic_arn)) {
        cx.autoscaling()
            .delete_notification_configuration()
            .auto_scaling_group_name(group)
            .topic_arn(&topic.topic_arn)
            .send()
            .await
            .named("autoscaling:DeleteNotificationConfiguration")?;
    }
    Ok(())
}

/// Switches metrics on and off. A collection without names means all metrics.
pub async fn metrics(
    cx: &Context,
    group: &str,
    from: &[MetricsCollectionResolved],
    to: &[MetricsCollectionResolved],
) -> Result<()> {
    let named = |list: &[String]| (!list.is_empty()).then(|| list.to_vec());
    let everything = to.iter().any(|wanted| wanted.metrics.is_empty());
    let wanted: Vec<String> = to
        .iter()
        .flat_map(|wanted| wanted.metrics.clone())
        .collect();
    if !everything {
        for before in from {
            let superfluous = without(&before.metrics, &wanted);
            if to.is_empty() || !superfluous.is_empty() {
                cx.autoscaling()
                    .disable_metrics_collection()
                    .auto_scaling_group_name(group)
                    .set_metrics(named(&superfluous))
                    .send()
                    .await
                    .named("autoscaling:DisableMetricsCollection")?;
            }
        }
    }
    for wanted in to {
        cx.autoscaling()
            .enable_metrics_collection()
            .auto_scaling_group_name(group)
            .granularity(wanted.granularity.as_str())
            .set_metrics(named(&wanted.metrics))
            .send()
            .await
            .named("autoscaling:EnableMetricsCollection")?;
    }
    Ok(())
}

/// Members that calls attach and detach by name. The calls differ only in their names.
macro_rules! by_name {
    ($($(#[$doc:meta])* $what:ident: $attach:ident as $attached:literal, $detach:ident as $detached:literal, $names:ident;)+) => {$(
        $(#[$doc])*
        pub async fn $what(cx: &Context, group: &str, from: &[String], to: &[String]) -> Result<()> {
            let (attach, detach) = (without(to, from), without(from, to));
            if !attach.is_empty() {
                let call = cx.autoscaling().$attach().auto_scaling_group_name(group);
                call.$names(Some(attach)).send().await.named($attached)?;
            }
            if !detach.is_empty() {
                let call = cx.autoscaling().$detach().auto_scaling_group_name(group);
                call.$names(Some(detach)).send().await.named($detached)?;
            }
            Ok(())
        }
    )+};
}

by_name! {
    /// Attaches and detaches target groups.
    target_groups: attach_load_balancer_target_groups as "autoscaling:AttachLoadBalancerTargetGroups",
        detach_load_balancer_target_groups as "autoscaling:DetachLoadBalancerTargetGroups", set_target_group_arns;
    /// Attaches and detaches classic load balancers.
    load_balancers: attach_load_balancers as "autoscaling:AttachLoadBalancers",
        detach_load_balancers as "autoscaling:DetachLoadBalancers", set_load_balancer_names;
}

/// Attaches and detaches traffic sources.
pub async fn traffic_sources(
    cx: &Context,
    group: &str,
    from: &[TrafficSourceResolved],
    to: &[TrafficSourceResolved],
) -> Result<()> {
    let same = |a: &TrafficSourceResolved, b: &TrafficSourceResolved| {
        a.identifier == b.identifier && a.kind == b.kind
    };
    let left = |these: &[TrafficSourceResolved], those: &[TrafficSourceResolved]| {
        let left: Vec<sdk::TrafficSourceIdentifier> = these
            .iter()
            .filter(|one| !those.iter().any(|other| same(one, other)))
            .filter_map(ToSdk::to_sdk)
            .collect();
        (!left.is_empty()).then_some(left)
    };
    if let Some(detach) = left(from, to) {
        cx.autoscaling()
            .detach_traffic_sources()
            .auto_scaling_group_name(group)
            .set_traffic_sources(Some(detach))
            .send()
            .await
            .named("autoscaling:DetachTrafficSources")?;
    }
    if let Some(attach) = left(to, from) {
        cx.autoscaling()
            .attach_traffic_sources()
            .auto_scaling_group_name(group)
            .set_traffic_sources(Some(attach))
            .send()
            .await
            .named("autoscaling:AttachTrafficSources")?;
    }
    Ok(())
}

fn tag(group: &str, key: &str, tag: &ResolvedGroupTag) -> sdk::Tag {
    sdk::Tag::builder()
        .resource_id(group)
        .resource_type("auto-scaling-group")
        .key(key)
        .value(&tag.value)
        .propagate_at_launch(tag.at_launch)
        .build()
}

/// The tags of a create call: the author's tags and the engine's own tags.
pub fn creation_tags(
    cx: &Context,
    group: &str,
    tags: Option<&ResolvedGroupTags>,
    intent: &IntentId,
) -> Vec<sdk::Tag> {
    let authored = tags.into_iter().flat_map(|tags| &tags.0);
    let own = lifecycle::creation_tags(cx, &ResolvedTags::default(), intent);
    authored
        .map(|(key, value)| tag(group, key, value))
        .chain(own_tags(group, own))
        .collect()
}

// Instances do not get the engine's own tags: Auto Scaling creates the instances, not the stack.
fn own_tags(group: &str, own: BTreeMap<String, String>) -> impl Iterator<Item = sdk::Tag> {
    own.into_iter().map(move |(key, value)| {
        let at_launch = false;
        tag(group, &key, &ResolvedGroupTag { value, at_launch })
    })
}

/// Sets every wanted tag, and deletes tags that the author no longer wants.
pub async fn tags(
    cx: &Context,
    group: &str,
    from: Option<&ResolvedGroupTags>,
    to: Option<&ResolvedGroupTags>,
) -> Result<()> {
    let wanted: Vec<_> = to
        .into_iter()
        .flat_map(|tags| &tags.0)
        .map(|(key, value)| tag(group, key, value))
        .chain(own_tags(group, cx.owner_tags()))
        .collect();
    let removed: Vec<_> = from
        .into_iter()
        .flat_map(|tags| &tags.0)
        .filter(|(key, _)| !to.is_some_and(|to| to.0.contains_key(*key)))
        .map(|(key, value)| tag(group, key, value))
        .collect();
    if !removed.is_empty() {
        cx.autoscaling()
            .delete_tags()
            .set_tags(Some(removed))
            .send()
            .await
            .named("autoscaling:DeleteTags")?;
    }
    if !wanted.is_empty() {
        cx.autoscaling()
            .create_or_update_tags()
            .set_tags(Some(wanted))
            .send()
            .await
            .named("autoscaling:CreateOrUpdateTags")?;
    }
    Ok(())
}
