//! Applies one record of the journal to a snapshot: a snapshot is the fold of its journal.
//!
//! Not here: where records come from and where they are kept. A record that does not fit leaves the snapshot unchanged.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use windlass::address::Address;

use crate::record::{Action, Intent, Outcome, OutcomeResult, Record, Settlement};
use crate::snapshot::{OldGeneration, OldReason, Recorded, Snapshot};

/// Why a record does not fit a snapshot. Either the journal is damaged, or the engine has a defect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// Records are missing, or occur twice.
    #[error("the intent has sequence {found}, but the journal is at {expected}")]
    OutOfSequence {
        /// The journal's position.
        expected: u64,
        /// The intent's.
        found: u64,
    },
    /// An outcome whose intent is not open.
    #[error("there is no open intent {0}")]
    NoSuchIntent(u64),
    /// A generation that the snapshot does not have.
    #[error("`{address}` has no generation {generation}")]
    NoSuchGeneration {
        /// The resource.
        address: Address,
        generation: u32,
    },
    /// A generation that does not come after all earlier ones.
    #[error("generation {generation} of `{address}` is not new: the next one is {next}")]
    NotNew {
        /// The resource.
        address: Address,
        generation: u32,
        /// The first number that is free.
        next: u32,
    },
    /// Two intents at once for one generation.
    #[error("generation {generation} of `{address}` has an open intent already")]
    Busy {
        /// The resource.
        address: Address,
        generation: u32,
    },
    /// A dependency on a resource that is not recorded and never was.
    #[error("`{from}` would depend on `{to}`, which was never recorded")]
    Dangling {
        /// The resource that depends.
        from: Address,
        /// The missing resource.
        to: Address,
    },
    /// A resource cannot move to an address that another one has.
    #[error("`{0}` is taken")]
    Taken(Address),
    /// The result does not fit the intent's action.
    #[error("the outcome of intent {0} does not fit its action")]
    WrongResult(u64),
}

/// How many lost creates a snapshot remembers; the newest ones.
const LOST: usize = 1_000;

impl Snapshot {
    /// Applies one record.
    ///
    /// # Errors
    /// The record does not fit; the snapshot is unchanged.
    pub fn apply(&mut self, record: &Record) -> Result<(), ApplyError> {
        match record {
            Record::RunStarted(_) | Record::RunFinished(_) => {}
            Record::Intent(intent) => self.open(intent)?,
            Record::Outcome(outcome) => self.close(outcome)?,
            Record::Settled(settled) => self.settle(&settled.settlement)?,
        }
        self.sequence += 1;
        Ok(())
    }

    fn open(&mut self, intent: &Intent) -> Result<(), ApplyError> {
        if intent.sequence != self.sequence {
            return Err(ApplyError::OutOfSequence {
                expected: self.sequence,
                found: intent.sequence,
            });
        }
        let (address, generation) = (&intent.address, intent.generation);
        self.idle(address, generation)?;
        if intent.action != Action::Delete {
            self.ready_for_change(intent)?;
        }
        match intent.action {
            Action::Create | Action::Run => {
                let next = self.next_generation(address);
                if generation < next {
                    return Err(ApplyError::NotNew {
                        address: address.clone(),
                        generation,
                        next,
                    });
                }
            }
            Action::Update => {
                self.current(address, generation)?;
            }
            Action::Delete => {
                self.recorded(address, generation)?;
            }
        }
        self.open.insert(intent.sequence, intent.clone());
        Ok(())
    }

    // An address allows one change at a time; only the removal of another generation may run beside it.
    fn ready_for_change(&self, intent: &Intent) -> Result<(), ApplyError> {
        if let Some(busy) = self
            .open
            .values()
            .find(|open| open.address == intent.address && open.action != Action::Delete)
        {
            return Err(ApplyError::Busy {
                address: busy.address.clone(),
                generation: busy.generation,
            });
        }
        self.lead_somewhere(&intent.address, &intent.depends_on)
    }

