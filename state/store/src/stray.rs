//! Stray resources: a call made them, but its answer came after another run had taken over the state and concluded that the call was never sent. AWS
//! has no fencing.
//!
//! The host that got the answer knows the identifier. The next run from that host records the resource under an address that no program declares,
//! beside the intended address, so that the next `up` or `destroy` deletes it.
//!
//! Not here: where the answer was kept (`emergency`).

use windlass::address::Address;
use windlass::document::Options;
use windlass::schema::Wait;
use windlass_state::record::{Intent, OutcomeResult, Settlement};
use windlass_state::snapshot::{Recorded, Snapshot};

/// A resource of ours that the state does not know.
#[derive(Debug, Clone, PartialEq)]
pub struct Stray {
    /// The address that the resource was made for.
    pub address: Address,
    /// The record of the resource.
    pub recorded: Recorded,
}

impl Stray {
    pub(crate) fn of(intent: &Intent, result: &OutcomeResult) -> Option<Self> {
        let OutcomeResult::Created {
            physical_id,
            outputs,
            unfinished,
            since,
        } = result
        else {
            return None;
        };
        Some(Self {
            address: intent.address.clone(),
            recorded: Recorded {
                kind: intent.kind.clone(),
                generation: 0,
                place: intent.place.clone(),
                physical_id: physical_id.clone(),
                outputs: outputs.clone(),
                template: intent.spec.clone(),
                applied: intent.spec.clone(),
                depends_on: intent.depends_on.clone(),
                // The author's protection and retention apply to the declared resource, not to this one.
                options: Options::default(),
                waited: Wait::Exists,
                unfinished: unfinished.clone(),
                intent: intent.id.clone(),
                imported: false,
                since: *since,
                changed: None,
                verdict: None,
            },
        })
    }

    pub(crate) fn is_known(&self, snapshot: &Snapshot) -> bool {
        let same = |other: &Recorded| {
            (&other.kind, &other.place, &other.physical_id)
                == (
                    &self.recorded.kind,
                    &self.recorded.place,
                    &self.recorded.physical_id,
                )
        };
        snapshot.everything().any(|(_, other)| same(other))
    }

    /// Records the stray beside the address that it was made for. `None` if there is no free address.
    pub(crate) fn settlement(&self, snapshot: &Snapshot) -> Option<Settlement> {
        let known = |address: &Address| {
            snapshot.resources.contains_key(address)
                || snapshot.old.contains_key(address)
                || snapshot.retired.contains_key(address)
        };
        let beside = |n: u32| Address::parse(&format!("{}.stray-{n}", self.address)).ok();
        let address = (1..100).map_while(beside).find(|address| !known(address))?;
        let mut recorded = self.recorded.clone();
        recorded.depends_on.retain(known);
        Some(Settlement::Believed {
            address,
            old: None,
            recorded: Box::new(recorded),
        })
    }
}
