//! One rate-limited lane: a token bucket as AWS documents it, corrected by AWS's answers to match the account's own limit.
//!
//! A documented lane begins with a trial, which sends a few calls beyond the bucket. If AWS takes them, the account's limit is higher, and the lane
//! opens; if AWS throttles one, the documented rate holds, and the answers correct it in small steps. A lane without a documented limit is open until
//! AWS throttles a call. Then it seeks the rate in large steps, until one is too fast, and in small steps from then on.
//!
//! Not here: the clock, and which steps share a lane.

use std::collections::VecDeque;
use std::time::Duration;

use crate::provider::Limit;

/// Answers to calls that were sent before a change of the rate say nothing about the new rate.
const GRACE: Duration = Duration::from_millis(300);
/// How long a rate is kept before it is judged: while the lane seeks the rate, and afterwards.
const SEEKING: Duration = Duration::from_millis(500);
const KEEPING: Duration = Duration::from_secs(1);
/// The minimum number of answers before the lane may call a rate too fast.
const ANSWERS: u32 = 8;
/// The lowest rate, in calls per second.
const SLOWEST: f64 = 0.5;
/// The rate, in calls per second, from which the engine no longer paces calls.
const FASTEST: f64 = 500.0;
/// If AWS takes this many calls beyond the documented bucket, and one [`SPREAD`] of refill, without throttling, the account's limit is higher.
/// Several calls, because they reach AWS later than the engine counts them.
const PROOF: f64 = 3.0;
const SPREAD: Duration = Duration::from_millis(500);
/// How soon a waiting step checks again whether the lane has opened.
const ASK_AGAIN: Duration = Duration::from_millis(50);

/// The rate limiter for calls of one type.
#[derive(Debug, Default)]
pub(super) struct Lane {
    /// The limit that AWS documents.
    pub documented: Option<Limit>,
    /// The token bucket; absent while no limit is known.
    pub bucket: Option<Bucket>,
    /// The trial of whether the account's limit is higher than the documented one; absent after the trial.
    trial: Option<Trial>,
    /// Whether the lane still seeks the rate: it then changes the rate in larger steps.
    seeking: bool,
    /// Since when answers are counted, and how many there were.
    since: Duration,
    taken: u32,
    throttled: u32,
    /// The times of the calls in the last second, while there is no bucket.
    recent: VecDeque<Duration>,
}

/// AWS's token bucket, as far as the engine knows it.
#[derive(Debug)]
pub(super) struct Bucket {
    /// The refill rate in calls per second, and its lower bound.
    per_second: f64,
    slowest: f64,
    /// The capacity in calls, and the level now.
    capacity: f64,
    level: f64,
    /// The time of that level.
    at: Duration,
}

/// A trial of whether AWS accepts more calls than it documents.
#[derive(Debug)]
struct Trial {
    sent: u32,
    answered: u32,
    /// How many more calls the lane may send although the bucket is empty.
    beyond: f64,
    /// The number of answers without throttling that prove a higher limit.
    proof: Option<u32>,
}

/// The lower bound of a lane's rate, in calls per second.
fn slowest(documented: f64) -> f64 {
    SLOWEST.min(documented / 2.0)
}

impl Bucket {
    fn level(&self, now: Duration) -> f64 {
        let refill = now.saturating_sub(self.at).as_secs_f64() * self.per_second;
        (self.level + refill).min(self.capacity)
    }

    fn wait(&self, now: Duration) -> Duration {
        let lacking = 1.0 - self.level(now);
        // A smaller difference is a rounding error.
        if lacking < 1e-6 {
            Duration::ZERO
        } else {
            Duration::from_secs_f64(lacking / self.per_second)
        }
    }

    fn set(&mut self, level: f64, now: Duration) {
        self.level = level;
        self.at = now;
    }
}

impl Lane {
    pub fn of(limit: Option<Limit>) -> Self {
        let Some(limit) = limit else {
            return Self::default();
        };
        let capacity = f64::from(limit.capacity);
        Self {
            documented: Some(limit),
            bucket: Some(Bucket {
                per_second: limit.per_second,
                slowest: slowest(limit.per_second),
                capacity,
                level: capacity,
                at: Duration::ZERO,
            }),
            trial: Some(Trial {
                sent: 0,
                answered: 0,
                beyond: PROOF + limit.per_second * SPREAD.as_secs_f64(),
                proof: None,
            }),
            ..Self::default()
        }
    }

