//! A journal in memory: for `preview`, which must not change the state for good, and for tests.
//!
//! Not here: anything that survives the process.

use std::sync::Mutex;

use async_trait::async_trait;
use windlass_state::apply::ApplyError;
use windlass_state::journal::{Journal, JournalError};
use windlass_state::record::Record;
use windlass_state::snapshot::Snapshot;

/// A journal in memory.
#[derive(Debug)]
pub struct MemoryJournal(Mutex<Kept>);

#[derive(Debug)]
struct Kept {
    snapshot: Snapshot,
    tail: Vec<Record>,
}

impl MemoryJournal {
    /// A journal that continues from a snapshot.
    #[must_use]
    pub fn new(snapshot: Snapshot) -> Self {
        Self(Mutex::new(Kept {
            snapshot,
            tail: Vec::new(),
        }))
    }

    /// The snapshot that a new process would load: the last checkpoint, with all records since.
    ///
    /// # Errors
    /// A record does not fit.
    pub fn load(&self) -> Result<Snapshot, ApplyError> {
        let kept = self.lock();
        let mut snapshot = kept.snapshot.clone();
        for record in &kept.tail {
            snapshot.apply(record)?;
        }
        Ok(snapshot)
    }

    /// The records since the last checkpoint.
    #[must_use]
    pub fn tail(&self) -> Vec<Record> {
        self.lock().tail.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().expect("no thread panics while it holds this")
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn append(&self, records: Vec<Record>) -> Result<(), JournalError> {
        self.lock().tail.extend(records);
        Ok(())
    }

    async fn checkpoint(&self, snapshot: &Snapshot) -> Result<(), JournalError> {
        *self.lock() = Kept {
            snapshot: snapshot.clone(),
            tail: Vec::new(),
        };
        Ok(())
    }

    fn held(&self) -> Result<(), JournalError> {
        Ok(())
    }
}
