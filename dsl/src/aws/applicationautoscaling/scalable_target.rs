//! `AWS::ApplicationAutoScaling::ScalableTarget`: something whose number may be scaled, and between which bounds.
//!
//! What surprises people: Registering a target moves the number into the bounds at once. Deregistering it deletes its scaling policies and scheduled
//! actions too. While the target exists, the scaled number (an ECS service's `DesiredCount`) is no longer the service's own.
//!
//! Reference: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-applicationautoscaling-scalabletarget.html>

use std::ops::RangeInclusive;

use serde_json::Value;
use windlass_derive::{Block, Resource};

use super::{ScalableDimension, ScalableTargetArn, ScalableTargetId, ServiceNamespace};
use crate::aws::ecs::{ClusterName, ServiceName};
use crate::aws::iam::principal::ApplicationAutoScaling;
use crate::aws::iam::{RoleArn, RoleFor};
use crate::codes;
use crate::resource::{Check, Samples};
use crate::stack::Checks;
use crate::value::{Input, IntoInput, Tags, join};

/// Registers a resource whose number AWS may scale, with its upper and lower bound.
///
/// ```
/// use windlass::aws::applicationautoscaling::ScalableTarget;
/// use windlass::aws::ecs::{ClusterName, ServiceName};
/// use windlass::resource::Declare;
///
/// # windlass::Stack::test("t", |cx| {
/// let target = ScalableTarget::ecs_service(ClusterName::existing("shop"), ServiceName::existing("api"), 2..=10)
///     .declare(cx, "scaling");
/// # let _ = target;
/// # Ok(())
/// # }, windlass::request::Request::offline("us-east-1"));
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::ApplicationAutoScaling::ScalableTarget",
    id = "ResourceId|ScalableDimension|ServiceNamespace",
    outputs(id: ScalableTargetId = "Id", arn: ScalableTargetArn = "ScalableTargetArn"),
    exclusive("ResourceId", "ScalableDimension", "ServiceNamespace"),
    drives("ResourceId" => "DesiredCount", keep_count, "Application Auto Scaling sets it"),
    no_new
)]
pub struct ScalableTarget {
    /// The upper bound of scaling.
    #[field(in_place, no_setter)]
    pub max_capacity: Input<u32>,
    /// The lower bound of scaling.
    #[field(in_place, no_setter)]
    pub min_capacity: Input<u32>,
    /// The resource to scale: its type and name, such as `service/shop/api`.
    #[field(replaces, no_setter)]
    pub resource_id: Input<String>,
    /// The role with which Application Auto Scaling acts. Most services, such as ECS, have a service-linked role for it, which AWS then returns
    /// instead.
    #[field(in_place, name = "RoleARN", never_read, removal_keeps, takes(RoleFor<ApplicationAutoScaling>))]
    pub role_arn: Option<Input<RoleArn<ApplicationAutoScaling>>>,
    /// Which number of the resource is scaled.
    #[field(replaces, no_setter)]
    pub scalable_dimension: Input<ScalableDimension>,
    /// Scheduled scaling: changes of the bounds at certain times.
    #[field(in_place, keyed("ScheduledActionName"))]
    pub scheduled_actions: Vec<ScheduledAction>,
    /// The service that the dimension belongs to.
    #[field(replaces, no_setter)]
    pub service_namespace: Input<ServiceNamespace>,
    /// Which kinds of scaling are suspended. AWS's default is none.
    #[field(
        in_place,
        removal_default(
            r#"{"DynamicScalingInSuspended":false,"DynamicScalingOutSuspended":false,"ScheduledScalingSuspended":false}"#
        )
    )]
    pub suspended_state: Option<SuspendedState>,
    /// Tags.
    #[field(in_place)]
    pub tags: Tags,
}

/// The desired count belongs to the scaler as soon as the service exists.
fn keep_count(_desired: &Value, _applied: &Value, observed: &Value) -> Value {
    observed.clone()
}

