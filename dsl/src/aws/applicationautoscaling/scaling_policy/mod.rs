//! `AWS::ApplicationAutoScaling::ScalingPolicy`: how the number of a scalable target follows a metric.
//!
//! What surprises people: AWS creates CloudWatch alarms for a target-tracking policy and deletes them together with it. Two policies that track the
//! same metric of one target work against each other. Creating a policy under a name that the target already uses changes the existing policy.
//!
//! Not here: the alarms of step scaling, which name the policy's ARN as their action. Reference:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-applicationautoscaling-scalingpolicy.html>

mod metric;
mod predictive;
mod step;
mod target_tracking;

use serde_json::Value;
use windlass_derive::{Choice, Resource};

pub use metric::{
    Metric, MetricDataQueries, MetricDataQueriesResolved, MetricDimension, MetricDimensionResolved,
    MetricQuery, MetricQueryResolved, MetricResolved, MetricStat, MetricStatResolved, Query,
    QueryResolved, Statistic,
};
pub use predictive::{
    MaxCapacityBreachBehavior, PredictiveMetric, PredictiveMetricResolved, PredictiveMode,
    PredictivePredefinedMetric, PredictivePredefinedMetricResolved, PredictiveScaling,
    PredictiveScalingResolved,
};
pub use step::{
    AdjustmentType, MetricAggregationType, StepAdjustment, StepAdjustmentResolved, StepScaling,
    StepScalingResolved,
};
pub use target_tracking::{
    CustomizedMetricSpecification, CustomizedMetricSpecificationResolved,
    PredefinedMetricSpecification, PredefinedMetricSpecificationResolved, PredefinedMetricType,
    TargetTracking, TargetTrackingMetric, TargetTrackingMetricResolved, TargetTrackingResolved,
};

use super::{
    ScalableDimension, ScalableTarget, ScalableTargetId, ScalingPolicyArn, ServiceNamespace,
};
use crate::resource::{Check, Handle, Samples};
use crate::stack::Checks;
use crate::value::{Input, IntoInput, Output};

crate::text_enum! {
    /// How a policy scales.
    pub enum PolicyType {
        /// Scales ahead by a forecast. For ECS services only.
        PredictiveScaling = "PredictiveScaling",
        /// Scales in steps when an alarm fires.
        StepScaling = "StepScaling",
        /// Scales so that a metric stays at a value.
        TargetTrackingScaling = "TargetTrackingScaling",
    }
}

/// How the number of a scalable target follows a metric.
///
/// ```
/// use windlass::aws::applicationautoscaling::{PredefinedMetricType, ScalableTarget, ScalingPolicy, TargetTracking};
/// use windlass::aws::ecs::{ClusterName, ServiceName};
/// use windlass::resource::Declare;
///
/// # windlass::Stack::test("t", |cx| {
/// let target = ScalableTarget::ecs_service(ClusterName::existing("shop"), ServiceName::existing("api"), 2..=10)
///     .declare(cx, "scaling");
/// let cpu = TargetTracking::of(PredefinedMetricType::EcsServiceAverageCpuUtilization, 60.0);
/// ScalingPolicy::new("cpu", &target, cpu).declare(cx, "scale-on-cpu");
/// # Ok(())
/// # }, windlass::request::Request::offline("us-east-1"));
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::ApplicationAutoScaling::ScalingPolicy",
    id = "Arn",
    outputs(arn: ScalingPolicyArn = "Arn"),
    exclusive_by(
        taken,
        "PolicyName",
        "TargetTrackingScalingPolicyConfiguration",
        "ScalingTargetId",
        "ResourceId",
        "ScalableDimension",
        "ServiceNamespace"
    ),
    no_new
)]
pub struct ScalingPolicy {
    /// The name, up to 256 printable characters, unique for the target.
    #[field(replaces, no_setter)]
    pub policy_name: Input<String>,
    /// The type of the policy, which follows from the configuration.
    #[field(in_place, no_setter)]
    pub policy_type: Input<PolicyType>,
    /// The configuration of the policy, which decides its type.
    #[field(choice, in_place, no_setter)]
    pub configuration: Configuration,
    /// The resource to scale, unless `ScalingTargetId` names the target.
    #[field(replaces, no_setter)]
    pub resource_id: Option<Input<String>>,
    /// Which number of the resource is scaled, unless `ScalingTargetId` names the target.
    #[field(replaces, no_setter)]
    pub scalable_dimension: Option<Input<ScalableDimension>>,
    /// The scalable target: its resource id, dimension and namespace in one text. AWS returns the three separately.
    #[field(replaces, no_setter)]
    pub scaling_target_id: Option<Input<ScalableTargetId>>,
    /// The service of the dimension, unless `ScalingTargetId` names the target.
    #[field(replaces, no_setter)]
    pub service_namespace: Option<Input<ServiceNamespace>>,
}

