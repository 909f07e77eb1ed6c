//! What happens to one declared resource, before it becomes steps. Not here: deciding it.

use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass::document::Place;
use windlass::schema::ReplaceOrder;

use crate::plan::{FieldChange, Reason};

/// The decision about a declared resource. A resource that stays entirely as it is has none.
#[derive(Debug)]
pub struct Decision {
    pub act: Act,
    /// The generation that is current after the plan.
    pub generation: u32,
    pub place: Place,
    /// The spec that is sent.
    pub spec: CanonicalJson,
    /// The resources that this one waits for.
    pub depends_on: Vec<Address>,
    pub fields: Vec<FieldChange>,
    pub reason: Reason,
    pub physical_id: Option<String>,
    /// The address under which it is recorded, if that is another one.
    pub moved_from: Option<Address>,
}

/// The act on a resource.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Create a first generation, or a next one because AWS does not have the last one any more.
    Create,
    /// Update in place.
    Update {
        before: CanonicalJson,
        properties: Vec<String>,
    },
    /// Replace: a next generation takes over.
    Replace(ReplaceOrder),
    /// Change only what is recorded.
    Redeclare,
    /// Send nothing, but continue an interrupted wait or change the address.
    Stay,
}

impl Act {
    /// Whether the act can give the resource values that it did not have before.
    pub fn takes(&self) -> bool {
        matches!(self, Self::Create | Self::Update { .. } | Self::Replace(_))
    }
}

/// What is known about a declared resource's outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The decision has not come yet, or the resource is not part of this plan and does not exist.
    Absent,
    /// The resource stays.
    Same,
    /// The resource stays, but an interrupted wait may still give outputs.
    Unfinished,
    /// The resource changes in place.
    Updated,
    /// The resource gets a new generation.
    New,
}
