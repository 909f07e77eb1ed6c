//! How a service goes from one revision to the next, and when it goes back.

use serde_json::Value;
use windlass_derive::Block;

use crate::aws::iam::principal::Ecs;
use crate::aws::iam::{RoleArn, RoleFor};
use crate::stack::Checks;
use crate::value::{Input, Json};

crate::text_enum! {
    /// How tasks are exchanged.
    pub enum DeploymentStrategy {
        /// A few at a time.
        Rolling = "ROLLING",
        /// All anew beside the old, then all traffic at once.
        BlueGreen = "BLUE_GREEN",
        /// All anew beside the old, then traffic in equal steps.
        Linear = "LINEAR",
        /// All anew beside the old, then a little traffic, then all.
        Canary = "CANARY",
    }
    /// Who exchanges tasks.
    pub enum DeploymentControllerType {
        /// ECS.
        Ecs = "ECS",
        /// AWS CodeDeploy.
        CodeDeploy = "CODE_DEPLOY",
        /// Somebody else, by task sets.
        External = "EXTERNAL",
    }
    /// When a hook is called.
    pub enum LifecycleStage {
        /// Once, when a deployment finds another one unfinished.
        ReconcileService = "RECONCILE_SERVICE",
        /// Before the new tasks start.
        PreScaleUp = "PRE_SCALE_UP",
        /// When the new tasks run.
        PostScaleUp = "POST_SCALE_UP",
        /// While test traffic moves.
        TestTrafficShift = "TEST_TRAFFIC_SHIFT",
        /// When test traffic has moved.
        PostTestTrafficShift = "POST_TEST_TRAFFIC_SHIFT",
        /// Before the users' traffic moves.
        PreProductionTrafficShift = "PRE_PRODUCTION_TRAFFIC_SHIFT",
        /// While the users' traffic moves.
        ProductionTrafficShift = "PRODUCTION_TRAFFIC_SHIFT",
        /// When the users' traffic has moved.
        PostProductionTrafficShift = "POST_PRODUCTION_TRAFFIC_SHIFT",
    }
}

/// How a service goes from one revision to the next.
#[derive(Debug, Clone, Block)]
pub struct DeploymentConfiguration {
    /// How tasks are exchanged. AWS's default is `ROLLING`.
    #[field(removal_default("\"ROLLING\""), no_setter)]
    pub strategy: Option<Input<DeploymentStrategy>>,
    /// How many tasks may run or start at once, in percent of the desired count. AWS's default is 200; 100 for daemons.
    #[field(removal_default_by(most))]
    pub maximum_percent: Option<Input<u32>>,
    /// How many tasks must keep running, in percent of the desired count. AWS's default is 100; 0 for daemons.
    #[field(removal_default_by(least))]
    pub minimum_healthy_percent: Option<Input<u32>>,
    /// Whether a deployment whose tasks keep failing is given up, and undone.
    #[field(removal_default(r#"{"Enable":false,"Rollback":false}"#))]
    pub deployment_circuit_breaker: Option<DeploymentCircuitBreaker>,
    /// CloudWatch alarms that stop a deployment.
    #[field(removal_default(r#"{"AlarmNames":[],"Enable":false,"Rollback":false}"#))]
    pub alarms: Option<DeploymentAlarms>,
    /// How many minutes old and new run beside each other once all traffic has moved, 0 to 1440. Not for `ROLLING`.
    #[field(removal_keeps)]
    pub bake_time_in_minutes: Option<Input<u32>>,
    /// Lambda functions that are asked on the way. Not for `ROLLING`.
    #[field(set)]
    pub lifecycle_hooks: Vec<DeploymentLifecycleHook>,
    /// The steps of `LINEAR`. With another strategy they have no effect, and an update that does not mention them leaves them.
    #[field(removal_keeps, no_setter)]
    pub linear_configuration: Option<LinearConfiguration>,
    /// The step of `CANARY`. With another strategy it has no effect, and an update that does not mention it leaves it.
    #[field(removal_keeps, no_setter)]
    pub canary_configuration: Option<CanaryConfiguration>,
}

