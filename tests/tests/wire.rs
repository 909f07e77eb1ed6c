//! Every property of every kind is sent to AWS and comes back: prints the paths proven. And nothing is sent for a state that was lost.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass_engine::provider::{
    CreateRequest, ErrorClass, Provider as _, ProviderError, Target, UpdateRequest,
};
use windlass_state::identity::IntentId;
use windlass_tests::wire::capture::Capture;
use windlass_tests::wire::{fixtures, prove};

#[tokio::test]
async fn every_property_is_on_the_wire() {
    let mut missing = Vec::new();
    let (mut proven, mut excepted, mut paths) = (0, 0, 0);
    for fixture in fixtures() {
        let proof = prove(&fixture).await;
        println!(
            "{}: {} paths, {} proofs, {} exceptions, {} missing",
            proof.kind,
            proof.paths.len(),
            proof.proven,
            proof.excepted,
            proof.missing.len()
        );
        (proven, excepted, paths) = (
            proven + proof.proven,
            excepted + proof.excepted,
            paths + proof.paths.len(),
        );
        missing.extend(
            proof
                .missing
                .iter()
                .map(|missing| format!("{}: {missing}", proof.kind)),
        );
    }
    println!(
        "{paths} paths, {proven} proofs / {}, {excepted} exceptions with a reason",
        proven + missing.len()
    );
    assert!(missing.is_empty(), "not proven:\n{}", missing.join("\n"));
}

#[test]
fn every_kind_has_a_fixture() {
    let with: Vec<_> = fixtures()
        .iter()
        .map(windlass_tests::wire::Fixture::kind)
        .collect();
    let without: Vec<_> = windlass::aws::SCHEMAS
        .iter()
        .map(|schema| schema.kind)
        .filter(|kind| !with.contains(kind))
        .collect();
    assert!(
        without.is_empty(),
        "no wire fixture for {}",
        without.join(", ")
    );
}

fn cluster(tag: &str) -> CanonicalJson {
    CanonicalJson::of(&json!({"ClusterName": "shop", "Tags": [{"Key": tag, "Value": "x"}]}))
}

#[tokio::test]
async fn a_state_that_is_lost_in_the_middle_of_an_update_stops_its_next_call() {
    let capture = Capture::new(BTreeMap::new());
    let provider = capture.provider();
    // Lost after the first call.
    let asked = AtomicUsize::new(0);
    provider.guard(Arc::new(move || asked.fetch_add(1, Ordering::SeqCst) == 0));
    let sent = |capture: &Capture| -> Vec<String> {
        let requests = capture.take().into_iter();
        requests.map(|request| request.operation).collect()
    };
    let class = |error: ProviderError| error.class;
    let (intent, place) = (IntentId("0".repeat(32)), Capture::place());
    let target = Target {
        address: Address::parse("shop").expect("a valid address"),
        generation: 0,
        kind: "AWS::ECS::Cluster".to_owned(),
        place: place.clone(),
        physical_id: "shop".to_owned(),
        applied: cluster("old"),
        outputs: BTreeMap::from([(
            "Arn".to_owned(),
            json!("arn:aws:ecs:us-east-1:123456789012:cluster/shop"),
        )]),
    };
    // Two calls: one takes the old tag off, one puts the new one on.
    let update = UpdateRequest {
        target: &target,
        intent: &intent,
        spec: &cluster("new"),
        properties: &["Tags".to_owned()],
        partners: &[],
    };
    let updated = provider.update(&update).await.map_err(class);
    assert_eq!(updated, Err(ErrorClass::Withheld));
    assert_eq!(sent(&capture), ["UntagResource"]);

    let create = CreateRequest {
        address: &target.address,
        kind: &target.kind,
        place: &place,
        intent: &intent,
        spec: &cluster("new"),
    };
    let created = provider.create(&create).await.map_err(class);
    assert_eq!(created.err(), Some(ErrorClass::Withheld));
    assert_eq!(
        provider.delete(&target).await.map_err(class),
        Err(ErrorClass::Withheld)
    );
    assert!(sent(&capture).is_empty());
    // Looking is still allowed.
    provider.observe(std::slice::from_ref(&target)).await;
    assert_eq!(sent(&capture), ["DescribeClusters"]);
}
