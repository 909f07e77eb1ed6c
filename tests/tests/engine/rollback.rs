//! State rollback: going back to an earlier belief loses nothing. Windlass adopts a resource made since then if the program declares it, and deletes
//! it otherwise.

use serde_json::json;
use windlass_state::record::Operation;
use windlass_state::rollback::RollBack;
use windlass_state::snapshot::Snapshot;
use windlass_tests::cloud::kinds::{CLUSTER, NETWORK, SERVICE};
use windlass_tests::cloud::platform::{network, platform, service};
use windlass_tests::cloud::{Program, Universe, parse, refused};

async fn back_to(universe: &Universe, then: &Snapshot) -> RollBack {
    let back = RollBack::between(&universe.journal.load(), then);
    let settlements = back.settlements.clone();
    universe
        .amend(Operation::RollBack, settlements)
        .await
        .expect("it fits");
    back
}

async fn converges(universe: &Universe, program: &Program) {
    let ran = universe.up(program).await;
    assert_eq!(refused(&ran), [""; 0]);
    universe.assert_nothing_lost();
    let preview = universe.preview(program).await;
    assert!(preview.is_empty(), "{:#?}", preview.changes);
}

/// The platform after edits of every sort: one in place, one replacement, one added and one removed resource.
fn edited() -> Program {
    platform()
        .with("service", SERVICE, service(4))
        .with("network", NETWORK, network("10.9.0.0/16"))
        .with("cluster-of-others", CLUSTER, json!({"Settings": "s1"}))
        .without("port")
}

#[tokio::test]
async fn after_going_back_either_program_converges() {
    for program in [platform(), edited()] {
        let universe = Universe::default();
        universe.up(&platform()).await;
        let then = universe.journal.load();
        universe.up(&edited()).await;
        let back = back_to(&universe, &then).await;
        assert_eq!(
            back.unclaimed
                .iter()
                .filter(|at| **at == parse("cluster-of-others"))
                .count(),
            1
        );
        assert!(back.back.contains(&parse("port")), "{back:?}");
        converges(&universe, &program).await;
        universe.destroy().await;
        assert!(universe.cloud.world().objects.is_empty());
    }
}

#[tokio::test]
async fn what_was_forgotten_is_known_again() {
    let universe = Universe::default();
    universe.up(&platform()).await;
    let then = universe.journal.load();
    let forgotten = windlass_state::record::Settlement::Forgotten {
        address: parse("service"),
        generation: 0,
    };
    universe
        .amend(Operation::Forget, vec![forgotten])
        .await
        .expect("it is idle");
    assert_eq!(
        universe
            .cloud
            .world()
            .orphans(&universe.journal.load())
            .len(),
        1
    );
    back_to(&universe, &then).await;
    universe.assert_nothing_lost();
    assert!(universe.preview(&platform()).await.is_empty());
}

#[tokio::test]
async fn what_was_imported_since_is_let_go_and_not_deleted() {
    let owner = Universe::default();
    let program = Program::new().with("cluster", CLUSTER, json!({"Settings": "s1"}));
    owner.up(&program).await;
    let id = owner.journal.load().resources[&parse("cluster")]
        .physical_id
        .clone();
    let universe = owner.stranger();
    let then = universe.journal.load();
    universe
        .import(&program, &[("cluster", &id)], false)
        .await
        .expect("it is there");
    let back = back_to(&universe, &then).await;
    assert_eq!(back.forgotten, [parse("cluster")]);
    universe.up(&Program::new()).await;
    assert_eq!(
        universe.cloud.world().objects.len(),
        1,
        "it is not ours to delete"
    );
}

#[tokio::test]
async fn what_was_moved_since_goes_back_to_its_address() {
    let universe = Universe::default();
    let at = |address: &str| Program::new().with(address, CLUSTER, json!({"Settings": "s1"}));
    universe.up(&at("a")).await;
    let then = universe.journal.load();
    let moved = windlass_state::record::Settlement::Moved {
        from: parse("a"),
        to: parse("b"),
    };
    universe
        .amend(Operation::Move, vec![moved])
        .await
        .expect("it is free");
    back_to(&universe, &then).await;
    assert!(universe.preview(&at("a")).await.is_empty());
}
