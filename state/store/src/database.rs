//! The database: a snapshot, and the journal since, each record chained to the one before by a hash.
//!
//! Not here: writing while a run goes on, which `writer` does in a thread of its own.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};
use windlass::canonical::hex;
use windlass_state::identity::Lineage;
use windlass_state::record::{Record, RunFinished, RunStarted};
use windlass_state::snapshot::{FORMAT, SecretKey, Snapshot};

use crate::beliefs;
use crate::error::StoreError;
use crate::lease::{self, Asked, Holder};
use crate::writer::HeldStore;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS snapshot (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        format INTEGER NOT NULL, sequence INTEGER NOT NULL, text TEXT NOT NULL, hash TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS journal (position INTEGER PRIMARY KEY, text TEXT NOT NULL, chain TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS history (
        number INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL UNIQUE, started TEXT NOT NULL, finished TEXT
    );
    CREATE TABLE IF NOT EXISTS belief (run TEXT PRIMARY KEY, format INTEGER NOT NULL, packed BLOB NOT NULL, hash TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS lease (
        user TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL, token TEXT NOT NULL, since INTEGER NOT NULL, deadline INTEGER NOT NULL
    );
";

/// The state of one stack and environment.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    connection: Connection,
}

/// One operation that was run on a state.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct HistoryEntry {
    /// Counts from 1.
    pub number: i64,
    /// What was begun, by whom and when.
    pub started: RunStarted,
    /// How it ended; absent for a run that was killed or still goes on.
    pub finished: Option<RunFinished>,
}

impl Store {
    /// Opens a database, and makes it where there is none.
    ///
    /// # Errors
    /// The file cannot be made or is no database.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|cause| StoreError::Folder {
                path: folder.to_owned(),
                cause,
            })?;
        }
        let database = |cause| StoreError::Database {
            path: path.to_owned(),
            cause,
        };
        let connection = Connection::open(path).map_err(database)?;
        let prepare = || {
            connection.busy_timeout(Duration::from_secs(10))?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            // A record must survive a loss of power once `append` has returned.
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.execute_batch(SCHEMA)
        };
        prepare().map_err(database)?;
        Ok(Self {
            path: path.to_owned(),
            connection,
        })
    }

    /// The state as it is now: the last snapshot with everything that was recorded since. A new database gets a lineage of its own.
    ///
    /// # Errors
    /// The database is damaged or newer than this version.
    pub fn load(&self, stack: &str, environment: &str) -> Result<Snapshot, StoreError> {
        let mut snapshot = match self.last_snapshot()? {
            Some(snapshot) => snapshot,
            None => return self.begin(stack, environment),
        };
        let mut chain = chain_start(&snapshot);
        for (position, text, kept) in self.records(snapshot.sequence)? {
            chain = link(&chain, &text);
            if position != snapshot.sequence || chain != kept {
                return Err(
                    self.damaged(format!("record {position} is not the one that was written"))
                );
            }
            let record: Record = serde_json::from_str(&text)
                .map_err(|error| self.damaged(format!("record {position}: {error}")))?;
            snapshot.apply(&record).map_err(|error| {
                self.damaged(format!("record {position} does not fit: {error}"))
            })?;
        }
        Ok(snapshot)
    }

    fn begin(&self, stack: &str, environment: &str) -> Result<Snapshot, StoreError> {
        let fresh = Snapshot::empty(
            Lineage(hex(&rand::random::<[u8; 16]>())),
            SecretKey(hex(&rand::random::<[u8; 32]>())),
            stack,
            environment,
        );
        write_snapshot(&self.connection, &fresh, "INSERT OR IGNORE")
            .map_err(|cause| self.database(cause))?;
        // Two programs may have begun at once; one of them was first.
        self.last_snapshot()?
            .ok_or_else(|| self.damaged("the first snapshot is gone".to_owned()))
    }

    fn last_snapshot(&self) -> Result<Option<Snapshot>, StoreError> {
        let row = self
            .connection
            .query_row("SELECT format, text, hash FROM snapshot", [], |row| {
                Ok((
                    row.get::<_, u32>(0)?,
                    row.get::<_, String>(1)?,
                    row.get::<_, String>(2)?,
                ))
            })
            .optional()
            .map_err(|cause| self.database(cause))?;
        let Some((format, text, hash)) = row else {
            return Ok(None);
        };
        if format > FORMAT {
            return Err(StoreError::Newer {
                path: self.path.clone(),
                found: format,
                known: FORMAT,
            });
        }
        if digest(&text) != hash {
            return Err(self.damaged("the snapshot is not the one that was written".to_owned()));
        }
        serde_json::from_str::<Snapshot>(&text)
            .map(|snapshot| Some(snapshot.upgraded()))
            .map_err(|error| self.damaged(format!("the snapshot: {error}")))
    }

    fn records(&self, from: u64) -> Result<Vec<(u64, String, String)>, StoreError> {
        let read = || {
            let mut statement = self.connection.prepare(
                "SELECT position, text, chain FROM journal WHERE position >= ?1 ORDER BY position",
            )?;
            let rows =
                statement.query_map([from], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|cause| self.database(cause))
    }

    /// The operations that were run, the newest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn history(&self) -> Result<Vec<HistoryEntry>, StoreError> {
        let read = || -> rusqlite::Result<Vec<(i64, String, Option<String>)>> {
            let mut statement = self
                .connection
                .prepare("SELECT number, started, finished FROM history ORDER BY number DESC")?;
            let rows =
                statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        let rows = read().map_err(|cause| self.database(cause))?;
        rows.into_iter()
            .map(|(number, started, finished)| {
                let entry = (|| {
                    let started = serde_json::from_str(&started)?;
                    let finished = finished.as_deref().map(serde_json::from_str).transpose()?;
                    Ok(HistoryEntry {
                        number,
                        started,
                        finished,
                    })
                })();
                entry.map_err(|error: serde_json::Error| {
                    self.damaged(format!("history entry {number}: {error}"))
                })
            })
            .collect()
    }

    /// What was believed when an operation had ended. Absent for an operation that never ended, or that is older than what is kept.
    ///
    /// # Errors
    /// The database is damaged or newer than this version.
    pub fn believed_after(&self, number: i64) -> Result<Option<Snapshot>, StoreError> {
        let kept = beliefs::read(&self.connection, number).map_err(|cause| self.database(cause))?;
        let Some(kept) = kept else {
            return Ok(None);
        };
        if kept.format > FORMAT {
            return Err(StoreError::Newer {
                path: self.path.clone(),
                found: kept.format,
                known: FORMAT,
            });
        }
        let damaged =
            |what: String| self.damaged(format!("what was believed after {number}: {what}"));
        let text = kept.text().map_err(|error| damaged(error.to_string()))?;
        if digest(&text) != kept.hash {
            return Err(damaged("it is not what was written".to_owned()));
        }
        let snapshot: Snapshot =
            serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
        Ok(Some(snapshot.upgraded()))
    }

    /// The operations that can be gone back to, the newest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn beliefs(&self) -> Result<Vec<i64>, StoreError> {
        beliefs::numbers(&self.connection).map_err(|cause| self.database(cause))
    }

    /// Puts a snapshot in the place of everything that is believed, whether or not that can still be read. The history stays.
    ///
    /// # Errors
    /// Another run has the state, or the database cannot be written.
    pub fn replace(&mut self, holder: &Holder, snapshot: &Snapshot) -> Result<(), StoreError> {
        self.alone(holder, |connection| {
            connection.execute("DELETE FROM journal", [])?;
            write_snapshot(connection, snapshot, "INSERT OR REPLACE")
        })
    }

    /// Takes the state for writing, and gives it as it is now: another writer may have changed it until this moment.
    ///
    /// # Errors
    /// Another run that lives has it, or the database cannot be read.
    pub fn hold(
        mut self,
        holder: &Holder,
        stack: &str,
        environment: &str,
    ) -> Result<(HeldStore, Snapshot), StoreError> {
        let token = hex(&rand::random::<[u8; 16]>());
        let (lock, alone) = self.lock()?;
        let asked = lease::take(
            &mut self.connection,
            holder,
            alone,
            &token,
            Timestamp::now(),
        );
        match asked.map_err(|cause| self.database(cause))? {
            Asked::Held { holder, since } => Err(StoreError::Held {
                holder: holder.to_string(),
                since,
            }),
            Asked::Ours(deadline) => {
                let snapshot = self.load(stack, environment)?;
                self.bring_up_to_date(&snapshot)
                    .map_err(|cause| self.database(cause))?;
                let chain = self.chain(&snapshot)?;
                Ok((
                    HeldStore::start(
                        self.connection,
                        self.path,
                        token,
                        deadline,
                        chain,
                        snapshot.sequence,
                        lock,
                    ),
                    snapshot,
                ))
            }
        }
    }

    /// Rewrites a state of an older format before anything newer is appended to it: an older version then refuses it as too new, instead
    /// of taking a record that it does not know for damage.
    fn bring_up_to_date(&mut self, snapshot: &Snapshot) -> rusqlite::Result<()> {
        let format = "SELECT format FROM snapshot";
        let written: u32 = self.connection.query_row(format, [], |row| row.get(0))?;
        if written < snapshot.format {
            let transaction = self.connection.transaction()?;
            write_snapshot(&transaction, snapshot, "INSERT OR REPLACE")?;
            transaction.execute("DELETE FROM journal", [])?;
            transaction.commit()?;
        }
        Ok(())
    }

    /// The lock that a living holder of this host has, and whether it is ours now.
    fn lock(&self) -> Result<(File, bool), StoreError> {
        let path = self.path.with_extension("lock");
        let unusable = |cause| StoreError::Folder {
            path: path.clone(),
            cause,
        };
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => Ok((lock, true)),
            Err(TryLockError::WouldBlock) => Ok((lock, false)),
            Err(TryLockError::Error(cause)) => Err(unusable(cause)),
        }
    }

    fn chain(&self, snapshot: &Snapshot) -> Result<String, StoreError> {
        let last = self
            .connection
            .query_row(
                "SELECT chain FROM journal ORDER BY position DESC LIMIT 1",
                [],
                |row| row.get(0),
            )
            .optional()
            .map_err(|cause| self.database(cause))?;
        Ok(last.unwrap_or_else(|| chain_start(snapshot)))
    }

    /// Forgets everything that is kept here, for the local cloud after its reset.
    ///
    /// # Errors
    /// Another run has it, or the database cannot be written.
    pub fn clear(&mut self, holder: &Holder) -> Result<(), StoreError> {
        self.alone(holder, |connection| {
            connection.execute_batch(
                "DELETE FROM snapshot; DELETE FROM journal; DELETE FROM history; DELETE FROM belief;",
            )
        })
    }

    /// Changes everything at once while nobody else holds the state.
    fn alone(
        &mut self,
        holder: &Holder,
        change: impl FnOnce(&Connection) -> rusqlite::Result<()>,
    ) -> Result<(), StoreError> {
        let token = hex(&rand::random::<[u8; 16]>());
        let (_lock, alone) = self.lock()?;
        let asked = lease::take(
            &mut self.connection,
            holder,
            alone,
            &token,
            Timestamp::now(),
        );
        if let Asked::Held { holder, since } = asked.map_err(|cause| self.database(cause))? {
            return Err(StoreError::Held {
                holder: holder.to_string(),
                since,
            });
        }
        let work = || {
            let transaction = self.connection.transaction()?;
            change(&transaction)?;
            transaction.execute("DELETE FROM lease", [])?;
            transaction.commit()
        };
        work().map_err(|cause| StoreError::Database {
            path: self.path.clone(),
            cause,
        })
    }

    fn database(&self, cause: rusqlite::Error) -> StoreError {
        StoreError::Database {
            path: self.path.clone(),
            cause,
        }
    }

    fn damaged(&self, what: String) -> StoreError {
        StoreError::Damaged {
            path: self.path.clone(),
            what,
        }
    }
}

/// What the chain of records after a snapshot starts with.
pub fn chain_start(snapshot: &Snapshot) -> String {
    digest(&format!("{} {}", snapshot.lineage.0, snapshot.sequence))
}

/// The hash of a record, chained to the one before.
pub fn link(before: &str, text: &str) -> String {
    digest(&format!("{before}\n{text}"))
}

pub fn digest(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// Writes the one snapshot. `verb` is `INSERT OR IGNORE` or `INSERT OR REPLACE`.
pub fn write_snapshot(
    connection: &Connection,
    snapshot: &Snapshot,
    verb: &str,
) -> rusqlite::Result<()> {
    let text = serde_json::to_string(snapshot).expect("a snapshot holds text keys only");
    let statement = format!(
        "{verb} INTO snapshot (one, format, sequence, text, hash) VALUES (1, ?1, ?2, ?3, ?4)"
    );
    connection
        .execute(
            &statement,
            params![snapshot.format, snapshot.sequence, text, digest(&text)],
        )
        .map(drop)
}
