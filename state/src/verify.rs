//! Invariants of every snapshot, which hold after every operation, also after one that failed.
//!
//! Not here: repairing anything.

use std::collections::{BTreeMap, BTreeSet};

use windlass::address::Address;

use crate::record::Action;
use crate::snapshot::{FORMAT, Snapshot};

/// A violated invariant of snapshots.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// The snapshot has another format than this crate writes.
    #[error("the snapshot has format {0}")]
    Format(u32),
    /// A dependency on a resource that is not recorded and never was.
    #[error("`{from}` depends on `{to}`, which was never recorded")]
    Dangling {
        /// The resource that depends.
        from: Address,
        /// The missing resource.
        to: Address,
    },
    /// Resources that wait for each other, so that none can be deleted first.
    #[error("these depend on each other: {0:?}")]
    Cycle(Vec<Address>),
    /// Generations that are not in ascending order, or an old one that is not below the current one.
    #[error("the generations of `{address}` are {found:?}")]
    Generations {
        /// The resource.
        address: Address,
        /// The generations in their order.
        found: Vec<u32>,
    },
    /// A list of old generations that is empty.
    #[error("`{0}` has an empty history")]
    EmptyHistory(Address),
    /// An open intent that does not fit what is recorded.
    #[error("the open intent {sequence} on `{address}` {why}")]
    Intent {
        /// The intent.
        sequence: u64,
        /// Its resource.
        address: Address,
        /// What does not fit.
        why: &'static str,
    },
}

impl Snapshot {
    /// Checks all invariants.
    ///
    /// # Errors
    /// All violations.
    pub fn verify(&self) -> Result<(), Vec<Violation>> {
        let mut found = Vec::new();
        if self.format != FORMAT {
            found.push(Violation::Format(self.format));
        }
        self.verify_generations(&mut found);
        self.verify_dependencies(&mut found);
        self.verify_cycles(&mut found);
        self.verify_intents(&mut found);
        if found.is_empty() { Ok(()) } else { Err(found) }
    }

    /// Whether an address is or was recorded. A retired address counts. It is all that remains of a resource between the two halves of a delete-first
    /// replacement, and of a removed resource on which kept history depends.
    #[must_use]
    pub fn was_recorded(&self, address: &Address) -> bool {
        self.resources.contains_key(address)
            || self.old.contains_key(address)
            || self.retired.contains_key(address)
    }

    fn verify_generations(&self, found: &mut Vec<Violation>) {
        for (address, old) in &self.old {
            if old.is_empty() {
                found.push(Violation::EmptyHistory(address.clone()));
            }
            let numbers: Vec<_> = self.generations(address).map(|g| g.generation).collect();
            if !numbers.is_sorted_by(|a, b| a < b) {
                found.push(Violation::Generations {
                    address: address.clone(),
                    found: numbers,
                });
            }
        }
    }

    fn verify_dependencies(&self, found: &mut Vec<Violation>) {
        for (from, recorded) in self.everything() {
            for to in &recorded.depends_on {
                if !self.was_recorded(to) {
                    found.push(Violation::Dangling {
                        from: from.clone(),
                        to: to.clone(),
                    });
                }
            }
        }
    }

    // Removes all resources on which no remaining one depends. The rest is on a cycle or leads to one.
    fn verify_cycles(&self, found: &mut Vec<Violation>) {
        let mut waiting: BTreeMap<&Address, usize> = BTreeMap::new();
        let mut users: BTreeMap<&Address, Vec<&Address>> = BTreeMap::new();
        for (address, recorded) in &self.resources {
            let on: BTreeSet<_> = recorded
                .depends_on
                .iter()
                .filter(|on| self.resources.contains_key(*on))
                .collect();
            waiting.insert(address, on.len());
            for on in on {
                users.entry(on).or_default().push(address);
            }
        }
        let mut free: Vec<_> = waiting
            .iter()
            .filter(|(_, count)| **count == 0)
            .map(|(address, _)| *address)
            .collect();
        while let Some(address) = free.pop() {
            waiting.remove(address);
            for user in users.get(address).into_iter().flatten() {
                if let Some(count) = waiting.get_mut(user) {
                    *count -= 1;
                    if *count == 0 {
                        free.push(user);
                    }
                }
            }
        }
        if !waiting.is_empty() {
            found.push(Violation::Cycle(waiting.into_keys().cloned().collect()));
        }
    }

    fn verify_intents(&self, found: &mut Vec<Violation>) {
        let mut busy = BTreeSet::new();
        for (sequence, intent) in &self.open {
            let (address, generation) = (&intent.address, intent.generation);
            let why = if *sequence != intent.sequence {
                Some("is kept under another sequence")
            } else if *sequence >= self.sequence {
                Some("lies in the future")
            } else if !busy.insert((address, generation)) {
                Some("is not the only one on its generation")
            } else {
                match intent.action {
                    Action::Create | Action::Run => (generation < self.next_generation(address))
                        .then_some("makes a generation that exists"),
                    Action::Update => (self.resources.get(address).map(|r| r.generation)
                        != Some(generation))
                    .then_some("changes a generation that is not current"),
                    Action::Delete => self
                        .generation(address, generation)
                        .is_none()
                        .then_some("removes a generation that does not exist"),
                }
            };
            if let Some(why) = why {
                found.push(Violation::Intent {
                    sequence: *sequence,
                    address: address.clone(),
                    why,
                });
            }
        }
    }
}
