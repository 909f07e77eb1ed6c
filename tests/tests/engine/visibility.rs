//! Eventual consistency: AWS hides new resources. Windlass does not believe that one has vanished before AWS must have shown it, and NotFound means
//! "not yet".

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::json;
use windlass_aws::WindowScale;
use windlass_engine::clock::Clock as _;
use windlass_engine::events::Event;
use windlass_engine::provider::Provider as _;
use windlass_plan::plan::Reason;
use windlass_tests::cloud::kinds::{CLUSTER, NETWORK, ROLE, SERVICE, SUBNET};
use windlass_tests::cloud::platform::{network, platform, service};
use windlass_tests::cloud::samples::catalogue;
use windlass_tests::cloud::{
    Faults, Lag, Program, Universe, parse, reference, refused, visible_within,
};
use windlass_tests::wire::capture::Capture;

use crate::crash::block_on;

const SEEDS: u64 = 20;

/// A cloud that hides new resources from searches, observations, changes, uses and deletions, for up to the whole visibility window.
fn hiding(seed: u64) -> Universe {
    let universe = Universe::new(seed);
    universe.cloud.set_faults(Faults {
        lag: Lag {
            finder: 1.0,
            observer: 1.0,
            user: 1.0,
            stale: 0.0,
        },
        ..Faults::default()
    });
    universe
}

/// One resource that nothing waits for, so that the next run begins while it is new.
fn small() -> Program {
    Program::new().with("role", ROLE, json!({"Path": "/", "Policy": "p1"}))
}

fn two() -> Program {
    let subnet = json!({"NetworkId": reference("network", "NetworkId"), "Range": "10.0.1.0/24"});
    Program::new()
        .with("network", NETWORK, network("10.0.0.0/16"))
        .with("subnet", SUBNET, subnet)
}

fn things(universe: &Universe) -> usize {
    universe.cloud.world().objects.len()
}

#[tokio::test]
async fn what_was_made_moments_ago_has_not_vanished() {
    for seed in 0..SEEDS {
        let universe = hiding(seed);
        let ran = universe.up(&platform()).await;
        assert_eq!(refused(&ran), [""; 0], "seed {seed}");
        let made = things(&universe);
        // The last resources were made less than a window ago.
        assert!(universe.preview(&platform()).await.is_empty());
        assert_eq!(universe.drift().await.drifts, [], "seed {seed}");
        universe.assert_nothing_lost();
        assert_eq!(things(&universe), made, "seed {seed}");
    }
}

#[tokio::test]
async fn an_up_at_once_makes_nothing_twice_and_says_what_it_waits_for() {
    let mut waited = 0;
    for seed in 0..SEEDS {
        let universe = hiding(seed);
        universe.up(&small()).await;
        let ran = universe.up(&small()).await;
        assert!(ran.plan.is_empty(), "seed {seed}: {:?}", ran.plan.changes);
        assert_eq!(things(&universe), 1, "seed {seed}");
        waited += ran
            .events
            .iter()
            .filter(|event| match event {
                Event::NotVisibleYet { resources, .. } => *resources == [parse("role")],
                _ => false,
            })
            .count();
    }
    assert!(waited > 5, "{waited}");
}

#[tokio::test]
async fn a_destroy_at_once_leaves_nothing() {
    for seed in 0..SEEDS {
        for program in [platform(), small(), two()] {
            let universe = hiding(seed);
            universe.up(&program).await;
            let ran = universe.destroy().await;
            assert_eq!(refused(&ran), [""; 0], "seed {seed}");
            assert_eq!(things(&universe), 0, "seed {seed}");
            assert!(universe.journal.load().resources.is_empty());
        }
    }
}

#[tokio::test]
async fn a_refresh_at_once_forgets_nothing() {
    for seed in 0..SEEDS {
        let universe = hiding(seed);
        universe.up(&platform()).await;
        universe.refresh().await;
        universe.assert_nothing_lost();
    }
}

