//! A state under a write lease: one thread writes, groups records that wait at the same moment, and renews the lease meanwhile.
//!
//! Not here: how a keeper writes and takes its lease, which its [`Writer`] and [`Lease`] do.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use async_trait::async_trait;
use futures::channel::oneshot;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use windlass::address::Address;
use windlass_state::journal::{Journal, JournalError};
use windlass_state::record::Record;
use windlass_state::snapshot::Snapshot;

use crate::chain::Head;
use crate::emergency::Emergency;
use crate::error::StoreError;
use crate::history::HistoryEntry;
use crate::holder::{Deadline, Moment};
use crate::stray::Stray;

/// The part of a keeper that writes. Every method is durable when it returns `Ok`.
#[async_trait]
pub(crate) trait Writer: Send {
    /// Adds records to the journal, all or none.
    async fn append(&mut self, records: &[Record]) -> Result<(), StoreError>;
    /// Keeps a snapshot that contains everything that was appended.
    async fn checkpoint(&mut self, snapshot: &Snapshot) -> Result<(), StoreError>;
    /// Replaces everything that is kept by another recorded state. The history of operations stays, or is replaced by this one.
    async fn replace(
        &mut self,
        snapshot: &Snapshot,
        history: Option<&[HistoryEntry]>,
    ) -> Result<(), StoreError>;
    /// Marks that the state continues at another place, or (`None`) here again.
    async fn mark_moved(&mut self, to: Option<&str>) -> Result<(), StoreError>;
    /// The position of the journal.
    fn head(&self) -> Head;
}

/// The part of a keeper that has the lease.
#[async_trait]
pub(crate) trait Lease: Send {
    /// Renews the lease; `Ok(Some(holder))` names the new holder if it is lost.
    async fn renew(&mut self) -> Result<Option<String>, StoreError>;
    /// Gives the lease back, if it is ours.
    async fn release(&mut self) -> Result<(), StoreError>;
}

/// The parts of a keeper that is held.
pub(crate) struct Hands {
    pub writer: Box<dyn Writer>,
    pub lease: Box<dyn Lease>,
    pub deadline: Arc<Deadline>,
    pub term: Duration,
    /// A file to release after the lease, such as a lock.
    pub last: Option<std::fs::File>,
}

/// A state that this process holds. Dropping it, or [`HeldStore::release`], gives the lease back.
#[derive(Debug)]
pub struct HeldStore {
    deadline: Arc<Deadline>,
    jobs: Mutex<Option<UnboundedSender<Job>>>,
    thread: Option<JoinHandle<()>>,
    emergency: Option<Arc<Emergency>>,
    superseded: Option<Superseded>,
    // The last field, so that the lease is given back before the lock is.
    _last: Option<std::fs::File>,
}

/// The records of an earlier run of this host that had lost the state to another run.
#[derive(Debug, Clone, PartialEq)]
pub struct Superseded {
    /// The file that keeps those records from now on.
    pub file: PathBuf,
    /// The resources that the run made and the state did not know, with the address under which they are recorded now; `None` if that was not possible.
    pub strays: Vec<(Stray, Option<Address>)>,
}

type Answer<T = ()> = oneshot::Sender<Result<T, StoreError>>;

enum Job {
    /// Appends records. The answer is the position of the journal afterwards.
    Append(Vec<Record>, Answer<Head>),
    Checkpoint(Box<Snapshot>, Answer),
    Replace(Box<Snapshot>, Option<Vec<HistoryEntry>>, Answer),
    MarkMoved(Option<String>, Answer),
    Head(oneshot::Sender<Head>),
}

