//! Import: existing resources become ours, all of them together and compared with their declarations, or none.

use std::collections::BTreeMap;

use serde_json::json;
use windlass_engine::session::SessionError;
use windlass_plan::plan::{Reason, Verdict};
use windlass_tests::cloud::kinds::{CLUSTER, NETWORK, SERVICE, SUBNET};
use windlass_tests::cloud::platform::{network, platform, service};
use windlass_tests::cloud::{Program, Universe, parse, reference, refused};

/// A platform that another owner made, and the identifiers of its parts.
async fn found() -> (Universe, BTreeMap<String, String>) {
    let universe = Universe::default();
    universe.up(&platform()).await;
    let made = universe.journal.load().resources;
    let ids = made
        .iter()
        .map(|(at, recorded)| (at.to_string(), recorded.physical_id.clone()));
    let ids = ids.collect();
    (universe.stranger(), ids)
}

fn pairs(ids: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    let pairs = ids
        .iter()
        .map(|(address, id)| (address.as_str(), id.as_str()));
    pairs.collect()
}

fn problems(result: Result<Vec<windlass_engine::import::Imported>, SessionError>) -> Vec<String> {
    match result {
        Err(SessionError::Stack(problems)) => problems
            .into_iter()
            .map(|problem| problem.message)
            .collect(),
        other => panic!("it should be refused, and it is {other:?}"),
    }
}

#[tokio::test]
async fn a_whole_platform_is_imported_in_the_order_of_its_references() {
    let (universe, ids) = found().await;
    let before = universe.cloud.log().len();
    let imported = universe.import(&platform(), &pairs(&ids), false).await;
    let imported = imported.expect("all of it is there");
    assert_eq!(imported.len(), 9);
    let differing: Vec<_> = imported
        .iter()
        .filter(|one| !one.fields.is_empty())
        .collect();
    assert!(differing.is_empty(), "{differing:?}");
    let preview = universe.preview(&platform()).await;
    assert!(preview.changes.is_empty(), "{:#?}", preview.changes);
    let ran = universe.up(&platform()).await;
    assert_eq!(refused(&ran), [""; 0]);
    assert_eq!(
        universe.cloud.log().len(),
        before,
        "nothing in AWS is touched"
    );
    universe.assert_nothing_lost();
    universe.destroy().await;
    assert!(universe.cloud.world().objects.is_empty());
}

#[tokio::test]
async fn what_differs_is_told_and_changed_by_the_next_run() {
    let (universe, ids) = found().await;
    let edited = platform().with("service", SERVICE, service(3));
    let imported = universe.import(&edited, &pairs(&ids), false).await;
    let imported = imported.expect("it changes in place");
    let service = imported.iter().find(|one| one.address == parse("service"));
    let paths: Vec<_> = service
        .expect("it is among them")
        .fields
        .iter()
        .map(|f| &f.path)
        .collect();
    assert_eq!(paths, ["Count"]);
    let preview = universe.preview(&edited).await;
    let told: Vec<_> = preview
        .changes
        .iter()
        .map(|c| (c.address.as_str(), &c.verdict, &c.reason))
        .collect();
    assert_eq!(told, [("service", &Verdict::Update, &Reason::Unfinished)]);
    assert!(
        !preview.changes[0].fields[0].drift,
        "nobody changed it since"
    );
    universe.up(&edited).await;
    assert!(universe.preview(&edited).await.is_empty());
}

#[tokio::test]
async fn what_would_be_replaced_is_refused_unless_it_may_be() {
    let (universe, ids) = found().await;
    let edited = platform().with("network", NETWORK, network("10.9.0.0/16"));
    let only = [("network", ids["network"].as_str())];
    let told = problems(universe.import(&edited, &only, false).await);
    assert!(
        told[0].contains("would replace `network`") && told[0].contains("`Range`"),
        "{told:?}"
    );
    assert!(universe.journal.load().resources.is_empty());
    let imported = universe
        .import(&edited, &only, true)
        .await
        .expect("it may be");
    assert!(imported[0].replaces);
    let preview = universe.preview(&edited).await;
    let network = preview
        .changes
        .iter()
        .find(|change| change.address == parse("network"));
    let network = network.expect("it changes");
    assert!(
        matches!(network.verdict, Verdict::Replace { .. }),
        "{network:?}"
    );
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once_and_nothing_is_recorded() {
    let (universe, ids) = found().await;
    universe
        .import(&platform(), &[("cluster", &ids["cluster"])], false)
        .await
        .expect("it is there");
    let before = universe.journal.load();
    let program = platform().with("other-cluster", CLUSTER, json!({"Settings": "s1"}));
    let told = problems(
        universe
            .import(
                &program,
                &[
                    ("nowhere", "id-1"),
                    ("cluster", &ids["cluster"]),
                    ("other-cluster", &ids["cluster"]),
                    ("subnet-a", &ids["subnet-a"]),
                    ("role", "no-such-role"),
                    ("network", &ids["network"]),
                    ("network", &ids["network"]),
                ],
                false,
            )
            .await,
    );
    for part in [
        "does not declare `nowhere`",
        "`cluster` is recorded already",
        "is recorded already, as `cluster`",
        "`no-such-role`",
        "imported twice",
    ] {
        assert!(
            told.iter().any(|problem| problem.contains(part)),
            "{part}: {told:#?}"
        );
    }
    assert_eq!(told.len(), 5, "{told:#?}");
    assert_eq!(universe.journal.load(), before);
}

#[tokio::test]
async fn what_refers_to_the_unknown_is_refused_by_its_name() {
    let (universe, ids) = found().await;
    let told = problems(
        universe
            .import(&platform(), &[("subnet-a", &ids["subnet-a"])], false)
            .await,
    );
    assert!(
        told[0].contains("`subnet-a` refers to `network`"),
        "{told:?}"
    );
    universe
        .import(&platform(), &[("network", &ids["network"])], false)
        .await
        .expect("it refers to nothing");
    universe
        .import(&platform(), &[("subnet-a", &ids["subnet-a"])], false)
        .await
        .expect("it is known now");
    let program = Program::new()
        .with("network", NETWORK, network("10.0.0.0/16"))
        .with(
            "subnet-a",
            SUBNET,
            json!({"NetworkId": reference("network", "NetworkId"), "Range": "10.0.1.0/24"}),
        );
    assert!(universe.preview(&program).await.changes.is_empty());
}

#[tokio::test]
async fn a_name_of_the_engine_stays_the_one_that_stands() {
    let (universe, ids) = found().await;
    let program = Program::new().with("cluster", CLUSTER, json!({"Settings": "s1"}));
    universe
        .import(&program, &[("cluster", &ids["cluster"])], false)
        .await
        .expect("it is there");
    let name = universe.cloud.world().objects[&ids["cluster"]].properties["ClusterName"].clone();
    let applied = universe.journal.load().resources[&parse("cluster")]
        .applied
        .to_value();
    assert_eq!(applied["ClusterName"], name);
    assert!(universe.preview(&program).await.is_empty());
}
