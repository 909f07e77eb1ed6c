//! Step scaling: the size of an alarm's breach decides by how much the number changes.

use windlass_derive::Block;

use crate::stack::Checks;
use crate::value::Input;

crate::text_enum! {
    /// The meaning of an adjustment's number.
    pub enum AdjustmentType {
        /// AWS adds the number to the current capacity.
        ChangeInCapacity = "ChangeInCapacity",
        /// The number is the new capacity.
        ExactCapacity = "ExactCapacity",
        /// AWS adds the number to the current capacity, in percent.
        PercentChangeInCapacity = "PercentChangeInCapacity",
    }

    /// How CloudWatch combines the metric's values into one.
    pub enum MetricAggregationType {
        /// The mean of the values.
        Average = "Average",
        /// The greatest value.
        Maximum = "Maximum",
        /// The smallest value.
        Minimum = "Minimum",
    }
}

/// Step scaling: scales in steps when an alarm fires.
#[derive(Debug, Clone, Block)]
pub struct StepScaling {
    /// The meaning of an adjustment's number.
    #[field(no_setter)]
    pub adjustment_type: Input<AdjustmentType>,
    /// How long the policy waits after a change, in seconds. AWS's default for ECS is 300.
    pub cooldown: Option<Input<u32>>,
    /// How CloudWatch combines the metric's values into one. AWS's default is `Average`.
    #[field(removal_default("\"Average\""))]
    pub metric_aggregation_type: Option<Input<MetricAggregationType>>,
    /// The smallest change of the number, for `PercentChangeInCapacity`.
    pub min_adjustment_magnitude: Option<Input<u32>>,
    /// The steps. Their intervals neither overlap nor leave gaps.
    #[field(required, set, no_setter)]
    pub step_adjustments: Vec<StepAdjustment>,
}

/// The adjustment for one interval of the breach.
#[derive(Debug, Clone, Block)]
pub struct StepAdjustment {
    /// Where the interval begins, relative to the alarm's threshold. If absent, at negative infinity.
    pub metric_interval_lower_bound: Option<Input<f64>>,
    /// Where the interval ends, relative to the alarm's threshold. If absent, at infinity.
    pub metric_interval_upper_bound: Option<Input<f64>>,
    /// The change of the number, or its new value, as the adjustment type says.
    pub scaling_adjustment: Input<i32>,
}

impl StepScaling {
    pub(super) fn check(&self, checks: &mut Checks<'_>) {
        let property = |name: &str| format!("StepScalingPolicyConfiguration.{name}");
        if self.step_adjustments.is_empty() {
            checks.invalid(
                &property("StepAdjustments"),
                "is empty",
                "give at least one step",
            );
        }
        let sort = self.adjustment_type.literal();
        if let Some(sort) = sort
            && self.min_adjustment_magnitude.is_some()
            && sort != AdjustmentType::PercentChangeInCapacity
        {
            checks.invalid(
                &property("MinAdjustmentMagnitude"),
                format!("is given, and the adjustment type is `{sort}`"),
                "it bounds `PercentChangeInCapacity` only",
            );
        }
        for step in &self.step_adjustments {
            let bound = |bound: &Option<Input<f64>>| bound.as_ref().and_then(Input::literal);
            let (low, high) = (
                bound(&step.metric_interval_lower_bound),
                bound(&step.metric_interval_upper_bound),
            );
            if let (Some(low), Some(high)) = (low, high)
                && low >= high
            {
                checks.invalid(
                    &property("StepAdjustments"),
                    format!("has an interval from {low} to {high}"),
                    "an interval ends above where it begins",
                );
            }
        }
    }
}

pub(super) fn samples() -> Vec<StepScaling> {
    let step = |low: f64, high: f64, by: i32| {
        StepAdjustment::new(by)
            .metric_interval_lower_bound(low)
            .metric_interval_upper_bound(high)
    };
    let full = StepScaling::new(
        AdjustmentType::PercentChangeInCapacity,
        [step(0.0, 10.0, 20), step(10.0, 20.0, 50)],
    )
    .cooldown(60u32)
    .metric_aggregation_type(MetricAggregationType::Maximum)
    .min_adjustment_magnitude(1u32);
    let others = [step(0.0, 15.0, 25), step(15.0, 30.0, 60)];
    vec![
        StepScaling::new(AdjustmentType::ChangeInCapacity, [StepAdjustment::new(-1)]),
        full,
        StepScaling::new(AdjustmentType::PercentChangeInCapacity, others)
            .cooldown(120u32)
            .metric_aggregation_type(MetricAggregationType::Minimum)
            .min_adjustment_magnitude(2u32),
    ]
}
