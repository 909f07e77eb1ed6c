//! A journal whose writer can be killed before and after each write. Not here: damage to what was written.

use async_trait::async_trait;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use windlass_engine::memory::MemoryJournal;
use windlass_state::journal::{Journal, JournalError};
use windlass_state::record::Record;
use windlass_state::snapshot::Snapshot;

use super::life::Life;

/// A journal in memory that outlives its writer.
#[derive(Debug)]
pub struct MortalJournal {
    kept: MemoryJournal,
    life: Arc<Life>,
    writes: AtomicU64,
    full_after: AtomicU64,
}

impl MortalJournal {
    /// An empty journal.
    pub fn new(snapshot: Snapshot, life: Arc<Life>) -> Self {
        Self {
            kept: MemoryJournal::new(snapshot),
            life,
            writes: AtomicU64::new(0),
            full_after: AtomicU64::new(u64::MAX),
        }
    }

    /// Another journal with the same records, checkpointed, written by another life.
    #[must_use]
    pub fn fork(&self, life: Arc<Life>) -> Self {
        Self::new(self.load(), life)
    }

    /// What a new process loads. Every state that is ever loaded must hold together.
    pub fn load(&self) -> Snapshot {
        let snapshot = self.kept.load().expect("every record fits");
        if let Err(violations) = snapshot.verify() {
            panic!("the state does not hold together: {violations:?}");
        }
        snapshot
    }

    /// The records since the last checkpoint.
    pub fn tail(&self) -> Vec<Record> {
        self.kept.tail()
    }

    /// How many writes there were.
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::SeqCst)
    }

    /// Fails every write after so many more.
    pub fn fill_up_after(&self, writes: u64) {
        self.full_after
            .store(self.writes() + writes, Ordering::SeqCst);
    }

    /// Takes writes again.
    pub fn make_room(&self) {
        self.full_after.store(u64::MAX, Ordering::SeqCst);
    }

    fn count(&self) -> Result<(), JournalError> {
        let write = self.writes.fetch_add(1, Ordering::SeqCst);
        if write >= self.full_after.load(Ordering::SeqCst) {
            return Err(JournalError::Store("the disk is full".into()));
        }
        Ok(())
    }
}

#[async_trait]
impl Journal for MortalJournal {
    async fn append(&self, records: Vec<Record>) -> Result<(), JournalError> {
        self.life.moment().await;
        self.count()?;
        self.kept.append(records).await?;
        self.life.moment().await;
        Ok(())
    }

    async fn checkpoint(&self, snapshot: &Snapshot) -> Result<(), JournalError> {
        self.life.moment().await;
        self.count()?;
        // A snapshot is the fold of its journal: what the engine hands over is what a new process would have loaded.
        assert_eq!(*snapshot, self.kept.load().expect("every record fits"));
        self.kept.checkpoint(snapshot).await?;
        self.life.moment().await;
        Ok(())
    }

    fn held(&self) -> Result<(), JournalError> {
        Ok(())
    }
}
