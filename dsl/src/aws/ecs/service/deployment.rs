//! Deployments: how a service moves from one revision to the next, and when it rolls back.

use serde_json::Value;
use windlass_derive::Block;

use crate::aws::iam::principal::Ecs;
use crate::aws::iam::{RoleArn, RoleFor};
use crate::stack::Checks;
use crate::value::{Input, IntoInput, Json};

crate::text_enum! {
    /// The deployment strategy: how ECS replaces old tasks by new ones.
    pub enum DeploymentStrategy {
        /// A rolling update: a few tasks at a time.
        Rolling = "ROLLING",
        /// All new tasks start beside the old ones; then all traffic moves at once.
        BlueGreen = "BLUE_GREEN",
        /// All new tasks start beside the old ones; then traffic moves in equal steps.
        Linear = "LINEAR",
        /// All new tasks start beside the old ones; then a small part of the traffic moves, then the rest.
        Canary = "CANARY",
    }
    /// The deployment controller: what replaces old tasks by new ones.
    pub enum DeploymentControllerType {
        Ecs = "ECS",
        /// AWS CodeDeploy.
        CodeDeploy = "CODE_DEPLOY",
        /// A third party, through task sets.
        External = "EXTERNAL",
    }
    /// The stage of a deployment at which a hook is called.
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
    /// What a hook does.
    pub enum LifecycleHookTarget {
        /// ECS calls a Lambda function.
        AwsLambda = "AWS_LAMBDA",
        /// ECS waits until somebody calls `ContinueServiceDeployment`. Not at the stages in which traffic moves.
        Pause = "PAUSE",
    }
    /// What ECS does when a hook gets no answer in time.
    pub enum LifecycleHookTimeoutAction {
        /// ECS goes back to the revision before.
        Rollback = "ROLLBACK",
        /// ECS goes on to the next stage.
        Continue = "CONTINUE",
    }
    /// How ECS computes how many tasks may fail before the circuit breaker trips.
    pub enum ThresholdType {
        /// The value is the number of tasks.
        Count = "COUNT",
        /// The value is a percentage of the desired count; the result is at least 3 and at most 200.
        BoundedPercent = "BOUNDED_PERCENT",
        /// The value is a percentage of the desired count, without bounds.
        UnboundedPercent = "UNBOUNDED_PERCENT",
    }
    /// When ECS removes the old tasks of a deployment with early success.
    pub enum SourceRevisionCleanup {
        /// Before the deployment counts as successful.
        Blocking = "BLOCKING",
        /// Afterwards, in the background.
        Deferred = "DEFERRED",
    }
}

