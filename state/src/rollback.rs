//! Rollback to an earlier recorded state, without losing track of what was made since.
//!
//! AWS does not go back with the recorded state. So a resource made since stays known: the next plan adopts it if the program declares it, and deletes
//! it if not. Rollback lets go only of resources that were imported since, because they were not ours before. Not here: keeping earlier states.

use std::collections::BTreeMap;

use windlass::address::Address;
use windlass::document::Place;

use crate::record::Settlement;
use crate::snapshot::{OldReason, Recorded, Snapshot, differing};

/// The changes that lead from one recorded state to an earlier one.
#[derive(Debug, Default, PartialEq)]
pub struct RollBack {
    /// The settlements to record, in this order.
    pub settlements: Vec<Settlement>,
    /// Resources whose record goes back to its earlier form.
    pub changed: Vec<Address>,
    /// Resources that are unknown now, and become known again.
    pub back: Vec<Address>,
    /// Resources made since: they stay known, and the next plan adopts or deletes them.
    pub unclaimed: Vec<Address>,
    /// Resources imported since: they stay in AWS, and Windlass forgets them.
    pub forgotten: Vec<Address>,
}

/// The identity of a resource in AWS.
type Identity<'a> = (&'a str, &'a Place, &'a str);

fn identity(recorded: &Recorded) -> Identity<'_> {
    (&recorded.kind, &recorded.place, &recorded.physical_id)
}

impl RollBack {
    /// Compares the recorded state `now` with the one `then`.
    #[must_use]
    pub fn between(now: &Snapshot, then: &Snapshot) -> Self {
        let mut back = Self::default();
        let known: BTreeMap<Identity<'_>, &Address> = now
            .everything()
            .map(|(address, recorded)| (identity(recorded), address))
            .collect();
        back.imports(now, then);
        for (address, recorded) in &then.resources {
            back.current(now, then, address, recorded, known.get(&identity(recorded)));
        }
        for (address, generations) in &then.old {
            for old in generations {
                let is_known = known.contains_key(&identity(&old.recorded));
                if !is_known && back.fits_below(now, address, old.recorded.generation) {
                    back.bring(address, Some(old.why), &old.recorded);
                }
            }
        }
        back.rest(now, then);
        back
    }

    /// Imports made since then are removed first, because one of them may have the address of a resource that comes back.
    fn imports(&mut self, now: &Snapshot, then: &Snapshot) {
        let before: Vec<_> = then.everything().map(|(_, r)| identity(r)).collect();
        for (address, recorded) in &now.resources {
            if before.contains(&identity(recorded)) {
                continue;
            }
            if recorded.imported {
                self.settlements.push(Settlement::Forgotten {
                    address: address.clone(),
                    generation: recorded.generation,
                });
                self.forgotten.push(address.clone());
            } else {
                self.unclaimed.push(address.clone());
            }
        }
    }

    fn current(
        &mut self,
        now: &Snapshot,
        then: &Snapshot,
        address: &Address,
        recorded: &Recorded,
        known: Option<&&Address>,
    ) {
        let stands = now.resources.get(address);
        match (known, stands) {
            (Some(at), Some(current)) if *at == address => {
                // If it is known only as an old generation, the generation that replaced it stays the current one.
                if identity(current) == identity(recorded) && current != recorded {
                    self.believe_again(address, current, recorded);
                }
            }
            (Some(at), None)
                if !then.resources.contains_key(*at)
                    && !now.old.contains_key(address)
                    && at_current(now, at, recorded) =>
            {
                self.settlements.push(Settlement::Moved {
                    from: (**at).clone(),
                    to: address.clone(),
                });
                self.believe_again(address, &now.resources[*at], recorded);
            }
            // The resource is known under another address, which another resource had then.
            (Some(_), _) => {}
            // Another resource has taken the address since, and stays there.
            (None, Some(_)) if !self.forgotten.contains(address) => {
                if self.fits_below(now, address, recorded.generation) {
                    self.bring(address, Some(OldReason::Deposed), recorded);
                }
            }
            (None, _) => {
                let others = now.old.get(address).into_iter().flatten();
                let newest = others.map(|old| old.recorded.generation).max();
                match newest {
                    Some(newest) if newest == recorded.generation => {}
                    Some(newest) if newest > recorded.generation => {
                        self.bring(address, Some(OldReason::Deposed), recorded);
                    }
                    _ => self.bring(address, None, recorded),
                }
            }
        }
    }

    fn believe_again(&mut self, address: &Address, current: &Recorded, recorded: &Recorded) {
        let mut believed = recorded.clone();
        believed.generation = current.generation;
        // What AWS did since then stays true.
        (believed.since, believed.changed) = (current.since, current.changed);
        believed.verdict.clone_from(&current.verdict);
        // A call since then may have changed properties in AWS, so the next plan sends the differences again.
        believed
            .unfinished
            .extend(differing(&current.applied, &recorded.applied));
        believed
            .unfinished
            .extend(current.unfinished.iter().cloned());
        believed.unfinished.sort_unstable();
        believed.unfinished.dedup();
        if believed == *current {
            return;
        }
        self.changed.push(address.clone());
        self.settlements.push(Settlement::Believed {
            address: address.clone(),
            old: None,
            recorded: Box::new(believed),
        });
    }

    fn bring(&mut self, address: &Address, old: Option<OldReason>, recorded: &Recorded) {
        self.back.push(address.clone());
        self.settlements.push(Settlement::Believed {
            address: address.clone(),
            old,
            recorded: Box::new(recorded.clone()),
        });
    }

    fn fits_below(&self, now: &Snapshot, address: &Address, generation: u32) -> bool {
        let taken = now
            .generations(address)
            .any(|known| known.generation == generation);
        let current = now.resources.get(address);
        !taken && current.is_none_or(|current| generation < current.generation)
    }

    /// Lookups, zones and outputs go back to their earlier values.
    fn rest(&mut self, now: &Snapshot, then: &Snapshot) {
        for (address, pin) in &then.pins {
            if now.pins.get(address) != Some(pin) {
                self.settlements.push(Settlement::Pinned {
                    address: address.clone(),
                    pin: pin.clone(),
                });
            }
        }
        let unpinned = now.pins.keys().filter(|at| !then.pins.contains_key(*at));
        self.settlements.extend(
            unpinned
                .cloned()
                .map(|address| Settlement::Unpinned { address }),
        );
        for (region, zones) in &then.zones {
            if now.zones.get(region) != Some(zones) {
                self.settlements.push(Settlement::Zones {
                    region: region.clone(),
                    zones: zones.clone(),
                });
            }
        }
        if now.outputs != then.outputs {
            self.settlements.push(Settlement::Outputs {
                outputs: then.outputs.clone(),
            });
        }
    }
}

fn at_current(now: &Snapshot, at: &Address, recorded: &Recorded) -> bool {
    let current = now.resources.get(at);
    current.is_some_and(|current| identity(current) == identity(recorded))
}
