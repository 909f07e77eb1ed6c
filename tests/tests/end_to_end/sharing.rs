//! Locking: several processes work on one state, one at a time, in a file or in the local cloud's S3. No record is lost, and a dead holder loses its
//! lease.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::operations::document;
use crate::world::{Ran, World, word};

/// In a bucket of this test's world: all accounts share the names of buckets.
fn shared(world: &World) -> String {
    format!("--state {}", place(world))
}

fn place(world: &World) -> String {
    format!("s3://states-of-{}/team", world.account)
}

/// How many processes run at the same time.
const CROWD: usize = 8;
/// The lease's term plus the delay after which it counts as expired, as in the store, with time for a slow machine.
const TAKEN_OVER_WITHIN: Duration = Duration::from_secs(45);

fn created(ran: &Ran) -> u64 {
    let finished = ran.of("run_finished");
    finished[0]["created"].as_u64().expect("a number")
}

/// All start at the same time. Each waits for its turn; one makes everything, and the others find it made.
fn one_at_a_time(state: fn(&World) -> String) {
    let alone = World::of("quickstart");
    let made = created(&alone.succeeds("up --yes"));
    let world = World::of("quickstart");
    let state = state(&world);
    let words = format!("up --yes --json --lock-timeout 10m {state}");
    let crowd: Vec<_> = (0..CROWD).map(|_| world.starts(&words)).collect();
    let ran: Vec<_> = crowd.into_iter().map(|one| one.ends()).collect();
    for one in &ran {
        assert_eq!(one.exit, Some(0), "{}{}", one.troubles(), one.errors);
    }
    let mut each: Vec<_> = ran.iter().map(created).collect();
    each.sort_unstable();
    assert_eq!(each.iter().sum::<u64>(), made, "{each:?}");
    assert_eq!(each.last(), Some(&made), "one has made all of it: {each:?}");
    assert!(
        ran.iter().any(|one| one.errors.contains("Waiting: ")),
        "those who waited were told for whom"
    );
    world.is_settled(&state);
    assert_eq!(world.census(), alone.census());
}

#[test]
fn eight_at_once_on_a_file() {
    one_at_a_time(|_| String::new());
}

#[test]
fn eight_at_once_on_an_object_store() {
    one_at_a_time(shared);
}

#[test]
fn a_killed_holder_is_taken_over_within_the_lease_time() {
    let alone = World::of("quickstart");
    alone.succeeds("up --yes");
    let world = World::of("quickstart");
    let shared = shared(&world);
    assert!(world.killed_after(60, &format!("up --yes {shared}")));
    let killed = Instant::now();
    let refused = world.run(&format!("up --yes --json {shared}"));
    assert_eq!(refused.exit, Some(5), "{}{}", refused.out, refused.errors);
    let message = refused.of("error")[0]["message"].to_string();
    assert!(
        message.contains("(process "),
        "the holder is named: {message}"
    );
    let heir = world.succeeds(&format!("up --yes --lock-timeout 2m {shared}"));
    let began = killed.elapsed();
    assert!(heir.errors.contains("Waiting: "), "{}", heir.errors);
    let ran = heir.of("run_finished")[0]["milliseconds"].as_u64();
    let waited = began - Duration::from_millis(ran.expect("a number"));
    assert!(waited < TAKEN_OVER_WITHIN, "{waited:?}");
    world.is_settled(&shared);
    assert_eq!(world.census(), alone.census());
}

/// The store is lost in the middle of a run, with calls in progress. This host keeps the results of those calls, and the next run continues from
/// there.
#[test]
fn a_store_that_is_lost_in_the_middle_loses_no_record() {
    let alone = World::of("quickstart");
    alone.succeeds("up --yes");
    let world = World::of("quickstart");
    let shared = shared(&world);
    let lost = world.cloud.rule(&json!({
        "name": format!("lost-{}", world.account),
        "match": {
            "service": "s3", "operation": "PutObject", "account": world.account,
            "nth": (14..4000).collect::<Vec<u32>>(),
        },
        "effect": {"kind": "cut", "when": "before"},
    }));
    let ran = world.run(&format!("up --yes --json {shared}"));
    assert_eq!(ran.exit, Some(1), "{}{}", ran.out, ran.errors);
    let message = ran.of("error")[0]["message"].to_string();
    assert!(message.contains("emergency"), "{message}");
    assert!(!ran.of("step_done").is_empty(), "it was in the middle");
    drop(lost);
    assert_eq!(world.emergencies().len(), 1);
    assert!(world.emergencies()[0] > 1, "more than its heading");
    let next = world.succeeds(&format!("up --yes --lock-timeout 2m {shared}"));
    assert_eq!(world.emergencies(), [0; 0], "it was put into the state");
    next.knew(&ran);
    world.is_settled(&shared);
    assert_eq!(world.census(), alone.census());
}

