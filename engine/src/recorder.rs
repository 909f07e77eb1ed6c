//! The engine's one way to the journal: the recorder numbers the records, writes them in groups, and applies them to the snapshot.
//!
//! Not here: what is recorded when. Architecture invariant: only the recorder appends records, and only the recorder changes the snapshot.

use std::sync::{Arc, Mutex, MutexGuard};

use jiff::Timestamp;
use tokio::sync::oneshot;
use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass::document::{Options, Place};
use windlass_state::apply::ApplyError;
use windlass_state::identity::{IntentId, Owner, RunId};
use windlass_state::journal::{Journal, JournalError};
use windlass_state::record::{Action, Intent, Outcome, OutcomeResult, Record, Settled, Settlement};
use windlass_state::snapshot::Snapshot;

use crate::clock::Clock;
use crate::provider::Target;

/// The journal takes no more records, so the engine must send no more calls.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Halted {
    /// The journal does not accept records any more.
    #[error("nothing more can be recorded")]
    Journal(#[source] Arc<JournalError>),
    /// A record does not fit the snapshot: a defect of the engine.
    #[error("a record does not fit the state")]
    Unfit(#[source] Arc<ApplyError>),
}

/// Writes the journal of one run and keeps the snapshot that follows from it.
///
/// Guarantees: When a method has returned, its record is durable and part of the snapshot. Records that wait at the same moment are written together.
pub(crate) struct Recorder<'a> {
    journal: &'a dyn Journal,
    clock: &'a dyn Clock,
    run: &'a RunId,
    state: Mutex<State>,
    writer: tokio::sync::Mutex<()>,
}

struct State {
    snapshot: Snapshot,
    queue: Vec<Waiting>,
    /// Set if the recorder takes no more records.
    halted: Option<Halted>,
    /// Set if the engine may send no more calls.
    stopped: Option<Halted>,
    appended: bool,
}

struct Waiting {
    record: Record,
    reply: oneshot::Sender<Result<Record, Halted>>,
}

/// A mutating call that the engine is about to send.
#[derive(Debug, Clone)]
pub(crate) struct Draft<'a> {
    pub address: &'a Address,
    pub generation: u32,
    pub kind: &'a str,
    pub action: Action,
    pub place: &'a Place,
    pub physical_id: Option<&'a str>,
    pub template: &'a CanonicalJson,
    pub spec: &'a CanonicalJson,
    pub depends_on: &'a [Address],
    pub options: &'a Options,
    /// The time by AWS's own clock.
    pub aws_time: Option<Timestamp>,
}

impl<'a> Recorder<'a> {
    pub fn new(
        journal: &'a dyn Journal,
        clock: &'a dyn Clock,
        run: &'a RunId,
        snapshot: Snapshot,
    ) -> Self {
        Self {
            journal,
            clock,
            run,
            state: Mutex::new(State {
                snapshot,
                queue: Vec::new(),
                halted: None,
                stopped: None,
                appended: false,
            }),
            writer: tokio::sync::Mutex::new(()),
        }
    }

