//! Resources that serve one owner at a time, and properties that AWS changes only after those of their users.

use serde_json::{Value, json};
use windlass_engine::interrupt::Interrupt;
use windlass_plan::plan::StepAction;
use windlass_tests::cloud::{Program, Universe, parse, reference, refused};

use super::{
    BALANCER, CLUSTER, GROUP, LISTENER, Real, SERVICE, TARGETS, goes, group, network, service,
    tasks, vpc,
};

const RULE: &str = "AWS::ElasticLoadBalancingV2::ListenerRule";
const SCALING_GROUP: &str = "AWS::AutoScaling::AutoScalingGroup";
const PROVIDER: &str = "AWS::ECS::CapacityProvider";

fn forward(targets: &str) -> Value {
    json!([{"Type": "forward", "TargetGroupArn": reference(targets, "TargetGroupArn")}])
}

fn page() -> Value {
    json!([{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}])
}

fn balancer(kind: &str, scheme: &str) -> Value {
    let subnets = ["a", "b"].map(|at| reference(at, "SubnetId"));
    json!({"Type": kind, "Scheme": scheme, "Subnets": subnets})
}

fn listener(balancer: &str, protocol: &str, actions: Value) -> Value {
    json!({
        "LoadBalancerArn": reference(balancer, "LoadBalancerArn"), "Port": 80, "Protocol": protocol,
        "DefaultActions": actions,
    })
}

fn targets(protocol: &str) -> Value {
    json!({"TargetType": "ip", "Protocol": protocol, "Port": 80, "VpcId": vpc()})
}

fn rule(listener: &str, actions: Value) -> Value {
    json!({
        "ListenerArn": reference(listener, "ListenerArn"), "Priority": 10, "Actions": actions,
        "Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/app"]}}],
    })
}

fn balanced(mut spec: Value) -> Value {
    spec["LoadBalancers"] = json!([{
        "ContainerName": "app", "ContainerPort": 80, "TargetGroupArn": reference("targets", "TargetGroupArn"),
    }]);
    spec
}

/// A service behind a listener of a load balancer: cases.md S6.
fn behind(load_balancer: Value, protocol: &str) -> Program {
    tasks(network())
        .add("web", GROUP, group("web"))
        .add("balancer", BALANCER, load_balancer)
        .add("targets", TARGETS, targets(protocol))
        .add(
            "listener",
            LISTENER,
            listener("balancer", protocol, forward("targets")),
        )
        .add("service", SERVICE, balanced(service(&["a"], &["web"])))
}

#[tokio::test]
async fn a_load_balancer_with_another_scheme_takes_its_target_group_along() {
    let scheme = |scheme: &str| behind(balancer("application", scheme), "HTTP");
    goes(&scheme("internet-facing"), Some(&scheme("internal"))).await;
}

#[tokio::test]
async fn a_network_load_balancer_gets_its_first_security_group() {
    let without = balancer("network", "internal");
    let mut with = without.clone();
    with["SecurityGroups"] = json!([reference("web", "GroupId")]);
    goes(
        &behind(without.clone(), "TCP"),
        Some(&behind(with.clone(), "TCP")),
    )
    .await;
    goes(&behind(with, "TCP"), Some(&behind(without, "TCP"))).await;
}

#[tokio::test]
async fn a_rule_moves_to_another_load_balancer_with_its_target_group() {
    let on = |owner: &str| {
        let mut program = tasks(network()).add("web", GROUP, group("web"));
        for at in ["one", "two"] {
            let listener_at = format!("{at}-listener");
            program = program
                .add(at, BALANCER, balancer("application", "internal"))
                .add(&listener_at, LISTENER, listener(at, "HTTP", page()));
        }
        program
            .add("targets", TARGETS, targets("HTTP"))
            .add(
                "rule",
                RULE,
                rule(&format!("{owner}-listener"), forward("targets")),
            )
            .add("service", SERVICE, balanced(service(&["a"], &["web"])))
    };
    goes(&on("one"), Some(&on("two"))).await;
}

#[tokio::test]
async fn a_target_group_goes_from_one_listener_to_that_of_another_load_balancer() {
    let on = |one: Value, two: Value| {
        network()
            .add("one", BALANCER, balancer("application", "internal"))
            .add("two", BALANCER, balancer("application", "internal"))
            .add("targets", TARGETS, targets("HTTP"))
            .add("one-listener", LISTENER, listener("one", "HTTP", one))
            .add("two-listener", LISTENER, listener("two", "HTTP", two))
    };
    let before = on(page(), forward("targets"));
    let after = on(forward("targets"), page());
    goes(&before, Some(&after)).await;
}

