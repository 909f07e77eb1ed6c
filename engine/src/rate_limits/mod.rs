//! How fast calls of one sort are sent: as AWS documents it, or freely where it documents nothing, and at the rate that AWS is seen to take once it
//! throttles one.
//!
//! AWS counts calls in token buckets, most of them for each operation, account and region. So a lane is a kind and what is done to it, or all that
//! shares a documented bucket, in one place. An account's own limits can be other than the documented ones: where AWS takes more, the lane is opened,
//! and where it takes less, the rate falls. Not here: how often a throttled call is sent (`retry`), and which step goes first (`schedule`).

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use windlass::document::Place;
use windlass_plan::plan::{Step, StepAction, StepId};
use windlass_state::record::Action;

use crate::clock::Clock;
use crate::provider::{ErrorClass, Limit, ProviderError};

/// A lane's number. The first is for all that sends no call of its own, or none that is counted.
pub(crate) type LaneId = usize;

const FREE: LaneId = 0;

/// The lanes of a plan's steps.
pub(crate) struct Lanes<'a> {
    clock: &'a dyn Clock,
    of_steps: Vec<LaneId>,
    lanes: Mutex<Vec<Lane>>,
}

/// What goes through one lane.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sort<'p> {
    /// What is done to one kind.
    Own(&'p str, Action),
    /// What shares a bucket of this name.
    Shared(&'static str),
}

impl<'a> Lanes<'a> {
    pub fn of(
        steps: &[Step],
        documented: impl Fn(&str, Action) -> Option<Limit>,
        clock: &'a dyn Clock,
    ) -> Self {
        let mut numbers: BTreeMap<(&Place, Sort<'_>), LaneId> = BTreeMap::new();
        let mut lanes = vec![Lane::default()];
        let of_steps = steps.iter().map(|step| {
            let Some(action) = action(&step.action) else {
                return FREE;
            };
            let limit = documented(&step.kind, action);
            let sort = match limit.and_then(|limit| limit.shared) {
                Some(name) => Sort::Shared(name),
                None => Sort::Own(&step.kind, action),
            };
            *numbers.entry((&step.place, sort)).or_insert_with(|| {
                lanes.push(Lane::of(limit));
                lanes.len() - 1
            })
        });
        let of_steps = of_steps.collect();
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

    /// The lane for further calls of a step: its own, if these share the bucket.
    pub fn further(&self, step: StepId) -> LaneId {
        let lane = self.of_steps[step];
        match self.limit(lane) {
            Some(limit) if limit.shared.is_some() => lane,
            _ => FREE,
        }
    }

    /// What AWS documents about a lane.
    pub fn limit(&self, lane: LaneId) -> Option<Limit> {
        self.lock()[lane].documented
    }

    /// How long it takes until the next call of this lane may be sent.
    pub fn wait(&self, lane: LaneId) -> Duration {
        self.lock()[lane].wait(self.clock.elapsed())
    }

    /// How long it takes until the next turn of the lane; `None` where there are no turns.
    pub fn next(&self, lane: LaneId) -> Option<Duration> {
        let lane = &self.lock()[lane];
        lane.bucket
            .as_ref()
            .map(|_| lane.wait(self.clock.elapsed()))
    }

    /// Counts a call that is about to be sent.
    pub fn take(&self, lane: LaneId) {
        self.lock()[lane].take(self.clock.elapsed());
    }

    /// Waits for a turn and takes it. Nobody stands in line: whoever asks when the time has come goes, so that a change of pace holds at once.
    pub async fn turn(&self, lane: LaneId) {
        loop {
            let wait = self.wait(lane);
            if wait.is_zero() {
                return self.take(lane);
            }
            self.clock.sleep(wait).await;
        }
    }

    /// Learns from the answer to a step's own call.
    pub fn answered(&self, lane: LaneId, error: Option<&ProviderError>) {
        if lane == FREE {
            return;
        }
        let now = self.clock.elapsed();
        let mut lanes = self.lock();
        match error.map(|error| error.class) {
            Some(ErrorClass::Throttled) => lanes[lane].answered(true, now),
            // Nobody knows whether it was counted.
            Some(ErrorClass::Unknown | ErrorClass::Withheld | ErrorClass::CredentialsExpired) => {
                lanes[lane].lost()
            }
            _ => lanes[lane].answered(false, now),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Lane>> {
        self.lanes
            .lock()
            .expect("no thread panics while it holds this")
    }
}

fn action(action: &StepAction) -> Option<Action> {
    match action {
        StepAction::Create { .. } => Some(Action::Create),
        StepAction::Update { .. } => Some(Action::Update),
        StepAction::Delete { .. } => Some(Action::Delete),
        StepAction::Wait { .. } | StepAction::Record(_) => None,
    }
}

/// Answers to calls that were under way when the pace was set say nothing about it.
const GRACE: Duration = Duration::from_millis(300);
/// How long a pace is kept before it is judged, while it is sought and afterwards.
const SEEKING: Duration = Duration::from_millis(500);
const KEEPING: Duration = Duration::from_secs(1);
/// How many answers there have to be before a pace is found too fast.
const ANSWERS: u32 = 8;
/// Calls in a second, at least.
const SLOWEST: f64 = 0.5;
/// Calls in a second that nobody needs to pace.
const FASTEST: f64 = 500.0;
/// Where AWS takes so many calls more than it documents, and as many as come back in the time below, it does not keep to that. Several, since calls
/// do not arrive when they are counted here.
const PROOF: f64 = 3.0;
const SPREAD: Duration = Duration::from_millis(500);
/// How soon it is asked again whether a lane has been opened.
const ASK_AGAIN: Duration = Duration::from_millis(50);

/// One sort of calls.
#[derive(Debug, Default)]
struct Lane {
    /// What AWS documents.
    documented: Option<Limit>,
    /// What lets calls through; absent as long as nobody knows of a limit.
    bucket: Option<Bucket>,
    /// Whether the bucket is only what AWS documents, and what has been learnt about that.
    trial: Option<Trial>,
    /// Whether the rate still has to be found: it grows faster then.
    seeking: bool,
    /// Since when answers are counted, and how many there were.
    since: Duration,
    taken: u32,
    throttled: u32,
    /// When calls were taken in the last second, as long as there is no bucket.
    recent: VecDeque<Duration>,
}

/// AWS's bucket, as far as it is known.
#[derive(Debug)]
struct Bucket {
    /// Calls that come back in a second, and the fewest that these can be.
    per_second: f64,
    slowest: f64,
    /// Calls that are saved up, at most and now.
    capacity: f64,
    level: f64,
    /// When that was.
    at: Duration,
}

/// Whether AWS takes more calls than it documents.
#[derive(Debug)]
struct Trial {
    sent: u32,
    answered: u32,
    /// How many may still be sent although the bucket is empty.
    beyond: f64,
    /// When so many were answered and none throttled, it does.
    proof: Option<u32>,
}

/// The fewest calls in a second that a lane is believed to take.
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
        // Less than this is a matter of rounding.
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
    fn of(limit: Option<Limit>) -> Self {
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

    fn wait(&self, now: Duration) -> Duration {
        let Some(bucket) = &self.bucket else {
            return Duration::ZERO;
        };
        match &self.trial {
            Some(trial) if trial.beyond >= 1.0 => Duration::ZERO,
            Some(_) => bucket.wait(now).min(ASK_AGAIN),
            None => bucket.wait(now),
        }
    }

    fn take(&mut self, now: Duration) {
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

    fn answered(&mut self, throttled: bool, now: Duration) {
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
                // Nobody knows what it keeps to.
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

    fn lost(&mut self) {
        if let Some(trial) = &mut self.trial {
            trial.sent = trial.sent.saturating_sub(1);
            trial.proof = trial.proof.map(|proof| proof.saturating_sub(1));
        }
    }

    // What went through before was partly saved up.
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

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;
    use std::collections::BinaryHeap;

    use serde_json::json;
    use windlass::address::Address;
    use windlass::canonical::CanonicalJson;
    use windlass::schema::Wait;

    use super::*;
    use crate::clock::SystemClock;

    #[test]
    fn a_lane_is_a_kind_and_what_is_done_to_it_or_a_bucket_in_one_place() {
        let nothing = CanonicalJson::of(&json!({}));
        let create = StepAction::Create {
            template: nothing.clone(),
            spec: nothing.clone(),
            depends_on: Vec::new(),
            options: windlass::document::Options::default(),
        };
        let delete = StepAction::Delete {
            physical_id: "id".to_owned(),
            applied: nothing,
        };
        let wait = StepAction::Wait { level: Wait::Ready };
        let step = |kind: &str, action: &StepAction, region: &str| Step {
            address: Address::parse("a").expect("valid"),
            generation: 0,
            kind: kind.to_owned(),
            place: Place {
                region: Some(region.to_owned()),
                ..Place::default()
            },
            action: action.clone(),
            after: Vec::new(),
        };
        let steps = [
            step("Rule", &create, "here"),
            step("Group", &delete, "here"),
            step("Group", &delete, "there"),
            step("Role", &create, "here"),
            step("Role", &delete, "here"),
            step("Role", &create, "here"),
            step("Role", &wait, "here"),
        ];
        let documented = |kind: &str, _| {
            (kind != "Role").then_some(Limit {
                shared: Some("balancing"),
                capacity: 20,
                per_second: 3.0,
            })
        };
        let clock = SystemClock::start();
        let lanes = Lanes::of(&steps, documented, &clock);
        let of: Vec<LaneId> = (0..steps.len()).map(|step| lanes.lane(step)).collect();
        assert_eq!(of, [1, 1, 2, 3, 4, 3, FREE]);
    }

    /// AWS's bucket: so many calls in a second, and so many saved up at most.
    struct AwsBucket {
        per_second: f64,
        burst: f64,
        level: f64,
        at: Duration,
    }

    impl AwsBucket {
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

    fn documented(capacity: u32, per_second: f64) -> Lane {
        Lane::of(Some(Limit {
            shared: None,
            capacity,
            per_second,
        }))
    }

    /// Sends calls as fast as the lane lets them, 32 at once; gives the seconds that it took and how many were throttled.
    fn send(mut lane: Lane, calls: u32, per_second: f64, burst: f64) -> (f64, u32) {
        const CALL: Duration = Duration::from_millis(60);
        let mut bucket = AwsBucket {
            per_second,
            burst,
            level: burst,
            at: Duration::ZERO,
        };
        let (mut left, mut throttled) = (calls, 0);
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
        let (seconds, throttled) = send(Lane::default(), 320, 1e6, 1e6);
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
            let (seconds, throttled) = send(Lane::default(), calls, per_second, burst);
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

    /// So many of AWS's own limits as a stack meets: of ECS, of Elastic Load Balancing, and of Amazon EC2.
    const DOCUMENTED: [(u32, u32, f64); 5] = [
        (200, 20, 1.0),
        (250, 50, 5.0),
        (180, 20, 3.0),
        (30, 10, 0.2),
        (20, 4, 0.3),
    ];

    #[test]
    fn a_documented_limit_is_kept() {
        for (calls, capacity, rate) in DOCUMENTED {
            let lane = documented(capacity, rate);
            let burst = f64::from(capacity);
            let (seconds, throttled) = send(lane, calls, rate, burst);
            let bound = (f64::from(calls) - burst) / rate;
            println!(
                "{capacity}, {rate}/s: {seconds:.1} s for {bound:.1} s, {throttled} of {calls} throttled"
            );
            assert!(seconds * 0.9 <= bound + 1.0, "{seconds} s for {bound} s");
            let share = f64::from(throttled.saturating_sub(6)) / f64::from(calls);
            assert!(share <= 0.15, "{throttled} of {calls} throttled");
        }
    }

    #[test]
    fn a_documented_limit_holds_up_nobody_whose_own_is_higher() {
        for (calls, capacity, rate) in DOCUMENTED {
            let (seconds, throttled) = send(documented(capacity, rate), calls, 1e6, 1e6);
            println!("{capacity}, {rate}/s: {seconds:.2} s for {calls}");
            assert!(seconds < 1.0, "{seconds} s");
            assert_eq!(throttled, 0);
        }
    }

    #[test]
    fn a_limit_below_the_documented_one_is_found() {
        for (capacity, rate, lower) in [(50, 5.0, 2.0), (20, 3.0, 1.5), (100, 10.0, 5.0)] {
            let calls = capacity + 150;
            let (seconds, throttled) = send(documented(capacity, rate), calls, lower, 10.0);
            let bound = (f64::from(calls) - 10.0) / lower;
            println!(
                "{lower}/s instead of {rate}/s: {seconds:.1} s for {bound:.1} s, {throttled} of {calls} throttled"
            );
            assert!(seconds * 0.9 <= bound + 1.0, "{seconds} s for {bound} s");
            assert!(throttled * 3 <= calls, "{throttled} of {calls} throttled");
        }
    }

    #[test]
    fn a_larger_bucket_that_fills_no_faster_is_kept_to() {
        let (seconds, throttled) = send(documented(10, 0.2), 50, 0.2, 20.0);
        println!("0.2/s: {seconds:.1} s for 150 s, {throttled} of 50 throttled");
        assert!(seconds * 0.9 <= 151.0, "{seconds} s");
        assert!(throttled <= 40, "{throttled} throttled");
    }

    #[test]
    fn what_is_lost_proves_nothing() {
        let mut lane = documented(4, 1.0);
        for _ in 0..12 {
            lane.take(Duration::ZERO);
            lane.lost();
        }
        assert!(!lane.wait(Duration::ZERO).is_zero());
    }

    #[test]
    fn a_lane_whose_calls_are_never_answered_still_moves() {
        let (mut lane, mut now) = (documented(4, 0.5), Duration::ZERO);
        for _ in 0..12 {
            while !lane.wait(now).is_zero() {
                now += lane.wait(now);
            }
            lane.take(now);
        }
        assert!(now <= Duration::from_secs(20), "{now:?}");
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
