//! The configurations of scaling policies, for requests and answers. AWS has two copies of the types for queries and their parts, one for each type of policy.

use crate::table::tables;

tables! { windlass::aws::applicationautoscaling => aws_sdk_applicationautoscaling;
    TargetTracking => TargetTrackingScalingPolicyConfiguration;
    PredefinedMetricSpecification;
    CustomizedMetricSpecification;
    MetricDimension;
    MetricQuery => TargetTrackingMetricDataQuery;
    MetricStat => TargetTrackingMetricStat;
    Metric => TargetTrackingMetric;
    MetricDimension => TargetTrackingMetricDimension;
    StepScaling => StepScalingPolicyConfiguration { "StepAdjustments" always; }
    StepAdjustment;
    PredictiveScaling => PredictiveScalingPolicyConfiguration { "MetricSpecifications" always; }
    PredictiveMetric => PredictiveScalingMetricSpecification;
    PredictivePredefinedMetric => PredictiveScalingPredefinedMetricPairSpecification;
    PredictivePredefinedMetric => PredictiveScalingPredefinedScalingMetricSpecification;
    PredictivePredefinedMetric => PredictiveScalingPredefinedLoadMetricSpecification;
    MetricDataQueries => PredictiveScalingCustomizedMetricSpecification { "MetricDataQueries" always; }
    MetricQuery => PredictiveScalingMetricDataQuery;
    MetricStat => PredictiveScalingMetricStat;
    Metric => PredictiveScalingMetric;
    MetricDimension => PredictiveScalingMetricDimension;
}
