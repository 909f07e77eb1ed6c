//! The events of a run, as one linear stream. Renderers read this stream and nothing else.
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

/// The receiver of events. The engine calls it in order; a call must not block for long.
pub trait Events: Send + Sync {
    /// Takes the next event.
    fn emit(&self, event: Stamped);
}

/// An event with its time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stamped {
    pub at: Timestamp,
    #[serde(flatten)]
    pub event: Event,
}

/// One event. The tag `event` and the names of fields are a stable interface; later versions may add events and fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A run begins.
    RunStarted {
        run: RunId,
        /// The command that runs.
        operation: Operation,
        /// The stack's name.
        stack: String,
        environment: String,
        place: Binding,
    },
    /// The stack has warnings. They do not stop the run.
    Warned {
        /// The warnings.
        problems: Vec<Diagnostic>,
    },
    /// The run has settled what an earlier run left open.
    Recovered(Recovered),
    /// The run has read the resources in AWS.
    Observed {
        /// How many resources were read.
        resources: usize,
        /// The number of calls.
        calls: u64,
        /// The time that the reads took.
        milliseconds: u64,
    },
    /// AWS does not show resources that were made or changed moments ago (eventual consistency). The run looks again until AWS must show them.
    NotVisibleYet {
        resources: Vec<Address>,
        /// The longest time that the run looks again.
        at_most_milliseconds: u64,
    },
    /// The plan is made.
    Planned {
        /// The hash of the plan.
        plan: String,
        /// What happens to each address.
        changes: Vec<Change>,
        /// The number of resources that stay as they are.
        unchanged: usize,
        /// Differences that no step changes.
        notes: Vec<Note>,
        /// The number of steps.
        steps: usize,
    },
    /// A step begins.
    StepStarted {
        #[serde(flatten)]
        step: StepRef,
    },
    /// AWS reports progress of a step that waits.
    StepProgress {
        #[serde(flatten)]
        step: StepRef,
        /// AWS's report, in one line.
        status: String,
        /// The service's own events since the last report, oldest first.
        events: Vec<String>,
    },
    /// The engine retries a call of a step.
    StepRetrying {
        #[serde(flatten)]
        step: StepRef,
        error: ErrorReport,
        /// The delay before the retry.
        delay_milliseconds: u64,
        /// The resource that AWS does not show yet, if that is the cause.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        waiting_for: Option<String>,
    },
    /// A step succeeded.
    StepDone {
        #[serde(flatten)]
        step: StepRef,
        /// AWS's identifier, if there is one.
        physical_id: Option<String>,
        /// The time that the step took.
        milliseconds: u64,
    },
    StepFailed {
        #[serde(flatten)]
        step: StepRef,
        /// The error in one line.
        message: String,
        /// AWS's error, if AWS answered with one.
        error: Option<ErrorReport>,
        /// The cause of a failed wait.
        failure: Option<Failure>,
        /// A way out, if one is known.
        help: Option<String>,
        /// Where the author declared the resource.
        source: Option<SourceLine>,
        /// The time that the step took.
        milliseconds: u64,
    },
    /// A step did not start.
    StepSkipped {
        #[serde(flatten)]
        step: StepRef,
        because: Because,
    },
    /// The user asked the run to stop.
    Interrupted {
        /// The number of steps that are still running.
        running: usize,
    },
    /// The outputs of the stack.
    Outputs {
        /// The values by name.
        outputs: BTreeMap<String, Value>,
    },
    /// The run ends.
    RunFinished(Summary),
}

/// The step that an event is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRef {
    /// Position in the plan.
    pub step: StepId,
    /// The resource.
    pub address: Address,
    /// The generation of the resource.
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
    /// Create the resource.
    Create,
    /// Change the resource in place.
    Update,
    /// Delete the resource.
    Delete,
    /// Wait until the resource exists.
    WaitExists,
    /// Wait until the resource can be used.
    WaitReady,
    /// Wait until the resource works, for example until a service's deployment has finished.
    WaitStable,
    Forget,
    /// Keep an old generation as history.
    Keep,
    /// Give the resource another address.
    Move,
    /// Record a new declaration without a call.
    Redeclare,
}

/// The results of settling what an earlier run left open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovered {
    /// The run that left it open; the first one, if there were several.
    pub run: RunId,
    /// When the oldest open call was about to be sent.
    pub since: Timestamp,
    /// Resources that the open calls had created.
    pub adopted: Vec<Address>,
    /// Resources that the open calls had deleted.
    pub removed: Vec<Address>,
    /// Updates that may or may not have happened: the next plan sends them again.
    pub uncertain: Vec<Address>,
    /// Calls that never reached AWS.
    pub never_sent: Vec<Address>,
    /// Names that a resource of another owner has.
    pub foreign: Vec<Address>,
}

/// An error of AWS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorReport {
    /// The class of the error.
    pub class: ErrorClass,
    pub operation: String,
    /// AWS's error code, if AWS answered.
    pub code: Option<String>,
    /// AWS's message.
    pub message: String,
    /// AWS's request id.
    pub request_id: Option<String>,
}

/// Why the engine did not start a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "because", content = "address", rename_all = "snake_case")]
pub enum Because {
    /// A step that this one waits for failed.
    Failed(Address),
    /// The user stopped the run.
    Interrupted,
    /// The journal takes no more records, or the credentials have expired.
    Halted,
}

/// The counts of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// How the run ended.
    pub result: RunResult,
    /// The number of created resources.
    pub created: usize,
    /// The number of updated resources.
    pub updated: usize,
    /// The number of deleted resources.
    pub deleted: usize,
    /// The number of resources that stay as they are.
    pub unchanged: usize,
    /// The number of steps that succeeded.
    pub done: usize,
    /// The number of steps that failed.
    pub failed: usize,
    /// The number of steps that did not start.
    pub skipped: usize,
    /// Whether AWS rolled back a deployment of some resource.
    pub rolled_back: bool,
    /// The number of calls.
    pub calls: u64,
    /// The time that the run took.
    pub milliseconds: u64,
}

impl Summary {
    /// The summary of a run without steps, which did not ask the user.
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
    /// The step of a plan at this position.
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
    /// The key under which the state keeps how long such steps take.
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

    /// Whether such a step only changes the recorded state.
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

/// Keeps all events in memory, for tests and reports.
#[derive(Debug, Default)]
pub struct Recording(Mutex<Vec<Stamped>>);

impl Recording {
    /// All events up to now, in order.
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
