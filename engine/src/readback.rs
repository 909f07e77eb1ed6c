//! Readback: after the steps of a run, the engine reads in one batch what they changed, and compares it with what was sent.
//!
//! AWS can keep values that an update of a block leaves out, ignore values, or rewrite them. Without this check, a run would report a change that never
//! happened, and the next plan would find nothing to do. An answer may lag behind the call, so a difference counts only after a while. Not here: what
//! counts as a difference, which `windlass_plan::proof` knows.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use windlass::address::Address;
use windlass::schema::KindSchema;
use windlass_plan::drift::Drifted;
use windlass_plan::driven::Drivers;
use windlass_plan::observation::Observation;
use windlass_plan::plan::{Plan, StepAction, StepId};
use windlass_plan::proof::Sent;
use windlass_state::record::{HistoryLine, Settlement};
use windlass_state::snapshot::{Recorded, Snapshot};

use crate::events::{Event, StepRef};
use crate::execute::Tally;
use crate::observe::observe_all;
use crate::provider::{Failure, Target};
use crate::recorder::{Halted, target};
use crate::run::Run;

/// The first pause before the engine looks at a difference again. Each further pause is twice as long, up to [`LONGEST`].
const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(8);

/// One resource that this run updated.
struct Changed {
    address: Address,
    recorded: Recorded,
    schema: &'static KindSchema,
    /// The last step that updated it.
    step: StepId,
    sent: Sent,
}

/// What is wrong with one of the updated resources.
enum Wrong {
    Vanished,
    Differs {
        unmet: Vec<Drifted>,
        observed: Value,
    },
    Unread(String),
}

/// Reads back what the run changed. A difference counts as a failure of the step. The engine reports it, and records it so that the next plan shows the
/// change again.
///
/// # Errors
/// The journal takes no more records.
pub(crate) async fn read_back(
    run: Run<'_>,
    plan: &Plan,
    schema: fn(&str) -> Option<&'static KindSchema>,
    tally: &mut Tally,
) -> Result<(), Halted> {
    let snapshot = run.recorder.read(Snapshot::clone);
    let mut left = changed(plan, &snapshot, schema, tally);
    let began = run.clock.elapsed();
    let mut pause = FIRST;
    let mut wrong = Vec::new();
    while !left.is_empty() {
        let found = look(run, &snapshot, schema, left).await;
        let waited = run.clock.elapsed().saturating_sub(began);
        let (late, final_ones): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|(changed, wrong)| {
                waited < window(run, &changed.recorded.kind) && !matches!(wrong, Wrong::Unread(_))
            });
        wrong.extend(final_ones);
        left = late.into_iter().map(|(changed, _)| changed).collect();
        if !left.is_empty() {
            run.clock.sleep(pause).await;
            pause = (pause * 2).min(LONGEST);
        }
    }
    for (changed, wrong) in wrong {
        fail(run, plan, tally, changed, wrong).await?;
    }
    Ok(())
}

/// How long an answer about a kind may lag behind a change.
fn window(run: Run<'_>, kind: &str) -> Duration {
    run.provider.visible_within(kind)
}

/// The resources that the run's updates changed, each with its current generation. A resource whose later step failed is left out, because that step
/// has reported its own failure.
fn changed(
    plan: &Plan,
    snapshot: &Snapshot,
    schema: fn(&str) -> Option<&'static KindSchema>,
    tally: &Tally,
) -> Vec<Changed> {
    let mut found: BTreeMap<&Address, Changed> = BTreeMap::new();
    for id in &tally.changed {
        let step = &plan.steps[*id];
        let StepAction::Update {
            before, properties, ..
        } = &step.action
        else {
            continue;
        };
        if tally
            .failures
            .iter()
            .any(|line| line.address == step.address)
        {
            continue;
        }
        let recorded = snapshot.resources.get(&step.address);
        let current = recorded.filter(|recorded| recorded.generation == step.generation);
        let (Some(recorded), Some(schema)) = (current, schema(&step.kind)) else {
            continue;
        };
        let changed = found.entry(&step.address).or_insert_with(|| Changed {
            address: step.address.clone(),
            recorded: recorded.clone(),
            schema,
            step: *id,
            sent: Sent {
                before: before.clone(),
                properties: Vec::new(),
            },
        });
        changed.step = *id;
        changed.sent.properties.extend(properties.iter().cloned());
        changed.sent.properties.sort_unstable();
        changed.sent.properties.dedup();
    }
    found.into_values().collect()
}

