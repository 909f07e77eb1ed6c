//! What happens to one declared resource, before it becomes steps. Not here: deciding it.

use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass::document::Place;
use windlass::schema::ReplaceOrder;

use crate::plan::{FieldChange, Reason};

/// What happens to a declared resource. One that stays entirely as it is has none.
#[derive(Debug)]
pub struct Decision {
    pub act: Act,
    /// The generation that is current afterwards.
    pub generation: u32,
    pub place: Place,
    /// As it will be sent.
    pub spec: CanonicalJson,
    /// Everything that it waits for.
    pub depends_on: Vec<Address>,
    pub fields: Vec<FieldChange>,
    pub reason: Reason,
    pub physical_id: Option<String>,
    /// The address that it is recorded under, where that is another one.
    pub moved_from: Option<Address>,
}

/// What is done.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// A first generation, or a next one because the last is gone from AWS.
    Create,
    /// In place.
    Update {
        before: CanonicalJson,
        properties: Vec<String>,
    },
    /// A next generation takes over.
    Replace(ReplaceOrder),
    /// Only what is recorded changes.
    Redeclare,
    /// Nothing, but a wait is taken up again or the address changes.
    Stay,
}

impl Act {
    /// Whether the resource can get what it did not have before.
    pub fn takes(&self) -> bool {
        matches!(self, Self::Create | Self::Update { .. } | Self::Replace(_))
    }
}

/// What is known of a declared resource's outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Not reached yet, or not part of this plan and not there.
    Absent,
    /// It stays.
    Same,
    /// It stays, but a wait that may still give outputs was cut off.
    Unfinished,
    /// It changes in place.
    Updated,
    /// It gets a new generation.
    New,
}
