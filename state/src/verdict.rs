//! The outcome of work that AWS continues after its answer: the deployment of a service, or a task that runs to its end.
//!
//! Since format 4. Not here: how a cause is found, which the engine and the kinds know.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use windlass::address::Address;

/// The progress of such work, and the causes of a failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// AWS's identifier of the work, such as the ARN of a service deployment or of a task.
    pub of: String,
    /// How the work ended, or that it has not ended.
    pub result: VerdictResult,
    /// When the work began, by AWS's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began: Option<Timestamp>,
    /// When the work ended, by AWS's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// What ran before, such as the ARN of a task definition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What runs now. After a rollback it equals `before`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<String>,
    /// The exit code of each container of a task, by the container's name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub exit_codes: BTreeMap<String, i32>,
    /// The causes of a failure, the most likely one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<Cause>,
}

/// How such work ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictResult {
    /// The work has not ended.
    UnderWay,
    /// The work waits for a person, at a stage that a lifecycle hook holds.
    Waiting,
    /// The work succeeded.
    Succeeded,
    /// The work failed, and what it made still exists.
    Failed,
    /// The work failed or was stopped, and AWS rolled back to what ran before.
    RolledBack,
    /// A person stopped the work.
    Stopped,
}

/// One cause of a failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// The type of the cause, in one word that does not change, such as `image_pull`.
    pub code: String,
    /// The cause in one line.
    pub summary: String,
    /// The number of tasks, instances or targets that show the cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// Lines with a label, such as `log`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<(String, String)>,
}

/// A line of the history about the work on one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judged {
    /// The resource.
    pub address: Address,
    /// The outcome of the work.
    pub verdict: Verdict,
}

/// A person's decision about work that is under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The resource.
    pub address: Address,
    /// AWS's identifier of the deployment.
    pub deployment: String,
    /// The lifecycle hook whose stage waits for the decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hook: Option<String>,
}
