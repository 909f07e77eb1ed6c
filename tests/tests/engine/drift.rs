//! Drift: Windlass reports and records changes of the world, without a program. It leaves accepted changes alone.

use serde_json::json;
use windlass::document::{Options, Vanished};
use windlass_engine::refresh::What;
use windlass_plan::plan::Reason;
use windlass_state::record::Settlement;
use windlass_state::snapshot::Pin;
use windlass_tests::cloud::kinds::{CLUSTER, SERVICE};
use windlass_tests::cloud::platform::{platform, service};
use windlass_tests::cloud::{Program, Universe, parse, refused};

#[tokio::test]
async fn a_platform_that_nobody_touched_has_no_drift() {
    let universe = Universe::default();
    universe.up(&platform()).await;
    let sequence = universe.journal.load().sequence;
    let drifts = universe.drift().await;
    assert_eq!((drifts.resources, drifts.drifts.len()), (9, 0));
    let refreshed = universe.refresh().await;
    assert!(refreshed.drifts.drifts.is_empty());
    assert_eq!(
        universe.journal.load().sequence,
        sequence,
        "nothing to record leaves no trace"
    );
}

#[tokio::test]
async fn changed_vanished_and_foreign_are_told_apart() {
    let universe = Universe::default();
    universe.up(&platform()).await;
    {
        let mut world = universe.cloud.world();
        let port = world.at("port").expect("one").0.clone();
        world.objects.remove(&port);
        let service = world.at("service").expect("one").0.clone();
        let service = world.objects.get_mut(&service).expect("it exists");
        service.properties.insert("Count".to_owned(), json!(7));
        let subnets = service.properties.get_mut("Subnets").expect("it has some");
        subnets
            .as_array_mut()
            .expect("a list")
            .push(json!("subnet-of-another"));
    }
    let drifts = universe.drift().await.drifts;
    let addresses: Vec<_> = drifts.iter().map(|drift| drift.address.as_str()).collect();
    assert_eq!(addresses, ["port", "service"]);
    assert_eq!(drifts[0].what, What::Vanished);
    let What::Changed { fields, foreign } = &drifts[1].what else {
        panic!("{drifts:?}");
    };
    let field = &fields[0];
    assert_eq!(
        (
            fields.len(),
            field.path.as_str(),
            &field.recorded,
            &field.observed
        ),
        (1, "Count", &Some(json!(1)), &Some(json!(7)))
    );
    assert_eq!(
        (foreign.len(), &foreign[0].member),
        (1, &json!("subnet-of-another"))
    );

    universe.refresh().await;
    universe.assert_nothing_lost();
    let drifts = universe.drift().await.drifts;
    let left: Vec<_> = drifts.iter().map(|drift| drift.address.as_str()).collect();
    assert_eq!(left, ["service"], "a foreign member stays foreign");
    let recorded = &universe.journal.load().resources[&parse("service")];
    assert_eq!(recorded.applied.to_value()["Count"], 7);
    // An author who adopts the world's value has nothing to change.
    let ran = universe
        .up(&platform().with("service", SERVICE, service(7)))
        .await;
    assert_eq!(refused(&ran), [""; 0]);
    let changed: Vec<_> = ran
        .plan
        .changes
        .iter()
        .map(|c| c.address.as_str())
        .collect();
    assert_eq!(changed, ["port"]);
    assert_eq!(
        ran.plan.changes[0].reason,
        Reason::Declared,
        "it was forgotten"
    );
}

#[tokio::test]
async fn pinned_answers_are_asked_anew() {
    let universe = Universe::default();
    universe.up(&platform()).await;
    let question = json!({
        "query": {"lookup": "ssm_parameter", "name": "/image"}, "place": {"region": "us-east-1"},
    });
    let old = Pin {
        question: windlass::canonical::CanonicalJson::of(&question),
        outputs: [("Value".to_owned(), json!("of last year"))].into(),
    };
    let settlements = vec![
        Settlement::Pinned {
            address: parse("image"),
            pin: old,
        },
        Settlement::Zones {
            region: "us-east-1".to_owned(),
            zones: vec!["us-east-1a".to_owned()],
        },
    ];
    let operation = windlass_state::record::Operation::Refresh;
    universe
        .amend(operation, settlements)
        .await
        .expect("it fits");
    let refreshed = universe.refresh().await;
    assert_eq!(refreshed.lookups, [parse("image")]);
    assert_eq!(refreshed.zones, ["us-east-1"]);
    let snapshot = universe.journal.load();
    assert_eq!(
        snapshot.pins[&parse("image")].outputs["Value"],
        json!("value of /image")
    );
    assert_eq!(snapshot.zones["us-east-1"].len(), 3);
    let again = universe.refresh().await;
    assert!(again.lookups.is_empty() && again.zones.is_empty());
}

#[tokio::test]
async fn what_may_stay_away_is_not_made_again_until_it_is_asked_for() {
    let options = Options {
        vanished: Vanished::Forget,
        ..Options::default()
    };
    let program =
        Program::new().with_options("cluster", CLUSTER, json!({"Settings": "s1"}), options);
    let universe = Universe::default();
    universe.up(&program).await;
    universe.cloud.world().objects.clear();
    assert_eq!(universe.drift().await.drifts, [], "it is accepted");
    for _ in 0..2 {
        let ran = universe.up(&program).await;
        assert!(ran.plan.is_empty(), "{:#?}", ran.plan.changes);
        assert!(ran.plan.notes[0].text.contains("does not have it any more"));
        assert!(universe.cloud.world().objects.is_empty());
        universe.refresh().await;
    }
    // An author who changes their mind gets the resource back, and an author who removes it leaves nothing behind.
    let strict = Program::new().with("cluster", CLUSTER, json!({"Settings": "s1"}));
    assert_eq!(
        universe.preview(&strict).await.changes[0].reason,
        Reason::Vanished
    );
    universe.up(&Program::new()).await;
    assert!(universe.journal.load().resources.is_empty());
}
