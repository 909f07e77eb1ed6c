//! Failures: steps that depend on the failed one do not start, all others finish, and the next run continues from there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use windlass::document::{Options, Timeouts};
use windlass_engine::events::{Because, Event, Verb};
use windlass_engine::provider::{ErrorClass, Failure};
use windlass_engine::session::SessionError;
use windlass_state::record::RunResult;
use windlass_tests::cloud::kinds::{CLUSTER, ROLE, SERVICE};
use windlass_tests::cloud::platform::{platform, service};
use windlass_tests::cloud::{Faults, Ran, Universe, parse, refused};

fn skipped(ran: &Ran) -> BTreeSet<String> {
    let skipped = ran.events.iter().filter_map(|event| match event {
        Event::StepSkipped { step, .. } => Some(step.address.to_string()),
        _ => None,
    });
    skipped.collect()
}

#[tokio::test]
async fn a_failure_stops_what_waits_for_it_only() {
    let universe = Universe::default();
    universe.cloud.set_faults(Faults {
        refuse: [parse("subnet-b")].into(),
        ..Faults::default()
    });
    let ran = universe.up(&platform()).await;
    assert_eq!(
        (ran.summary.result, ran.summary.failed),
        (RunResult::Failed, 1)
    );
    assert_eq!(skipped(&ran), ["service".to_owned()].into());
    assert_eq!(ran.summary.created, 7);
    universe.assert_nothing_lost();
    let because = ran.events.iter().find_map(|event| match event {
        Event::StepSkipped { because, .. } => Some(because),
        _ => None,
    });
    assert_eq!(because, Some(&Because::Failed(parse("subnet-b"))));

    universe.cloud.set_faults(Faults::default());
    let ran = universe.up(&platform()).await;
    assert_eq!(
        (ran.summary.result, ran.summary.created),
        (RunResult::Done, 2)
    );
    assert!(universe.preview(&platform()).await.is_empty());
}

#[tokio::test]
async fn a_refused_deletion_leaves_the_rest_of_a_destroy() {
    let universe = Universe::default();
    universe.up(&platform()).await;
    universe.cloud.set_faults(Faults {
        refuse: [parse("gateway")].into(),
        ..Faults::default()
    });
    let ran = universe.destroy().await;
    assert_eq!(ran.summary.result, RunResult::Failed);
    universe.assert_nothing_lost();
    let left: Vec<_> = universe.cloud.world().picture().into_keys().collect();
    assert_eq!(left, ["gateway", "network", "subnet-a"].map(parse));
    universe.cloud.set_faults(Faults::default());
    universe.destroy().await;
    assert!(universe.cloud.world().objects.is_empty());
}

/// A Lambda function of another owner keeps a network interface in the subnet. AWS answers only "in use". Without the name of the holder, the run
/// would end a quarter of an hour later and not say why.
#[tokio::test]
async fn who_is_in_the_way_of_a_deletion_is_said_after_a_minute() {
    let universe = Universe::default();
    universe.up(&platform()).await;
    let holder = "eni-0a1 (AWS Lambda VPC ENI-mail)".to_owned();
    universe.cloud.set_faults(Faults {
        held_by: [(parse("subnet-b"), vec![holder.clone()])].into(),
        ..Faults::default()
    });
    let ran = universe.destroy().await;
    let (mut waited, mut told) = (0, None);
    for event in &ran.events {
        match event {
            Event::StepRetrying {
                step,
                delay_milliseconds,
                ..
            } if step.address == parse("subnet-b") => waited += delay_milliseconds,
            Event::StepProgress { step, status, .. } if step.address == parse("subnet-b") => {
                assert_eq!((status, told), (&format!("used by {holder}"), None));
                told = Some(waited);
            }
            _ => {}
        }
    }
    let told = told.expect("it was said, once");
    assert!(
        (50_000..90_000).contains(&told),
        "after {told} ms of waiting"
    );
    let failed = ran.events.iter().find_map(|event| match event {
        Event::StepFailed { message, .. } => Some(message),
        _ => None,
    });
    let message = failed.expect("it does not go by itself");
    assert!(message.contains(&holder), "{message}");

    // Once the stranger has gone, the next run deletes the rest.
    universe.cloud.set_faults(Faults::default());
    universe.destroy().await;
    assert!(universe.cloud.world().objects.is_empty());
}

