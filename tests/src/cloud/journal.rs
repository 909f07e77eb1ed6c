//! A journal that one process holds at a time (a lease), and whose writer can be killed before and after each write.
//!
//! Not here: damage to what was written.

use async_trait::async_trait;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use windlass_engine::clock::Clock;
use windlass_engine::memory::MemoryJournal;
use windlass_state::journal::{Journal, JournalError};
use windlass_state::record::Record;
use windlass_state::snapshot::Snapshot;

use super::clock::SimClock;
use super::life::Life;

/// The lease: after this long without a sign of life, another process takes over from the holder, as in the stores.
pub const TERM: Duration = Duration::from_secs(30);

/// A journal in memory that outlives its writers, as one process reaches it.
#[derive(Debug)]
pub struct MortalJournal {
    kept: Arc<Kept>,
    life: Arc<Life>,
    competes: AtomicBool,
}

#[derive(Debug)]
struct Kept {
    records: MemoryJournal,
    writes: AtomicU64,
    full_after: AtomicU64,
    holder: Mutex<Option<Arc<Life>>>,
}

impl MortalJournal {
    /// An empty journal.
    pub fn new(snapshot: Snapshot, life: Arc<Life>) -> Self {
        let kept = Kept {
            records: MemoryJournal::new(snapshot),
            writes: AtomicU64::new(0),
            full_after: AtomicU64::new(u64::MAX),
            holder: Mutex::default(),
        };
        Self {
            kept: Arc::new(kept),
            life,
            competes: AtomicBool::new(false),
        }
    }

    /// Another journal with the same records, checkpointed. Another life writes it.
    #[must_use]
    pub fn fork(&self, life: Arc<Life>) -> Self {
        Self::new(self.load(), life)
    }

    /// The same journal, as another process reaches it.
    #[must_use]
    pub fn reached_by(&self, life: Arc<Life>) -> Self {
        Self {
            kept: Arc::clone(&self.kept),
            life,
            competes: AtomicBool::new(false),
        }
    }

    /// Waits until no other process holds the journal, and then holds it. A holder without a sign of life for a whole [`TERM`] loses the journal to
    /// this process.
    pub async fn hold(&self, clock: &SimClock) {
        self.competes.store(true, Ordering::SeqCst);
        loop {
            {
                let mut holder = self.kept.holder.lock().expect("no thread panics");
                let silent = |other: &Arc<Life>| other.silent_for(clock.elapsed()) >= TERM;
                if holder
                    .as_ref()
                    .is_none_or(|other| self.is(other) || silent(other))
                {
                    *holder = Some(Arc::clone(&self.life));
                    return;
                }
            }
            clock.sleep(Duration::from_secs(1)).await;
        }
    }

    /// Lets other processes hold the journal.
    pub fn release(&self) {
        let mut holder = self.kept.holder.lock().expect("no thread panics");
        if holder.as_ref().is_some_and(|other| self.is(other)) {
            *holder = None;
        }
    }

    fn is(&self, other: &Arc<Life>) -> bool {
        Arc::ptr_eq(other, &self.life)
    }

    // A process that lost the journal stays locked out (fencing), even when the new holder has finished. A process that never called `hold` does not
    // compete, as in most tests.
    fn mine(&self) -> Result<(), JournalError> {
        let holder = self.kept.holder.lock().expect("no thread panics");
        match &*holder {
            _ if !self.competes.load(Ordering::SeqCst) => Ok(()),
            other if !other.as_ref().is_some_and(|other| self.is(other)) => {
                Err(JournalError::TakenOver {
                    holder: "test@there".to_owned(),
                })
            }
            _ => Ok(()),
        }
    }

    /// What a new process loads. Every state that any process loads must be consistent.
    pub fn load(&self) -> Snapshot {
        let snapshot = self.kept.records.load().expect("every record fits");
        if let Err(violations) = snapshot.verify() {
            panic!("the state does not hold together: {violations:?}");
        }
        snapshot
    }

    /// The records since the last checkpoint.
    pub fn tail(&self) -> Vec<Record> {
        self.kept.records.tail()
    }

    /// How many writes there have been.
    pub fn writes(&self) -> u64 {
        self.kept.writes.load(Ordering::SeqCst)
    }

    /// Fails every write after this many more.
    pub fn fill_up_after(&self, writes: u64) {
        let last = self.writes() + writes;
        self.kept.full_after.store(last, Ordering::SeqCst);
    }

    /// Accepts writes again.
    pub fn make_room(&self) {
        self.kept.full_after.store(u64::MAX, Ordering::SeqCst);
    }

    fn count(&self) -> Result<(), JournalError> {
        self.mine()?;
        let write = self.kept.writes.fetch_add(1, Ordering::SeqCst);
        if write >= self.kept.full_after.load(Ordering::SeqCst) {
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
        self.kept.records.append(records).await?;
        self.life.moment().await;
        Ok(())
    }

    async fn checkpoint(&self, snapshot: &Snapshot) -> Result<(), JournalError> {
        self.life.moment().await;
        self.count()?;
        // A snapshot is the fold of its journal: the engine hands over exactly what a new process would load.
        let loaded = self.kept.records.load().expect("every record fits");
        assert_eq!(*snapshot, loaded);
        self.kept.records.checkpoint(snapshot).await?;
        self.life.moment().await;
        Ok(())
    }

    // A lease that has expired is not believed, no matter which process holds the state now.
    fn held(&self) -> Result<(), JournalError> {
        self.mine()?;
        if self.life.longest_stop() >= TERM {
            let deadline = jiff::Timestamp::UNIX_EPOCH;
            return Err(JournalError::LeaseExpired { deadline });
        }
        Ok(())
    }
}