    pub fn run(&self) -> &RunId {
        self.run
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The owner of the resources.
    pub fn owner(&self) -> Owner {
        self.read(Snapshot::owner)
    }

    /// Whether this run has appended anything to the journal.
    pub fn has_recorded(&self) -> bool {
        self.lock().appended
    }

    /// Records the intent of a mutating call, and returns it with its sequence and id. If the call may not be sent, no intent is recorded.
    pub async fn intend(&self, draft: Draft<'_>) -> Result<Intent, Halted> {
        self.held()?;
        let intent = Intent {
            sequence: 0,
            run: self.run.clone(),
            id: IntentId(String::new()),
            address: draft.address.clone(),
            generation: draft.generation,
            kind: draft.kind.to_owned(),
            action: draft.action,
            attempt: 0,
            place: draft.place.clone(),
            physical_id: draft.physical_id.map(str::to_owned),
            template: draft.template.clone(),
            spec: draft.spec.clone(),
            depends_on: draft.depends_on.to_vec(),
            options: draft.options.clone(),
            at: self.clock.now(),
            aws_time: draft.aws_time,
            request: None,
        };
        match self.record(Record::Intent(Box::new(intent))).await? {
            Record::Intent(intent) => Ok(*intent),
            _ => unreachable!("a record keeps its variant"),
        }
    }

    /// Records the outcome of an intent.
    pub async fn outcome(&self, intent: u64, result: OutcomeResult) -> Result<(), Halted> {
        let outcome = Outcome {
            intent,
            result,
            at: self.clock.now(),
        };
        self.record(Record::Outcome(Box::new(outcome))).await?;
        Ok(())
    }

    /// Records a change of the recorded state that no mutating call makes.
    pub async fn settle(&self, settlement: Settlement) -> Result<(), Halted> {
        let settled = Settled {
            run: self.run.clone(),
            settlement,
            at: self.clock.now(),
        };
        self.record(Record::Settled(Box::new(settled))).await?;
        Ok(())
    }

    /// Makes a record durable, together with all other records that wait at this moment.
    pub async fn record(&self, record: Record) -> Result<Record, Halted> {
        let (reply, mut answer) = oneshot::channel();
        self.lock().queue.push(Waiting { record, reply });
        // Steps that became ready in the same wave run first, so that one write holds all their records.
        tokio::task::yield_now().await;
        let _writing = self.writer.lock().await;
        if let Ok(answer) = answer.try_recv() {
            return answer;
        }
        self.write().await;
        answer
            .try_recv()
            .expect("the writer answers everything that was queued before it began")
    }

    async fn write(&self) {
        let (replies, result) = {
            let mut state = self.lock();
            let waiting = std::mem::take(&mut state.queue);
            match state.take_in(waiting) {
                Ok(taken) => taken,
                Err(()) => return,
            }
        };
        let written = self.journal.append(result.clone()).await;
        let halted = written.err().map(|error| Halted::Journal(Arc::new(error)));
        let mut state = self.lock();
        state.halted.clone_from(&halted);
        state.appended = true;
        drop(state);
        for (reply, record) in replies.into_iter().zip(result) {
            // If the receiver is gone, an interrupt has left the step behind.
            let _ = reply.send(halted.clone().map_or(Ok(record), Err));
        }
    }

    /// Whether a mutating call may be sent. After the first refusal, all later calls are refused too. The outcomes of calls that are already under way
    /// are still recorded, if the journal takes them.
    pub fn held(&self) -> Result<(), Halted> {
        let mut state = self.lock();
        let stopped = state.halted.clone().or_else(|| state.stopped.clone());
        if let Some(stopped) = stopped {
            return Err(stopped);
        }
        self.journal.held().map_err(|error| {
            let stopped = Halted::Journal(Arc::new(error));
            state.stopped = Some(stopped.clone());
            stopped
        })
    }

    /// Reads the snapshot.
    pub fn read<T>(&self, read: impl FnOnce(&Snapshot) -> T) -> T {
        read(&self.lock().snapshot)
    }

    /// A generation in the form that providers take.
    pub fn target(&self, address: &Address, generation: u32) -> Option<Target> {
        self.read(|snapshot| {
            let recorded = snapshot.generation(address, generation)?;
            Some(target(address, recorded))
        })
    }

    /// Makes the snapshot durable, if this run has appended anything to the journal.
    pub async fn checkpoint(&self) -> Result<(), Halted> {
        let _writing = self.writer.lock().await;
        let snapshot = {
            let state = self.lock();
            if let Some(halted) = &state.halted {
                return Err(halted.clone());
            }
            if !state.appended {
                return Ok(());
            }
            state.snapshot.clone()
        };
        let kept = self.journal.checkpoint(&snapshot).await;
        kept.map_err(|error| Halted::Journal(Arc::new(error)))
    }

    /// The snapshot at the end of the run.
    pub fn into_snapshot(self) -> Snapshot {
        self.state
            .into_inner()
            .expect("no thread panics while it holds this")
            .snapshot
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .expect("no thread panics while it holds this")
    }
}

type Replies = Vec<oneshot::Sender<Result<Record, Halted>>>;

impl State {
    // Applied before the write, because a record that does not fit must never reach the journal. If the write fails, the run halts, and this snapshot
    // is not used any more.
    fn take_in(&mut self, waiting: Vec<Waiting>) -> Result<(Replies, Vec<Record>), ()> {
        let mut replies = Vec::with_capacity(waiting.len());
        let mut records = Vec::with_capacity(waiting.len());
        for Waiting { mut record, reply } in waiting {
            if let Record::Intent(intent) = &mut record {
                self.number(intent);
            }
            let fit = match &self.halted {
                Some(halted) => Err(halted.clone()),
                None => self
                    .snapshot
                    .apply(&record)
                    .map_err(|error| Halted::Unfit(Arc::new(error))),
            };
            match fit {
                Ok(()) => {
                    replies.push(reply);
                    records.push(record);
                }
                Err(halted) => {
                    self.halted = Some(halted.clone());
                    // If the receiver is gone, an interrupt has left the step behind.
                    let _ = reply.send(Err(halted));
                }
            }
        }
        if records.is_empty() {
            return Err(());
        }
        Ok((replies, records))
    }

