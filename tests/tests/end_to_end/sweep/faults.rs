//! One call goes wrong: throttling, a server error before or after the effect, an answer that never comes, a cut connection, access denied. Or AWS is
//! slow (eventual consistency): it hides what the call makes, answers with the state before a change, or carries the call out late.
//!
//! Either the run recovers, or it fails cleanly and names the step. Then the next run finishes the work.

use serde_json::{Value, json};

use super::{Moment, Phase, Tried, Undisturbed, changes, extent, makes, of_aws, sweep};
use crate::cloud::{HIDDEN, milliseconds};
use crate::world::{Ran, World};

/// How many points the gate tests.
const CHOSEN: usize = 48;

/// Creates that AWS would carry out a second time. After a lost answer only a search for what the call made prevents a second resource.
const UNGUARDED: [&str; 6] = [
    "ec2:AllocateAddress",
    "ec2:CreateInternetGateway",
    "ec2:CreateSubnet",
    "ec2:CreateVpc",
    "ecs:RegisterTaskDefinition",
    "elasticloadbalancing:CreateRule",
];

/// Without the permission for this operation, Windlass asks each service instead.
const DISPENSABLE: &str = "tagging:GetResources";

/// A permission can depend on the log group's tags, which IAM does not see at once. So Windlass sends this call again, and one denial is no failure.
const DENIED_FOR_A_MOMENT: &str = "logs:PutRetentionPolicy";

/// What happens to the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Throttled,
    ServerError,
    ServerErrorAfterEffect,
    /// Like a timeout after the effect: the answer does not come.
    AnswerLost,
    ConnectionReset,
    AccessDenied,
    /// AWS hides what the call makes for a while.
    Hidden,
    /// AWS answers each call of the operation once with the state before a change.
    Stale,
    /// The client gets no answer, and AWS carries the call out a while later.
    Late,
}

const FAULTS: [Fault; 9] = [
    Fault::Throttled,
    Fault::ServerError,
    Fault::ServerErrorAfterEffect,
    Fault::AnswerLost,
    Fault::ConnectionReset,
    Fault::AccessDenied,
    Fault::Hidden,
    Fault::Stale,
    Fault::Late,
];

/// Operations that change what other operations show.
const CHANGING: &str = "Create*|Update*|Modify*|Put*|Set*|Register*|Delete*|Deregister*|Add*|Attach*|Detach*|Associate*|Authorize*";

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
            Self::Hidden => json!({"kind": "hide", "ms": milliseconds(HIDDEN)}),
            Self::Stale => json!({"kind": "stale", "after": CHANGING, "answers": 1}),
            Self::Late => json!({"kind": "delay", "ms": milliseconds(HIDDEN)}),
        }
    }

    /// Whether this fault can happen to a call of that operation.
    fn befalls(self, operation: &str) -> bool {
        match self {
            Self::Hidden => makes(operation),
            Self::Stale => !changes(operation),
            Self::Late => changes(operation),
            _ => true,
        }
    }

    /// Whether the fault needs a cloud with visibility windows that are long enough to hide resources.
    fn lags(self) -> bool {
        matches!(self, Self::Hidden | Self::Stale | Self::Late)
    }

    fn rule(self, moment: &Moment, world: &World) -> Value {
        let mut rule = moment.rule(world, &self.effect());
        if self == Self::Stale {
            // A stale answer needs an earlier answer.
            let matching = rule["match"].as_object_mut().expect("an object");
            matching.remove("nth");
        }
        rule
    }
}

/// The faults that can happen to a call of that operation.
fn befalling(operation: &str) -> Vec<Fault> {
    let faults = FAULTS.into_iter();
    faults.filter(|fault| fault.befalls(operation)).collect()
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
            let faults = befalling(&moment.operation).into_iter();
            faults.map(move |fault| Point {
                moment: moment.clone(),
                fault,
            })
        });
        return points.collect();
    }
    let mut moments = undisturbed.chosen(seed, of_aws);
    let turn = usize::try_from(seed).expect("small") % moments.len();
    moments.rotate_left(turn);
    // The points spread over all phases and operations.
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
    let mut points: Vec<Point> = unguarded.into_iter().collect();
    for moment in moments.into_iter().step_by(apart).take(others) {
        let faults = befalling(&moment.operation);
        // The fault that the fewest points have so far, so that every fault comes up whatever the number of calls.
        let from = (points.len() + turn) % faults.len();
        let in_turn = faults.iter().cycle().skip(from).take(faults.len());
        let times = |fault: &&Fault| points.iter().filter(|one| one.fault == **fault).count();
        let fault = *in_turn.min_by_key(times).expect("every call can fail");
        points.push(Point { moment, fault });
    }
    points
}

/// Whether the run failed and reported what failed: an error of the run, or of a step.
fn is_clean(ran: &Ran) -> bool {
    let told = ["error", "step_failed"].map(|event| ran.of(event).len());
    ran.exit == Some(1) && told != [0, 0]
}

fn is_mended(point: &Point) -> Result<Tried, String> {
    let phase = point.moment.phase;
    let (world, _) = match point.fault.lags() {
        true => phase.lagging(|_| String::new()),
        false => phase.world(|_| String::new()),
    };
    let rule = world.cloud.rule(&point.fault.rule(&point.moment, &world));
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
    } else if point.fault == Fault::AccessDenied
        && ![DISPENSABLE, DENIED_FOR_A_MOMENT].contains(&operation.as_str())
    {
        return Err("a call was denied, and nobody has said so".to_owned());
    }
    phase.is_settled(&world, "");
    if point.fault.lags() {
        std::thread::sleep(HIDDEN);
    }
    Undisturbed::get().is_there(phase, &world)?;
    Ok(Tried::EndedWell)
}

/// The chosen points include every fault.
#[test]
fn the_gate_has_every_fault() {
    let points = points();
    for fault in FAULTS {
        let times = points.iter().filter(|point| point.fault == fault).count();
        assert!(times > 1, "{fault:?}: {times}");
    }
}

#[test]
fn a_call_that_goes_wrong_is_mended_or_said() {
    sweep(points(), is_mended);
}
