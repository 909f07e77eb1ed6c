//! The life cycle of `AWS::ApplicationAutoScaling::ScalableTarget`. RegisterScalableTarget makes and changes alike; with tags it only makes,
//! so that a target of somebody else's is never taken over. Scheduled actions have calls of their own.

use std::collections::BTreeSet;

use aws_sdk_applicationautoscaling::types::{
    ScalableTarget as SdkTarget, ScalableTargetAction, ScheduledAction as SdkAction, SuspendedState,
};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use windlass::aws::applicationautoscaling::{
    ScalableTarget, ScalableTargetChange, ScalableTargetResolved, ScheduledActionResolved,
    SuspendedStateResolved,
};
use windlass::value::ResolvedTags;
use windlass_engine::provider::{Deletion, ErrorClass, Outputs};
use windlass_state::identity::{INTENT_TAG, IntentId};

use super::VISIBLE_WITHIN;
use super::number::{Number, by_namespace};
use crate::clients::Clients;
use crate::error::{Found as _, Named, Result, invalid};
use crate::lifecycle::{Context, FoundOne, Lifecycle, Made, Subject, creation_tags};
use crate::observed::{Block, Observed, outputs};
use crate::reads::{Answers, Query, Single, Wants};
use crate::registry::lives;
use crate::wording::Wording;

lives!(ScalableTarget => ScalableTargetLifecycle);

pub struct ScalableTargetLifecycle;

/// Scalable targets.
struct Targets;

impl Query for Targets {
    type Key = Number;
    type Item = SdkTarget;
    /// Resources that one call names.
    const BATCH: usize = 50;

    fn groups(keys: BTreeSet<Number>) -> Vec<Vec<Number>> {
        by_namespace(keys, |number| &number.namespace)
    }

    async fn fetch(clients: &Clients, keys: Vec<Number>) -> Result<Vec<(Number, SdkTarget)>> {
        let Some(namespace) = keys.first().map(Number::namespace) else {
            return Ok(Vec::new());
        };
        let resources: BTreeSet<String> = keys.iter().map(|key| key.resource_id.clone()).collect();
        let call = clients
            .application_autoscaling()
            .describe_scalable_targets();
        let call = call.service_namespace(namespace);
        let call = call.set_resource_ids(Some(resources.into_iter().collect()));
        let mut pages = call.into_paginator().items().send();
        let mut found = Vec::new();
        while let Some(target) = pages.next().await {
            let target = target.named("application-autoscaling:DescribeScalableTargets")?;
            let number = number_of(&target);
            if keys.contains(&number) {
                found.push((number, target));
            }
        }
        Ok(found)
    }
}

/// The scheduled actions of targets. A call names one target.
struct Actions;

impl Single for Actions {
    type Key = Number;
    type Item = Vec<SdkAction>;

    async fn ask(clients: &Clients, number: &Number) -> Result<Option<Vec<SdkAction>>> {
        let call = clients
            .application_autoscaling()
            .describe_scheduled_actions()
            .service_namespace(number.namespace())
            .resource_id(&number.resource_id)
            .scalable_dimension(number.dimension());
        let mut pages = call.into_paginator().items().send();
        let mut actions = Vec::new();
        while let Some(action) = pages.next().await {
            actions.push(action.named("application-autoscaling:DescribeScheduledActions")?);
        }
        Ok(Some(actions))
    }
}

