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

/// The plan of one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// [`FORMAT`].
    pub format: u32,
    /// The stack's name.
    pub stack: String,
    pub environment: String,
    /// The state that the plan was made for.
    pub lineage: Lineage,
    /// The state's sequence at that moment.
    pub sequence: u64,
    /// The place that the plan was made for.
    pub binding: Binding,
    /// Hash of the document's content; of the empty document for `destroy`.
    pub document: String,
    /// Hash of everything that was observed.
    pub observed: String,
    /// The change of each address, in order of addresses; unchanged ones are only counted.
    pub changes: Vec<Change>,
    /// The number of resources that stay as they are.
    pub unchanged: usize,
    /// The steps, sorted so that every step comes after those that it waits for.
    pub steps: Vec<Step>,
    /// The stack's outputs, with holes for values that steps will give.
    pub outputs: BTreeMap<String, Value>,
    /// Differences from AWS that no step changes, such as properties that only count at creation.
    pub notes: Vec<Note>,
}

/// Position of a step in [`Plan::steps`].
pub type StepId = usize;

/// The change of one address, as preview shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The resource.
    pub address: Address,
    /// CloudFormation type name.
    pub kind: String,
    /// What happens.
    pub verdict: Verdict,
    pub reason: Reason,
    /// The properties that differ. For a create, those that are sent; for a delete, none.
    pub fields: Vec<FieldChange>,
    /// AWS's identifier now, if there is one.
    pub physical_id: Option<String>,
    /// Where the author declared it; absent if it is not declared any more.
    pub source: Option<SourceLine>,
}

/// The type of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case", deny_unknown_fields)]
pub enum Verdict {
    /// The resource is created.
    Create,
    /// The resource is changed in place.
    Update,
    /// A new generation replaces the old one.
    Replace {
        /// The order of the replacement.
        order: ReplaceOrder,
    },
    /// The resource is deleted.
    Delete,
    /// The resource stays in AWS, and Windlass forgets it.
    Forget,
    /// Only an interrupted wait continues.
    Wait,
    /// Only the address changes.
    Move {
        /// The old address.
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

/// The reason of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case", deny_unknown_fields)]
pub enum Reason {
    /// The resource is declared and does not exist.
    Declared,
    /// The resource is recorded, but AWS does not have it any more.
    Vanished,
    /// The author changed the declaration.
    Changed,
    /// Others changed the resource in AWS.
    Drifted,
    /// A value that the resource refers to changes.
    Dependency {
        /// The resources that it refers to.
        addresses: Vec<Address>,
    },
    /// The user asked for a replacement.
    Asked,
    /// The resource is not declared any more.
    Undeclared,
    /// Everything is destroyed.
    Destroyed,
    /// An older generation still exists.
    Deposed,
    /// More old generations exist than are kept.
    HistoryFull,
    /// A wait was interrupted.
    Unfinished,
}

/// One property that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldChange {
    /// Path such as `ContainerDefinitions[app].Image`.
    pub path: String,
    /// The recorded or observed value; absent if there is none.
    pub before: Option<Value>,
    /// The new value; absent if it is removed. Holes represent values that are not known yet.
    pub after: Option<Value>,
    /// Whether this property causes the replacement.
    pub replaces: bool,
    /// Whether others changed it in AWS, and not the author.
    pub drift: bool,
}

/// A difference that no step changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// The resource.
    pub address: Address,
    /// The difference, and why the plan leaves it.
    pub text: String,
    /// Where the resource is declared; absent if it is not declared any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceLine>,
}

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The resource.
    pub address: Address,
    /// The generation of the resource.
    pub generation: u32,
    /// CloudFormation type name.
    pub kind: String,
    /// Account, role and region.
    pub place: Place,
    /// The action of the step.
    pub action: StepAction,
    /// The steps that must have succeeded before.
    pub after: Vec<StepId>,
}

/// The action of a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum StepAction {
    /// Create a generation.
    Create {
        /// The spec as declared.
        template: CanonicalJson,
        /// The spec as sent; references to outputs of other steps are holes.
        spec: CanonicalJson,
        /// The resources that this one waits for.
        depends_on: Vec<Address>,
        /// Options of the resource for the engine.
        options: Options,
    },
    /// Change the current generation in place.
    Update {
        /// AWS's identifier.
        physical_id: String,
        /// The spec as declared.
        template: CanonicalJson,
        /// The new spec; references to outputs of other steps are holes.
        spec: CanonicalJson,
        /// The base of the update: what was last applied, overlaid with what was observed.
        before: CanonicalJson,
        /// The top-level properties that differ.
        properties: Vec<String>,
        /// Other resources that exchange a value with it: one call changes all of them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        partners: Vec<Partner>,
        /// The resources that this one waits for.
        depends_on: Vec<Address>,
        /// Options of the resource for the engine.
        options: Options,
    },
    /// Delete a generation.
    Delete {
        /// AWS's identifier.
        physical_id: String,
        /// The spec that was last applied.
        applied: CanonicalJson,
    },
    /// Wait for a generation.
    Wait {
        /// The level to wait for.
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
    /// The top-level property that changes.
    pub property: String,
    /// The new value.
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
        /// The old address.
        from: Address,
    },
    /// The declaration differs in a way that AWS does not see, such as options or the form of an expression.
    Redeclare {
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

impl Plan {
    /// Whether the plan has no steps.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.steps.is_empty()
    }

    /// Whether the plan shows and sends nothing. Its steps may still record a declaration whose difference AWS does not see, such as another order of
    /// an unordered list.
    #[must_use]
    pub fn changes_nothing(&self) -> bool {
        let mut steps = self.steps.iter();
        self.changes.is_empty() && steps.all(|step| matches!(step.action, StepAction::Record(_)))
    }
}

impl Step {
    /// The settlement to record after this step, for steps that make no call.
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
