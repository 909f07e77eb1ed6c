//! Throttling and lost calls: slower, never wrong.

use windlass_engine::events::Event;
use windlass_tests::cloud::kinds::{NETWORK, SERVICE};
use windlass_tests::cloud::platform::{network, platform, service};
use windlass_tests::cloud::{Faults, Universe, refused};

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
