//! The life of the engine's process, which can end at any counted moment.
//!
//! Not here: what survives: the world and the journal.

use std::sync::Mutex;

use tokio::sync::Notify;

/// Counts moments, and ends at a chosen one.
#[derive(Debug, Default)]
pub struct Life {
    inner: Mutex<Inner>,
    ended: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    moments: u64,
    last: Option<u64>,
    dead: bool,
}

impl Life {
    /// Begins a new life, which ends at the given moment, counted from 0.
    pub fn begin(&self, last: Option<u64>) {
        *self.lock() = Inner {
            last,
            ..Inner::default()
        };
    }

    /// How many moments this life has had.
    pub fn moments(&self) -> u64 {
        self.lock().moments
    }

    /// A moment at which the process may be killed. For the dead it never returns.
    pub async fn moment(&self) {
        let dead = {
            let mut inner = self.lock();
            let now = inner.moments;
            inner.moments += 1;
            inner.dead |= inner.last == Some(now);
            inner.dead
        };
        if dead {
            self.ended.notify_waiters();
            std::future::pending::<()>().await;
        }
    }

    /// Lives until the end: `None` if it came before the work was done.
    pub async fn live<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.ended.notified() => None,
            done = work => Some(done),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner
            .lock()
            .expect("no thread panics while it holds this")
    }
}
