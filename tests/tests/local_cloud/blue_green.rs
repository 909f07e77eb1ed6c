//! A blue/green service against the local cloud: ECS shifts the traffic of the service's listener rule, and no run shifts it back.
//!
//! Not here: how the local cloud shifts the traffic (`engine/local`), and which properties a plan leaves alone (`windlass-plan`'s
//! `lifecycle::driven`).

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use windlass_engine::memory::MemoryJournal;
use windlass_local::EmbeddedCloud;
use windlass_tests::cloud::{Program, parse};
use windlass_tests::local::http::call;
use windlass_tests::local::{Account, Surroundings};

use crate::cloud;

/// The account number.
const NUMBER: u64 = 1;
const ELB: &str = "elasticloadbalancing";
/// Longer than a rollout including its bake time.
const ROLLED_OUT: Duration = Duration::from_secs(3600);
/// The rule's address among the surroundings.
const RULE: &str = "rule-production-0b2";

fn service(revision: u32) -> Value {
    let of = |kind: &str, name: &str| {
        format!("arn:aws:elasticloadbalancing:us-east-1:123456789012:{kind}/{name}")
    };
    json!({
        "Cluster": "main", "DesiredCount": 2, "LaunchType": "FARGATE",
        "TaskDefinition": format!("arn:aws:ecs:us-east-1:123456789012:task-definition/app:{revision}"),
        "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["subnet-0a1"], "SecurityGroups": ["sg-0a1"]}},
        "DeploymentConfiguration": {"Strategy": "BLUE_GREEN", "BakeTimeInMinutes": 1},
        "LoadBalancers": [{
            "ContainerName": "app", "ContainerPort": 80, "TargetGroupArn": of("targetgroup", "blue/0a1"),
            "AdvancedConfiguration": {
                "AlternateTargetGroupArn": of("targetgroup", "green/0a1"),
                "ProductionListenerRule": of("listener-rule/app", "production/0b2"),
                "RoleArn": "arn:aws:iam::123456789012:role/ecs",
            },
        }],
    })
}

/// The program with the service at this revision, and all resources that the service names.
fn program(account: &Account, revision: u32) -> Program {
    let mut surroundings = Surroundings::of(account);
    let kind = "AWS::ECS::Service";
    // Both revisions exist throughout.
    let specs = [1, 2].map(|revision| surroundings.place(kind, &service(revision)));
    let at = usize::try_from(revision - 1).expect("small");
    surroundings.program().with("it", kind, specs[at].clone())
}

/// The rule's ARN.
fn rule(state: &MemoryJournal) -> String {
    let snapshot = state.load().expect("what the engine records fits");
    snapshot.resources[&parse(RULE)].physical_id.clone()
}

/// The weights of the rule's target groups, by their ARNs. Empty while the rule forwards to one group.
fn weights(account: &Account, rule: &str) -> BTreeMap<String, String> {
    let form = (
        "content-type",
        "application/x-www-form-urlencoded; charset=utf-8",
    );
    let body = format!("Action=DescribeRules&Version=2015-12-01&RuleArns.member.1={rule}");
    let answer = call(account.address(), account.number(), ELB, &[form], &body);
    assert_eq!(answer.status, 200, "{}", answer.text);
    let text = |member: &str, name: &str| {
        let (_, rest) = member.split_once(&format!("<{name}>"))?;
        Some(rest.split('<').next()?.to_owned())
    };
    let members = answer.text.split("<member>");
    let weights = members
        .filter_map(|member| Some((text(member, "TargetGroupArn")?, text(member, "Weight")?)));
    weights.collect()
}

/// How many times the account has changed a rule.
async fn changed(cloud: &EmbeddedCloud, account: &Account) -> usize {
    let calls = cloud.control().calls().await.expect("the record");
    let of = calls
        .log
        .iter()
        .filter(|call| call.account == account.number() && call.operation == "ModifyRule");
    of.count()
}

#[tokio::test(flavor = "multi_thread")]
async fn traffic_stays_where_ecs_has_shifted_it() {
    let home = tempfile::tempdir().expect("a home");
    let cloud = cloud(&home).await;
    let account = Account::new(&cloud, NUMBER);
    let state = account.state();
    let mut shifted = Vec::new();
    for revision in [1, 2, 1] {
        let program = program(&account, revision);
        account
            .up(&state, Some(&program))
            .await
            .expect("it is made");
        cloud.control().forward(ROLLED_OUT).await.expect("moved");
        let there = weights(&account, &rule(&state));
        let mut shares: Vec<&str> = there.values().map(String::as_str).collect();
        shares.sort_unstable();
        assert_eq!(shares, ["0", "100"], "ECS has shifted the traffic");
        assert_ne!(shifted.last(), Some(&there), "revision {revision}");
        let again = account
            .up(&state, Some(&program))
            .await
            .expect("it is there");
        assert!(again.plan.is_empty(), "{:#?}", again.plan.changes);
        assert_eq!(weights(&account, &rule(&state)), there);
        shifted.push(there);
    }
    assert_eq!(
        changed(&cloud, &account).await,
        0,
        "no run changes the rule"
    );
    account.up(&state, None).await.expect("it is destroyed");
}