impl HeldStore {
    pub(crate) fn start(hands: Hands) -> Self {
        let Hands {
            writer,
            lease,
            deadline,
            term,
            last,
        } = hands;
        let (jobs, inbox) = unbounded_channel();
        let of_thread = Arc::clone(&deadline);
        let thread = std::thread::Builder::new()
            .name("windlass-store".to_owned())
            .spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .expect("the system has a runtime for the state's writer");
                runtime.block_on(work(writer, lease, &of_thread, term, inbox));
            })
            .expect("the system has a thread for the state's writer");
        Self {
            deadline,
            jobs: Mutex::new(Some(jobs)),
            thread: Some(thread),
            emergency: None,
            superseded: None,
            _last: last,
        }
    }

    /// Keeps records in a file of this host if the store takes no more.
    #[must_use]
    pub fn with_emergency(mut self, emergency: Emergency) -> Self {
        self.emergency = Some(Arc::new(emergency));
        self
    }

    /// Adds the records of an earlier run of this host that the state does not have.
    pub(crate) fn with_superseded(mut self, superseded: Option<Superseded>) -> Self {
        self.superseded = superseded;
        self
    }

    /// The records of an earlier run of this host that had lost the state to another run. Only the first run that holds the state from here gets them.
    #[must_use]
    pub fn superseded(&self) -> Option<&Superseded> {
        self.superseded.as_ref()
    }

    /// The file of this host with records that the store did not take, if there are any.
    #[must_use]
    pub fn kept_here(&self) -> Option<&Path> {
        self.emergency.as_deref()?.kept()
    }

    /// Returns a function that says at any time, without I/O, how long the state is still held and takes records. A provider calls it before each call
    /// that changes AWS. Zero if the state is not held any more.
    pub fn guard(&self) -> impl Fn() -> Duration + Send + Sync + use<> {
        let (deadline, emergency) = (Arc::clone(&self.deadline), self.emergency.clone());
        move || {
            let failed = emergency.as_deref().and_then(Emergency::failure);
            match failed {
                None => deadline.left(),
                Some(_) => Duration::ZERO,
            }
        }
    }

    /// Replaces everything that is kept by another recorded state; the history of operations stays.
    ///
    /// # Errors
    /// The state is not held any more, or cannot be written; or the snapshot has this state's lineage and a sequence that was used.
    pub async fn replace(&self, snapshot: &Snapshot) -> Result<(), StoreError> {
        self.put(snapshot, None).await
    }

    pub(crate) async fn put(
        &self,
        snapshot: &Snapshot,
        history: Option<Vec<HistoryEntry>>,
    ) -> Result<(), StoreError> {
        let head = self.head().await?;
        if head.lineage == snapshot.lineage && head.sequence > snapshot.sequence {
            return Err(StoreError::Behind {
                sequence: snapshot.sequence,
                used: head.sequence,
            });
        }
        let snapshot = Box::new(snapshot.clone());
        self.ask(|answer| Job::Replace(snapshot, history, answer))
            .await
    }

    /// Writes everything that is kept again, in the format of this version.
    pub(crate) async fn rewrite(&self, snapshot: &Snapshot) -> Result<(), StoreError> {
        let snapshot = Box::new(snapshot.clone());
        self.ask(|answer| Job::Checkpoint(snapshot, answer)).await
    }

    /// Marks the state as moved to another place (or, with `None`, as here again), so that no run continues on this copy.
    pub(crate) async fn mark_moved(&self, to: Option<String>) -> Result<(), StoreError> {
        self.ask(|answer| Job::MarkMoved(to, answer)).await
    }

    /// The position of the journal.
    pub(crate) async fn head(&self) -> Result<Head, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.send(Job::Head(answer))?;
        answered.await.map_err(|_| StoreError::Ended)
    }

    /// Gives the lease back.
    pub async fn release(self) {
        // It may take a call to the store, so it must not block this thread.
        if tokio::task::spawn_blocking(move || drop(self))
            .await
            .is_err()
        {
            tracing::error!("the state's writer thread panicked");
        }
    }

    fn send(&self, job: Job) -> Result<(), StoreError> {
        let jobs = self
            .jobs
            .lock()
            .expect("no thread panics while it holds this lock");
        let jobs = jobs.as_ref().ok_or(StoreError::Ended)?;
        jobs.send(job).map_err(|_| StoreError::Ended)
    }

    async fn ask<T>(&self, job: impl FnOnce(Answer<T>) -> Job) -> Result<T, StoreError> {
        self.deadline.held()?;
        let (answer, answered) = oneshot::channel();
        self.send(job(answer))?;
        answered.await.map_err(|_| StoreError::Ended)?
    }

    async fn append_here(&self, records: Vec<Record>) -> Result<Head, JournalError> {
        self.deadline.held()?;
        Ok(self.ask(|answer| Job::Append(records, answer)).await?)
    }
}

#[async_trait]
impl Journal for HeldStore {
    async fn append(&self, records: Vec<Record>) -> Result<(), JournalError> {
        let Some(emergency) = &self.emergency else {
            return self.append_here(records).await.map(drop);
        };
        if emergency.is_open() {
            return Ok(emergency.append(&records)?);
        }
        match self.append_here(records.clone()).await {
            Ok(head) => {
                emergency.passed(head);
                emergency.noted(&records);
            }
            Err(failure) => emergency.open(&records, &failure)?,
        }
        Ok(())
    }

