//! Everything that a run tells, as one linear stream. Renderers read it and nothing else.
//!
//! Not here: how anything looks.

use std::collections::BTreeMap;
use std::sync::Mutex;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use windlass::address::Address;
use windlass::diagnostics::{Diagnostic, SourceLine};
use windlass::schema::Wait;
use windlass_plan::plan::{Change, Note, Plan, RecordOnly, StepAction, StepId};
use windlass_state::binding::Binding;
use windlass_state::identity::RunId;
use windlass_state::record::{Operation, RunResult};

use crate::provider::{ErrorClass, Failure, ProviderError};

/// Where events go. It is called in order and must not block for long.
pub trait Events: Send + Sync {
    /// Takes the next event.
    fn emit(&self, event: Stamped);
}

/// An event with its time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stamped {
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened. The tag `event` and the names of fields are a stable interface; new events and fields may come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A run begins.
    RunStarted {
        /// The run.
        run: RunId,
        /// What it is.
        operation: Operation,
        /// The stack's name.
        stack: String,
        /// The environment.
        environment: String,
        /// Where.
        place: Binding,
    },
    /// The stack has problems that are not in the way.
    Warned {
        /// They.
        problems: Vec<Diagnostic>,
    },
    /// What an earlier run had left open is settled.
    Recovered(Recovered),
    /// The world was read.
    Observed {
        /// How many resources were read.
        resources: usize,
        /// With how many calls.
        calls: u64,
        /// How long it took.
        milliseconds: u64,
    },
    /// AWS does not show what was made or changed moments ago, and it is looked for again until AWS must show it.
    NotVisibleYet {
        /// Which.
        resources: Vec<Address>,
        /// For how long, if they do not show sooner.
        at_most_milliseconds: u64,
    },
    /// The plan is made.
    Planned {
        /// Its hash.
        plan: String,
        /// What happens to each address.
        changes: Vec<Change>,
        /// How many resources stay as they are.
        unchanged: usize,
        /// Differences that no step mends.
        notes: Vec<Note>,
        /// How many steps there are.
        steps: usize,
    },
    /// A step begins.
    StepStarted {
        /// Which.
        #[serde(flatten)]
        step: StepRef,
    },
    /// AWS reports something about a step that waits.
    StepProgress {
        /// Which.
        #[serde(flatten)]
        step: StepRef,
        /// What AWS reports, in one line.
        status: String,
        /// What the service logged since the last report, oldest first.
        events: Vec<String>,
    },
    /// A call of a step is sent again.
    StepRetrying {
        /// Which.
        #[serde(flatten)]
        step: StepRef,
        /// Why.
        error: ErrorReport,
        /// After how long.
        delay_milliseconds: u64,
        /// What AWS does not show yet, where that is why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        waiting_for: Option<String>,
    },
    /// A step succeeded.
    StepDone {
        /// Which.
        #[serde(flatten)]
        step: StepRef,
        /// AWS's identifier, where there is one.
        physical_id: Option<String>,
        /// How long it took.
        milliseconds: u64,
    },
    /// A step failed.
    StepFailed {
        /// Which.
        #[serde(flatten)]
        step: StepRef,
        /// In one line.
        message: String,
        /// What AWS said, where it did.
        error: Option<ErrorReport>,
        /// Why a wait did not get there.
        failure: Option<Failure>,
        /// A way out, where one is known.
        help: Option<String>,
        /// Where the author declared the resource.
        source: Option<SourceLine>,
        /// How long it took.
        milliseconds: u64,
    },
    /// A step did not start.
    StepSkipped {
        /// Which.
        #[serde(flatten)]
        step: StepRef,
        /// Why.
        because: Because,
    },
    /// The user asked to stop.
    Interrupted {
        /// How many steps are still running.
        running: usize,
    },
    /// What the stack tells its user.
    Outputs {
        /// By name.
        outputs: BTreeMap<String, Value>,
    },
    /// The run ends.
    RunFinished(Summary),
}

/// Which step an event is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRef {
    /// Position in the plan.
    pub step: StepId,
    /// The resource.
    pub address: Address,
    /// Which generation of it.
    pub generation: u32,
    /// CloudFormation type name.
    pub kind: String,
    /// What the step does.
    pub action: Verb,
}

/// What a step does, as one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Make it.
    Create,
    /// Change it in place.
    Update,
    /// Remove it.
    Delete,
    /// Wait until it is there.
    WaitExists,
    /// Wait until it can be used.
    WaitReady,
    /// Wait until it does what it is for.
    WaitStable,
    /// Forget it.
    Forget,
    /// Keep it as history.
    Keep,
    /// Give it another address.
    Move,
    /// Record what is declared.
    Redeclare,
}