/// The resources for which AWS shows other values than were sent.
async fn look(
    run: Run<'_>,
    snapshot: &Snapshot,
    schema: fn(&str) -> Option<&'static KindSchema>,
    changed: Vec<Changed>,
) -> Vec<(Changed, Wrong)> {
    let targets: Vec<Target> = changed
        .iter()
        .map(|changed| Target {
            applied: changed.sent.everything(&changed.recorded, changed.schema),
            ..target(&changed.address, &changed.recorded)
        })
        .collect();
    let seen = observe_all::<BTreeMap<_, _>>(run.provider, run.clock, run.voice, &targets).await;
    let drivers = drivers(snapshot, schema);
    let wrong = |changed: &Changed| -> Option<Wrong> {
        let seen = match &seen {
            Ok(seen) => seen,
            Err(error) => return Some(Wrong::Unread(error.to_string())),
        };
        let key = (changed.address.clone(), changed.recorded.generation);
        match seen.get(&key)? {
            Observation::Missing => Some(Wrong::Vanished),
            Observation::Present { properties, .. } => {
                let driven = drivers.at(&changed.address);
                let Changed {
                    schema, recorded, ..
                } = changed;
                let mut unmet = changed.sent.unmet(schema, recorded, driven, properties);
                unmet.retain(|unmet| !run.provider.loses(&recorded.kind, &unmet.path));
                (!unmet.is_empty()).then(|| Wrong::Differs {
                    unmet,
                    observed: properties.clone(),
                })
            }
        }
    };
    let looked = changed.into_iter().filter_map(|changed| {
        let wrong = wrong(&changed)?;
        Some((changed, wrong))
    });
    looked.collect()
}

/// The properties that AWS changes on behalf of other resources, according to the recorded references.
pub(crate) fn drivers(
    snapshot: &Snapshot,
    schema: fn(&str) -> Option<&'static KindSchema>,
) -> Drivers<'_> {
    let resources = snapshot.resources.iter();
    let resources = resources.filter_map(|(address, recorded)| {
        Some((address, schema(&recorded.kind)?, &recorded.template))
    });
    Drivers::of(resources, &|address| {
        let recorded = snapshot.resources.get(address)?;
        schema(&recorded.kind)
    })
}

async fn fail(
    run: Run<'_>,
    plan: &Plan,
    tally: &mut Tally,
    changed: Changed,
    wrong: Wrong,
) -> Result<(), Halted> {
    let (summary, details) = told(&wrong);
    tally.failed += 1;
    tally.failures.push(HistoryLine {
        address: changed.address.clone(),
        what: summary.clone(),
    });
    let change = plan.changes.iter();
    let change = change
        .filter(|change| change.address == changed.address)
        .find_map(|change| change.source.clone());
    run.voice.say(Event::StepFailed {
        step: StepRef::of(plan, changed.step),
        source: change,
        message: summary.clone(),
        error: None,
        failure: Some(Failure {
            summary,
            details,
            rolled_back: false,
        }),
        help: help(&wrong).map(str::to_owned),
        milliseconds: 0,
    });
    if let Wrong::Differs { unmet, observed } = wrong {
        let mut recorded = changed.recorded;
        recorded.applied = changed
            .sent
            .standing(changed.schema, &recorded, &unmet, &observed);
        let settlement = Settlement::Believed {
            address: changed.address,
            old: None,
            recorded: Box::new(recorded),
        };
        run.recorder.settle(settlement).await?;
    }
    Ok(())
}

fn help(wrong: &Wrong) -> Option<&'static str> {
    match wrong {
        Wrong::Differs { .. } => Some(
            "AWS took the call and did not do all of it: the next `up` sends it again; if that does not help, declare what AWS has, or replace the resource with `--replace`",
        ),
        Wrong::Unread(_) => {
            Some("AWS took the call; `windlass preview` shows whether it did what was asked")
        }
        Wrong::Vanished => None,
    }
}

/// A difference in words, and a line for each property.
fn told(wrong: &Wrong) -> (String, Vec<(String, String)>) {
    let value = |value: &Option<Value>| {
        value
            .as_ref()
            .map_or_else(|| "nothing".to_owned(), Value::to_string)
    };
    match wrong {
        Wrong::Vanished => (
            "AWS took the change, and does not have the resource any more".to_owned(),
            Vec::new(),
        ),
        Wrong::Unread(error) => (
            format!("what was changed could not be read back: {error}"),
            Vec::new(),
        ),
        Wrong::Differs { unmet, .. } => {
            let paths: Vec<_> = unmet
                .iter()
                .map(|unmet| format!("`{}`", unmet.path))
                .collect();
            let details = unmet.iter().map(|unmet| {
                let (sent, found) = (value(&unmet.recorded), value(&unmet.observed));
                let text = format!("{}: sent {sent}, found {found}", unmet.path);
                ("differs".to_owned(), text)
            });
            (
                format!(
                    "AWS took the change, but has something else in {}",
                    paths.join(", ")
                ),
                details.collect(),
            )
        }
    }
}