/// Scheduled scaling: a change of the bounds at certain times.
#[derive(Debug, Clone, Block)]
pub struct ScheduledAction {
    /// When the schedule ends, in UTC, such as `2030-12-31T23:59:59Z`.
    pub end_time: Option<Input<String>>,
    /// The bounds that the action sets.
    pub scalable_target_action: Option<ScalableTargetAction>,
    /// When the action runs: `at(yyyy-mm-ddThh:mm:ss)`, `rate(1 day)` or `cron(0 8 * * ? *)`.
    pub schedule: Input<String>,
    /// The name of the action, up to 256 characters, unique for the target.
    pub scheduled_action_name: Input<String>,
    /// When the schedule begins, in UTC, such as `2030-01-01T00:00:00Z`.
    pub start_time: Option<Input<String>>,
    /// The time zone of `at` and `cron`, such as `Europe/Berlin`. AWS's default is UTC.
    pub timezone: Option<Input<String>>,
}

/// The bounds that a scheduled action sets. At least one of the two is required.
#[derive(Debug, Clone, Block)]
pub struct ScalableTargetAction {
    /// The upper bound of scaling.
    pub max_capacity: Option<Input<u32>>,
    /// The lower bound of scaling.
    pub min_capacity: Option<Input<u32>>,
}

/// Which kinds of scaling are suspended.
#[derive(Debug, Clone, Block)]
pub struct SuspendedState {
    /// Whether scaling policies stop scaling in. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub dynamic_scaling_in_suspended: Option<Input<bool>>,
    /// Whether scaling policies stop scaling out. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub dynamic_scaling_out_suspended: Option<Input<bool>>,
    /// Whether scheduled actions are suspended. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub scheduled_scaling_suspended: Option<Input<bool>>,
}

impl ScalableTarget {
    /// A scalable target for any resource, by its type and name, such as `service/shop/api`.
    #[must_use]
    pub fn new(
        dimension: ScalableDimension,
        resource_id: impl IntoInput<String>,
        min_capacity: impl IntoInput<u32>,
        max_capacity: impl IntoInput<u32>,
    ) -> Self {
        Self {
            max_capacity: max_capacity.into(),
            min_capacity: min_capacity.into(),
            resource_id: resource_id.into(),
            role_arn: None,
            scalable_dimension: dimension.into(),
            scheduled_actions: Vec::new(),
            service_namespace: dimension.namespace().into(),
            suspended_state: None,
            tags: Tags::default(),
        }
    }

    /// A scalable target for the number of tasks of an ECS service.
    #[must_use]
    pub fn ecs_service(
        cluster: impl IntoInput<ClusterName>,
        service: impl IntoInput<ServiceName>,
        tasks: RangeInclusive<u32>,
    ) -> Self {
        let (cluster, service) = (cluster.into(), service.into());
        let resource_id: Input<String> = match (cluster.literal(), service.literal()) {
            (Some(cluster), Some(service)) => format!("service/{cluster}/{service}").into(),
            _ => join([
                "service/".into(),
                cluster.text(),
                "/".into(),
                service.text(),
            ])
            .into(),
        };
        let (min, max) = tasks.into_inner();
        Self::new(ScalableDimension::EcsService, resource_id, min, max)
    }
}

