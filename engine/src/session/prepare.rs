//! From a snapshot and a goal to a plan: settle what earlier runs left open, answer lookups, observe, plan. Nothing in AWS changes.
//!
//! Not here: reasons to refuse a run (`admit`), and carrying the plan out (`prepared`).

use std::collections::BTreeMap;

use windlass::address::Address;
use windlass::expr::SecretSource;
use windlass::value::SecretRef;
use windlass_plan::Inputs;
use windlass_plan::observation::Observations;
use windlass_state::snapshot::{Pin, Snapshot};

use super::{Goal, Prepared, Session, SessionError, admit, settlements};
use crate::events::Event;
use crate::lookups::{Answers, answer};
use crate::observe::{observe_all, targets};
use crate::recorder::Recorder;
use crate::recover::recover;
use crate::run::milliseconds;
use crate::secrets::SecretError;
use crate::stale::look_again;
use crate::sweep::sweep;

impl<'a> Session<'a> {
    /// Settles what is open, reads all resources and plans. Nothing in AWS changes.
    ///
    /// # Errors
    /// See [`SessionError`]. What was settled before the error is recorded.
    pub async fn prepare<'s>(
        &'s self,
        mut snapshot: Snapshot,
        goal: &Goal<'_>,
    ) -> Result<Prepared<'s, 'a>, SessionError> {
        let (began, calls) = (self.clock.elapsed(), self.provider.calls());
        admit(&snapshot, goal)?;
        let loaded = snapshot.sequence;
        if let Some(document) = goal.document {
            snapshot.share_texts(document);
        }
        let voice = self.voice();
        voice.say(Event::RunStarted {
            run: self.run.clone(),
            operation: goal.operation,
            stack: snapshot.stack.clone(),
            environment: snapshot.environment.clone(),
            place: goal.binding.clone(),
        });
        if let Some(document) = goal
            .document
            .filter(|document| !document.problems.is_empty())
        {
            voice.say(Event::Warned {
                problems: document.problems.clone(),
            });
        }
        let secrets = secrets(goal, &mut snapshot)?;
        let recorder = Recorder::new(self.journal, self.clock, &self.run, snapshot);
        recover(self.provider, self.clock, &recorder, voice, goal.document).await?;
        self.alone(&recorder, goal).await?;
        sweep(self.provider, self.clock, &recorder, voice).await?;
        let (answers, pins) = self.lookups(&recorder, goal).await?;
        let observations = self.observe(&recorder).await?;
        let plan = recorder.read(|snapshot| {
            windlass_plan::plan(&Inputs {
                document: goal.document,
                snapshot,
                observations: &observations,
                binding: &goal.binding,
                lookups: &answers,
                secrets: &secrets,
                schema: &self.schema,
                target: goal.target,
                replace: goal.replace,
            })
        });
        let plan = plan.map_err(SessionError::Stack)?;
        self.newest(&recorder, loaded, goal, &plan).await?;
        let hash = plan.hash();
        voice.say(Event::Planned {
            plan: hash.clone(),
            changes: plan.changes.clone(),
            unchanged: plan.unchanged,
            notes: plan.notes.clone(),
            steps: plan.steps.len(),
        });
        let settlements = recorder.read(|snapshot| settlements(snapshot, goal, pins));
        Ok(Prepared {
            session: self,
            recorder,
            operation: goal.operation,
            plan,
            hash,
            settlements,
            neighbours: goal.neighbours,
            began,
            calls,
        })
    }

    pub(crate) async fn lookups(
        &self,
        recorder: &Recorder<'_>,
        goal: &Goal<'_>,
    ) -> Result<(Answers, BTreeMap<Address, Pin>), SessionError> {
        let Some(document) = goal.document else {
            return Ok(Default::default());
        };
        let pins = recorder.read(|snapshot| snapshot.pins.clone());
        let answered = answer(self.provider, self.clock, document, &pins, &goal.known).await;
        let answered = answered.map_err(SessionError::Stack)?;
        Ok((answered.answers, answered.new))
    }

    pub(crate) async fn observe(
        &self,
        recorder: &Recorder<'_>,
    ) -> Result<Observations, SessionError> {
        let (began, calls) = (self.clock.elapsed(), self.provider.calls());
        let targets = recorder.read(targets);
        let mut seen = observe_all(self.provider, self.clock, self.voice(), &targets).await?;
        look_again(self, recorder, &mut seen).await?;
        self.voice().say(Event::Observed {
            resources: targets.len(),
            calls: self.provider.calls() - calls,
            milliseconds: milliseconds(self.clock.elapsed().saturating_sub(began)),
        });
        Ok(seen)
    }
}

/// The hash of each secret that the document names. If the state contains the fast hash of an older version for the same value, the snapshot contains
/// the slow one from now on.
pub(crate) fn secrets(
    goal: &Goal<'_>,
    snapshot: &mut Snapshot,
) -> Result<BTreeMap<SecretSource, SecretRef>, SecretError> {
    let sources = goal
        .document
        .map(windlass_plan::needed_secrets)
        .unwrap_or_default();
    let (mut secrets, mut hashes) = (BTreeMap::new(), BTreeMap::new());
    for source in sources {
        let secret = goal.secrets.resolve(&source)?;
        hashes.insert(goal.secrets.quick_hash(&source)?, secret.hash.clone());
        secrets.insert(source, secret);
    }
    snapshot.rehash(&hashes);
    Ok(secrets)
}
