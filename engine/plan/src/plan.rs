//! The plan: a graph of steps, each with an action and a reason. It leaves no choice to execution.
//!
//! Not here: making it (`planner`) and carrying it out (the engine).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass::diagnostics::SourceLine;
use windlass::document::{Options, Place};
use windlass::schema::{ReplaceOrder, Wait};
use windlass_state::binding::Binding;
use windlass_state::identity::Lineage;
use windlass_state::record::Settlement;

/// The version of saved plans that this crate writes and reads.
pub const FORMAT: u32 = 1;

/// What one run is going to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// [`FORMAT`].
    pub format: u32,
    /// The stack's name.
    pub stack: String,
    /// The environment.
    pub environment: String,
    /// The state that it was made against.
    pub lineage: Lineage,
    /// The state's sequence at that moment.
    pub sequence: u64,
    /// The place that it was made for.
    pub binding: Binding,
    /// Hash of the document's content; of nothing for `destroy`.
    pub document: String,
    /// Hash of everything that was observed.
    pub observed: String,
    /// What happens to each address, in order of addresses; unchanged ones are only counted.
    pub changes: Vec<Change>,
    /// How many resources stay as they are.
    pub unchanged: usize,
    /// What is to be done, sorted so that every step comes after those that it waits for.
    pub steps: Vec<Step>,
    /// The stack's outputs, with holes where steps will give the value.
    pub outputs: BTreeMap<String, Value>,
    /// Differences from the world that no step mends, such as properties that only count at creation.
    pub notes: Vec<Note>,
}

/// Position of a step in [`Plan::steps`].
pub type StepId = usize;

/// What happens to one address: what preview shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The resource.
    pub address: Address,
    /// CloudFormation type name.
    pub kind: String,
    /// What happens.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// The properties that differ. For a create, those that are sent; for a delete, none.
    pub fields: Vec<FieldChange>,
    /// AWS's identifier now, where there is one.
    pub physical_id: Option<String>,
    /// Where the author declared it; absent for what is not declared any more.
    pub source: Option<SourceLine>,
}

/// What happens to one address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case", deny_unknown_fields)]
pub enum Verdict {
    /// It is made.
    Create,
    /// It is changed in place.
    Update,
    /// A new one takes its place.
    Replace {
        /// In which order.
        order: ReplaceOrder,
    },
    /// It is removed.
    Delete,
    /// It is left in AWS and not known any more.
    Forget,
    /// Only a wait that was cut off is taken up again.
    Wait,
    /// It changes its address only.
    Move {
        /// The address that it had.
        from: Address,
    },
}

impl Verdict {
    /// The verdict as one word.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Replace { .. } => "replace",
            Self::Delete => "delete",
            Self::Forget => "forget",
            Self::Wait => "wait",
            Self::Move { .. } => "move",
        }
    }
}

/// Why something happens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case", deny_unknown_fields)]
pub enum Reason {
    /// It is declared and does not exist.
    Declared,
    /// It is recorded but AWS does not have it any more.
    Vanished,
    /// The author changed it.
    Changed,
    /// The world changed it.
    Drifted,
    /// Something that it refers to gets a new value.
    Dependency {
        /// What.
        addresses: Vec<Address>,
    },
    /// The user asked for a replacement.
    Asked,
    /// It is not declared any more.
    Undeclared,
    /// Everything is destroyed.
    Destroyed,
    /// An older generation is still there.
    Deposed,
    /// More old generations exist than are kept.
    HistoryFull,
    /// A wait was cut off.
    Unfinished,
}

/// One property that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldChange {
    /// Path such as `ContainerDefinitions[app].Image`.
    pub path: String,
    /// The value that is believed or seen; absent where there is none.
    pub before: Option<Value>,
    /// The value to be; absent where it is removed. Holes stand for what is not known yet.
    pub after: Option<Value>,
    /// Whether this property makes the replacement.
    pub replaces: bool,
    /// Whether the world changed it rather than the author.
    pub drift: bool,
}

