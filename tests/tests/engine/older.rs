//! A user restores an older copy of the state: its plan makes nothing a second time.

use serde_json::json;
use windlass::codes;
use windlass_engine::events::Event;
use windlass_engine::session::SessionError;
use windlass_tests::cloud::kinds::NETWORK;
use windlass_tests::cloud::{Faults, Program, Universe, refused};

fn networks(names: &[&str]) -> Program {
    let ranges = names.iter().zip(0..);
    ranges.fold(Program::default(), |program, (name, number)| {
        let range = format!("10.{number}.0.0/16");
        program.with(name, NETWORK, json!({ "Range": range }))
    })
}

/// The copy knows network `a`; a later run made `b`, too.
async fn put_back() -> Universe {
    let universe = Universe::default();
    universe.up(&networks(&["a"])).await;
    let copy = universe.journal.load();
    universe.up(&networks(&["a", "b"])).await;
    universe.with_state(copy)
}

#[tokio::test]
async fn a_plan_that_would_make_a_second_network_is_refused() {
    let universe = put_back().await;
    let before = universe.cloud.world().picture();
    let ran = universe.mortal(Some(&networks(&["a", "b"])), None).await;
    let Some(Err(SessionError::Older(later))) = ran else {
        panic!("it is refused");
    };
    assert_eq!(later.address.as_str(), "b");
    assert!(universe.cloud.world().objects.contains_key(&later.arn));
    assert_eq!(universe.cloud.world().picture(), before, "nothing is made");

    // The way out that the error message names.
    let (program, imports) = (networks(&["a", "b"]), [("b", later.arn.as_str())]);
    let imported = universe.import(&program, &imports, false).await;
    assert_eq!(imported.expect("it is ours").len(), 1);
    let ran = universe.up(&networks(&["a", "b", "c"])).await;
    assert_eq!(refused(&ran), [""; 0]);
    assert_eq!(universe.cloud.world().objects.len(), 3);
}

/// The tagging API lists deleted resources for hours. Their services do not show them.
#[tokio::test]
async fn what_later_runs_made_and_deleted_is_made_again() {
    let universe = Universe::default();
    universe.up(&networks(&["a"])).await;
    let copy = universe.journal.load();
    universe.up(&networks(&["a", "b"])).await;
    universe.up(&networks(&["a"])).await;
    assert_eq!(universe.cloud.world().deleted.len(), 1);

    let universe = universe.with_state(copy);
    assert_eq!(refused(&universe.up(&networks(&["a", "b"])).await), [""; 0]);
    assert_eq!(universe.cloud.world().objects.len(), 2);
}

#[tokio::test]
async fn without_the_tagging_api_it_is_a_warning() {
    let universe = put_back().await;
    universe.cloud.set_faults(Faults {
        no_tagging: true,
        ..Faults::default()
    });
    let ran = universe.up(&networks(&["a", "c"])).await;
    assert_eq!(refused(&ran), [""; 0]);
    let warned = ran.events.iter().filter_map(|event| match event {
        Event::Warned { problems } => Some(problems),
        _ => None,
    });
    let codes: Vec<_> = warned.flatten().map(|problem| &problem.code).collect();
    assert_eq!(codes, [&codes::NOT_SWEPT]);
}
