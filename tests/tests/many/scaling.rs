//! Scaling policies: if many targets have a policy of the same name, Windlass asks for that name once.

use serde_json::{Value, json};
use windlass_engine::provider::{Found, Provider, Target};
use windlass_plan::observation::Observation;
use windlass_tests::wire::capture::{Capture, Captured};
use windlass_tests::wire::creation;

use super::{target, together};

/// More names than one call takes.
const TARGETS: usize = 120;

fn service(at: usize) -> String {
    format!("service/shop/api-{at}")
}

fn arn(at: usize) -> String {
    format!("arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:{at}:policyName/cpu")
}

fn policy(at: usize) -> Value {
    json!({
        "PolicyARN": arn(at), "PolicyName": "cpu", "PolicyType": "TargetTrackingScaling", "ServiceNamespace": "ecs",
        "ResourceId": service(at), "ScalableDimension": "ecs:service:DesiredCount", "CreationTime": 1_893_456_000,
    })
}

/// Application Auto Scaling. All policies have one name, on two pages. After them come pages of another owner without end.
fn scaling(request: &Captured) -> Option<(u16, String)> {
    assert_eq!(request.operation, "DescribeScalingPolicies");
    let body: Value = serde_json::from_str(&request.body).expect("JSON");
    assert_eq!(body["PolicyNames"], json!(["cpu"]));
    let half = TARGETS / 2;
    let (shown, next) = match (body["ResourceId"].as_str(), body["NextToken"].as_str()) {
        (Some(id), _) => {
            let mut all = 0..TARGETS;
            let at = all.find(|at| service(*at) == id).expect("one of ours");
            (at..at + 1, None)
        }
        (None, None) => (0..half, Some("second".to_owned())),
        (None, Some("second")) => (half..TARGETS - 1, Some("others".to_owned())),
        (None, Some(token)) => (TARGETS..TARGETS + 1, Some(format!("{token}, more"))),
    };
    let policies: Vec<Value> = shown.map(policy).collect();
    Some((
        200,
        json!({"ScalingPolicies": policies, "NextToken": next}).to_string(),
    ))
}

/// How many calls it takes to read `count` policies.
async fn calls(count: usize) -> usize {
    let policy = |at| {
        let applied = json!({
            "PolicyName": "cpu", "PolicyType": "TargetTrackingScaling", "ServiceNamespace": "ecs", "ResourceId": service(at),
            "ScalableDimension": "ecs:service:DesiredCount", "TargetTrackingScalingPolicyConfiguration": {
                "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}, "TargetValue": 60,
            },
        });
        target(
            "AWS::ApplicationAutoScaling::ScalingPolicy",
            arn(at),
            &applied,
        )
    };
    let targets: Vec<Target> = (0..count).map(policy).collect();
    let (all, calls) = together(scaling, &targets).await;
    for (at, observed) in all.iter().enumerate() {
        let Observation::Present { properties, .. } = observed else {
            panic!("{at} is missing");
        };
        assert_eq!(properties["ResourceId"], json!(service(at)));
    }
    calls.len()
}

#[tokio::test]
async fn policies_of_one_name_are_read_once() {
    // Windlass reads a few policies one by one.
    assert_eq!(calls(3).await, 3);
    // The first page shows all of them.
    assert_eq!(calls(TARGETS / 2).await, 1);
    assert_eq!(calls(TARGETS - 1).await, 2);
    // One policy is on no page that is worth reading.
    assert_eq!(calls(TARGETS).await, TARGETS / 4 + 1);
}

/// An endpoint that answers with all policies of a target, whatever name the call gives. Moto does so.
fn unfiltered(request: &Captured) -> Option<(u16, String)> {
    assert_eq!(request.operation, "DescribeScalingPolicies");
    let named = |name: &str| {
        let mut policy = policy(0);
        policy["PolicyName"] = name.into();
        policy["PolicyARN"] = format!("arn:aws:autoscaling:::scalingPolicy/{name}").into();
        policy
    };
    let policies = json!({"ScalingPolicies": [named("cpu"), named("memory")]});
    Some((200, policies.to_string()))
}

fn named(name: &str) -> Target {
    let applied = json!({
        "PolicyName": name, "PolicyType": "TargetTrackingScaling", "ServiceNamespace": "ecs", "ResourceId": service(0),
        "ScalableDimension": "ecs:service:DesiredCount", "TargetTrackingScalingPolicyConfiguration": {
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}, "TargetValue": 60,
        },
    });
    target(
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        arn(0),
        &applied,
    )
}

#[tokio::test]
async fn a_policy_is_told_from_the_others_of_its_target() {
    let names = ["cpu", "memory", "requests"];
    let (all, _) = together(unfiltered, &names.map(named)).await;
    let shown = all.iter().map(|observed| match observed {
        Observation::Present { properties, .. } => properties["PolicyName"].as_str(),
        _ => None,
    });
    assert_eq!(
        shown.collect::<Vec<_>>(),
        [Some("cpu"), Some("memory"), None]
    );
}

#[tokio::test]
async fn what_a_lost_call_made_is_found() {
    let memory = creation(&named("memory"));
    let provider = Capture::answering(unfiltered).provider();
    let found = provider.find(&memory).await;
    match found.expect("every call is answered") {
        Found::Ours(made) => assert!(made.physical_id.ends_with("/memory"), "{made:?}"),
        other => panic!("{other:?}"),
    }
}
