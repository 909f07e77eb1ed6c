//! The records of the journal: what a run is about to do, and the outcome.
//!
//! Not here: applying them to a snapshot, nor keeping them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass::document::{Options, Place};
use windlass::schema::Wait;

use crate::binding::Binding;
use crate::durations::Durations;
use crate::identity::{IntentId, RunId};
use crate::snapshot::{OldReason, Pin, Recorded};
use crate::verdict::{Decision, Judged, Verdict};

/// One entry of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case", deny_unknown_fields)]
pub enum Record {
    /// A run begins.
    RunStarted(RunStarted),
    /// A mutating call is about to be sent. Boxed because this variant is much larger than the others.
    Intent(Box<Intent>),
    /// The outcome of an intent.
    Outcome(Box<Outcome>),
    /// The recorded state changes without a mutating call.
    Settled(Box<Settled>),
    /// A run ends normally; a killed run has no such record.
    RunFinished(RunFinished),
}

/// The start of a run: who ran what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunStarted {
    pub run: RunId,
    /// The command.
    pub operation: Operation,
    pub at: Timestamp,
    /// User and host, such as `ci@runner-7`.
    pub who: String,
    /// Hash of the document's content.
    pub document: String,
    /// Hash of the plan.
    pub plan: String,
    /// One line that summarizes the plan.
    pub summary: String,
    /// The plan's change of each address. Empty in records of format 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<HistoryLine>,
    /// The version of Windlass that ran, such as `0.1.0`. Empty in records of formats 1 to 3.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub written_by: String,
    /// The reason, in the user's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The deployment that an [`Operation::Approve`], [`Operation::Reject`] or [`Operation::Stop`] is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
}

/// The end of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunFinished {
    pub run: RunId,
    pub at: Timestamp,
    pub result: RunResult,
    /// The failed steps, with their causes. Empty in records of format 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<HistoryLine>,
    /// The outcome of the deployments and tasks that the run began or continued.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verdicts: Vec<Judged>,
}

/// A line of the history about one address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoryLine {
    /// The resource or lookup.
    pub address: Address,
    /// What the run did, such as `create`, or what went wrong.
    pub what: String,
}

/// The command of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Make AWS match the program.
    Up,
    /// Delete everything.
    Destroy,
    /// Settle what an earlier run left open.
    Recover,
    /// Record existing resources as ours.
    Import,
    /// Record what AWS has.
    Refresh,
    /// Forget resources, and leave them in AWS.
    Forget,
    /// Give resources other addresses.
    Move,
    /// Replace the recorded state by one from a file.
    Restore,
    /// Go back to an earlier recorded state.
    RollBack,
    /// Let a deployment continue.
    Approve,
    /// Let a deployment roll back.
    Reject,
    /// Stop a deployment.
    Stop,
    /// Run a task to its end, in addition to the program.
    Run,
}

impl Operation {
    /// The operation as the command that runs it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Destroy => "destroy",
            Self::Recover => "recover",
            Self::Import => "import",
            Self::Refresh => "refresh",
            Self::Forget => "state rm",
            Self::Move => "state mv",
            Self::Restore => "state import",
            Self::RollBack => "state rollback",
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Stop => "stop",
            Self::Run => "run",
        }
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunResult {
    /// Every step was done.
    Done,
    /// Some step failed.
    Failed,
    /// The user stopped it.
    Interrupted,
}

/// The action of one call on a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Create the resource.
    Create,
    /// Change the resource in place.
    Update,
    /// Delete the resource.
    Delete,
    /// Run a task to completion.
    Run,
}

impl Action {
    /// The action as one word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Run => "run",
        }
    }
}

/// A mutating call that is about to be sent. The record is durable before the call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    /// The position in the journal of its lineage; the outcome refers to it.
    pub sequence: u64,
    /// The run that sends the call.
    pub run: RunId,
    /// The client token and tag of the call.
    pub id: IntentId,
    /// The resource.
    pub address: Address,
    /// The generation of the resource.
    pub generation: u32,
    /// CloudFormation type name.
    pub kind: String,
    /// The action.
    pub action: Action,
    /// Distinguishes attempts at one action on one generation, so that two attempts never share a client token: the sequence, as far as it fits.
    pub attempt: u32,
    /// Account, role and region, as far as they are known.
    pub place: Place,
    /// AWS's identifier, if there is one already.
    pub physical_id: Option<String>,
    /// The spec as declared, with its expressions. Empty object for a delete.
    pub template: CanonicalJson,
    /// The spec as sent, without expressions and without secret values. For a delete, the spec that was last applied.
    pub spec: CanonicalJson,
    /// The resources that this one waits for, for the order of a later deletion.
    pub depends_on: Vec<Address>,
    /// Options of the resource for the engine.
    pub options: Options,
    /// The time by this host's clock.
    pub at: Timestamp,
    /// The time by AWS's own clock. Absent if AWS had not answered anything yet, and in records of formats 1 to 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aws_time: Option<Timestamp>,
    /// AWS's token of the request, for services that work on requests, such as Cloud Control.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
}

