//! Going back to an earlier belief without losing what came about since.
//!
//! The world does not go back with the belief. So what was made since stays known: the next plan adopts it where it is declared, and
//! deletes it where it is not. Only what was imported since is let go, for it was not ours before. Not here: keeping earlier beliefs.

use std::collections::BTreeMap;

use windlass::address::Address;
use windlass::document::Place;

use crate::record::Settlement;
use crate::snapshot::{OldReason, Recorded, Snapshot, differing};

/// What leads from one belief to an earlier one.
#[derive(Debug, Default, PartialEq)]
pub struct RollBack {
    /// What is to be recorded, in this order.
    pub settlements: Vec<Settlement>,
    /// Believed as it was then, and differently now.
    pub changed: Vec<Address>,
    /// Not known now, and known again.
    pub back: Vec<Address>,
    /// Made since: it stays known, for the next plan to adopt or delete.
    pub unclaimed: Vec<Address>,
    /// Imported since: it is left in AWS and not known any more.
    pub forgotten: Vec<Address>,
}

/// What tells one thing in AWS from another.
type Identity<'a> = (&'a str, &'a Place, &'a str);

fn identity(recorded: &Recorded) -> Identity<'_> {
    (&recorded.kind, &recorded.place, &recorded.physical_id)
}

impl RollBack {
    /// Compares what is believed `now` with what was believed `then`.
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

    /// What was imported since goes first: it may stand where something else comes back.
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
                // As an old generation it is known already, and what replaced it is what stands.
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
            // It is known under another address, which something else had then.
            (Some(_), _) => {}
            // Whatever took its place since stands.
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
        // What AWS did since stays true.
        (believed.since, believed.changed) = (current.since, current.changed);
        believed.verdict.clone_from(&current.verdict);
        // What was sent since may be in force: the next plan sends again what differs.
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

    /// Lookups, zones and outputs are as they were.
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