#[tokio::test]
async fn a_wait_that_fails_says_why_and_is_taken_up_again() {
    let universe = Universe::default();
    let failure = Failure {
        summary: "the deployment failed and was rolled back".to_owned(),
        details: vec![("cause".to_owned(), "exit code 137".to_owned())],
        rolled_back: true,
    };
    universe.cloud.set_faults(Faults {
        never_ready: BTreeMap::from([(parse("service"), failure.clone())]),
        ..Faults::default()
    });
    let ran = universe.up(&platform()).await;
    assert_eq!(ran.summary.result, RunResult::Failed);
    assert!(ran.summary.rolled_back);
    assert!(ran.events.iter().any(|event| matches!(
        event,
        Event::StepFailed { failure: Some(said), .. } if *said == failure
    )));
    universe.assert_nothing_lost();

    universe.cloud.set_faults(Faults::default());
    let before = universe.cloud.log().len();
    let ran = universe.up(&platform()).await;
    assert_eq!(ran.summary.result, RunResult::Done);
    assert_eq!(
        universe.cloud.log().len(),
        before,
        "only the wait was missing"
    );
    assert!(ran.events.iter().any(|event| matches!(
        event,
        Event::StepDone { step, .. } if step.action == Verb::WaitStable
    )));
}

#[tokio::test]
async fn a_wait_ends_at_the_authors_time_limit() {
    let universe = Universe::default();
    universe.cloud.set_faults(Faults {
        never_ending: [parse("service")].into(),
        ..Faults::default()
    });
    let options = Options {
        timeouts: Timeouts {
            create: Some(120),
            ..Timeouts::default()
        },
        ..Options::default()
    };
    let program = platform().with_options("service", SERVICE, service(1), options);
    let ran = universe.up(&program).await;
    assert_eq!(refused(&ran), ["service: not there after 120 s: 0 to go"]);
    let took = ran.summary.milliseconds / 1000;
    assert!((120..150).contains(&took), "{took} s");
}

#[tokio::test]
async fn a_name_that_somebody_else_has_is_not_taken_over() {
    let universe = Universe::default();
    let named = |path: &str| json!({"RoleName": "ops", "Path": path});
    let other = platform().with("other", ROLE, named("/theirs/"));
    universe.up(&other).await;
    let stranger = universe.stranger();
    let program = windlass_tests::cloud::Program::new()
        .with("ops", ROLE, named("/ours/"))
        .with("cluster", CLUSTER, json!({"Settings": "s1"}));
    let ran = stranger.up(&program).await;
    assert_eq!((ran.summary.created, ran.summary.failed), (1, 1));
    let help = ran.events.iter().find_map(|event| match event {
        Event::StepFailed { help, .. } => help.clone(),
        _ => None,
    });
    let help = help.expect("a way out");
    assert!(help.contains("`windlass import ops ID`"), "{help}");
    assert!(help.ends_with("give this resource another name"), "{help}");
    assert!(
        !stranger
            .journal
            .load()
            .resources
            .contains_key(&parse("ops"))
    );
}

#[tokio::test]
async fn a_full_disk_stops_everything_that_changes_aws() {
    for writes in 0..12 {
        let universe = Universe::default();
        universe.journal.fill_up_after(writes);
        universe.life.begin(None);
        let never = windlass_engine::interrupt::Interrupt::never();
        let error = universe
            .run(Some(&platform()), never)
            .await
            .expect_err("the disk is full");
        assert!(matches!(error, SessionError::Halted(_)), "{error:?}");
        universe.journal.make_room();
        let ran = universe.up(&platform()).await;
        assert_eq!(refused(&ran), [""; 0], "after {writes} writes");
        universe.assert_nothing_lost();
        assert!(universe.preview(&platform()).await.is_empty());
    }
}

#[tokio::test]
async fn credentials_that_run_out_end_the_run_and_nothing_is_lost() {
    for calls in 3..20 {
        let universe = Universe::default();
        universe.cloud.set_faults(Faults {
            credentials_last: Some(calls),
            ..Faults::default()
        });
        let ran = universe.up(&platform()).await;
        assert_eq!(ran.summary.result, RunResult::Failed, "after {calls} calls");
        let first = ran.events.iter().position(|event| match event {
            Event::StepFailed { error, .. } => error
                .as_ref()
                .is_some_and(|error| error.class == ErrorClass::CredentialsExpired),
            _ => false,
        });
        let later = &ran.events[first.expect("a step failed")..];
        let begun = |event: &&Event| matches!(event, Event::StepStarted { .. });
        assert_eq!(later.iter().find(begun), None, "after {calls} calls");
        assert!(
            universe.journal.load().open.is_empty(),
            "after {calls} calls"
        );
        universe.cloud.set_faults(Faults::default());
        universe.up(&platform()).await;
        universe.assert_nothing_lost();
        assert!(universe.preview(&platform()).await.is_empty());
    }
}
