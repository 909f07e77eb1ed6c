//! The gateway's instrument (record of calls, rules) and its proxy, over the network, with a real moto behind them.

use std::time::{Duration, Instant};

use crate::client::AwsClient;
use bytes::Bytes;
use http_body_util::Full;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use windlass_local::{EmbeddedCloud, Home, Rules};

/// The rules and the record belong to the whole gateway, so this test has its own cloud and runs its parts one after the other.
#[tokio::test]
async fn the_instrument() {
    let cloud = EmbeddedCloud::start(Home::from_environment().expect("home")).expect("cloud");
    calls_are_counted(&cloud).await;
    rules_spoil_calls(&cloud).await;
    throttles_have_the_form_of_their_service(&cloud).await;
    replies_are_lost_after_the_effect(&cloud).await;
    what_has_arrived_is_carried_out(&cloud).await;
    calls_are_held(&cloud).await;
    large_bodies_pass(&cloud).await;
    answers_come_in_one_piece(&cloud).await;
    calls_take_turns(&cloud).await;
    gaps_are_closed(&cloud).await;
    sessions_belong_to_their_account(&cloud).await;
    the_gateway_adds_little(&cloud).await;
    commands_need_their_header(&cloud).await;
    the_scale_of_visibility_windows_is_told(&cloud).await;
    crate::lagging::run(&cloud).await;
    a_reset_begins_another_world(&cloud).await;
}

async fn set(cloud: &EmbeddedCloud, rules: &str) {
    let rules = Rules::parse(rules).expect("rules");
    cloud.control().set_rules(&rules).await.expect("set");
}

const DESCRIBE_VPCS: &str = "Action=DescribeVpcs&Version=2016-11-15";
const CREATE_VPC: &str = "Action=CreateVpc&Version=2016-11-15&CidrBlock=10.0.0.0%2F16";

async fn calls_are_counted(cloud: &EmbeddedCloud) {
    cloud.control().take_calls().await.expect("calls");
    let aws = AwsClient::new(cloud.endpoint(), "200000000001");
    aws.query("ec2", CREATE_VPC).await.expect("answer");
    aws.query("ec2", DESCRIBE_VPCS).await.expect("answer");
    aws.ecs("ListClusters", json!({})).await.ok();
    let calls = cloud.control().take_calls().await.expect("calls");
    assert_eq!(calls.total, 3);
    assert_eq!(calls.operations["ec2:CreateVpc"], 1);
    assert_eq!(calls.operations["ecs:ListClusters"], 1);
    let first = &calls.log[0];
    assert_eq!(
        (first.account.as_str(), first.region.as_str(), first.status),
        ("200000000001", "us-east-1", Some(200))
    );
    assert_eq!(first.request_bytes, CREATE_VPC.len() as u64);
    assert!(
        first.response_bytes > 100 && first.milliseconds > 0.0,
        "{first:?}"
    );
    assert_eq!(cloud.control().calls().await.expect("calls").total, 0);
    let other = AwsClient::new(cloud.endpoint(), "200000000002")
        .query("ec2", DESCRIBE_VPCS)
        .await
        .expect("answer");
    assert!(
        !other.text.contains("10.0.0.0/16"),
        "each account has its own world"
    );
}

async fn rules_spoil_calls(cloud: &EmbeddedCloud) {
    let aws = AwsClient::new(cloud.endpoint(), "200000000003");
    set(
        cloud,
        r#"{"rules": [
            {"match": {"operation": "DescribeVpcs", "nth": [1]}, "effect": {"kind": "latency", "ms": 300}},
            {"match": {"operation": "DescribeVpcs", "nth": [2]}, "effect": {"kind": "cut", "when": "before"}},
            {"match": {"operation": "DescribeVpcs", "nth": [3]}, "effect": {"kind": "cut", "when": "after"}},
            {"match": {"operation": "DescribeVpcs", "nth": [4]}, "effect": {"kind": "fail", "status": 500, "code": "InternalError"}},
            {"match": {"operation": "DescribeVpcs", "nth": [5]}, "effect": {"kind": "access_denied"}},
            {"name": "not ours", "match": {"account": "999*"}, "effect": {"kind": "throttle"}}]}"#,
    )
    .await;
    let started = Instant::now();
    assert!(
        aws.query("ec2", DESCRIBE_VPCS)
            .await
            .expect("answer")
            .status
            .is_success()
    );
    assert!(started.elapsed() >= Duration::from_millis(300));
    assert!(
        aws.query("ec2", DESCRIBE_VPCS).await.is_none(),
        "cut before"
    );
    assert!(aws.query("ec2", DESCRIBE_VPCS).await.is_none(), "cut after");
    let failed = aws.query("ec2", DESCRIBE_VPCS).await.expect("answer");
    assert_eq!(failed.status, 500);
    assert!(
        failed
            .text
            .contains("<Response><Errors><Error><Code>InternalError</Code>"),
        "{}",
        failed.text
    );
    assert_eq!(
        aws.query("ec2", DESCRIBE_VPCS)
            .await
            .expect("answer")
            .status,
        403
    );
    assert!(
        aws.query("ec2", DESCRIBE_VPCS)
            .await
            .expect("answer")
            .status
            .is_success()
    );
    let calls = cloud.control().take_calls().await.expect("calls");
    let log: Vec<_> = calls
        .log
        .iter()
        .filter(|call| call.account == "200000000003")
        .collect();
    assert_eq!(log[1].status, None);
    assert_eq!(log[3].rule.as_deref(), Some("rule 4"));
    assert_eq!(log[5].rule, None);
}

