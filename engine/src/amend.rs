//! Amendments: change the recorded state without any call that changes AWS, as one operation of the history.
//!
//! Guarantee: either all of an amendment is recorded or nothing, and the state is consistent afterwards. Not here: what is to change.

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

/// A change of the recorded state that AWS does not see.
#[derive(Debug, Clone)]
pub struct Amendment {
    /// The command that makes the change.
    pub operation: Operation,
    /// Hash of the document's content; empty if there is no document.
    pub document: String,
    /// One line that says what the amendment does.
    pub summary: String,
    /// What the amendment does to each address.
    pub changes: Vec<HistoryLine>,
    /// The settlements to record, in this order.
    pub settlements: Vec<Settlement>,
}

/// Why nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub enum AmendError {
    /// A settlement does not fit the recorded state.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// The result would violate an invariant of snapshots.
    #[error("the state would not hold together afterwards: {}", told(.0))]
    Violated(Vec<Violation>),
    /// The journal takes no more records.
    #[error(transparent)]
    Halted(#[from] Halted),
}

fn told(violations: &[Violation]) -> String {
    let told: Vec<_> = violations.iter().map(ToString::to_string).collect();
    told.join("; ")
}

/// Amends a state that was just taken for writing, and returns the recorded state afterwards.
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
        // One write for all records: a kill leaves all of them or none.
        try_join_all(records).await?;
        Ok(())
    }
}