    fn lead_somewhere(&self, from: &Address, depends_on: &[Address]) -> Result<(), ApplyError> {
        match depends_on.iter().find(|to| !self.was_recorded(to)) {
            Some(to) => Err(ApplyError::Dangling {
                from: from.clone(),
                to: to.clone(),
            }),
            None => Ok(()),
        }
    }

    fn close(&mut self, outcome: &Outcome) -> Result<(), ApplyError> {
        let sequence = outcome.intent;
        let intent = self
            .open
            .get(&sequence)
            .ok_or(ApplyError::NoSuchIntent(sequence))?
            .clone();
        match (&outcome.result, intent.action) {
            (
                OutcomeResult::Created {
                    physical_id,
                    outputs,
                    unfinished,
                    since,
                },
                Action::Create | Action::Run,
            ) => {
                let recorded = Recorded::made_by(&intent, physical_id, outputs, unfinished, *since);
                self.take_in(&intent.address, recorded);
            }
            (OutcomeResult::Updated { outputs, since }, Action::Update) => {
                self.updated(&intent, outputs, *since)?;
            }
            (OutcomeResult::Deleted, Action::Delete) => {
                self.remove(&intent.address, intent.generation)?;
            }
            // An update that finds its resource gone leaves nothing recorded.
            (OutcomeResult::Deleted, Action::Update) => {
                self.remove(&intent.address, intent.generation)?;
            }
            (OutcomeResult::Uncertain { properties, .. }, Action::Update) => {
                let recorded = self.current(&intent.address, intent.generation)?;
                recorded.unfinished.extend(properties.iter().cloned());
                recorded.unfinished.sort_unstable();
                recorded.unfinished.dedup();
            }
            (OutcomeResult::NeverSent, Action::Create | Action::Run) => self.lose(&intent),
            (OutcomeResult::Failed { .. } | OutcomeResult::NeverSent, _) => {}
            _ => return Err(ApplyError::WrongResult(sequence)),
        }
        self.open.remove(&sequence);
        Ok(())
    }

    fn take_in(&mut self, address: &Address, recorded: Recorded) {
        self.retired.remove(address);
        if let Some(before) = self.resources.insert(address.clone(), recorded) {
            let deposed = OldGeneration {
                why: OldReason::Deposed,
                recorded: before,
            };
            self.old.entry(address.clone()).or_default().push(deposed);
        }
    }

    fn updated(
        &mut self,
        intent: &Intent,
        outputs: &BTreeMap<String, Value>,
        since: Option<Timestamp>,
    ) -> Result<(), ApplyError> {
        let recorded = self.current(&intent.address, intent.generation)?;
        recorded.changed = since;
        recorded.place.clone_from(&intent.place);
        recorded.outputs.extend(outputs.clone());
        recorded.template = intent.template.clone();
        recorded.applied = intent.spec.clone();
        recorded.depends_on.clone_from(&intent.depends_on);
        recorded.options.clone_from(&intent.options);
        recorded.waited = windlass::schema::Wait::Exists;
        recorded.unfinished.clear();
        recorded.intent = intent.id.clone();
        Ok(())
    }

