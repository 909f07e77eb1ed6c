//! Wire fixture of `AWS::ECS::Cluster`: its samples and AWS's answers.

use serde_json::{Value, json};
use windlass::aws::ecs::Cluster;
use windlass::resource::{Resource, Samples};

use super::{INTENT, described};
use crate::wire::Fixture;

fn answer(sample: &Value) -> String {
    let cluster = described(
        sample,
        json!({"clusterArn": "arn:aws:ecs:us-east-1:123456789012:cluster/main", "status": "ACTIVE", "settings": []}),
    );
    let mut cluster = cluster;
    if let Some(members) = cluster.as_object_mut() {
        let settings = members.remove("clusterSettings").unwrap_or_default();
        members.insert("settings".to_owned(), settings);
        members.insert("clusterName".to_owned(), "main".into());
    }
    json!({"clusters": [cluster]}).to_string()
}

pub fn fixture() -> Fixture {
    let samples: Vec<Value> = Cluster::samples().iter().map(Resource::to_json).collect();
    let one = "AWS knows one setting, so there is no other value";
    let created = format!(
        r#"{{"cluster":{{"clusterName":"main","clusterArn":"arn:aws:ecs:us-east-1:123456789012:cluster/main","tags":[{INTENT}]}}}}"#
    );
    let mut fixture = Fixture::of::<Cluster>("main")
        .output("ClusterName", "main")
        .output("Arn", "arn:aws:ecs:us-east-1:123456789012:cluster/main")
        .answer("CreateCluster", &created)
        .answer("DescribeClusters", &answer(&samples[1]))
        .not_created("ClusterSettings[].Name", one)
        .not_updated("ClusterSettings[].Name", one);
    // The last sample differs only in its name, and all of these answers have the same name.
    for (index, sample) in samples.iter().enumerate().take(samples.len() - 1).skip(2) {
        fixture = fixture.described(index, [("DescribeClusters", answer(sample).as_str())]);
    }
    fixture
}
