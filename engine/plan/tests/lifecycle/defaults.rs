//! AWS's defaults: if a plan shows a property as reset, the call contains the default. An explicit default means the same as an absent property.

use serde_json::{Value, json};
use windlass_plan::plan::{Plan, StepAction};

use crate::stage::{Doc, Stage, shown};

const PROVIDER: &str = "AWS::ECS::CapacityProvider";
const SERVICE: &str = "AWS::ECS::Service";
const GROUP: &str = "AWS::ElasticLoadBalancingV2::TargetGroup";
const TASK: &str = "AWS::ECS::TaskDefinition";

fn doc(kind: &str, spec: Value) -> Doc {
    Doc::new().with("it", kind, spec)
}

/// The spec that the plan gives to the life cycle.
fn sent(plan: &Plan) -> Value {
    match plan.steps.first().map(|step| &step.action) {
        Some(StepAction::Update { spec, .. }) => spec.to_value(),
        other => panic!("an update, not {other:?}"),
    }
}

/// Edits one resource, and returns the plan for it.
fn edited(kind: &str, before: Value, after: Value) -> Plan {
    let mut stage = Stage::with(&doc(kind, before));
    stage.up(&doc(kind, after))
}

fn provider(mut group: Value) -> Value {
    group["AutoScalingGroupArn"] = json!("arn:group");
    json!({"Name": "p", "AutoScalingGroupProvider": group})
}

#[test]
fn a_default_within_a_block_is_in_the_call() {
    // aws-cdk#29088
    let scaled = provider(json!({
        "ManagedScaling": {"Status": "ENABLED", "TargetCapacity": 80},
        "ManagedTerminationProtection": "ENABLED", "ManagedDraining": "DISABLED"}));
    let plan = edited(PROVIDER, scaled.clone(), provider(json!({})));
    let group = &sent(&plan)["AutoScalingGroupProvider"];
    let off = json!({"Status": "DISABLED", "TargetCapacity": 100});
    assert_eq!(group["ManagedScaling"], off);
    assert_eq!(group["ManagedTerminationProtection"], json!("DISABLED"));
    assert_eq!(group["ManagedDraining"], json!("ENABLED"));

    let less = provider(json!({
        "ManagedScaling": {"Status": "ENABLED"},
        "ManagedTerminationProtection": "ENABLED", "ManagedDraining": "DISABLED"}));
    let plan = edited(PROVIDER, scaled, less);
    let scaling = &sent(&plan)["AutoScalingGroupProvider"]["ManagedScaling"];
    assert_eq!(
        *scaling,
        json!({"Status": "ENABLED", "TargetCapacity": 100})
    );
}

fn service(configuration: Value) -> Value {
    json!({"ServiceName": "s", "Cluster": "c", "TaskDefinition": "t:1", "DeploymentConfiguration": configuration})
}

#[test]
fn a_strategy_that_is_taken_out_goes_back_to_rolling_in_the_call() {
    let blue = service(json!({"Strategy": "BLUE_GREEN", "MaximumPercent": 150}));
    let plan = edited(
        SERVICE,
        blue.clone(),
        service(json!({"MaximumPercent": 150})),
    );
    assert_eq!(
        sent(&plan)["DeploymentConfiguration"]["Strategy"],
        json!("ROLLING")
    );
    let mut nothing = service(Value::Null);
    nothing
        .as_object_mut()
        .expect("a spec")
        .remove("DeploymentConfiguration");
    let plan = edited(SERVICE, blue, nothing);
    let configuration = &sent(&plan)["DeploymentConfiguration"];
    assert_eq!(configuration["Strategy"], json!("ROLLING"));
    assert_eq!(configuration["MaximumPercent"], json!(200));
    assert_eq!(
        configuration["DeploymentCircuitBreaker"]["Enable"],
        json!(false)
    );
}

