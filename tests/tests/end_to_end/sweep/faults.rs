//! One call goes wrong: throttled, a server error before or after its effect, an answer that never comes, a cut connection, access denied.
//!
//! Either the run gets over it, or it fails cleanly and says at which step; then the next one finishes the work.

use serde_json::{Value, json};

use super::{Moment, Phase, Tried, Undisturbed, changes, extent, of_aws, sweep};
use crate::world::Ran;

/// How many points the gate takes.
const CHOSEN: usize = 48;

/// Creates that AWS would make again: nothing but looking for what was made keeps a lost answer from leaving two.
const UNGUARDED: [&str; 6] = [
    "ec2:AllocateAddress",
    "ec2:CreateInternetGateway",
    "ec2:CreateSubnet",
    "ec2:CreateVpc",
    "ecs:RegisterTaskDefinition",
    "elasticloadbalancing:CreateRule",
];

/// Without the permission for it, each service is asked.
const DISPENSABLE: &str = "tagging:GetResources";

/// What happens to the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Throttled,
    ServerError,
    ServerErrorAfterEffect,
    /// As a time-out after the effect: the answer does not come.
    AnswerLost,
    ConnectionReset,
    AccessDenied,
}

const FAULTS: [Fault; 6] = [
    Fault::Throttled,
    Fault::ServerError,
    Fault::ServerErrorAfterEffect,
    Fault::AnswerLost,
    Fault::ConnectionReset,
    Fault::AccessDenied,
];

impl Fault {
    fn effect(self) -> Value {
        let error = |after_effect: bool| json!({"kind": "fail", "status": 500, "code": "InternalFailure", "message": "try again", "after_effect": after_effect});
        match self {
            Self::Throttled => json!({"kind": "throttle"}),
            Self::ServerError => error(false),
            Self::ServerErrorAfterEffect => error(true),
            Self::AnswerLost => json!({"kind": "lose_reply"}),
            Self::ConnectionReset => json!({"kind": "cut", "when": "before"}),
            Self::AccessDenied => json!({"kind": "access_denied"}),
        }
    }
}

#[derive(Debug, Clone)]
struct Point {
    moment: Moment,
    fault: Fault,
}

fn points() -> Vec<Point> {
    let (full, seed) = extent();
    let undisturbed = Undisturbed::get();
    if full {
        let moments = undisturbed.chosen(seed, of_aws).into_iter();
        let points = moments.flat_map(|moment| {
            FAULTS.map(|fault| Point {
                moment: moment.clone(),
                fault,
            })
        });
        return points.collect();
    }
    let mut moments = undisturbed.chosen(seed, of_aws);
    let turn = usize::try_from(seed).expect("small") % moments.len();
    moments.rotate_left(turn);
    // Spread over all phases and operations.
    let apart = (moments.len() / CHOSEN).max(1);
    let unguarded = UNGUARDED.map(|operation| Point {
        moment: Moment {
            phase: Phase::Up,
            operation: operation.to_owned(),
            nth: 1,
        },
        fault: Fault::AnswerLost,
    });
    let others = CHOSEN - UNGUARDED.len();
    let spread = moments.into_iter().step_by(apart).take(others);
    let spread = spread.enumerate().map(|(index, moment)| Point {
        moment,
        fault: FAULTS[(index + turn) % FAULTS.len()],
    });
    unguarded.into_iter().chain(spread).collect()
}

/// A failure that says what failed: an error of the run, or of a step.
fn is_clean(ran: &Ran) -> bool {
    let told = ["error", "step_failed"].map(|event| ran.of(event).len());
    ran.exit == Some(1) && told != [0, 0]
}

fn is_mended(point: &Point) -> Result<Tried, String> {
    let phase = point.moment.phase;
    let (world, _) = phase.world(|_| String::new());
    let rule = world
        .cloud
        .rule(&point.moment.rule(&world, &point.fault.effect()));
    let (ran, calls) = world.counted(&format!("{} --json", phase.words()));
    drop(rule);
    let operation = &point.moment.operation;
    let times = calls.get(operation).copied().unwrap_or_default();
    if times < point.moment.nth {
        return match changes(operation) {
            true => Err(format!("it was called {times} times: {}", ran.errors)),
            false => Ok(Tried::NotReached),
        };
    }
    if ran.exit != Some(0) {
        if !is_clean(&ran) {
            return Err(format!(
                "exit {:?}: {}{}",
                ran.exit,
                ran.troubles(),
                ran.errors
            ));
        }
        world.succeeds(phase.again());
    } else if point.fault == Fault::AccessDenied && operation != DISPENSABLE {
        return Err("a call was denied, and nobody has said so".to_owned());
    }
    phase.is_settled(&world, "");
    Undisturbed::get().is_there(phase, &world)?;
    Ok(Tried::EndedWell)
}

#[test]
fn a_call_that_goes_wrong_is_mended_or_said() {
    sweep(points(), is_mended);
}
