//! The life cycle of `AWS::AutoScaling::AutoScalingGroup`. Metrics and notifications have their own calls, which follow the create call.
//!
//! A group's identifier is its name. Removal scales the group to zero, so that its hooks run. AWS refuses the deletion until the group is empty, and
//! the caller retries the deletion. With `ForceDelete`, or if scale-in protection keeps instances, one call deletes the group and its instances.

mod attached;
mod blocks;
mod capacity;
mod changes;
mod launch;
mod launches;
mod leaving;
mod reads;

use aws_sdk_autoscaling::operation::create_auto_scaling_group::builders::CreateAutoScalingGroupFluentBuilder;
use serde_json::Value;
use windlass::aws::autoscaling::{
    AutoScalingGroup, AutoScalingGroupChange, AutoScalingGroupResolved,
};
use windlass::schema::Wait;
use windlass_engine::provider::Failure;
use windlass_state::identity::INTENT_TAG;

use self::launches::{Launch, Launching, Obstacle};
use self::reads::{Groups, Hooks, Notifications};
use crate::lifecycle::{Described as _, observed};
use crate::prelude::*;

lives!(AutoScalingGroup => AutoScalingGroupLifecycle);

pub struct AutoScalingGroupLifecycle;

/// The output that records when the newest activity before the last change began. An author cannot refer to it.
const BEFORE: &str = "LastActivity";

/// The visibility window: how many seconds after a create AWS may still hide a group.
const VISIBLE_WITHIN: u64 = 60;