/// A target has one policy of a name: `PutScalingPolicy` overwrites an existing one. A target has one policy that tracks a given metric: for a second
/// one AWS answers `ValidationException`, "Only one TargetTrackingScaling policy for a given metric specification is allowed"
/// (hashicorp/terraform-provider-aws#41179).
fn taken(spec: &Value) -> Vec<Vec<Value>> {
    let target: Vec<_> = match spec.get("ScalingTargetId") {
        Some(id) => vec![id.clone()],
        None => ["ResourceId", "ScalableDimension", "ServiceNamespace"]
            .iter()
            .filter_map(|part| spec.get(*part).cloned())
            .collect(),
    };
    let tracking = &spec["TargetTrackingScalingPolicyConfiguration"];
    let forms = [
        "PredefinedMetricSpecification",
        "CustomizedMetricSpecification",
    ];
    let metric = forms.iter().find_map(|form| tracking.get(*form));
    let whats = [spec.get("PolicyName"), metric].into_iter().flatten();
    whats
        .map(|what| [std::slice::from_ref(what), &target].concat())
        .collect()
}

/// The configuration of a policy: exactly one of these.
#[derive(Debug, Clone, Choice)]
#[choice(in_place)]
pub enum Configuration {
    /// Scales ahead by a forecast.
    PredictiveScalingPolicyConfiguration(PredictiveScaling),
    /// Scales in steps when an alarm fires.
    StepScalingPolicyConfiguration(StepScaling),
    /// Keeps a metric at a value.
    TargetTrackingScalingPolicyConfiguration(TargetTracking),
}

impl From<TargetTracking> for Configuration {
    fn from(configuration: TargetTracking) -> Self {
        Self::TargetTrackingScalingPolicyConfiguration(configuration)
    }
}

impl From<StepScaling> for Configuration {
    fn from(configuration: StepScaling) -> Self {
        Self::StepScalingPolicyConfiguration(configuration)
    }
}

impl From<PredictiveScaling> for Configuration {
    fn from(configuration: PredictiveScaling) -> Self {
        Self::PredictiveScalingPolicyConfiguration(configuration)
    }
}

impl Configuration {
    const fn policy_type(&self) -> PolicyType {
        match self {
            Self::PredictiveScalingPolicyConfiguration(_) => PolicyType::PredictiveScaling,
            Self::StepScalingPolicyConfiguration(_) => PolicyType::StepScaling,
            Self::TargetTrackingScalingPolicyConfiguration(_) => PolicyType::TargetTrackingScaling,
        }
    }
}

/// The target of a policy.
#[derive(Debug, Clone)]
pub enum PolicyTarget {
    /// A scalable target.
    Target(Input<ScalableTargetId>),
    /// A resource that has a scalable target already, by its type and name, such as `service/shop/api`.
    Resource(ScalableDimension, Input<String>),
}

impl From<&Handle<ScalableTarget>> for PolicyTarget {
    fn from(target: &Handle<ScalableTarget>) -> Self {
        Self::Target(target.id().into())
    }
}

impl From<Output<ScalableTargetId>> for PolicyTarget {
    fn from(id: Output<ScalableTargetId>) -> Self {
        Self::Target(id.into())
    }
}

impl From<ScalableTargetId> for PolicyTarget {
    fn from(id: ScalableTargetId) -> Self {
        Self::Target(id.into())
    }
}

impl ScalingPolicy {
    /// A policy of a target: a [`TargetTracking`], a [`StepScaling`] or a [`PredictiveScaling`].
    #[must_use]
    pub fn new(
        name: impl IntoInput<String>,
        target: impl Into<PolicyTarget>,
        configuration: impl Into<Configuration>,
    ) -> Self {
        let configuration = configuration.into();
        let mut policy = Self {
            policy_name: name.into(),
            policy_type: configuration.policy_type().into(),
            configuration,
            resource_id: None,
            scalable_dimension: None,
            scaling_target_id: None,
            service_namespace: None,
        };
        match target.into() {
            PolicyTarget::Target(id) => policy.scaling_target_id = Some(id),
            PolicyTarget::Resource(dimension, id) => {
                policy.resource_id = Some(id);
                policy.scalable_dimension = Some(dimension.into());
                policy.service_namespace = Some(dimension.namespace().into());
            }
        }
        policy
    }
}