/// The outcome of an intent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The sequence of the intent.
    pub intent: u64,
    /// The result of the call.
    pub result: OutcomeResult,
    pub at: Timestamp,
}

/// The result of an intent's call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case", deny_unknown_fields)]
pub enum OutcomeResult {
    /// The resource exists now: this call made it, or the engine found it after the answer was lost.
    Created {
        /// AWS's identifier.
        physical_id: String,
        /// The attributes that AWS returned, by CloudFormation attribute name.
        outputs: BTreeMap<String, Value>,
        /// The top-level properties that the create call could not carry: a separate update sends them.
        unfinished: Vec<String>,
        /// When AWS answered the create, or showed the resource that it had made, by AWS's own clock.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Timestamp>,
    },
    /// The update succeeded. No property is unfinished any more.
    Updated {
        /// The attributes that AWS returned; merged over the known ones.
        outputs: BTreeMap<String, Value>,
        /// When AWS answered, by AWS's own clock.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Timestamp>,
    },
    /// The resource is gone.
    Deleted,
    /// AWS refused, and nothing was done.
    Failed {
        /// AWS's error.
        error: String,
    },
    /// It is unknown which of these properties an update has changed, because it was interrupted, or AWS refused a part of it. They count as
    /// unfinished.
    Uncertain {
        /// The cause.
        error: String,
        /// The top-level properties of the update.
        properties: Vec<String>,
    },
    /// The call never reached AWS.
    NeverSent,
}

/// The recorded state changes without a mutating call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settled {
    /// The run that settled it.
    pub run: RunId,
    /// The change.
    pub settlement: Settlement,
    pub at: Timestamp,
}

/// A change of the recorded state that no mutating call makes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "settlement", rename_all = "snake_case", deny_unknown_fields)]
pub enum Settlement {
    /// The state belongs to a place from now on.
    Bound {
        /// The place.
        binding: Binding,
    },
    /// The program got these availability zones.
    Zones {
        region: String,
        /// Their names, sorted.
        zones: Vec<String>,
    },
    /// AWS answered a lookup.
    Pinned {
        /// The lookup.
        address: Address,
        /// The answer.
        pin: Pin,
    },
    /// The program does not make a lookup any more.
    Unpinned {
        /// The lookup.
        address: Address,
    },
    /// All outputs of the stack, for its user and other stacks.
    Outputs {
        /// The values by name.
        outputs: BTreeMap<String, Value>,
    },
    /// The average duration of the run's steps.
    Timed {
        /// By kind and by what the steps do.
        durations: Durations,
    },
    /// A wait reached its level.
    Waited {
        /// The resource.
        address: Address,
        /// The generation of the resource.
        generation: u32,
        /// The level that the wait has reached.
        level: Wait,
        /// The attributes that AWS returned meanwhile; merged over the known ones.
        outputs: BTreeMap<String, Value>,
    },
    /// AWS took a call as a request that it works on; the token finds the request again.
    Requested {
        /// The sequence of the intent.
        intent: u64,
        /// AWS's token.
        token: String,
    },
    /// The progress of a service's deployment, or of a task.
    Judged {
        /// The resource.
        address: Address,
        /// The generation of the resource.
        generation: u32,
        /// The current verdict.
        verdict: Box<Verdict>,
    },
    /// A generation is gone from AWS, or Windlass leaves it there and forgets it.
    Forgotten {
        /// The resource.
        address: Address,
        /// The generation of the resource.
        generation: u32,
    },
    /// Windlass keeps a replaced generation as history.
    Kept {
        /// The resource.
        address: Address,
        /// The generation of the resource.
        generation: u32,
    },
    /// The record of one generation becomes this one, whatever it was before: the generation was imported, read again, or restored from an earlier
    /// state.
    Believed {
        /// The resource.
        address: Address,
        /// Why the generation is not the current one; absent for the current one.
        old: Option<OldReason>,
        /// The generation.
        recorded: Box<Recorded>,
    },
    /// A resource gets another address. Its old generations move with it, and dependencies follow.
    Moved {
        /// The old address.
        from: Address,
        /// The new address.
        to: Address,
    },
    /// The declaration differs in a way that AWS does not see.
    Redeclared {
        /// The resource.
        address: Address,
        /// The generation of the resource; the current one.
        generation: u32,
        /// Account, role and region, as far as they are known.
        place: Place,
        /// The spec as declared.
        template: CanonicalJson,
        /// The spec as it would be sent.
        spec: CanonicalJson,
        /// The resources that this one waits for.
        depends_on: Vec<Address>,
        /// Options of the resource for the engine.
        options: Options,
    },
}