impl Lifecycle for AutoScalingGroupLifecycle {
    type Kind = AutoScalingGroup;
    const DELETION: Deletion = Deletion::InBackground;
    const TIMING: Timing = Timing::USUAL
        .polled(250, 8_000)
        .limited_to(30)
        .taking(90, 90);
    const WORDINGS: &'static [Wording] = &[
        Wording::new(&[], &["ResourceContention"], ErrorClass::NotYet),
        // Auto Scaling has no error code for a group that does not exist, only the message "AutoScalingGroup name not found - …". A missing target
        // group has a similar message, and is another case.
        Wording::new(&[], &["ValidationError"], ErrorClass::NotFound)
            .saying(&["AutoScalingGroup name not found"]),
        // A subnet or launch template, for example, that was created a moment ago. <https://github.com/hashicorp/terraform/issues/471>
        Wording::new(
            &[
                "autoscaling:CreateAutoScalingGroup",
                "autoscaling:UpdateAutoScalingGroup",
            ],
            &["ValidationError"],
            ErrorClass::NotFound,
        )
        .saying(&["The subnet ID '", "launch template, with template ID"]),
        // An instance profile that was created a moment ago. <https://github.com/hashicorp/terraform-provider-aws/issues/5217>
        Wording::new(&[], &["ValidationError"], ErrorClass::NotYet).saying(&[
            "Invalid IAM Instance Profile",
            // The role of a lifecycle hook that was created a moment ago. Terraform retries for five minutes (`lifecycle_hook.go`).
            "Unable to publish test message to notification target",
            // The first group of an account creates the service-linked role. <https://github.com/pelias/kubernetes/issues/32>
            "Access denied when attempting to assume role",
        ]),
    ];

    fn after_create(spec: &AutoScalingGroupResolved) -> Vec<AutoScalingGroupChange> {
        later::<_, CreateAutoScalingGroupFluentBuilder>(spec)
    }

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        wants.want::<Groups>(subject.id.clone());
        if !subject.applied.lifecycle_hook_specification_list.is_empty() {
            wants.want::<Hooks>(subject.id.clone());
        }
        if !subject.applied.notification_configurations.is_empty() {
            wants.want::<Notifications>(subject.id.clone());
        }
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let Some(group) = observed(answers.get::<Groups>(&subject.id)?) else {
            return Ok(None);
        };
        let hooks = answers.get::<Hooks>(&subject.id)?;
        let notifications = answers.get::<Notifications>(&subject.id)?;
        let notifications = notifications.map(|entries| blocks::notifications(entries));
        let properties = group
            .properties
            .set(
                "LifecycleHookSpecificationList",
                hooks.and_then(|hooks| hooks.shown()),
            )
            .list(
                "NotificationConfigurations",
                notifications.unwrap_or_default(),
            );
        Ok(Some(Observed {
            properties,
            outputs: group.outputs,
        }))
    }

    async fn create(
        cx: &Context,
        spec: &AutoScalingGroupResolved,
        intent: &IntentId,
    ) -> Result<Made> {
        const OPERATION: &str = "autoscaling:CreateAutoScalingGroup";
        let name = spec
            .auto_scaling_group_name
            .as_deref()
            .ok_or_else(|| incomplete(OPERATION, "name in its spec"))?;
        let tags = attached::creation_tags(cx, name, spec.tags.as_ref(), intent);
        let call = spec.fill(cx.autoscaling().create_auto_scaling_group());
        let call = call.set_tags(Some(tags));
        call.send().await.named(OPERATION)?;
        Ok(Made {
            id: name.to_owned(),
            outputs: outputs([("AutoScalingGroupName", Some(name.to_owned()))]),
        })
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &AutoScalingGroupResolved,
        changes: &[AutoScalingGroupChange],
    ) -> Result<Outputs> {
        let (from, group) = (&subject.applied, subject.id.as_str());
        let mut call = cx
            .autoscaling()
            .update_auto_scaling_group()
            .auto_scaling_group_name(group);
        let mut updates = false;
        for change in changes {
            if attach(cx, group, from, to, *change).await? {
                continue;
            }
            updates = true;
            call = changes::with(call, to, *change)?;
        }
        if !updates {
            return Ok(Outputs::new());
        }
        let before = launches::newest(cx, group).await;
        call.send()
            .await
            .named("autoscaling:UpdateAutoScalingGroup")?;
        Ok(outputs([(BEFORE, before)]))
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        let applied = &subject.applied;
        let force = applied.force_delete == Some(true)
            || applied.new_instances_protected_from_scale_in == Some(true);
        let answer = remove(cx, &subject.id, force).await;
        let is_held = |error: &ProviderError| error.class == ErrorClass::InUse;
        // If this fails, for example because an instance ended in the meantime, the next attempt reads the group again.
        if answer.as_ref().err().is_some_and(is_held)
            && let Err(error) = leaving::let_go(cx, &subject.id).await
            && error.class == ErrorClass::Denied
        {
            return Err(error);
        }
        answer
    }

    async fn find(
        cx: &Context,
        spec: &AutoScalingGroupResolved,
        intent: &IntentId,
    ) -> Result<FoundOne> {
        let groups = cx
            .autoscaling()
            .describe_auto_scaling_groups()
            .set_auto_scaling_group_names(
                spec.auto_scaling_group_name.clone().map(|name| vec![name]),
            )
            .into_paginator()
            .items()
            .send()
            .try_collect()
            .await
            .named("autoscaling:DescribeAutoScalingGroups")?;
        let Some(group) = groups
            .iter()
            .find(|group| group.auto_scaling_group_name == spec.auto_scaling_group_name)
        else {
            return Ok(FoundOne::Nothing {
                visible_within: VISIBLE_WITHIN,
            });
        };
        let name = group.auto_scaling_group_name().unwrap_or_default();
        let is_ours = group
            .tags()
            .iter()
            .any(|tag| tag.key() == Some(INTENT_TAG) && tag.value() == Some(&intent.0));
        Ok(match Made::of(group) {
            Some(made) if is_ours => FoundOne::Ours(made),
            _ => FoundOne::Foreign(format!("an Auto Scaling group has the name `{name}`")),
        })
    }

    fn want_progress(subject: &Subject<Self>, until: Until, wants: &mut Wants) {
        if until == Until::Reaches(Wait::Stable) {
            wants.want::<Launching>(subject.id.clone());
        } else {
            wants.want::<Groups>(subject.id.clone());
        }
    }

    fn progress(subject: &Subject<Self>, until: Until, answers: &Answers) -> Result<Progress> {
        if until == Until::Reaches(Wait::Stable) {
            let before = subject.outputs.get(BEFORE).and_then(Value::as_i64);
            let launch = answers.get::<Launching>(&subject.id)?;
            return Ok(launch.map_or_else(
                || pending("not visible yet"),
                |launch| launching(launch, before),
            ));
        }
        let group = answers.get::<Groups>(&subject.id)?;
        Ok(match (until, group) {
            (Until::Gone, None) => reached(Outputs::new()),
            (Until::Gone, Some(group)) => {
                pending(&format!("{} instances are ending", group.instances().len()))
            }
            (Until::Reaches(_), None) => pending("not visible yet"),
            (Until::Reaches(_), Some(group)) => reached(group.outputs()),
        })
    }
}

