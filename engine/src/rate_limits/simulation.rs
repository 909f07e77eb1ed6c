//! Lanes against a simulated token bucket of AWS: how long many calls take, and how many of them AWS throttles.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use super::lane::Lane;
use crate::provider::Limit;

/// AWS's bucket.
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

/// An event in the life of a simulated call.
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

/// Sends calls as fast as the lane allows, 32 at once. Returns the time in seconds and the number of throttled calls.
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
        // The calls that are under way at the first throttling are throttled in any case.
        let lost = 32.0 - burst.min(32.0);
        let share = (f64::from(throttled) - lost) / f64::from(calls);
        assert!(share <= 0.2, "{throttled} of {calls} throttled");
    }
}

/// Calls of a stack, and AWS's documented limits for them: of ECS, of Elastic Load Balancing, and of Amazon EC2.
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