/// How a service moves from one revision to the next.
#[derive(Debug, Clone, Block)]
pub struct DeploymentConfiguration {
    /// How ECS replaces old tasks by new ones. AWS's default is `ROLLING`.
    #[field(removal_default("\"ROLLING\""), no_setter)]
    pub strategy: Option<Input<DeploymentStrategy>>,
    /// How many tasks may run or start at once, in percent of the desired count. AWS's default is 200; 100 for daemons.
    #[field(removal_default_by(most))]
    pub maximum_percent: Option<Input<u32>>,
    /// How many tasks must keep running, in percent of the desired count. AWS's default is 100; 0 for daemons.
    #[field(removal_default_by(least))]
    pub minimum_healthy_percent: Option<Input<u32>>,
    /// The circuit breaker: whether ECS stops a deployment whose tasks keep failing, and rolls it back.
    #[field(removal_default(r#"{"Enable":false,"Rollback":false}"#))]
    pub deployment_circuit_breaker: Option<DeploymentCircuitBreaker>,
    /// CloudWatch alarms that stop a deployment.
    #[field(removal_default(r#"{"AlarmNames":[],"Enable":false,"Rollback":false}"#))]
    pub alarms: Option<DeploymentAlarms>,
    /// The bake time: how many minutes old and new tasks run beside each other after all traffic has moved, 0 to 1440. Not for `ROLLING`.
    #[field(removal_keeps)]
    pub bake_time_in_minutes: Option<Input<u32>>,
    /// When a deployment counts as successful before all its tasks run. For `ROLLING` only.
    #[field(removal_default(r#"{"Enable":false}"#))]
    pub early_success_criteria: Option<EarlySuccessCriteria>,
    /// Lambda functions that ECS calls on the way, and pauses. `ROLLING` takes none.
    #[field(set)]
    pub lifecycle_hooks: Vec<DeploymentLifecycleHook>,
    /// The steps of `LINEAR`. With another strategy they have no effect, and an update that leaves them out keeps them.
    #[field(removal_keeps, no_setter)]
    pub linear_configuration: Option<LinearConfiguration>,
    /// The step of `CANARY`. With another strategy it has no effect, and an update that leaves it out keeps it.
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

/// The deployment configuration of a service whose author states none. `UpdateService` keeps values that it does not get, so an update sends all of
/// them.
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

/// The circuit breaker: whether ECS stops a deployment whose tasks keep failing.
#[derive(Debug, Clone, Block)]
pub struct DeploymentCircuitBreaker {
    /// Whether the circuit breaker is on.
    pub enable: Input<bool>,
    /// Whether ECS then rolls back to the last revision that ran.
    pub rollback: Input<bool>,
    /// Whether a task that becomes healthy sets the count of failures back to 0. AWS's default is `true`.
    #[field(removal_default("true"))]
    pub reset_on_healthy_task: Option<Input<bool>>,
    /// How many tasks may fail before the circuit breaker trips. AWS's default is half of the desired count, at least 3 and at most 200.
    #[field(removal_default(r#"{"Type":"BOUNDED_PERCENT","Value":50}"#))]
    pub threshold_configuration: Option<CircuitBreakerThreshold>,
}

/// How many tasks may fail before the circuit breaker trips.
#[derive(Debug, Clone, Block)]
pub struct CircuitBreakerThreshold {
    /// How ECS computes the number.
    #[field(name = "Type")]
    pub threshold_type: Input<ThresholdType>,
    /// A number of tasks, or a percentage of the desired count.
    pub value: Input<u32>,
}

/// When a rolling deployment counts as successful before all its tasks run.
#[derive(Debug, Clone, Block)]
pub struct EarlySuccessCriteria {
    /// Whether the criteria count.
    pub enable: Input<bool>,
    /// How many tasks of the new revision must be healthy, in percent of the desired count, 0 to 100; at least as many as must keep running.
    /// Required where the criteria are enabled.
    #[field(removal_keeps)]
    pub healthy_percent: Option<Input<u32>>,
    /// When ECS removes the old tasks. Required where the criteria are enabled.
    #[field(removal_keeps)]
    pub source_service_revision_cleanup: Option<Input<SourceRevisionCleanup>>,
}

/// CloudWatch alarms that stop a deployment.
#[derive(Debug, Clone, Block)]
pub struct DeploymentAlarms {
    /// The alarms' names.
    #[field(set, required)]
    pub alarm_names: Vec<Input<String>>,
    /// Whether ECS watches the alarms.
    pub enable: Input<bool>,
    /// Whether ECS then rolls back to the last revision that ran.
    pub rollback: Input<bool>,
}

/// A Lambda function that ECS calls during a deployment.
#[derive(Debug, Clone, Block)]
#[block(no_new)]
pub struct DeploymentLifecycleHook {
    /// What the hook does. AWS's default is `AWS_LAMBDA`.
    #[field(removal_default("\"AWS_LAMBDA\""), no_setter)]
    pub target_type: Option<Input<LifecycleHookTarget>>,
    /// The function. Not for a pause.
    #[field(no_setter)]
    pub hook_target_arn: Option<Input<String>>,
    /// The role with which ECS calls it. Not for a pause.
    #[field(takes(RoleFor<Ecs>), no_setter)]
    pub role_arn: Option<Input<RoleArn<Ecs>>>,
    /// The stages at which ECS calls the function or pauses.
    #[field(set, required)]
    pub lifecycle_stages: Vec<Input<LifecycleStage>>,
    /// Further input of the function, as any JSON. A pause takes none.
    pub hook_details: Option<Json>,
    /// How long ECS waits for an answer, and what it does without one.
    pub timeout_configuration: Option<LifecycleHookTimeout>,
}

/// How long ECS waits for the answer to a hook, and what it does without one.
#[derive(Debug, Clone, Block)]
pub struct LifecycleHookTimeout {
    /// How many minutes ECS waits, 1 to 20160. AWS's default is 1440, a day.
    #[field(removal_default("1440"))]
    pub timeout_in_minutes: Option<Input<u32>>,
    /// What ECS does then. AWS's default is `ROLLBACK`.
    #[field(removal_default("\"ROLLBACK\""))]
    pub action: Option<Input<LifecycleHookTimeoutAction>>,
}

/// The steps of a linear deployment.
#[derive(Debug, Clone, Block)]
pub struct LinearConfiguration {
    /// How much traffic moves in each step, in percent, 3 to 100. AWS's default is 10.
    #[field(removal_default("10.0"))]
    pub step_percent: Option<Input<f64>>,
    /// The pause after each step, in minutes, 0 to 1440. AWS's default is 6.
    #[field(removal_default("6"))]
    pub step_bake_time_in_minutes: Option<Input<u32>>,
}

/// The step of a canary deployment.
#[derive(Debug, Clone, Block)]
pub struct CanaryConfiguration {
    /// How much traffic moves first, in percent, 0.1 to 100. AWS's default is 5.
    #[field(removal_default("5.0"))]
    pub canary_percent: Option<Input<f64>>,
    /// The pause before the remaining traffic moves, in minutes, 0 to 1440. AWS's default is 10.
    #[field(removal_default("10"))]
    pub canary_bake_time_in_minutes: Option<Input<u32>>,
}

/// The deployment controller: what replaces old tasks by new ones.
#[derive(Debug, Clone, Block)]
pub struct DeploymentController {
    /// ECS, AWS CodeDeploy, or a third party.
    #[field(name = "Type")]
    pub controller_type: Input<DeploymentControllerType>,
}

/// A deployment without any other change, because the author asks for one.
#[derive(Debug, Clone, Block)]
pub struct ForceNewDeployment {
    /// Whether ECS makes a new deployment.
    pub enable_force_new_deployment: Input<bool>,
    /// A text that differs for each deployment that the author wants, 1 to 255 characters.
    pub force_new_deployment_nonce: Option<Input<String>>,
}

impl DeploymentLifecycleHook {
    /// A Lambda function that ECS calls at some stages, and the role with which it calls the function.
    #[must_use]
    pub fn lambda<S: IntoInput<LifecycleStage>>(
        function: impl IntoInput<String>,
        role: impl RoleFor<Ecs>,
        stages: impl IntoIterator<Item = S>,
    ) -> Self {
        Self {
            hook_target_arn: Some(function.into()),
            role_arn: Some(role.into()),
            ..Self::at(stages)
        }
    }

