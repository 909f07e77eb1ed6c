//! Revisions of task definitions: Windlass reads the list of active ones, and stops where more pages would cost more calls than they save.

use serde_json::{Value, json};
use windlass_engine::provider::Target;
use windlass_plan::observation::Observation;
use windlass_tests::wire::capture::Captured;

use super::{GONE, LATE, agree, owned, target, together};

const KIND: &str = "AWS::ECS::TaskDefinition";

/// As many revisions as justify two pages.
const REVISIONS: usize = 8;

fn arn(at: usize) -> String {
    format!("arn:aws:ecs:us-east-1:123456789012:task-definition/shop-{at}:7")
}

fn spec(at: usize) -> Value {
    let app = json!({"Name": "app", "Image": format!("shop:{at}")});
    json!({"Family": format!("shop-{at}"), "ContainerDefinitions": [app]})
}

fn targets() -> Vec<Target> {
    let target = |at| target(KIND, arn(at), &spec(at));
    (0..REVISIONS).map(target).collect()
}

/// ECS. There are more pages than Windlass reads, with revisions of another owner among ours.
fn ecs(request: &Captured) -> Option<(u16, String)> {
    let body: Value = serde_json::from_str(&request.body).expect("JSON");
    let answer = match request.operation.as_str() {
        "ListTaskDefinitions" => {
            assert_eq!(body["status"], "ACTIVE", "{body}");
            let (all, next): (&[usize], _) = match body["nextToken"].as_str() {
                None => (&[0, 1, 2, 77], "second"),
                Some("second") => (&[3, 6, 7, 78], "third"),
                other => panic!("page {other:?} is read"),
            };
            let arns: Vec<_> = all.iter().copied().map(arn).collect();
            json!({"taskDefinitionArns": arns, "nextToken": next})
        }
        "DescribeTaskDefinition" => {
            let at = (0..REVISIONS).find(|at| body["taskDefinition"] == arn(*at))?;
            let status = if at == GONE { "INACTIVE" } else { "ACTIVE" };
            let app = json!({"name": "app", "image": format!("shop:{at}"), "cpu": 0});
            let task = json!({
                "taskDefinitionArn": arn(at), "family": format!("shop-{at}"), "status": status, "containerDefinitions": [app],
            });
            json!({"taskDefinition": task, "tags": [{"key": "number", "value": at.to_string()}]})
        }
        "ListTagsForResource" => {
            let at = (0..REVISIONS).find(|at| body["resourceArn"] == arn(*at))?;
            json!({"tags": [{"key": "number", "value": at.to_string()}]})
        }
        _ => return None,
    };
    Some((200, answer.to_string()))
}

#[tokio::test]
async fn revisions_that_we_registered_are_not_read_again() {
    let targets = targets();
    let (all, _) = together(ecs, &targets).await;
    for at in [0, 7, LATE] {
        let Observation::Present { properties, .. } = &all[at] else {
            panic!("{all:?}");
        };
        assert_eq!(*properties, spec(at));
    }
    assert_eq!(
        agree(ecs, &targets).await,
        owned(&[("DescribeTaskDefinition", 2), ("ListTaskDefinitions", 2)])
    );
}

#[tokio::test]
async fn what_somebody_else_registered_is_read() {
    let mut imported = target(KIND, arn(0), &spec(0));
    imported.imported = true;
    let (all, calls) = together(ecs, &[imported]).await;
    let Observation::Present { properties, .. } = &all[0] else {
        panic!("{all:?}");
    };
    assert_eq!(properties["Tags"], json!([{"Key": "number", "Value": "0"}]));
    assert_eq!(properties["ContainerDefinitions"][0]["Cpu"], 0);
    assert_eq!(calls.len(), 1, "{calls:?}");
}

#[tokio::test]
async fn tags_of_what_we_registered_are_read() {
    let mut tagged = spec(1);
    tagged["Tags"] = json!([{"Key": "number", "Value": "one"}]);
    let (all, _) = together(ecs, &[target(KIND, arn(1), &tagged)]).await;
    let Observation::Present { properties, .. } = &all[0] else {
        panic!("{all:?}");
    };
    tagged["Tags"] = json!([{"Key": "number", "Value": "1"}]);
    assert_eq!(*properties, tagged);
}
