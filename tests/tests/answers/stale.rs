//! Stale answers (eventual consistency): ECS answers with the state before our own call, and a wait must not take that for an answer about the call.

use serde_json::{Value, json};
use windlass::canonical::CanonicalJson;
use windlass::schema::Wait;
use windlass_engine::provider::{
    Outputs, PollQuestion, Progress, Provider, Target, Until, UpdateRequest,
};
use windlass_state::identity::IntentId;
use windlass_tests::wire::capture::{Capture, Captured};
use windlass_tests::wire::owner;

use crate::subject::target;

const SERVICE: &str = "arn:aws:ecs:us-east-1:123456789012:service/main/app";
const TASK: &str = "arn:aws:ecs:us-east-1:123456789012:task-definition/app:1";

/// A service that runs well with the deployment of this number, which began at `began` (seconds).
fn service(deployment: u32, began: u32, state: &str) -> Value {
    json!({
        "serviceArn": SERVICE, "serviceName": "app", "status": "ACTIVE", "taskDefinition": TASK, "createdAt": 1000,
        "desiredCount": 2, "runningCount": 2,
        "currentServiceDeployment": format!("{SERVICE}/deployment/{deployment}"),
        "deployments": [{
            "id": format!("ecs-svc/{deployment}"), "status": "PRIMARY", "taskDefinition": TASK, "createdAt": began, "rolloutState": state,
            "desiredCount": 2, "runningCount": 2,
        }],
    })
}

fn service_deployment(number: u32, made: u32, status: &str) -> Value {
    let arn = format!("{SERVICE}/deployment/{number}");
    json!({"serviceDeploymentArn": arn, "status": status, "createdAt": made, "finishedAt": made + 60})
}

fn applied(strategy: &Value) -> Value {
    let mut applied =
        json!({"ServiceName": "app", "Cluster": "main", "TaskDefinition": TASK, "DesiredCount": 2});
    if !strategy.is_null() {
        applied["CapacityProviderStrategy"] = strategy.clone();
    }
    applied
}

fn of(applied: &Value, outputs: Outputs) -> Target {
    Target {
        outputs,
        ..target("AWS::ECS::Service", SERVICE, applied)
    }
}

/// Updates properties. Returns the body of the call and the outputs to record.
async fn updated(from: &Value, to: &Value, properties: &[&str], answer: Value) -> (Value, Outputs) {
    let capture = Capture::answering(move |_| Some((200, json!({"service": answer}).to_string())));
    let properties: Vec<String> = properties.iter().map(|name| (*name).to_owned()).collect();
    let (target, spec) = (of(from, Outputs::new()), CanonicalJson::of(to));
    let (intent, owner) = (IntentId("0".repeat(32)), owner());
    let request = UpdateRequest {
        target: &target,
        intent: &intent,
        owner: &owner,
        spec: &spec,
        properties: &properties,
        partners: &[],
    };
    let updated = capture.provider().update(&request).await;
    let outputs = updated.expect("ECS takes it");
    let calls = capture.take();
    let [call] = calls.as_slice() else {
        panic!("{calls:?}");
    };
    (serde_json::from_str(&call.body).expect("JSON"), outputs)
}

/// The progress of a service when the outputs record the deployment of our call.
async fn progress(
    outputs: &Outputs,
    rule: impl Fn(&Captured) -> Option<Value> + Send + Sync + 'static,
) -> Progress {
    let capture = Capture::answering(move |request| Some((200, rule(request)?.to_string())));
    let question = PollQuestion {
        target: of(&applied(&spot(1)), outputs.clone()),
        until: Until::Reaches(Wait::Stable),
    };
    let progress = capture.provider().poll(&[question]).await;
    let mut progress = progress.into_iter();
    progress
        .next()
        .expect("one")
        .expect("every call is answered")
}

fn spot(weight: u32) -> Value {
    json!([{"CapacityProvider": "FARGATE_SPOT", "Weight": weight}])
}

#[tokio::test]
async fn another_strategy_is_sent_with_a_forced_deployment() {
    let (call, outputs) = updated(
        &applied(&spot(1)),
        &applied(&spot(2)),
        &["CapacityProviderStrategy"],
        service(2, 2000, "IN_PROGRESS"),
    )
    .await;
    assert_eq!(call["forceNewDeployment"], true);
    assert_eq!(outputs["Deployment"]["Id"], "ecs-svc/2");
    // The author's own forced deployment does not override it.
    let mut to = applied(&spot(2));
    to["ForceNewDeployment"] = json!({"EnableForceNewDeployment": false});
    let properties = ["CapacityProviderStrategy", "ForceNewDeployment"];
    let (call, _) = updated(&applied(&spot(1)), &to, &properties, Value::Null).await;
    assert_eq!(call["forceNewDeployment"], true);
}