fn is_daemon(spec: &Value) -> bool {
    spec["SchedulingStrategy"] == "DAEMON"
}

fn most(spec: &Value) -> Option<&'static str> {
    Some(if is_daemon(spec) { "100" } else { "200" })
}

fn least(spec: &Value) -> Option<&'static str> {
    Some(if is_daemon(spec) { "0" } else { "100" })
}

/// What a service has whose author says nothing of deployments. `UpdateService` keeps what it is not given, so an update says all of it.
pub(super) fn usual(spec: &Value) -> Option<&'static str> {
    if spec["DeploymentController"]["Type"] == "EXTERNAL" {
        return None;
    }
    Some(if is_daemon(spec) {
        r#"{"Alarms":{"AlarmNames":[],"Enable":false,"Rollback":false},"DeploymentCircuitBreaker":{"Enable":false,"Rollback":false},"MaximumPercent":100,"MinimumHealthyPercent":0,"Strategy":"ROLLING"}"#
    } else {
        r#"{"Alarms":{"AlarmNames":[],"Enable":false,"Rollback":false},"DeploymentCircuitBreaker":{"Enable":false,"Rollback":false},"MaximumPercent":200,"MinimumHealthyPercent":100,"Strategy":"ROLLING"}"#
    })
}

/// Whether a deployment whose tasks keep failing is given up.
#[derive(Debug, Clone, Block)]
pub struct DeploymentCircuitBreaker {
    /// Whether it is.
    pub enable: Input<bool>,
    /// Whether the service then goes back to the last revision that ran.
    pub rollback: Input<bool>,
}

/// CloudWatch alarms that stop a deployment.
#[derive(Debug, Clone, Block)]
pub struct DeploymentAlarms {
    /// The alarms' names.
    #[field(set, required)]
    pub alarm_names: Vec<Input<String>>,
    /// Whether they are watched.
    pub enable: Input<bool>,
    /// Whether the service then goes back to the last revision that ran.
    pub rollback: Input<bool>,
}

/// A Lambda function that is asked on the way.
#[derive(Debug, Clone, Block)]
pub struct DeploymentLifecycleHook {
    /// The function.
    pub hook_target_arn: Input<String>,
    /// The role with which ECS calls it.
    #[field(takes(RoleFor<Ecs>))]
    pub role_arn: Input<RoleArn<Ecs>>,
    /// When it is called.
    #[field(set, required)]
    pub lifecycle_stages: Vec<Input<LifecycleStage>>,
    /// What it is told besides, as any JSON.
    pub hook_details: Option<Json>,
}

/// The steps of a linear deployment.
#[derive(Debug, Clone, Block)]
pub struct LinearConfiguration {
    /// How much traffic moves with each step, in percent, 3 to 100. AWS's default is 10.
    #[field(removal_default("10.0"))]
    pub step_percent: Option<Input<f64>>,
    /// How many minutes a step rests, 0 to 1440. AWS's default is 6.
    #[field(removal_default("6"))]
    pub step_bake_time_in_minutes: Option<Input<u32>>,
}

/// The step of a canary deployment.
#[derive(Debug, Clone, Block)]
pub struct CanaryConfiguration {
    /// How much traffic moves first, in percent, 0.1 to 100. AWS's default is 5.
    #[field(removal_default("5.0"))]
    pub canary_percent: Option<Input<f64>>,
    /// How many minutes it rests before the remainder moves, 0 to 1440. AWS's default is 10.
    #[field(removal_default("10"))]
    pub canary_bake_time_in_minutes: Option<Input<u32>>,
}

/// Who exchanges tasks.
#[derive(Debug, Clone, Block)]
pub struct DeploymentController {
    /// ECS, AWS CodeDeploy, or somebody else.
    #[field(name = "Type")]
    pub controller_type: Input<DeploymentControllerType>,
}

