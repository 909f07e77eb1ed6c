//! The history of a state: the operations that were run on it. Not here: where it is kept.

use serde::{Deserialize, Serialize};
use windlass_state::record::{Record, RunFinished, RunStarted};

/// One operation that was run on a state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoryEntry {
    /// The number of the operation, from 1.
    pub number: i64,
    /// The start of the operation: what, by whom and when.
    pub started: RunStarted,
    /// How the operation ended; absent for a run that was killed or still runs.
    pub finished: Option<RunFinished>,
}

/// Applies a record to a history, oldest first.
pub fn take_in(history: &mut Vec<HistoryEntry>, record: &Record) {
    match record {
        Record::RunStarted(started) => history.push(HistoryEntry {
            number: history.last().map_or(0, |last| last.number) + 1,
            started: started.clone(),
            finished: None,
        }),
        Record::RunFinished(finished) => {
            let mut newest_first = history.iter_mut().rev();
            if let Some(entry) = newest_first.find(|entry| entry.started.run == finished.run) {
                entry.finished = Some(finished.clone());
            }
        }
        _ => {}
    }
}