    /// A pause at some stages: ECS waits until a person or a program calls `ContinueServiceDeployment`, at most
    /// [`LifecycleHookTimeout`]'s minutes, 1,440 by default. Windlass waits 30 minutes for a service; `.timeouts(…)` of the declaration gives it more.
    #[must_use]
    pub fn pause<S: IntoInput<LifecycleStage>>(stages: impl IntoIterator<Item = S>) -> Self {
        Self {
            target_type: Some(LifecycleHookTarget::Pause.into()),
            ..Self::at(stages)
        }
    }

    fn at<S: IntoInput<LifecycleStage>>(stages: impl IntoIterator<Item = S>) -> Self {
        Self {
            target_type: None,
            hook_target_arn: None,
            role_arn: None,
            lifecycle_stages: stages.into_iter().map(Into::into).collect(),
            hook_details: None,
            timeout_configuration: None,
        }
    }

    fn check(&self, property: &str, checks: &mut Checks<'_>) {
        let timeout = self.timeout_configuration.as_ref();
        checks.range(
            &format!("{property}.TimeoutConfiguration.TimeoutInMinutes"),
            timeout.and_then(|timeout| timeout.timeout_in_minutes.as_ref()),
            1..=20_160,
        );
        let target = self.target_type.as_ref().and_then(Input::literal);
        if target != Some(LifecycleHookTarget::Pause) {
            return;
        }
        let stages = self.lifecycle_stages.iter().filter_map(Input::literal);
        for stage in stages {
            if matches!(
                stage,
                LifecycleStage::TestTrafficShift | LifecycleStage::ProductionTrafficShift
            ) {
                checks.invalid(
                    &format!("{property}.LifecycleStages"),
                    format!("has a pause at `{stage}`"),
                    "ECS cannot pause while traffic moves: take the stage before or after",
                );
            }
        }
        if self.hook_details.is_some() {
            checks.invalid(
                &format!("{property}.HookDetails"),
                "is given for a pause",
                "ECS calls no function: leave it out",
            );
        }
    }
}

impl EarlySuccessCriteria {
    /// The share of the desired count, in percent, that has to be healthy for the deployment to count as successful.
    #[must_use]
    pub fn at(
        healthy_percent: impl IntoInput<u32>,
        cleanup: impl IntoInput<SourceRevisionCleanup>,
    ) -> Self {
        Self::new(true)
            .healthy_percent(healthy_percent)
            .source_service_revision_cleanup(cleanup)
    }

