//! The records of the journal: what is about to be done, and what came of it.
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
    /// A mutating call is about to be sent. Boxed because it is much larger than the others.
    Intent(Box<Intent>),
    /// What came of an intent.
    Outcome(Box<Outcome>),
    /// What is believed changes without a mutating call.
    Settled(Box<Settled>),
    /// A run ends by itself; a killed run has none.
    RunFinished(RunFinished),
}

/// Who began what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunStarted {
    /// The run.
    pub run: RunId,
    /// What it is.
    pub operation: Operation,
    /// When.
    pub at: Timestamp,
    /// User and host, such as `ci@runner-7`.
    pub who: String,
    /// Hash of the document's content.
    pub document: String,
    /// Hash of the plan.
    pub plan: String,
    /// One line that says what the plan does.
    pub summary: String,
    /// What it does to each address. Empty in records of format 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<HistoryLine>,
    /// The version of Windlass that ran, such as `0.1.0`. Empty in records of formats 1 to 3.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub written_by: String,
    /// Why, in the user's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Which deployment an [`Operation::Approve`], [`Operation::Reject`] or [`Operation::Stop`] is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunFinished {
    /// The run.
    pub run: RunId,
    /// When.
    pub at: Timestamp,
    /// How.
    pub result: RunResult,
    /// What failed, and why. Empty in records of format 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<HistoryLine>,
    /// What became of the deployments and tasks that it began, or went on with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verdicts: Vec<Judged>,
}

/// What the history says about one address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoryLine {
    /// The resource or lookup.
    pub address: Address,
    /// What was done, or what went wrong, such as `create`.
    pub what: String,
}

/// What a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Converge to the program.
    Up,
    /// Converge to nothing.
    Destroy,
    /// Settle what an earlier run left open.
    Recover,
    /// Record what exists already as ours.
    Import,
    /// Record what the world is.
    Refresh,
    /// Know resources no more, and leave them in AWS.
    Forget,
    /// Give resources other addresses.
    Move,
    /// Believe what a file says.
    Restore,
    /// Believe what was believed earlier.
    RollBack,
    /// Let a deployment go on.
    Approve,
    /// Let a deployment go back.
    Reject,
    /// Stop a deployment.
    Stop,
    /// Run a task to its end, beside the program.
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

/// What is done to one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Make it.
    Create,
    /// Change it in place.
    Update,
    /// Remove it.
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

/// A mutating call that is about to be sent. It is durable before the call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    /// Position in the journal of its lineage; an outcome names it.
    pub sequence: u64,
    /// The run that has it.
    pub run: RunId,
    /// Client token and tag of the call.
    pub id: IntentId,
    /// The resource.
    pub address: Address,
    /// Which generation of it.
    pub generation: u32,
    /// CloudFormation type name.
    pub kind: String,
    /// What is done.
    pub action: Action,
    /// Tells attempts at one action on one generation apart, so that no two share a client token: the sequence, as far as it fits.
    pub attempt: u32,
    /// Account, role and region, all that is known of them.
    pub place: Place,
    /// AWS's identifier, where there is one already.
    pub physical_id: Option<String>,
    /// The spec as declared, with its expressions. Empty object for a delete.
    pub template: CanonicalJson,
    /// The spec as sent, without expressions and without secret values. For a delete, what was last applied.
    pub spec: CanonicalJson,
    /// Everything that it waits for, for the order of a later deletion.
    pub depends_on: Vec<Address>,
    /// How the engine treats it.
    pub options: Options,
    /// When, by this host's clock.
    pub at: Timestamp,
    /// When, by AWS's own clock. Absent where AWS had not answered anything yet, and in records of formats 1 to 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aws_time: Option<Timestamp>,
    /// AWS's token of the request that this became, where AWS works on requests: Cloud Control does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
}

/// What came of an intent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The intent's sequence.
    pub intent: u64,
    /// What came of it.
    pub result: OutcomeResult,
    /// When.
    pub at: Timestamp,
}

