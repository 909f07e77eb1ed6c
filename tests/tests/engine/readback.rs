//! Readback: Windlass reads back what an update changed. If AWS has another value, the run says so, and the next run sends the update again.

use serde_json::{Value, json};
use windlass_engine::events::Event;
use windlass_engine::provider::Failure;
use windlass_state::record::RunResult;
use windlass_tests::cloud::kinds::{CLUSTER, NETWORK, ROLE, SERVICE};
use windlass_tests::cloud::platform::{network, platform, service};
use windlass_tests::cloud::{Faults, Ran, Universe, parse};

/// AWS accepts updates of this property and does nothing.
fn deaf(universe: &Universe, property: &str) {
    universe.cloud.set_faults(Faults {
        deaf: [property.to_owned()].into(),
        ..Faults::default()
    });
}

fn failures(ran: &Ran) -> Vec<(String, Failure)> {
    let failures = ran.events.iter().filter_map(|event| match event {
        Event::StepFailed { step, failure, .. } => {
            Some((step.address.to_string(), failure.clone()?))
        }
        _ => None,
    });
    failures.collect()
}

#[tokio::test]
async fn what_aws_ignores_is_a_failure_until_it_is_there() {
    let universe = Universe::default();
    universe.up(&platform()).await;
    let edited = platform().with("service", SERVICE, service(7));
    for _ in 0..2 {
        deaf(&universe, "Count");
        let ran = universe.up(&edited).await;
        assert_eq!(ran.summary.result, RunResult::Failed);
        let told = failures(&ran);
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].0, "service");
        assert_eq!(told[0].1.details[0].1, "Count: sent 7, found 1");
        universe.assert_nothing_lost();
        let recorded = &universe.journal.load().resources[&parse("service")];
        assert_eq!(recorded.applied.to_value()["Count"], 1);
    }
    universe.cloud.set_faults(Faults::default());
    let ran = universe.up(&edited).await;
    assert_eq!(ran.summary.result, RunResult::Done);
    assert!(universe.preview(&edited).await.is_empty());
}

#[tokio::test]
async fn what_aws_does_not_take_away_is_a_failure_too() {
    let universe = Universe::default();
    universe.up(&platform()).await;
    let edited = platform().with("cluster", CLUSTER, json!({}));
    deaf(&universe, "Settings");
    let ran = universe.up(&edited).await;
    assert_eq!(ran.summary.result, RunResult::Failed);
    let told = failures(&ran);
    assert_eq!(
        told[0].1.details[0].1,
        "Settings: sent nothing, found \"s1\""
    );
    // Without this difference in the next plan, no run would ever look at the property again.
    assert_eq!(universe.preview(&edited).await.changes.len(), 1);
}

#[tokio::test]
async fn what_cannot_be_read_is_believed() {
    let universe = Universe::default();
    universe.up(&platform()).await;
    let mut spec: Value = network("10.0.0.0/16");
    spec["Secretive"] = json!("t");
    let edited = platform().with("network", NETWORK, spec);
    deaf(&universe, "Secretive");
    let ran = universe.up(&edited).await;
    assert_eq!(ran.summary.result, RunResult::Done);
}

#[tokio::test]
async fn what_was_changed_is_read_in_one_batch() {
    let universe = Universe::default();
    universe.up(&platform()).await;
    let edited = platform()
        .with("role", ROLE, json!({"Path": "/", "Policy": "p2"}))
        .with("cluster", CLUSTER, json!({"Settings": "s2"}));
    let before = universe.up(&platform()).await.summary.calls;
    let ran = universe.up(&edited).await;
    assert_eq!(ran.summary.result, RunResult::Done);
    assert_eq!(
        ran.summary.calls,
        before + 3,
        "two updates, and one read of both"
    );
}
