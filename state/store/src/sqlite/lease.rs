//! The lease of a database: one writer at a time, who must renew its lease.
//!
//! The lease's deadline decides. Before the deadline, only the [`Lock`] can prove that the holder is dead.
//!
//! Not here: when it is renewed.

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::Database;
use super::lock::Lock;
use crate::error::StoreError;
use crate::holder::{Holder, TERM};
use crate::leased::Lease;

/// The result of asking for the lease.
pub enum Asked {
    Ours,
    /// Another run has the lease.
    Held {
        holder: Holder,
        /// When the other run began.
        since: Timestamp,
    },
}

/// Takes the lease if it is free, has expired, or its holder is dead.
pub fn take(
    connection: &mut Connection,
    holder: &Holder,
    lock: &Lock,
    token: &str,
    now: Timestamp,
) -> rusqlite::Result<Asked> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let current = transaction
        .query_row(
            "SELECT user, host, pid, since, deadline, (SELECT mark FROM lease_mark WHERE lease_mark.token = lease.token) FROM lease",
            [],
            |row| {
                let holder = Holder {
                    user: row.get(0)?,
                    host: row.get(1)?,
                    pid: row.get(2)?,
                };
                let times = (row.get::<_, i64>(3)?, row.get::<_, i64>(4)?);
                Ok((holder, times, row.get::<_, Option<String>>(5)?))
            },
        )
        .optional()?;
    // A deadline too far in the future must be damaged, so it does not block.
    let latest = now + 2 * TERM;
    let lives = |deadline: i64, mark: Option<&str>| {
        let runs = deadline > now.as_millisecond() && deadline < latest.as_millisecond();
        runs && !lock.proves_dead(mark)
    };
    let alone = lock.is_alone();
    match current {
        Some((other, (since, deadline), mark)) if !alone || lives(deadline, mark.as_deref()) => {
            let since = Timestamp::from_millisecond(since).unwrap_or(now);
            return Ok(Asked::Held {
                holder: other,
                since,
            });
        }
        // Another process of this host is just taking the lease or giving it back.
        None if !alone => {
            return Ok(Asked::Held {
                holder: holder.clone(),
                since: now,
            });
        }
        _ => {}
    }
    let deadline = now + TERM;
    transaction.execute("DELETE FROM lease", [])?;
    transaction.execute(
        "INSERT INTO lease (user, host, pid, token, since, deadline) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![holder.user, holder.host, holder.pid, token, now.as_millisecond(), deadline.as_millisecond()],
    )?;
    transaction.commit()?;
    Ok(Asked::Ours)
}

/// Keeps the mark that can prove the death of this holder.
pub fn keep_mark(connection: &Connection, token: &str, mark: &str) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM lease_mark", [])?;
    connection
        .execute(
            "INSERT INTO lease_mark (token, mark) VALUES (?1, ?2)",
            params![token, mark],
        )
        .map(drop)
}

/// Renews the lease; returns whether it was still ours.
pub fn renew(connection: &Connection, token: &str) -> rusqlite::Result<bool> {
    let deadline = Timestamp::now() + TERM;
    let mut update =
        connection.prepare_cached("UPDATE lease SET deadline = ?1 WHERE token = ?2")?;
    let renewed = update.execute(params![deadline.as_millisecond(), token])?;
    Ok(renewed == 1)
}

/// The current holder of the lease, for messages.
pub fn holder(connection: &Connection) -> rusqlite::Result<String> {
    let row = connection.query_row("SELECT user, host, pid FROM lease", [], |row| {
        let holder = Holder {
            user: row.get(0)?,
            host: row.get(1)?,
            pid: row.get(2)?,
        };
        Ok(holder.to_string())
    });
    Ok(row.optional()?.unwrap_or_else(|| "another run".to_owned()))
}

/// The lease of a held database.
pub struct DatabaseLease {
    database: Database,
    connection: Connection,
    token: String,
}

impl DatabaseLease {
    pub fn new(database: Database, connection: Connection, token: String) -> Self {
        Self {
            database,
            connection,
            token,
        }
    }

    pub fn give_back(&self) -> Result<(), StoreError> {
        self.connection
            .execute("DELETE FROM lease WHERE token = ?1", [&self.token])
            .map(drop)
            .map_err(|cause| self.database.failed(cause))
    }
}

#[async_trait]
impl Lease for DatabaseLease {
    async fn renew(&mut self) -> Result<Option<String>, StoreError> {
        let renewed = || match renew(&self.connection, &self.token)? {
            true => Ok(None),
            false => holder(&self.connection).map(Some),
        };
        renewed().map_err(|cause| self.database.failed(cause))
    }

    async fn release(&mut self) -> Result<(), StoreError> {
        self.give_back()
    }
}