fn group(protocol: &str, check: Value) -> Value {
    let mut spec = json!({"Name": "g", "TargetType": "ip", "VpcId": "vpc-1", "Protocol": protocol, "Port": 80});
    let check = check.as_object().expect("properties").clone();
    spec.as_object_mut().expect("a spec").extend(check);
    spec
}

#[test]
fn a_health_check_by_tcp_sends_no_path_and_no_matcher() {
    // terraform-provider-aws#46011
    let http = json!({"HealthCheckProtocol": "HTTP", "HealthCheckPath": "/health", "Matcher": {"HttpCode": "200"}});
    let plan = edited(
        GROUP,
        group("TCP", http.clone()),
        group("TCP", json!({"HealthCheckProtocol": "TCP"})),
    );
    let Some(StepAction::Update {
        properties, spec, ..
    }) = plan.steps.first().map(|step| &step.action)
    else {
        panic!("an update");
    };
    assert_eq!(properties, &["HealthCheckProtocol"]);
    let spec = spec.to_value();
    assert_eq!(
        (spec.get("HealthCheckPath"), spec.get("Matcher")),
        (None, None)
    );
    // Behind a network load balancer the matcher has another default.
    let without = json!({"HealthCheckProtocol": "HTTP", "HealthCheckPath": "/health"});
    let plan = edited(GROUP, group("TCP", http), group("TCP", without));
    assert_eq!(sent(&plan)["Matcher"], json!({"HttpCode": "200-399"}));
}

#[test]
fn an_explicit_default_is_no_change_in_either_direction() {
    let task = |app: Value| {
        let mut container = json!({"Name": "app", "Image": "nginx"});
        let app = app.as_object().expect("properties").clone();
        container.as_object_mut().expect("a container").extend(app);
        json!({"Family": "f", "ContainerDefinitions": [container]})
    };
    let (short, long) = (
        task(json!({})),
        task(json!({"Essential": true, "Cpu": 0, "Privileged": false, "Interactive": false})),
    );
    for (before, after) in [(&short, &long), (&long, &short)] {
        let mut stage = Stage::with(&doc(TASK, before.clone()));
        let plan = stage.up(&doc(TASK, after.clone()));
        assert!(plan.changes.is_empty(), "{}", shown(&plan));
    }
    let plan = edited(TASK, short, task(json!({"Cpu": 128})));
    assert_eq!(
        plan.changes.len(),
        1,
        "another value than the default is a change"
    );
}

#[test]
fn what_cannot_be_cleared_is_said() {
    let network = json!({"AwsvpcConfiguration": {"Subnets": ["subnet-1"]}});
    let mut before = service(json!({}));
    before["NetworkConfiguration"] = network;
    let plan = edited(SERVICE, before, service(json!({})));
    assert!(plan.changes.is_empty() && plan.changes_nothing());
    let [note] = plan.notes.as_slice() else {
        panic!("one note: {}", shown(&plan));
    };
    assert!(
        note.text
            .contains("`NetworkConfiguration` is not declared any more"),
        "{note:?}"
    );
    assert_eq!(note.source.as_ref().map(|source| source.line), Some(1));
}

#[test]
fn a_strategy_is_given_back_to_the_cluster() {
    let with = |launch: Value| {
        let mut spec = service(json!({}));
        let launch = launch.as_object().expect("properties").clone();
        spec.as_object_mut().expect("a spec").extend(launch);
        spec
    };
    let strategy =
        json!({"CapacityProviderStrategy": [{"CapacityProvider": "FARGATE", "Weight": 1}]});
    let plan = edited(SERVICE, with(strategy.clone()), with(json!({})));
    assert_eq!(plan.changes[0].fields[0].path, "CapacityProviderStrategy");
    assert_eq!(plan.changes[0].fields[0].after, None);
    // When a service changes from a launch type to a strategy, the plan does not mention the launch type.
    let plan = edited(
        SERVICE,
        with(json!({"LaunchType": "FARGATE"})),
        with(strategy),
    );
    assert_eq!(plan.notes, [], "{}", shown(&plan));
}
