//! Who holds a state: one writer at a time, by a lease that must be renewed.
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

    fn is_dead(&self, asking: &Self) -> bool {
        // Signal 0 only asks. `ESRCH` is the one answer that proves a process gone.
        let gone = |pid: u32| {
            i32::try_from(pid).is_ok_and(|pid| {
                nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), None)
                    == Err(nix::errno::Errno::ESRCH)
            })
        };
        self.host == asking.host && gone(self.pid)
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

/// Takes the lease if it is free, has run out, or its holder is dead.
pub fn take(
    connection: &mut Connection,
    holder: &Holder,
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
    if let Some((other, since, deadline)) = current
        && deadline > now.as_millisecond()
        && !other.is_dead(holder)
    {
        return Ok(Asked::Held {
            holder: other,
            since: Timestamp::from_millisecond(since).unwrap_or(now),
        });
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
