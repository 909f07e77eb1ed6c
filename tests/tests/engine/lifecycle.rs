//! The whole life of a platform when nothing goes wrong.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::time::Duration;

use serde_json::json;
use windlass_engine::events::{Event, Verb};
use windlass_plan::plan::{Reason, Verdict};
use windlass_state::durations::Durations;
use windlass_state::record::{Operation, RunResult, Settlement};
use windlass_tests::cloud::kinds::{CLUSTER, NETWORK, PORT, REVISION, ROLE, SERVICE, SUBNET};
use windlass_tests::cloud::platform::{network, platform, port, revision, service};
use windlass_tests::cloud::{Program, Ran, Universe, parse, reference, refused};

fn verdict(plan: &windlass_plan::plan::Plan, address: &str) -> Verdict {
    let change = plan
        .changes
        .iter()
        .find(|change| change.address == parse(address));
    change
        .map(|change| change.verdict.clone())
        .unwrap_or_else(|| panic!("`{address}` does not change"))
}

#[tokio::test]
async fn up_then_nothing_then_destroy_then_up() {
    let universe = Universe::default();
    let first = universe.up(&platform()).await;
    assert_eq!(refused(&first), [""; 0]);
    assert_eq!(
        (first.summary.result, first.summary.created),
        (RunResult::Done, 9)
    );
    universe.assert_nothing_lost();
    let picture = universe.cloud.world().picture();

    let second = universe.preview(&platform()).await;
    assert!(second.is_empty(), "{:#?}", second.changes);
    assert_eq!(second.unchanged, 9);

    let destroyed = universe.destroy().await;
    assert_eq!(refused(&destroyed), [""; 0]);
    assert!(
        universe.cloud.world().objects.is_empty(),
        "{:#?}",
        universe.cloud.world().objects
    );
    assert!(universe.journal.load().resources.is_empty());
    let again = universe.destroy().await;
    assert!(again.plan.is_empty());
    assert_eq!(again.summary.result, RunResult::Done);

    universe.up(&platform()).await;
    assert_eq!(universe.cloud.world().picture().len(), picture.len());
    assert!(universe.preview(&platform()).await.is_empty());
}

#[tokio::test]
async fn what_a_wait_has_told_is_not_told_again() {
    let universe = Universe::default();
    let told = |ran: &Ran| -> Vec<String> {
        let progress = ran.events.iter().filter_map(|event| match event {
            Event::StepProgress { step, events, .. } if step.address == parse("service") => {
                Some(events.clone())
            }
            _ => None,
        });
        progress.flatten().collect()
    };
    let first = universe.up(&platform()).await;
    let steps = told(&first);
    assert!(steps.len() > 1, "{steps:?}");
    assert_eq!(BTreeSet::from_iter(&steps).len(), steps.len(), "{steps:?}");

    // A new step has no memory of the messages of an earlier step, so it reports all of them.
    let second = universe
        .up(&platform().with("service", SERVICE, service(2)))
        .await;
    assert_eq!(told(&second), steps);
}

#[tokio::test]
async fn what_took_long_before_starts_first() {
    let mut universe = Universe::default();
    universe.concurrency = NonZeroUsize::MIN;
    let program = Program::new()
        .with("a", ROLE, json!({"RoleName": "a"}))
        .with("b", NETWORK, network("10.0.0.0/16"));
    let first = |ran: &Ran| {
        let begun = ran.events.iter().find_map(|event| match event {
            Event::StepStarted { step } => Some(step.address.to_string()),
            _ => None,
        });
        begun.expect("something is done")
    };
    assert_eq!(first(&universe.up(&program).await), "b");
    universe.destroy().await;
    let known = universe.journal.load().durations;
    for (kind, step) in [
        (ROLE, "create"),
        (ROLE, "delete"),
        (NETWORK, "create"),
        (NETWORK, "delete"),
    ] {
        let took = known.get(kind, step);
        assert!(took.is_some_and(|took| !took.is_zero()), "{known:?}");
    }

    let mut durations = Durations::default();
    durations.learn(ROLE, "create", Duration::from_secs(600));
    let timed = vec![Settlement::Timed { durations }];
    let amended = universe.amend(Operation::Restore, timed).await;
    amended.expect("it is recorded");
    assert_eq!(first(&universe.up(&program).await), "a");
}

