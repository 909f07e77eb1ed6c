//! The rate limiter: it sends calls of one sort as fast as AWS documents it, or freely where AWS documents nothing, and slows down once AWS
//! throttles one.
//!
//! AWS counts calls in token buckets, most of them for each operation, account and region. So a lane is a kind and what is done to it, or all that
//! shares a documented bucket, in one place. An account's own limits can differ from the documented ones: a [`Lane`] learns that from the answers.
//!
//! Not here: how often a throttled call is sent (`retry`), and which step goes first (`schedule`).

mod lane;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use windlass::document::Place;
use windlass_plan::plan::{Step, StepAction, StepId};
use windlass_state::record::Action;

use self::lane::Lane;
use crate::clock::Clock;
use crate::provider::{ErrorClass, Limit, ProviderError};

/// The number of a lane. The first lane is for steps that send no call of their own, or none that AWS counts.
pub(crate) type LaneId = usize;

const FREE: LaneId = 0;

/// The lanes of a plan's steps.
pub(crate) struct Lanes<'a> {
    clock: &'a dyn Clock,
    of_steps: Vec<LaneId>,
    lanes: Mutex<Vec<Lane>>,
}

/// The calls of one lane.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sort<'p> {
    /// One action on one kind.
    Own(&'p str, Action),
    /// All calls that share a bucket of this name.
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

    /// The lane for further calls of a step: its own lane, if these calls share the bucket.
    pub fn further(&self, step: StepId) -> LaneId {
        let lane = self.of_steps[step];
        match self.limit(lane) {
            Some(limit) if limit.shared.is_some() => lane,
            _ => FREE,
        }
    }

    /// The limit that AWS documents for a lane.
    pub fn limit(&self, lane: LaneId) -> Option<Limit> {
        self.lock()[lane].documented
    }

    /// The time until the lane may send its next call.
    pub fn wait(&self, lane: LaneId) -> Duration {
        self.lock()[lane].wait(self.clock.elapsed())
    }

    /// The time until the lane's next turn; `None` if the lane has no turns.
    pub fn next(&self, lane: LaneId) -> Option<Duration> {
        let lane = &self.lock()[lane];
        lane.bucket
            .as_ref()
            .map(|_| lane.wait(self.clock.elapsed()))
    }

    /// Counts a call that the engine is about to send.
    pub fn take(&self, lane: LaneId) {
        self.lock()[lane].take(self.clock.elapsed());
    }

    /// Waits for a turn and takes it. There is no queue: the first caller that asks after a turn is due takes it, so that a change of the rate takes
    /// effect at once.
    pub async fn turn(&self, lane: LaneId) {
        loop {
            let wait = self.wait(lane);
            if wait.is_zero() {
                return self.take(lane);
            }
            self.clock.sleep(wait).await;
        }
    }

    /// Adapts the rate to the answer to a step's own call.
    pub fn answered(&self, lane: LaneId, error: Option<&ProviderError>) {
        if lane == FREE {
            return;
        }
        let now = self.clock.elapsed();
        let mut lanes = self.lock();
        match error.map(|error| error.class) {
            Some(ErrorClass::Throttled) => lanes[lane].answered(true, now),
            // AWS may or may not have counted the call.
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

#[cfg(test)]
mod simulation;

#[cfg(test)]
mod tests {
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
}
