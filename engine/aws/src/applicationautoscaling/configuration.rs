//! The configurations of scaling policies as the SDK takes them. Not here: as AWS gives them back.

use aws_sdk_applicationautoscaling::types as sdk;
use windlass::aws::applicationautoscaling::{
    CustomizedMetricSpecificationResolved, MetricDataQueriesResolved, MetricDimensionResolved,
    MetricQueryResolved, MetricResolved, MetricStatResolved, PredictiveMetricResolved,
    PredictivePredefinedMetricResolved, PredictiveScalingResolved, QueryResolved,
    StepScalingResolved, TargetTrackingMetricResolved, TargetTrackingResolved,
};

/// Why no builder of this file can fail.
const WHOLE: &str = "everything that the SDK requires is set";

/// Keeps a metric at a value.
pub fn target_tracking(
    of: &TargetTrackingResolved,
) -> sdk::TargetTrackingScalingPolicyConfiguration {
    let builder = sdk::TargetTrackingScalingPolicyConfiguration::builder()
        .target_value(of.target_value)
        .set_disable_scale_in(of.disable_scale_in)
        .set_scale_in_cooldown(of.scale_in_cooldown.map(whole))
        .set_scale_out_cooldown(of.scale_out_cooldown.map(whole));
    let builder = match &of.metric {
        TargetTrackingMetricResolved::PredefinedMetricSpecification(metric) => {
            let sort = metric.predefined_metric_type.as_str();
            let specification = sdk::PredefinedMetricSpecification::builder()
                .predefined_metric_type(sdk::MetricType::from(sort))
                .set_resource_label(metric.resource_label.clone())
                .build();
            builder.predefined_metric_specification(specification.expect(WHOLE))
        }
        TargetTrackingMetricResolved::CustomizedMetricSpecification(metric) => {
            builder.customized_metric_specification(customized(metric))
        }
    };
    builder.build().expect(WHOLE)
}

fn customized(of: &CustomizedMetricSpecificationResolved) -> sdk::CustomizedMetricSpecification {
    let statistic = of
        .statistic
        .map(|statistic| sdk::MetricStatistic::from(statistic.as_str()));
    let dimension = |of: &MetricDimensionResolved| {
        let dimension = sdk::MetricDimension::builder()
            .name(&of.name)
            .value(&of.value);
        dimension.build().expect(WHOLE)
    };
    sdk::CustomizedMetricSpecification::builder()
        .set_metric_name(of.metric_name.clone())
        .set_namespace(of.namespace.clone())
        .set_dimensions(some(of.dimensions.iter().map(dimension)))
        .set_statistic(statistic)
        .set_unit(of.unit.clone())
        .set_metrics(some(of.metrics.iter().map(tracking_query)))
        .build()
}

/// Scales in steps.
pub fn step(of: &StepScalingResolved) -> sdk::StepScalingPolicyConfiguration {
    let steps = of.step_adjustments.iter().map(|step| {
        let step = sdk::StepAdjustment::builder()
            .set_metric_interval_lower_bound(step.metric_interval_lower_bound)
            .set_metric_interval_upper_bound(step.metric_interval_upper_bound)
            .scaling_adjustment(step.scaling_adjustment);
        step.build().expect(WHOLE)
    });
    let aggregation = of.metric_aggregation_type;
    sdk::StepScalingPolicyConfiguration::builder()
        .adjustment_type(sdk::AdjustmentType::from(of.adjustment_type.as_str()))
        .set_step_adjustments(Some(steps.collect()))
        .set_min_adjustment_magnitude(of.min_adjustment_magnitude.map(whole))
        .set_cooldown(of.cooldown.map(whole))
        .set_metric_aggregation_type(
            aggregation.map(|by| sdk::MetricAggregationType::from(by.as_str())),
        )
        .build()
}

/// Follows a forecast.
pub fn predictive(of: &PredictiveScalingResolved) -> sdk::PredictiveScalingPolicyConfiguration {
    let behavior = of.max_capacity_breach_behavior;
    sdk::PredictiveScalingPolicyConfiguration::builder()
        .set_metric_specifications(Some(
            of.metric_specifications.iter().map(forecast).collect(),
        ))
        .set_mode(
            of.mode
                .map(|mode| sdk::PredictiveScalingMode::from(mode.as_str())),
        )
        .set_scheduling_buffer_time(of.scheduling_buffer_time.map(whole))
        .set_max_capacity_breach_behavior(behavior.map(|behavior| {
            sdk::PredictiveScalingMaxCapacityBreachBehavior::from(behavior.as_str())
        }))
        .set_max_capacity_buffer(of.max_capacity_buffer.map(i32::from))
        .build()
        .expect(WHOLE)
}

