//! How fast calls of one sort are sent: freely until AWS throttles one, then at the rate that AWS is seen to take.
//!
//! AWS counts most calls in a bucket for each operation, account and region. So a lane is a kind and what is done to it, in one place. Updates have
//! none: one can be many calls, which the provider sends again by itself. Not here: how often a throttled call is sent (`retry`), and which
//! step goes first (`schedule`).

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use windlass::document::Place;
use windlass_plan::plan::{Plan, StepAction, StepId};
use windlass_state::record::Action;

use crate::clock::Clock;
use crate::provider::{ErrorClass, ProviderError};

/// A lane's number. The first is for all that sends no call of its own, or none that is counted.
pub(crate) type LaneId = usize;

const FREE: LaneId = 0;

/// The lanes of one plan.
pub(crate) struct Lanes<'a> {
    clock: &'a dyn Clock,
    of_steps: Vec<LaneId>,
    lanes: Mutex<Vec<Lane>>,
}

impl<'a> Lanes<'a> {
    pub fn of(plan: &Plan, clock: &'a dyn Clock) -> Self {
        let mut numbers: BTreeMap<(&Place, &str, Action), LaneId> = BTreeMap::new();
        let steps = plan.steps.iter().map(|step| {
            let action = match step.action {
                StepAction::Create { .. } => Action::Create,
                StepAction::Delete { .. } => Action::Delete,
                StepAction::Update { .. } | StepAction::Wait { .. } | StepAction::Record(_) => {
                    return FREE;
                }
            };
            let next = numbers.len() + 1;
            *numbers
                .entry((&step.place, step.kind.as_str(), action))
                .or_insert(next)
        });
        let of_steps = steps.collect();
        let lanes = (0..=numbers.len()).map(|_| Lane::default()).collect();
        Self {
            clock,
            of_steps,
            lanes: Mutex::new(lanes),
        }
    }

    /// The lane of a step.
    pub fn lane(&self, step: StepId) -> LaneId {
        self.of_steps[step]
    }

    /// How long it takes until the next call of this lane may be sent.
    pub fn wait(&self, lane: LaneId) -> Duration {
        self.lock()[lane].wait(self.clock.elapsed())
    }

    /// How long it takes until the next turn of the step's lane; `None` where there are no turns, because nothing was throttled.
    pub fn next(&self, step: StepId) -> Option<Duration> {
        let lane = &self.lock()[self.of_steps[step]];
        lane.rate.map(|_| lane.wait(self.clock.elapsed()))
    }

    /// Takes the next turn of the step's lane, which has come.
    pub fn take(&self, step: StepId) {
        self.lock()[self.of_steps[step]].take(self.clock.elapsed());
    }

    /// Waits for a turn and takes it. Nobody stands in line: whoever asks when the time has come goes, so that a change of pace holds at once.
    pub async fn turn(&self, step: StepId) {
        loop {
            let wait = self.wait(self.of_steps[step]);
            if wait.is_zero() {
                return self.take(step);
            }
            self.clock.sleep(wait).await;
        }
    }

    /// Learns from an answer.
    pub fn answered(&self, step: StepId, error: Option<&ProviderError>) {
        let now = self.clock.elapsed();
        let throttled = error.is_some_and(|error| error.class == ErrorClass::Throttled);
        self.lock()[self.of_steps[step]].answered(throttled, now);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Lane>> {
        self.lanes
            .lock()
            .expect("no thread panics while it holds this")
    }
}

/// Answers to calls that were under way when the pace was set say nothing about it.
const GRACE: Duration = Duration::from_millis(300);
/// How long a pace is kept before it is judged, while it is sought and afterwards.
const SEEKING: Duration = Duration::from_millis(500);
const KEEPING: Duration = Duration::from_secs(1);
/// Calls in a second, at least.
const SLOWEST: f64 = 0.5;
/// Calls in a second that nobody needs to pace.
const FASTEST: f64 = 500.0;

/// One sort of calls.
#[derive(Debug, Default)]
struct Lane {
    /// Calls in a second; absent as long as nothing was throttled.
    rate: Option<f64>,
    /// When the next one may be sent.
    next: Duration,
    /// Whether the rate still has to be found: it grows faster then.
    seeking: bool,
    /// Since when answers are counted, and how many there were.
    since: Duration,
    taken: u32,
    throttled: u32,
    /// When calls were taken in the last second, as long as there is no rate.
    recent: VecDeque<Duration>,
}

impl Lane {
    fn wait(&self, now: Duration) -> Duration {
        match self.rate {
            Some(_) => self.next.saturating_sub(now),
            None => Duration::ZERO,
        }
    }

    fn take(&mut self, now: Duration) {
        if let Some(rate) = self.rate {
            self.next = now + Duration::from_secs_f64(1.0 / rate);
        }
    }

    fn answered(&mut self, throttled: bool, now: Duration) {
        match self.rate {
            None if throttled => self.begin(now),
            None => {
                self.forget(now);
                self.recent.push_back(now);
            }
            Some(_) if now < self.since => {}
            Some(rate) => {
                *(if throttled {
                    &mut self.throttled
                } else {
                    &mut self.taken
                }) += 1;
                let period = if self.seeking { SEEKING } else { KEEPING };
                if now - self.since >= period {
                    self.judge(rate, now);
                }
            }
        }
    }

