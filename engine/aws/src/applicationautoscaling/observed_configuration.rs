//! The configurations of scaling policies as AWS gives them back. Not here: as the SDK takes them.

use aws_sdk_applicationautoscaling::types as sdk;

use crate::observed::Block;

/// Keeps a metric at a value.
pub fn target_tracking(of: &sdk::TargetTrackingScalingPolicyConfiguration) -> Block {
    let predefined = of.predefined_metric_specification.as_ref().map(|metric| {
        Block::new()
            .set(
                "PredefinedMetricType",
                Some(metric.predefined_metric_type.as_str()),
            )
            .set("ResourceLabel", metric.resource_label.as_ref())
    });
    let customized = of.customized_metric_specification.as_ref().map(|metric| {
        let dimension = |of: &sdk::MetricDimension| dimension(&of.name, &of.value);
        Block::new()
            .list("Dimensions", metric.dimensions().iter().map(dimension))
            .set("MetricName", metric.metric_name.as_ref())
            .list("Metrics", metric.metrics().iter().map(tracking_query))
            .set("Namespace", metric.namespace.as_ref())
            .set(
                "Statistic",
                metric.statistic.as_ref().map(sdk::MetricStatistic::as_str),
            )
            .set("Unit", metric.unit.as_ref())
    });
    Block::new()
        .block("CustomizedMetricSpecification", customized)
        .set("DisableScaleIn", of.disable_scale_in)
        .block("PredefinedMetricSpecification", predefined)
        .set("ScaleInCooldown", of.scale_in_cooldown)
        .set("ScaleOutCooldown", of.scale_out_cooldown)
        .set("TargetValue", Some(of.target_value))
}

/// Scales in steps.
pub fn step(of: &sdk::StepScalingPolicyConfiguration) -> Block {
    let steps = of.step_adjustments().iter().map(|step| {
        Block::new()
            .set("MetricIntervalLowerBound", step.metric_interval_lower_bound)
            .set("MetricIntervalUpperBound", step.metric_interval_upper_bound)
            .set("ScalingAdjustment", Some(step.scaling_adjustment))
    });
    let aggregation = of.metric_aggregation_type.as_ref();
    Block::new()
        .set(
            "AdjustmentType",
            of.adjustment_type.as_ref().map(sdk::AdjustmentType::as_str),
        )
        .set("Cooldown", of.cooldown)
        .set(
            "MetricAggregationType",
            aggregation.map(sdk::MetricAggregationType::as_str),
        )
        .set("MinAdjustmentMagnitude", of.min_adjustment_magnitude)
        .list("StepAdjustments", steps)
}

/// Follows a forecast.
pub fn predictive(of: &sdk::PredictiveScalingPolicyConfiguration) -> Block {
    let behavior = of.max_capacity_breach_behavior.as_ref();
    let behavior = behavior.map(sdk::PredictiveScalingMaxCapacityBreachBehavior::as_str);
    Block::new()
        .set("MaxCapacityBreachBehavior", behavior)
        .set("MaxCapacityBuffer", of.max_capacity_buffer)
        .list(
            "MetricSpecifications",
            of.metric_specifications.iter().map(forecast),
        )
        .set(
            "Mode",
            of.mode.as_ref().map(sdk::PredictiveScalingMode::as_str),
        )
        .set("SchedulingBufferTime", of.scheduling_buffer_time)
}

fn forecast(of: &sdk::PredictiveScalingMetricSpecification) -> Block {
    let pair = of.predefined_metric_pair_specification.as_ref();
    let pair = pair.map(|of| predefined(&of.predefined_metric_type, of.resource_label.as_ref()));
    let scaling = of.predefined_scaling_metric_specification.as_ref();
    let scaling =
        scaling.map(|of| predefined(&of.predefined_metric_type, of.resource_label.as_ref()));
    let load = of.predefined_load_metric_specification.as_ref();
    let load = load.map(|of| predefined(&of.predefined_metric_type, of.resource_label.as_ref()));
    let customized = |of: &Option<sdk::PredictiveScalingCustomizedMetricSpecification>| {
        of.as_ref().map(|of| {
            Block::new().list(
                "MetricDataQueries",
                of.metric_data_queries.iter().map(forecast_query),
            )
        })
    };
    Block::new()
        .block(
            "CustomizedCapacityMetricSpecification",
            customized(&of.customized_capacity_metric_specification),
        )
        .block(
            "CustomizedLoadMetricSpecification",
            customized(&of.customized_load_metric_specification),
        )
        .block(
            "CustomizedScalingMetricSpecification",
            customized(&of.customized_scaling_metric_specification),
        )
        .block("PredefinedLoadMetricSpecification", load)
        .block("PredefinedMetricPairSpecification", pair)
        .block("PredefinedScalingMetricSpecification", scaling)
        .set("TargetValue", Some(of.target_value))
}

fn predefined(sort: &str, label: Option<&String>) -> Block {
    Block::new()
        .set("PredefinedMetricType", Some(sort))
        .set("ResourceLabel", label)
}

fn dimension(name: &str, value: &str) -> Block {
    Block::new()
        .set("Name", Some(name))
        .set("Value", Some(value))
}

/// AWS has the same shapes twice, once for each sort of policy.
macro_rules! metric_queries {
    ($function:ident: $query:ident, $stat:ident, $metric:ident, $dimension:ident) => {
        fn $function(of: &sdk::$query) -> Block {
            let metric = |of: &sdk::$metric| {
                let dimension = |of: &sdk::$dimension| dimension(&of.name, &of.value);
                Block::new()
                    .list("Dimensions", of.dimensions().iter().map(dimension))
                    .set("MetricName", of.metric_name.as_ref())
                    .set("Namespace", of.namespace.as_ref())
            };
            let stat = |of: &sdk::$stat| {
                Block::new()
                    .block("Metric", of.metric.as_ref().map(metric))
                    .set("Stat", Some(&of.stat))
                    .set("Unit", of.unit.as_ref())
            };
            Block::new()
                .set("Expression", of.expression.as_ref())
                .set("Id", Some(&of.id))
                .set("Label", of.label.as_ref())
                .block("MetricStat", of.metric_stat.as_ref().map(stat))
                .set("ReturnData", of.return_data)
        }
    };
}

metric_queries!(tracking_query: TargetTrackingMetricDataQuery, TargetTrackingMetricStat, TargetTrackingMetric, TargetTrackingMetricDimension);
metric_queries!(forecast_query: PredictiveScalingMetricDataQuery, PredictiveScalingMetricStat, PredictiveScalingMetric, PredictiveScalingMetricDimension);
