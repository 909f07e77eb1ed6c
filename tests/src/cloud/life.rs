//! The life of one process of the engine: it can end at any counted moment, or stop for a while and continue.
//!
//! Not here: what survives the process, which is the world and the journal.

use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::Notify;
use windlass_engine::clock::Clock;

use super::clock::SimClock;

/// Counts moments, and ends or stops the process at a chosen one.
#[derive(Debug, Default)]
pub struct Life {
    inner: Mutex<Inner>,
    ended: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    moments: u64,
    last: Option<u64>,
    stop: Option<(u64, Duration)>,
    dead: bool,
    stopped: Option<Stopped>,
    longest_stop: Duration,
}

#[derive(Debug, Clone, Copy)]
struct Stopped {
    since: Duration,
    until: Duration,
}

impl Life {
    /// Begins a new life, which ends at the given moment, counted from 0.
    pub fn begin(&self, last: Option<u64>) {
        *self.lock() = Inner {
            last,
            ..Inner::default()
        };
    }

    /// Stops the process at that moment for the given pause, as SIGSTOP and SIGCONT do.
    pub fn stop_at(&self, moment: u64, pause: Duration) {
        self.lock().stop = Some((moment, pause));
    }

    /// How many moments this life has had.
    pub fn moments(&self) -> u64 {
        self.lock().moments
    }

    /// Whether the process is dead.
    pub fn is_over(&self) -> bool {
        self.lock().dead
    }

    /// The longest time for which the process was stopped and so sent no heartbeat.
    pub fn longest_stop(&self) -> Duration {
        self.lock().longest_stop
    }

    /// For how long the process has done nothing.
    pub fn silent_for(&self, now: Duration) -> Duration {
        let inner = self.lock();
        match inner.stopped {
            Some(stopped) => now.saturating_sub(stopped.since),
            None if inner.dead => Duration::MAX,
            None => Duration::ZERO,
        }
    }

    /// A moment at which the process may be killed. In a dead process this call never returns.
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

    /// The same for a moment at which the process may also be stopped. Then no part of the process moves until it continues.
    pub async fn moment_on(&self, clock: &SimClock) {
        self.moment().await;
        let stop = {
            let mut inner = self.lock();
            let due = inner.stop.filter(|(at, _)| *at < inner.moments);
            if let Some((_, pause)) = due {
                inner.stop = None;
                let since = clock.elapsed();
                let until = since + pause;
                inner.stopped = Some(Stopped { since, until });
                inner.longest_stop = inner.longest_stop.max(pause);
            }
            due.map(|(_, pause)| pause)
        };
        if let Some(pause) = stop {
            clock.sleep(pause).await;
        }
    }

    /// Does the work until the process dies. `None` if it died before the work was done.
    pub async fn live<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.ended.notified() => None,
            done = work => Some(done),
        }
    }

    /// The same for a process that can be stopped. While it is stopped, no part of it moves.
    pub async fn live_on<T>(
        &self,
        clock: &Arc<SimClock>,
        work: impl Future<Output = T>,
    ) -> Option<T> {
        let mut work = pin!(self.live(work));
        let mut thaw: Option<std::pin::Pin<Box<dyn Future<Output = ()> + Send>>> = None;
        std::future::poll_fn(move |cx: &mut Context<'_>| {
            loop {
                if let Some(waiting) = &mut thaw {
                    match waiting.as_mut().poll(cx) {
                        Poll::Pending => return Poll::Pending,
                        Poll::Ready(()) => thaw = None,
                    }
                }
                let done = work.as_mut().poll(cx);
                match self.stopped(clock.elapsed()) {
                    Some(left) if done.is_pending() => {
                        let clock = Arc::clone(clock);
                        thaw = Some(Box::pin(async move { clock.sleep(left).await }));
                    }
                    _ => return done,
                }
            }
        })
        .await
    }

    // How long the process is still stopped.
    fn stopped(&self, now: Duration) -> Option<Duration> {
        let mut inner = self.lock();
        let left = inner.stopped?.until.saturating_sub(now);
        if left.is_zero() {
            inner.stopped = None;
            return None;
        }
        Some(left)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner
            .lock()
            .expect("no thread panics while it holds this")
    }
}
