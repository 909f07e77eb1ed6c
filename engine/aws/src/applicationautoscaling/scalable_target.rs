//! The life cycle of `AWS::ApplicationAutoScaling::ScalableTarget`. RegisterScalableTarget both creates and updates. With tags the call only creates,
//! so Windlass never takes over another owner's target. Scheduled actions have their own calls.

use std::collections::BTreeSet;

use aws_sdk_applicationautoscaling::operation::register_scalable_target::builders::RegisterScalableTargetFluentBuilder;
use aws_sdk_applicationautoscaling::types::{
    ScalableTarget as SdkTarget, ScheduledAction as SdkAction, SuspendedState,
};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use windlass::aws::applicationautoscaling::{
    ScalableTarget, ScalableTargetChange, ScalableTargetResolved, ScheduledActionResolved,
};
use windlass_state::identity::INTENT_TAG;

use super::VISIBLE_WITHIN;
use super::number::{Number, by_namespace};
use super::tags::Tags;
use crate::error::missing;
use crate::lifecycle::creation_tags;
use crate::prelude::*;
use crate::{applied_tags, tagging};

lives!(ScalableTarget => ScalableTargetLifecycle);

pub struct ScalableTargetLifecycle;

tables! { windlass::aws::applicationautoscaling => aws_sdk_applicationautoscaling;
    // AWS keeps the old value of a member that the request leaves out. A member that the author leaves out means "not suspended", so Windlass sends it.
    SuspendedState {
        "DynamicScalingInSuspended" always;
        "DynamicScalingOutSuspended" always;
        "ScheduledScalingSuspended" always;
    }
    ScalableTargetAction;
    ScheduledAction => put_scheduled_action | ScheduledAction {
        "EndTime" not sent, shown by end_time;
        "StartTime" not sent, shown by start_time;
    }
    ScalableTarget => register_scalable_target | ScalableTarget { "ScheduledActions" later, not shown; }
}

fn start_time(action: &SdkAction) -> Option<String> {
    action.start_time.as_ref().and_then(shown_time)
}

fn end_time(action: &SdkAction) -> Option<String> {
    action.end_time.as_ref().and_then(shown_time)
}

fn shown_time(time: &DateTime) -> Option<String> {
    time.fmt(Format::DateTime).ok()
}

struct Targets;

