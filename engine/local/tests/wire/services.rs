//! ECS's refusals about services and capacity providers, and the network interfaces of tasks that keep a subnet.

use serde_json::{Value, json};
use windlass_local::EmbeddedCloud;

use crate::client::AwsClient;
use crate::network::{Network, between};

fn endpoint() -> &'static str {
    EmbeddedCloud::shared().endpoint()
}

async fn cluster(account: &str) -> AwsClient {
    let aws = AwsClient::new(endpoint(), account);
    aws.ecs(
        "CreateCluster",
        json!({"clusterName": "c", "serviceConnectDefaults": {"namespace": "n"}}),
    )
    .await
    .ok();
    let definition = json!({
        "family": "web", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512",
        "containerDefinitions": [{"name": "app", "image": "web", "portMappings": [{"containerPort": 80, "name": "http"}]}],
    });
    aws.ecs("RegisterTaskDefinition", definition).await.ok();
    aws
}

fn service(name: &str, network: &Network, more: Value) -> Value {
    let placed = json!({"awsvpcConfiguration": {"subnets": [network.subnets[0]]}});
    let mut request = json!({
        "cluster": "c", "serviceName": name, "taskDefinition": "web", "desiredCount": 1, "networkConfiguration": placed,
        "capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1}],
    });
    request
        .as_object_mut()
        .expect("an object")
        .extend(more.as_object().expect("an object").clone());
    request
}

#[tokio::test]
async fn another_strategy_needs_a_forced_deployment() {
    let aws = cluster("240000000001").await;
    let network = Network::make(endpoint(), "240000000001", 1).await;
    aws.ecs("CreateService", service("web", &network, json!({})))
        .await
        .ok();
    let strategy = json!([{"capacityProvider": "FARGATE", "weight": 1}, {"capacityProvider": "FARGATE_SPOT", "weight": 1}]);
    let mut update =
        json!({"cluster": "c", "service": "web", "capacityProviderStrategy": strategy});
    let (code, message) = aws.ecs("UpdateService", update.clone()).await.error();
    assert_eq!(code, "InvalidParameterException");
    assert!(
        message.ends_with("you must force a new deployment."),
        "{message}"
    );
    update["forceNewDeployment"] = true.into();
    let updated = aws.ecs("UpdateService", update).await.ok();
    assert_eq!(
        updated["service"]["deployments"].as_array().map(Vec::len),
        Some(2)
    );
}

#[tokio::test]
async fn a_connected_name_and_a_groups_provider_are_one() {
    let aws = cluster("240000000002").await;
    let network = Network::make(endpoint(), "240000000002", 1).await;
    let connect = |namespace: Value| json!({"serviceConnectConfiguration": {"enabled": true, "namespace": namespace, "services": [{"portName": "http"}]}});
    let first = aws
        .ecs(
            "CreateService",
            service("first", &network, connect(Value::Null)),
        )
        .await
        .ok();
    let (code, message) = aws
        .ecs(
            "CreateService",
            service("second", &network, connect(json!("n"))),
        )
        .await
        .error();
    assert_eq!(code, "InvalidParameterException");
    assert_eq!(
        message,
        format!(
            "SC service is already used by {}",
            first["service"]["serviceArn"].as_str().expect("an ARN")
        )
    );
    aws.ecs(
        "CreateService",
        service("second", &network, connect(json!("other"))),
    )
    .await
    .ok();
    let group =
        "arn:aws:autoscaling:us-east-1:240000000002:autoScalingGroup:1:autoScalingGroupName/a";
    let provider = |name: &str| json!({"name": name, "autoScalingGroupProvider": {"autoScalingGroupArn": group}});
    aws.ecs("CreateCapacityProvider", provider("one"))
        .await
        .ok();
    let (code, message) = aws
        .ecs("CreateCapacityProvider", provider("two"))
        .await
        .error();
    assert_eq!(code, "ClientException");
    assert!(message.starts_with("The specified Auto Scaling group ARN is already being used by another capacity provider."), "{message}");
}

#[tokio::test]
async fn a_subnet_with_tasks_stays() {
    let aws = cluster("240000000003").await;
    let network = Network::make(endpoint(), "240000000003", 1).await;
    aws.ecs("CreateService", service("web", &network, json!({})))
        .await
        .ok();
    let listed = async || {
        let tasks = json!({"cluster": "c", "serviceName": "web"});
        aws.ecs("ListTasks", tasks).await.ok()["taskArns"]
            .as_array()
            .map_or(0, Vec::len)
    };
    until(async || listed().await == 1).await;
    let delete = format!("Action=DeleteSubnet&SubnetId={}", network.subnets[0]);
    assert_eq!(
        network.refused("ec2", &delete).await.0,
        "DependencyViolation"
    );
    aws.ecs(
        "DeleteService",
        json!({"cluster": "c", "service": "web", "force": true}),
    )
    .await
    .ok();
    until(async || network.call("ec2", &delete).await.status.is_success()).await;
}

async fn until(reached: impl AsyncFn() -> bool) {
    let begun = std::time::Instant::now();
    while !reached().await {
        assert!(begun.elapsed().as_secs() < 20, "never");
        tokio::time::sleep(std::time::Duration::from_millis(15)).await;
    }
}

#[tokio::test]
async fn instances_wait_for_a_capacity_provider_that_is_gone() {
    let aws = cluster("240000000004").await;
    let network = Network::make(endpoint(), "240000000004", 1).await;
    let template = "Action=CreateLaunchTemplate&LaunchTemplateName=t&LaunchTemplateData.InstanceType=t3.micro&LaunchTemplateData.ImageId=ami-12c6146b";
    let template = network.made("ec2", template, "launchTemplateId").await;
    let create = format!(
        "Action=CreateAutoScalingGroup&AutoScalingGroupName=g&MinSize=0&MaxSize=2&DesiredCapacity=1&VPCZoneIdentifier={}&LaunchTemplate.LaunchTemplateId={template}",
        network.subnets[0]
    );
    network.ok("autoscaling", &create).await;
    let shown = async || {
        network
            .ok("autoscaling", "Action=DescribeAutoScalingGroups")
            .await
    };
    let group = between(&shown().await, "AutoScalingGroupARN");
    let provider = json!({"name": "p", "autoScalingGroupProvider": {"autoScalingGroupArn": group}});
    aws.ecs("CreateCapacityProvider", provider).await.ok();
    aws.ecs("DeleteCapacityProvider", json!({"capacityProvider": "p"}))
        .await
        .ok();
    let empty = "Action=UpdateAutoScalingGroup&AutoScalingGroupName=g&MinSize=0&MaxSize=0&DesiredCapacity=0";
    network.ok("autoscaling", empty).await;
    assert!(
        shown().await.contains("<LifecycleState>Terminating:Wait<"),
        "nobody answers the hook of managed draining"
    );
    let delete = "Action=DeleteAutoScalingGroup&AutoScalingGroupName=g";
    assert_eq!(
        network.refused("autoscaling", delete).await.0,
        "ResourceInUse"
    );
    let hook = "Action=DeleteLifecycleHook&AutoScalingGroupName=g&LifecycleHookName=ecs-managed-draining-termination-hook";
    network.ok("autoscaling", hook).await;
    network.ok("autoscaling", delete).await;
}
