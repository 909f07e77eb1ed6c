//! The order in which steps start: of the steps that are ready and whose lane is open, the one with the longest remaining path starts first.
//!
//! Not here: running them. Architecture invariant: no clock and no I/O.

use std::collections::{BTreeMap, BinaryHeap};
use std::time::Duration;

use windlass_plan::plan::{Plan, StepId};

use crate::provider::Limit;
use crate::rate_limits::LaneId;

/// The steps of a plan that have not started yet.
#[derive(Debug)]
pub(crate) struct Schedule {
    /// How many other steps each step still waits for; `None` after it was started or skipped.
    missing: Vec<Option<usize>>,
    followers: Vec<Vec<StepId>>,
    remaining: Vec<Duration>,
    lanes: Vec<LaneId>,
    /// Ready steps by lane, then by remaining path, then by position in the plan.
    ready: BTreeMap<LaneId, BinaryHeap<(Duration, std::cmp::Reverse<StepId>)>>,
}

impl Schedule {
    /// The schedule of a plan, whose steps come after those that they wait for. Steps of a rate-limited lane are treated as a queue. So a step that
    /// others in a crowded lane wait for starts first, in the order of that queue.
    pub fn of(
        plan: &Plan,
        guess: impl Fn(StepId) -> Duration,
        lane: impl Fn(StepId) -> LaneId,
        limit: impl Fn(LaneId) -> Option<Limit>,
    ) -> Self {
        let count = plan.steps.len();
        let mut followers = vec![Vec::new(); count];
        for (id, step) in plan.steps.iter().enumerate() {
            for before in &step.after {
                followers[*before].push(id);
            }
        }
        let lanes: Vec<LaneId> = (0..count).map(lane).collect();
        let longest = |least: &[Duration]| {
            let mut remaining = vec![Duration::ZERO; count];
            for id in (0..count).rev() {
                let next = followers[id].iter().map(|next| remaining[*next]).max();
                remaining[id] = (guess(id) + next.unwrap_or_default()).max(least[id]);
            }
            remaining
        };
        let mut remaining = longest(&vec![Duration::ZERO; count]);
        let waiting = in_lanes(&lanes, &remaining, limit);
        if waiting.iter().any(|waiting| !waiting.is_zero()) {
            remaining = longest(&waiting);
        }
        let missing: Vec<_> = plan
            .steps
            .iter()
            .map(|step| Some(step.after.len()))
            .collect();
        let mut schedule = Self {
            missing,
            followers,
            remaining,
            lanes,
            ready: BTreeMap::new(),
        };
        for id in 0..count {
            schedule.offer(id);
        }
        schedule
    }

    /// Whether a step could start now.
    pub fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// The lanes in which a step could start now.
    pub fn ready_lanes(&self) -> impl Iterator<Item = LaneId> {
        self.ready.keys().copied()
    }

    /// The next step to start, of those whose lanes are open.
    pub fn start(&mut self, is_open: impl Fn(LaneId) -> bool) -> Option<StepId> {
        let open = self.ready.iter().filter(|(lane, _)| is_open(**lane));
        let (lane, _) = open.max_by_key(|(_, steps)| steps.peek())?;
        let lane = *lane;
        let steps = self.ready.get_mut(&lane)?;
        let (_, std::cmp::Reverse(id)) = steps.pop()?;
        if steps.is_empty() {
            self.ready.remove(&lane);
        }
        self.missing[id] = None;
        Some(id)
    }

    /// A step succeeded.
    pub fn done(&mut self, id: StepId) {
        for next in std::mem::take(&mut self.followers[id]) {
            if let Some(missing) = &mut self.missing[next] {
                *missing -= 1;
                self.offer(next);
            }
        }
    }

    /// A step failed: returns all steps that cannot start any more.
    pub fn failed(&mut self, id: StepId) -> Vec<StepId> {
        let mut lost = Vec::new();
        let mut reached = std::mem::take(&mut self.followers[id]);
        while let Some(next) = reached.pop() {
            if self.missing[next].take().is_some() {
                lost.push(next);
                reached.append(&mut std::mem::take(&mut self.followers[next]));
            }
        }
        lost.sort_unstable();
        lost
    }

    /// No step is to start any more: returns all steps that have not started.
    pub fn abandon(&mut self) -> Vec<StepId> {
        self.ready.clear();
        let left = self.missing.iter_mut().enumerate();
        left.filter_map(|(id, missing)| missing.take().map(|_| id))
            .collect()
    }

    fn offer(&mut self, id: StepId) {
        if self.missing[id] == Some(0) {
            let steps = self.ready.entry(self.lanes[id]).or_default();
            steps.push((self.remaining[id], std::cmp::Reverse(id)));
        }
    }
}

/// The time from the start of each step until all later steps of its lane have been done, if the lane has more steps than its bucket's capacity. In
/// this queue, too, the step with the longest remaining path comes first.
fn in_lanes(
    lanes: &[LaneId],
    remaining: &[Duration],
    limit: impl Fn(LaneId) -> Option<Limit>,
) -> Vec<Duration> {
    let mut members: BTreeMap<LaneId, Vec<StepId>> = BTreeMap::new();
    for (id, lane) in lanes.iter().enumerate() {
        members.entry(*lane).or_default().push(id);
    }
    let mut waiting = vec![Duration::ZERO; lanes.len()];
    for (lane, mut steps) in members {
        let Some(limit) = limit(lane) else { continue };
        let gap = Duration::from_secs_f64(1.0 / limit.per_second);
        steps.sort_by_key(|id| (std::cmp::Reverse(remaining[*id]), *id));
        let saved_up = usize::try_from(limit.capacity).unwrap_or(usize::MAX);
        let mut behind = None;
        for (at, id) in steps.into_iter().enumerate().rev() {
            let after = behind.filter(|_| at + 1 >= saved_up);
            waiting[id] = after.map_or(Duration::ZERO, |after| gap + after);
            behind = Some(waiting[id].max(remaining[id]));
        }
    }
    waiting
}

