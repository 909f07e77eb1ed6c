//! A simulated clock: time passes only when every task waits. Also hosts whose time of day is wrong (clock skew).
//!
//! Not here: anything that takes time by itself.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use windlass_engine::clock::Clock;

/// How often the earliest sleeper checks whether another task has work to do before it lets time pass.
const PATIENCE: u32 = 6;

/// A clock that its sleepers move forward. If it is [driven](drive), it moves when nothing else does.
#[derive(Debug, Default)]
pub struct SimClock(Mutex<Time>);

#[derive(Debug, Default)]
struct Time {
    now: Duration,
    sleepers: BTreeMap<(Duration, u64), Option<Waker>>,
    next: u64,
    driven: bool,
    /// How far the host's time of day is ahead of AWS's.
    ahead: Duration,
}

/// A sleeper. It leaves the list even when its future is dropped.
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
    /// Another clock that shows the same time and has no sleepers.
    #[must_use]
    pub fn fork(&self) -> Self {
        let Time { now, ahead, .. } = *self.lock();
        Self(Mutex::new(Time {
            now,
            ahead,
            ..Time::default()
        }))
    }

    /// Lets time pass at once, as between two runs.
    pub fn pass(&self, time: Duration) {
        self.lock().now += time;
    }

    /// From now on the engine runs on another host, whose time of day is ahead by `ahead`.
    pub fn set_ahead(&self, ahead: Duration) {
        self.lock().ahead = ahead;
    }

    /// The time of day, as AWS has it.
    pub fn true_time(&self) -> Timestamp {
        time_of_day(self.lock().now)
    }

    fn lock(&self) -> MutexGuard<'_, Time> {
        self.0.lock().expect("no thread panics while it holds this")
    }

    fn lie_down(&self, time: Duration) -> Sleeper<'_> {
        let mut inner = self.lock();
        let key = (inner.now + time, inner.next);
        inner.next += 1;
        inner.sleepers.insert(key, None);
        drop(inner);
        Sleeper { clock: self, key }
    }

    // Moves on to the first sleeper. `false` if no task sleeps.
    fn advance(&self) -> bool {
        let mut inner = self.lock();
        // A sleeper that was woken and has not run yet, such as one in a stopped process, does not hold up the clock.
        let asleep = inner.sleepers.iter().find(|(_, waker)| waker.is_some());
        let Some((at, _)) = asleep.map(|(key, _)| *key) else {
            return false;
        };
        inner.now = inner.now.max(at);
        let now = inner.now;
        let due = inner.sleepers.range_mut(..=(now, u64::MAX));
        let wakers: Vec<Waker> = due.filter_map(|(_, waker)| waker.take()).collect();
        drop(inner);
        wakers.into_iter().for_each(Waker::wake);
        true
    }

    // One check of a driven clock.
    fn has_come(&self, key: (Duration, u64), cx: &Context<'_>) -> Poll<()> {
        let mut inner = self.lock();
        if inner.now >= key.0 {
            return Poll::Ready(());
        }
        inner.sleepers.insert(key, Some(cx.waker().clone()));
        Poll::Pending
    }

    async fn push_on(&self, key: (Duration, u64)) {
        let mut looked = 0;
        loop {
            {
                let mut inner = self.lock();
                if inner.now >= key.0 {
                    return;
                }
                let first = inner.sleepers.first_key_value().map(|(key, _)| *key);
                if first == Some(key) {
                    looked += 1;
                    if looked > PATIENCE {
                        inner.now = key.0;
                        return;
                    }
                } else {
                    looked = 0;
                }
            }
            tokio::task::yield_now().await;
        }
    }

    async fn rest(&self, time: Duration) {
        let sleeper = self.lie_down(time);
        let key = sleeper.key;
        let driven = self.lock().driven;
        if driven {
            std::future::poll_fn(|cx| self.has_come(key, cx)).await;
        } else {
            self.push_on(key).await;
        }
    }

    fn time_of_host(&self) -> Timestamp {
        let inner = self.lock();
        time_of_day(inner.now + inner.ahead)
    }
}

fn time_of_day(after: Duration) -> Timestamp {
    let start = Timestamp::from_second(1_700_000_000).expect("in range");
    let after = SignedDuration::try_from(after).expect("in range");
    start.checked_add(after).expect("in range")
}

#[async_trait]
impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        self.time_of_host()
    }

    fn elapsed(&self) -> Duration {
        self.lock().now
    }

    async fn sleep(&self, time: Duration) {
        self.rest(time).await;
    }
}

/// The clock of one host: it runs as fast as the true clock, and its time of day is off.
#[derive(Debug)]
pub struct HostClock {
    /// The true clock.
    pub clock: Arc<SimClock>,
    /// How far this clock is ahead of the true one. Negative: behind.
    pub skew: SignedDuration,
}

#[async_trait]
impl Clock for HostClock {
    fn now(&self) -> Timestamp {
        let skewed = self.clock.time_of_host().checked_add(self.skew);
        skewed.expect("some hours are in range")
    }

    fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    async fn sleep(&self, time: Duration) {
        self.clock.rest(time).await;
    }
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Runs the work on this thread alone, and moves the clock whenever nothing else can be done: the same work takes the same steps in the same order
/// each time. `None` when every task waits for something that will never come, or runs in circles.
pub fn drive<T>(clock: &SimClock, work: impl Future<Output = T>) -> Option<T> {
    clock.lock().driven = true;
    let woken = Arc::new(Woken(AtomicBool::new(false)));
    let waker = Waker::from(Arc::clone(&woken));
    let mut cx = Context::from_waker(&waker);
    let mut work = pin!(work);
    for _ in 0..MOST_STEPS {
        if let Poll::Ready(done) = work.as_mut().poll(&mut cx) {
            return Some(done);
        }
        if !woken.0.swap(false, Ordering::SeqCst) && !clock.advance() {
            return None;
        }
    }
    None
}

/// Work that takes more steps than this runs in circles.
const MOST_STEPS: u32 = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    async fn three_sleepers(clock: &SimClock) -> Vec<u64> {
        let order = Mutex::new(Vec::new());
        let sleep = |seconds: u64| {
            let order = &order;
            async move {
                clock.sleep(Duration::from_secs(seconds)).await;
                order.lock().expect("not poisoned").push(seconds);
            }
        };
        tokio::join!(sleep(3), sleep(1), sleep(2));
        order.into_inner().expect("not poisoned")
    }

    #[tokio::test]
    async fn sleepers_wake_in_order() {
        let clock = SimClock::default();
        assert_eq!(three_sleepers(&clock).await, [1, 2, 3]);
        assert_eq!(clock.elapsed(), Duration::from_secs(3));
    }

    #[test]
    fn sleepers_of_a_driven_clock_wake_in_order() {
        let clock = SimClock::default();
        assert_eq!(drive(&clock, three_sleepers(&clock)), Some(vec![1, 2, 3]));
        assert_eq!(clock.elapsed(), Duration::from_secs(3));
    }

    #[test]
    fn work_that_waits_for_nothing_ends() {
        let clock = SimClock::default();
        assert_eq!(drive(&clock, std::future::pending::<()>()), None);
    }
}