/// What came of an intent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case", deny_unknown_fields)]
pub enum OutcomeResult {
    /// It exists now, made by this call or found after its reply was lost.
    Created {
        /// AWS's identifier.
        physical_id: String,
        /// What AWS gave, by CloudFormation attribute name.
        outputs: BTreeMap<String, Value>,
        /// The properties at the top that the create call could not carry: an update of its own sends them.
        unfinished: Vec<String>,
        /// When AWS answered the create, or showed what it had made, by AWS's own clock.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Timestamp>,
    },
    /// The change is made. Nothing is unfinished any more.
    Updated {
        /// What AWS gave; merged over what was known.
        outputs: BTreeMap<String, Value>,
        /// When AWS answered, by AWS's own clock.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Timestamp>,
    },
    /// It is gone.
    Deleted,
    /// AWS refused, and nothing was done.
    Failed {
        /// What AWS said.
        error: String,
    },
    /// Nobody knows which of these properties an update has changed: it was cut off, or refused half-way. They count as unfinished.
    Uncertain {
        /// What happened.
        error: String,
        /// The properties at the top that it was about.
        properties: Vec<String>,
    },
    /// The call never reached AWS.
    NeverSent,
}

/// What is believed changes without a mutating call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settled {
    /// The run that settled it.
    pub run: RunId,
    /// What changes.
    pub settlement: Settlement,
    /// When.
    pub at: Timestamp,
}

/// A change of what is believed that no mutating call makes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "settlement", rename_all = "snake_case", deny_unknown_fields)]
pub enum Settlement {
    /// The state belongs to a place from now on.
    Bound {
        /// The place.
        binding: Binding,
    },
    /// The program was told these availability zones.
    Zones {
        /// The region.
        region: String,
        /// Their names, sorted.
        zones: Vec<String>,
    },
    /// A lookup was answered.
    Pinned {
        /// The lookup.
        address: Address,
        /// The answer.
        pin: Pin,
    },
    /// A lookup is not asked any more.
    Unpinned {
        /// The lookup.
        address: Address,
    },
    /// What the stack tells its user and other stacks, all of it.
    Outputs {
        /// By name.
        outputs: BTreeMap<String, Value>,
    },
    /// How long the steps of a run took, on average.
    Timed {
        /// By kind and by what they do.
        durations: Durations,
    },
    /// A wait reached its level.
    Waited {
        /// The resource.
        address: Address,
        /// Which generation of it.
        generation: u32,
        /// How far.
        level: Wait,
        /// What AWS gave meanwhile; merged over what was known.
        outputs: BTreeMap<String, Value>,
    },
    /// AWS took a call as a request that it works on; its token finds the request again.
    Requested {
        /// The intent's sequence.
        intent: u64,
        /// AWS's token.
        token: String,
    },
    /// How far the deployment of a service has come, or a task.
    Judged {
        /// The resource.
        address: Address,
        /// Which generation of it.
        generation: u32,
        /// What is known.
        verdict: Box<Verdict>,
    },
    /// A generation is gone from AWS, or is left there and not known any more.
    Forgotten {
        /// The resource.
        address: Address,
        /// Which generation of it.
        generation: u32,
    },
    /// A generation that was replaced is kept as history.
    Kept {
        /// The resource.
        address: Address,
        /// Which generation of it.
        generation: u32,
    },
    /// What is believed of one generation is this, whatever it was before: it was imported, read anew, or believed earlier.
    Believed {
        /// The resource.
        address: Address,
        /// Why it is not the current one; absent for the current one.
        old: Option<OldReason>,
        /// The generation.
        recorded: Box<Recorded>,
    },
    /// A resource has another address; its old generations go with it, and whatever depends on it follows.
    Moved {
        /// The address that it had.
        from: Address,
        /// The address that it has now.
        to: Address,
    },
    /// The declaration differs in a way that AWS does not see.
    Redeclared {
        /// The resource.
        address: Address,
        /// Which generation of it; the current one.
        generation: u32,
        /// Account, role and region, all that is known of them.
        place: Place,
        /// As declared.
        template: CanonicalJson,
        /// As it would be sent.
        spec: CanonicalJson,
        /// Everything that it waits for.
        depends_on: Vec<Address>,
        /// How the engine treats it.
        options: Options,
    },
}
