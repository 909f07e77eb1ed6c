//! The deployment that our own call began, as ECS named it in its answer. It tells an outdated answer from a current one.
//!
//! DescribeServices is eventually consistent and can lag behind UpdateService (bugcrowd/ecs-deployment-monitor#2): it then shows the earlier deployment as
//! completed and healthy. Windlass records the deployment with the service's outputs, so another run that resumes the wait has it as well.
//! Not here: whether the deployment succeeded (`rollout`).

use aws_sdk_ecs::types::{Service as SdkService, ServiceDeployment};
use aws_smithy_types::DateTime;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use windlass_engine::provider::Outputs;

use super::rollout::primary;

/// The output that records the deployment. An author cannot refer to it.
pub const OUTPUT: &str = "Deployment";

/// The deployment that `CreateService` or `UpdateService` returned.
///
/// `UpdateService` returns the deployment that it began. If the call needed no new deployment, it returns the deployment that continues.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Sent {
    /// ECS's id of the deployment, such as `ecs-svc/1234567890123456789`.
    id: String,
    /// When the deployment began, in milliseconds since 1970, by ECS's clock.
    began: i64,
    /// When the service was created, in milliseconds since 1970. An earlier service of the same name has the same ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    service_made: Option<i64>,
    /// The desired counts before and after a change. Such a change needs no deployment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scaled: Option<(i32, i32)>,
}

/// A service deployment that was created more than this many milliseconds before ours is another one. One call creates both records, and ECS does not
/// document which comes first.
const APART_MS: i64 = 10_000;

fn millis(at: Option<DateTime>) -> Option<i64> {
    at.and_then(|at| at.to_millis().ok())
}

impl Sent {
    /// The deployment that a call's answer names; `None` if an external controller replaces the tasks.
    pub fn of(answer: &SdkService) -> Option<Self> {
        let primary = primary(answer)?;
        Some(Self {
            id: primary.id.clone()?,
            began: millis(primary.created_at)?,
            service_made: millis(answer.created_at),
            scaled: None,
        })
    }

    /// Adds a change of the desired count that the same call made.
    #[must_use]
    pub fn scaled(self, from: Option<i32>, to: Option<i32>) -> Self {
        let scaled = from.zip(to).filter(|(from, to)| from != to);
        Self { scaled, ..self }
    }

    /// Reads the recorded deployment from a service's outputs.
    pub fn recorded(outputs: &Outputs) -> Option<Self> {
        serde_json::from_value(outputs.get(OUTPUT)?.clone()).ok()
    }

    /// The value of the output [`OUTPUT`].
    pub fn output(&self) -> Option<Value> {
        serde_json::to_value(self).ok()
    }

    /// Whether an answer is about an earlier service of the same name.
    pub fn is_of_another(&self, answer: &SdkService) -> bool {
        let made = millis(answer.created_at).zip(self.service_made);
        made.is_some_and(|(shown, ours)| shown < ours)
    }

    /// Whether an answer is newer than our call: it shows our deployment or a later one, and not the earlier count.
    ///
    /// If ECS has rolled back to the earlier deployment and ours has drained, the answer looks older than our call. Then the service deployments decide.
    pub fn is_shown_by(&self, answer: &SdkService) -> bool {
        let mut deployments = answer.deployments.iter().flatten();
        let later = primary(answer)
            .and_then(|primary| millis(primary.created_at))
            .is_some_and(|began| began > self.began);
        let unscaled = self
            .scaled
            .is_some_and(|(from, _)| answer.desired_count == from);
        (later || deployments.any(|shown| shown.id.as_ref() == Some(&self.id))) && !unscaled
    }

    /// Whether a service deployment is ours or a later one. A deployment is older if it ended before ours began, or was created more than `APART_MS` before.
    pub fn reaches(&self, deployment: &ServiceDeployment) -> bool {
        let ended = millis(deployment.finished_at);
        let made = millis(deployment.created_at);
        ended.is_none_or(|ended| ended >= self.began)
            && made.is_none_or(|made| made + APART_MS >= self.began)
    }
}