#[tokio::test]
async fn a_capacity_provider_with_another_name_takes_its_group_along() {
    let named = |name: &str| {
        let template = reference("template", "LaunchTemplateId");
        let version = reference("template", "LatestVersionNumber");
        let group = json!({
            "MinSize": "0", "MaxSize": "2", "VPCZoneIdentifier": [reference("a", "SubnetId")],
            "LaunchTemplate": {"LaunchTemplateId": template, "Version": version},
        });
        let over = reference("group", "AutoScalingGroupARN");
        network()
            .add(
                "template",
                "AWS::EC2::LaunchTemplate",
                json!({"LaunchTemplateData": {"InstanceType": "m7g.large", "ImageId": "ami-0a1"}}),
            )
            .add("group", SCALING_GROUP, group)
            .add(
                "provider",
                PROVIDER,
                json!({"Name": name, "AutoScalingGroupProvider": {"AutoScalingGroupArn": over}}),
            )
    };
    let (_, ran) = goes(&named("old"), Some(&named("new"))).await;
    let group = ran
        .plan
        .changes
        .iter()
        .find(|change| change.address == parse("group"));
    assert_eq!(group.expect("it follows").verdict.word(), "replace");
}

#[tokio::test]
async fn a_service_connect_name_is_given_up_before_it_is_taken() {
    let in_cluster = |cluster: &str| {
        let mut spec = service(&["a"], &["web"]);
        spec["Cluster"] = reference(cluster, "ClusterName");
        spec["ServiceConnectConfiguration"] = json!({
            "Enabled": true, "Namespace": "arn:aws:servicediscovery:us-east-1:123456789012:namespace/ns-0a1",
            "Services": [{"PortName": "http", "DiscoveryName": "app"}],
        });
        tasks(network())
            .add("web", GROUP, group("web"))
            .add("other", CLUSTER, json!({"ClusterName": "other"}))
            .add("service", SERVICE, spec)
    };
    goes(&in_cluster("cluster"), Some(&in_cluster("other"))).await;
}

/// cases.md F10: one edit switches both on, another switches both off.
fn sticky(on: bool) -> Program {
    let shares = ["targets", "others"].map(
        |targets| json!({"TargetGroupArn": reference(targets, "TargetGroupArn"), "Weight": 1}),
    );
    let mut config = json!({"TargetGroups": shares});
    let mut sticky = targets("HTTP");
    if on {
        config["TargetGroupStickinessConfig"] = json!({"Enabled": true, "DurationSeconds": 60});
        sticky["TargetGroupAttributes"] = json!([{"Key": "stickiness.enabled", "Value": "true"}]);
    }
    let actions = json!([{"Type": "forward", "ForwardConfig": config}]);
    network()
        .add("balancer", BALANCER, balancer("application", "internal"))
        .add("targets", TARGETS, sticky)
        .add("others", TARGETS, targets("HTTP"))
        .add("listener", LISTENER, listener("balancer", "HTTP", page()))
        .add("rule", RULE, rule("listener", actions))
}

#[tokio::test]
async fn rules_become_sticky_before_their_targets_and_the_other_way_round() {
    for (before, after, first) in [(false, true, "rule"), (true, false, "targets")] {
        let (_, ran) = goes(&sticky(before), Some(&sticky(after))).await;
        let mut updates = ran.plan.steps.iter();
        let update = updates.find(|step| matches!(step.action, StepAction::Update { .. }));
        assert_eq!(update.expect("both change").address, parse(first));
    }
}

/// cases.md F17: a dependant that has vanished in AWS, and a service that is replaced with delete-first.
#[tokio::test]
async fn what_has_vanished_does_not_stand_against_the_order() {
    let named = |strategy: &str| {
        let mut spec = service(&["a"], &["web"]);
        spec["ServiceName"] = json!("app");
        spec["SchedulingStrategy"] = json!(strategy);
        let resource = json!({"$windlass": {"join": ["service/", reference("cluster", "ClusterName"), "/", reference("service", "Name")]}});
        let target = json!({
            "ResourceId": resource, "ScalableDimension": "ecs:service:DesiredCount",
            "ServiceNamespace": "ecs", "MinCapacity": 1, "MaxCapacity": 2,
        });
        tasks(network())
            .add("web", GROUP, group("web"))
            .add("service", SERVICE, spec)
            .add(
                "target",
                "AWS::ApplicationAutoScaling::ScalableTarget",
                target,
            )
            .add(
                "policy",
                "AWS::ApplicationAutoScaling::ScalingPolicy",
                json!({
                    "PolicyName": "cpu", "PolicyType": "TargetTrackingScaling", "ScalingTargetId": reference("target", "Id"),
                    "TargetTrackingScalingPolicyConfiguration": {
                        "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}, "TargetValue": 50.0,
                    },
                }),
            )
    };
    let universe = Universe::default();
    assert_eq!(refused(&universe.up(&named("REPLICA")).await), [""; 0]);
    // AWS deletes the policy together with its target.
    for at in ["target", "policy"] {
        let id = universe.cloud.world().at(at).map(|(id, _)| id.clone());
        let id = id.expect("it is there");
        universe.cloud.world().objects.remove(&id);
    }
    let order = Some(windlass::schema::ReplaceOrder::DeleteFirst);
    let options = windlass::document::Options {
        replace: order,
        ..Default::default()
    };
    let program = named("REPLICA");
    let spec = program.document().resources[&parse("service")]
        .spec
        .to_value();
    let program = program.with_options("service", SERVICE, spec, options);
    let replace = [parse("service")];
    let ran = universe
        .run_replacing(Some(&program), &replace, Interrupt::never())
        .await;
    assert_eq!(refused(&ran.expect("an order")), [""; 0]);
    assert!(universe.preview(&program).await.is_empty());
    universe.assert_nothing_lost();
}
