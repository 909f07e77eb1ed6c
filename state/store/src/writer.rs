//! A state that is held for writing: one thread writes, groups what waits at the same moment, and renews the lease.

use std::fs::File;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use async_trait::async_trait;
use futures::channel::oneshot;
use jiff::Timestamp;
use rusqlite::{Connection, params};
use windlass_state::identity::RunId;
use windlass_state::journal::{Journal, JournalError};
use windlass_state::record::Record;
use windlass_state::snapshot::Snapshot;

use crate::beliefs;
use crate::database::{chain_start, link, write_snapshot};
use crate::error::StoreError;
use crate::lease;

/// A state that this process holds. Dropping it gives the lease back.
#[derive(Debug)]
pub struct HeldStore {
    path: PathBuf,
    deadline: Arc<AtomicI64>,
    jobs: Mutex<Option<Sender<Job>>>,
    thread: Option<JoinHandle<()>>,
    // Last, so that the lease is given back before the lock is.
    _lock: File,
}

enum Job {
    Append(Vec<Record>, oneshot::Sender<rusqlite::Result<()>>),
    Checkpoint(Box<Snapshot>, oneshot::Sender<rusqlite::Result<()>>),
}

/// The thread's own.
struct Writer {
    connection: Connection,
    token: String,
    deadline: Arc<AtomicI64>,
    chain: String,
    position: u64,
    /// The run that has ended since the last checkpoint: its belief is kept to go back to.
    ended: Option<RunId>,
}

impl HeldStore {
    pub(crate) fn start(
        connection: Connection,
        path: PathBuf,
        token: String,
        until: Timestamp,
        chain: String,
        position: u64,
        lock: File,
    ) -> Self {
        let deadline = Arc::new(AtomicI64::new(until.as_millisecond()));
        let (jobs, inbox) = channel();
        let writer = Writer {
            connection,
            token,
            deadline: Arc::clone(&deadline),
            chain,
            position,
            ended: None,
        };
        let thread = std::thread::Builder::new()
            .name("windlass-store".to_owned())
            .spawn(move || writer.run(&inbox));
        let thread = thread.expect("the system has a thread for the state's writer");
        Self {
            path,
            deadline,
            jobs: Mutex::new(Some(jobs)),
            thread: Some(thread),
            _lock: lock,
        }
    }

    async fn ask(
        &self,
        job: impl FnOnce(oneshot::Sender<rusqlite::Result<()>>) -> Job,
    ) -> Result<(), JournalError> {
        let (answer, answered) = oneshot::channel();
        let sent = match &*self
            .jobs
            .lock()
            .expect("no thread panics while it holds this lock")
        {
            Some(jobs) => jobs.send(job(answer)).is_ok(),
            None => false,
        };
        let result = if sent { answered.await.ok() } else { None };
        match result {
            Some(Ok(())) => Ok(()),
            Some(Err(cause)) => Err(StoreError::Database {
                path: self.path.clone(),
                cause,
            }
            .into()),
            None => Err(StoreError::Damaged {
                path: self.path.clone(),
                what: "its writer has ended".to_owned(),
            }
            .into()),
        }
    }
}

#[async_trait]
impl Journal for HeldStore {
    async fn append(&self, records: Vec<Record>) -> Result<(), JournalError> {
        self.held()?;
        self.ask(|answer| Job::Append(records, answer)).await
    }

    async fn checkpoint(&self, snapshot: &Snapshot) -> Result<(), JournalError> {
        self.held()?;
        let snapshot = Box::new(snapshot.clone());
        self.ask(|answer| Job::Checkpoint(snapshot, answer)).await
    }

    fn held(&self) -> Result<(), JournalError> {
        let deadline = self.deadline.load(Ordering::Acquire);
        if deadline > Timestamp::now().as_millisecond() {
            return Ok(());
        }
        let deadline = Timestamp::from_millisecond(deadline).unwrap_or(Timestamp::UNIX_EPOCH);
        Err(JournalError::LeaseExpired { deadline })
    }
}

