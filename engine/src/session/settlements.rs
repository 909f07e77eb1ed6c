//! What a run records before its first step: the place of the state, availability zones, and answers of lookups.
//!
//! Not here: what the steps record.

use std::collections::BTreeMap;

use windlass::address::Address;
use windlass_state::record::Settlement;
use windlass_state::snapshot::{Pin, Snapshot};

use super::Goal;

/// The settlements for the goal and for new answers of lookups.
pub(crate) fn settlements(
    snapshot: &Snapshot,
    goal: &Goal<'_>,
    pins: BTreeMap<Address, Pin>,
) -> Vec<Settlement> {
    let mut settlements = Vec::new();
    let Some(document) = goal.document else {
        return settlements;
    };
    if snapshot.binding.is_none() {
        let binding = goal.binding.clone();
        settlements.push(Settlement::Bound { binding });
    }
    let region = goal.binding.region();
    if snapshot.zones.get(region) != Some(&goal.zones) && !goal.zones.is_empty() {
        settlements.push(Settlement::Zones {
            region: region.to_owned(),
            zones: goal.zones.clone(),
        });
    }
    let new = pins.into_iter();
    settlements.extend(new.map(|(address, pin)| Settlement::Pinned { address, pin }));
    let old = snapshot
        .pins
        .keys()
        .filter(|address| !document.lookups.contains_key(*address));
    settlements.extend(old.cloned().map(|address| Settlement::Unpinned { address }));
    settlements
}
