//! Wire fixture of `AWS::ECS::CapacityProvider`: its samples and AWS's answers.

use serde_json::{Value, json};
use windlass::aws::ecs::CapacityProvider;
use windlass::resource::{Resource, Samples};

use super::described;
use crate::wire::Fixture;

const ARN: &str = "arn:aws:ecs:us-east-1:123456789012:capacity-provider/gpu";

fn answer(sample: &Value) -> String {
    let mut provider = described(
        sample,
        json!({"capacityProviderArn": ARN, "status": "ACTIVE", "updateStatus": "UPDATE_COMPLETE"}),
    );
    if let Some(cluster) = sample["ClusterName"].as_str() {
        provider["cluster"] =
            format!("arn:aws:ecs:us-east-1:123456789012:cluster/{cluster}").into();
    }
    json!({"capacityProviders": [provider]}).to_string()
}

pub fn fixture() -> Fixture {
    let samples: Vec<Value> = CapacityProvider::samples()
        .iter()
        .map(Resource::to_json)
        .collect();
    let created = json!({"capacityProvider": {"name": "gpu", "capacityProviderArn": ARN}});
    let mut fixture = Fixture::of::<CapacityProvider>("gpu")
        .output("Name", "gpu")
        .output("CapacityProviderArn", ARN)
        .answer("CreateCapacityProvider", &created.to_string())
        .answer("DescribeCapacityProviders", &answer(&samples[1]));
    for (index, sample) in samples.iter().enumerate().skip(2) {
        if sample["Name"] == "gpu" {
            let body = answer(sample);
            fixture = fixture.described(index, [("DescribeCapacityProviders", body.as_str())]);
        }
    }
    fixture
}
