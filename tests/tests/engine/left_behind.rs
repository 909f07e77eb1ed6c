//! Leftovers of AWS's own services, such as a draining hook: AWS refuses the first deletion, the life cycle clears the leftover, and the second
//! attempt succeeds.

use serde_json::{Value, json};
use windlass_tests::cloud::{Faults, Program, Universe, reference, refused};

const SCALING_GROUP: &str = "AWS::AutoScaling::AutoScalingGroup";

/// A cloud in which deleted resources leave behind what AWS says they may leave.
fn lingering() -> Universe {
    let universe = Universe::default();
    universe.cloud.set_faults(Faults {
        lingers: true,
        ..Faults::default()
    });
    universe
}

/// Destroys everything, and returns AWS's refusals on the way.
async fn ends(universe: &Universe) -> Vec<String> {
    let ran = universe.destroy().await;
    assert_eq!(refused(&ran), [""; 0]);
    assert!(universe.cloud.world().objects.is_empty());
    universe.assert_nothing_lost();
    let refusals = universe.cloud.refusals();
    let codes = refusals.iter().map(|error| {
        format!(
            "{} {}",
            error.operation,
            error.code.as_deref().unwrap_or("")
        )
    });
    codes.collect()
}

fn group(protects: bool) -> Value {
    let template = reference("template", "LaunchTemplateId");
    let version = reference("template", "LatestVersionNumber");
    json!({
        "MinSize": "0", "MaxSize": "2", "VPCZoneIdentifier": ["subnet-1"], "NewInstancesProtectedFromScaleIn": protects,
        "LaunchTemplate": {"LaunchTemplateId": template, "Version": version},
    })
}

fn instances(protects: bool) -> Program {
    let template =
        json!({"LaunchTemplateData": {"InstanceType": "m7g.large", "ImageId": "ami-0a1"}});
    Program::new()
        .with("template", "AWS::EC2::LaunchTemplate", template)
        .with("group", SCALING_GROUP, group(protects))
}

fn provider(draining: &str) -> Value {
    let over = reference("group", "AutoScalingGroupARN");
    json!({"AutoScalingGroupProvider": {"AutoScalingGroupArn": over, "ManagedDraining": draining}})
}

const GROUP_IN_USE: &str = "autoscaling:DeleteAutoScalingGroup ResourceInUse";

#[tokio::test]
async fn the_hook_of_managed_draining_stays_on_the_group() {
    for (draining, refusals) in [("ENABLED", vec![GROUP_IN_USE]), ("DISABLED", vec![])] {
        let universe = lingering();
        let program =
            instances(false).with("provider", "AWS::ECS::CapacityProvider", provider(draining));
        assert_eq!(refused(&universe.up(&program).await), [""; 0]);
        assert_eq!(ends(&universe).await, refusals, "{draining}");
    }
}

#[tokio::test]
async fn instances_stay_protected_after_their_group_protects_no_more() {
    let universe = lingering();
    for protects in [true, false] {
        let ran = universe.up(&instances(protects)).await;
        assert_eq!(refused(&ran), [""; 0]);
    }
    assert_eq!(ends(&universe).await, [GROUP_IN_USE]);
    // If the group still protects its instances, AWS deletes them with the group.
    let universe = lingering();
    universe.up(&instances(true)).await;
    assert_eq!(ends(&universe).await, [""; 0]);
}

#[tokio::test]
async fn instances_outlive_their_ecs_service_in_cloud_map() {
    let universe = lingering();
    let registry = json!([{"RegistryArn": reference("discovery", "Arn")}]);
    let program = Program::new()
        .with("cluster", "AWS::ECS::Cluster", json!({}))
        .with(
            "namespace",
            "AWS::ServiceDiscovery::HttpNamespace",
            json!({"Name": "shop"}),
        )
        .with(
            "discovery",
            "AWS::ServiceDiscovery::Service",
            json!({"Name": "api", "NamespaceId": reference("namespace", "Id")}),
        )
        .with(
            "service",
            "AWS::ECS::Service",
            json!({"Cluster": reference("cluster", "ClusterName"), "TaskDefinition": "app:1", "ServiceRegistries": registry}),
        );
    assert_eq!(refused(&universe.up(&program).await), [""; 0]);
    let refusals = ends(&universe).await;
    assert_eq!(refusals, ["servicediscovery:DeleteService ResourceInUse"]);
}