#[cfg(test)]
mod tests {
    use windlass::address::Address;
    use windlass::document::Place;
    use windlass::schema::Wait;
    use windlass_plan::plan::{FORMAT, Step, StepAction};
    use windlass_state::binding::Binding;
    use windlass_state::identity::Lineage;

    use super::*;

    fn plan(after: &[&[StepId]]) -> Plan {
        let steps = after.iter().map(|after| Step {
            address: Address::parse("a").expect("valid"),
            generation: 0,
            kind: "Test::A::B".to_owned(),
            place: Place::default(),
            action: StepAction::Wait { level: Wait::Ready },
            after: after.to_vec(),
        });
        Plan {
            format: FORMAT,
            stack: "s".to_owned(),
            environment: "e".to_owned(),
            lineage: Lineage("0".repeat(32)),
            sequence: 0,
            binding: Binding::Aws {
                account: "123456789012".to_owned(),
                region: "us-east-1".to_owned(),
            },
            document: String::new(),
            observed: String::new(),
            changes: Vec::new(),
            unchanged: 0,
            steps: steps.collect(),
            outputs: BTreeMap::new(),
            notes: Vec::new(),
        }
    }

    /// Each step takes a second, and has a lane of its own.
    fn of(plan: &Plan) -> Schedule {
        Schedule::of(plan, |_| Duration::from_secs(1), |step| step, |_| None)
    }

    #[test]
    fn what_feeds_a_slow_lane_comes_in_the_order_of_that_lane() {
        // 0 and 2 → 4; 1 and 3 → 5. The first two of these take longer than the other two.
        let plan = plan(&[&[], &[], &[], &[], &[0, 2], &[1, 3]]);
        let guess = |step| Duration::from_secs(if step < 2 { 2 } else { 1 });
        let order = |limit: fn(LaneId) -> Option<Limit>| {
            let lane = |step| usize::from(step >= 4);
            let mut schedule = Schedule::of(&plan, guess, lane, limit);
            [(); 4].map(|()| schedule.start(|_| true).expect("four are ready"))
        };
        assert_eq!(order(|_| None), [0, 1, 2, 3]);
        let slow = |lane| {
            (lane == 1).then_some(Limit {
                shared: None,
                capacity: 1,
                per_second: 0.1,
            })
        };
        assert_eq!(order(slow), [0, 2, 1, 3]);
    }

    #[test]
    fn in_a_slow_lane_the_longest_path_comes_first_too() {
        // Three in one lane; what follows the last takes longest.
        let plan = plan(&[&[], &[], &[], &[2]]);
        let guess = |step| Duration::from_secs(if step == 3 { 600 } else { 1 });
        let limit = |lane| {
            (lane == 0).then_some(Limit {
                shared: None,
                capacity: 1,
                per_second: 1.0,
            })
        };
        let lane = |step| usize::from(step == 3);
        let mut schedule = Schedule::of(&plan, guess, lane, limit);
        let order = [(); 3].map(|()| schedule.start(|_| true));
        assert_eq!(order, [Some(2), Some(0), Some(1)]);
    }

    #[test]
    fn what_has_a_closed_lane_is_passed_by() {
        // 0 alone; 1 → 2.
        let plan = plan(&[&[], &[], &[1]]);
        let mut schedule = of(&plan);
        assert_eq!(schedule.start(|lane| lane != 1), Some(0));
        assert_eq!(schedule.start(|lane| lane != 1), None);
        assert!(schedule.has_ready());
        assert_eq!(schedule.ready_lanes().collect::<Vec<_>>(), [1]);
        assert_eq!(schedule.start(|_| true), Some(1));
        assert!(!schedule.has_ready());
    }

    #[test]
    fn the_longest_remaining_path_starts_first() {
        // 0 alone; 1 → 2 → 3.
        let plan = plan(&[&[], &[], &[1], &[2]]);
        let mut schedule = of(&plan);
        assert_eq!(schedule.start(|_| true), Some(1));
        assert_eq!(schedule.start(|_| true), Some(0));
        assert_eq!(schedule.start(|_| true), None);
        schedule.done(1);
        assert_eq!(schedule.start(|_| true), Some(2));
    }

    #[test]
    fn a_failure_takes_only_its_followers_along() {
        // 0 → 2 → 3, 1 → 3, 1 → 4.
        let plan = plan(&[&[], &[], &[0], &[1, 2], &[1]]);
        let mut schedule = of(&plan);
        while schedule.start(|_| true).is_some() {}
        assert_eq!(schedule.failed(0), [2, 3]);
        schedule.done(1);
        assert_eq!(schedule.start(|_| true), Some(4));
        assert_eq!(schedule.abandon(), [0; 0]);
    }

    #[test]
    fn what_is_abandoned_never_starts() {
        let plan = plan(&[&[], &[0], &[1]]);
        let mut schedule = of(&plan);
        assert_eq!(schedule.start(|_| true), Some(0));
        assert_eq!(schedule.abandon(), [1, 2]);
        schedule.done(0);
        assert!(!schedule.has_ready());
    }
}
