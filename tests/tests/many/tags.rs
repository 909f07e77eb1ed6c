//! Tags in services that return the tags of one resource per call: Windlass asks the tagging API once for all, and asks the service itself where that
//! answer differs from what was applied.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use windlass_engine::provider::Target;
use windlass_plan::observation::Observation;
use windlass_tests::wire::capture::Captured;

use super::{GONE, LATE, MANY, agree, owned, target, together};

const REVISION: &str = "arn:aws:ecs:us-east-1:123456789012:task-definition/shop:1";

fn arn(at: usize) -> String {
    format!("arn:aws:logs:us-east-1:123456789012:log-group:logs-{at}")
}

fn tags(at: usize) -> Value {
    json!([{"Key": "number", "Value": at.to_string()}])
}

/// Another user has tagged the first one, too.
fn seen(at: usize) -> Value {
    let mut seen = tags(at);
    if at == 0 {
        let theirs = json!({"Key": "team", "Value": "shop"});
        seen.as_array_mut().expect("a list").push(theirs);
    }
    seen
}

fn targets() -> Vec<Target> {
    let targets = (0..MANY).map(|at| {
        let applied = json!({"LogGroupName": format!("logs-{at}"), "Tags": tags(at)});
        let mut target = target("AWS::Logs::LogGroup", format!("logs-{at}"), &applied);
        target
            .outputs
            .insert("LogGroupArn".to_owned(), json!(arn(at)));
        target
    });
    targets.collect()
}

/// Four have the tags that Windlass gave them; one of these has further tags. The list shows old tags of another one, and one is gone.
fn services(request: &Captured) -> Option<(u16, String)> {
    let body: Value = serde_json::from_str(&request.body).expect("JSON");
    let answer = match request.operation.as_str() {
        "DescribeLogGroups" => {
            let groups = (0..MANY).filter(|at| *at != GONE).map(|at| {
                json!({"logGroupName": format!("logs-{at}"), "logGroupArn": arn(at), "arn": format!("{}:*", arn(at))})
            });
            json!({"logGroups": groups.collect::<Vec<_>>()})
        }
        "DescribeTaskDefinition" => {
            json!({"taskDefinition": {"taskDefinitionArn": REVISION, "status": "ACTIVE"}})
        }
        "GetResources" => {
            assert_eq!(
                body.as_object().map(serde_json::Map::len),
                Some(1),
                "{body}"
            );
            let asked = body["ResourceARNList"].as_array().expect("ARNs");
            let shown = (0..MANY).filter(|at| *at != GONE && asked.contains(&json!(arn(*at))));
            let mut shown: Vec<_> = shown
                .map(|at| match at {
                    LATE => json!({"ResourceARN": arn(at), "Tags": []}),
                    _ => {
                        let mut tags = seen(at);
                        let ours = json!({"Key": "windlass:intent", "Value": "0"});
                        tags.as_array_mut().expect("a list").push(ours);
                        json!({"ResourceARN": arn(at), "Tags": tags})
                    }
                })
                .collect();
            if asked.contains(&json!(REVISION)) {
                shown.push(json!({"ResourceARN": REVISION, "Tags": tags(0)}));
            }
            json!({"PaginationToken": "", "ResourceTagMappingList": shown})
        }
        "ListTagsForResource" => {
            let at = (0..MANY).find(|at| body["resourceArn"] == arn(*at))?;
            if at == GONE {
                let error = json!({"__type": "ResourceNotFoundException", "message": "gone"});
                return Some((400, error.to_string()));
            }
            let seen = seen(at);
            let pairs = seen.as_array().into_iter().flatten();
            let pairs = pairs.map(|tag| (tag["Key"].as_str().expect("text"), &tag["Value"]));
            json!({"tags": pairs.collect::<BTreeMap<_, _>>()})
        }
        _ => return None,
    };
    Some((200, answer.to_string()))
}

/// The credentials may not use the tagging API.
fn denied(request: &Captured) -> Option<(u16, String)> {
    if request.operation == "GetResources" {
        let error = json!({"__type": "AccessDeniedException", "message": "not authorized to perform: tag:GetResources"});
        return Some((400, error.to_string()));
    }
    services(request)
}

fn assert_tagged(observed: &[Observation]) {
    for (at, observed) in observed.iter().enumerate().filter(|(at, _)| *at != GONE) {
        let Observation::Present { properties, .. } = observed else {
            panic!("{at}: {observed:?}");
        };
        assert_eq!(properties["Tags"], seen(at));
    }
}

#[tokio::test]
async fn tags_of_all_are_read_by_one_call() {
    let (all, _) = together(services, &targets()).await;
    assert_tagged(&all);
    assert_eq!(
        agree(services, &targets()).await,
        owned(&[
            ("DescribeLogGroups", 1),
            ("GetResources", 1),
            ("ListTagsForResource", 2)
        ])
    );
}

#[tokio::test]
async fn without_the_permission_each_service_is_asked() {
    let (all, calls) = together(denied, &targets()).await;
    assert_tagged(&all);
    let asked = |call: &&Captured| call.operation == "ListTagsForResource";
    assert_eq!(calls.iter().filter(asked).count(), MANY);
}

#[tokio::test]
async fn services_share_the_call() {
    let revision = json!({"Family": "shop", "Tags": tags(0)});
    let revision = target("AWS::ECS::TaskDefinition", REVISION.to_owned(), &revision);
    let (all, calls) = together(services, &[targets().remove(0), revision]).await;
    assert_tagged(&[all[0].clone()]);
    let Observation::Present { properties, .. } = &all[1] else {
        panic!("{all:?}");
    };
    assert_eq!(properties["Tags"], tags(0));
    let mut operations: Vec<_> = calls.iter().map(|call| call.operation.as_str()).collect();
    operations.sort_unstable();
    assert_eq!(
        operations,
        [
            "DescribeLogGroups",
            "DescribeTaskDefinition",
            "GetResources"
        ]
    );
}