impl Query for Targets {
    type Key = Number;
    type Item = SdkTarget;
    /// AWS takes at most 50 resources per call.
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
            let target = target.named(DESCRIBE)?;
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
        // The service, or the role, exists, but Application Auto Scaling does not see it yet and has no error code of its own for that.
        // <https://github.com/hashicorp/terraform-provider-aws/pull/11693>
        Wording::new(&[REGISTER], &["ValidationException"], ErrorClass::NotYet)
            .saying(&["service doesn't exist", "Unable to assume"]),
    ];

    fn after_create(spec: &ScalableTargetResolved) -> Vec<ScalableTargetChange> {
        later::<_, RegisterScalableTargetFluentBuilder>(spec)
    }

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        let number = Number::parse(&subject.id);
        if !subject.applied.scheduled_actions.is_empty() {
            wants.want::<Actions>(number.clone());
        }
        wants.want::<Targets>(number);
        applied_tags::want(subject.output(ARN), &subject.applied.tags, wants);
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
        let actions = answers.get::<Actions>(&number)?.into_iter().flatten();
        let actions = actions.filter(|action| own(action)).map(Showing::block);
        let properties = target.properties().list("ScheduledActions", actions);
        let (arn, applied) = (subject.output(ARN), &subject.applied.tags);
        Ok(Some(Observed {
            properties: applied_tags::observe(properties, arn, applied, answers)?,
            outputs: target.outputs(),
        }))
    }

    async fn create(
        cx: &Context,
        spec: &ScalableTargetResolved,
        intent: &IntentId,
    ) -> Result<Made> {
        let number = number(spec);
        let tags = creation_tags(cx, &spec.tags, intent);
        let answer = spec
            .fill(cx.application_autoscaling().register_scalable_target())
            .set_tags(Some(tags.into_iter().collect()))
            .send()
            .await
            .named(REGISTER)?;
        Ok(made(&number, answer.scalable_target_arn))
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &ScalableTargetResolved,
        changes: &[ScalableTargetChange],
    ) -> Result<Outputs> {
        let number = Number::parse(&subject.id);
        let (mut register, mut learnt) = (false, Outputs::new());
        for change in changes {
            match change {
                // One RegisterScalableTarget call carries all four.
                ScalableTargetChange::MaxCapacity
                | ScalableTargetChange::MinCapacity
                | ScalableTargetChange::RoleArn
                | ScalableTargetChange::SuspendedState => register = true,
                ScalableTargetChange::ScheduledActions => {
                    schedule(cx, &number, &subject.applied, to).await?;
                }
                ScalableTargetChange::Tags => {
                    let arn = arn_of(cx, subject, &number).await?;
                    tagging::update::<Tags>(cx, &arn, &subject.applied.tags, &to.tags).await?;
                    learnt = outputs([(ARN, Some(arn))]);
                }
            }
        }
        if register {
            let resumed = SuspendedState::builder()
                .dynamic_scaling_in_suspended(false)
                .dynamic_scaling_out_suspended(false)
                .scheduled_scaling_suspended(false)
                .build();
            let suspended = to.suspended_state.to_sdk();
            to.fill(cx.application_autoscaling().register_scalable_target())
                .suspended_state(suspended.unwrap_or(resumed))
                .send()
                .await
                .named(REGISTER)?;
        }
        Ok(learnt)
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
        let arn = target.scalable_target_arn.clone().unwrap_or_default();
        let tags = Tags::ask(cx, &arn).await?.unwrap_or_default();
        Ok(if tags.get(INTENT_TAG) == Some(&intent.0) {
            FoundOne::Ours(made(&number, target.scalable_target_arn))
        } else {
            FoundOne::Foreign(format!("the scalable target {number}"))
        })
    }
}

const REGISTER: &str = "application-autoscaling:RegisterScalableTarget";

/// The attribute that holds the ARN, by which the service knows tags.
const ARN: &str = "ScalableTargetArn";

/// The ARN. A state of an older version does not have it.
async fn arn_of(
    cx: &Context,
    subject: &Subject<ScalableTargetLifecycle>,
    number: &Number,
) -> Result<String> {
    let known = subject.output(ARN);
    if !known.is_empty() {
        return Ok(known.to_owned());
    }
    let found = Targets::fetch(cx, vec![number.clone()]).await?;
    let Some((_, target)) = found.into_iter().next() else {
        return Err(missing(DESCRIBE, &number.to_string()));
    };
    let arn = target.scalable_target_arn;
    arn.ok_or_else(|| incomplete(DESCRIBE, "ARN of the scalable target"))
}

const DESCRIBE: &str = "application-autoscaling:DescribeScalableTargets";

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
    action
        .fill(cx.application_autoscaling().put_scheduled_action())
        .service_namespace(number.namespace())
        .resource_id(&number.resource_id)
        .scalable_dimension(number.dimension())
        .set_start_time(action.start_time.as_deref().map(time).transpose()?)
        .set_end_time(action.end_time.as_deref().map(time).transpose()?)
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

fn number(spec: &ScalableTargetResolved) -> Number {
    Number {
        namespace: spec.service_namespace.to_string(),
        resource_id: spec.resource_id.clone(),
        dimension: spec.scalable_dimension.to_string(),
    }
}

fn number_of(target: &SdkTarget) -> Number {
    Number::of(
        &target.service_namespace,
        &target.resource_id,
        &target.scalable_dimension,
    )
}

impl Described for SdkTarget {
    fn id(&self) -> Option<String> {
        Some(number_of(self).to_string())
    }

    fn outputs(&self) -> Outputs {
        made(&number_of(self), self.scalable_target_arn.clone()).outputs
    }

    fn properties(&self) -> Block {
        self.block()
    }
}

fn made(number: &Number, arn: Option<String>) -> Made {
    Made {
        id: number.to_string(),
        outputs: outputs([("Id", Some(number.to_string())), (ARN, arn)]),
    }
}
