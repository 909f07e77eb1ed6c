//! Every property of every kind reaches AWS and comes back; the test prints the proven paths. And Windlass sends nothing after it has lost the state.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::json;
use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass::expr::SecretSource;
use windlass_engine::provider::{
    CreateRequest, ErrorClass, Provider as _, ProviderError, Target, UpdateRequest,
};
use windlass_state::identity::{IntentId, Owner};
use windlass_tests::wire::capture::{self, Capture};
use windlass_tests::wire::{fixtures, owner, prove};

/// Kinds without tags in AWS. Each is part of a resource that has tags, or a setting of one.
const UNTAGGED: &[&str] = &[
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::EC2::Route",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::VPCGatewayAttachment",
    "AWS::ECS::ClusterCapacityProviderAssociations",
    "AWS::IAM::RolePolicy",
];

#[tokio::test]
async fn every_property_is_on_the_wire() {
    let (mut missing, mut nameless, mut unfit) = (Vec::new(), Vec::new(), Vec::new());
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
        nameless.extend((!proof.owned).then_some(proof.kind));
        let faults = proof.unfit.iter();
        unfit.extend(faults.map(|fault| format!("{}: {fault}", proof.kind)));
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
    assert_eq!(nameless, UNTAGGED, "what a create makes names its owner");
    let provider = Capture::new(BTreeMap::new()).provider();
    let kinds = fixtures().into_iter().map(|fixture| fixture.kind());
    let unmarked: Vec<_> = kinds.filter(|kind| !provider.is_marked(kind)).collect();
    assert_eq!(unmarked, UNTAGGED, "what has no tags is not swept up");
    assert!(unfit.is_empty(), "AWS does not take:\n{}", unfit.join("\n"));
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

/// A cluster with one tag, as the state believes it to be.
fn target(tag: &str) -> Target {
    let arn = "arn:aws:ecs:us-east-1:123456789012:cluster/shop";
    Target {
        address: Address::parse("shop").expect("a valid address"),
        generation: 0,
        kind: "AWS::ECS::Cluster".to_owned(),
        place: Capture::place(),
        physical_id: "shop".to_owned(),
        applied: CanonicalJson::of(
            &json!({"ClusterName": "shop", "Tags": [{"Key": tag, "Value": "x"}]}),
        ),
        outputs: BTreeMap::from([("Arn".to_owned(), json!(arn))]),
        imported: false,
        // The resource's create call has set the owner's tags.
        since: Some(jiff::Timestamp::UNIX_EPOCH),
    }
}

fn intent() -> IntentId {
    IntentId("0".repeat(32))
}

fn making<'a>(target: &'a Target, intent: &'a IntentId, owner: &'a Owner) -> CreateRequest<'a> {
    CreateRequest {
        address: &target.address,
        kind: &target.kind,
        place: &target.place,
        intent,
        owner,
        template: &target.applied,
        spec: &target.applied,
    }
}

fn class<T>(answer: Result<T, ProviderError>) -> Option<ErrorClass> {
    answer.err().map(|error| error.class)
}

fn sent(capture: &Capture) -> Vec<String> {
    let requests = capture.take().into_iter();
    requests.map(|request| request.operation).collect()
}

#[tokio::test]
async fn a_state_that_is_lost_in_the_middle_of_an_update_stops_its_next_call() {
    let capture = Capture::new(BTreeMap::new());
    let provider = capture.provider();
    // The lease is lost after the first call.
    let asked = AtomicUsize::new(0);
    provider.guard(Arc::new(move || {
        match asked.fetch_add(1, Ordering::SeqCst) {
            0 => Duration::from_secs(30),
            _ => Duration::ZERO,
        }
    }));
    let (from, to, intent, owner) = (target("old"), target("new"), intent(), owner());
    // Two calls: one removes the old tag, the other adds the new one.
    let update = UpdateRequest {
        target: &from,
        intent: &intent,
        owner: &owner,
        spec: &to.applied,
        properties: &["Tags".to_owned()],
        partners: &[],
    };
    assert_eq!(
        class(provider.update(&update).await),
        Some(ErrorClass::Withheld)
    );
    assert_eq!(sent(&capture), ["UntagResource"]);

    let create = making(&to, &intent, &owner);
    assert_eq!(
        class(provider.create(&create).await),
        Some(ErrorClass::Withheld)
    );
    assert_eq!(
        class(provider.delete(&to).await),
        Some(ErrorClass::Withheld)
    );
    assert!(sent(&capture).is_empty());
    // Windlass may still read.
    provider.observe(std::slice::from_ref(&to)).await;
    assert_eq!(sent(&capture), ["DescribeClusters"]);
}