    // The sequence distinguishes attempts: two intents of one lineage never share it, so they never share a client token.
    fn number(&self, intent: &mut Intent) {
        intent.sequence = self.snapshot.sequence;
        intent.attempt = u32::try_from(intent.sequence).unwrap_or(u32::MAX);
        intent.id = IntentId::of(
            &self.snapshot.lineage,
            &intent.address,
            intent.generation,
            intent.action,
            intent.attempt,
        );
    }
}

/// A generation in the form that providers take.
pub(crate) fn target(address: &Address, recorded: &windlass_state::snapshot::Recorded) -> Target {
    Target {
        address: address.clone(),
        generation: recorded.generation,
        kind: recorded.kind.clone(),
        place: recorded.place.clone(),
        physical_id: recorded.physical_id.clone(),
        applied: recorded.applied.clone(),
        outputs: recorded.outputs.clone(),
        imported: recorded.imported,
        since: recorded.since,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use async_trait::async_trait;
    use windlass_state::identity::Lineage;
    use windlass_state::snapshot::SecretKey;

    use super::*;
    use crate::clock::SystemClock;

    #[derive(Default)]
    struct Counting {
        writes: AtomicUsize,
        records: AtomicUsize,
        broken: bool,
        lost: AtomicBool,
    }

    #[async_trait]
    impl Journal for Counting {
        async fn append(&self, records: Vec<Record>) -> Result<(), JournalError> {
            self.writes.fetch_add(1, Ordering::SeqCst);
            self.records.fetch_add(records.len(), Ordering::SeqCst);
            if self.broken {
                return Err(JournalError::Store("disk full".into()));
            }
            tokio::task::yield_now().await;
            Ok(())
        }
        async fn checkpoint(&self, _: &Snapshot) -> Result<(), JournalError> {
            Ok(())
        }
        fn held(&self) -> Result<(), JournalError> {
            match self.lost.load(Ordering::SeqCst) {
                true => Err(JournalError::Store("gone".into())),
                false => Ok(()),
            }
        }
    }

    fn snapshot() -> Snapshot {
        let (lineage, key) = (Lineage("0".repeat(32)), SecretKey("0".repeat(64)));
        Snapshot::empty(lineage, key, "shop", "dev")
    }

    fn zones(region: usize) -> Settlement {
        Settlement::Zones {
            region: region.to_string(),
            zones: Vec::new(),
        }
    }

    #[tokio::test]
    async fn a_wave_is_one_write() {
        let (journal, clock) = (Counting::default(), SystemClock::start());
        let run = RunId("r".to_owned());
        let recorder = Recorder::new(&journal, &clock, &run, snapshot());
        let wave = (0..30).map(|i| recorder.settle(zones(i)));
        for result in futures::future::join_all(wave).await {
            result.expect("recorded");
        }
        assert_eq!(journal.records.load(Ordering::SeqCst), 30);
        assert_eq!(journal.writes.load(Ordering::SeqCst), 1);
        assert_eq!(recorder.read(|snapshot| snapshot.sequence), 30);
    }

    #[tokio::test]
    async fn a_journal_that_fails_once_is_never_asked_again() {
        let journal = Counting {
            broken: true,
            ..Counting::default()
        };
        let (clock, run) = (SystemClock::start(), RunId("r".to_owned()));
        let recorder = Recorder::new(&journal, &clock, &run, snapshot());
        assert!(recorder.settle(zones(1)).await.is_err());
        assert!(recorder.held().is_err());
        assert!(recorder.settle(zones(2)).await.is_err());
        assert_eq!(journal.writes.load(Ordering::SeqCst), 1);
        assert!(recorder.checkpoint().await.is_err());
    }

    #[tokio::test]
    async fn what_came_of_calls_is_recorded_when_none_may_be_sent_any_more() {
        let journal = Counting::default();
        let (clock, run) = (SystemClock::start(), RunId("r".to_owned()));
        let recorder = Recorder::new(&journal, &clock, &run, snapshot());
        recorder.held().expect("it is ours");
        journal.lost.store(true, Ordering::SeqCst);
        assert!(recorder.held().is_err());
        recorder.settle(zones(1)).await.expect("recorded");
        journal.lost.store(false, Ordering::SeqCst);
        assert!(recorder.held().is_err(), "a state that was lost stays lost");
        assert_eq!(journal.records.load(Ordering::SeqCst), 1);
    }
}
