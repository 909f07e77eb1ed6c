//! Throttling and lost calls: slower, never wrong.

use serde_json::json;
use windlass_engine::clock::Clock as _;
use windlass_engine::events::Event;
use windlass_tests::cloud::kinds::{NETWORK, ROLE, SERVICE};
use windlass_tests::cloud::platform::{network, platform, service};
use windlass_tests::cloud::{Faults, Program, Universe, refused};

const SEEDS: u64 = 40;

async fn through_a_whole_life(universe: &Universe) {
    let edited = platform()
        .with("network", NETWORK, network("10.9.0.0/16"))
        .with("service", SERVICE, service(4));
    for program in [platform(), edited] {
        let mut ran = universe.up(&program).await;
        // Patience ends at some point; the next run goes on.
        for _ in 0..4 {
            if refused(&ran).is_empty() {
                break;
            }
            ran = universe.up(&program).await;
        }
        assert_eq!(refused(&ran), [""; 0]);
        universe.assert_nothing_lost();
        assert!(universe.preview(&program).await.is_empty());
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
        universe.cloud.set_faults(Faults {
            throttle: 0.3,
            ..Faults::default()
        });
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
        universe.cloud.set_faults(Faults {
            lose_request: 0.15,
            ..Faults::default()
        });
        through_a_whole_life(&universe).await;
    }
}

#[tokio::test]
async fn lost_replies_make_nothing_twice() {
    for seed in 0..SEEDS {
        let universe = Universe::new(seed);
        universe.cloud.set_faults(Faults {
            lose_reply: 0.3,
            ..Faults::default()
        });
        through_a_whole_life(&universe).await;
    }
}

#[tokio::test]
async fn everything_at_once() {
    for seed in 0..SEEDS {
        let universe = Universe::new(seed);
        universe.cloud.set_faults(Faults {
            throttle: 0.1,
            lose_request: 0.05,
            lose_reply: 0.1,
            ..Faults::default()
        });
        through_a_whole_life(&universe).await;
    }
}

#[tokio::test]
async fn under_a_limit_of_calls_no_time_is_lost_and_little_is_throttled() {
    const CALLS: u32 = 200;
    const PER_SECOND: f64 = 10.0;
    let universe = Universe::new(0);
    universe.cloud.set_faults(Faults {
        rate_limit: Some(PER_SECOND),
        ..Faults::default()
    });
    let role = |number| json!({"RoleName": format!("role-{number}")});
    let program = (0..CALLS).fold(Program::new(), |program, number| {
        program.with(&format!("role-{number}"), ROLE, role(number))
    });
    let bound = f64::from(CALLS) / PER_SECOND - 1.0;
    for what in ["up", "destroy"] {
        let begun = universe.clock.elapsed();
        let ran = match what {
            "up" => universe.up(&program).await,
            _ => universe.destroy().await,
        };
        assert_eq!(refused(&ran), [""; 0]);
        let took = (universe.clock.elapsed() - begun).as_secs_f64();
        let again = |event: &&Event| matches!(event, Event::StepRetrying { .. });
        let throttled = ran.events.iter().filter(again).count();
        println!("{what}: {took:.1} s for {bound:.1} s, {throttled} of {CALLS} throttled");
        assert!(took * 0.9 <= bound + 1.0, "{what}: {took} s for {bound} s");
        assert!(throttled <= 60, "{what}: {throttled} throttled");
    }
    assert!(universe.cloud.world().objects.is_empty());
}
