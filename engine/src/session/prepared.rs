//! A plan with everything that carrying it out needs: execute it, or decline it.
//!
//! Not here: the loop over the steps (`execute`), and asking the user.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use futures::future::{BoxFuture, try_join_all};
use jiff::Timestamp;
use serde_json::Value;
use windlass::address::Address;
use windlass_plan::fill_value;
use windlass_plan::plan::Plan;
use windlass_state::record::{HistoryLine, Operation, Record, RunFinished, RunStarted, Settlement};
use windlass_state::snapshot::{Snapshot, VERSION};

use super::{Session, SessionError};
use crate::amend::Amendment;
use crate::events::{Event, Summary};
use crate::execute::{Tally, execute};
use crate::interrupt::Urgency;
use crate::rate_limits::Lanes;
use crate::readback::read_back;
use crate::recorder::{Halted, Recorder};
use crate::run::{Run, milliseconds};
use crate::wait::Waits;

/// A plan with everything that is needed to carry it out.
pub struct Prepared<'s, 'a> {
    pub(super) session: &'s Session<'a>,
    pub(super) recorder: Recorder<'s>,
    pub(super) operation: Operation,
    pub(super) plan: Plan,
    /// The plan's hash.
    pub(super) hash: String,
    pub(super) settlements: Vec<Settlement>,
    pub(super) neighbours: Option<Timestamp>,
    pub(super) began: Duration,
    pub(super) calls: u64,
}

/// A run that has ended.
#[derive(Debug)]
pub struct Finished {
    /// The counts of the run.
    pub summary: Summary,
    /// The recorded state at the end of the run.
    pub snapshot: Snapshot,
}

impl fmt::Debug for Prepared<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared")
            .field("plan", &self.plan)
            .finish_non_exhaustive()
    }
}

impl Prepared<'_, '_> {
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The recorded state, including what recovery settled.
    pub fn read<T>(&self, read: impl FnOnce(&Snapshot) -> T) -> T {
        self.recorder.read(read)
    }

    /// Keeps what was settled and changes nothing else, because the user does not want the plan or the plan is empty.
    ///
    /// # Errors
    /// The journal takes no more records.
    pub async fn decline(self) -> Result<Snapshot, SessionError> {
        self.tell_of_recovery().await?;
        self.recorder.checkpoint().await?;
        Ok(self.recorder.into_snapshot())
    }

    /// Carries the plan out.
    ///
    /// A failed step is not an error of this function: it is an event and counts in the summary.
    ///
    /// # Errors
    /// The journal takes no more records. The next run settles everything that was sent.
    pub async fn execute(self) -> Result<Finished, SessionError> {
        let tally = if self.has_work() {
            self.begin().await?;
            let tally = self.steps().await?;
            self.conclude(&tally).await?;
            tally
        } else {
            self.tell_of_recovery().await?;
            Tally::default()
        };
        self.recorder.checkpoint().await?;
        let summary = self.summary(&tally);
        let voice = self.session.voice();
        let snapshot = self.recorder.into_snapshot();
        if !snapshot.outputs.is_empty() {
            voice.say(Event::Outputs {
                outputs: snapshot.outputs.clone(),
            });
        }
        voice.say(Event::RunFinished(summary));
        Ok(Finished { summary, snapshot })
    }

    // If the run does nothing else, what recovery settled becomes an operation of its own.
    async fn tell_of_recovery(&self) -> Result<(), SessionError> {
        if self.recorder.has_recorded() {
            let amendment = Amendment {
                operation: Operation::Recover,
                document: String::new(),
                summary: "what an earlier run left open was settled".to_owned(),
                changes: Vec::new(),
                settlements: Vec::new(),
            };
            self.recorder.amend(&self.session.who, amendment).await?;
        }
        Ok(())
    }

    // A run that would record nothing but itself leaves no trace.
    fn has_work(&self) -> bool {
        let outputs_differ = || {
            self.recorder
                .read(|snapshot| snapshot.outputs != self.plan.outputs)
        };
        !self.plan.steps.is_empty() || !self.settlements.is_empty() || outputs_differ()
    }

