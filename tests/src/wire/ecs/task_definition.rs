//! Wire fixture of `AWS::ECS::TaskDefinition`: its samples and AWS's answers.

use serde_json::{Value, json};
use windlass::aws::ecs::TaskDefinition;
use windlass::resource::{Resource, Samples};

use super::{api, described};
use crate::wire::Fixture;

const ARN: &str = "arn:aws:ecs:us-east-1:123456789012:task-definition/app:7";

fn answer(sample: &Value) -> String {
    let mut task = described(
        sample,
        json!({"taskDefinitionArn": ARN, "revision": 7, "status": "ACTIVE"}),
    );
    // Tags are beside the task definition.
    if let Some(members) = task.as_object_mut() {
        members.remove("tags");
    }
    json!({"taskDefinition": task, "tags": api(&sample["Tags"])}).to_string()
}

pub fn fixture() -> Fixture {
    let samples: Vec<Value> = TaskDefinition::samples()
        .iter()
        .map(Resource::to_json)
        .collect();
    let one = "AWS knows one value";
    let registered = json!({"taskDefinition": {"taskDefinitionArn": ARN}});
    let mut fixture = Fixture::of::<TaskDefinition>(ARN)
        .output("TaskDefinitionArn", ARN)
        .answer("RegisterTaskDefinition", &registered.to_string())
        .answer("DescribeTaskDefinition", &answer(&samples[1]))
        .not_created("ContainerDefinitions[].EnvironmentFiles[].Type", one)
        .not_created("PlacementConstraints[].Type", one);
    for (index, sample) in samples.iter().enumerate().skip(2) {
        fixture = fixture.described(index, [("DescribeTaskDefinition", answer(sample).as_str())]);
    }
    fixture
}
