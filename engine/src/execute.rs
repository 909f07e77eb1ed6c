//! Carries a plan out: one loop that starts steps that are ready and takes in the results of those that have ended.
//!
//! Not here: what a step does (`step`), the order of starts (`schedule`), waits (`wait`).

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::time::Duration;

use futures::stream::{FuturesUnordered, StreamExt as _};
use tokio::sync::Semaphore;
use windlass_plan::plan::{Plan, StepId};
use windlass_state::durations::Durations;
use windlass_state::record::{HistoryLine, RunResult};

use crate::events::{Because, Event, StepRef, Verb};
use crate::interrupt::{Interrupt, Urgency};
use crate::run::{Run, milliseconds};
use crate::schedule::Schedule;
use crate::slot::Slot;
use crate::step::{Running, StepError};

/// The results of a run so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub created: usize,
    pub updated: usize,
    pub deleted: usize,
    pub done: usize,
    pub failed: usize,
    pub skipped: usize,
    pub rolled_back: bool,
    pub interrupted: bool,
    /// The engine can neither send nor record anything more.
    pub halted: bool,
    /// The updates that succeeded, in the order in which they ended.
    pub changed: Vec<StepId>,
    /// The failures, for the history.
    pub failures: Vec<HistoryLine>,
    /// The total time and the number of finished steps, by kind and by what the step does.
    took: BTreeMap<(String, Verb), (Duration, u32)>,
}

impl Tally {
    pub fn result(&self) -> RunResult {
        if self.interrupted {
            RunResult::Interrupted
        } else if self.failed + self.skipped > 0 {
            RunResult::Failed
        } else {
            RunResult::Done
        }
    }

    /// The average time of steps.
    pub fn durations(&self) -> Durations {
        let mut durations = Durations::default();
        for ((kind, verb), (took, steps)) in &self.took {
            durations.learn(kind, verb.key(), *took / *steps);
        }
        durations
    }

    fn time(&mut self, step: &StepRef, took: Duration) {
        if !step.action.is_record_only() {
            let of_its_like = self.took.entry((step.kind.clone(), step.action));
            let (total, steps) = of_its_like.or_default();
            *total += took;
            *steps += 1;
        }
    }
}

struct Ended {
    id: StepId,
    took: Duration,
    result: Result<Option<String>, StepError>,
}

/// Carries the plan out as far as it goes.
///
/// Guarantees: A failure stops only the steps that wait for the failed one. After the first interrupt no step starts. After the second interrupt the
/// future returns at once, and the next run settles what was under way.
pub(crate) async fn execute(
    run: Run<'_>,
    plan: &Plan,
    concurrency: NonZeroUsize,
    interrupt: &Interrupt,
) -> Tally {
    let mut tally = Tally::default();
    tokio::select! {
        biased;
        () = interrupt.reaches(Urgency::Leave) => tally.interrupted = true,
        () = carry_out(run, plan, concurrency, interrupt, &mut tally) => {}
        never = run.waits.drive() => match never {},
    }
    tally
}

async fn carry_out(
    run: Run<'_>,
    plan: &Plan,
    concurrency: NonZeroUsize,
    interrupt: &Interrupt,
    tally: &mut Tally,
) {
    let slots = Semaphore::new(concurrency.get());
    let known = run.recorder.read(|snapshot| snapshot.durations.clone());
    let guess = |id: StepId| {
        let step = &plan.steps[id];
        let timing = run.provider.timing(&step.kind);
        timing.expected(&known, &step.kind, Verb::of(&step.action))
    };
    let (lane, limit) = (|id| run.lanes.lane(id), |lane| run.lanes.limit(lane));
    let mut schedule = Schedule::of(plan, guess, lane, limit);
    let mut running = FuturesUnordered::new();
    let mut stopping = false;
    loop {
        if !stopping && interrupt.urgency() >= Urgency::Drain {
            stopping = true;
            tally.interrupted = true;
            let running = running.len();
            run.voice.say(Event::Interrupted { running });
            skip(run, plan, tally, schedule.abandon(), &Because::Interrupted);
        }
        while schedule.has_ready() {
            let Some(slot) = Slot::of(&slots) else { break };
            let is_open = |lane| run.lanes.wait(lane).is_zero();
            let Some(id) = schedule.start(is_open) else {
                break;
            };
            run.lanes.take(run.lanes.lane(id));
            let at = StepRef::of(plan, id);
            run.voice.say(Event::StepStarted { step: at.clone() });
            let step = Running { run, plan, at };
            running.push(async move {
                let began = run.clock.elapsed();
                let result = step.perform(slot).await;
                let took = run.clock.elapsed().saturating_sub(began);
                Ended { id, took, result }
            });
        }
        if running.is_empty() && !schedule.has_ready() {
            return;
        }
        // A step is ready, but it has no slot, or its lane has no turn yet.
        let turn = schedule
            .ready_lanes()
            .map(|lane| run.lanes.wait(lane))
            .min();
        tokio::select! {
            biased;
            () = interrupt.reaches(Urgency::Drain), if !stopping => {}
            Some(ended) = running.next() => {
                take_in(run, plan, tally, &mut schedule, ended);
            }
            _freed = slots.acquire(), if turn.is_some_and(|turn| turn.is_zero()) => {}
            () = run.clock.sleep(turn.unwrap_or_default()), if turn.is_some_and(|turn| !turn.is_zero()) => {}
        }
    }
}