    async fn begin(&self) -> Result<(), SessionError> {
        let started = Record::RunStarted(RunStarted {
            run: self.session.run.clone(),
            operation: self.operation,
            at: self.session.clock.now(),
            who: self.session.who.clone(),
            document: self.plan.document.clone(),
            plan: self.hash.clone(),
            summary: self.in_a_line(),
            changes: self.lines(),
            written_by: VERSION.to_owned(),
            why: None,
            decision: None,
        });
        let started: BoxFuture<'_, Result<(), Halted>> =
            Box::pin(async { self.recorder.record(started).await.map(|_| ()) });
        let settled = self
            .settlements
            .iter()
            .map(|settlement| -> BoxFuture<'_, _> {
                Box::pin(self.recorder.settle(settlement.clone()))
            });
        // Together, so that they are one write.
        try_join_all(std::iter::once(started).chain(settled)).await?;
        Ok(())
    }

    async fn steps(&self) -> Result<Tally, Halted> {
        let session = self.session;
        let voice = session.voice();
        let waits = Waits::new(session.provider, session.clock, voice);
        let documented = |kind: &str, action| session.provider.documented(kind, action);
        let lanes = Lanes::of(&self.plan.steps, documented, session.clock);
        let run = Run {
            provider: session.provider,
            clock: session.clock,
            voice,
            recorder: &self.recorder,
            waits: &waits,
            lanes: &lanes,
            began: session.provider.now(),
            neighbours: self.neighbours,
        };
        let (plan, interrupt) = (&self.plan, &session.interrupt);
        let mut tally = execute(run, plan, session.concurrency, interrupt).await;
        if !tally.interrupted && !tally.halted {
            tokio::select! {
                biased;
                () = interrupt.reaches(Urgency::Drain) => {}
                read = read_back(run, plan, session.schema, &mut tally) => read?,
            }
        }
        Ok(tally)
    }

    async fn conclude(&self, tally: &Tally) -> Result<(), SessionError> {
        let (outputs, changed) = self.recorder.read(|snapshot| {
            let outputs = outputs(&self.plan, snapshot);
            let changed = outputs != snapshot.outputs;
            (outputs, changed)
        });
        let finished = Record::RunFinished(RunFinished {
            run: self.session.run.clone(),
            at: self.session.clock.now(),
            result: tally.result(),
            failures: tally.failures.clone(),
            verdicts: Vec::new(),
        });
        let durations = tally.durations();
        let timed = (!durations.is_empty()).then_some(Settlement::Timed { durations });
        let told = changed.then_some(Settlement::Outputs { outputs });
        let settled = told.into_iter().chain(timed);
        let settled = try_join_all(settled.map(|settlement| self.recorder.settle(settlement)));
        let (settled, finished) = futures::join!(settled, self.recorder.record(finished));
        settled?;
        finished?;
        Ok(())
    }

    fn summary(&self, tally: &Tally) -> Summary {
        let session = self.session;
        Summary {
            result: tally.result(),
            created: tally.created,
            updated: tally.updated,
            deleted: tally.deleted,
            unchanged: self.plan.unchanged,
            done: tally.done,
            failed: tally.failed,
            skipped: tally.skipped,
            rolled_back: tally.rolled_back,
            calls: session.provider.calls() - self.calls,
            milliseconds: milliseconds(session.clock.elapsed().saturating_sub(self.began)),
        }
    }

    fn in_a_line(&self) -> String {
        format!(
            "{} changed, {} unchanged",
            self.plan.changes.len(),
            self.plan.unchanged
        )
    }

    fn lines(&self) -> Vec<HistoryLine> {
        let changes = self.plan.changes.iter();
        let lines = changes.map(|change| HistoryLine {
            address: change.address.clone(),
            what: change.verdict.word().to_owned(),
        });
        lines.collect()
    }
}

// An output whose step did not succeed keeps its old value.
fn outputs(plan: &Plan, snapshot: &Snapshot) -> BTreeMap<String, Value> {
    let known = |address: &Address, output: &str| snapshot.output(address, output).cloned();
    let filled = plan.outputs.iter().filter_map(|(name, value)| {
        let mut value = value.clone();
        if fill_value(&mut value, &known).is_err() {
            value = snapshot.outputs.get(name)?.clone();
        }
        Some((name.clone(), value))
    });
    filled.collect()
}
