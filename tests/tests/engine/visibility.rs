//! AWS hides what was made a moment ago: nothing has vanished before it must have shown, and NotFound about it means "not yet".

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use windlass_engine::clock::Clock as _;
use windlass_engine::events::Event;
use windlass_plan::plan::Reason;
use windlass_tests::cloud::kinds::{NETWORK, SUBNET};
use windlass_tests::cloud::platform::{network, platform};
use windlass_tests::cloud::{Faults, Program, Universe, parse, reference, refused};

use crate::crash::block_on;

/// Less than the simulated cloud's visibility window.
const HIDDEN: Duration = Duration::from_secs(9);

/// A cloud that hides what is new from whoever observes, polls, changes or deletes it.
fn hiding() -> Universe {
    let universe = Universe::default();
    universe.cloud.set_faults(Faults {
        hide_new: HIDDEN,
        ..Faults::default()
    });
    universe
}

fn things(universe: &Universe) -> usize {
    universe.cloud.world().objects.len()
}

#[tokio::test]
async fn what_was_made_moments_ago_has_not_vanished() {
    let universe = hiding();
    let ran = universe.up(&platform()).await;
    assert_eq!(refused(&ran), [""; 0]);
    let made = things(&universe);
    // The last ones were made less than a window ago.
    assert!(universe.preview(&platform()).await.is_empty());
    assert_eq!(universe.drift().await.drifts, []);
    universe.assert_nothing_lost();
    assert_eq!(things(&universe), made);
}

#[tokio::test]
async fn an_up_at_once_makes_nothing_twice() {
    let small = Program::new().with("network", NETWORK, network("10.0.0.0/16"));
    let universe = hiding();
    universe.up(&small).await;
    let ran = universe.up(&small).await;
    assert!(ran.plan.is_empty(), "{:?}", ran.plan.changes);
    assert_eq!(things(&universe), 1);
    let waited = |event: &Event| match event {
        Event::NotVisibleYet { resources, .. } => *resources == [parse("network")],
        _ => false,
    };
    assert!(ran.events.iter().any(waited), "{:?}", ran.events);
}

#[tokio::test]
async fn a_destroy_at_once_leaves_nothing() {
    for program in [
        platform(),
        Program::new().with("network", NETWORK, network("10.0.0.0/16")),
    ] {
        let universe = hiding();
        universe.up(&program).await;
        let ran = universe.destroy().await;
        assert_eq!(refused(&ran), [""; 0]);
        assert_eq!(things(&universe), 0);
        assert!(universe.journal.load().resources.is_empty());
    }
}

#[tokio::test]
async fn a_refresh_at_once_forgets_nothing() {
    let universe = hiding();
    universe.up(&platform()).await;
    universe.refresh().await;
    universe.assert_nothing_lost();
}

#[test]
fn a_kill_at_any_moment_makes_nothing_twice_while_new_things_are_hidden() {
    let small = Program::new()
        .with("network", NETWORK, network("10.0.0.0/16"))
        .with(
            "subnet",
            SUBNET,
            json!({"NetworkId": reference("network", "NetworkId"), "Range": "10.0.1.0/24"}),
        );
    for moment in 0.. {
        let lived = block_on(async {
            let universe = hiding();
            let lived = universe.mortal(Some(&small), Some(moment)).await.is_some();
            let ran = universe.up(&small).await;
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
    let small = Program::new().with("network", NETWORK, network("10.0.0.0/16"));
    for ahead in [Duration::from_secs(40 * 60), Duration::from_secs(5 * 3600)] {
        for moment in 0.. {
            let lived = block_on(async {
                let universe = hiding();
                let lived = universe.mortal(Some(&small), Some(moment)).await.is_some();
                universe.clock.set_ahead(ahead);
                universe.up(&small).await;
                assert_eq!(things(&universe), 1, "{ahead:?}, moment {moment}");
                universe.assert_nothing_lost();
                lived
            });
            if lived {
                break;
            }
        }
    }
}

#[tokio::test]
async fn what_has_vanished_is_told_once_it_must_have_shown() {
    let universe = Universe::default();
    let small = Program::new().with("network", NETWORK, network("10.0.0.0/16"));
    universe.up(&small).await;
    universe.cloud.world().objects.clear();
    let began = universe.clock.elapsed();
    let plan = universe.preview(&small).await;
    let took = universe.clock.elapsed() - began;
    assert_eq!(plan.changes[0].reason, Reason::Vanished);
    assert!(took < Duration::from_secs(12), "{took:?}");
    // What must have shown is not looked for again.
    let began = universe.clock.elapsed();
    universe.preview(&small).await;
    let took = universe.clock.elapsed() - began;
    assert!(took < Duration::from_secs(1), "{took:?}");
}

/// How often a create was sent again, for what, and for how long, when AWS says that something is not there.
async fn answered(message: &str) -> (usize, Option<String>, Duration) {
    let program = Program::new()
        .with("network", NETWORK, network("10.0.0.0/16"))
        .with(
            "subnet",
            SUBNET,
            json!({"NetworkId": reference("network", "NetworkId"), "Range": "network-of-another"}),
        );
    let universe = Universe::default();
    let message = message.to_owned();
    universe.cloud.set_faults(Faults {
        not_found: BTreeMap::from([(parse("subnet"), ("SomethingNotFound".to_owned(), message))]),
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

#[tokio::test]
async fn a_role_that_nobody_made_gets_half_a_minute() {
    let message = "the role network-of-another cannot be found";
    let (again, waiting_for, took) = answered(message).await;
    assert!(again > 3, "{again}");
    assert_eq!(waiting_for.as_deref(), Some("the role"));
    let (least, most) = (Duration::from_secs(20), Duration::from_secs(40));
    assert!(took > least && took < most, "{took:?}");
}