    fn settle(&mut self, settlement: &Settlement) -> Result<(), ApplyError> {
        match settlement {
            Settlement::Bound { binding } => self.binding = Some(binding.clone()),
            Settlement::Zones { region, zones } => {
                self.zones.insert(region.clone(), zones.clone());
            }
            Settlement::Pinned { address, pin } => {
                self.pins.insert(address.clone(), pin.clone());
            }
            Settlement::Unpinned { address } => {
                self.pins.remove(address);
            }
            Settlement::Outputs { outputs } => self.outputs.clone_from(outputs),
            Settlement::Timed { durations } => self.durations.learn_all(durations),
            Settlement::Waited {
                address,
                generation,
                level,
                outputs,
            } => {
                let recorded = self.current(address, *generation)?;
                recorded.waited = recorded.waited.max(*level);
                recorded.outputs.extend(outputs.clone());
            }
            Settlement::Requested { intent, token } => {
                let open = self.open.get_mut(intent);
                open.ok_or(ApplyError::NoSuchIntent(*intent))?.request = Some(token.clone());
            }
            Settlement::Judged {
                address,
                generation,
                verdict,
            } => {
                let recorded = self.any(address, *generation)?;
                recorded.verdict = Some(verdict.clone());
            }
            Settlement::Forgotten {
                address,
                generation,
            } => {
                self.idle(address, *generation)?;
                self.remove(address, *generation)?;
            }
            Settlement::Kept {
                address,
                generation,
            } => self.keep(address, *generation)?,
            Settlement::Believed {
                address,
                old,
                recorded,
            } => self.believe(address, *old, recorded)?,
            Settlement::Moved { from, to } => self.relocate(from, to)?,
            Settlement::Redeclared {
                address,
                generation,
                place,
                template,
                spec,
                depends_on,
                options,
            } => {
                self.lead_somewhere(address, depends_on)?;
                let recorded = self.current(address, *generation)?;
                recorded.place.clone_from(place);
                recorded.template = template.clone();
                recorded.applied = spec.clone();
                recorded.depends_on.clone_from(depends_on);
                recorded.options.clone_from(options);
            }
        }
        Ok(())
    }

    // The call of this intent may still arrive, but no program delays a call for a month.
    fn lose(&mut self, intent: &Intent) {
        const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
        self.lost
            .retain(|_, lost| intent.at.duration_since(lost.at) < KEPT);
        while self.lost.len() >= LOST {
            self.lost.pop_first();
        }
        self.lost.insert(intent.sequence, intent.clone());
    }

    // A known generation is overwritten; a new one has to fit between the known ones.
    fn believe(
        &mut self,
        address: &Address,
        old: Option<OldReason>,
        recorded: &Recorded,
    ) -> Result<(), ApplyError> {
        let generation = recorded.generation;
        // An open call may still change the address in a way that is not known yet.
        if let Some(busy) = self.open.values().find(|open| open.address == *address) {
            return Err(ApplyError::Busy {
                address: busy.address.clone(),
                generation: busy.generation,
            });
        }
        self.lead_somewhere(address, &recorded.depends_on)?;
        let not_new = ApplyError::NotNew {
            address: address.clone(),
            generation,
            next: self.next_generation(address),
        };
        let current = self.resources.get(address).map(|r| r.generation);
        let others = self.old.get(address).into_iter().flatten();
        match old {
            None => {
                let newest = others.map(|old| old.recorded.generation).max();
                if current.is_some_and(|current| current != generation)
                    || newest.is_some_and(|newest| newest >= generation)
                {
                    return Err(not_new);
                }
                self.resources.insert(address.clone(), recorded.clone());
            }
            Some(why) => {
                if current.is_some_and(|current| current <= generation) {
                    return Err(not_new);
                }
                let others = self.old.entry(address.clone()).or_default();
                others.retain(|old| old.recorded.generation != generation);
                let recorded = recorded.clone();
                others.push(OldGeneration { why, recorded });
                others.sort_by_key(|old| old.recorded.generation);
            }
        }
        if self
            .retired
            .get(address)
            .is_some_and(|last| *last <= generation)
        {
            self.retired.remove(address);
        }
        self.lost.retain(|_, lost| lost.id != recorded.intent);
        Ok(())
    }

    fn keep(&mut self, address: &Address, generation: u32) -> Result<(), ApplyError> {
        let old = self.old.get_mut(address).into_iter().flatten();
        let Some(old) = old
            .into_iter()
            .find(|old| old.recorded.generation == generation)
        else {
            return Err(ApplyError::NoSuchGeneration {
                address: address.clone(),
                generation,
            });
        };
        old.why = OldReason::Kept;
        Ok(())
    }

