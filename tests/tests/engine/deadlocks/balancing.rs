//! Load balancing: target groups in use, and values that only one rule or listener can have.

use serde_json::{Value, json};
use windlass_plan::plan::StepAction;
use windlass_tests::cloud::{Program, reference};

use super::{
    BALANCER, GROUP, LISTENER, Real, SERVICE, TARGETS, goes, group, id, network, service, tasks,
    vpc,
};

const RULE: &str = "AWS::ElasticLoadBalancingV2::ListenerRule";

/// A load balancer that answers everything with 404.
fn balanced() -> Program {
    let subnets = ["a", "b"].map(|at| reference(at, "SubnetId"));
    let nothing = json!([{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]);
    network()
        .add("front", GROUP, group("front"))
        .add(
            "balancer",
            BALANCER,
            json!({"Type": "application", "Subnets": subnets, "SecurityGroups": [id("front")]}),
        )
        .add("listener", LISTENER, listener(80, nothing))
}

fn listener(port: u32, actions: Value) -> Value {
    json!({
        "LoadBalancerArn": reference("balancer", "LoadBalancerArn"), "Port": port, "Protocol": "HTTP", "DefaultActions": actions,
    })
}

fn targets(port: u32) -> Value {
    json!({"TargetType": "ip", "VpcId": vpc(), "Protocol": "HTTP", "Port": port})
}

fn forward(targets: &str) -> Value {
    json!([{"Type": "forward", "TargetGroupArn": reference(targets, "TargetGroupArn")}])
}

fn rule(priority: u32, targets: &str) -> Value {
    json!({
        "ListenerArn": reference("listener", "ListenerArn"), "Priority": priority, "Actions": forward(targets),
        "Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": [format!("/{targets}/*")]}}],
    })
}

#[tokio::test]
async fn a_target_group_of_a_rule_and_a_service_is_replaced() {
    let mut spec = service(&["a"], &["front"]);
    spec["LoadBalancers"] = json!([{
        "ContainerName": "app", "ContainerPort": 80, "TargetGroupArn": reference("web", "TargetGroupArn"),
    }]);
    let before = tasks(balanced())
        .add("web", TARGETS, targets(80))
        .add("web-rule", RULE, rule(10, "web"))
        .add("service", SERVICE, spec);
    let after = before.clone().add("web", TARGETS, targets(8080));
    let (universe, _) = goes(&before, Some(&after)).await;
    let log = universe.cloud.log();
    assert_eq!(
        log[log.len() - 4..],
        [
            "create web",
            "update web-rule",
            "update service",
            "delete web"
        ]
    );
    goes(&before, None).await;
}

#[tokio::test]
async fn a_target_group_that_a_listener_turns_away_from() {
    let program = |name: &str| {
        balanced().add(name, TARGETS, targets(80)).add(
            "listener",
            LISTENER,
            listener(80, forward(name)),
        )
    };
    goes(&program("old"), Some(&program("new"))).await;
}

/// Rules with these priorities, each with its own targets.
fn ruled(priorities: &[(&str, u32)]) -> Program {
    let names = ["one", "two", "three"];
    let program = names.into_iter().fold(balanced(), |program, name| {
        program.add(name, TARGETS, targets(80))
    });
    priorities
        .iter()
        .fold(program, |program, (name, priority)| {
            program.add(&format!("{name}-rule"), RULE, rule(*priority, name))
        })
}

/// For each update that changes partners in the same call, the number of its partners.
fn exchanges(plan: &windlass_plan::plan::Plan) -> Vec<usize> {
    let partners = plan.steps.iter().filter_map(|step| match &step.action {
        StepAction::Update { partners, .. } => Some(partners.len()),
        _ => None,
    });
    partners.filter(|count| *count > 0).collect()
}

#[tokio::test]
async fn two_listener_rules_swap_their_priorities() {
    let before = ruled(&[("one", 10), ("two", 20)]);
    let after = ruled(&[("one", 20), ("two", 10)]);
    let (_, ran) = goes(&before, Some(&after)).await;
    assert_eq!(exchanges(&ran.plan), [1]);
}

#[tokio::test]
async fn three_listener_rules_take_turns() {
    let before = ruled(&[("one", 10), ("two", 20), ("three", 30)]);
    let after = ruled(&[("one", 20), ("two", 30), ("three", 10)]);
    let (_, ran) = goes(&before, Some(&after)).await;
    assert_eq!(exchanges(&ran.plan), [2]);
}

#[tokio::test]
async fn listener_rules_move_up_one_after_the_other() {
    let before = ruled(&[("one", 10), ("two", 20), ("three", 30)]);
    let after = ruled(&[("one", 5), ("two", 10), ("three", 20)]);
    let (universe, ran) = goes(&before, Some(&after)).await;
    assert_eq!(exchanges(&ran.plan), [0; 0]);
    let log = universe.cloud.log();
    assert_eq!(
        log[log.len() - 3..],
        ["update one-rule", "update two-rule", "update three-rule"]
    );
}

#[tokio::test]
async fn a_listener_rule_takes_the_priority_of_one_that_goes() {
    let before = ruled(&[("one", 10), ("two", 20)]);
    // A rule that stays takes the priority of one that goes, and a new rule takes the priority of the one that stays.
    let after = ruled(&[("two", 10), ("three", 20)]);
    goes(&before, Some(&after)).await;
}

#[tokio::test]
async fn a_listener_takes_the_port_of_one_that_goes() {
    let before = balanced();
    let nothing = json!([{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}]);
    let after = before
        .clone()
        .without("listener")
        .add("entrance", LISTENER, listener(80, nothing));
    goes(&before, Some(&after)).await;
}