    async fn checkpoint(&self, snapshot: &Snapshot) -> Result<(), JournalError> {
        if let Some(emergency) = &self.emergency
            && let Some(failure) = emergency.failure()
        {
            return Err(failure);
        }
        self.rewrite(snapshot).await?;
        if let Some(emergency) = &self.emergency {
            emergency.passed(self.head().await?);
        }
        Ok(())
    }

    fn held(&self) -> Result<(), JournalError> {
        if let Some(emergency) = &self.emergency
            && let Some(failure) = emergency.failure()
        {
            return Err(failure);
        }
        self.deadline.held()
    }
}

impl Drop for HeldStore {
    fn drop(&mut self) {
        // The thread ends when its inbox closes, and then gives the lease back.
        if let Ok(mut jobs) = self.jobs.lock() {
            jobs.take();
        }
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the state's writer thread panicked");
        }
    }
}

async fn work(
    mut writer: Box<dyn Writer>,
    mut lease: Box<dyn Lease>,
    deadline: &Deadline,
    term: Duration,
    mut inbox: UnboundedReceiver<Job>,
) {
    tokio::select! {
        () = write(&mut *writer, deadline, &mut inbox) => {}
        () = beat(&mut *lease, deadline, term) => {}
    }
    drop(inbox);
    if let Err(error) = lease.release().await {
        tracing::warn!(%error, "the lease could not be given back; it runs out by itself");
    }
}

/// Renews the lease as long as it is ours.
async fn beat(lease: &mut dyn Lease, deadline: &Deadline, term: Duration) {
    let mut pause = term / 3;
    loop {
        tokio::time::sleep(pause).await;
        let asked = Moment::now();
        match lease.renew().await {
            Ok(None) => {
                deadline.extend(asked);
                pause = term / 3;
            }
            // No record may be written and no call sent any more; callers that wait for an answer still get it.
            Ok(Some(holder)) => {
                deadline.lose(holder);
                return std::future::pending().await;
            }
            Err(error) => {
                tracing::warn!(%error, "the lease could not be renewed");
                pause = term / 30;
            }
        }
    }
}

async fn write(writer: &mut dyn Writer, deadline: &Deadline, inbox: &mut UnboundedReceiver<Job>) {
    while let Some(job) = inbox.recv().await {
        let mut jobs = vec![job];
        while let Ok(job) = inbox.try_recv() {
            jobs.push(job);
        }
        let mut jobs = jobs.into_iter().peekable();
        while let Some(job) = jobs.next() {
            match job {
                Job::Append(mut records, answer) => {
                    // Everything that waits becomes one write.
                    let mut answers = vec![answer];
                    while let Some(Job::Append(more, answer)) =
                        jobs.next_if(|job| matches!(job, Job::Append(..)))
                    {
                        records.extend(more);
                        answers.push(answer);
                    }
                    let mut result = append(writer, deadline, &records).await;
                    for answer in answers {
                        // The first caller gets the full cause. A caller may be gone by now.
                        let rest = match &result {
                            Ok(head) => Ok(head.clone()),
                            Err(error) => Err(StoreError::Halted(error.to_string())),
                        };
                        drop(answer.send(std::mem::replace(&mut result, rest)));
                    }
                }
                Job::Checkpoint(snapshot, answer) => {
                    let used = writer.head().sequence;
                    let result = if snapshot.sequence == used {
                        writer.checkpoint(&snapshot).await
                    } else {
                        Err(StoreError::Behind {
                            sequence: snapshot.sequence,
                            used,
                        })
                    };
                    drop(answer.send(result));
                }
                Job::Replace(snapshot, history, answer) => {
                    drop(answer.send(writer.replace(&snapshot, history.as_deref()).await));
                }
                Job::MarkMoved(to, answer) => {
                    drop(answer.send(writer.mark_moved(to.as_deref()).await));
                }
                Job::Head(answer) => drop(answer.send(writer.head())),
            }
        }
    }
}

async fn append(
    writer: &mut dyn Writer,
    deadline: &Deadline,
    records: &[Record],
) -> Result<Head, StoreError> {
    // The lease may have been lost while this job waited for its turn.
    deadline.held()?;
    writer.append(records).await?;
    Ok(writer.head())
}
