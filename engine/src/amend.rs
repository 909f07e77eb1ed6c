//! Changing what is believed without any call that changes AWS, as one operation of the history.
//!
//! Guarantee: all of it is recorded, or nothing; and what is believed afterwards holds together. Not here: what is to change.

use futures::future::{BoxFuture, try_join_all};
use windlass_state::apply::ApplyError;
use windlass_state::identity::RunId;
use windlass_state::journal::Journal;
use windlass_state::record::{
    HistoryLine, Operation, Record, RunFinished, RunResult, RunStarted, Settled, Settlement,
};
use windlass_state::snapshot::{Snapshot, VERSION};
use windlass_state::verify::Violation;

use crate::clock::Clock;
use crate::recorder::{Halted, Recorder};

/// A change of what is believed.
#[derive(Debug, Clone)]
pub struct Amendment {
    /// What it is.
    pub operation: Operation,
    /// Hash of the document's content, where there was one.
    pub document: String,
    /// One line that says what it does.
    pub summary: String,
    /// What it does to each address.
    pub changes: Vec<HistoryLine>,
    /// What is to be recorded, in this order.
    pub settlements: Vec<Settlement>,
}

/// Why nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub enum AmendError {
    /// A settlement does not fit what is believed.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// The result would not hold together.
    #[error("the state would not hold together afterwards: {}", told(.0))]
    Violated(Vec<Violation>),
    /// Nothing more can be recorded.
    #[error(transparent)]
    Halted(#[from] Halted),
}

fn told(violations: &[Violation]) -> String {
    let told: Vec<_> = violations.iter().map(ToString::to_string).collect();
    told.join("; ")
}

/// Amends a state that was just taken for writing, and gives what is believed then.
///
/// # Errors
/// See [`AmendError`].
pub async fn amend(
    journal: &dyn Journal,
    clock: &dyn Clock,
    run: &RunId,
    who: &str,
    snapshot: Snapshot,
    amendment: Amendment,
) -> Result<Snapshot, AmendError> {
    let recorder = Recorder::new(journal, clock, run, snapshot);
    recorder.amend(who, amendment).await?;
    recorder.checkpoint().await?;
    Ok(recorder.into_snapshot())
}

impl Recorder<'_> {
    /// Records an amendment as an operation of its own.
    pub(crate) async fn amend(&self, who: &str, amendment: Amendment) -> Result<(), AmendError> {
        let Amendment {
            operation,
            document,
            summary,
            changes,
            settlements,
        } = amendment;
        let (run, at) = (self.run().clone(), self.now());
        let started = Record::RunStarted(RunStarted {
            run: run.clone(),
            operation,
            at,
            who: who.to_owned(),
            document,
            plan: String::new(),
            summary,
            changes,
            written_by: VERSION.to_owned(),
            why: None,
            decision: None,
        });
        let settled = settlements.into_iter().map(|settlement| {
            let run = run.clone();
            Record::Settled(Box::new(Settled {
                run,
                settlement,
                at,
            }))
        });
        let finished = Record::RunFinished(RunFinished {
            run: run.clone(),
            at,
            result: RunResult::Done,
            failures: Vec::new(),
            verdicts: Vec::new(),
        });
        let records: Vec<_> = std::iter::once(started)
            .chain(settled)
            .chain([finished])
            .collect();
        let mut after = self.read(Snapshot::clone);
        records.iter().try_for_each(|record| after.apply(record))?;
        after.verify().map_err(AmendError::Violated)?;
        let records = records
            .into_iter()
            .map(|record| -> BoxFuture<'_, Result<Record, Halted>> {
                Box::pin(self.record(record))
            });
        // Together, so that they are one write: a kill leaves all of it or nothing.
        try_join_all(records).await?;
        Ok(())
    }
}
