//! What was run on a state. Not here: where it is kept.

use serde::{Deserialize, Serialize};
use windlass_state::record::{Record, RunFinished, RunStarted};

/// One operation that was run on a state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoryEntry {
    /// Counts from 1.
    pub number: i64,
    /// What was begun, by whom and when.
    pub started: RunStarted,
    /// How it ended; absent for a run that was killed or still goes on.
    pub finished: Option<RunFinished>,
}

/// Takes a record into a history, oldest first.
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
