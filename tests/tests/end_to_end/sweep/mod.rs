//! Sweeps: the storefront's runs, disturbed at one call each time. In the end the resources are the same as after an undisturbed run.
//!
//! By default the gate tests a seeded choice of points. `WINDLASS_SWEEP=full` tests every point, and `WINDLASS_SWEEP_SEED` makes another choice.
//! `docs/reliability.md` has the commands and the figures.

mod faults;
mod kills;

use std::collections::VecDeque;
use std::fmt::Debug;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

use serde_json::{Value, json};

use crate::census::Census;
use crate::cloud::Calls;
use crate::world::World;

const STACK: &str = "storefront";
/// Another release, which also replaces resources that have not changed.
const RELEASE: &str = "up --yes --set release=2.0.0 --replace web/service --replace web/target-group --replace web/task-role --replace web/security-group --replace worker/logs --replace db-password --replace network/nat-a";
/// How many points run at the same time. Points that wait for a lease use no processor time.
const AT_ONCE: usize = 6;
/// How many points share a local cloud in a full sweep: each leaves a world in the emulator, of about 16 MB.
const PER_CLOUD: usize = 300;

/// A run that the sweep disturbs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// From nothing.
    Up,
    /// The run replaces task definitions and more.
    Release,
    /// To nothing.
    Destroy,
}

/// A call: the `nth` call of its operation in its phase.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Moment {
    phase: Phase,
    /// Such as `ec2:CreateVpc`.
    operation: String,
    nth: usize,
}

/// The calls of an undisturbed run of each phase, and the census after it.
struct Undisturbed {
    phases: Vec<(Phase, Calls, Census)>,
}

impl Phase {
    const ALL: [Self; 3] = [Self::Up, Self::Release, Self::Destroy];

    fn words(self) -> &'static str {
        match self {
            Self::Up => "up --yes",
            Self::Release => RELEASE,
            Self::Destroy => "destroy --yes",
        }
    }

    /// The command that finishes the phase: it does not replace again what the disturbed run has replaced.
    fn again(self) -> &'static str {
        match self {
            Self::Release => "up --yes --set release=2.0.0",
            other => other.words(),
        }
    }

    /// Whether nothing is left to do after the phase.
    fn is_settled(self, world: &World, state: &str) {
        match self {
            Self::Up => world.is_settled(state),
            Self::Release => world.is_settled(&format!("--set release=2.0.0 {state}")),
            Self::Destroy => {}
        }
    }

    /// A world in which the phase can begin.
    fn world(self, state: impl Fn(&World) -> String) -> (World, String) {
        self.begin_in(World::of(STACK), state)
    }

    /// The same in the cloud whose windows are long enough to hide resources.
    fn lagging(self, state: impl Fn(&World) -> String) -> (World, String) {
        self.begin_in(World::lagging(STACK), state)
    }

    fn begin_in(self, world: World, state: impl Fn(&World) -> String) -> (World, String) {
        let state = state(&world);
        if self != Self::Up {
            world.succeeds(&format!("up --yes {state}"));
        }
        (world, state)
    }
}

impl Undisturbed {
    fn get() -> &'static Self {
        static KNOWN: OnceLock<Undisturbed> = OnceLock::new();
        KNOWN.get_or_init(|| {
            let phase = |phase: Phase| {
                let (world, _) = phase.world(|_| String::new());
                let (_, calls) = world.measured(phase.words());
                let census = world.census();
                phase.is_settled(&world, "");
                (phase, calls, census)
            };
            Self {
                phases: Phase::ALL.map(phase).into(),
            }
        })
    }

    fn calls(&self, phase: Phase) -> &Calls {
        let mut phases = self.phases.iter();
        &phases.find(|(one, ..)| *one == phase).expect("all are").1
    }

    fn census(&self, phase: Phase) -> &Census {
        let mut phases = self.phases.iter();
        &phases.find(|(one, ..)| *one == phase).expect("all are").2
    }

    /// Whether the resources are the same as after an undisturbed run.
    fn is_there(&self, phase: Phase, world: &World) -> Result<(), String> {
        let (there, wanted) = (world.census(), self.census(phase));
        let differing = wanted
            .iter()
            .filter(|(what, count)| there[*what] != **count);
        let lines: Vec<_> = differing
            .map(|(what, count)| format!("{what}: {} instead of {count}", there[what]))
            .collect();
        if lines.is_empty() {
            Ok(())
        } else {
            Err(lines.join(", "))
        }
    }

    /// Every call that `wanted` accepts.
    fn moments(&self, wanted: impl Fn(&str) -> bool) -> Vec<Moment> {
        let mut moments = Vec::new();
        for phase in Phase::ALL {
            for (operation, count) in self.calls(phase) {
                let nths = (1..=*count).filter(|_| wanted(operation));
                moments.extend(nths.map(|nth| Moment {
                    phase,
                    operation: operation.clone(),
                    nth,
                }));
            }
        }
        moments
    }

    /// One call of each operation and phase that `wanted` accepts; the seed decides which. First all of `up`, then the other phases in turn.
    fn chosen(&self, seed: u64, wanted: impl Fn(&str) -> bool) -> Vec<Moment> {
        let one = |phase: Phase| {
            let calls = self.calls(phase).iter().enumerate();
            let of_phase = calls.filter(|(_, (operation, _))| wanted(operation));
            let moment = move |(index, (operation, count)): (usize, (&String, &usize))| Moment {
                phase,
                operation: operation.clone(),
                nth: 1 + draw(seed, index) % count,
            };
            of_phase.map(moment).collect::<Vec<_>>()
        };
        let shuffled = |phase| {
            let mut moments = one(phase);
            moments.sort_by_key(|moment| draw(seed, moment.operation.len() * 64 + moment.nth));
            moments
        };
        let (release, destroy) = (shuffled(Phase::Release), shuffled(Phase::Destroy));
        let mut all = one(Phase::Up);
        let longest = release.len().max(destroy.len());
        for index in 0..longest {
            all.extend(release.get(index).cloned());
            all.extend(destroy.get(index).cloned());
        }
        all
    }
}

