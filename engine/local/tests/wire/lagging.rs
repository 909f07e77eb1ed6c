//! Eventual consistency by rules, and traffic that moves with the local cloud's clock. Rules and clock belong to the whole gateway, so these tests
//! run one after the other, on the cloud of `instrument`.

use std::time::Duration;

use serde_json::{Value, json};
use windlass_local::{EmbeddedCloud, Rules};

use crate::client::AwsClient;
use crate::network::{ELB, Network, between};

async fn set(cloud: &EmbeddedCloud, rules: Value) {
    let rules = Rules::parse(&rules.to_string()).expect("rules");
    cloud.control().set_rules(&rules).await.expect("set");
}

pub async fn run(cloud: &EmbeddedCloud) {
    new_things_are_hidden(cloud).await;
    hidden_things_are_not_found(cloud).await;
    answers_come_from_before(cloud).await;
    a_call_lands_late(cloud).await;
    an_answer_is_given(cloud).await;
    traffic_moves_with_the_clock(cloud).await;
    set(cloud, json!({})).await;
}

const DESCRIBE_VPCS: &str =
    "Action=DescribeVpcs&Version=2016-11-15&Filter.1.Name=cidr&Filter.1.Value.1=10.9.0.0%2F16";
const CREATE_VPC: &str = "Action=CreateVpc&Version=2016-11-15&CidrBlock=10.9.0.0%2F16";

async fn new_things_are_hidden(cloud: &EmbeddedCloud) {
    let aws = AwsClient::new(cloud.endpoint(), "250000000001");
    let shows = async || {
        aws.query("ec2", DESCRIBE_VPCS)
            .await
            .expect("an answer")
            .text
            .contains("10.9.0.0/16")
    };
    set(
        cloud,
        json!({"rules": [
            {"match": {"operation": "CreateVpc"}, "effect": {"kind": "lose_reply"}},
            {"match": {"operation": "CreateVpc"}, "effect": {"kind": "hide", "answers": 2}},
        ]}),
    )
    .await;
    assert!(
        aws.query("ec2", CREATE_VPC).await.is_none(),
        "its reply is lost"
    );
    assert_eq!(
        [shows().await, shows().await, shows().await],
        [false, false, true]
    );
    set(cloud, json!({"rules": [{"match": {"operation": "CreateVpc"}, "effect": {"kind": "hide", "ms": 60_000}}]})).await;
    let other = AwsClient::new(cloud.endpoint(), "250000000002");
    let shows = async || {
        other
            .query("ec2", DESCRIBE_VPCS)
            .await
            .expect("an answer")
            .text
            .contains("10.9.0.0/16")
    };
    other.query("ec2", CREATE_VPC).await.expect("an answer");
    assert!(!shows().await);
    cloud
        .control()
        .forward(Duration::from_secs(59))
        .await
        .expect("moved");
    assert!(!shows().await);
    cloud
        .control()
        .forward(Duration::from_secs(1))
        .await
        .expect("moved");
    assert!(shows().await);
}

/// The refusals have the service's own texts, in XML and in JSON. Calls that refer to a hidden resource are refused where the rule says so.
async fn hidden_things_are_not_found(cloud: &EmbeddedCloud) {
    let network = Network::make(cloud.endpoint(), "250000000003", 1).await;
    set(cloud, json!({"rules": [{"match": {"operation": "CreateSecurityGroup|CreateRole|CreateCluster"}, "effect": {"kind": "hide", "answers": 2, "from": "*"}}]})).await;
    let group = network.group("late").await;
    let permission = format!(
        "Action=AuthorizeSecurityGroupIngress&GroupId={group}&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort=1&IpPermissions.1.ToPort=1&IpPermissions.1.IpRanges.1.CidrIp=10.0.0.0%2F8"
    );
    let (code, message) = network.refused("ec2", &permission).await;
    assert_eq!(code, "InvalidGroup.NotFound");
    assert!(message.contains(&group), "{message}");
    network.refused("ec2", &permission).await;
    network.ok("ec2", &permission).await;
    let aws = &network.aws;
    let role = async || {
        let form = "Action=GetRole&RoleName=deploy&Version=2010-05-08";
        aws.query("iam", form).await.expect("an answer").text
    };
    let create =
        "Action=CreateRole&RoleName=deploy&AssumeRolePolicyDocument=%7B%7D&Version=2010-05-08";
    assert!(
        aws.query("iam", create)
            .await
            .expect("an answer")
            .status
            .is_success()
    );
    let hidden = role().await;
    assert!(
        hidden.contains("NoSuchEntity") && hidden.contains("deploy"),
        "{hidden}"
    );
    role().await;
    assert!(role().await.contains("<RoleName>deploy</RoleName>"));
    let cluster = async || {
        aws.ecs("DescribeClusters", json!({"clusters": ["late"]}))
            .await
            .ok()
    };
    aws.ecs("CreateCluster", json!({"clusterName": "late"}))
        .await
        .ok();
    assert_eq!(cluster().await["clusters"], json!([]));
    assert_eq!(cluster().await["clusters"], json!([]));
    assert_eq!(cluster().await["clusters"][0]["clusterName"], "late");
}