/// A difference that no step mends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// The resource.
    pub address: Address,
    /// What differs, and why nothing is done about it.
    pub text: String,
    /// Where the resource is declared; absent for what is not declared any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceLine>,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The resource.
    pub address: Address,
    /// Which generation of it.
    pub generation: u32,
    /// CloudFormation type name.
    pub kind: String,
    /// Account, role and region.
    pub place: Place,
    /// What to do.
    pub action: StepAction,
    /// The steps that must have succeeded before.
    pub after: Vec<StepId>,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum StepAction {
    /// Make a generation.
    Create {
        /// As declared.
        template: CanonicalJson,
        /// As it will be sent; references to outputs of other steps are holes.
        spec: CanonicalJson,
        /// Everything that it waits for.
        depends_on: Vec<Address>,
        /// How the engine treats it.
        options: Options,
    },
    /// Change the current generation in place.
    Update {
        /// AWS's identifier.
        physical_id: String,
        /// As declared.
        template: CanonicalJson,
        /// As it will be; references to outputs of other steps are holes.
        spec: CanonicalJson,
        /// What was last applied, overlaid with what was observed: what it is changed from.
        before: CanonicalJson,
        /// The properties at the top that differ.
        properties: Vec<String>,
        /// Others that exchange a value with it: one call changes all of them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        partners: Vec<Partner>,
        /// Everything that it waits for.
        depends_on: Vec<Address>,
        /// How the engine treats it.
        options: Options,
    },
    /// Remove a generation.
    Delete {
        /// AWS's identifier.
        physical_id: String,
        /// What was last applied.
        applied: CanonicalJson,
    },
    /// Wait for a generation.
    Wait {
        /// How far.
        level: Wait,
    },
    /// Change what is recorded, without a call to AWS.
    Record(RecordOnly),
}

/// Another resource that changes in the same call, because only one of them can have a value at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partner {
    /// The resource.
    pub address: Address,
    /// AWS's identifier.
    pub physical_id: String,
    /// The property at the top that changes.
    pub property: String,
    /// Its value to be.
    pub value: Value,
}

/// A change of what is recorded, without a call to AWS.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case", deny_unknown_fields)]
pub enum RecordOnly {
    /// The resource is gone from AWS, or is to be left there.
    Forget,
    /// The generation was replaced and is kept as history.
    Keep,
    /// The resource has another address now.
    Move {
        /// The address that it had.
        from: Address,
    },
    /// The declaration differs in a way that AWS does not see, such as options or the form of an expression.
    Redeclare {
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

impl Plan {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.steps.is_empty()
    }

    /// Whether nothing is shown and nothing is sent. Steps may still bring the state in line with a declaration that AWS does not see, such as a list
    /// without order in another order.
    #[must_use]
    pub fn changes_nothing(&self) -> bool {
        let mut steps = self.steps.iter();
        self.changes.is_empty() && steps.all(|step| matches!(step.action, StepAction::Record(_)))
    }
}

impl Step {
    /// What is recorded when this step is done, for the steps that make no call.
    #[must_use]
    pub fn settlement(&self) -> Option<Settlement> {
        let (address, generation) = (self.address.clone(), self.generation);
        let StepAction::Record(record) = &self.action else {
            return None;
        };
        Some(match record.clone() {
            RecordOnly::Forget => Settlement::Forgotten {
                address,
                generation,
            },
            RecordOnly::Keep => Settlement::Kept {
                address,
                generation,
            },
            RecordOnly::Move { from } => Settlement::Moved { from, to: address },
            RecordOnly::Redeclare {
                template,
                spec,
                depends_on,
                options,
            } => Settlement::Redeclared {
                address,
                generation,
                place: self.place.clone(),
                template,
                spec,
                depends_on,
                options,
            },
        })
    }
}
