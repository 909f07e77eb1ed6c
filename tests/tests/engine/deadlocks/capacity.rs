//! ECS and Cloud Map: capacity in use, clusters with services, namespaces with services.

use serde_json::{Value, json};
use windlass_tests::cloud::{Program, reference};

use super::{CLUSTER, GROUP, ROLE, Real, SERVICE, goes, group, id, network, service, tasks};

const CAPACITY: &str = "AWS::ECS::CapacityProvider";
const CAPACITY_OF_CLUSTER: &str = "AWS::ECS::ClusterCapacityProviderAssociations";
const NAMESPACE: &str = "AWS::ServiceDiscovery::PrivateDnsNamespace";
const DISCOVERY: &str = "AWS::ServiceDiscovery::Service";

/// Instances that join the cluster, and a capacity provider for them.
fn instances(program: Program, name: &str) -> Program {
    let (template, group, provider) = (
        format!("{name}-template"),
        format!("{name}-group"),
        format!("{name}-provider"),
    );
    let script =
        json!({"$windlass": {"join": ["ECS_CLUSTER=", reference("cluster", "ClusterName")]}});
    let data = json!({
        "ImageId": "ami-0a1", "InstanceType": "c7g.large", "SecurityGroupIds": [id("nodes")], "UserData": script,
    });
    let launch = json!({
        "LaunchTemplateId": reference(&template, "LaunchTemplateId"), "Version": reference(&template, "LatestVersionNumber"),
    });
    program
        .add(
            &template,
            "AWS::EC2::LaunchTemplate",
            json!({"LaunchTemplateData": data}),
        )
        .add(
            &group,
            "AWS::AutoScaling::AutoScalingGroup",
            json!({
                "MinSize": "0", "MaxSize": "4", "LaunchTemplate": launch, "VPCZoneIdentifier": [reference("a", "SubnetId")],
            }),
        )
        .add(
            &provider,
            CAPACITY,
            json!({"AutoScalingGroupProvider": {"AutoScalingGroupArn": reference(&group, "AutoScalingGroupARN")}}),
        )
}

fn capacity(providers: &[&str]) -> Value {
    let providers: Vec<_> = providers
        .iter()
        .map(|name| reference(&format!("{name}-provider"), "Name"))
        .collect();
    let default = json!([{"CapacityProvider": providers[0], "Weight": 1}]);
    json!({
        "Cluster": reference("cluster", "ClusterName"), "CapacityProviders": providers, "DefaultCapacityProviderStrategy": default,
    })
}

fn on_capacity(strategy: Value) -> Value {
    let mut service = service(&["a"], &["nodes"]);
    service["CapacityProviderStrategy"] = json!([{"CapacityProvider": strategy, "Weight": 1}]);
    service
}

/// A service on the instances with this name.
fn on_instances(name: &str) -> Program {
    let program = tasks(network()).add("nodes", GROUP, group("nodes"));
    instances(program, name)
        .add("capacity", CAPACITY_OF_CLUSTER, capacity(&[name]))
        .add(
            "service",
            SERVICE,
            on_capacity(reference(&format!("{name}-provider"), "Name")),
        )
}

#[tokio::test]
async fn a_capacity_provider_in_use_and_the_cluster_of_its_instances() {
    goes(&on_instances("old"), None).await;
}

#[tokio::test]
async fn a_service_moves_to_other_instances() {
    goes(&on_instances("old"), Some(&on_instances("new"))).await;
}

#[tokio::test]
async fn a_service_leaves_the_spot_capacity_that_its_cluster_gives_up() {
    let program = |providers: &[&str]| {
        tasks(network())
            .add("nodes", GROUP, group("nodes"))
            .add("cluster", CLUSTER, json!({"CapacityProviders": providers}))
            .add("service", SERVICE, on_capacity(json!(providers[0])))
    };
    goes(&program(&["FARGATE_SPOT"]), Some(&program(&["FARGATE"]))).await;
}

#[tokio::test]
async fn a_cluster_with_services_is_replaced() {
    let named = |name: &str| {
        tasks(network())
            .add("nodes", GROUP, group("nodes"))
            .add("cluster", CLUSTER, json!({"ClusterName": name}))
            .add("service", SERVICE, service(&["a"], &["nodes"]))
    };
    goes(&named("old"), Some(&named("new"))).await;
    goes(&named("old"), None).await;
}

#[tokio::test]
async fn a_cluster_goes_when_its_services_are_drained() {
    let after = network();
    let before = tasks(after.clone())
        .add("nodes", GROUP, group("nodes"))
        .add("service", SERVICE, service(&["a"], &["nodes"]));
    // History keeps the task definition only as long as the program declares it.
    goes(&before, Some(&after)).await;
}

/// A service that other services find by a name in this namespace.
fn found(namespace: &str) -> Program {
    let mut spec = service(&["a"], &["nodes"]);
    spec["ServiceRegistries"] = json!([{"RegistryArn": reference("discovery", "Arn")}]);
    tasks(network())
        .add("nodes", GROUP, group("nodes"))
        .add(
            "namespace",
            NAMESPACE,
            json!({"Name": namespace, "Vpc": super::vpc()}),
        )
        .add(
            "discovery",
            DISCOVERY,
            json!({
                "NamespaceId": reference("namespace", "Id"), "Name": "app",
                "DnsConfig": {"DnsRecords": [{"Type": "A", "TTL": 10}]},
            }),
        )
        .add("service", SERVICE, spec)
}

#[tokio::test]
async fn a_namespace_with_services() {
    goes(&found("old.internal"), None).await;
}

#[tokio::test]
async fn a_namespace_with_services_is_replaced() {
    goes(&found("old.internal"), Some(&found("new.internal"))).await;
}

#[tokio::test]
async fn a_task_role_is_replaced_while_tasks_use_it() {
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ecs-tasks.amazonaws.com"},
    }]});
    let program = |path: &str| {
        tasks(network())
            .add("nodes", GROUP, group("nodes"))
            .add(
                "role",
                ROLE,
                json!({"Path": path, "AssumeRolePolicyDocument": trust}),
            )
            .add(
                "task",
                super::TASK,
                json!({
                    "NetworkMode": "awsvpc", "TaskRoleArn": reference("role", "Arn"),
                    "ContainerDefinitions": [{"Name": "app", "Image": "app:1"}],
                }),
            )
            .add("service", SERVICE, service(&["a"], &["nodes"]))
    };
    let (universe, _) = goes(&program("/"), Some(&program("/shop/"))).await;
    // IAM would delete the role at once, and running tasks would lose their credentials.
    let log = universe.cloud.log();
    assert_eq!(log[log.len() - 2..], ["update service", "delete role"]);
}