fn take_in(run: Run<'_>, plan: &Plan, tally: &mut Tally, schedule: &mut Schedule, ended: Ended) {
    let Ended { id, took, result } = ended;
    let step = StepRef::of(plan, id);
    let milliseconds = milliseconds(took);
    match result {
        Ok(physical_id) => {
            tally.done += 1;
            tally.time(&step, took);
            match step.action {
                Verb::Create => tally.created += 1,
                Verb::Update => {
                    tally.updated += 1;
                    tally.changed.push(id);
                }
                Verb::Delete => tally.deleted += 1,
                _ => {}
            }
            run.voice.say(Event::StepDone {
                step,
                physical_id,
                milliseconds,
            });
            schedule.done(id);
        }
        Err(error) => {
            tally.failed += 1;
            let because = Because::Failed(step.address.clone());
            tally.failures.push(HistoryLine {
                address: step.address.clone(),
                what: message(&error),
            });
            run.voice.say(failed(plan, step, &error, milliseconds));
            tally.rolled_back |= error.failure().is_some_and(|failure| failure.rolled_back);
            skip(run, plan, tally, schedule.failed(id), &because);
            if error.halts() {
                tally.halted = true;
                skip(run, plan, tally, schedule.abandon(), &Because::Halted);
            }
        }
    }
}

fn failed(plan: &Plan, step: StepRef, error: &StepError, milliseconds: u64) -> Event {
    let change = plan
        .changes
        .iter()
        .find(|change| change.address == step.address);
    Event::StepFailed {
        source: change.and_then(|change| change.source.clone()),
        message: message(error),
        error: error.report(),
        failure: error.failure().cloned(),
        help: error.help(&step),
        step,
        milliseconds,
    }
}

// The error with all its causes, in one line.
fn message(error: &dyn std::error::Error) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(behind) = cause {
        let text = behind.to_string();
        if !message.contains(&text) {
            message = format!("{message}: {text}");
        }
        cause = behind.source();
    }
    message
}

fn skip(run: Run<'_>, plan: &Plan, tally: &mut Tally, steps: Vec<StepId>, because: &Because) {
    for id in steps {
        tally.skipped += 1;
        run.voice.say(Event::StepSkipped {
            step: StepRef::of(plan, id),
            because: because.clone(),
        });
    }
}

#[cfg(test)]
mod tests {
    use windlass::address::Address;

    use super::*;

    #[test]
    fn durations_are_averages_by_kind_and_by_what_is_done() {
        let step = |kind: &str, action| StepRef {
            step: 0,
            address: Address::parse("a").expect("valid"),
            generation: 0,
            kind: kind.to_owned(),
            action,
        };
        let mut tally = Tally::default();
        for (kind, action, seconds) in [
            ("A::B::C", Verb::Create, 2),
            ("A::B::C", Verb::Create, 4),
            ("A::B::C", Verb::Delete, 1),
            ("A::B::D", Verb::Create, 9),
            ("A::B::D", Verb::Keep, 9),
        ] {
            tally.time(&step(kind, action), Duration::from_secs(seconds));
        }
        let durations = tally.durations();
        let seconds = |kind, step| durations.get(kind, step).map(|took| took.as_secs());
        assert_eq!(seconds("A::B::C", "create"), Some(3));
        assert_eq!(seconds("A::B::C", "delete"), Some(1));
        assert_eq!(seconds("A::B::D", "create"), Some(9));
        assert_eq!(seconds("A::B::D", "keep"), None);
    }
}
