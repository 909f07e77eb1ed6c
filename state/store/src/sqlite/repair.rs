//! Repair of a damaged database: puts the newest recorded state that can still be read into a new database, and keeps the damaged one aside.
//!
//! Not here: asking whether the user wants that.

use jiff::Timestamp;
use rusqlite::Connection;
use windlass::canonical::hex;
use windlass_state::record::Record;
use windlass_state::snapshot::Snapshot;

use super::Database;
use super::lock::Lock;
use crate::chain::Head;
use crate::error::StoreError;
use crate::holder::Holder;
use crate::state::LastGood;

impl Database {
    /// The newest recorded state that can be read, if there is any, of a database that [`Database::read`] finds damaged.
    pub fn last_good(&self, what: String) -> Option<LastGood> {
        let connection = self.connect().ok();
        let kept = connection
            .as_ref()
            .and_then(|connection| self.readable(connection));
        let history = connection.and_then(|connection| self.history(&connection).ok());
        let history = history.unwrap_or_default();
        let backup = self.sidecar_files().backup();
        let best = kept
            .into_iter()
            .chain(backup)
            .max_by_key(|snapshot| snapshot.sequence)?;
        let head = self.sidecar_files().head();
        Some(LastGood::of(best, history, head.as_ref(), what))
    }

    /// The snapshot with the records up to the first bad one.
    fn readable(&self, connection: &Connection) -> Option<Snapshot> {
        let mut snapshot = self.last_snapshot(connection).ok()??.upgraded();
        let mut head = Head::of(&snapshot);
        let records = self.records(connection, snapshot.sequence);
        for (position, text, chain) in records.unwrap_or_default() {
            head = head.then(&text);
            if position + 1 != head.sequence || chain != head.chain {
                break;
            }
            let record: Result<Record, _> = serde_json::from_str(&text);
            if !record.is_ok_and(|record| snapshot.apply(&record).is_ok()) {
                break;
            }
        }
        Some(snapshot)
    }

    /// Renames the damaged files, and returns their new name. As far as that can still be read, no other run may work on them.
    pub fn set_aside(&self, holder: &Holder) -> Result<String, StoreError> {
        let mut lock = Lock::beside(&self.path)?;
        if let Ok(mut connection) = self.connect() {
            let token = hex(&rand::random::<[u8; 16]>());
            if let Err(held @ StoreError::Held { .. }) =
                self.take(&mut connection, holder, &mut lock, &token)
            {
                return Err(held);
            }
        }
        if !lock.is_alone() {
            return Err(StoreError::Held {
                holder: "another process of this host".to_owned(),
                since: Timestamp::now(),
            });
        }
        let name = self.path.file_name().unwrap_or_default();
        let tail = format!(".damaged-{}", Timestamp::now().as_second());
        for part in ["", "-wal", "-shm"] {
            let mut from = name.to_owned();
            from.push(part);
            let mut to = name.to_owned();
            to.push(&tail);
            to.push(part);
            let (from, to) = (self.path.with_file_name(from), self.path.with_file_name(to));
            match std::fs::rename(&from, &to) {
                Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
                    return Err(StoreError::Folder { path: from, cause });
                }
                _ => {}
            }
        }
        self.sidecar_files().remove()?;
        Ok(format!("{}{tail}", self.path.display()))
    }
}