#[test]
fn a_kill_at_any_moment_makes_nothing_twice_while_new_things_are_hidden() {
    for moment in 0.. {
        let lived = block_on(async {
            let universe = hiding(moment);
            let lived = universe.mortal(Some(&two()), Some(moment)).await.is_some();
            let ran = universe.up(&two()).await;
            assert_eq!(refused(&ran), [""; 0], "after death at moment {moment}");
            assert_eq!(things(&universe), 2, "after death at moment {moment}");
            universe.assert_nothing_lost();
            lived
        });
        if lived {
            assert!(moment > 10, "only {moment} moments");
            break;
        }
    }
}

#[test]
fn a_host_whose_clock_is_wrong_waits_for_the_whole_window() {
    for minutes in [40, 300, -300] {
        for moment in 0.. {
            let lived = block_on(async {
                let universe = hiding(moment);
                let lived = universe
                    .mortal(Some(&small()), Some(moment))
                    .await
                    .is_some();
                let other = universe.beside(SignedDuration::from_mins(minutes));
                other.up(&small()).await;
                assert_eq!(things(&other), 1, "{minutes} minutes, moment {moment}");
                other.assert_nothing_lost();
                lived
            });
            if lived {
                break;
            }
        }
    }
}

/// AWS answers observations with the state before the last update, for up to the whole window.
#[tokio::test]
async fn an_edit_that_is_taken_back_at_once_is_taken_back() {
    for seed in 0..SEEDS {
        let universe = Universe::new(seed);
        universe.cloud.set_faults(Faults {
            lag: Lag {
                stale: 1.0,
                ..Lag::default()
            },
            ..Faults::default()
        });
        let settings =
            |value: &str| Program::new().with("cluster", CLUSTER, json!({"Settings": value}));
        for value in ["s1", "s2", "s1"] {
            universe.up(&settings(value)).await;
        }
        {
            let world = universe.cloud.world();
            let (_, cluster) = world.at("cluster").expect("one");
            assert_eq!(cluster.properties["Settings"], "s1", "seed {seed}");
        }
        assert!(universe.preview(&settings("s1")).await.is_empty());
    }
}

/// ECS answers a wait with the state before the call. That is no success.
#[tokio::test]
async fn a_wait_goes_by_no_answer_from_before() {
    for seed in 0..SEEDS {
        let universe = Universe::new(seed);
        universe.up(&platform()).await;
        universe.cloud.set_faults(Faults {
            lag: Lag {
                stale: 1.0,
                ..Lag::default()
            },
            ..Faults::default()
        });
        let ran = universe
            .up(&platform().with("service", SERVICE, service(2)))
            .await;
        assert_eq!(refused(&ran), [""; 0], "seed {seed}");
        let world = universe.cloud.world();
        let (_, service) = world.at("service").expect("one");
        assert_eq!(service.pending, 0, "seed {seed}");
    }
}

/// The simulated cloud hides new resources for as long as the engine's windows say. Its table is its own.
#[test]
fn the_cloud_hides_each_kind_for_as_long_as_the_engine_waits() {
    let capture = Capture::answering(|_| None);
    let provider = capture.provider().with_windows(WindowScale::AWS);
    for sampled in catalogue() {
        let kind = sampled.schema.kind;
        assert_eq!(
            visible_within(kind),
            provider.visible_within(kind),
            "{kind}"
        );
    }
}

#[tokio::test]
async fn what_has_vanished_is_told_once_it_must_have_shown() {
    let universe = Universe::default();
    universe.up(&small()).await;
    universe.cloud.world().objects.clear();
    let began = universe.clock.elapsed();
    let plan = universe.preview(&small()).await;
    let took = universe.clock.elapsed() - began;
    assert_eq!(plan.changes[0].reason, Reason::Vanished);
    assert!(took < Duration::from_secs(62), "{took:?}");
    // Once a resource must have shown, Windlass does not search for it again.
    let began = universe.clock.elapsed();
    universe.preview(&small()).await;
    let took = universe.clock.elapsed() - began;
    assert!(took < Duration::from_secs(1), "{took:?}");
}

