//! Eventual consistency: what AWS shows to an observation, to a wait, and to a search for what a lost call made. AWS may show any of them an old
//! state.
//!
//! Not here: refusals of calls that use a resource before it shows (`refusing`).

use std::collections::BTreeSet;
use std::time::Duration;

use windlass_engine::provider::{
    Found, Outputs, PollQuestion, Progress, ProviderError, Target, Until,
};
use windlass_plan::observation::Observation;
use windlass_state::record::Intent;

use super::kinds::schema;
use super::making::{after_create, made_by, properties};
use super::provider::{Cloud, Result, lock};
use super::wordings::not_found;
use super::world::{Audience, Object, Shows, World};
use super::{invent, operations, refusing, rules};

impl Cloud {
    /// When a new resource of a kind shows, for each audience.
    pub(super) fn showing(&self, kind: &str) -> Shows {
        let (now, lag) = (self.now(), lock(&self.side.faults).lag);
        let window = rules::visible_within(kind);
        let after = |longest: f64, least: Duration| {
            if longest > 0.0 {
                now + window.mul_f64(longest * self.side.dice.roll())
            } else {
                now + least
            }
        };
        Shows {
            finder: after(lag.finder, rules::FINDABLE_AFTER),
            observer: after(lag.observer, Duration::ZERO),
            user: after(lag.user, rules::usable_after(kind)),
            owner: after(lag.user, Duration::ZERO),
        }
    }

    /// Until when AWS answers with the state before the current change. `None` when the change shows at once.
    pub(super) fn staleness(&self, kind: &str) -> Option<Duration> {
        let lag = lock(&self.side.faults).lag;
        let dice = &self.side.dice;
        dice.fall(lag.stale)
            .then(|| self.now() + rules::visible_within(kind).mul_f64(dice.roll()))
    }

    pub(super) fn hides(&self, object: &Object, audience: Audience) -> bool {
        let faults = lock(&self.side.faults);
        let new = match audience {
            Audience::Observer | Audience::Owner => object.since + faults.hide_new,
            Audience::Finder | Audience::User => Duration::ZERO,
        };
        !faults.visible_at_once && self.now() < object.shows.to(audience).max(new)
    }

    /// Refuses a call about a resource that does not show yet, as if the resource did not exist.
    pub(super) fn refuse_hidden(
        &self,
        world: &World,
        kind: &str,
        id: &str,
        operation: &str,
    ) -> Result<()> {
        let object = world.objects.get(id);
        match object.filter(|object| self.hides(object, Audience::Owner)) {
            Some(_) => Err(not_found(kind, operation, id)),
            None => Ok(()),
        }
    }

    pub(super) fn look(&self, target: &Target) -> Observation {
        let world = self.world();
        let id = target.physical_id.as_str();
        let seen = super::provider::living(&world, id)
            .filter(|object| !self.hides(object, Audience::Observer))
            .or_else(|| world.ghost(id, self.now()));
        match seen {
            None => Observation::Missing,
            Some(object) => {
                let schema = schema(&object.kind).expect("only known kinds are made");
                Observation::Present {
                    properties: invent::returned(schema, object.as_shown(self.now())),
                    outputs: object.outputs.clone(),
                }
            }
        }
    }

    pub(super) fn progress(&self, question: &PollQuestion) -> Result<Progress> {
        let (id, address) = (&question.target.physical_id, &question.target.address);
        let faults = self.faults();
        let mut world = self.world();
        let hidden = |object: &Object| self.hides(object, Audience::Observer);
        if world.objects.get(id).is_some_and(hidden) {
            return Ok(unseen(question.until));
        }
        let Some(object) = world.objects.get_mut(id) else {
            return match question.until {
                Until::Gone => Ok(reached(Outputs::new())),
                Until::Reaches(_) => Err(self.nowhere(&question.target)),
            };
        };
        match question.until {
            Until::Gone => Ok(pending("draining".to_owned(), Vec::new())),
            Until::Reaches(_) => {
                if let Some(failure) = faults.never_ready.get(address) {
                    return Ok(Progress::Failed(failure.clone()));
                }
                let now = self.now();
                let stale = |(until, _): &(Duration, _)| now < *until;
                if object.stale.as_ref().is_some_and(stale) {
                    if rules::FOLLOWS_DEPLOYMENT.contains(&object.kind.as_str()) {
                        return Ok(pending("an answer from before".to_owned(), Vec::new()));
                    }
                    // Windlass does not poll again, and AWS completes the change all the same.
                    object.pending = 0;
                    return Ok(reached(object.outputs.clone()));
                }
                if object.pending > 0 || faults.never_ending.contains(address) {
                    let status = format!("{} to go", object.pending);
                    if object.pending > 0 {
                        object.log.push(format!("step {}", object.pending));
                    }
                    object.pending = object.pending.saturating_sub(1);
                    return Ok(pending(status, object.log.clone()));
                }
                Ok(reached(object.outputs.clone()))
            }
        }
    }

    fn nowhere(&self, target: &Target) -> ProviderError {
        let operation = operations::of(&target.kind).describe;
        not_found(&target.kind, operation, &target.physical_id)
    }

    // AWS shows a new resource only after a while. A client token does not help here: the search sends no create call.
    pub(super) fn seek(&self, intent: &Intent) -> Found {
        let world = self.world();
        let lagging = lock(&self.side.faults).lag.finder > 0.0;
        let token = !lagging && rules::TAKES_TOKEN.contains(&intent.kind.as_str());
        let objects = world.objects.values();
        let made = objects
            .filter(|object| object.intent == intent.id.0)
            .find(|object| token || !self.hides(object, Audience::Finder));
        let spec = properties(intent.spec.to_value());
        if made.is_some() {
            let mut made = made_by(&world, &intent.id.0).expect("it was found just now");
            made.unfinished = after_create(&intent.kind, &spec);
            return Found::Ours(made);
        }
        let schema = schema(&intent.kind).expect("only known kinds are made");
        let other = refusing::taken(&world, schema, &intent.place, &spec, &BTreeSet::new());
        let other = other.map(|(id, _)| id);
        match other.filter(|id| world.objects[*id].intent != intent.id.0) {
            Some(id) => Found::Foreign {
                description: id.clone(),
            },
            None => Found::Nothing {
                visible_within: rules::visible_within(&intent.kind),
            },
        }
    }
}

fn unseen(until: Until) -> Progress {
    match until {
        Until::Gone => reached(Outputs::new()),
        Until::Reaches(_) => pending("not visible yet".to_owned(), Vec::new()),
    }
}

fn pending(status: String, events: Vec<String>) -> Progress {
    Progress::Pending { status, events }
}

fn reached(outputs: Outputs) -> Progress {
    Progress::Reached { outputs }
}
