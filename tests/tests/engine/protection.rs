//! The state holds `protect` and `retain`: they apply after the declaration is gone, and in `destroy`.

use serde_json::json;
use windlass::codes;
use windlass::document::Options;
use windlass_engine::interrupt::Interrupt;
use windlass_engine::session::SessionError;
use windlass_plan::plan::{Reason, Verdict};
use windlass_tests::cloud::kinds::{CLUSTER, ROLE};
use windlass_tests::cloud::{Program, Ran, Universe, refused};

fn protect() -> Options {
    Options {
        protect: true,
        ..Options::default()
    }
}

fn retain() -> Options {
    Options {
        retain: true,
        ..Options::default()
    }
}

fn cluster(at: &str, options: Options) -> Program {
    Program::new().with_options(at, CLUSTER, json!({"Settings": "s1"}), options)
}

fn refusal(result: Result<Ran, SessionError>) -> (String, String) {
    match result {
        Err(SessionError::Stack(problems)) => {
            assert_eq!(problems.len(), 1, "{problems:#?}");
            assert_eq!(problems[0].code, codes::PROTECTED);
            (
                problems[0].message.clone(),
                problems[0].help.clone().unwrap_or_default(),
            )
        }
        other => panic!("it should be refused, and it is {other:?}"),
    }
}

#[tokio::test]
async fn what_is_protected_outlives_its_declaration_and_destroy() {
    let universe = Universe::default();
    universe.up(&cluster("it", protect())).await;
    for program in [None, Some(Program::new())] {
        let ran = universe.run(program.as_ref(), Interrupt::never()).await;
        let (message, _) = refusal(ran);
        assert!(message.contains("`it` is protected"), "{message}");
        assert_eq!(universe.cloud.world().objects.len(), 1);
    }
    // A declaration without the option lifts the protection, and then Windlass deletes the resource.
    universe.up(&cluster("it", Options::default())).await;
    assert_eq!(refused(&universe.destroy().await), [""; 0]);
    assert!(universe.cloud.world().objects.is_empty());
}

#[tokio::test]
async fn what_is_protected_and_looks_renamed_says_so() {
    let universe = Universe::default();
    universe.up(&cluster("old", protect())).await;
    let renamed = cluster("new", protect());
    let (_, help) = refusal(universe.run(Some(&renamed), Interrupt::never()).await);
    assert!(help.contains("windlass state mv old new"), "{help}");
}

#[tokio::test]
async fn what_is_retained_is_forgotten_and_stays_in_aws() {
    for gone in [None, Some(Program::new())] {
        let universe = Universe::default();
        universe.up(&cluster("it", retain())).await;
        let ran = match &gone {
            None => universe.destroy().await,
            Some(program) => universe.up(program).await,
        };
        let change = &ran.plan.changes[0];
        assert_eq!(change.verdict, Verdict::Forget);
        assert!(matches!(
            change.reason,
            Reason::Destroyed | Reason::Undeclared
        ));
        assert!(universe.journal.load().resources.is_empty());
        assert_eq!(universe.cloud.world().objects.len(), 1);
    }
}

#[tokio::test]
async fn what_is_protected_is_not_replaced() {
    let role =
        |path: &str| Program::new().with_options("it", ROLE, json!({"Path": path}), protect());
    let universe = Universe::default();
    universe.up(&role("/")).await;
    let (message, _) = refusal(
        universe
            .run(Some(&role("/other/")), Interrupt::never())
            .await,
    );
    assert!(message.contains("would be replaced"), "{message}");
}