/// A deployment for no other reason than that the author asks for one.
#[derive(Debug, Clone, Block)]
pub struct ForceNewDeployment {
    /// Whether one is made.
    pub enable_force_new_deployment: Input<bool>,
    /// A text that differs for each deployment that is wanted, 1 to 255 characters.
    pub force_new_deployment_nonce: Option<Input<String>>,
}

impl DeploymentConfiguration {
    /// A few tasks at a time.
    #[must_use]
    pub fn rolling() -> Self {
        Self::with(DeploymentStrategy::Rolling)
    }

    /// All tasks anew beside the old ones, then all traffic at once.
    #[must_use]
    pub fn blue_green() -> Self {
        Self::with(DeploymentStrategy::BlueGreen)
    }

    /// All tasks anew beside the old ones, then traffic in equal steps.
    #[must_use]
    pub fn linear(steps: LinearConfiguration) -> Self {
        Self {
            linear_configuration: Some(steps),
            ..Self::with(DeploymentStrategy::Linear)
        }
    }

    /// All tasks anew beside the old ones, then a little traffic, then all.
    #[must_use]
    pub fn canary(step: CanaryConfiguration) -> Self {
        Self {
            canary_configuration: Some(step),
            ..Self::with(DeploymentStrategy::Canary)
        }
    }

    fn with(strategy: DeploymentStrategy) -> Self {
        Self {
            strategy: Some(strategy.into()),
            ..Self::new()
        }
    }

    /// Gives a deployment up when its tasks keep failing, and goes back to what ran before.
    #[must_use]
    pub fn rolls_back(self) -> Self {
        self.deployment_circuit_breaker(DeploymentCircuitBreaker::new(true, true))
    }

    pub(super) fn check(&self, checks: &mut Checks<'_>) {
        let property = |name: &str| format!("DeploymentConfiguration.{name}");
        let minutes = 0..=1440;
        checks.range(
            &property("BakeTimeInMinutes"),
            self.bake_time_in_minutes.as_ref(),
            minutes.clone(),
        );
        if let Some(linear) = &self.linear_configuration {
            let (percent, bake) = (&linear.step_percent, &linear.step_bake_time_in_minutes);
            checks.range(
                &property("LinearConfiguration.StepPercent"),
                percent.as_ref(),
                3.0..=100.0,
            );
            checks.range(
                &property("LinearConfiguration.StepBakeTimeInMinutes"),
                bake.as_ref(),
                minutes.clone(),
            );
        }
        if let Some(canary) = &self.canary_configuration {
            let (percent, bake) = (&canary.canary_percent, &canary.canary_bake_time_in_minutes);
            checks.range(
                &property("CanaryConfiguration.CanaryPercent"),
                percent.as_ref(),
                0.1..=100.0,
            );
            checks.range(
                &property("CanaryConfiguration.CanaryBakeTimeInMinutes"),
                bake.as_ref(),
                minutes,
            );
        }
        let number = |input: &Option<Input<u32>>| input.as_ref().and_then(Input::literal);
        if let (Some(least), Some(most)) = (
            number(&self.minimum_healthy_percent),
            number(&self.maximum_percent),
        ) && least >= 100
            && most <= 100
        {
            checks.invalid(
                &property("MaximumPercent"),
                format!("is {most} while {least} percent must keep running"),
                "no task could ever be exchanged: raise the maximum or lower the minimum",
            );
        }
        let strategy = self.strategy.as_ref().and_then(Input::literal);
        let rolling = strategy.is_none_or(|strategy| strategy == DeploymentStrategy::Rolling)
            && self.strategy.as_ref().is_none_or(|s| s.literal().is_some());
        for (name, given) in [
            ("BakeTimeInMinutes", self.bake_time_in_minutes.is_some()),
            ("LifecycleHooks", !self.lifecycle_hooks.is_empty()),
        ] {
            if given && rolling {
                checks.invalid(
                    &property(name),
                    "is given for a rolling deployment",
                    "begin with `DeploymentConfiguration::blue_green()`, `linear(…)` or `canary(…)`",
                );
            }
        }
    }
}
