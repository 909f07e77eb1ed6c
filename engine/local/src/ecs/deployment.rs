//! The deployment history of a service: revisions, deployments, service deployments, events.
//!
//! Not here: how they start and progress (`service`, `rollout`), how they are shown (`view`).

use serde_json::{Map, Value};

use super::task::Template;
use crate::clock::Millis;

/// A deployment's `rolloutState`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rollout {
    InProgress,
    Completed,
    Failed,
}

impl Rollout {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::InProgress => "IN_PROGRESS",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
        }
    }
}

/// A service revision: an immutable combination of task definition and placement.
#[derive(Debug, Clone)]
pub(crate) struct Revision {
    pub(crate) arn: String,
    pub(crate) created: Millis,
    pub(crate) template: Template,
    /// The [`REVISION_FIELDS`] that are set.
    pub(crate) fields: Map<String, Value>,
}

/// An entry of `deployments[]`.
#[derive(Debug, Clone)]
pub(crate) struct Deployment {
    pub(crate) id: String,
    pub(crate) revision: String,
    pub(crate) service_deployment: String,
    pub(crate) created: Millis,
    pub(crate) updated: Millis,
    pub(crate) rollout: Rollout,
    pub(crate) reason: String,
    pub(crate) failed_tasks: u32,
    /// The number of steps until the scheduler handles the deployment again.
    pub(crate) pause: u32,
    /// Tasks of the deployment that have started since targets were last registered.
    pub(crate) unregistered: u32,
}

/// The status of a service deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeploymentStatus {
    Pending,
    InProgress,
    Successful,
    Stopped,
    RollbackInProgress,
    RollbackSuccessful,
    RollbackFailed,
}

impl DeploymentStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::InProgress => "IN_PROGRESS",
            Self::Successful => "SUCCESSFUL",
            Self::Stopped => "STOPPED",
            Self::RollbackInProgress => "ROLLBACK_IN_PROGRESS",
            Self::RollbackSuccessful => "ROLLBACK_SUCCESSFUL",
            Self::RollbackFailed => "ROLLBACK_FAILED",
        }
    }

    pub(crate) fn is_over(self) -> bool {
        !matches!(
            self,
            Self::Pending | Self::InProgress | Self::RollbackInProgress
        )
    }
}

/// The service deployment that ListServiceDeployments and DescribeServiceDeployments return.
#[derive(Debug, Clone)]
pub(crate) struct ServiceDeployment {
    pub(crate) arn: String,
    pub(crate) target: String,
    pub(crate) sources: Vec<String>,
    pub(crate) status: DeploymentStatus,
    pub(crate) reason: Option<String>,
    pub(crate) created: Millis,
    pub(crate) started: Option<Millis>,
    pub(crate) finished: Option<Millis>,
    pub(crate) updated: Millis,
    pub(crate) rollback: Option<Rollback>,
    pub(crate) configuration: Value,
    pub(crate) breaker_triggered: bool,
    pub(crate) failures: u32,
}

/// The rollback of a failed service deployment.
#[derive(Debug, Clone)]
pub(crate) struct Rollback {
    pub(crate) reason: String,
    pub(crate) started: Millis,
    pub(crate) revision: String,
}

/// An entry of `events[]`.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) at: Millis,
    pub(crate) message: String,
}