fn forecast(of: &PredictiveMetricResolved) -> sdk::PredictiveScalingMetricSpecification {
    let pair = |of: &PredictivePredefinedMetricResolved| {
        sdk::PredictiveScalingPredefinedMetricPairSpecification::builder()
            .predefined_metric_type(&of.predefined_metric_type)
            .set_resource_label(of.resource_label.clone())
            .build()
            .expect(WHOLE)
    };
    let scaling = |of: &PredictivePredefinedMetricResolved| {
        sdk::PredictiveScalingPredefinedScalingMetricSpecification::builder()
            .predefined_metric_type(&of.predefined_metric_type)
            .set_resource_label(of.resource_label.clone())
            .build()
            .expect(WHOLE)
    };
    let load = |of: &PredictivePredefinedMetricResolved| {
        sdk::PredictiveScalingPredefinedLoadMetricSpecification::builder()
            .predefined_metric_type(&of.predefined_metric_type)
            .set_resource_label(of.resource_label.clone())
            .build()
            .expect(WHOLE)
    };
    sdk::PredictiveScalingMetricSpecification::builder()
        .target_value(of.target_value)
        .set_predefined_metric_pair_specification(
            of.predefined_metric_pair_specification.as_ref().map(pair),
        )
        .set_predefined_scaling_metric_specification(
            of.predefined_scaling_metric_specification
                .as_ref()
                .map(scaling),
        )
        .set_predefined_load_metric_specification(
            of.predefined_load_metric_specification.as_ref().map(load),
        )
        .set_customized_scaling_metric_specification(
            of.customized_scaling_metric_specification
                .as_ref()
                .map(queries),
        )
        .set_customized_load_metric_specification(
            of.customized_load_metric_specification
                .as_ref()
                .map(queries),
        )
        .set_customized_capacity_metric_specification(
            of.customized_capacity_metric_specification
                .as_ref()
                .map(queries),
        )
        .build()
        .expect(WHOLE)
}

fn queries(of: &MetricDataQueriesResolved) -> sdk::PredictiveScalingCustomizedMetricSpecification {
    let queries = of.metric_data_queries.iter().map(forecast_query);
    sdk::PredictiveScalingCustomizedMetricSpecification::builder()
        .set_metric_data_queries(Some(queries.collect()))
        .build()
        .expect(WHOLE)
}

/// AWS has the same shapes twice, once for each sort of policy.
macro_rules! metric_queries {
    ($function:ident: $query:ident, $stat:ident, $metric:ident, $dimension:ident) => {
        fn $function(of: &MetricQueryResolved) -> sdk::$query {
            let metric = |of: &MetricResolved| {
                let dimension = |of: &MetricDimensionResolved| {
                    let dimension = sdk::$dimension::builder().name(&of.name).value(&of.value);
                    dimension.build().expect(WHOLE)
                };
                sdk::$metric::builder()
                    .set_dimensions(some(of.dimensions.iter().map(dimension)))
                    .set_metric_name(of.metric_name.clone())
                    .set_namespace(of.namespace.clone())
                    .build()
            };
            let stat = |of: &MetricStatResolved| {
                let stat = sdk::$stat::builder()
                    .metric(metric(&of.metric))
                    .stat(&of.stat)
                    .set_unit(of.unit.clone());
                stat.build().expect(WHOLE)
            };
            let builder = sdk::$query::builder()
                .id(&of.id)
                .set_label(of.label.clone())
                .set_return_data(of.return_data);
            let builder = match &of.query {
                QueryResolved::Expression(expression) => builder.expression(expression),
                QueryResolved::MetricStat(of) => builder.metric_stat(stat(of)),
            };
            builder.build().expect(WHOLE)
        }
    };
}

metric_queries!(tracking_query: TargetTrackingMetricDataQuery, TargetTrackingMetricStat, TargetTrackingMetric, TargetTrackingMetricDimension);
metric_queries!(forecast_query: PredictiveScalingMetricDataQuery, PredictiveScalingMetricStat, PredictiveScalingMetric, PredictiveScalingMetricDimension);

/// A list, or nothing where it is empty.
fn some<T>(items: impl ExactSizeIterator<Item = T>) -> Option<Vec<T>> {
    (items.len() > 0).then(|| items.collect())
}

/// Seconds and counts, which AWS bounds far below the limit of the type.
fn whole(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