/// How many times Windlass sent a create again, for which reason and for how long, when AWS answers that something is not found.
async fn answered(message: &str) -> (usize, Option<String>, Duration) {
    let of_another =
        json!({"NetworkId": reference("network", "NetworkId"), "Range": "network-of-another"});
    let program = two().with("subnet", SUBNET, of_another);
    let universe = Universe::default();
    let answer = ("SomethingNotFound".to_owned(), message.to_owned());
    universe.cloud.set_faults(Faults {
        not_found: BTreeMap::from([(parse("subnet"), answer)]),
        ..Faults::default()
    });
    let began = universe.clock.elapsed();
    let ran = universe.up(&program).await;
    assert_eq!(refused(&ran).len(), 1);
    let took = universe.clock.elapsed() - began;
    let again = ran.events.iter().filter_map(|event| match event {
        Event::StepRetrying { waiting_for, .. } => Some(waiting_for.clone()),
        _ => None,
    });
    let again: Vec<_> = again.collect();
    (again.len(), again.first().cloned().flatten(), took)
}

#[tokio::test]
async fn what_this_run_made_is_not_visible_yet() {
    let (again, waiting_for, took) = answered("it does not exist").await;
    assert!(again > 10, "{again}");
    assert_eq!(waiting_for.as_deref(), Some("network"));
    let (least, most) = (Duration::from_secs(150), Duration::from_secs(200));
    assert!(took > least && took < most, "{took:?}");
}

#[tokio::test]
async fn what_nobody_made_is_an_error_at_once() {
    let (again, _, took) = answered("the network 'network-of-another' does not exist").await;
    assert_eq!(again, 0);
    assert!(took < Duration::from_secs(5), "{took:?}");
}

/// The document reads an output of another stack that was changed a moment ago or long ago. AWS does not say which resource is missing.
#[tokio::test]
async fn what_a_neighbour_made_moments_ago_is_not_visible_yet() {
    let spec = json!({"NetworkId": "network-of-another", "Range": "10.0.1.0/24"});
    let program = Program::new().with("subnet", SUBNET, spec);
    for (minutes, waits) in [(0, true), (2, true), (4, false)] {
        let mut universe = Universe::default();
        let answer = (
            "SomethingNotFound".to_owned(),
            "it does not exist".to_owned(),
        );
        universe.cloud.set_faults(Faults {
            not_found: BTreeMap::from([(parse("subnet"), answer)]),
            ..Faults::default()
        });
        let ago = SignedDuration::from_mins(minutes);
        universe.neighbours = universe.cloud.now().map(|now| now - ago);
        let ran = universe.up(&program).await;
        assert_eq!(refused(&ran).len(), 1);
        let mut waited = ran.events.iter().filter_map(|event| match event {
            Event::StepRetrying { waiting_for, .. } => waiting_for.as_deref(),
            _ => None,
        });
        let waited = waited.next();
        assert_eq!(
            waited,
            waits.then_some("what another stack made"),
            "{minutes} minutes"
        );
    }
}

#[tokio::test]
async fn a_role_that_nobody_made_gets_half_a_minute() {
    let message = "the role network-of-another cannot be found";
    let (again, waiting_for, took) = answered(message).await;
    assert!(again > 3, "{again}");
    assert_eq!(waiting_for.as_deref(), Some("the role"));
    let (least, most) = (Duration::from_secs(20), Duration::from_secs(40));
    assert!(took > least && took < most, "{took:?}");
}

#[test]
fn what_a_killed_destroy_removed_is_made_again_although_aws_still_shows_it() {
    let small = Program::new().with("network", NETWORK, network("10.0.0.0/16"));
    for moment in 0.. {
        let lived = block_on(async {
            let universe = Universe::default();
            universe.up(&small).await;
            universe.cloud.set_faults(Faults {
                lag: Lag {
                    stale: 1.0,
                    ..Lag::default()
                },
                ..Faults::default()
            });
            let lived = universe.mortal(None, Some(moment)).await.is_some();
            let ran = universe.up(&small).await;
            assert_eq!(refused(&ran), [""; 0], "after death at moment {moment}");
            assert_eq!(things(&universe), 1, "after death at moment {moment}");
            lived
        });
        if lived {
            break;
        }
    }
}
