//! Capacity from an Auto Scaling group, and how ECS scales the group. Not here: the group itself.

use windlass_derive::Block;

use crate::aws::autoscaling::AutoScalingGroupArn;
use crate::stack::Checks;
use crate::value::{Input, IntoInput};

crate::text_enum! {
    /// A switch that AWS writes as a word: on or off.
    pub enum Toggle {
        /// On.
        Enabled = "ENABLED",
        /// Off.
        Disabled = "DISABLED",
    }
}

/// Capacity from an Auto Scaling group.
#[derive(Debug, Clone, Block)]
pub struct AutoScalingGroupProvider {
    /// The group. A group can belong to one capacity provider only.
    #[field(replaces)]
    pub auto_scaling_group_arn: Input<AutoScalingGroupArn>,
    /// Managed scaling: how ECS sets the group's desired capacity. AWS's default is that ECS does not set it.
    #[field(removal_default(r#"{"Status":"DISABLED"}"#))]
    pub managed_scaling: Option<ManagedScaling>,
    /// Whether ECS protects instances that run tasks from scale-in. It needs managed scaling, and scale-in protection on the group. AWS's default is
    /// `DISABLED`.
    #[field(removal_default("\"DISABLED\""))]
    pub managed_termination_protection: Option<Input<Toggle>>,
    /// Whether ECS moves tasks away from an instance before it terminates. AWS's default is `ENABLED`.
    #[field(removal_default("\"ENABLED\""))]
    pub managed_draining: Option<Input<Toggle>>,
}

/// Managed scaling: how ECS scales the group.
#[derive(Debug, Clone, Block)]
pub struct ManagedScaling {
    /// Whether ECS scales the group. AWS's default is `DISABLED` if the block is absent, else `ENABLED`.
    #[field(removal_default("\"ENABLED\""))]
    pub status: Option<Input<Toggle>>,
    /// The target utilization of the group, in percent, 1 to 100. Below 100 there is spare capacity. AWS's default is 100.
    #[field(removal_default("100"))]
    pub target_capacity: Option<Input<u32>>,
    /// The fewest instances of one scale-out, 1 to 10000. AWS's default is 1.
    #[field(removal_default("1"))]
    pub minimum_scaling_step_size: Option<Input<u32>>,
    /// The most instances of one scale-out, 1 to 10000. AWS's default is 10000.
    #[field(removal_default("10000"))]
    pub maximum_scaling_step_size: Option<Input<u32>>,
    /// The time until a new instance counts, in seconds, 0 to 10000. AWS's default is 300.
    #[field(removal_default("300"))]
    pub instance_warmup_period: Option<Input<u32>>,
}

impl ManagedScaling {
    /// Scaling that keeps the group at this utilization, in percent.
    #[must_use]
    pub fn to(target_capacity: impl IntoInput<u32>) -> Self {
        Self::new()
            .status(Toggle::Enabled)
            .target_capacity(target_capacity)
    }
}

impl AutoScalingGroupProvider {
    pub(super) fn check(&self, checks: &mut Checks<'_>) {
        let property = |name: &str| format!("AutoScalingGroupProvider.ManagedScaling.{name}");
        let literal = |toggle: &Option<Input<Toggle>>| toggle.as_ref().and_then(Input::literal);
        if let Some(scaling) = &self.managed_scaling {
            let size = 1..=10_000;
            let (least, most) = (
                &scaling.minimum_scaling_step_size,
                &scaling.maximum_scaling_step_size,
            );
            checks.range(
                &property("TargetCapacity"),
                scaling.target_capacity.as_ref(),
                1..=100,
            );
            checks.range(
                &property("MinimumScalingStepSize"),
                least.as_ref(),
                size.clone(),
            );
            checks.range(&property("MaximumScalingStepSize"), most.as_ref(), size);
            checks.range(
                &property("InstanceWarmupPeriod"),
                scaling.instance_warmup_period.as_ref(),
                0..=10_000,
            );
            let number = |input: &Option<Input<u32>>| input.as_ref().and_then(Input::literal);
            if let (Some(least), Some(most)) = (number(least), number(most))
                && least > most
            {
                checks.invalid(
                    &property("MinimumScalingStepSize"),
                    format!("is {least}, above the maximum {most}"),
                    "give a minimum that is not above the maximum",
                );
            }
        }
        let scales = match &self.managed_scaling {
            None => false,
            Some(scaling) => literal(&scaling.status) != Some(Toggle::Disabled),
        };
        if literal(&self.managed_termination_protection) == Some(Toggle::Enabled) && !scales {
            checks.invalid(
                "AutoScalingGroupProvider.ManagedTerminationProtection",
                "is ENABLED without managed scaling",
                "add `.managed_scaling(ManagedScaling::to(100))`, or leave the protection out",
            );
        }
    }
}
