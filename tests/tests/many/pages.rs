//! Pagination: Windlass reads every paged answer to its end, even if the first page is empty.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::json;
use windlass::document::LookupQuery;
use windlass::schema::Wait;
use windlass_engine::provider::{PollQuestion, Progress, Provider as _, Until};
use windlass_tests::wire::capture::{Capture, Captured};
use windlass_tests::wire::pagination::{is_read, paged, paging, reads, whole};
use windlass_tests::wire::{Followed, fixtures, follow};

use super::target;

const REVISION: &str = "arn:aws:ecs:us-east-1:123456789012:task-definition/shop:8";
const SERVICE: &str = "arn:aws:ecs:us-east-1:123456789012:service/main/shop";
const CLUSTER: &str = "arn:aws:ecs:us-east-1:123456789012:cluster/main";

/// What the requests of a client show.
fn taken(capture: &Capture, what: &str) -> Followed {
    let reads = reads(&capture.take());
    let line = |read| format!("{what}: {read} ends with an empty first page");
    Followed {
        asked: reads.asked,
        unknown: reads.unknown,
        broken: reads.unfollowed.iter().map(line).collect(),
    }
}

/// ECS and its logs: ECS rolled back the deployment of a service because its task exited with code 1.
fn rolled_back(request: &Captured) -> Option<(u16, String)> {
    let answer = match request.operation.as_str() {
        "DescribeServices" => {
            let primary = json!({"status": "PRIMARY", "taskDefinition": "shop:7", "rolloutState": "COMPLETED", "createdAt": 300});
            json!({"services": [{
                "serviceArn": SERVICE, "serviceName": "shop", "clusterArn": CLUSTER, "status": "ACTIVE", "taskDefinition": "shop:7",
                "currentServiceDeployment": "deployment/1", "deployments": [primary],
            }]})
        }
        "ListServiceDeployments" => {
            json!({"serviceDeployments": [{"serviceDeploymentArn": "deployment/2"}]})
        }
        "DescribeServiceDeployments" => {
            let (newest, current) = ("deployment/2", "deployment/1");
            let deployment = match request.body.contains(newest) {
                true => {
                    json!({"serviceDeploymentArn": newest, "status": "ROLLBACK_SUCCESSFUL", "finishedAt": 200})
                }
                false => {
                    json!({"serviceDeploymentArn": current, "status": "SUCCESSFUL", "finishedAt": 200})
                }
            };
            json!({"serviceDeployments": [deployment]})
        }
        "ListTasks" => json!({"taskArns": ["task/main/0a1"]}),
        "DescribeTasks" => {
            let container = json!({"name": "app", "exitCode": 1, "reason": "it fell over"});
            json!({"tasks": [{
                "taskArn": "task/main/0a1", "taskDefinitionArn": REVISION, "stoppedAt": 150, "stoppedReason": "Essential container in task exited",
                "containers": [container],
            }]})
        }
        "DescribeTaskDefinition" => {
            let options = json!({"awslogs-group": "/shop", "awslogs-stream-prefix": "ecs"});
            let logging = json!({"logDriver": "awslogs", "options": options});
            json!({"taskDefinition": {"taskDefinitionArn": REVISION, "containerDefinitions": [{"name": "app", "logConfiguration": logging}]}})
        }
        // A token that equals the sent one means the end.
        "GetLogEvents" => {
            json!({"events": [{"message": "no database"}], "nextBackwardToken": "more"})
        }
        _ => return None,
    };
    Some((200, answer.to_string()))
}

/// The text of the failure.
async fn failure(capture: &Capture) -> String {
    let applied = json!({"Cluster": "main", "TaskDefinition": REVISION});
    let question = PollQuestion {
        target: target("AWS::ECS::Service", SERVICE.to_owned(), &applied),
        until: Until::Reaches(Wait::Stable),
    };
    let progress = capture.provider().poll(&[question]).await.remove(0);
    match progress.expect("every call is answered") {
        Progress::Failed(failure) => format!("{failure:?}"),
        other => format!("{other:?}"),
    }
}

async fn failures() -> Followed {
    let expected = failure(&Capture::answering(rolled_back)).await;
    assert!(expected.contains("no database"), "{expected}");
    let capture = paging(rolled_back);
    let answer = failure(&capture).await;
    let mut followed = taken(&capture, "a rollout that failed");
    if answer != expected {
        followed
            .broken
            .insert(format!("{expected}\n    in pages: {answer}"));
    }
    followed
}

