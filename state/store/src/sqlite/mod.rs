//! The embedded keeper: an SQLite database with a snapshot and the journal since, and two files beside it: the newest [`Head`], because SQLite does not
//! notice a lost or damaged write-ahead log, and a backup of the snapshot.
//!
//! Not here: writing while a run goes on (`writer`), the lease (`lease`), the sidecar files (`sidecar_files`).

mod beliefs;
mod lease;
mod lock;
mod repair;
mod sidecar_files;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, params};
use windlass::canonical::hex;
use windlass_state::record::Record;
use windlass_state::snapshot::{FORMAT, Snapshot};

use self::lease::{Asked, DatabaseLease};
use self::lock::Lock;
use self::sidecar_files::SidecarFiles;
use self::writer::DatabaseWriter;
use crate::chain::{Hashed, Head, digest};
use crate::error::StoreError;
use crate::history::HistoryEntry;
use crate::holder::{Deadline, Holder, Moment, TERM};
use crate::leased::Hands;
use crate::private;
use crate::state::State;

/// How long SQLite waits for another program that writes at the same moment.
const PATIENCE: Duration = Duration::from_secs(10);

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS snapshot (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        format INTEGER NOT NULL, sequence INTEGER NOT NULL, text TEXT NOT NULL, hash TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS journal (position INTEGER PRIMARY KEY, text TEXT NOT NULL, chain TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS history (
        number INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL UNIQUE, started TEXT NOT NULL, finished TEXT
    );
    CREATE TABLE IF NOT EXISTS history_hash (number INTEGER PRIMARY KEY, hash TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS belief (number INTEGER PRIMARY KEY, format INTEGER NOT NULL, packed BLOB NOT NULL, hash TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS moved (place TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS lease (
        user TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL, token TEXT NOT NULL, since INTEGER NOT NULL, deadline INTEGER NOT NULL
    );
    CREATE TABLE IF NOT EXISTS lease_mark (token TEXT NOT NULL, mark TEXT NOT NULL);
";

/// A state in a file.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    path: PathBuf,
}

impl Database {
    /// The database with that name. Symbolic links are followed, so that one database has one lock and one head under every name.
    pub fn at(path: PathBuf) -> Self {
        let path = match path.is_symlink() {
            true => path.canonicalize().unwrap_or(path),
            false => path,
        };
        Self { path }
    }

    /// The content, if there is any. Creates nothing.
    pub fn read(&self) -> Result<Option<State>, StoreError> {
        // If the database file is missing, the database may be lost or may never have existed.
        let begun = self.sidecar_files().is_there();
        if !begun && !self.path.is_file() {
            return Ok(None);
        }
        // Read before the database: everything up to here must be in it, even if a writer begins and goes on meanwhile.
        let head = self.sidecar_files().head();
        let connection = self.look()?;
        // One view of all tables, whatever a writer does meanwhile.
        let connection = connection
            .unchecked_transaction()
            .map_err(|cause| self.failed(cause))?;
        let state = self.fold(&connection)?;
        match (&state, head) {
            (None, _) if begun => Err(self.damaged("it is empty".to_owned())),
            (Some(state), Some(head)) if head.lineage == state.head.lineage => {
                self.caught_up(&connection, &state.head, &head)?;
                Ok(Some(state.clone()))
            }
            _ => Ok(state),
        }
    }

    // SQLite silently drops the end of a write-ahead log that it cannot read.
    fn caught_up(
        &self,
        connection: &Connection,
        here: &Head,
        head: &Head,
    ) -> Result<(), StoreError> {
        if here.sequence < head.sequence {
            let lost = head.sequence - here.sequence;
            return Err(self.damaged(format!(
                "it fell behind: the last {lost} of {} records are missing",
                head.sequence
            )));
        }
        // A chain begins again at each snapshot, and snapshots have hashes of their own.
        if head.is_beginning() {
            return Ok(());
        }
        let then: Option<String> = connection
            .query_row(
                "SELECT chain FROM journal WHERE position + 1 = ?1",
                [head.sequence],
                |row| row.get(0),
            )
            .optional()
            .map_err(|cause| self.failed(cause))?;
        match then {
            Some(chain) if chain != head.chain => Err(self.damaged(format!(
                "record {} is not the one that was written last",
                head.sequence
            ))),
            _ => Ok(()),
        }
    }

    fn fold(&self, connection: &Connection) -> Result<Option<State>, StoreError> {
        let Some(kept) = self.last_snapshot(connection)? else {
            return Ok(None);
        };
        let outdated = kept.format < FORMAT;
        let mut snapshot = kept.upgraded();
        let mut head = Head::of(&snapshot);
        for (position, text, chain) in self.records(connection, snapshot.sequence)? {
            head = head.then(&text);
            if position + 1 != head.sequence || chain != head.chain {
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
        Ok(Some(State {
            snapshot,
            outdated,
            head,
            history: self.history(connection)?,
            moved: self.moved(connection)?,
        }))
    }

    /// Keeps a first snapshot, unless another program was faster.
    pub fn begin(&self, fresh: &Snapshot) -> Result<(), StoreError> {
        let connection = self.connect()?;
        write_snapshot(&connection, fresh, &Hashed::of(fresh), "INSERT OR IGNORE")
            .map_err(|cause| self.failed(cause))
    }

    /// The recorded state at the end of that operation.
    pub fn believed_after(&self, number: i64) -> Result<Option<Snapshot>, StoreError> {
        let what = format!("what was believed after {number}");
        let kept = beliefs::read(&self.look()?, number).map_err(|cause| self.failed(cause))?;
        let Some(kept) = kept else {
            return Ok(None);
        };
        let text = kept
            .text()
            .map_err(|error| self.damaged(format!("{what}: {error}")))?;
        let snapshot = self.snapshot(&what, kept.format, &text, &kept.hash)?;
        Ok(Some(snapshot.upgraded()))
    }

    /// The operations that a rollback can go back to, the newest first.
    pub fn beliefs(&self) -> Result<Vec<i64>, StoreError> {
        beliefs::numbers(&self.look()?).map_err(|cause| self.failed(cause))
    }

    /// Takes the lease. Another run may have changed the state until this moment, so it is read again.
    pub fn hold(&self, holder: &Holder) -> Result<(Hands, State), StoreError> {
        let asked = Moment::now();
        let mut lock = Lock::beside(&self.path)?;
        let (mut connection, token) = (self.connect()?, hex(&rand::random::<[u8; 16]>()));
        self.take(&mut connection, holder, &mut lock, &token)?;
        let deadline = Arc::new(Deadline::after(asked, TERM));
        let lease = DatabaseLease::new(self.clone(), self.connect()?, token.clone());
        let state = self
            .read()
            .and_then(|state| state.ok_or_else(|| self.damaged("its snapshot is gone".to_owned())));
        let state = match state {
            Ok(state) => state,
            Err(error) => {
                drop(lease.give_back());
                return Err(error);
            }
        };
        let writer = DatabaseWriter::new(
            self.clone(),
            connection,
            token,
            Arc::clone(&deadline),
            state.head.clone(),
        );
        let hands = Hands {
            writer: Box::new(writer),
            lease: Box::new(lease),
            deadline,
            term: TERM,
            last: Some(lock.into_file()),
        };
        Ok((hands, state))
    }

    /// Deletes everything that is kept here.
    pub fn clear(&self, holder: &Holder) -> Result<(), StoreError> {
        let mut lock = Lock::beside(&self.path)?;
        let (mut connection, token) = (self.connect()?, hex(&rand::random::<[u8; 16]>()));
        self.take(&mut connection, holder, &mut lock, &token)?;
        self.sidecar_files().remove()?;
        let clear = "BEGIN; DELETE FROM snapshot; DELETE FROM journal; DELETE FROM history; DELETE FROM history_hash;
            DELETE FROM belief; DELETE FROM moved; DELETE FROM lease; DELETE FROM lease_mark; COMMIT;";
        connection
            .execute_batch(clear)
            .map_err(|cause| self.failed(cause))
    }

    fn take(
        &self,
        connection: &mut Connection,
        holder: &Holder,
        lock: &mut Lock,
        token: &str,
    ) -> Result<(), StoreError> {
        let asked = lease::take(connection, holder, lock, token, Timestamp::now());
        match asked.map_err(|cause| self.failed(cause))? {
            Asked::Ours => {
                let mark = lock.mark()?;
                lease::keep_mark(connection, token, &mark).map_err(|cause| self.failed(cause))
            }
            Asked::Held { holder, since } => Err(StoreError::Held {
                holder: holder.to_string(),
                since,
            }),
        }
    }

    /// A connection for reading. It also works in a folder without write permission, such as a backup or an auditor's account.
    fn look(&self) -> Result<Connection, StoreError> {
        match self.connect() {
            Err(StoreError::Database { .. } | StoreError::Folder { .. }) if self.path.is_file() => {
                read_only(&self.path).map_err(|cause| self.failed(cause))
            }
            other => other,
        }
    }

    fn connect(&self) -> Result<Connection, StoreError> {
        if let Some(folder) = self.path.parent() {
            private::folder(folder).map_err(|cause| StoreError::Folder {
                path: folder.to_owned(),
                cause,
            })?;
        }
        // SQLite gives the files that it makes beside the database the database's own mode. A database that is there is not opened: closing it here would
        // drop the locks of this process's other connections to it. <https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_>
        if !self.path.exists() {
            let made = private::options()
                .create(true)
                .append(true)
                .open(&self.path);
            made.map_err(|cause| StoreError::Folder {
                path: self.path.clone(),
                cause,
            })?;
        }
        private::narrow(&self.path);
        let connection = Connection::open(&self.path).map_err(|cause| self.failed(cause))?;
        let prepare = || {
            connection.busy_timeout(PATIENCE)?;
            write_ahead(&connection)?;
            // A record must survive a loss of power once `append` has returned.
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.execute_batch(SCHEMA)
        };
        prepare().map_err(|cause| self.failed(cause))?;
        Ok(connection)
    }

    fn last_snapshot(&self, connection: &Connection) -> Result<Option<Snapshot>, StoreError> {
        let row = connection
            .query_row("SELECT format, text, hash FROM snapshot", [], |row| {
                Ok((
                    row.get::<_, u32>(0)?,
                    row.get::<_, String>(1)?,
                    row.get::<_, String>(2)?,
                ))
            })
            .optional()
            .map_err(|cause| self.failed(cause))?;
        row.map(|(format, text, hash)| self.snapshot("the snapshot", format, &text, &hash))
            .transpose()
    }

    fn snapshot(
        &self,
        what: &str,
        format: u32,
        text: &str,
        hash: &str,
    ) -> Result<Snapshot, StoreError> {
        // The hash is checked first, because a damaged number must not count as a newer version.
        if digest(text) != hash {
            return Err(self.damaged(format!("{what} is not the one that was written")));
        }
        if format > FORMAT {
            return Err(StoreError::Newer {
                place: self.to_string(),
                found: format,
                known: FORMAT,
                written_by: written_by(text),
            });
        }
        serde_json::from_str(text).map_err(|error| self.damaged(format!("{what}: {error}")))
    }

    fn records(
        &self,
        connection: &Connection,
        from: u64,
    ) -> Result<Vec<(u64, String, String)>, StoreError> {
        let read = || {
            let mut statement = connection.prepare(
                "SELECT position, text, chain FROM journal WHERE position >= ?1 ORDER BY position",
            )?;
            let rows =
                statement.query_map([from], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|cause| self.failed(cause))
    }

    // Entries of an older version have no hash.
    fn history(&self, connection: &Connection) -> Result<Vec<HistoryEntry>, StoreError> {
        type Row = (i64, String, Option<String>, Option<String>);
        let read = || -> rusqlite::Result<Vec<Row>> {
            let mut statement = connection.prepare(
                "SELECT number, started, finished, hash FROM history LEFT JOIN history_hash USING (number) ORDER BY number",
            )?;
            let rows = statement.query_map([], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        let rows = read().map_err(|cause| self.failed(cause))?;
        rows.into_iter()
            .map(|(number, started, finished, hash)| {
                if hash.is_some_and(|hash| hash != history_hash(&started, finished.as_deref())) {
                    return Err(self.damaged(format!(
                        "history entry {number} is not the one that was written"
                    )));
                }
                let entry = (|| {
                    Ok(HistoryEntry {
                        number,
                        started: serde_json::from_str(&started)?,
                        finished: finished.as_deref().map(serde_json::from_str).transpose()?,
                    })
                })();
                entry.map_err(|error: serde_json::Error| {
                    self.damaged(format!("history entry {number}: {error}"))
                })
            })
            .collect()
    }

    fn moved(&self, connection: &Connection) -> Result<Option<String>, StoreError> {
        connection
            .query_row("SELECT place FROM moved", [], |row| row.get(0))
            .optional()
            .map_err(|cause| self.failed(cause))
    }

    fn sidecar_files(&self) -> SidecarFiles<'_> {
        SidecarFiles::of(&self.path)
    }

    // What SQLite cannot read is damaged, unless the operating system denies access.
    fn failed(&self, cause: rusqlite::Error) -> StoreError {
        const SHORT_READ: i32 = 522;
        let outside = matches!(
            &cause,
            rusqlite::Error::SqliteFailure(error, _)
                if error.extended_code != SHORT_READ && matches!(
                    error.code,
                    ErrorCode::DatabaseBusy
                        | ErrorCode::DatabaseLocked
                        | ErrorCode::CannotOpen
                        | ErrorCode::PermissionDenied
                        | ErrorCode::ReadOnly
                        | ErrorCode::DiskFull
                        | ErrorCode::SystemIoFailure
                        | ErrorCode::FileLockingProtocolFailed
                        | ErrorCode::OutOfMemory
                )
        );
        if outside {
            return StoreError::Database {
                path: self.path.clone(),
                cause,
            };
        }
        self.damaged(cause.to_string())
    }

    fn damaged(&self, what: String) -> StoreError {
        StoreError::Damaged {
            place: self.to_string(),
            what,
        }
    }
}

impl std::fmt::Display for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}`", self.path.display())
    }
}

/// Opens a database in a folder without write permission. <https://sqlite.org/wal.html#read_only_databases>
fn read_only(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let open = |location: &Path| {
        let connection = Connection::open_with_flags(location, flags)?;
        connection.busy_timeout(PATIENCE)?;
        connection.query_row("SELECT count(*) FROM snapshot", [], |_| Ok(()))?;
        Ok(connection)
    };
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let is_logged = std::fs::metadata(log).is_ok_and(|log| log.len() > 0);
    match open(path) {
        // SQLite needs files of its own beside the database to read a write-ahead log. If there is no log, it needs none.
        Err(_) if !is_logged => open(Path::new(&format!("file:{}?immutable=1", encoded(path)))),
        opened => opened,
    }
}

/// A path in the form that a URI takes.
fn encoded(path: &Path) -> String {
    let path = path.to_string_lossy();
    path.replace('%', "%25")
        .replace('?', "%3f")
        .replace('#', "%23")
}

/// Turns the write-ahead log on. SQLite does not wait here, so two programs that create a database at the same moment lock each other out.
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    let until = Instant::now() + PATIENCE;
    loop {
        let busy = match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => error,
            done => return done,
        };
        if Instant::now() > until {
            return Err(busy);
        }
        std::thread::sleep(Duration::from_millis(rand::random_range(5..25)));
    }
}

fn history_hash(started: &str, finished: Option<&str>) -> String {
    digest(&format!("{started}\n{}", finished.unwrap_or_default()))
}

/// Writes the one snapshot. `verb` is `INSERT OR IGNORE` or `INSERT OR REPLACE`.
fn write_snapshot(
    connection: &Connection,
    snapshot: &Snapshot,
    Hashed { text, hash }: &Hashed,
    verb: &str,
) -> rusqlite::Result<()> {
    let statement = format!(
        "{verb} INTO snapshot (one, format, sequence, text, hash) VALUES (1, ?1, ?2, ?3, ?4)"
    );
    connection
        .execute(
            &statement,
            params![snapshot.format, snapshot.sequence, text, hash],
        )
        .map(drop)
}

/// The version of Windlass that wrote a snapshot whose format this one cannot read.
fn written_by(text: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Writer {
        written_by: Option<String>,
    }
    let writer: Option<Writer> = serde_json::from_str(text).ok();
    writer?.written_by
}
