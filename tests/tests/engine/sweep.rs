//! Sweep: Windlass finds by tags what a dead process's call made after all later runs, and what another state has made. The service confirms each
//! find.

use std::time::Duration;

use serde_json::json;
use windlass::codes;
use windlass_engine::events::Event;
use windlass_engine::provider::{CreateRequest, Provider as _};
use windlass_engine::session::SessionError;
use windlass_plan::plan::Verdict;
use windlass_state::identity::{INTENT_TAG, LINEAGE_TAG, STACK_TAG};
use windlass_state::record::Intent;
use windlass_tests::cloud::kinds::{NETWORK, ROLE};
use windlass_tests::cloud::platform::platform;
use windlass_tests::cloud::{Faults, Program, Universe, refused};

fn net() -> Program {
    Program::default().with("net", NETWORK, json!({"Range": "10.0.0.0/16"}))
}

/// A run that died between announcing its create and sending it, and the next runs, which found nothing and made a new resource.
async fn lost(program: &Program) -> (Universe, Intent) {
    for last in 0.. {
        let universe = Universe::default();
        let ran = universe.mortal(Some(program), Some(last)).await;
        assert!(
            ran.is_none(),
            "no life ends between the intent and the call"
        );
        let announced = !universe.journal.load().open.is_empty();
        if announced && universe.cloud.world().objects.is_empty() {
            let ran = universe.up(program).await;
            assert_eq!(refused(&ran), [""; 0]);
            let state = universe.journal.load();
            let (_, intent) = state.lost.first_key_value().expect("it is remembered");
            return (universe, intent.clone());
        }
    }
    unreachable!("numbers have no end")
}

/// Lets the call of a dead process arrive.
async fn lands(universe: &Universe, intent: &Intent) -> String {
    universe.life.begin(None);
    let owner = universe.journal.load().owner();
    let request = CreateRequest {
        address: &intent.address,
        kind: &intent.kind,
        place: &intent.place,
        intent: &intent.id,
        owner: &owner,
        template: &intent.template,
        spec: &intent.spec,
    };
    let made = universe.cloud.create(&request).await;
    // AWS shows it by then.
    universe.clock.pass(Duration::from_secs(600));
    made.expect("AWS fences nothing").physical_id
}

#[tokio::test]
async fn a_call_that_lands_after_everything_is_deleted_by_the_next_up() {
    let (universe, intent) = lost(&net()).await;
    let expected = universe.cloud.world().picture();
    let late = lands(&universe, &intent).await;
    assert_eq!(universe.cloud.world().objects.len(), 2);

    // Preview shows it, and records nothing.
    let plan = universe.preview(&net()).await;
    let [change] = plan.changes.as_slice() else {
        panic!("one change: {:#?}", plan.changes);
    };
    assert_eq!(change.verdict, Verdict::Delete);
    assert_eq!(change.physical_id.as_deref(), Some(late.as_str()));
    assert_eq!(universe.journal.load().resources.len(), 1);

    let ran = universe.up(&net()).await;
    assert_eq!(refused(&ran), [""; 0]);
    assert!(
        ran.events
            .iter()
            .any(|event| matches!(event, Event::Recovered(found) if found.adopted == [intent.address.clone()])),
        "it is told"
    );
    assert_eq!(universe.cloud.world().picture(), expected);
    universe.assert_nothing_lost();
    assert!(universe.journal.load().lost.is_empty(), "once is enough");
    assert!(universe.preview(&net()).await.is_empty());
}

#[tokio::test]
async fn a_call_that_lands_after_everything_is_deleted_by_the_next_destroy() {
    let (universe, intent) = lost(&net()).await;
    assert_eq!(refused(&universe.destroy().await), [""; 0]);
    lands(&universe, &intent).await;
    assert_eq!(refused(&universe.destroy().await), [""; 0]);
    assert!(universe.cloud.world().objects.is_empty());
    universe.assert_nothing_lost();
}

#[tokio::test]
async fn refresh_takes_what_landed_late_into_the_state() {
    let (universe, intent) = lost(&net()).await;
    let late = lands(&universe, &intent).await;
    universe.refresh().await;
    let state = universe.journal.load();
    let mut known = state.resources.values();
    assert!(known.any(|recorded| recorded.physical_id == late));
    universe.up(&net()).await;
    universe.assert_nothing_lost();
}

#[tokio::test]
async fn what_landed_late_becomes_the_resource_where_there_is_none() {
    let (universe, intent) = lost(&net()).await;
    universe.destroy().await;
    let late = lands(&universe, &intent).await;
    let ran = universe.up(&net()).await;
    assert_eq!(ran.plan.changes, [], "nothing is to be made");
    let state = universe.journal.load();
    assert_eq!(state.resources[&intent.address].physical_id, late);
    universe.assert_nothing_lost();
}

