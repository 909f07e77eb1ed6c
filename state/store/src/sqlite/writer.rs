//! Writes to a held database: for each group of records one transaction and one sync to disk.
//!
//! Not here: grouping, and renewing the lease.

use std::sync::Arc;

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use windlass_state::record::Record;
use windlass_state::snapshot::Snapshot;

use super::sidecar_files::HeadFile;
use super::{Database, beliefs, history_hash, lease, write_snapshot};
use crate::chain::{Hashed, Head};
use crate::error::StoreError;
use crate::history::HistoryEntry;
use crate::holder::{Deadline, Moment};
use crate::leased::Writer;
use crate::state::HISTORY;

pub struct DatabaseWriter {
    database: Database,
    connection: Connection,
    token: String,
    deadline: Arc<Deadline>,
    head: Head,
    head_file: Option<HeadFile>,
}

impl DatabaseWriter {
    pub fn new(
        database: Database,
        connection: Connection,
        token: String,
        deadline: Arc<Deadline>,
        head: Head,
    ) -> Self {
        Self {
            database,
            connection,
            token,
            deadline,
            head,
            head_file: None,
        }
    }

    /// Writes in one transaction, if the state is still ours. The result of `write` becomes the new head.
    fn transaction(
        &mut self,
        write: impl FnOnce(&Connection, &Head) -> rusqlite::Result<Head>,
    ) -> Result<(), StoreError> {
        let asked = Moment::now();
        let result = (|| {
            let behaviour = TransactionBehavior::Immediate;
            let transaction = self.connection.transaction_with_behavior(behaviour)?;
            if !lease::renew(&transaction, &self.token)? {
                return lease::holder(&transaction).map(Err);
            }
            let head = write(&transaction, &self.head)?;
            transaction.commit()?;
            Ok(Ok(head))
        })();
        match result.map_err(|cause| self.database.failed(cause))? {
            Ok(head) => {
                self.deadline.extend(asked);
                self.head = head;
                let sidecars = self.database.sidecar_files();
                sidecars.keep_head(&self.head, &mut self.head_file)
            }
            Err(holder) => {
                self.deadline.lose(holder);
                Ok(self.deadline.held()?)
            }
        }
    }
}

#[async_trait]
impl Writer for DatabaseWriter {
    async fn append(&mut self, records: &[Record]) -> Result<(), StoreError> {
        self.transaction(|connection, head| {
            let mut head = head.clone();
            for record in records {
                head = append(connection, &head, record)?;
            }
            Ok(head)
        })
    }

    async fn checkpoint(&mut self, snapshot: &Snapshot) -> Result<(), StoreError> {
        let text = Hashed::of(snapshot);
        self.transaction(|connection, _| {
            put(connection, snapshot, &text)?;
            Ok(Head::of(snapshot))
        })?;
        self.database.sidecar_files().keep_backup(&text)
    }

    async fn replace(
        &mut self,
        snapshot: &Snapshot,
        history: Option<&[HistoryEntry]>,
    ) -> Result<(), StoreError> {
        let text = Hashed::of(snapshot);
        self.transaction(|connection, _| {
            if let Some(history) = history {
                connection.execute_batch(
                    "DELETE FROM history; DELETE FROM history_hash; DELETE FROM belief;",
                )?;
                for entry in history {
                    enter(connection, entry)?;
                }
            }
            put(connection, snapshot, &text)?;
            connection.execute("DELETE FROM journal", [])?;
            Ok(Head::of(snapshot))
        })?;
        self.database.sidecar_files().keep_backup(&text)
    }

    async fn mark_moved(&mut self, to: Option<&str>) -> Result<(), StoreError> {
        self.transaction(|connection, head| {
            connection.execute("DELETE FROM moved", [])?;
            if let Some(to) = to {
                connection.execute("INSERT INTO moved (place) VALUES (?1)", [to])?;
            }
            Ok(head.clone())
        })
    }

    fn head(&self) -> Head {
        self.head.clone()
    }
}

fn append(connection: &Connection, head: &Head, record: &Record) -> rusqlite::Result<Head> {
    let text = json(record);
    let next = head.then(&text);
    let mut insert = connection
        .prepare_cached("INSERT INTO journal (position, text, chain) VALUES (?1, ?2, ?3)")?;
    insert.execute(params![head.sequence, text, next.chain])?;
    match record {
        Record::RunStarted(started) => {
            let text = json(started);
            connection.execute(
                "INSERT INTO history (run, started) VALUES (?1, ?2)",
                params![started.run.0, text],
            )?;
            let number = connection.last_insert_rowid();
            keep_hash(connection, number, &text, None)?;
        }
        Record::RunFinished(finished) => {
            let text = json(finished);
            let begun = connection.query_row(
                "UPDATE history SET finished = ?1 WHERE run = ?2 RETURNING number, started",
                params![text, finished.run.0],
                |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)),
            );
            if let Some((number, started)) = begun.optional()? {
                keep_hash(connection, number, &started, Some(&text))?;
            }
        }
        _ => {}
    }
    Ok(next)
}

/// Replaces the last snapshot, and keeps it as the recorded state after the last operation.
fn put(connection: &Connection, snapshot: &Snapshot, text: &Hashed) -> rusqlite::Result<()> {
    write_snapshot(connection, snapshot, text, "INSERT OR REPLACE")?;
    beliefs::keep(connection, snapshot.format, text)?;
    forget_oldest(connection)?;
    connection.execute(
        "DELETE FROM journal WHERE position < ?1",
        [snapshot.sequence],
    )?;
    Ok(())
}

/// Deletes the operations beyond those that a state remembers.
fn forget_oldest(connection: &Connection) -> rusqlite::Result<()> {
    let keep = i64::try_from(HISTORY).expect("a small number");
    for table in ["history", "history_hash"] {
        let oldest =
            format!("DELETE FROM {table} WHERE number <= (SELECT max(number) FROM history) - ?1");
        connection.execute(&oldest, [keep])?;
    }
    Ok(())
}

fn enter(connection: &Connection, entry: &HistoryEntry) -> rusqlite::Result<()> {
    let (started, finished) = (json(&entry.started), entry.finished.as_ref().map(json));
    connection.execute(
        "INSERT INTO history (number, run, started, finished) VALUES (?1, ?2, ?3, ?4)",
        params![entry.number, entry.started.run.0, started, finished],
    )?;
    keep_hash(connection, entry.number, &started, finished.as_deref())
}

fn keep_hash(
    connection: &Connection,
    number: i64,
    started: &str,
    finished: Option<&str>,
) -> rusqlite::Result<()> {
    connection
        .execute(
            "INSERT OR REPLACE INTO history_hash (number, hash) VALUES (?1, ?2)",
            params![number, history_hash(started, finished)],
        )
        .map(drop)
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("records hold text keys only")
}