async fn answers_come_from_before(cloud: &EmbeddedCloud) {
    let aws = AwsClient::new(cloud.endpoint(), "250000000004");
    set(cloud, json!({"rules": [{"match": {"operation": "DescribeServices"}, "effect": {"kind": "stale", "after": "UpdateService", "answers": 1}}]})).await;
    aws.ecs("CreateCluster", json!({"clusterName": "c"}))
        .await
        .ok();
    let definition =
        json!({"family": "a", "containerDefinitions": [{"name": "a", "image": "a", "memory": 8}]});
    aws.ecs("RegisterTaskDefinition", definition).await.ok();
    for name in ["one", "two"] {
        let service =
            json!({"cluster": "c", "serviceName": name, "taskDefinition": "a", "desiredCount": 0});
        aws.ecs("CreateService", service).await.ok();
    }
    let desired = async |names: &[&str]| {
        let services = json!({"cluster": "c", "services": names});
        aws.ecs("DescribeServices", services).await.ok()["services"][0]["desiredCount"].clone()
    };
    assert_eq!(desired(&["one", "two"]).await, 0);
    aws.ecs(
        "UpdateService",
        json!({"cluster": "c", "service": "one", "desiredCount": 1}),
    )
    .await
    .ok();
    assert_eq!(desired(&["one"]).await, 0, "from before");
    assert_eq!(desired(&["one"]).await, 1);
}

