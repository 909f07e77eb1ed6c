//! Throttling and lost calls make a run slower, never wrong, even where AWS shows new resources late (eventual consistency).

use std::num::NonZeroUsize;
use std::time::Duration;

use serde_json::json;
use windlass_engine::clock::Clock as _;
use windlass_engine::events::Event;
use windlass_state::durations::Durations;
use windlass_state::record::{Operation, Settlement};
use windlass_tests::cloud::kinds::{NETWORK, REVISION, ROLE, SERVICE};
use windlass_tests::cloud::platform::{network, platform, revision, service};
use windlass_tests::cloud::{Faults, Lag, Program, Universe, refused};

use crate::weather::weather;

const SEEDS: u64 = 40;

/// These faults together with the lags of that seed. No process dies, so no call arrives late. `story` has answers with the state before an update
/// whose own answer was lost.
fn in_weather(seed: u64, faults: Faults) -> Faults {
    let Faults { lag, lingers, .. } = weather(seed);
    Faults {
        lag: Lag { stale: 0.0, ..lag },
        lingers,
        ..faults
    }
}

async fn through_a_whole_life(universe: &Universe) {
    let edited = platform()
        .with("network", NETWORK, network("10.9.0.0/16"))
        .with("service", SERVICE, service(4));
    for program in [platform(), edited] {
        let mut ran = universe.up(&program).await;
        // Retries end at some point, and the next run continues.
        for _ in 0..4 {
            if refused(&ran).is_empty() {
                break;
            }
            ran = universe.up(&program).await;
        }
        assert_eq!(refused(&ran), [""; 0]);
        universe.assert_nothing_lost();
        let preview = universe.preview(&program).await;
        assert!(preview.is_empty(), "{:#?}", preview.changes);
    }
    for _ in 0..5 {
        universe.destroy().await;
    }
    assert!(universe.cloud.world().objects.is_empty());
}

#[tokio::test]
async fn throttled_calls_are_sent_again() {
    for seed in 0..SEEDS {
        let universe = Universe::new(seed);
        let faults = Faults {
            throttle: 0.3,
            ..Faults::default()
        };
        universe.cloud.set_faults(in_weather(seed, faults));
        let ran = universe.up(&platform()).await;
        assert_eq!(refused(&ran), [""; 0]);
        assert!(
            ran.events
                .iter()
                .any(|event| matches!(event, Event::StepRetrying { .. }))
        );
        through_a_whole_life(&universe).await;
    }
}

#[tokio::test]
async fn lost_requests_are_sent_again() {
    for seed in 0..SEEDS {
        let universe = Universe::new(seed);
        let faults = Faults {
            lose_request: 0.15,
            ..Faults::default()
        };
        universe.cloud.set_faults(in_weather(seed, faults));
        through_a_whole_life(&universe).await;
    }
}

#[tokio::test]
async fn lost_replies_make_nothing_twice() {
    for seed in 0..SEEDS {
        let universe = Universe::new(seed);
        let faults = Faults {
            lose_reply: 0.3,
            ..Faults::default()
        };
        universe.cloud.set_faults(in_weather(seed, faults));
        through_a_whole_life(&universe).await;
    }
}

#[tokio::test]
async fn everything_at_once() {
    for seed in 0..SEEDS {
        let universe = Universe::new(seed);
        let faults = Faults {
            throttle: 0.1,
            lose_request: 0.05,
            lose_reply: 0.1,
            ..Faults::default()
        };
        universe.cloud.set_faults(in_weather(seed, faults));
        through_a_whole_life(&universe).await;
    }
}

/// How many resources of one kind.
const ROLES: u32 = 200;

fn roles(policy: &str) -> Program {
    (0..ROLES).fold(Program::new(), |program, number| {
        let role = json!({"RoleName": format!("role-{number}"), "Policy": policy});
        program.with(&format!("role-{number}"), ROLE, role)
    })
}

/// Makes, changes and deletes them under a rate limit (calls in a second) with this documented limit. Returns how many seconds each took, and how
/// many calls AWS throttled.
async fn under_a_limit(limit: Option<f64>, documented: Option<u32>) -> [(f64, usize); 3] {
    let universe = Universe::new(0);
    universe.cloud.set_faults(Faults {
        rate_limit: limit,
        documented,
        ..Faults::default()
    });
    let mut measured = [(0.0, 0); 3];
    for (at, policy) in [Some("first"), Some("second"), None]
        .into_iter()
        .enumerate()
    {
        let begun = universe.clock.elapsed();
        let ran = match policy {
            Some(policy) => universe.up(&roles(policy)).await,
            None => universe.destroy().await,
        };
        assert_eq!(refused(&ran), [""; 0]);
        let took = (universe.clock.elapsed() - begun).as_secs_f64();
        let again = |event: &&Event| matches!(event, Event::StepRetrying { .. });
        measured[at] = (took, ran.events.iter().filter(again).count());
    }
    assert!(universe.cloud.world().objects.is_empty());
    println!("{limit:?}, documented {documented:?}: {measured:?}");
    measured
}

#[tokio::test]
async fn under_a_limit_of_calls_no_time_is_lost_and_little_is_throttled() {
    const PER_SECOND: f64 = 10.0;
    let bound = f64::from(ROLES) / PER_SECOND - 1.0;
    for (documented, most) in [(None, 60), (Some(10), 30), (Some(20), 60)] {
        for (took, throttled) in under_a_limit(Some(PER_SECOND), documented).await {
            assert!(took * 0.9 <= bound + 1.0, "{took} s for {bound} s");
            assert!(throttled <= most, "{throttled} of {ROLES} throttled");
        }
    }
}

#[tokio::test]
async fn a_documented_limit_that_aws_does_not_enforce_costs_next_to_nothing() {
    let free = under_a_limit(None, None).await;
    let documented = under_a_limit(None, Some(10)).await;
    for ((free, _), (took, _)) in free.into_iter().zip(documented) {
        assert!(took <= free + 0.5, "{took} s instead of {free} s");
    }
}

#[tokio::test]
async fn what_waits_to_be_sent_again_holds_up_no_other() {
    let mut universe = Universe::default();
    universe.concurrency = NonZeroUsize::MIN;
    // AWS refuses the revision until the role shows. No other step takes as long.
    let role = json!({"RoleName": "role"});
    let program =
        Program::new()
            .with("role", ROLE, role)
            .with("revision", REVISION, revision("app:1"));
    let program = (0..20).fold(program, |program, number| {
        let range = format!("10.{number}.0.0/16");
        program.with(&format!("network-{number}"), NETWORK, network(&range))
    });
    // Recorded durations make the role the first step.
    let mut durations = Durations::default();
    durations.learn(ROLE, "create", Duration::from_secs(600));
    durations.learn(REVISION, "create", Duration::from_secs(600));
    let timed = vec![Settlement::Timed { durations }];
    let amended = universe.amend(Operation::Restore, timed).await;
    amended.expect("it is recorded");
    let ran = universe.up(&program).await;
    assert_eq!(refused(&ran), [""; 0]);
    let done = ran.events.iter().filter_map(|event| match event {
        Event::StepDone { step, .. } => Some(step.address.to_string()),
        _ => None,
    });
    let done: Vec<String> = done.collect();
    assert_eq!(done.first().map(String::as_str), Some("role"), "{done:?}");
    assert_eq!(
        done.last().map(String::as_str),
        Some("revision"),
        "{done:?}"
    );
}
