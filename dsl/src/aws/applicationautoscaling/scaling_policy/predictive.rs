//! Predictive scaling: AWS forecasts the load and scales in advance. AWS offers it for ECS services only.

use windlass_derive::Block;

use super::metric::{MetricDataQueries, sample_queries};
use crate::stack::Checks;
use crate::value::{Input, IntoInput};

crate::text_enum! {
    /// Whether AWS scales by the forecast or only makes it.
    pub enum PredictiveMode {
        /// AWS scales by the forecast.
        ForecastAndScale = "ForecastAndScale",
        /// AWS makes the forecast and does not scale.
        ForecastOnly = "ForecastOnly",
    }

    /// What happens when a forecast comes near the target's upper bound.
    pub enum MaxCapacityBreachBehavior {
        /// The number stays at or below the bound.
        HonorMaxCapacity = "HonorMaxCapacity",
        /// The number may exceed the bound, up to the forecast plus a buffer.
        IncreaseMaxCapacity = "IncreaseMaxCapacity",
    }
}

/// Predictive scaling: scales ahead by a forecast.
#[derive(Debug, Clone, Block)]
pub struct PredictiveScaling {
    /// What happens when a forecast comes near the target's upper bound. AWS's default is `HonorMaxCapacity`.
    #[field(removal_default("\"HonorMaxCapacity\""))]
    pub max_capacity_breach_behavior: Option<Input<MaxCapacityBreachBehavior>>,
    /// How far the number may exceed the forecast, in percent, 0 to 100. With `IncreaseMaxCapacity` only, and then required.
    pub max_capacity_buffer: Option<Input<u8>>,
    /// The metrics to forecast. AWS has a list here and takes one.
    #[field(required, no_setter)]
    pub metric_specifications: Vec<PredictiveMetric>,
    /// Whether AWS scales by the forecast. AWS's default is `ForecastOnly`.
    #[field(removal_default("\"ForecastOnly\""))]
    pub mode: Option<Input<PredictiveMode>>,
    /// How long before the forecast time AWS starts tasks, in seconds, 0 to 3,600. AWS's default is 300.
    #[field(removal_default("300"))]
    pub scheduling_buffer_time: Option<Input<u32>>,
}

/// The metrics of a forecast: a pair of metrics, or a scaling metric and a load metric.
#[derive(Debug, Clone, Block)]
#[block(no_new)]
pub struct PredictiveMetric {
    /// A custom metric of the number of tasks. Only with a custom load metric and a custom scaling metric.
    pub customized_capacity_metric_specification: Option<MetricDataQueries>,
    /// A custom load metric.
    pub customized_load_metric_specification: Option<MetricDataQueries>,
    /// A custom scaling metric: the utilization of each task.
    pub customized_scaling_metric_specification: Option<MetricDataQueries>,
    pub predefined_load_metric_specification: Option<PredictivePredefinedMetric>,
    /// A predefined pair of a load metric and a scaling metric.
    #[field(no_setter)]
    pub predefined_metric_pair_specification: Option<PredictivePredefinedMetric>,
    /// A predefined scaling metric: the utilization of each task.
    pub predefined_scaling_metric_specification: Option<PredictivePredefinedMetric>,
    /// The utilization of each task that the policy aims at.
    #[field(no_setter)]
    pub target_value: Input<f64>,
}

/// A predefined metric, or a predefined pair of metrics.
#[derive(Debug, Clone, Block)]
pub struct PredictivePredefinedMetric {
    /// The name of the metric, such as `ECSServiceCPUUtilization` for a pair.
    pub predefined_metric_type: Input<String>,
    /// The load balancer and target group of the metric: `app/NAME/ID/targetgroup/NAME/ID`, the ends of their two ARNs.
    pub resource_label: Option<Input<String>>,
}

impl PredictiveMetric {
    /// A predefined pair of metrics, such as `ECSServiceCPUUtilization`.
    #[must_use]
    pub fn pair(
        pair: impl Into<PredictivePredefinedMetric>,
        target_value: impl IntoInput<f64>,
    ) -> Self {
        Self {
            predefined_metric_pair_specification: Some(pair.into()),
            ..Self::of(target_value)
        }
    }

    /// A scaling metric and a load metric. Add both with the setters.
    #[must_use]
    pub fn of(target_value: impl IntoInput<f64>) -> Self {
        Self {
            customized_capacity_metric_specification: None,
            customized_load_metric_specification: None,
            customized_scaling_metric_specification: None,
            predefined_load_metric_specification: None,
            predefined_metric_pair_specification: None,
            predefined_scaling_metric_specification: None,
            target_value: target_value.into(),
        }
    }

