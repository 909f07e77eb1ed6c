//! Wire fixture of `AWS::ECS::ClusterCapacityProviderAssociations`: its samples and AWS's answers.

use serde_json::{Value, json};
use windlass::aws::ecs::ClusterCapacityProviderAssociations;
use windlass::resource::{Resource, Samples};

use super::described;
use crate::wire::Fixture;

fn answer(sample: &Value) -> String {
    let cluster = described(
        sample,
        json!({
            "clusterName": "main", "clusterArn": "arn:aws:ecs:us-east-1:123456789012:cluster/main",
            "status": "ACTIVE", "attachmentsStatus": "UPDATE_COMPLETE",
        }),
    );
    json!({"clusters": [cluster]}).to_string()
}

pub fn fixture() -> Fixture {
    let full = ClusterCapacityProviderAssociations::samples()[1].to_json();
    Fixture::of::<ClusterCapacityProviderAssociations>("main")
        .output("Cluster", "main")
        .answer("DescribeClusters", &answer(&full))
}