    fn check(&self, running: Option<u32>, checks: &mut Checks<'_>) {
        let property = |name: &str| format!("DeploymentConfiguration.EarlySuccessCriteria.{name}");
        checks.range(
            &property("HealthyPercent"),
            self.healthy_percent.as_ref(),
            0..=100,
        );
        if self.enable.literal() != Some(true) {
            return;
        }
        for (name, absent) in [
            ("HealthyPercent", self.healthy_percent.is_none()),
            (
                "SourceServiceRevisionCleanup",
                self.source_service_revision_cleanup.is_none(),
            ),
        ] {
            if absent {
                checks.invalid(
                    &property(name),
                    "is absent",
                    "use `EarlySuccessCriteria::at(…)`",
                );
            }
        }
        let healthy = self.healthy_percent.as_ref().and_then(Input::literal);
        if let (Some(healthy), Some(running)) = (healthy, running)
            && healthy < running
        {
            checks.invalid(
                &property("HealthyPercent"),
                format!("is {healthy} while {running} percent must keep running"),
                "raise it to what must keep running, or more",
            );
        }
    }
}

impl DeploymentConfiguration {
    /// A rolling update: a few tasks at a time.
    #[must_use]
    pub fn rolling() -> Self {
        Self::with(DeploymentStrategy::Rolling)
    }

    /// Blue/green: all new tasks start beside the old ones, then all traffic moves at once.
    #[must_use]
    pub fn blue_green() -> Self {
        Self::with(DeploymentStrategy::BlueGreen)
    }

    /// Linear: all new tasks start beside the old ones, then traffic moves in equal steps.
    #[must_use]
    pub fn linear(steps: LinearConfiguration) -> Self {
        Self {
            linear_configuration: Some(steps),
            ..Self::with(DeploymentStrategy::Linear)
        }
    }

    /// Canary: all new tasks start beside the old ones, then a small part of the traffic moves, then the rest.
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

    /// Turns the circuit breaker on: if tasks keep failing, ECS stops the deployment and rolls back to the revision that ran before.
    #[must_use]
    pub fn rolls_back(self) -> Self {
        self.deployment_circuit_breaker(DeploymentCircuitBreaker::new(true, true))
    }

    pub(super) fn check(&self, is_daemon: bool, checks: &mut Checks<'_>) {
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
        if let Some(criteria) = &self.early_success_criteria {
            let usual = if is_daemon { 0 } else { 100 };
            let running = match &self.minimum_healthy_percent {
                None => Some(usual),
                minimum => number(minimum),
            };
            criteria.check(running, checks);
        }
        for (index, hook) in self.lifecycle_hooks.iter().enumerate() {
            hook.check(&property(&format!("LifecycleHooks[{index}]")), checks);
        }
        let strategy = self.strategy.as_ref().and_then(Input::literal);
        if let Some(shifts) = strategy.filter(|strategy| *strategy != DeploymentStrategy::Rolling)
            && let Some(criteria) = &self.early_success_criteria
            && criteria.enable.literal() == Some(true)
        {
            checks.invalid(
                &property("EarlySuccessCriteria"),
                format!("is given for a {shifts} deployment"),
                "only rolling deployments have it: leave it out",
            );
        }
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