    /// Why the combination of metrics is incomplete, if it is.
    fn fault(&self) -> Option<&'static str> {
        let pair = self.predefined_metric_pair_specification.is_some();
        let scaling = [
            self.predefined_scaling_metric_specification.is_some(),
            self.customized_scaling_metric_specification.is_some(),
        ];
        let load = [
            self.predefined_load_metric_specification.is_some(),
            self.customized_load_metric_specification.is_some(),
        ];
        match (pair, scaling, load) {
            (true, [false, false], [false, false])
            | (false, [true, false] | [false, true], [true, false] | [false, true]) => None,
            (true, _, _) => Some("has a pair of metrics and others besides"),
            (false, [true, true], _) | (false, _, [true, true]) => {
                Some("has a predefined and a customized metric for the same")
            }
            (false, [false, false], _) => Some("has no scaling metric"),
            (false, _, [false, false]) => Some("has no load metric"),
        }
    }
}

impl From<&str> for PredictivePredefinedMetric {
    fn from(metric: &str) -> Self {
        Self::new(metric)
    }
}

impl PredictiveScaling {
    pub(super) fn check(&self, checks: &mut Checks<'_>) {
        let property = |name: &str| format!("PredictiveScalingPolicyConfiguration.{name}");
        checks.range(
            &property("MaxCapacityBuffer"),
            self.max_capacity_buffer.as_ref(),
            0..=100,
        );
        checks.range(
            &property("SchedulingBufferTime"),
            self.scheduling_buffer_time.as_ref(),
            0..=3_600,
        );
        let behavior = self.max_capacity_breach_behavior.as_ref();
        let gives_way = behavior.is_some_and(|behavior| {
            behavior.literal() != Some(MaxCapacityBreachBehavior::HonorMaxCapacity)
        });
        if gives_way != self.max_capacity_buffer.is_some() {
            checks.invalid(
                &property("MaxCapacityBuffer"),
                if gives_way {
                    "is missing"
                } else {
                    "is given, and the bound does not give way"
                },
                "it goes with `MaxCapacityBreachBehavior::IncreaseMaxCapacity` and only with that",
            );
        }
        if self.metric_specifications.len() != 1 {
            checks.invalid(
                &property("MetricSpecifications"),
                format!("has {} members", self.metric_specifications.len()),
                "AWS takes exactly one",
            );
        }
        for fault in self
            .metric_specifications
            .iter()
            .filter_map(PredictiveMetric::fault)
        {
            checks.invalid(
                &property("MetricSpecifications"),
                fault,
                "give a pair of metrics, or one scaling metric and one load metric",
            );
        }
    }
}

pub(super) fn samples() -> Vec<PredictiveScaling> {
    let metric = |name: &str| {
        PredictivePredefinedMetric::new(name)
            .resource_label(format!("app/shop/50dc/targetgroup/{name}/943f"))
    };
    let customized = |name: &str| {
        PredictiveMetric::of(name.len() as f64)
            .customized_scaling_metric_specification(queries(name))
            .customized_load_metric_specification(queries(name))
            .customized_capacity_metric_specification(queries(name))
    };
    let predefined = |scaling: &str, load: &str, value: f64| {
        PredictiveMetric::of(value)
            .predefined_scaling_metric_specification(metric(scaling))
            .predefined_load_metric_specification(metric(load))
    };
    let pair = |name: &str, value: f64| PredictiveMetric::pair(metric(name), value);
    let full = |of: PredictiveMetric| {
        PredictiveScaling::new([of])
            .max_capacity_breach_behavior(MaxCapacityBreachBehavior::IncreaseMaxCapacity)
            .max_capacity_buffer(10u8)
            .mode(PredictiveMode::ForecastAndScale)
            .scheduling_buffer_time(600u32)
    };
    vec![
        PredictiveScaling::new([PredictiveMetric::pair("ECSServiceCPUUtilization", 50.0)]),
        full(pair("ALBRequestCount", 50.0)),
        full(pair("ECSServiceMemoryUtilization", 60.0))
            .max_capacity_buffer(20u8)
            .mode(PredictiveMode::ForecastOnly)
            .scheduling_buffer_time(900u32),
        PredictiveScaling::new([pair("ALBRequestCount", 50.0)])
            .max_capacity_breach_behavior(MaxCapacityBreachBehavior::HonorMaxCapacity),
        full(predefined(
            "ALBRequestCountPerTarget",
            "ALBTargetGroupRequestCount",
            50.0,
        )),
        full(predefined(
            "ECSServiceAverageCPUUtilization",
            "ECSServiceTotalCPUUtilization",
            60.0,
        )),
        full(customized("odd")),
        full(customized("even")),
    ]
}

fn queries(name: &str) -> MetricDataQueries {
    MetricDataQueries::new(sample_queries(name))
}