/// A story found this: the late resource has the name of the generation that is still to be made.
#[tokio::test]
async fn what_landed_late_makes_room_for_the_next_generation_of_its_name() {
    let role = |path: &str| Program::default().with("role", ROLE, json!({"Path": path}));
    for last in 0.. {
        let universe = Universe::default();
        universe.up(&role("/")).await;
        let ran = universe.mortal(Some(&role("/shop/")), Some(last)).await;
        assert!(
            ran.is_none(),
            "no life ends between the intent and the call"
        );
        let announced = !universe.journal.load().open.is_empty();
        if !announced || universe.cloud.world().objects.len() > 1 {
            continue;
        }
        universe.refresh().await;
        let state = universe.journal.load();
        let Some((_, intent)) = state.lost.first_key_value() else {
            continue;
        };
        lands(&universe, intent).await;
        let ran = universe.up(&role("/shop/")).await;
        assert_eq!(refused(&ran), [""; 0]);
        assert_eq!(universe.cloud.world().objects.len(), 1);
        universe.assert_nothing_lost();
        return;
    }
}

/// The tagging API does not list roles. Without permission for that API, it lists nothing.
#[tokio::test]
async fn what_the_tagging_api_does_not_tell_is_looked_for_through_its_service() {
    let role = Program::default().with("role", ROLE, json!({"Path": "/"}));
    let (universe, intent) = lost(&role).await;
    universe.destroy().await;
    lands(&universe, &intent).await;
    universe.destroy().await;
    assert!(universe.cloud.world().objects.is_empty());

    let (universe, intent) = lost(&net()).await;
    lands(&universe, &intent).await;
    universe.cloud.set_faults(Faults {
        no_tagging: true,
        ..Faults::default()
    });
    assert_eq!(refused(&universe.up(&net()).await), [""; 0]);
    universe.assert_nothing_lost();
}

/// The tagging API lists deleted resources for hours.
#[tokio::test]
async fn what_landed_late_and_was_deleted_by_hand_is_no_business_of_anybody() {
    let (universe, intent) = lost(&net()).await;
    let late = lands(&universe, &intent).await;
    let mut tags = universe.journal.load().owner().tags();
    tags.insert(INTENT_TAG.to_owned(), intent.id.0.clone());
    let listed = (intent.place.clone(), tags);
    {
        let mut world = universe.cloud.world();
        world.deleted.insert(late.clone(), listed);
        world.objects.remove(&late);
    }
    let ran = universe.up(&net()).await;
    assert!(ran.plan.is_empty(), "{:#?}", ran.plan.changes);
    universe.assert_nothing_lost();
}

/// A second state for the stack and environment of the first one: the user forgot `--state`, or lost the state.
async fn second(first: Universe) -> Universe {
    let mut second = first.stranger();
    second.new = false;
    second
}

async fn tried(universe: &Universe, program: &Program) -> Result<(), SessionError> {
    let ran = universe.mortal(Some(program), None).await;
    ran.expect("it lives").map(drop)
}

#[tokio::test]
async fn a_first_up_beside_another_state_of_the_same_stack_is_refused() {
    let first = Universe::default();
    first.up(&platform()).await;
    let lineage = first.journal.load().lineage;
    let mut second = second(first).await;
    let before = second.cloud.log().len();
    let Err(SessionError::Namesake {
        stack,
        environment,
        found,
    }) = tried(&second, &platform()).await
    else {
        panic!("it is refused");
    };
    assert_eq!((stack.as_str(), environment.as_str()), ("shop", "test"));
    assert_eq!(found.lineage, lineage);
    assert!(second.cloud.world().objects.contains_key(&found.arn));
    assert_eq!(second.cloud.log().len(), before, "nothing was made");

    second.new = true;
    let ran = second.up(&platform()).await;
    assert!(ran.summary.created > 0, "a second one, on purpose");
    second.new = false;
    tried(&second, &platform()).await.expect("it has begun");
}

#[tokio::test]
async fn what_was_deleted_does_not_stand_in_the_way_of_a_first_up() {
    let first = Universe::default();
    first.up(&net()).await;
    first.destroy().await;
    assert!(
        first
            .cloud
            .world()
            .deleted
            .values()
            .any(|(_, tags)| { tags.contains_key(LINEAGE_TAG) && tags.contains_key(STACK_TAG) }),
        "the tagging API still lists it"
    );
    let second = second(first).await;
    tried(&second, &net()).await.expect("nothing is there");
}

#[tokio::test]
async fn a_tagging_api_that_may_not_be_used_is_one_warning() {
    let universe = Universe::default();
    universe.cloud.set_faults(Faults {
        no_tagging: true,
        ..Faults::default()
    });
    let ran = universe.up(&net()).await;
    assert_eq!(refused(&ran), [""; 0]);
    let warned = ran.events.iter().filter_map(|event| match event {
        Event::Warned { problems } => Some(problems),
        _ => None,
    });
    let warned: Vec<_> = warned.flatten().collect();
    assert_eq!(warned.len(), 1, "{warned:#?}");
    assert_eq!(warned[0].code, codes::NOT_SWEPT);
    // Later runs have nothing to search for.
    let again = universe.up(&net()).await;
    let told = |event: &Event| matches!(event, Event::Warned { .. });
    assert!(!again.events.iter().any(told));
}
