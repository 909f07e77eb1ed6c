//! SIGKILL after a number of calls: the next run converges, and no resource exists twice or is left over.
//!
//! Not here: the storefront, whose runs are killed at chosen boundaries of a call (`sweep`).

use crate::census::Census;
use crate::world::World;

/// How many times each stack's `up` is killed, and its `destroy`.
const KILLS: usize = 5;

/// Moments spread over a run with this number of calls: one in each part. The seed decides where in the part.
fn moments(seed: usize, calls: usize) -> impl Iterator<Item = usize> {
    let part = calls / KILLS;
    // A large odd factor spreads small numbers.
    (0..KILLS).map(move |index| 1 + index * part + (seed + index) * 2_654_435_761 % part)
}

fn survives(stack: &'static str, seed: usize) {
    let (clean, making, removing) = undisturbed(stack);
    for moment in moments(seed, making) {
        let world = World::of(stack);
        let killed = world.killed_after(moment, "up --yes");
        world.succeeds("up --yes");
        world.is_settled("");
        assert_eq!(
            world.census(),
            clean,
            "{stack}: up killed after {moment} calls: {killed}"
        );
    }
    for moment in moments(seed + 1, removing) {
        let world = World::of(stack);
        let before = world.census();
        world.succeeds("up --yes");
        let killed = world.killed_after(moment, "destroy --yes");
        world.succeeds("destroy --yes");
        assert_eq!(
            world.census(),
            before,
            "{stack}: destroy killed after {moment} calls: {killed}"
        );
    }
}

/// The census after one `up`, and the number of calls of `up` and `destroy`.
fn undisturbed(stack: &'static str) -> (Census, usize, usize) {
    let world = World::of(stack);
    let calls = |words: &str| {
        let finished = world.succeeds(words).of("run_finished");
        let calls = finished[0]["calls"].as_u64().expect("a number");
        usize::try_from(calls).expect("few")
    };
    let making = calls("up --yes");
    let clean = world.census();
    (clean, making, calls("destroy --yes"))
}

#[test]
fn quickstart_survives_kills() {
    survives("quickstart", 1);
}

#[test]
fn gpu_workers_survive_kills() {
    survives("gpu-workers", 5);
}