async fn a_call_lands_late(cloud: &EmbeddedCloud) {
    let aws = AwsClient::new(cloud.endpoint(), "250000000005");
    set(cloud, json!({"rules": [{"name": "late", "match": {"operation": "CreateVpc"}, "effect": {"kind": "delay", "ms": 700}}]})).await;
    let shows = async || {
        aws.query("ec2", DESCRIBE_VPCS)
            .await
            .expect("an answer")
            .text
            .contains("10.9.0.0/16")
    };
    assert!(
        aws.query("ec2", CREATE_VPC).await.is_none(),
        "nobody is told"
    );
    assert!(!shows().await, "what is asked meanwhile is served first");
    let begun = std::time::Instant::now();
    while !shows().await {
        assert!(begun.elapsed() < Duration::from_secs(10), "it never lands");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // The gateway records a call once it has ended, a moment after its effect shows.
    let late = loop {
        let calls = cloud.control().calls().await.expect("calls");
        let mut log = calls.log.into_iter();
        match log.find(|call| call.rule.as_deref() == Some("late")) {
            Some(late) => break late,
            None => assert!(
                begun.elapsed() < Duration::from_secs(10),
                "it is never recorded"
            ),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(
        late.milliseconds >= 700.0 && late.status.is_none(),
        "{late:?}"
    );
}

async fn an_answer_is_given(cloud: &EmbeddedCloud) {
    let aws = AwsClient::new(cloud.endpoint(), "250000000006");
    let empty = "<DescribeSecurityGroupRulesResponse><securityGroupRuleSet/></DescribeSecurityGroupRulesResponse>";
    set(cloud, json!({"rules": [
        {"match": {"operation": "DescribeSecurityGroupRules", "nth": [1]}, "effect": {"kind": "answer", "body": empty}},
        {"match": {"operation": "ListClusters"}, "effect": {"kind": "answer", "status": 200, "body": {"clusterArns": ["a"]}}},
    ]})).await;
    let rules = async || {
        let form = "Action=DescribeSecurityGroupRules&Version=2016-11-15";
        aws.query("ec2", form).await.expect("an answer").text
    };
    assert_eq!(rules().await, empty);
    assert_ne!(rules().await, empty);
    assert_eq!(
        aws.ecs("ListClusters", json!({})).await.ok()["clusterArns"],
        json!(["a"])
    );
}

/// A canary: traffic moves only with the clock that the test controls.
async fn traffic_moves_with_the_clock(cloud: &EmbeddedCloud) {
    let network = Network::make(cloud.endpoint(), "250000000007", 1).await;
    let aws = &network.aws;
    set(
        cloud,
        json!({"ecs": {"step_ms": 60_000, "minute_ms": 600_000}}),
    )
    .await;
    let forward = async |steps: u64| {
        cloud
            .control()
            .forward(Duration::from_secs(60 * steps))
            .await
            .expect("moved");
    };
    let balancer = network.balancer("web", "").await;
    let (blue, green) = (
        network.target_group("blue").await,
        network.target_group("green").await,
    );
    let listener = network.listener(&balancer, 80, &blue).await;
    let rule = format!(
        "Action=CreateRule&ListenerArn={listener}&Priority=1&Conditions.member.1.Field=path-pattern&Conditions.member.1.Values.member.1=%2F&Actions.member.1.Type=forward&Actions.member.1.TargetGroupArn={blue}"
    );
    let rule = network.made(ELB, &rule, "RuleArn").await;
    // Weights of blue and green. None while the rule forwards to one group.
    let weights = async || {
        let shown = network
            .ok(
                ELB,
                &format!("Action=DescribeRules&RuleArns.member.1={rule}"),
            )
            .await;
        let weight = |group: &str| {
            let entry = format!("<TargetGroupArn>{group}</TargetGroupArn>");
            let forward = shown
                .split_once("<ForwardConfig>")
                .map_or("", |(_, rest)| rest);
            let mut members = forward
                .split("<member>")
                .filter(|member| member.contains(&entry));
            members.next().map(|member| between(member, "Weight"))
        };
        (weight(&blue), weight(&green))
    };
    let at = |blue: u8, green: u8| (Some(blue.to_string()), Some(green.to_string()));
    aws.ecs("CreateCluster", json!({"clusterName": "c"}))
        .await
        .ok();
    let register = json!({"family": "web", "networkMode": "bridge", "containerDefinitions": [{"name": "app", "image": "web", "memory": 8, "portMappings": [{"containerPort": 80}]}]});
    aws.ecs("RegisterTaskDefinition", register.clone())
        .await
        .ok();
    let advanced = json!({"alternateTargetGroupArn": green, "productionListenerRule": rule, "roleArn": "arn:aws:iam::250000000007:role/ecs"});
    let service = json!({
        "cluster": "c", "serviceName": "web", "taskDefinition": "web", "desiredCount": 2,
        "loadBalancers": [{"targetGroupArn": blue, "containerName": "app", "containerPort": 80, "advancedConfiguration": advanced}],
        "deploymentConfiguration": {"strategy": "CANARY", "bakeTimeInMinutes": 1, "canaryConfiguration": {"canaryPercent": 10.0, "canaryBakeTimeInMinutes": 1}},
    });
    aws.ecs("CreateService", service).await.ok();
    forward(4).await;
    assert_eq!(
        weights().await,
        at(90, 10),
        "the first deployment shifts, too"
    );
    forward(10).await;
    assert_eq!(weights().await, at(0, 100));
    forward(20).await;
    let state = async || {
        let services = json!({"cluster": "c", "services": ["web"]});
        let service = aws.ecs("DescribeServices", services).await.ok()["services"][0].take();
        (
            service["deployments"][0]["rolloutState"].clone(),
            service["runningCount"].clone(),
        )
    };
    assert_eq!(state().await, (json!("COMPLETED"), json!(2)));
    aws.ecs(
        "UpdateService",
        json!({"cluster": "c", "service": "web", "forceNewDeployment": true}),
    )
    .await
    .ok();
    assert_eq!(weights().await, at(0, 100));
    forward(4).await;
    assert_eq!(
        state().await,
        (json!("IN_PROGRESS"), json!(4)),
        "both revisions run"
    );
    assert_eq!(weights().await, at(10, 90), "the roles have swapped");
    let deployments = aws
        .ecs(
            "ListServiceDeployments",
            json!({"cluster": "c", "service": "web"}),
        )
        .await
        .ok();
    let stop = json!({"serviceDeploymentArn": deployments["serviceDeployments"][0]["serviceDeploymentArn"], "stopType": "ROLLBACK"});
    aws.ecs("StopServiceDeployment", stop).await.ok();
    assert_eq!(
        weights().await,
        at(0, 100),
        "a rollback gives all traffic back"
    );
    forward(20).await;
    assert_eq!(state().await, (json!("COMPLETED"), json!(2)));
}
