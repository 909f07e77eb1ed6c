//! Time that passes only when everybody waits.
//!
//! Not here: anything that takes time by itself.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use windlass_engine::clock::Clock;

/// How often the earliest sleeper looks whether anybody else has something to do before it lets time pass.
const PATIENCE: u32 = 6;

/// A clock whose sleepers push it on.
#[derive(Debug, Default)]
pub struct SimClock(Mutex<Time>);

#[derive(Debug, Default)]
struct Time {
    now: Duration,
    sleepers: BTreeSet<(Duration, u64)>,
    next: u64,
}

/// A sleeper that is taken off the list even when its future is dropped.
struct Sleeper<'a> {
    clock: &'a SimClock,
    key: (Duration, u64),
}

impl Drop for Sleeper<'_> {
    fn drop(&mut self) {
        self.clock.lock().sleepers.remove(&self.key);
    }
}

impl SimClock {
    /// Another clock that shows the same time, without anybody asleep.
    #[must_use]
    pub fn fork(&self) -> Self {
        let now = self.lock().now;
        Self(Mutex::new(Time {
            now,
            ..Time::default()
        }))
    }

    /// Lets time pass at once, as between two runs.
    pub fn pass(&self, time: Duration) {
        self.lock().now += time;
    }

    fn lock(&self) -> MutexGuard<'_, Time> {
        self.0.lock().expect("no thread panics while it holds this")
    }

    fn lie_down(&self, time: Duration) -> Sleeper<'_> {
        let mut inner = self.lock();
        let key = (inner.now + time, inner.next);
        inner.next += 1;
        inner.sleepers.insert(key);
        drop(inner);
        Sleeper { clock: self, key }
    }
}

#[async_trait]
impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        let start = Timestamp::from_second(1_700_000_000).expect("in range");
        let now = jiff::SignedDuration::try_from(self.lock().now).expect("in range");
        start.checked_add(now).expect("in range")
    }

    fn elapsed(&self) -> Duration {
        self.lock().now
    }

    async fn sleep(&self, time: Duration) {
        let sleeper = self.lie_down(time);
        let mut looked = 0;
        loop {
            {
                let mut inner = self.lock();
                if inner.now >= sleeper.key.0 {
                    return;
                }
                if inner.sleepers.first() == Some(&sleeper.key) {
                    looked += 1;
                    if looked > PATIENCE {
                        inner.now = sleeper.key.0;
                        return;
                    }
                } else {
                    looked = 0;
                }
            }
            tokio::task::yield_now().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn sleepers_wake_in_order() {
        let clock = SimClock::default();
        let order = Mutex::new(Vec::new());
        let sleep = |seconds: u64| {
            let (clock, order) = (&clock, &order);
            async move {
                clock.sleep(Duration::from_secs(seconds)).await;
                order.lock().expect("not poisoned").push(seconds);
            }
        };
        tokio::join!(sleep(3), sleep(1), sleep(2));
        assert_eq!(*order.lock().expect("not poisoned"), [1, 2, 3]);
        assert_eq!(clock.elapsed(), Duration::from_secs(3));
    }
}