    pub fn wait(&self, now: Duration) -> Duration {
        let Some(bucket) = &self.bucket else {
            return Duration::ZERO;
        };
        match &self.trial {
            Some(trial) if trial.beyond >= 1.0 => Duration::ZERO,
            Some(_) => bucket.wait(now).min(ASK_AGAIN),
            None => bucket.wait(now),
        }
    }

    pub fn take(&mut self, now: Duration) {
        let Some(bucket) = &mut self.bucket else {
            return;
        };
        let is_beyond = !bucket.wait(now).is_zero();
        bucket.set(bucket.level(now) - 1.0, now);
        if let Some(trial) = &mut self.trial {
            trial.sent += 1;
            if is_beyond && trial.beyond >= 1.0 {
                trial.beyond -= 1.0;
                trial.proof = (trial.beyond < 1.0).then_some(trial.sent);
            }
        }
    }

    pub fn answered(&mut self, throttled: bool, now: Duration) {
        let Some(bucket) = &mut self.bucket else {
            self.forget(now);
            return if throttled {
                self.begin(now);
            } else {
                self.recent.push_back(now);
            };
        };
        if throttled && bucket.capacity > 1.0 {
            bucket.set(0.0, now);
        }
        if let Some(trial) = &mut self.trial {
            trial.answered += 1;
            if throttled {
                self.trial = None;
                self.count_from(now + GRACE);
            } else if trial.proof.is_some_and(|proof| trial.answered >= proof) {
                // The account's limit is higher than the documented one, and unknown.
                (self.bucket, self.trial) = (None, None);
            }
        } else if now >= self.since {
            *(if throttled {
                &mut self.throttled
            } else {
                &mut self.taken
            }) += 1;
            let period = if self.seeking { SEEKING } else { KEEPING };
            let enough = self.throttled == 0 || self.taken + self.throttled >= ANSWERS;
            if now - self.since >= period && enough {
                self.judge(now);
            }
        }
    }

    pub fn lost(&mut self) {
        if let Some(trial) = &mut self.trial {
            trial.sent = trial.sent.saturating_sub(1);
            trial.proof = trial.proof.map(|proof| proof.saturating_sub(1));
        }
    }

    // The recent calls came partly from AWS's saved capacity, so the first guess of the rate is half of them.
    fn begin(&mut self, now: Duration) {
        let saved_up = f64::from(u32::try_from(self.recent.len()).unwrap_or(u32::MAX));
        let found = (saved_up / 2.0).max(4.0);
        let per_second = self.documented.map_or(found, |limit| limit.per_second);
        self.bucket = Some(Bucket {
            per_second,
            slowest: slowest(per_second),
            capacity: 1.0,
            level: 0.0,
            at: now,
        });
        self.seeking = true;
        self.count_from(now + GRACE);
        self.recent.clear();
    }

    fn judge(&mut self, now: Duration) {
        let Some(bucket) = &mut self.bucket else {
            return;
        };
        let (taken, throttled) = (f64::from(self.taken), f64::from(self.throttled));
        let change = if self.throttled > 0 {
            self.seeking = false;
            (taken / (taken + throttled)).max(0.5) * 0.97
        } else if self.seeking {
            1.25
        } else {
            1.05
        };
        bucket.set(bucket.level(now), now);
        bucket.per_second = (bucket.per_second * change).max(bucket.slowest);
        if bucket.per_second >= FASTEST {
            self.bucket = None;
        }
        self.count_from(now);
    }

    fn count_from(&mut self, since: Duration) {
        self.since = since;
        self.taken = 0;
        self.throttled = 0;
    }

    fn forget(&mut self, now: Duration) {
        let second = Duration::from_secs(1);
        while self.recent.front().is_some_and(|at| *at + second < now) {
            self.recent.pop_front();
        }
    }
}