    fn relocate(&mut self, from: &Address, to: &Address) -> Result<(), ApplyError> {
        let Some(current) = self.resources.get(from) else {
            return Err(ApplyError::NoSuchGeneration {
                address: from.clone(),
                generation: 0,
            });
        };
        let last = current.generation;
        if self.resources.contains_key(to) || self.old.contains_key(to) {
            return Err(ApplyError::Taken(to.clone()));
        }
        if let Some(busy) = self
            .open
            .values()
            .find(|intent| intent.address == *from || intent.address == *to)
        {
            return Err(ApplyError::Busy {
                address: busy.address.clone(),
                generation: busy.generation,
            });
        }
        if let Some(current) = self.resources.remove(from) {
            self.resources.insert(to.clone(), current);
        }
        if let Some(old) = self.old.remove(from) {
            self.old.insert(to.clone(), old);
        }
        self.retired.insert(from.clone(), last);
        let recorded = self
            .resources
            .values_mut()
            .chain(self.old.values_mut().flatten().map(|old| &mut old.recorded));
        for dependency in recorded.flat_map(|recorded| &mut recorded.depends_on) {
            if dependency == from {
                *dependency = to.clone();
            }
        }
        Ok(())
    }

    fn remove(&mut self, address: &Address, generation: u32) -> Result<(), ApplyError> {
        if self
            .resources
            .get(address)
            .is_some_and(|current| current.generation == generation)
        {
            self.resources.remove(address);
        } else {
            let old = self.old.get_mut(address);
            let position = old.as_ref().and_then(|old| {
                old.iter()
                    .position(|old| old.recorded.generation == generation)
            });
            let (Some(old), Some(position)) = (old, position) else {
                return Err(ApplyError::NoSuchGeneration {
                    address: address.clone(),
                    generation,
                });
            };
            old.remove(position);
            if old.is_empty() {
                self.old.remove(address);
            }
        }
        if self.next_generation(address) <= generation {
            self.retired.insert(address.clone(), generation);
        }
        Ok(())
    }

    fn is_busy(&self, address: &Address, generation: u32) -> bool {
        self.open
            .values()
            .any(|intent| intent.address == *address && intent.generation == generation)
    }

    fn idle(&self, address: &Address, generation: u32) -> Result<(), ApplyError> {
        if self.is_busy(address, generation) {
            return Err(ApplyError::Busy {
                address: address.clone(),
                generation,
            });
        }
        Ok(())
    }

    fn recorded(&self, address: &Address, generation: u32) -> Result<&Recorded, ApplyError> {
        self.generation(address, generation)
            .ok_or_else(|| ApplyError::NoSuchGeneration {
                address: address.clone(),
                generation,
            })
    }

    /// The generation of that number, current or old.
    fn any(&mut self, address: &Address, generation: u32) -> Result<&mut Recorded, ApplyError> {
        let old = self.old.get_mut(address).into_iter().flatten();
        let known = old.map(|old| &mut old.recorded);
        known
            .chain(self.resources.get_mut(address))
            .find(|recorded| recorded.generation == generation)
            .ok_or_else(|| ApplyError::NoSuchGeneration {
                address: address.clone(),
                generation,
            })
    }

    fn current(&mut self, address: &Address, generation: u32) -> Result<&mut Recorded, ApplyError> {
        self.resources
            .get_mut(address)
            .filter(|current| current.generation == generation)
            .ok_or_else(|| ApplyError::NoSuchGeneration {
                address: address.clone(),
                generation,
            })
    }
}

impl Recorded {
    /// The record of a resource that a create has made.
    #[must_use]
    pub fn made_by(
        intent: &Intent,
        physical_id: &str,
        outputs: &BTreeMap<String, Value>,
        unfinished: &[String],
        since: Option<Timestamp>,
    ) -> Self {
        Self {
            kind: intent.kind.clone(),
            generation: intent.generation,
            place: intent.place.clone(),
            physical_id: physical_id.to_owned(),
            outputs: outputs.clone(),
            template: intent.template.clone(),
            applied: intent.spec.clone(),
            depends_on: intent.depends_on.clone(),
            options: intent.options.clone(),
            waited: windlass::schema::Wait::Exists,
            unfinished: unfinished.to_vec(),
            intent: intent.id.clone(),
            imported: false,
            since,
            changed: None,
            verdict: None,
        }
    }
}