/// How far a group is from having all its instances in service.
fn launching(launch: &Launch, before: Option<i64>) -> Progress {
    let (running, wanted) = reads::in_service(&launch.group);
    if running >= wanted {
        return reached(launch.group.outputs());
    }
    let status = format!("{running}/{wanted} in service");
    let status = match launch.obstacle(before) {
        Some(Obstacle::Final(why)) => {
            let help = "AWS tries again by itself: once the cause is gone, run the same again";
            return Progress::Failed(Failure {
                summary: format!("the group cannot launch instances, {status}"),
                details: vec![
                    ("cause".to_owned(), why),
                    ("help".to_owned(), help.to_owned()),
                ],
                rolled_back: false,
            });
        }
        Some(Obstacle::Passing(why)) => format!("{status}; the last launch failed: {why}"),
        None => status,
    };
    pending(&status)
}

/// Begins the removal. Without force, it scales the group to zero, and AWS refuses the deletion while there are instances. With force, AWS ends the instances.
async fn remove(cx: &Context, group: &str, force: bool) -> Result<()> {
    if !force {
        cx.autoscaling()
            .update_auto_scaling_group()
            .auto_scaling_group_name(group)
            .min_size(0)
            .max_size(0)
            .desired_capacity(0)
            .send()
            .await
            .named("autoscaling:UpdateAutoScalingGroup")?;
    }
    cx.autoscaling()
        .delete_auto_scaling_group()
        .auto_scaling_group_name(group)
        .set_force_delete(force.then_some(true))
        .send()
        .await
        .named("autoscaling:DeleteAutoScalingGroup")
        .map(drop)
}

/// Sends a change that has its own call; returns `false` if UpdateAutoScalingGroup carries the change.
async fn attach(
    cx: &Context,
    group: &str,
    from: &AutoScalingGroupResolved,
    to: &AutoScalingGroupResolved,
    change: AutoScalingGroupChange,
) -> Result<bool> {
    use AutoScalingGroupChange as Change;
    match change {
        Change::LifecycleHookSpecificationList => {
            let (from, to) = (
                &from.lifecycle_hook_specification_list,
                &to.lifecycle_hook_specification_list,
            );
            attached::hooks(cx, group, from, to).await?;
        }
        Change::NotificationConfigurations => {
            let (from, to) = (
                &from.notification_configurations,
                &to.notification_configurations,
            );
            attached::notifications(cx, group, from, to).await?;
        }
        Change::MetricsCollection => {
            let (from, to) = (&from.metrics_collection, &to.metrics_collection);
            attached::metrics(cx, group, from, to).await?;
        }
        Change::LoadBalancerNames => {
            let (from, to) = (&from.load_balancer_names, &to.load_balancer_names);
            attached::load_balancers(cx, group, from, to).await?;
        }
        Change::TargetGroupArns => {
            let (from, to) = (target_groups(from), target_groups(to));
            attached::target_groups(cx, group, &from, &to).await?;
        }
        Change::TrafficSources => {
            attached::traffic_sources(cx, group, &from.traffic_sources, &to.traffic_sources)
                .await?;
        }
        Change::Tags => {
            attached::tags(cx, group, from.tags.as_ref(), to.tags.as_ref()).await?;
        }
        // `ForceDelete` tells the engine how to delete; AWS does not know it.
        Change::ForceDelete => {}
        _ => return Ok(false),
    }
    Ok(true)
}

fn target_groups(spec: &AutoScalingGroupResolved) -> Vec<String> {
    spec.target_group_arns
        .iter()
        .map(|arn| arn.as_str().to_owned())
        .collect()
}