/// What was settled of what an earlier run had left open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovered {
    /// The run that left it open; the first, if there were several.
    pub run: RunId,
    /// When its oldest open call was about to be sent.
    pub since: Timestamp,
    /// Resources that its calls had made.
    pub adopted: Vec<Address>,
    /// Resources that its calls had removed.
    pub removed: Vec<Address>,
    /// Changes that may or may not have been made: the next plan makes sure.
    pub uncertain: Vec<Address>,
    /// Calls that never reached AWS.
    pub never_sent: Vec<Address>,
    /// Names under which something stands that is not ours.
    pub foreign: Vec<Address>,
}

/// An error of AWS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorReport {
    /// What sort of failure it is.
    pub class: ErrorClass,
    /// The operation.
    pub operation: String,
    /// AWS's error code, where there was an answer.
    pub code: Option<String>,
    /// AWS's message.
    pub message: String,
    /// AWS's request id.
    pub request_id: Option<String>,
}

/// Why a step did not start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "because", content = "address", rename_all = "snake_case")]
pub enum Because {
    /// Something that it waits for failed.
    Failed(Address),
    /// The user stopped the run.
    Interrupted,
    /// Nothing more could be recorded, or the credentials ran out.
    Halted,
}

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// How it ended.
    pub result: RunResult,
    /// Resources made.
    pub created: usize,
    /// Resources changed.
    pub updated: usize,
    /// Resources removed.
    pub deleted: usize,
    /// Resources that stay as they are.
    pub unchanged: usize,
    /// Steps that succeeded.
    pub done: usize,
    /// Steps that failed.
    pub failed: usize,
    /// Steps that did not start.
    pub skipped: usize,
    /// Whether AWS went back to what ran before, for some resource.
    pub rolled_back: bool,
    /// Calls sent.
    pub calls: u64,
    /// How long it took.
    pub milliseconds: u64,
}

impl Summary {
    /// Of a run that had nothing to do, and asked nobody.
    #[must_use]
    pub const fn nothing() -> Self {
        Self {
            result: RunResult::Done,
            created: 0,
            updated: 0,
            deleted: 0,
            unchanged: 0,
            done: 0,
            failed: 0,
            skipped: 0,
            rolled_back: false,
            calls: 0,
            milliseconds: 0,
        }
    }
}

impl StepRef {
    /// The step of a plan at that position.
    #[must_use]
    pub fn of(plan: &Plan, id: StepId) -> Self {
        let step = &plan.steps[id];
        Self {
            step: id,
            address: step.address.clone(),
            generation: step.generation,
            kind: step.kind.clone(),
            action: Verb::of(&step.action),
        }
    }
}

impl Verb {
    /// The word under which the state keeps how long such steps take.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::WaitExists => "wait_exists",
            Self::WaitReady => "wait_ready",
            Self::WaitStable => "wait_stable",
            Self::Forget => "forget",
            Self::Keep => "keep",
            Self::Move => "move",
            Self::Redeclare => "redeclare",
        }
    }

    /// Whether such a step only changes what is believed.
    #[must_use]
    pub const fn is_record_only(self) -> bool {
        matches!(
            self,
            Self::Forget | Self::Keep | Self::Move | Self::Redeclare
        )
    }

    /// The word for what a step does.
    #[must_use]
    pub const fn of(action: &StepAction) -> Self {
        match action {
            StepAction::Create { .. } => Self::Create,
            StepAction::Update { .. } => Self::Update,
            StepAction::Delete { .. } => Self::Delete,
            StepAction::Wait { level } => match level {
                Wait::Exists => Self::WaitExists,
                Wait::Ready => Self::WaitReady,
                Wait::Stable => Self::WaitStable,
            },
            StepAction::Record(only) => match only {
                RecordOnly::Forget => Self::Forget,
                RecordOnly::Keep => Self::Keep,
                RecordOnly::Move { .. } => Self::Move,
                RecordOnly::Redeclare { .. } => Self::Redeclare,
            },
        }
    }
}

impl From<&ProviderError> for ErrorReport {
    fn from(error: &ProviderError) -> Self {
        Self {
            class: error.class,
            operation: error.operation.clone(),
            code: error.code.clone(),
            message: error.message.clone(),
            request_id: error.request_id.clone(),
        }
    }
}

/// Keeps events, for tests and reports.
#[derive(Debug, Default)]
pub struct Recording(Mutex<Vec<Stamped>>);

impl Recording {
    /// What came so far, in order.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        let kept = self.0.lock().expect("no thread panics while it holds this");
        kept.iter().map(|stamped| stamped.event.clone()).collect()
    }
}

impl Events for Recording {
    fn emit(&self, event: Stamped) {
        self.0
            .lock()
            .expect("no thread panics while it holds this")
            .push(event);
    }
}
