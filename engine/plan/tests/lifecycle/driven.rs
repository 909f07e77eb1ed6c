//! The plan leaves alone what AWS changes on behalf of another resource, and the author need not ask for that. The plan still sends every other
//! change.

use serde_json::{Value, json};
use windlass_plan::plan::StepAction;

use crate::stage::{Doc, Stage, reference, shown};

fn weighted(blue: u32, green: u32) -> Value {
    json!([{"Type": "forward", "ForwardConfig": {"TargetGroups": [
        {"TargetGroupArn": "arn:blue", "Weight": blue}, {"TargetGroupArn": "arn:green", "Weight": green}]}}])
}

fn rule(path: &str, actions: Value) -> Value {
    json!({"ListenerArn": "arn:listener", "Priority": 1, "Actions": actions,
        "Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": [path]}}]})
}

/// A blue/green service with its production rule.
fn platform(rule: Value) -> Doc {
    let balancer = json!([{"ContainerName": "app", "ContainerPort": 80, "TargetGroupArn": "arn:blue", "AdvancedConfiguration": {
        "AlternateTargetGroupArn": "arn:green", "RoleArn": "arn:role", "ProductionListenerRule": reference("rule", "RuleArn")}}]);
    let service = json!({"ServiceName": "s", "Cluster": "c", "TaskDefinition": "t:1", "DesiredCount": 2,
        "DeploymentConfiguration": {"Strategy": "BLUE_GREEN"}, "LoadBalancers": balancer});
    Doc::new()
        .with("rule", "AWS::ElasticLoadBalancingV2::ListenerRule", rule)
        .with("service", "AWS::ECS::Service", service)
}

#[test]
fn traffic_that_ecs_has_shifted_stays_shifted() {
    let doc = platform(rule("/", weighted(100, 0)));
    let mut stage = Stage::with(&doc);
    stage.meddle("rule", "Actions", weighted(0, 100));
    assert!(stage.plan(&doc).is_empty(), "{}", shown(&stage.plan(&doc)));
    // One target group, which ECS turned into a weighted pair.
    let doc = platform(rule(
        "/",
        json!([{"Type": "forward", "TargetGroupArn": "arn:blue"}]),
    ));
    let mut stage = Stage::with(&doc);
    stage.meddle("rule", "Actions", weighted(0, 100));
    assert!(stage.plan(&doc).is_empty(), "{}", shown(&stage.plan(&doc)));
}

#[test]
fn what_the_author_changes_beside_the_weights_still_goes() {
    let mut stage = Stage::with(&platform(rule("/", weighted(100, 0))));
    stage.meddle("rule", "Actions", weighted(0, 100));
    let plan = stage.plan(&platform(rule("/shop", weighted(100, 0))));
    let Some(StepAction::Update { properties, .. }) = plan.steps.first().map(|step| &step.action)
    else {
        panic!("an update: {}", shown(&plan));
    };
    assert_eq!(properties, &["Conditions"]);

    let mut sticky = weighted(100, 0);
    sticky[0]["ForwardConfig"]["TargetGroupStickinessConfig"] =
        json!({"Enabled": true, "DurationSeconds": 60});
    let plan = stage.up(&platform(rule("/", sticky)));
    let Some(StepAction::Update {
        properties, spec, ..
    }) = plan.steps.first().map(|step| &step.action)
    else {
        panic!("an update: {}", shown(&plan));
    };
    assert_eq!(properties, &["Actions"]);
    let forward = &spec.to_value()["Actions"][0]["ForwardConfig"];
    assert_eq!(
        forward["TargetGroups"],
        weighted(0, 100)[0]["ForwardConfig"]["TargetGroups"]
    );
}

#[test]
fn weights_that_the_author_changes_are_not_sent_and_that_is_said() {
    let mut stage = Stage::with(&platform(rule("/", weighted(100, 0))));
    stage.meddle("rule", "Actions", weighted(0, 100));
    let plan = stage.up(&platform(rule("/", weighted(50, 50))));
    assert!(plan.changes.is_empty(), "{}", shown(&plan));
    assert_eq!(
        plan.notes[0].text,
        "`Actions` stays as AWS has it: ECS shifts traffic on behalf of `service`; what is declared counts when the resource is made"
    );
}

#[test]
fn a_rule_that_no_service_names_is_the_authors_alone() {
    let doc = platform(rule("/", weighted(100, 0))).without("service");
    let mut stage = Stage::with(&doc);
    stage.meddle("rule", "Actions", weighted(0, 100));
    assert_eq!(stage.plan(&doc).changes.len(), 1);
}

#[test]
fn a_scalable_target_owns_the_count() {
    let doc = |count: u32| {
        let resource = json!({"$windlass": {"join": ["service/c/", {"$windlass": {"ref": "service", "output": "Name"}}]}});
        let target = json!({"MaxCapacity": 9, "MinCapacity": 1, "ResourceId": resource,
            "ScalableDimension": "ecs:service:DesiredCount", "ServiceNamespace": "ecs"});
        let service = json!({"ServiceName": "s", "Cluster": "c", "TaskDefinition": "t:1", "DesiredCount": count});
        Doc::new()
            .with("service", "AWS::ECS::Service", service)
            .with(
                "target",
                "AWS::ApplicationAutoScaling::ScalableTarget",
                target,
            )
    };
    let mut stage = Stage::with(&doc(2));
    stage.meddle("service", "DesiredCount", json!(7));
    assert!(stage.plan(&doc(2)).is_empty());
    let plan = stage.up(&doc(3));
    assert!(plan.changes.is_empty(), "{}", shown(&plan));
    assert!(
        plan.notes[0].text.contains("on behalf of `target`"),
        "{:?}",
        plan.notes
    );
    // Without the scaler, the author decides about the count again.
    let plan = stage.plan(&doc(3).without("target"));
    assert!(
        plan.changes
            .iter()
            .any(|change| change.address.as_str() == "service")
    );
}
