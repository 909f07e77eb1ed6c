//! Drift and refresh: report changes that others made in AWS, and record them. Neither needs the stack's program.
//!
//! Not here: undoing such changes, which the next `up` does.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use windlass::address::Address;
use windlass::document::{LookupQuery, Place, Vanished};
use windlass_plan::drift::{Drifted, ForeignMember, accepted, drifted, foreign};
use windlass_plan::observation::{Observations, Seen};
use windlass_state::record::{HistoryLine, Operation, Settlement};
use windlass_state::snapshot::{Pin, Recorded, Snapshot};

use crate::amend::Amendment;
use crate::lookups::{Answers, question};
use crate::provider::{ErrorClass, Provider, Target};
use crate::readback::drivers;
use crate::recorder::{Recorder, target};
use crate::recover::recover;
use crate::run::read;
use crate::session::{Goal, Session, SessionError, admit};
use crate::sweep::sweep;

/// The drift of one resource.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drift {
    /// The resource.
    pub address: Address,
    /// CloudFormation type name.
    pub kind: String,
    /// AWS's identifier.
    pub physical_id: String,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

/// The type of drift.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "drift", rename_all = "snake_case")]
pub enum What {
    /// AWS does not have it any more.
    Vanished,
    /// The resource differs from what was applied, or has members that are not ours.
    Changed {
        /// The properties that differ.
        fields: Vec<Drifted>,
        /// Members that others added.
        foreign: Vec<ForeignMember>,
    },
}

/// The drift of all resources.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Drifts {
    /// The number of resources that were read.
    pub resources: usize,
    /// The resources with drift, in order of addresses.
    pub drifts: Vec<Drift>,
}

/// The result of a refresh.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Refreshed {
    /// The drift before the refresh. The state now contains it, except for members that are not ours.
    #[serde(flatten)]
    pub drifts: Drifts,
    /// Lookups whose answer has changed.
    pub lookups: Vec<Address>,
    /// Regions whose availability zones have changed.
    pub zones: Vec<String>,
}