#[tokio::test]
async fn a_service_goes_back_to_its_clusters_strategy() {
    let (from, to) = (applied(&spot(1)), applied(&Value::Null));
    let properties = ["CapacityProviderStrategy"];
    let (call, _) = updated(&from, &to, &properties, Value::Null).await;
    assert_eq!(call["capacityProviderStrategy"], json!([]));
    assert_eq!(call["forceNewDeployment"], true);
}

#[tokio::test]
async fn the_platform_version_goes_with_fargate_only() {
    let on_instances = json!([{"CapacityProvider": "gpu", "Weight": 1}]);
    let mut from = applied(&spot(1));
    from["PlatformVersion"] = "1.4.0".into();
    let properties = ["CapacityProviderStrategy", "PlatformVersion"];
    let (call, _) = updated(&from, &applied(&on_instances), &properties, Value::Null).await;
    assert_eq!(call["platformVersion"], Value::Null);
    let (call, _) = updated(&from, &applied(&spot(1)), &properties, Value::Null).await;
    assert_eq!(call["platformVersion"], "LATEST");
}

/// The recorded outputs after an update that began deployment 2, at second 2000.
async fn recorded() -> Outputs {
    let (from, to) = (applied(&spot(1)), applied(&spot(2)));
    let answer = service(2, 2000, "IN_PROGRESS");
    updated(&from, &to, &["CapacityProviderStrategy"], answer)
        .await
        .1
}

#[tokio::test]
async fn a_success_from_before_our_call_is_no_success() {
    let outputs = recorded().await;
    let before = progress(&outputs, |request| {
        Some(match request.operation.as_str() {
            "DescribeServices" => json!({"services": [service(1, 1000, "COMPLETED")]}),
            "ListServiceDeployments" | "DescribeServiceDeployments" => {
                json!({"serviceDeployments": [service_deployment(1, 1000, "SUCCESSFUL")]})
            }
            _ => return None,
        })
    });
    let before = before.await;
    assert!(matches!(before, Progress::Pending { .. }), "{before:?}");
    // AWS shows the current service, but the list of its deployments is from before our call.
    let now = progress(&outputs, |request| {
        Some(match request.operation.as_str() {
            "DescribeServices" => json!({"services": [service(2, 2000, "COMPLETED")]}),
            "ListServiceDeployments" | "DescribeServiceDeployments" => {
                json!({"serviceDeployments": [service_deployment(1, 1000, "ROLLBACK_SUCCESSFUL")]})
            }
            _ => return None,
        })
    });
    let now = now.await;
    assert!(matches!(now, Progress::Reached { .. }), "{now:?}");
}

#[tokio::test]
async fn a_way_back_is_told_from_an_answer_from_before() {
    let outputs = recorded().await;
    // ECS is back at the first deployment, and ours has drained: the service looks as it did before our call.
    let back = progress(&outputs, |request| {
        Some(match request.operation.as_str() {
            "DescribeServices" => json!({"services": [service(1, 1000, "COMPLETED")]}),
            "ListServiceDeployments" | "DescribeServiceDeployments" => {
                json!({"serviceDeployments": [service_deployment(2, 2000, "ROLLBACK_SUCCESSFUL")]})
            }
            _ => return None,
        })
    });
    let back = back.await;
    assert!(matches!(back, Progress::Failed(_)), "{back:?}");
}

#[tokio::test]
async fn an_earlier_service_of_the_name_is_another_one() {
    let outputs = recorded().await;
    let earlier = progress(&outputs, |request| {
        let mut earlier = service(1, 100, "COMPLETED");
        earlier["createdAt"] = 50.into();
        earlier["status"] = "INACTIVE".into();
        (request.operation == "DescribeServices").then(|| json!({"services": [earlier]}))
    });
    let earlier = earlier.await;
    assert!(matches!(earlier, Progress::Pending { .. }), "{earlier:?}");
}

#[tokio::test]
async fn a_count_from_before_our_call_is_no_success() {
    let (from, mut to) = (applied(&spot(1)), applied(&spot(1)));
    to["DesiredCount"] = 5.into();
    let answer = service(1, 1000, "COMPLETED");
    let (_, outputs) = updated(&from, &to, &["DesiredCount"], answer).await;
    let shown = |count: u32| {
        progress(&outputs, move |request| {
            let mut shown = service(1, 1000, "COMPLETED");
            shown["desiredCount"] = count.into();
            shown["runningCount"] = count.into();
            Some(match request.operation.as_str() {
                "DescribeServices" => json!({"services": [shown]}),
                "ListServiceDeployments" | "DescribeServiceDeployments" => {
                    json!({"serviceDeployments": [service_deployment(1, 1000, "SUCCESSFUL")]})
                }
                _ => return None,
            })
        })
    };
    let before = shown(2).await;
    assert!(matches!(before, Progress::Pending { .. }), "{before:?}");
    let now = shown(5).await;
    assert!(matches!(now, Progress::Reached { .. }), "{now:?}");
}