impl Lifecycle for ScalableTargetLifecycle {
    type Kind = ScalableTarget;
    const DELETION: Deletion = Deletion::AtOnce;
    const WORDINGS: &'static [Wording] = &[
        Wording::new(
            &[REGISTER],
            &["ValidationException"],
            ErrorClass::AlreadyExists,
        )
        .saying(&["already exists"]),
        // The service, or the role, is there. It is not visible to this service yet, which has no code of its own for that.
        // <https://github.com/hashicorp/terraform-provider-aws/pull/11693>
        Wording::new(&[REGISTER], &["ValidationException"], ErrorClass::NotYet)
            .saying(&["service doesn't exist", "Unable to assume"]),
    ];

    fn after_create(spec: &ScalableTargetResolved) -> Vec<ScalableTargetChange> {
        let none = spec.scheduled_actions.is_empty();
        (!none)
            .then_some(ScalableTargetChange::ScheduledActions)
            .into_iter()
            .collect()
    }

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        let number = Number::parse(&subject.id);
        if !subject.applied.scheduled_actions.is_empty() {
            wants.want::<Actions>(number.clone());
        }
        wants.want::<Targets>(number);
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let number = Number::parse(&subject.id);
        let Some(target) = answers.get::<Targets>(&number)? else {
            return Ok(None);
        };
        let own = |action: &SdkAction| {
            let mut own = subject.applied.scheduled_actions.iter();
            own.any(|own| own.scheduled_action_name == action.scheduled_action_name)
        };
        let actions = answers
            .get::<Actions>(&number)?
            .map(Vec::as_slice)
            .unwrap_or_default();
        let suspended = target.suspended_state.as_ref().map(|suspended| {
            Block::new()
                .set(
                    "DynamicScalingInSuspended",
                    suspended.dynamic_scaling_in_suspended,
                )
                .set(
                    "DynamicScalingOutSuspended",
                    suspended.dynamic_scaling_out_suspended,
                )
                .set(
                    "ScheduledScalingSuspended",
                    suspended.scheduled_scaling_suspended,
                )
        });
        let properties = Block::new()
            .set("MaxCapacity", Some(target.max_capacity))
            .set("MinCapacity", Some(target.min_capacity))
            .set("ResourceId", Some(&target.resource_id))
            .set(
                "ScalableDimension",
                Some(target.scalable_dimension.as_str()),
            )
            .list(
                "ScheduledActions",
                actions
                    .iter()
                    .filter(|action| own(action))
                    .map(observed_action),
            )
            .set("ServiceNamespace", Some(target.service_namespace.as_str()))
            .block("SuspendedState", suspended);
        Ok(Some(Observed {
            properties,
            outputs: made(&number).outputs,
        }))
    }

    async fn create(
        cx: &Context,
        spec: &ScalableTargetResolved,
        intent: &IntentId,
    ) -> Result<Made> {
        let number = number(spec);
        cx.application_autoscaling()
            .register_scalable_target()
            .service_namespace(number.namespace())
            .resource_id(&number.resource_id)
            .scalable_dimension(number.dimension())
            .min_capacity(whole(spec.min_capacity))
            .max_capacity(whole(spec.max_capacity))
            .set_role_arn(spec.role_arn.as_ref().map(|arn| arn.as_str().to_owned()))
            .set_suspended_state(spec.suspended_state.as_ref().map(suspended))
            .set_tags(Some(
                creation_tags(cx, &ResolvedTags::default(), intent)
                    .into_iter()
                    .collect(),
            ))
            .send()
            .await
            .named(REGISTER)?;
        Ok(made(&number))
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &ScalableTargetResolved,
        changes: &[ScalableTargetChange],
    ) -> Result<Outputs> {
        let number = Number::parse(&subject.id);
        let mut register = false;
        for change in changes {
            match change {
                // One call carries them all.
                ScalableTargetChange::MaxCapacity
                | ScalableTargetChange::MinCapacity
                | ScalableTargetChange::RoleArn
                | ScalableTargetChange::SuspendedState => register = true,
                ScalableTargetChange::ScheduledActions => {
                    schedule(cx, &number, &subject.applied, to).await?;
                }
            }
        }
        if register {
            let resumed = SuspendedState::builder()
                .dynamic_scaling_in_suspended(false)
                .dynamic_scaling_out_suspended(false)
                .scheduled_scaling_suspended(false)
                .build();
            cx.application_autoscaling()
                .register_scalable_target()
                .service_namespace(number.namespace())
                .resource_id(&number.resource_id)
                .scalable_dimension(number.dimension())
                .min_capacity(whole(to.min_capacity))
                .max_capacity(whole(to.max_capacity))
                .set_role_arn(to.role_arn.as_ref().map(|arn| arn.as_str().to_owned()))
                .suspended_state(to.suspended_state.as_ref().map_or(resumed, suspended))
                .send()
                .await
                .named(REGISTER)?;
        }
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        let number = Number::parse(&subject.id);
        cx.application_autoscaling()
            .deregister_scalable_target()
            .service_namespace(number.namespace())
            .resource_id(&number.resource_id)
            .scalable_dimension(number.dimension())
            .send()
            .await
            .named("application-autoscaling:DeregisterScalableTarget")
            .map(drop)
    }

    async fn find(
        cx: &Context,
        spec: &ScalableTargetResolved,
        intent: &IntentId,
    ) -> Result<FoundOne> {
        let number = number(spec);
        let found = Targets::fetch(cx, vec![number.clone()]).await?;
        let Some((_, target)) = found.into_iter().next() else {
            return Ok(FoundOne::Nothing {
                visible_within: VISIBLE_WITHIN,
            });
        };
        let call = cx.application_autoscaling().list_tags_for_resource();
        let call = call
            .set_resource_arn(target.scalable_target_arn)
            .send()
            .await;
        let tags = call
            .named("application-autoscaling:ListTagsForResource")
            .found()?;
        let tags = tags.and_then(|answer| answer.tags).unwrap_or_default();
        Ok(if tags.get(INTENT_TAG) == Some(&intent.0) {
            FoundOne::Ours(made(&number))
        } else {
            FoundOne::Foreign(format!("the scalable target {number}"))
        })
    }
}

