//! Wire fixture of `AWS::ECS::Service`: its samples and AWS's answers.

use serde_json::{Value, json};
use windlass::aws::ecs::Service;
use windlass::resource::{Resource, Samples};

use super::described;
use crate::wire::Fixture;

const ARN: &str = "arn:aws:ecs:us-east-1:123456789012:service/main/app";

fn answer(sample: &Value) -> String {
    let mut service = described(sample, json!({"serviceArn": ARN, "status": "ACTIVE"}));
    let members = service
        .as_object_mut()
        .expect("a described spec is an object");
    // Properties of a deployment are in the deployment.
    let mut primary = json!({"status": "PRIMARY"});
    for of_deployment in [
        "serviceConnectConfiguration",
        "volumeConfigurations",
        "vpcLatticeConfigurations",
    ] {
        primary[of_deployment] = members.remove(of_deployment).unwrap_or_default();
    }
    members.insert("deployments".to_owned(), json!([primary]));
    let cluster = members.remove("cluster").unwrap_or_default();
    let cluster = cluster.as_str().unwrap_or_default();
    let arn = format!("arn:aws:ecs:us-east-1:123456789012:cluster/{cluster}");
    members.insert("clusterArn".to_owned(), arn.into());
    if let Some(role) = members.remove("role") {
        members.insert("roleArn".to_owned(), role);
    }
    for never_shown in ["forceNewDeployment", "gatewayConnectors", "monitoring"] {
        members.remove(never_shown);
    }
    json!({"services": [service]}).to_string()
}

pub fn fixture() -> Fixture {
    let samples: Vec<Value> = Service::samples().iter().map(Resource::to_json).collect();
    let later = "CreateService has no such member: a new service is deployed anyhow";
    let mut fixture = Fixture::of::<Service>(ARN)
        .output("ServiceArn", ARN)
        .output("Name", "app")
        .answer(
            "CreateService",
            &json!({"service": {"serviceArn": ARN, "serviceName": "app"}}).to_string(),
        )
        .answer("DescribeServices", &answer(&samples[1]))
        .not_created("ForceNewDeployment.EnableForceNewDeployment", later)
        .not_created("ForceNewDeployment.ForceNewDeploymentNonce", later)
        .not_updated(
            "ForceNewDeployment.ForceNewDeploymentNonce",
            "it is not sent: that it differs is what makes the update",
        )
        .not_updated(
            "LaunchType",
            "UpdateService has no such member: another launch type replaces the service",
        )
        .not_created(
            "VolumeConfigurations[].ManagedEBSVolume.TagSpecifications[].ResourceType",
            "AWS knows one value",
        )
        .not_updated(
            "VolumeConfigurations[].ManagedEBSVolume.TagSpecifications[].ResourceType",
            "AWS knows one value",
        );
    for (index, sample) in samples.iter().enumerate().skip(2) {
        fixture = fixture.described(index, [("DescribeServices", answer(sample).as_str())]);
    }
    fixture
}
