//! What became of work that AWS goes on with after its answer: the deployment of a service, or a task that runs to its end.
//!
//! Since format 4. Not here: how a cause is found, which the engine and the kinds know.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use windlass::address::Address;

/// How far such work has come, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// AWS's identifier of the work, such as the ARN of a service deployment or of a task.
    pub of: String,
    /// How it ended, or that it has not ended.
    pub result: VerdictResult,
    /// When it began, by AWS's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began: Option<Timestamp>,
    /// When it ended, by AWS's clock.
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
    /// Why it failed, the most likely cause first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<Cause>,
}

/// How such work ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictResult {
    /// It has not ended.
    UnderWay,
    /// It waits for a person, at a stage that a lifecycle hook holds.
    Waiting,
    /// It is as it was to be.
    Succeeded,
    /// It failed, and what it made is still there.
    Failed,
    /// It failed or was stopped, and AWS went back to what ran before.
    RolledBack,
    /// A person stopped it.
    Stopped,
}

/// One reason why it failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// What sort of cause it is, in one word that does not change, such as `image_pull`.
    pub code: String,
    /// What happened, in one line.
    pub summary: String,
    /// How many tasks, instances or targets it was seen in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// Lines with a word in front, such as `log`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<(String, String)>,
}

/// What the history says about the work on one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judged {
    /// The resource.
    pub address: Address,
    /// What became of it.
    pub verdict: Verdict,
}

/// What a person decided about work that is under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The resource.
    pub address: Address,
    /// AWS's identifier of the deployment that it is about.
    pub deployment: String,
    /// The lifecycle hook whose stage waits for the decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hook: Option<String>,
}
