//! Rollouts of services that Windlass waits for together.

use serde_json::{Value, json};
use windlass::schema::Wait;
use windlass_engine::provider::{PollQuestion, Progress, Provider, Until};
use windlass_tests::wire::capture::{Capture, Captured};

use super::target;

/// More services than one call takes.
const SERVICES: usize = 12;
/// The service that ECS rolled back.
const BROKEN: usize = 11;

fn arn(of: &str, at: usize) -> String {
    format!("arn:aws:ecs:us-east-1:123456789012:{of}/{at}")
}

fn revision(at: usize, number: usize) -> String {
    format!("arn:aws:ecs:us-east-1:123456789012:task-definition/shop-{at}:{number}")
}

/// ECS. Every service has its eighth revision except the broken one, which is back at its seventh.
fn ecs(request: &Captured) -> Option<(u16, String)> {
    let body: Value = serde_json::from_str(&request.body).expect("JSON");
    let number = |arn: &Value| {
        let arn = arn.as_str()?;
        arn.rsplit('/').next()?.parse::<usize>().ok()
    };
    let each = |name: &str| {
        let arns = body[name].as_array().cloned().unwrap_or_default();
        arns.iter().filter_map(number).collect::<Vec<_>>()
    };
    let answer = match request.operation.as_str() {
        "DescribeServices" => {
            let services = each("services").into_iter().map(|at| {
                let (revision, began) = match at {
                    BROKEN => (revision(at, 7), 300),
                    _ => (revision(at, 8), 100),
                };
                let primary = json!({
                    "status": "PRIMARY", "taskDefinition": revision, "rolloutState": "COMPLETED", "createdAt": began,
                });
                json!({
                    "serviceArn": arn("service", at), "serviceName": at.to_string(), "status": "ACTIVE", "taskDefinition": revision,
                    "currentServiceDeployment": arn("service-deployment", at), "deployments": [primary],
                })
            });
            json!({"services": services.collect::<Vec<_>>()})
        }
        // After a rollback the current deployment is the earlier success.
        "DescribeServiceDeployments" => {
            let deployments = each("serviceDeploymentArns").into_iter().map(|at| {
                let status = if at == 99 { "ROLLBACK_SUCCESSFUL" } else { "SUCCESSFUL" };
                json!({"serviceDeploymentArn": arn("service-deployment", at), "status": status, "finishedAt": 200})
            });
            json!({"serviceDeployments": deployments.collect::<Vec<_>>()})
        }
        "ListServiceDeployments" => {
            assert_eq!(body["service"], arn("service", BROKEN));
            let newest = json!({"serviceDeploymentArn": arn("service-deployment", 99)});
            json!({"serviceDeployments": [newest]})
        }
        _ => return None,
    };
    Some((200, answer.to_string()))
}

#[tokio::test]
async fn deployments_that_have_ended_are_asked_about_together() {
    let questions: Vec<_> = (0..SERVICES)
        .map(|at| {
            let applied = json!({"Cluster": "main", "TaskDefinition": revision(at, 8)});
            PollQuestion {
                target: target("AWS::ECS::Service", arn("service", at), &applied),
                until: Until::Reaches(Wait::Stable),
            }
        })
        .collect();
    let capture = Capture::answering(ecs);
    let progress = capture.provider().poll(&questions).await;
    for (at, progress) in progress.into_iter().enumerate() {
        match progress.expect("every call is answered") {
            Progress::Reached { .. } => assert_ne!(at, BROKEN),
            Progress::Failed(failure) => {
                assert_eq!(at, BROKEN);
                assert!(failure.rolled_back, "{failure:?}");
            }
            other => panic!("{at}: {other:?}"),
        }
    }
    let calls = capture.take();
    let count = |of: &str| calls.iter().filter(|call| call.operation == of).count();
    assert_eq!(count("DescribeServices"), 2);
    // The first ten, the other two, and the newest deployment of the service whose current deployment is not its last.
    assert_eq!(count("DescribeServiceDeployments"), 3);
    assert_eq!(count("ListServiceDeployments"), 1);
}