#[test]
fn a_state_moves_to_an_object_store_and_back() {
    let world = World::of("quickstart");
    world.succeeds("up --yes");
    let full = world.census();
    let shared = shared(&world);
    let moved = world.run(&format!("state migrate --to {}", place(&world)));
    assert_eq!(moved.exit, Some(0), "{}", moved.errors);
    let left = world.run("up --yes --json");
    assert_eq!(left.exit, Some(1), "{}", left.out);
    let message = left.of("error")[0]["message"].to_string();
    assert!(message.contains(&place(&world)), "{message}");
    assert_ne!(
        world.run("preview --json").exit,
        Some(0),
        "nobody goes on with the copy"
    );
    let readable = world.run("state list --json");
    assert_eq!(readable.exit, Some(0), "{}", readable.errors);
    world.is_settled(&shared);
    assert_eq!(world.census(), full);
    let back = world.run(&format!("state migrate --to default {shared}"));
    assert_eq!(back.exit, Some(0), "{}", back.errors);
    world.is_settled("");
    world.succeeds("destroy --yes");
}

/// Commands that change or show what the state believes use the same store, wherever it is.
#[test]
fn what_is_believed_is_changed_on_an_object_store_as_in_a_file() {
    let world = World::of("quickstart");
    let shared = shared(&world);
    world.succeeds(&format!("up --yes {shared}"));
    let kept = world.file("state.json");
    let exported = world.run(&format!("state export --out {} {shared}", word(&kept)));
    assert_eq!(exported.exit, Some(0), "{}", exported.errors);
    world.succeeds(&format!("state rm web/logs {shared}"));
    let back = document(&world, &format!("state rollback 1 {shared}"), 0);
    assert_eq!(back["back"], json!(["web/logs"]));
    world.is_settled(&shared);
    world.succeeds(&format!("state mv web/logs web/log-group {shared}"));
    let import = format!("state import {} --older {shared}", word(&kept));
    document(&world, &import, 0);
    world.is_settled(&shared);
    assert_eq!(
        document(&world, &format!("drift {shared}"), 0)["drifts"],
        json!([])
    );
    document(&world, &format!("refresh --lookups {shared}"), 0);
    let history = document(&world, &format!("history {shared}"), 0)["operations"].clone();
    let operations = history.as_array().expect("a list").iter().rev();
    let operations: Vec<_> = operations.map(|one| one["operation"].clone()).collect();
    let wanted = [
        "up",
        "state rm",
        "state rollback",
        "state mv",
        "state import",
    ];
    assert_eq!(operations[..5], wanted);
    let verified = document(&world, &format!("state verify {shared}"), 0);
    assert_eq!(
        verified["rollback"].as_array().map(Vec::len),
        Some(operations.len())
    );
    assert!(!world.file(".windlass/local/dev.db").exists());
}

/// The stack's own Cargo.toml names the place of the state, and the stored state is encrypted.
#[test]
fn a_stack_says_where_its_state_is() {
    let world = World::of("quickstart");
    let manifest = format!(
        "[package.metadata.windlass]\nstate = \"{}\"\n",
        place(&world)
    );
    std::fs::write(world.file("Cargo.toml"), manifest).expect("written");
    let key = world.file("passphrase");
    std::fs::write(&key, "correct horse\n").expect("written");
    let key = format!("--state-passphrase-file {}", word(&key));
    world.succeeds(&format!("up --yes {key}"));
    world.is_settled(&key);
    assert!(!world.file(".windlass/local/dev.db").exists());
    let locked = world.run("state list --json");
    assert_eq!(locked.exit, Some(1), "{}", locked.out);
    assert!(locked.out.contains("encrypted"), "{}", locked.out);
    let wrong = world.file("wrong");
    std::fs::write(&wrong, "battery\n").expect("written");
    let wrong = world.run(&format!(
        "state list --json --state-passphrase-file {}",
        word(&wrong)
    ));
    assert!(wrong.out.contains("does not fit"), "{}", wrong.out);
}
