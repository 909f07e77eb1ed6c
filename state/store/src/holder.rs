//! The holder of a state's lease, and until when the lease is valid.
//!
//! Not here: how a keeper takes, renews and gives back its lease.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use windlass_state::journal::JournalError;

/// How long a lease is valid without being renewed.
pub const TERM: Duration = Duration::from_secs(30);

/// The holder of a state's lease.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holder {
    pub user: String,
    pub host: String,
    /// The process id.
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

/// A moment by both clocks of this host: the time of day continues while the host sleeps, and the other clock never goes back.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    steady: Instant,
    day: Timestamp,
}

impl Moment {
    pub fn now() -> Self {
        Self {
            steady: Instant::now(),
            day: Timestamp::now(),
        }
    }
}

/// The time until which this process may work on the state. Reading it needs no I/O.
#[derive(Debug)]
pub struct Deadline {
    term: Duration,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    Until(Moment),
    Lost(String),
}

impl Deadline {
    /// The deadline of a lease whose request began at that moment.
    pub fn after(asked: Moment, term: Duration) -> Self {
        let until = Self::until(asked, term);
        Self {
            term,
            state: Mutex::new(State::Until(until)),
        }
    }

    fn until(asked: Moment, term: Duration) -> Moment {
        Moment {
            steady: asked.steady + term,
            day: asked.day + term,
        }
    }

    /// The lease was renewed: its term starts at the moment when the renewal was requested. A lost lease stays lost.
    pub fn extend(&self, asked: Moment) {
        let mut state = self.lock();
        if matches!(*state, State::Until(_)) {
            *state = State::Until(Self::until(asked, self.term));
        }
    }

    /// Another run holds the state now.
    pub fn lose(&self, holder: String) {
        *self.lock() = State::Lost(holder);
    }

    /// How long the state is still ours if the lease is not renewed. Zero if it is not ours any more.
    pub fn left(&self) -> Duration {
        let now = Moment::now();
        match &*self.lock() {
            State::Lost(_) => Duration::ZERO,
            State::Until(until) => {
                let day = Duration::try_from(until.day.duration_since(now.day));
                let steady = until.steady.saturating_duration_since(now.steady);
                steady.min(day.unwrap_or_default())
            }
        }
    }

    /// Whether the state is still ours.
    pub fn held(&self) -> Result<(), JournalError> {
        let now = Moment::now();
        match &*self.lock() {
            State::Lost(holder) => Err(JournalError::TakenOver {
                holder: holder.clone(),
            }),
            State::Until(until) if now.steady >= until.steady || now.day >= until.day => {
                Err(JournalError::LeaseExpired {
                    deadline: until.day,
                })
            }
            State::Until(_) => Ok(()),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state
            .lock()
            .expect("no thread panics while it holds this")
    }
}