async fn throttles_have_the_form_of_their_service(cloud: &EmbeddedCloud) {
    let aws = AwsClient::new(cloud.endpoint(), "200000000004");
    set(cloud, r#"{"rules": [{"effect": {"kind": "rate_limit", "per_second": 0.1, "burst": 1, "per": "service"}}]}"#).await;
    for service in ["ec2", "iam", "ecs"] {
        let call = async || match service {
            "ec2" => aws.query("ec2", DESCRIBE_VPCS).await.expect("answer"),
            "iam" => aws
                .query("iam", "Action=ListInstanceProfiles&Version=2010-05-08")
                .await
                .expect("answer"),
            _ => aws.ecs("ListClusters", json!({})).await,
        };
        assert!(
            call().await.status.is_success(),
            "{service}: the first finds a token"
        );
        let throttled = call().await;
        let (status, code) = match service {
            "ec2" => (503, "<Code>RequestLimitExceeded</Code>"),
            "iam" => (400, "<Code>Throttling</Code>"),
            _ => (400, r#""__type":"ThrottlingException""#),
        };
        assert_eq!(throttled.status, status, "{service}");
        assert!(
            throttled.text.contains(code),
            "{service}: {}",
            throttled.text
        );
    }
}

async fn replies_are_lost_after_the_effect(cloud: &EmbeddedCloud) {
    let aws = AwsClient::new(cloud.endpoint(), "200000000005");
    set(
        cloud,
        r#"{"rules": [{"match": {"operation": "CreateVpc"}, "effect": {"kind": "lose_reply"}}]}"#,
    )
    .await;
    assert!(aws.query("ec2", CREATE_VPC).await.is_none());
    let there = aws.query("ec2", DESCRIBE_VPCS).await.expect("answer");
    assert!(there.text.contains("10.0.0.0/16"), "{}", there.text);
    set(cloud, r#"{"rules": [{"match": {"operation": "CreateCluster"}, "effect": {"kind": "fail", "status": 503, "code": "ServerException", "after_effect": true}}]}"#).await;
    let failed = aws
        .ecs("CreateCluster", json!({"clusterName": "made"}))
        .await;
    assert_eq!(failed.status, 503);
    let made = aws.ecs("ListClusters", json!({})).await.ok();
    assert_eq!(made["clusterArns"].as_array().map(Vec::len), Some(1));
    set(cloud, "{}").await;
}

async fn what_has_arrived_is_carried_out(cloud: &EmbeddedCloud) {
    let aws = AwsClient::new(cloud.endpoint(), "200000000011");
    aws.ecs("CreateCluster", json!({"clusterName": "left"}))
        .await
        .ok();
    set(cloud, r#"{"rules": [{"match": {"operation": "DeleteCluster"}, "effect": {"kind": "latency", "ms": 4000}}]}"#).await;
    let delete = aws.ecs("DeleteCluster", json!({"cluster": "left"}));
    // Long enough for the call to arrive, even on a busy machine.
    let hung_up = tokio::time::timeout(Duration::from_secs(3), delete).await;
    assert!(hung_up.is_err());
    // No caller sees the world from before the call.
    let listed = aws.ecs("ListClusters", json!({})).await.ok();
    assert_eq!(listed["clusterArns"], json!([]));
    set(cloud, "{}").await;
}

async fn calls_are_held(cloud: &EmbeddedCloud) {
    let aws = AwsClient::new(cloud.endpoint(), "200000000012");
    let held = async || {
        let path = format!("{}/_windlass/held", cloud.endpoint());
        let request = http::Request::get(path).body(Full::default());
        let answer = aws.send(request.expect("a request")).await;
        answer.expect("answer").ok()
    };
    let is_made = async || {
        let answer = aws.query("ec2", DESCRIBE_VPCS).await.expect("answer");
        answer.text.contains("10.0.0.0/16")
    };
    for (when, made) in [("before", false), ("after", true)] {
        let rule = json!({"name": "stop", "match": {"operation": "CreateVpc"}, "effect": {"kind": "hold", "when": when}});
        set(cloud, &json!({"rules": [rule]}).to_string()).await;
        let outcome = async {
            let begun = Instant::now();
            while held().await == json!([]) {
                assert!(begun.elapsed() < Duration::from_secs(10), "nothing is held");
            }
            let expected =
                json!([{"rule": "stop", "operation": "ec2:CreateVpc", "account": "200000000012"}]);
            assert_eq!(held().await, expected);
            assert_eq!(is_made().await, made, "held {when} its effect");
            set(cloud, "{}").await;
        };
        let (answer, ()) = tokio::join!(aws.query("ec2", CREATE_VPC), outcome);
        assert_eq!(answer.is_some(), made, "held {when} its effect");
        assert_eq!(held().await, json!([]));
    }
}

async fn large_bodies_pass(cloud: &EmbeddedCloud) {
    let aws = AwsClient::new(cloud.endpoint(), "200000000006");
    let large = Bytes::from(vec![b'x'; 8 * 1024 * 1024]);
    assert!(
        aws.send(aws.put_object("/bucket", Bytes::new()))
            .await
            .expect("answer")
            .status
            .is_success()
    );
    assert!(
        aws.send(aws.put_object("/bucket/key", large.clone()))
            .await
            .expect("answer")
            .status
            .is_success()
    );
    let back = aws
        .send(aws.get_object("/bucket/key"))
        .await
        .expect("answer");
    assert_eq!(back.text.len(), large.len());
    let calls = cloud.control().calls().await.expect("calls");
    let put = calls
        .log
        .iter()
        .find(|call| call.operation == "PutObject")
        .expect("recorded");
    assert_eq!(put.request_bytes, large.len() as u64);
}

/// Terraform sometimes drops a connection if the body of an answer arrives after its head.
async fn answers_come_in_one_piece(cloud: &EmbeddedCloud) {
    let address = cloud
        .endpoint()
        .strip_prefix("http://")
        .expect("plain HTTP");
    let mut gateway = tokio::net::TcpStream::connect(address)
        .await
        .expect("there");
    let scope = "AWS4-HMAC-SHA256 Credential=200000000013/20260101/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=0";
    let request = format!(
        "POST / HTTP/1.1\r\nhost: {address}\r\nauthorization: {scope}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\n\r\n{DESCRIBE_VPCS}",
        DESCRIBE_VPCS.len()
    );
    for _ in 0..20 {
        gateway.write_all(request.as_bytes()).await.expect("sent");
        let mut piece = vec![0; 1 << 16];
        let length = gateway.read(&mut piece).await.expect("answered");
        let piece = String::from_utf8_lossy(&piece[..length]);
        assert!(piece.contains("</DescribeVpcsResponse>"), "{piece}");
    }
}

/// When two of moto's threads work in the same world, a few calls in a thousand fail, often after their effect.
async fn calls_take_turns(cloud: &EmbeddedCloud) {
    const AT_ONCE: usize = 16;
    const EACH: usize = 25;
    let mut clients = tokio::task::JoinSet::new();
    for client in 0..AT_ONCE {
        let aws = AwsClient::new(cloud.endpoint(), "200000000014");
        clients.spawn(async move {
            for turn in 0..EACH {
                let name = format!("c{client}-{turn}");
                let create = json!({"Name": &name, "ClientRequestToken": format!("{name:0>32}")});
                let created = aws.json("secretsmanager", "secretsmanager.CreateSecret", create);
                created.await.expect("answer").ok();
                let listed = aws.json("secretsmanager", "secretsmanager.ListSecrets", json!({}));
                listed.await.expect("answer").ok();
            }
        });
    }
    while let Some(client) = clients.join_next().await {
        client.expect("no call failed");
    }
}

async fn gaps_are_closed(cloud: &EmbeddedCloud) {
    let aws = AwsClient::new(cloud.endpoint(), "200000000007");
    let name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/gpu/recommended";
    let parameter = aws
        .json("ssm", "AmazonSSM.GetParameter", json!({"Name": name}))
        .await
        .expect("answer")
        .ok();
    let value = parameter["Parameter"]["Value"]
        .as_str()
        .expect("text")
        .to_owned();
    let value: serde_json::Value = serde_json::from_str(&value).expect("JSON");
    assert!(
        value["image_id"]
            .as_str()
            .is_some_and(|id| id.starts_with("ami-"))
    );

    aws.ecs("CreateCluster", json!({"clusterName": "c"}))
        .await
        .ok();
    let definition =
        json!({"family": "a", "containerDefinitions": [{"name": "a", "image": "a", "memory": 8}]});
    aws.ecs("RegisterTaskDefinition", definition).await.ok();
    aws.ecs(
        "CreateService",
        json!({"cluster": "c", "serviceName": "s", "taskDefinition": "a", "desiredCount": 0}),
    )
    .await
    .ok();
    let scaling = async |operation: &str, body| {
        let target = format!("AnyScaleFrontendService.{operation}");
        aws.json("application-autoscaling", &target, body)
            .await
            .expect("answer")
            .ok()
    };
    let register = json!({"ServiceNamespace": "ecs", "ResourceId": "service/c/s", "ScalableDimension": "ecs:service:DesiredCount",
                          "MinCapacity": 1, "MaxCapacity": 2, "Tags": {"windlass:intent": "1"}});
    let arn = scaling("RegisterScalableTarget", register).await["ScalableTargetARN"].clone();
    let tags = scaling("ListTagsForResource", json!({"ResourceARN": arn})).await;
    assert_eq!(tags["Tags"]["windlass:intent"], "1");
}

async fn sessions_belong_to_their_account(cloud: &EmbeddedCloud) {
    let aws = AwsClient::new(cloud.endpoint(), "200000000008");
    let assume = "Action=AssumeRole&Version=2011-06-15&RoleSessionName=session&RoleArn=arn%3Aaws%3Aiam%3A%3A200000000009%3Arole%2Fdeploy";
    let answer = aws.query("sts", assume).await.expect("answer");
    let (_, rest) = answer.text.split_once("<AccessKeyId>").expect("a key");
    let key = rest.split_once('<').expect("a key").0.trim().to_owned();
    AwsClient::new(cloud.endpoint(), &key)
        .ecs("CreateCluster", json!({"clusterName": "theirs"}))
        .await
        .ok();
    let theirs = AwsClient::new(cloud.endpoint(), "200000000009")
        .ecs("ListClusters", json!({}))
        .await
        .ok();
    assert_eq!(theirs["clusterArns"].as_array().map(Vec::len), Some(1));
}

/// The mean over many calls that the gateway answers alone. The bound is generous, for a busy machine.
async fn the_gateway_adds_little(cloud: &EmbeddedCloud) {
    set(cloud, r#"{"rules": [{"effect": {"kind": "throttle"}}]}"#).await;
    let aws = AwsClient::new(cloud.endpoint(), "200000000010");
    aws.query("ec2", DESCRIBE_VPCS).await.expect("answer");
    let started = Instant::now();
    for _ in 0..200 {
        aws.query("ec2", DESCRIBE_VPCS).await.expect("answer");
    }
    let each = started.elapsed() / 200;
    println!("the gateway alone, client included: {each:?} per call");
    assert!(each < Duration::from_millis(10), "{each:?} per call");
    set(cloud, "{}").await;
}

async fn commands_need_their_header(cloud: &EmbeddedCloud) {
    let aws = AwsClient::new(cloud.endpoint(), "200000000011");
    let request = aws.put_object("/_windlass/reset", Bytes::new());
    assert_eq!(aws.send(request).await.expect("answer").status, 403);
}

async fn the_scale_of_visibility_windows_is_told(cloud: &EmbeddedCloud) {
    let told = async || {
        cloud
            .control()
            .status()
            .await
            .expect("status")
            .visibility_scale
    };
    assert!(
        (told().await - 0.01).abs() < f64::EPSILON,
        "a hundredth of AWS's windows"
    );
    set(cloud, r#"{"visibility_scale": 0.5}"#).await;
    assert!((told().await - 0.5).abs() < f64::EPSILON);
    set(cloud, "{}").await;
    assert!((told().await - 0.01).abs() < f64::EPSILON);
}

async fn a_reset_begins_another_world(cloud: &EmbeddedCloud) {
    let aws = AwsClient::new(cloud.endpoint(), "200000000012");
    let make = async |count: u32| {
        aws.ecs("CreateCluster", json!({"clusterName": "c"}))
            .await
            .ok();
        let definition = json!({"family": "a", "containerDefinitions": [{"name": "a", "image": "a", "memory": 8}]});
        aws.ecs("RegisterTaskDefinition", definition).await.ok();
        let service = json!({"cluster": "c", "serviceName": "s", "taskDefinition": "a", "desiredCount": count});
        aws.ecs("CreateService", service).await.ok();
    };
    make(1).await;
    let before = cloud.control().status().await.expect("status");
    let after = cloud.control().reset().await.expect("reset");
    assert_ne!(before.instance, after.instance);
    assert_eq!((before.endpoint, before.pid), (after.endpoint, after.pid));
    assert_eq!(
        aws.ecs("ListClusters", json!({})).await.ok()["clusterArns"],
        json!([])
    );
    // If the overlay still knew the old service, the gateway would refuse another service with its name.
    make(2).await;
}