    // What went through before was partly saved up.
    fn begin(&mut self, now: Duration) {
        self.forget(now);
        let saved_up = f64::from(u32::try_from(self.recent.len()).unwrap_or(u32::MAX));
        let rate = (saved_up / 2.0).max(4.0);
        self.rate = Some(rate);
        self.seeking = true;
        self.next = now + Duration::from_secs_f64(1.0 / rate);
        self.count_from(now + GRACE);
        self.recent.clear();
    }

    fn judge(&mut self, rate: f64, now: Duration) {
        let (taken, throttled) = (f64::from(self.taken), f64::from(self.throttled));
        let change = if self.throttled > 0 {
            self.seeking = false;
            (taken / (taken + throttled)).max(0.5) * 0.97
        } else if self.seeking {
            1.25
        } else {
            1.05
        };
        let rate = (rate * change).max(SLOWEST);
        self.rate = (rate < FASTEST).then_some(rate);
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

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;
    use std::collections::BinaryHeap;

    use super::*;

    /// AWS's bucket: so many calls in a second, and so many saved up at most.
    struct Bucket {
        per_second: f64,
        burst: f64,
        level: f64,
        at: Duration,
    }

    impl Bucket {
        fn takes(&mut self, now: Duration) -> bool {
            let refill = (now - self.at).as_secs_f64() * self.per_second;
            self.level = (self.level + refill).min(self.burst);
            self.at = now;
            let takes = self.level >= 1.0;
            if takes {
                self.level -= 1.0;
            }
            takes
        }
    }

    /// What a sender does, or sees happen to its call.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    enum Happens {
        Asks,
        IsTaken,
        IsThrottled,
    }

    /// Sends calls as fast as the lane lets them, 32 at once; gives the seconds that it took and how many were throttled.
    fn send(calls: u32, per_second: f64, burst: f64) -> (f64, u32) {
        const CALL: Duration = Duration::from_millis(60);
        let mut bucket = Bucket {
            per_second,
            burst,
            level: burst,
            at: Duration::ZERO,
        };
        let (mut lane, mut left, mut throttled) = (Lane::default(), calls, 0);
        let mut agenda: BinaryHeap<Reverse<(Duration, Happens)>> = BinaryHeap::new();
        agenda.extend((0..32).map(|_| Reverse((Duration::ZERO, Happens::Asks))));
        let mut end = Duration::ZERO;
        while let Some(Reverse((now, happens))) = agenda.pop() {
            let wait = lane.wait(now);
            match happens {
                Happens::Asks if left == 0 => {}
                Happens::Asks if !wait.is_zero() => {
                    agenda.push(Reverse((now + wait, Happens::Asks)));
                }
                Happens::Asks => {
                    left -= 1;
                    lane.take(now);
                    let answer = if bucket.takes(now) {
                        Happens::IsTaken
                    } else {
                        Happens::IsThrottled
                    };
                    agenda.push(Reverse((now + CALL, answer)));
                }
                Happens::IsTaken | Happens::IsThrottled => {
                    let again = happens == Happens::IsThrottled;
                    lane.answered(again, now);
                    left += u32::from(again);
                    throttled += u32::from(again);
                    end = now;
                    agenda.push(Reverse((now, Happens::Asks)));
                }
            }
        }
        (end.as_secs_f64(), throttled)
    }

    #[test]
    fn nothing_is_held_up_until_aws_throttles() {
        let (seconds, throttled) = send(320, 1e6, 1e6);
        assert!(seconds < 0.7, "{seconds}");
        assert_eq!(throttled, 0);
    }

    #[test]
    fn the_limit_is_found_and_kept() {
        for (calls, per_second, burst) in [
            (240, 15.0, 15.0),
            (300, 10.0, 50.0),
            (60, 2.0, 5.0),
            (2000, 100.0, 100.0),
            (400, 20.0, 20.0),
        ] {
            let (seconds, throttled) = send(calls, per_second, burst);
            let bound = (f64::from(calls) - burst) / per_second;
            println!(
                "{per_second}/s, {burst} saved up: {seconds:.1} s for {bound:.1} s, {throttled} of {calls} throttled"
            );
            assert!(seconds * 0.9 <= bound + 1.0, "{seconds} s for {bound} s");
            // Those that are under way when the first is throttled are lost in any case.
            let lost = 32.0 - burst.min(32.0);
            let share = (f64::from(throttled) - lost) / f64::from(calls);
            assert!(share <= 0.2, "{throttled} of {calls} throttled");
        }
    }

    #[test]
    fn a_lane_that_is_throttled_all_the_time_still_moves() {
        let mut lane = Lane::default();
        let mut now = Duration::ZERO;
        for _ in 0..40 {
            now += lane.wait(now);
            lane.take(now);
            lane.answered(true, now);
        }
        assert!(now > Duration::from_secs(20), "{now:?}");
        assert!(lane.wait(now) <= Duration::from_secs(2));
    }
}