impl Check for ScalingPolicy {
    fn check(&self, checks: &mut Checks<'_>) {
        checks.length("PolicyName", Some(&self.policy_name), 1..=256);
        checks.length("ResourceId", self.resource_id.as_ref(), 1..=1_600);
        if let Some(id) = self.scaling_target_id.as_ref().and_then(Input::literal)
            && id.as_str().split('|').count() != 3
        {
            checks.invalid(
                "ScalingTargetId",
                format!("is `{id}`"),
                "it is written `RESOURCE|DIMENSION|NAMESPACE`, such as `service/shop/api|ecs:service:DesiredCount|ecs`",
            );
        }
        match &self.configuration {
            Configuration::PredictiveScalingPolicyConfiguration(predictive) => {
                predictive.check(checks);
                if let Some(dimension) = self.scalable_dimension.as_ref().and_then(Input::literal)
                    && dimension != ScalableDimension::EcsService
                {
                    checks.invalid(
                        "PolicyType",
                        format!("is `PredictiveScaling`, and `{dimension}` is scaled"),
                        "only ECS services are scaled by a forecast",
                    );
                }
            }
            Configuration::StepScalingPolicyConfiguration(step) => step.check(checks),
            Configuration::TargetTrackingScalingPolicyConfiguration(tracking) => {
                tracking.check(checks);
            }
        }
    }
}

impl Samples for ScalingPolicy {
    fn samples() -> Vec<Self> {
        let api = || ScalableTargetId::existing("service/shop/api|ecs:service:DesiredCount|ecs");
        let on = |configuration: Configuration| Self::new("policy", api(), configuration);
        let named = |dimension, id: &str| {
            let target = PolicyTarget::Resource(dimension, id.into());
            Self::new("policy", target, target_tracking::samples().remove(0))
        };
        let mut samples: Vec<Self> = target_tracking::samples()
            .into_iter()
            .map(|c| on(c.into()))
            .collect();
        samples.extend(step::samples().into_iter().map(|c| on(c.into())));
        samples.extend(predictive::samples().into_iter().map(|c| on(c.into())));
        let other_target =
            ScalableTargetId::existing("service/shop/web|ecs:service:DesiredCount|ecs");
        let tracking = || target_tracking::samples().remove(0);
        samples.extend([
            Self::new("other", api(), tracking()),
            Self::new("policy", other_target, tracking()),
            named(ScalableDimension::EcsService, "service/shop/api"),
            named(ScalableDimension::EcsService, "service/shop/web"),
            named(ScalableDimension::DynamoDbTableRead, "table/orders"),
            named(ScalableDimension::DynamoDbTableWrite, "table/orders"),
        ]);
        samples
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::diagnostics::Severity;
    use crate::request::Request;
    use crate::resource::{Declare, Resource};
    use crate::stack::Stack;

    fn problems(policy: ScalingPolicy) -> Vec<String> {
        let declare = |cx: &mut Stack| {
            policy.declare(cx, "policy");
            Ok(())
        };
        let document = Stack::test("t", declare, Request::offline("us-east-1"));
        let errors = document
            .problems
            .into_iter()
            .filter(|p| p.severity == Severity::Error);
        errors.map(|p| p.message).collect()
    }

    fn target() -> ScalableTargetId {
        ScalableTargetId::existing("service/shop/api|ecs:service:DesiredCount|ecs")
    }

    #[test]
    fn the_type_follows_from_the_configuration() {
        let metric = PredefinedMetricType::EcsServiceAverageCpuUtilization;
        let policy = ScalingPolicy::new("cpu", target(), TargetTracking::of(metric, 60.0));
        assert_eq!(
            policy.to_json(),
            json!({
                "PolicyName": "cpu",
                "PolicyType": "TargetTrackingScaling",
                "ScalingTargetId": "service/shop/api|ecs:service:DesiredCount|ecs",
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": 60.0,
                    "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
                },
            })
        );
    }

    #[test]
    fn no_sample_has_a_problem() {
        for sample in ScalingPolicy::samples() {
            assert_eq!(problems(sample.clone()), [""; 0], "{sample:?}");
        }
    }

    #[test]
    fn what_aws_refuses_is_reported() {
        let no_label = TargetTracking::of(PredefinedMetricType::AlbRequestCountPerTarget, 0.0);
        assert_eq!(
            problems(ScalingPolicy::new(
                "p",
                ScalableTargetId::existing("api"),
                no_label
            )),
            [
                "`ScalingTargetId` of `policy` is `api`",
                "`TargetTrackingScalingPolicyConfiguration.TargetValue` of `policy` is 0",
                "`TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification` of `policy` is `ALBRequestCountPerTarget` without a `ResourceLabel`",
            ]
        );
        let empty = StepScaling::new(AdjustmentType::ChangeInCapacity, [] as [StepAdjustment; 0]);
        assert_eq!(
            problems(ScalingPolicy::new("p", target(), empty)),
            ["`StepScalingPolicyConfiguration.StepAdjustments` of `policy` is empty"]
        );
    }
}
