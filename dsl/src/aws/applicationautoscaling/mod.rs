//! Application Auto Scaling: how many tasks a service runs.

mod dimension;
mod scalable_target;
mod scaling_policy;

pub use dimension::{ScalableDimension, ServiceNamespace};
pub use scalable_target::{
    ScalableTarget, ScalableTargetAction, ScalableTargetActionResolved, ScalableTargetChange,
    ScalableTargetResolved, ScheduledAction, ScheduledActionResolved, SuspendedState,
    SuspendedStateResolved,
};
pub use scaling_policy::{
    AdjustmentType, Configuration, ConfigurationResolved, CustomizedMetricSpecification,
    CustomizedMetricSpecificationResolved, MaxCapacityBreachBehavior, Metric,
    MetricAggregationType, MetricDataQueries, MetricDataQueriesResolved, MetricDimension,
    MetricDimensionResolved, MetricQuery, MetricQueryResolved, MetricResolved, MetricStat,
    MetricStatResolved, PolicyTarget, PolicyType, PredefinedMetricSpecification,
    PredefinedMetricSpecificationResolved, PredefinedMetricType, PredictiveMetric,
    PredictiveMetricResolved, PredictiveMode, PredictivePredefinedMetric,
    PredictivePredefinedMetricResolved, PredictiveScaling, PredictiveScalingResolved, Query,
    QueryResolved, ScalingPolicy, ScalingPolicyChange, ScalingPolicyResolved, Statistic,
    StepAdjustment, StepAdjustmentResolved, StepScaling, StepScalingResolved, TargetTracking,
    TargetTrackingMetric, TargetTrackingMetricResolved, TargetTrackingResolved,
};

crate::ids! {
    /// A scaling policy.
    ScalingPolicyArn = "arn:";
    /// A scalable target, as AWS names it where it takes tags.
    ScalableTargetArn = "arn:";
    /// A scalable target: its resource id, dimension and namespace with `|` between them.
    ScalableTargetId = "";
}