#[tokio::test]
async fn nothing_to_do_leaves_no_trace() {
    let universe = Universe::default();
    universe.up(&platform()).await;
    let (sequence, calls) = (universe.journal.load().sequence, universe.cloud.log().len());
    let writes = universe.journal.writes();
    let again = universe.up(&platform()).await;
    assert!(again.plan.is_empty());
    assert_eq!(universe.journal.load().sequence, sequence);
    assert_eq!(universe.journal.writes(), writes);
    assert_eq!(universe.cloud.log().len(), calls);
}

#[tokio::test]
async fn a_change_in_place_touches_nothing_else() {
    let universe = Universe::default();
    universe.up(&platform()).await;
    let before = universe.cloud.log().len();
    let edited = platform().with("service", SERVICE, service(2));
    let ran = universe.up(&edited).await;
    assert_eq!(verdict(&ran.plan, "service"), Verdict::Update);
    assert_eq!(universe.cloud.log()[before..], ["update service"]);
    assert!(universe.preview(&edited).await.is_empty());
}

#[tokio::test]
async fn a_new_revision_rolls_out_and_old_ones_are_history() {
    let universe = Universe::default();
    universe.up(&platform()).await;
    for image in 2..=5 {
        let edited = platform().with("revision", REVISION, revision(&format!("app:{image}")));
        let ran = universe.up(&edited).await;
        assert_eq!(refused(&ran), [""; 0]);
        assert!(universe.preview(&edited).await.is_empty());
        universe.assert_nothing_lost();
    }
    let snapshot = universe.journal.load();
    assert_eq!(snapshot.old[&parse("revision")].len(), 2, "two are kept");
    let newest = &snapshot.resources[&parse("revision")];
    let world = universe.cloud.world();
    let (_, service) = world.at("service").expect("one service");
    assert_eq!(service.properties["Revision"], newest.outputs["Arn"]);
}

#[tokio::test]
async fn a_replacement_moves_its_users_over() {
    let universe = Universe::default();
    universe.up(&platform()).await;
    let edited = platform().with("network", NETWORK, network("10.9.0.0/16"));
    let ran = universe.up(&edited).await;
    assert_eq!(refused(&ran), [""; 0]);
    assert!(matches!(
        verdict(&ran.plan, "network"),
        Verdict::Replace { .. }
    ));
    assert!(matches!(
        verdict(&ran.plan, "subnet-a"),
        Verdict::Replace { .. }
    ));
    universe.assert_nothing_lost();
    assert!(universe.preview(&edited).await.is_empty());
}

#[tokio::test]
async fn what_can_stand_once_only_goes_first() {
    let universe = Universe::default();
    universe.up(&platform()).await;
    let before = universe.cloud.log().len();
    let edited = platform().with("port", PORT, port("udp"));
    let ran = universe.up(&edited).await;
    assert_eq!(refused(&ran), [""; 0]);
    assert_eq!(
        universe.cloud.log()[before..],
        ["delete port", "create port"]
    );
    assert!(universe.preview(&edited).await.is_empty());
    universe.assert_nothing_lost();
}

#[tokio::test]
async fn what_vanished_is_made_again() {
    let universe = Universe::default();
    universe.up(&platform()).await;
    let id = universe.cloud.world().at("port").expect("one").0.clone();
    universe.cloud.world().objects.remove(&id);
    let ran = universe.up(&platform()).await;
    assert_eq!(refused(&ran), [""; 0]);
    let port = ran
        .plan
        .changes
        .iter()
        .find(|change| change.address == parse("port"));
    assert_eq!(port.map(|change| &change.reason), Some(&Reason::Vanished));
    universe.assert_nothing_lost();
    assert!(universe.preview(&platform()).await.is_empty());
}