impl Session<'_> {
    /// Compares the recorded state with AWS. It records nothing, except for what recovery settles.
    ///
    /// # Errors
    /// See [`SessionError`].
    pub async fn drift(&self, snapshot: Snapshot, goal: &Goal<'_>) -> Result<Drifts, SessionError> {
        let (recorder, seen) = self.looked(snapshot, goal).await?;
        Ok(recorder.read(|snapshot| self.compare(snapshot, &seen)))
    }

    /// Settles what is open, and reads all resources.
    async fn looked<'s>(
        &'s self,
        snapshot: Snapshot,
        goal: &Goal<'_>,
    ) -> Result<(Recorder<'s>, Observations), SessionError> {
        admit(&snapshot, goal)?;
        let recorder = Recorder::new(self.journal, self.clock, &self.run, snapshot);
        recover(
            self.provider,
            self.clock,
            &recorder,
            self.voice(),
            goal.document,
        )
        .await?;
        sweep(self.provider, self.clock, &recorder, self.voice()).await?;
        let seen = self.observe(&recorder).await?;
        Ok((recorder, seen))
    }

    /// Records what AWS has: a vanished resource is forgotten, and a changed value counts as applied. With `lookups`, the engine asks the questions of
    /// all pinned lookups again; outputs of other stacks are in `known`, because AWS cannot give them.
    ///
    /// # Errors
    /// See [`SessionError`].
    pub async fn refresh(
        &self,
        snapshot: Snapshot,
        goal: &Goal<'_>,
        lookups: bool,
    ) -> Result<Refreshed, SessionError> {
        let (recorder, seen) = self.looked(snapshot, goal).await?;
        let now = recorder.read(Snapshot::clone);
        let mut settlements = self.settled(&now, &seen).await;
        let mut refreshed = Refreshed {
            drifts: self.compare(&now, &seen),
            ..Refreshed::default()
        };
        if lookups {
            let pinned = self.pinned(&now, &goal.known).await?;
            refreshed.lookups = pinned.keys().cloned().collect();
            settlements.extend(
                pinned
                    .into_iter()
                    .map(|(address, pin)| Settlement::Pinned { address, pin }),
            );
            for (region, zones) in self.zones_now(&now).await? {
                refreshed.zones.push(region.clone());
                settlements.push(Settlement::Zones { region, zones });
            }
        }
        if !settlements.is_empty() || recorder.has_recorded() {
            let amendment = amendment(&refreshed, settlements);
            recorder.amend(&self.who, amendment).await?;
        }
        recorder.checkpoint().await?;
        Ok(refreshed)
    }

    fn compare(&self, snapshot: &Snapshot, seen: &Observations) -> Drifts {
        let mut drifts = Vec::new();
        let drivers = drivers(snapshot, self.schema);
        for (address, recorded) in &snapshot.resources {
            let what = match seen.get(&(address.clone(), recorded.generation)) {
                None => continue,
                Some(Seen::Missing) => {
                    // If the author accepts that the resource is gone, there is nothing to report.
                    if recorded.options.vanished == Vanished::Forget {
                        continue;
                    }
                    What::Vanished
                }
                Some(Seen::Present { properties, .. }) => {
                    let Some(schema) = (self.schema)(&recorded.kind) else {
                        continue;
                    };
                    let properties = properties.to_value();
                    let fields = drifted(schema, recorded, drivers.at(address), &properties);
                    let mut foreign = foreign(schema, recorded, &properties);
                    foreign.retain(|foreign| !stands_for_itself(foreign, recorded, seen));
                    if fields.is_empty() && foreign.is_empty() {
                        continue;
                    }
                    What::Changed { fields, foreign }
                }
            };
            drifts.push(Drift {
                address: address.clone(),
                kind: recorded.kind.clone(),
                physical_id: recorded.physical_id.clone(),
                what,
            });
        }
        Drifts {
            resources: snapshot.resources.len(),
            drifts,
        }
    }

    /// The settlements that follow from the observations.
    async fn settled(&self, snapshot: &Snapshot, seen: &Observations) -> Vec<Settlement> {
        let mut settlements = Vec::new();
        let mut believed = Vec::new();
        let drivers = drivers(snapshot, self.schema);
        for (address, recorded) in snapshot.everything() {
            let generation = recorded.generation;
            match seen.get(&(address.clone(), generation)) {
                Some(Seen::Missing) => {
                    // If the resource is to stay away, forgetting it would make the next `up` create it again.
                    let current = snapshot.resources.get(address) == Some(recorded);
                    if !(current && recorded.options.vanished == Vanished::Forget) {
                        settlements.push(Settlement::Forgotten {
                            address: address.clone(),
                            generation,
                        });
                    }
                }
                Some(Seen::Present {
                    properties,
                    outputs,
                }) if snapshot.resources.get(address) == Some(recorded) => {
                    let mut now = recorded.clone();
                    if let Value::Object(outputs) = outputs.to_value() {
                        now.outputs.extend(outputs);
                    }
                    let schema = (self.schema)(&recorded.kind);
                    let properties = properties.to_value();
                    let driven = drivers.at(address);
                    let applied = schema.and_then(|s| accepted(s, recorded, driven, &properties));
                    if let Some(applied) = applied {
                        now.applied = applied;
                    }
                    if now != *recorded {
                        believed.push((address.clone(), now));
                    }
                }
                _ => {}
            }
        }
        let believed = self.readable(snapshot, believed).await;
        settlements.extend(
            believed
                .into_iter()
                .map(|(address, recorded)| Settlement::Believed {
                    address,
                    old: None,
                    recorded: Box::new(recorded),
                }),
        );
        settlements
    }

    /// Leaves `applied` unchanged if the kind cannot read AWS's values as a spec: a state that can never be observed again would be worse than an
    /// outdated one.
    async fn readable(
        &self,
        snapshot: &Snapshot,
        mut believed: Vec<(Address, Recorded)>,
    ) -> Vec<(Address, Recorded)> {
        let targets: Vec<Target> = believed.iter().map(|(at, now)| target(at, now)).collect();
        if targets.is_empty() {
            return believed;
        }
        let answers = self.provider.observe(&targets).await;
        for ((address, now), answer) in believed.iter_mut().zip(answers) {
            if answer.is_err_and(|error| error.class == ErrorClass::Invalid) {
                now.applied.clone_from(&snapshot.resources[address].applied);
            }
        }
        believed.retain(|(address, now)| snapshot.resources.get(address) != Some(now));
        believed
    }

    /// The pins whose answers have changed.
    async fn pinned(
        &self,
        snapshot: &Snapshot,
        known: &Answers,
    ) -> Result<BTreeMap<Address, Pin>, SessionError> {
        let mut changed = BTreeMap::new();
        let mut lost = Vec::new();
        for (address, pin) in &snapshot.pins {
            let asked: Option<(LookupQuery, Place)> = question(pin);
            let Some((query, place)) = asked else {
                continue;
            };
            let answer = match known.get(address) {
                Some(known) => Some(known.clone()),
                None if matches!(query, LookupQuery::StackOutput { .. }) => continue,
                None => {
                    let provider = self.provider;
                    let call = || provider.lookup(&place, &query);
                    let answer = read(self.clock, address.as_str(), call).await;
                    answer.map_err(|error| SessionError::Unanswered {
                        question: "a lookup",
                        error,
                    })?
                }
            };
            match answer {
                None => lost.push(address.clone()),
                Some(outputs) if outputs != pin.outputs => {
                    let question = pin.question.clone();
                    changed.insert(address.clone(), Pin { question, outputs });
                }
                Some(_) => {}
            }
        }
        if lost.is_empty() {
            Ok(changed)
        } else {
            Err(SessionError::LookupsLost(lost))
        }
    }

    async fn zones_now(
        &self,
        snapshot: &Snapshot,
    ) -> Result<BTreeMap<String, Vec<String>>, SessionError> {
        let mut changed = BTreeMap::new();
        for (region, zones) in &snapshot.zones {
            let place = Place {
                region: Some(region.clone()),
                ..Place::default()
            };
            let provider: &dyn Provider = self.provider;
            let now = read(self.clock, region, || provider.zones(&place)).await;
            let now = now.map_err(|error| SessionError::Unanswered {
                question: "the availability zones",
                error,
            })?;
            if now != *zones {
                changed.insert(region.clone(), now);
            }
        }
        Ok(changed)
    }
}

