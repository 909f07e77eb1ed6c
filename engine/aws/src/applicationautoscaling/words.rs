//! The enumerations of Application Auto Scaling's API. Not here: blocks, whose tables are in the files of their kinds.

use crate::table::words;

words! { aws_sdk_applicationautoscaling::types {
    AdjustmentType, MetricAggregationType, MetricStatistic, MetricType, PolicyType,
    PredictiveScalingMaxCapacityBreachBehavior, PredictiveScalingMode, ScalableDimension, ServiceNamespace,
} }
