//! SIGKILL at the boundaries of a call: before it takes effect, after that, after its answer, after the record of its outcome.
//!
//! The next run needs no help: no duplicates, no leftovers, no questions. In one point of five AWS hides new resources for a while.

use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};
use serde_json::json;

use super::{Moment, Tried, Undisturbed, changes, extent, sweep};
use crate::cloud::{HIDDEN, Ruled};
use crate::hidden::{MAKING, hides};
use crate::world::World;

/// How many points the gate tests.
const CHOSEN: usize = 60;
/// Long enough for an answer to arrive and to reach the journal, which is closed meanwhile.
const ARRIVES: Duration = Duration::from_millis(100);

/// When the program is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Boundary {
    /// The journal announces the call, and the call has no effect yet.
    BeforeSending,
    /// The call has its effect, and the program does not have the answer.
    AfterSending,
    /// The answer has arrived, and the journal does not have it.
    AfterReply,
    /// The journal has the answer.
    AfterJournal,
}

/// Where the state is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keeper {
    File,
    Objects,
}

#[derive(Debug, Clone)]
struct Point {
    moment: Moment,
    boundary: Boundary,
    keeper: Keeper,
    /// AWS hides new resources for a while.
    hidden: bool,
}

const BOUNDARIES: [Boundary; 4] = [
    Boundary::BeforeSending,
    Boundary::AfterSending,
    Boundary::AfterReply,
    Boundary::AfterJournal,
];

fn points() -> Vec<Point> {
    let (full, seed) = extent();
    let undisturbed = Undisturbed::get();
    if full {
        let moments = undisturbed.moments(changes).into_iter();
        let points = moments.flat_map(|moment| {
            BOUNDARIES.map(|boundary| Point {
                moment: moment.clone(),
                boundary,
                keeper: Keeper::File,
                hidden: false,
            })
        });
        let mut points: Vec<_> = points.collect();
        // One in five again, at every boundary: the next run has to wait for the dead holder's lease. And another one in five where AWS hides new
        // resources.
        let shared = points.iter().step_by(5).map(|point| Point {
            keeper: Keeper::Objects,
            ..point.clone()
        });
        let hidden = points.iter().skip(1).step_by(5).map(|point| Point {
            hidden: true,
            ..point.clone()
        });
        let more: Vec<_> = shared.chain(hidden).collect();
        points.extend(more);
        return points;
    }
    let moments = undisturbed.chosen(seed, changes).into_iter();
    let points = moments.take(CHOSEN).enumerate().map(|(index, moment)| {
        let turn = index + usize::try_from(seed).expect("small");
        Point {
            moment,
            // Shifted after each round, because phases take turns, too.
            boundary: BOUNDARIES[(turn + turn / BOUNDARIES.len()) % BOUNDARIES.len()],
            // One in five, of every boundary.
            keeper: match turn % 5 {
                0 => Keeper::Objects,
                _ => Keeper::File,
            },
            hidden: turn % 5 == 1,
        }
    });
    points.collect()
}

/// The flag that names the store.
fn state(keeper: Keeper, world: &World) -> String {
    match keeper {
        Keeper::File => String::new(),
        Keeper::Objects => format!("--state s3://states-of-{}/sweep", world.account),
    }
}

/// Starts the run, stops it at the call, kills it at the boundary. An error if the run never reached that point.
fn kill(point: &Point, world: &World, words: &str) -> Result<(), String> {
    let when = match point.boundary {
        Boundary::BeforeSending => "before",
        _ => "after",
    };
    let rule = point
        .moment
        .rule(world, &json!({"kind": "hold", "when": when}));
    let rule = world.cloud.rule(&rule);
    let mut run = world.begins(words);
    if !run.is_held_at(&point.moment.operation) {
        return Err(format!("the run ended without the call: {}", run.output()));
    }
    match (point.boundary, point.keeper) {
        (Boundary::BeforeSending | Boundary::AfterSending, _) => run.kill(),
        (Boundary::AfterReply, Keeper::File) => {
            let mut journal = journal(world);
            let closed = journal
                .transaction_with_behavior(TransactionBehavior::Immediate)
                .expect("the journal can be closed");
            drop(rule);
            std::thread::sleep(ARRIVES);
            run.kill();
            drop(closed);
        }
        (Boundary::AfterJournal, Keeper::File) => {
            let journal = journal(world);
            let records = || -> i64 {
                let count = "SELECT coalesce(max(position), 0) FROM journal";
                let counted = journal.query_row(count, [], |row| row.get(0));
                counted.expect("the journal can be read")
            };
            let before = records();
            drop(rule);
            run.until(|| records() != before);
            run.kill();
        }
        (Boundary::AfterReply | Boundary::AfterJournal, Keeper::Objects) => {
            let when = match point.boundary {
                Boundary::AfterReply => "before",
                _ => "after",
            };
            let store = world.cloud.rule(&json!({
                "name": format!("store-{}", world.account),
                "match": {"account": world.account, "service": "s3", "operation": "PutObject"},
                "effect": {"kind": "hold", "when": when},
            }));
            drop(rule);
            if !run.is_held_at("s3:PutObject") {
                return Err(format!("nothing more was recorded: {}", run.output()));
            }
            run.kill();
            drop(store);
        }
    }
    Ok(())
}

fn journal(world: &World) -> Connection {
    let file = world.file(".windlass/local/dev.db");
    Connection::open(file).expect("the state is there")
}

fn survives(point: &Point) -> Result<Tried, String> {
    let phase = point.moment.phase;
    let begin = |world: &World| state(point.keeper, world);
    let (world, state) = match point.hidden {
        true => phase.lagging(begin),
        false => phase.world(begin),
    };
    let words = format!("{} {state}", phase.words());
    let _hidden: Option<Ruled<'_>> = point.hidden.then(|| hides(&world, MAKING, None));
    kill(point, &world, &words)?;
    // In an object store, the next run waits for the dead holder's lease.
    world.succeeds(&format!("{} {state} --lock-timeout 2m", phase.again()));
    phase.is_settled(&world, &state);
    if point.hidden {
        std::thread::sleep(HIDDEN);
    }
    Undisturbed::get().is_there(phase, &world)?;
    Ok(Tried::EndedWell)
}

#[test]
fn a_kill_at_any_boundary_of_any_call_is_survived() {
    sweep(points(), survives);
}

/// The chosen points include every operation that makes something, so every kind, and every boundary in every phase and with every store.
#[test]
fn the_gate_has_every_kind_and_every_boundary() {
    let (full, _) = extent();
    let points = points();
    assert!(full || points.len() == CHOSEN, "{}", points.len());
    let made = Undisturbed::get().calls(super::Phase::Up);
    for operation in made.keys().filter(|operation| changes(operation)) {
        assert!(
            points.iter().any(|point| {
                point.moment.operation == *operation && point.moment.phase == super::Phase::Up
            }),
            "{operation}"
        );
    }
    for phase in super::Phase::ALL {
        for boundary in BOUNDARIES {
            let of = |point: &&Point| point.boundary == boundary && point.moment.phase == phase;
            assert!(
                points.iter().any(|point| of(&point)),
                "{phase:?} {boundary:?}"
            );
        }
    }
    for boundary in BOUNDARIES {
        let of = |point: &&Point| point.boundary == boundary && point.hidden;
        assert!(points.iter().any(|point| of(&point)), "{boundary:?}");
    }
    if !full {
        for boundary in BOUNDARIES {
            let shared =
                |point: &Point| point.boundary == boundary && point.keeper == Keeper::Objects;
            assert!(points.iter().any(shared), "{boundary:?}");
        }
    }
}