async fn lookups() -> Followed {
    let tags = BTreeMap::from([("Name".to_owned(), "shop".to_owned())]);
    let queries = [
        LookupQuery::AvailabilityZones,
        LookupQuery::Account,
        LookupQuery::SsmParameter {
            name: "/shop".to_owned(),
            member: None,
        },
        LookupQuery::Vpc { tags: tags.clone() },
        LookupQuery::Subnets {
            vpc_id: "vpc-0a1".to_owned(),
            tags,
        },
        LookupQuery::Certificate {
            domain: "shop.example.com".to_owned(),
        },
    ];
    let capture = paging(|_| None);
    let provider = capture.provider();
    for query in &queries {
        // No resource fits. What matters is how the lookup searches.
        provider.lookup(&Capture::place(), query).await.ok();
    }
    taken(&capture, "a lookup")
}

/// The names of the resources in the way of a deletion.
async fn holders() -> Followed {
    let capture = paging(|_| None);
    let kinds = [
        ("AWS::ECS::Cluster", "main", json!({})),
        (
            "AWS::IAM::Role",
            "shop",
            json!({"AssumeRolePolicyDocument": {}}),
        ),
        (
            "AWS::ServiceDiscovery::Service",
            "srv-0a1b2c3d0a1b2c3d",
            json!({"NamespaceId": "ns-0a1b2c3d"}),
        ),
    ];
    for (kind, id, applied) in kinds {
        let target = target(kind, id.to_owned(), &applied);
        let users = capture.provider().who_uses(&target).await;
        assert_eq!(users.expect(kind), [""; 0]);
    }
    taken(&capture, "who is in the way")
}

async fn sweeps() -> Followed {
    let capture = paging(|_| None);
    let tags = BTreeMap::from([("windlass:stack".to_owned(), "shop".to_owned())]);
    let tagged = capture.provider().tagged(&Capture::place(), &tags).await;
    assert_eq!(tagged.expect("it is answered"), []);
    taken(&capture, "a sweep")
}

#[tokio::test]
async fn every_read_goes_on_after_an_empty_page() {
    let mut all = vec![
        failures().await,
        lookups().await,
        holders().await,
        sweeps().await,
    ];
    for fixture in fixtures() {
        all.push(follow(&fixture).await);
    }
    let each = |of: fn(&Followed) -> &BTreeSet<String>| -> BTreeSet<String> {
        all.iter().flat_map(of).cloned().collect()
    };
    let unknown = each(|followed| &followed.unknown);
    assert!(unknown.is_empty(), "in neither table: {unknown:?}");
    let broken: Vec<_> = each(|followed| &followed.broken).into_iter().collect();
    assert!(
        broken.is_empty(),
        "{} of them:\n{}",
        broken.len(),
        broken.join("\n")
    );
    let asked = each(|followed| &followed.asked);
    let unasked: Vec<_> = paged()
        .into_iter()
        .filter(|read| !asked.contains(read))
        .collect();
    assert!(unasked.is_empty(), "no question needs {unasked:?}");
}

/// Every source file in a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder of source");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                sources(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

/// The source names each call as IAM does, in one string literal.
#[test]
fn every_read_of_the_source_stands_in_one_table() {
    let source = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../engine/aws/src"));
    let mut named = BTreeSet::new();
    for path in sources(source) {
        let text = std::fs::read_to_string(&path).expect("source is text");
        let texts = text.split('"').filter(|text| {
            let operation = text.split_once(':').map(|(_, operation)| operation);
            operation.is_some_and(|operation| {
                is_read(operation) && operation.chars().all(char::is_alphanumeric)
            })
        });
        named.extend(texts.map(str::to_owned));
    }
    let (paged, whole) = (paged(), whole());
    assert_eq!(paged.intersection(&whole).count(), 0);
    let tables: BTreeSet<String> = paged.union(&whole).cloned().collect();
    let apart: Vec<_> = named.symmetric_difference(&tables).collect();
    assert!(
        apart.is_empty(),
        "only in the source, or only in the tables: {apart:?}"
    );
}