/// Whether a member of a resource is a resource of ours on its own, such as a rule resource among the rules of its security group.
fn stands_for_itself(foreign: &ForeignMember, of: &Recorded, seen: &Observations) -> bool {
    let Some(member) = foreign.member.as_object() else {
        return false;
    };
    seen.iter().any(|(_, seen)| {
        let properties = match seen {
            Seen::Present { properties, .. } if properties.as_str().contains(&of.physical_id) => {
                properties.to_value()
            }
            _ => return false,
        };
        let belongs = properties.as_object().is_some_and(|properties| {
            let mut values = properties.values();
            values.any(|value| *value == of.physical_id)
        });
        let mut parts = member.iter();
        belongs && parts.all(|(name, value)| properties.get(name) == Some(value))
    })
}

fn amendment(refreshed: &Refreshed, settlements: Vec<Settlement>) -> Amendment {
    let drifts = refreshed.drifts.drifts.iter();
    let mut changes: Vec<_> = drifts
        .map(|drift| HistoryLine {
            address: drift.address.clone(),
            what: match &drift.what {
                What::Vanished => "forgotten, AWS does not have it any more".to_owned(),
                What::Changed { .. } => "taken as AWS has it".to_owned(),
            },
        })
        .collect();
    changes.extend(refreshed.lookups.iter().map(|address| HistoryLine {
        address: address.clone(),
        what: "answered anew".to_owned(),
    }));
    let zones = match refreshed.zones.as_slice() {
        [] => String::new(),
        regions => format!(", zones of {}", regions.join(", ")),
    };
    Amendment {
        operation: Operation::Refresh,
        document: String::new(),
        summary: format!("{} taken as AWS has it{zones}", changes.len()),
        changes,
        settlements,
    }
}