impl Check for ScalableTarget {
    fn check(&self, checks: &mut Checks<'_>) {
        checks.length("ResourceId", Some(&self.resource_id), 1..=1_600);
        let bounds = (self.min_capacity.literal(), self.max_capacity.literal());
        if let (Some(min), Some(max)) = bounds
            && min > max
        {
            checks.error(
                codes::CAPACITY_BOUNDS_CROSSED,
                format!("a scalable target is bounded by {min} from below and {max} from above"),
                format!("exchange them, or give both the value {min} so that nothing is scaled"),
            );
        }
        if let Some(id) = self.resource_id.literal()
            && self.scalable_dimension.literal() == Some(ScalableDimension::EcsService)
            && !is_ecs_service(&id)
        {
            checks.invalid(
                "ResourceId",
                format!("is `{id}`"),
                "an ECS service is written `service/CLUSTER/SERVICE`; `ScalableTarget::ecs_service` makes it of the two names",
            );
        }
        let mut names = std::collections::BTreeSet::new();
        for action in &self.scheduled_actions {
            action.check(checks);
            if let Some(name) = action.scheduled_action_name.literal()
                && !names.insert(name.clone())
            {
                checks.invalid(
                    "ScheduledActions",
                    format!("has two actions named `{name}`"),
                    "a name is unique for its target; give one of them another",
                );
            }
        }
    }
}

fn is_ecs_service(id: &str) -> bool {
    let parts: Vec<_> = id.split('/').collect();
    matches!(parts.as_slice(), ["service", cluster, service] if !cluster.is_empty() && !service.is_empty())
}

impl ScheduledAction {
    fn check(&self, checks: &mut Checks<'_>) {
        let name = self.scheduled_action_name.literal().unwrap_or_default();
        let property = |part: &str| format!("ScheduledActions[{name}].{part}");
        checks.length(
            "ScheduledActions[].ScheduledActionName",
            Some(&self.scheduled_action_name),
            1..=256,
        );
        if let Some(schedule) = self.schedule.literal()
            && !["at(", "rate(", "cron("]
                .iter()
                .any(|form| schedule.starts_with(form) && schedule.ends_with(')'))
        {
            checks.invalid(
                &property("Schedule"),
                format!("is `{schedule}`"),
                "write `at(2030-01-01T08:00:00)`, `rate(1 day)` or `cron(0 8 * * ? *)`",
            );
        }
        for (part, time) in [("StartTime", &self.start_time), ("EndTime", &self.end_time)] {
            if let Some(time) = time.as_ref().and_then(Input::literal)
                && !is_utc(&time)
            {
                checks.invalid(
                    &property(part),
                    format!("is `{time}`"),
                    "write it in UTC and to the second, such as `2030-01-01T00:00:00Z`",
                );
            }
        }
        let action = self.scalable_target_action.as_ref();
        let bound = |of: fn(&ScalableTargetAction) -> &Option<Input<u32>>| {
            action
                .map(of)
                .and_then(|bound| bound.as_ref())
                .and_then(Input::literal)
        };
        if let (Some(min), Some(max)) = (bound(|a| &a.min_capacity), bound(|a| &a.max_capacity))
            && min > max
        {
            checks.error(
                codes::CAPACITY_BOUNDS_CROSSED,
                format!("the scheduled action `{name}` is bounded by {min} from below and {max} from above"),
                "exchange them",
            );
        }
    }
}

/// Whether a text has the form `2030-01-01T00:00:00Z`, the only form that is equal to AWS's answer.
fn is_utc(text: &str) -> bool {
    const FORM: &str = "dddd-dd-ddTdd:dd:ddZ";
    text.len() == FORM.len()
        && text.chars().zip(FORM.chars()).all(|(c, form)| match form {
            'd' => c.is_ascii_digit(),
            other => c == other,
        })
}