#[tokio::test]
async fn what_drifted_is_put_right_and_what_is_not_ours_is_left_alone() {
    let universe = Universe::default();
    let program = platform();
    universe.up(&program).await;
    let id = universe.cloud.world().at("service").expect("one").0.clone();
    {
        let mut world = universe.cloud.world();
        let service = world.objects.get_mut(&id).expect("it exists");
        service.properties.insert("Count".to_owned(), json!(7));
        service.properties.insert("NotOurs".to_owned(), json!("x"));
    }
    let ran = universe.up(&program).await;
    let change = &ran.plan.changes[0];
    assert_eq!(
        (&change.reason, change.fields[0].drift),
        (&Reason::Drifted, true)
    );
    let service = universe.cloud.world().objects[&id].clone();
    assert_eq!(service.properties["Count"], json!(1));
    assert_eq!(service.properties["NotOurs"], json!("x"));
    assert!(universe.preview(&program).await.is_empty());
}

#[tokio::test]
async fn what_is_not_declared_any_more_goes_in_order() {
    let universe = Universe::default();
    universe.up(&platform()).await;
    let smaller = Program::new()
        .with("network", NETWORK, network("10.0.0.0/16"))
        .with(
            "subnet-a",
            SUBNET,
            json!({"NetworkId": reference("network", "NetworkId"), "Range": "10.0.1.0/24"}),
        )
        .with("cluster", CLUSTER, json!({"Settings": "s1"}));
    let ran = universe.up(&smaller).await;
    assert_eq!(refused(&ran), [""; 0]);
    assert_eq!(universe.cloud.world().objects.len(), 3);
    universe.assert_nothing_lost();
    assert!(universe.preview(&smaller).await.is_empty());
}

#[tokio::test]
async fn what_a_create_cannot_carry_is_sent_after_it() {
    let universe = Universe::default();
    universe.up(&platform()).await;
    let world = universe.cloud.world();
    let (_, network) = world.at("network").expect("one network");
    assert_eq!(network.properties["Names"], json!(true));
    assert!(
        universe.journal.load().resources[&parse("network")]
            .unfinished
            .is_empty()
    );
}

#[tokio::test]
async fn steps_start_as_soon_as_they_can() {
    let universe = Universe::default();
    let ran = universe.up(&platform()).await;
    let position = |wanted: (&str, Verb, bool)| {
        let found = ran.events.iter().position(|event| match event {
            Event::StepStarted { step } => (step.address.as_str(), step.action, true) == wanted,
            Event::StepDone { step, .. } => (step.address.as_str(), step.action, false) == wanted,
            _ => false,
        });
        found.unwrap_or_else(|| panic!("{wanted:?} was not told"))
    };
    // The role does not depend on the network, so it does not wait for it.
    assert!(position(("role", Verb::Create, true)) < position(("network", Verb::Create, false)));
    assert!(
        position(("subnet-a", Verb::Create, true)) > position(("network", Verb::Create, false))
    );
    // A port refers to a gateway, and that reference waits until the gateway is ready.
    assert!(position(("port", Verb::Create, true)) > position(("gateway", Verb::WaitReady, false)));
}

#[tokio::test]
async fn outputs_are_told_and_kept() {
    let universe = Universe::default();
    let ran = universe.up(&platform()).await;
    let snapshot = universe.journal.load();
    let arn = &snapshot.resources[&parse("service")].outputs["Arn"];
    assert_eq!(snapshot.outputs.get("service"), Some(arn));
    assert!(ran.events.iter().any(|event| matches!(
        event,
        Event::Outputs { outputs } if outputs.get("service") == Some(arn)
    )));
}
