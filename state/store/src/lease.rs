//! Who holds a state: one writer at a time, by a lease that must be renewed.
//!
//! Between hosts the lease's deadline decides. On one host a file lock does, which the system drops with its process, so that a killed run
//! is taken over at once.
//!
//! Not here: renewing it, which the writer thread does.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

/// How long a lease holds without being renewed.
pub const TERM: Duration = Duration::from_secs(30);

/// Who works on a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The user.
    pub user: String,
    /// The host.
    pub host: String,
    /// The process.
    pub pid: u32,
}

impl Holder {
    /// The calling process.
    #[must_use]
    pub fn this_process() -> Self {
        let user = ["USER", "LOGNAME", "USERNAME"]
            .iter()
            .find_map(|name| std::env::var(name).ok());
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname")
            .ok()
            .or_else(|| std::env::var("HOSTNAME").ok());
        Self {
            user: user.unwrap_or_else(|| "somebody".to_owned()),
            host: host.map_or_else(|| "this host".to_owned(), |host| host.trim().to_owned()),
            pid: std::process::id(),
        }
    }
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{} (process {})", self.user, self.host, self.pid)
    }
}

/// What became of asking for the lease.
pub enum Asked {
    /// It is ours until then.
    Ours(Timestamp),
    /// Somebody else has it.
    Held {
        /// Who.
        holder: Holder,
        /// Since when.
        since: Timestamp,
    },
}

/// Takes the lease if it is free, has run out, or its holder is dead: `alone` says that no living process of this host has the state.
pub fn take(
    connection: &mut Connection,
    holder: &Holder,
    alone: bool,
    token: &str,
    now: Timestamp,
) -> rusqlite::Result<Asked> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let current = transaction
        .query_row(
            "SELECT user, host, pid, since, deadline FROM lease",
            [],
            |row| {
                let holder = Holder {
                    user: row.get(0)?,
                    host: row.get(1)?,
                    pid: row.get(2)?,
                };
                Ok((holder, row.get::<_, i64>(3)?, row.get::<_, i64>(4)?))
            },
        )
        .optional()?;
    let lives = |other: &Holder, deadline: i64| {
        deadline > now.as_millisecond() && !(alone && other.host == holder.host)
    };
    match current {
        Some((other, since, deadline)) if !alone || lives(&other, deadline) => {
            let since = Timestamp::from_millisecond(since).unwrap_or(now);
            return Ok(Asked::Held {
                holder: other,
                since,
            });
        }
        // A process of this host is just taking it or giving it back.
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
    Ok(Asked::Ours(deadline))
}

/// Renews the lease; `None` when it is not ours any more.
pub fn renew(
    connection: &Connection,
    token: &str,
    now: Timestamp,
) -> rusqlite::Result<Option<Timestamp>> {
    let deadline = now + TERM;
    let renewed = connection.execute(
        "UPDATE lease SET deadline = ?1 WHERE token = ?2",
        params![deadline.as_millisecond(), token],
    )?;
    Ok((renewed == 1).then_some(deadline))
}

/// Gives the lease back, if it is ours.
pub fn release(connection: &Connection, token: &str) -> rusqlite::Result<()> {
    connection
        .execute("DELETE FROM lease WHERE token = ?1", [token])
        .map(drop)
}