impl Samples for ScalableTarget {
    fn samples() -> Vec<Self> {
        let of = |service: &str, tasks| {
            let cluster = ClusterName::existing("shop");
            Self::ecs_service(cluster, ServiceName::existing(service), tasks)
        };
        let role = |name: &str| RoleArn::existing(format!("arn:aws:iam::123456789012:role/{name}"));
        let evening = ScheduledAction::new("cron(0 20 * * ? *)", "evening")
            .start_time("2030-01-01T00:00:00Z")
            .end_time("2030-12-31T00:00:00Z")
            .timezone("Europe/Berlin")
            .scalable_target_action(
                ScalableTargetAction::new()
                    .min_capacity(1u32)
                    .max_capacity(2u32),
            );
        let later = ScheduledAction::new("cron(0 22 * * ? *)", "evening")
            .start_time("2031-01-01T00:00:00Z")
            .end_time("2031-12-31T00:00:00Z")
            .timezone("Etc/UTC")
            .scalable_target_action(
                ScalableTargetAction::new()
                    .min_capacity(2u32)
                    .max_capacity(3u32),
            );
        let morning = ScheduledAction::new("rate(1 day)", "morning")
            .scalable_target_action(ScalableTargetAction::new().min_capacity(4u32));
        let suspended = |suspended: bool| {
            SuspendedState::new()
                .dynamic_scaling_in_suspended(suspended)
                .dynamic_scaling_out_suspended(!suspended)
                .scheduled_scaling_suspended(suspended)
        };
        let dress = |target: Self| {
            target
                .role_arn(role("scaling"))
                .scheduled_actions([evening.clone(), morning.clone()])
                .suspended_state(suspended(false))
                .tag("Name", "api")
        };
        vec![
            of("api", 2..=10),
            dress(of("api", 2..=10)),
            dress(of("api", 3..=12))
                .role_arn(role("other"))
                .scheduled_actions([later.clone()])
                .suspended_state(suspended(true))
                .tag("Name", "other"),
            dress(of("worker", 2..=10)),
            dress(Self::new(
                ScalableDimension::DynamoDbTableRead,
                "table/orders",
                5u32,
                100u32,
            )),
            dress(Self::new(
                ScalableDimension::DynamoDbTableWrite,
                "table/orders",
                5u32,
                100u32,
            )),
        ]
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::address::Address;
    use crate::request::Request;
    use crate::resource::{Declare, Resource};
    use crate::stack::Stack;
    use crate::value::Output;

    fn problems(target: ScalableTarget) -> Vec<String> {
        let declare = |cx: &mut Stack| {
            target.declare(cx, "target");
            Ok(())
        };
        let document = Stack::test("t", declare, Request::offline("us-east-1"));
        document.problems.into_iter().map(|p| p.message).collect()
    }

    #[test]
    fn an_ecs_service_is_named_by_its_cluster_and_its_name() {
        let service: Output<ServiceName> =
            Output::reference(&Address::parse("api/service").expect("valid"), "Name");
        let target = ScalableTarget::ecs_service(ClusterName::existing("shop"), service, 1..=4);
        assert_eq!(
            target.to_json(),
            json!({
                "MinCapacity": 1,
                "MaxCapacity": 4,
                "ScalableDimension": "ecs:service:DesiredCount",
                "ServiceNamespace": "ecs",
                "ResourceId": {"$windlass": {"join": ["service/", "shop", "/", {"$windlass": {"ref": "api/service", "output": "Name"}}]}},
            })
        );
    }

    #[test]
    fn what_aws_refuses_is_reported() {
        let action = ScheduledAction::new("daily", "evening")
            .start_time("2030-01-01")
            .scalable_target_action(
                ScalableTargetAction::new()
                    .min_capacity(3u32)
                    .max_capacity(2u32),
            );
        let target = ScalableTarget::new(ScalableDimension::EcsService, "shop/api", 10u32, 2u32)
            .scheduled_actions([action.clone(), action]);
        let once = [
            "`ScheduledActions[evening].Schedule` of `target` is `daily`",
            "`ScheduledActions[evening].StartTime` of `target` is `2030-01-01`",
            "the scheduled action `evening` is bounded by 3 from below and 2 from above",
        ];
        let mut expected = vec![
            "a scalable target is bounded by 10 from below and 2 from above",
            "`ResourceId` of `target` is `shop/api`",
        ];
        expected.extend(once);
        expected.extend(once);
        expected.push("`ScheduledActions` of `target` has two actions named `evening`");
        assert_eq!(problems(target), expected);
    }
}