impl Drop for HeldStore {
    fn drop(&mut self) {
        // The thread ends when its inbox closes; it gives the lease back then.
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

impl Writer {
    fn run(mut self, inbox: &Receiver<Job>) {
        let heartbeat = lease::TERM / 3;
        let mut renewed = std::time::Instant::now();
        loop {
            match inbox.recv_timeout(heartbeat.saturating_sub(renewed.elapsed())) {
                Ok(first) => {
                    let mut jobs = vec![first];
                    jobs.extend(inbox.try_iter());
                    self.work(jobs);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if renewed.elapsed() >= heartbeat {
                self.renew();
                renewed = std::time::Instant::now();
            }
        }
        if let Err(error) = lease::release(&self.connection, &self.token) {
            tracing::warn!(%error, "the lease could not be given back; it runs out by itself");
        }
    }

    fn renew(&self) {
        match lease::renew(&self.connection, &self.token, Timestamp::now()) {
            Ok(Some(deadline)) => self
                .deadline
                .store(deadline.as_millisecond(), Ordering::Release),
            // Somebody took it over: nothing more may be sent.
            Ok(None) => self.deadline.store(0, Ordering::Release),
            Err(error) => tracing::warn!(%error, "the lease could not be renewed"),
        }
    }

    /// Writes everything that waits in one transaction: one sync to disk for the whole group.
    fn work(&mut self, jobs: Vec<Job>) {
        let (chain, position) = (self.chain.clone(), self.position);
        let result = self.transaction(&jobs);
        if result.is_err() {
            (self.chain, self.position) = (chain, position);
        }
        let failure = result.err().map(|error| error.to_string());
        for job in jobs {
            let (Job::Append(_, answer) | Job::Checkpoint(_, answer)) = job;
            let result = match &failure {
                None => Ok(()),
                Some(text) => Err(rusqlite::Error::ToSqlConversionFailure(text.clone().into())),
            };
            // Whoever asked may have gone meanwhile.
            drop(answer.send(result));
        }
    }

    fn transaction(&mut self, jobs: &[Job]) -> rusqlite::Result<()> {
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        match self.write(jobs) {
            Ok(()) => self.connection.execute_batch("COMMIT"),
            Err(error) => {
                self.connection.execute_batch("ROLLBACK")?;
                Err(error)
            }
        }
    }

    fn write(&mut self, jobs: &[Job]) -> rusqlite::Result<()> {
        if lease::renew(&self.connection, &self.token, Timestamp::now())?.is_none() {
            self.deadline.store(0, Ordering::Release);
            return Err(rusqlite::Error::ToSqlConversionFailure(
                "the state was taken over by another run".into(),
            ));
        }
        for job in jobs {
            match job {
                Job::Append(records, _) => {
                    records.iter().try_for_each(|record| self.append(record))?
                }
                Job::Checkpoint(snapshot, _) => self.checkpoint(snapshot)?,
            }
        }
        Ok(())
    }

    fn append(&mut self, record: &Record) -> rusqlite::Result<()> {
        let text = serde_json::to_string(record).expect("records hold text keys only");
        let chain = link(&self.chain, &text);
        let mut insert = self
            .connection
            .prepare_cached("INSERT INTO journal (position, text, chain) VALUES (?1, ?2, ?3)")?;
        insert.execute(params![self.position, text, chain])?;
        (self.chain, self.position) = (chain, self.position + 1);
        let as_text =
            |value: serde_json::Result<String>| value.expect("records hold text keys only");
        match record {
            Record::RunStarted(started) => {
                let text = as_text(serde_json::to_string(started));
                self.connection.execute(
                    "INSERT INTO history (run, started) VALUES (?1, ?2)",
                    params![started.run.0, text],
                )?;
            }
            Record::RunFinished(finished) => {
                let text = as_text(serde_json::to_string(finished));
                self.connection.execute(
                    "UPDATE history SET finished = ?1 WHERE run = ?2",
                    params![text, finished.run.0],
                )?;
                self.ended = Some(finished.run.clone());
            }
            _ => {}
        }
        Ok(())
    }

    fn checkpoint(&mut self, snapshot: &Snapshot) -> rusqlite::Result<()> {
        write_snapshot(&self.connection, snapshot, "INSERT OR REPLACE")?;
        if let Some(run) = self.ended.take() {
            beliefs::keep(&self.connection, &run, snapshot)?;
        }
        self.connection.execute(
            "DELETE FROM journal WHERE position < ?1",
            [snapshot.sequence],
        )?;
        if self.position == snapshot.sequence {
            self.chain = chain_start(snapshot);
        }
        Ok(())
    }
}