/// Whether the operation changes something in AWS.
fn changes(operation: &str) -> bool {
    let (service, name) = operation.split_once(':').expect("a service and a name");
    let reads = ["Describe", "Get", "List"];
    service != "s3" && !reads.iter().any(|verb| name.starts_with(verb))
}

/// Whether the operation makes something that has an identifier.
fn makes(operation: &str) -> bool {
    let (_, name) = operation.split_once(':').expect("a service and a name");
    let verbs = ["Create", "Allocate", "Register", "AuthorizeSecurityGroup"];
    changes(operation) && verbs.iter().any(|verb| name.starts_with(verb))
}

/// Whether the call is the engine's, and not one of the state's store.
fn of_aws(operation: &str) -> bool {
    !operation.starts_with("s3:")
}

impl Moment {
    /// A rule of the gateway for this one call of the account's.
    fn rule(&self, world: &World, effect: &Value) -> Value {
        let (service, name) = self.operation.split_once(':').expect("two parts");
        json!({
            "name": format!("{}-{}", self.operation, world.account),
            "match": {"account": world.account, "service": service, "operation": name, "nth": [self.nth]},
            "effect": effect,
        })
    }
}

/// Whether the sweep tests every point, and the seed of a choice.
fn extent() -> (bool, u64) {
    let full = std::env::var("WINDLASS_SWEEP").is_ok_and(|extent| extent == "full");
    let seed = std::env::var("WINDLASS_SWEEP_SEED").ok();
    let seed = seed.map_or(1, |seed| seed.parse().expect("the seed is a number"));
    (full, seed)
}

/// <https://prng.di.unimi.it/splitmix64.c>
fn draw(seed: u64, index: usize) -> usize {
    let mut z = seed
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(index as u64 + 1)
        .wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    usize::try_from((z ^ (z >> 31)) >> 33).expect("31 bits")
}

/// The result of a point that did not fail.
enum Tried {
    EndedWell,
    /// The run did not send the call, as may happen with calls that it repeats, such as polls.
    NotReached,
}

/// Tries every point, several at the same time, and reports what went wrong for each point that fails.
fn sweep<P: Sync + Debug>(points: Vec<P>, check: impl Fn(&P) -> Result<Tried, String> + Sync) {
    let (total, done, unreached) = (points.len(), AtomicUsize::new(0), AtomicUsize::new(0));
    let failures = AtomicUsize::new(0);
    // Full sweeps run one after the other. So no other test holds the cloud between two parts, and the next part gets a new one.
    static FULL: Mutex<()> = Mutex::new(());
    let _alone = extent().0.then(|| FULL.lock());
    for part in points.chunks(PER_CLOUD) {
        let queue = Mutex::new(VecDeque::from_iter(part));
        let next = || queue.lock().expect("nobody panics with it").pop_front();
        std::thread::scope(|scope| {
            for _ in 0..AT_ONCE {
                scope.spawn(|| {
                    while let Some(point) = next() {
                        match caught(|| check(point)) {
                            Ok(Tried::EndedWell) => {}
                            Ok(Tried::NotReached) => {
                                unreached.fetch_add(1, Ordering::Relaxed);
                            }
                            Err(problem) => {
                                println!("{point:?}: {problem}");
                                failures.fetch_add(1, Ordering::Relaxed);
                            }
                        }
                        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                        if done.is_multiple_of(50) {
                            println!("{done} of {total} points tried");
                        }
                    }
                });
            }
        });
    }
    let (failures, unreached) = (failures.into_inner(), unreached.into_inner());
    let well = total - failures - unreached;
    println!("{well} of {total} points ended well, {unreached} were not reached");
    assert_eq!(failures, 0, "what went wrong stands above");
    assert!(
        unreached * 10 <= total,
        "{unreached} of {total} not reached"
    );
}

/// A panic in one point fails that point, and no other.
fn caught(check: impl FnOnce() -> Result<Tried, String>) -> Result<Tried, String> {
    std::panic::catch_unwind(AssertUnwindSafe(check)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        Err(text.unwrap_or_else(|| "it panicked".to_owned()))
    })
}