/// AWS's validation errors quote the value that they refuse.
#[tokio::test]
async fn a_secret_that_aws_quotes_is_not_in_its_error() {
    let source = SecretSource::File("oidc-secret".to_owned());
    let secret = capture::secrets()
        .resolve(&source)
        .expect("the tests have it");
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/wire/oidc-secret");
    let value = std::fs::read_to_string(file).expect("the tests have it");
    let value = value.trim_end().to_owned();
    let message = format!("Value '{value}' at 'secretString' failed to satisfy constraint");
    let refusal = json!({"__type": "ValidationException", "message": message}).to_string();
    let refusing = [
        "CreateSecret",
        "PutSecretValue",
        "UpdateSecret",
        "DeleteSecret",
    ];
    let refusing = refusing.map(|operation| (operation.to_owned(), (400, refusal.clone())));
    let capture = Capture::new(BTreeMap::from(refusing));
    let secret = Target {
        kind: "AWS::SecretsManager::Secret".to_owned(),
        applied: CanonicalJson::of(&json!({"Name": "shop/db", "SecretString": secret})),
        ..target("x")
    };
    let (intent, owner) = (intent(), owner());
    let provider = capture.provider();
    let made = provider.create(&making(&secret, &intent, &owner)).await;
    let changed = UpdateRequest {
        target: &secret,
        intent: &intent,
        owner: &owner,
        spec: &secret.applied,
        properties: &["SecretString".to_owned()],
        partners: &[],
    };
    let changed = provider.update(&changed).await;
    let deleted = provider.delete(&secret).await;
    let errors = [made.err(), changed.err(), deleted.err()];
    for error in errors.map(|error| error.expect("it is refused")) {
        assert!(!error.message.contains(&value), "the value is in the error");
        assert!(error.message.contains("(secret)"), "{error}");
    }
}

/// Clock skew: AWS refuses a signature with a wrong time. The SDK learns the difference from the answer. If the SDK does not retry a call by itself,
/// such as a create, the engine sends it again.
#[tokio::test]
async fn a_clock_that_is_wrong_is_made_up_for() {
    for ahead in [
        SignedDuration::from_hours(1),
        SignedDuration::from_hours(-1),
    ] {
        let capture = Capture::new(BTreeMap::new()).ahead_by(ahead);
        let provider = capture.provider();
        let (to, intent, owner) = (target("new"), intent(), owner());
        let create = making(&to, &intent, &owner);
        assert_eq!(
            class(provider.create(&create).await),
            Some(ErrorClass::NotYet)
        );
        assert_eq!(sent(&capture), ["CreateCluster"]);
        // From now on the SDK signs every call that it does not retry with the service's time.
        assert_eq!(class(provider.delete(&to).await), None, "{ahead}");
        assert_eq!(sent(&capture), ["DeleteCluster"]);
        // The SDK itself retries a read.
        provider.observe(std::slice::from_ref(&to)).await;
        assert_eq!(sent(&capture), ["DescribeClusters", "DescribeClusters"]);
        provider.create(&create).await.ok();
        let again = sent(&capture);
        assert!(
            again.starts_with(&["CreateCluster".to_owned()]),
            "{again:?}"
        );
        assert!(
            again.len() > 1,
            "it was answered, and what it made was read: {again:?}"
        );
    }
}