const REGISTER: &str = "application-autoscaling:RegisterScalableTarget";

async fn schedule(
    cx: &Context,
    number: &Number,
    from: &ScalableTargetResolved,
    to: &ScalableTargetResolved,
) -> Result<()> {
    let kept: BTreeSet<&str> = to
        .scheduled_actions
        .iter()
        .map(|action| action.scheduled_action_name.as_str())
        .collect();
    for old in &from.scheduled_actions {
        if !kept.contains(old.scheduled_action_name.as_str()) {
            cx.application_autoscaling()
                .delete_scheduled_action()
                .service_namespace(number.namespace())
                .resource_id(&number.resource_id)
                .scalable_dimension(number.dimension())
                .scheduled_action_name(&old.scheduled_action_name)
                .send()
                .await
                .named("application-autoscaling:DeleteScheduledAction")
                .found()?;
        }
    }
    for action in &to.scheduled_actions {
        put_action(cx, number, action).await?;
    }
    Ok(())
}

async fn put_action(cx: &Context, number: &Number, action: &ScheduledActionResolved) -> Result<()> {
    let bounds = action.scalable_target_action.as_ref().map(|bounds| {
        ScalableTargetAction::builder()
            .set_min_capacity(bounds.min_capacity.map(whole))
            .set_max_capacity(bounds.max_capacity.map(whole))
            .build()
    });
    cx.application_autoscaling()
        .put_scheduled_action()
        .service_namespace(number.namespace())
        .resource_id(&number.resource_id)
        .scalable_dimension(number.dimension())
        .scheduled_action_name(&action.scheduled_action_name)
        .schedule(&action.schedule)
        .set_timezone(action.timezone.clone())
        .set_start_time(action.start_time.as_deref().map(time).transpose()?)
        .set_end_time(action.end_time.as_deref().map(time).transpose()?)
        .set_scalable_target_action(bounds)
        .send()
        .await
        .named("application-autoscaling:PutScheduledAction")
        .map(drop)
}

fn time(text: &str) -> Result<DateTime> {
    DateTime::from_str(text, Format::DateTime).map_err(|_| {
        let message = format!("`{text}` is no time such as `2030-01-01T00:00:00Z`");
        invalid("application-autoscaling:PutScheduledAction", message)
    })
}

fn observed_action(action: &SdkAction) -> Block {
    let time = |time: &Option<DateTime>| {
        time.as_ref()
            .and_then(|time| time.fmt(Format::DateTime).ok())
    };
    let bounds = action.scalable_target_action.as_ref().map(|bounds| {
        Block::new()
            .set("MaxCapacity", bounds.max_capacity)
            .set("MinCapacity", bounds.min_capacity)
    });
    Block::new()
        .set("EndTime", time(&action.end_time))
        .block("ScalableTargetAction", bounds)
        .set("Schedule", Some(&action.schedule))
        .set("ScheduledActionName", Some(&action.scheduled_action_name))
        .set("StartTime", time(&action.start_time))
        .set("Timezone", action.timezone.as_ref())
}

fn suspended(state: &SuspendedStateResolved) -> SuspendedState {
    // What is left out would stay as it was; what the author leaves out is not suspended.
    let or_not = |value: Option<bool>| Some(value.unwrap_or(false));
    SuspendedState::builder()
        .set_dynamic_scaling_in_suspended(or_not(state.dynamic_scaling_in_suspended))
        .set_dynamic_scaling_out_suspended(or_not(state.dynamic_scaling_out_suspended))
        .set_scheduled_scaling_suspended(or_not(state.scheduled_scaling_suspended))
        .build()
}

fn number(spec: &ScalableTargetResolved) -> Number {
    Number {
        namespace: spec.service_namespace.to_string(),
        resource_id: spec.resource_id.clone(),
        dimension: spec.scalable_dimension.to_string(),
    }
}

fn number_of(target: &SdkTarget) -> Number {
    Number {
        namespace: target.service_namespace.as_str().to_owned(),
        resource_id: target.resource_id.clone(),
        dimension: target.scalable_dimension.as_str().to_owned(),
    }
}

fn made(number: &Number) -> Made {
    Made {
        id: number.to_string(),
        outputs: outputs([("Id", Some(number.to_string()))]),
    }
}

/// A capacity, which services bound far below the limit of the type.
fn whole(capacity: u32) -> i32 {
    i32::try_from(capacity).unwrap_or(i32::MAX)
}
