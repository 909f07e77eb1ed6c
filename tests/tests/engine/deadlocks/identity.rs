//! Roles with the resources that use them, and names that are not free yet: secrets, log groups.

use serde_json::{Value, json};
use windlass::document::Options;
use windlass::schema::ReplaceOrder;
use windlass_engine::events::Event;
use windlass_tests::cloud::{Program, Scheduled, Universe, reference, refused};

use super::{ROLE, Real, goes, refusals};

const SECRET: &str = "AWS::SecretsManager::Secret";
const LOG_GROUP: &str = "AWS::Logs::LogGroup";

fn document(statement: Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

fn role(path: &str) -> Value {
    let trust = document(json!({
        "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"},
    }));
    json!({"Path": path, "AssumeRolePolicyDocument": trust})
}

/// A role with everything that can use a role.
fn hung(path: &str) -> Program {
    let permits = document(json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}));
    let name = || reference("role", "RoleName");
    Program::new()
        .add("role", ROLE, role(path))
        .add(
            "policy",
            "AWS::IAM::RolePolicy",
            json!({"RoleName": name(), "PolicyName": "read", "PolicyDocument": permits}),
        )
        .add(
            "managed",
            "AWS::IAM::ManagedPolicy",
            json!({"Roles": [name()], "PolicyDocument": permits}),
        )
        .add(
            "profile",
            "AWS::IAM::InstanceProfile",
            json!({"Roles": [name()]}),
        )
        .add(
            "template",
            "AWS::EC2::LaunchTemplate",
            json!({"LaunchTemplateData": {
                "ImageId": "ami-0a1", "IamInstanceProfile": {"Arn": reference("profile", "Arn")},
            }}),
        )
}

#[tokio::test]
async fn a_role_with_policies_and_instance_profiles() {
    goes(&hung("/"), None).await;
}

#[tokio::test]
async fn a_role_with_policies_and_instance_profiles_is_replaced() {
    goes(&hung("/"), Some(&hung("/shop/"))).await;
}

#[tokio::test]
async fn a_role_lets_go_of_a_managed_policy_that_goes() {
    let policy = reference("policy", "PolicyArn");
    let mut with = role("/");
    with["ManagedPolicyArns"] = json!([policy]);
    let permits = document(json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}));
    let before = Program::new()
        .add(
            "policy",
            "AWS::IAM::ManagedPolicy",
            json!({"PolicyDocument": permits}),
        )
        .add("role", ROLE, with);
    let after = Program::new().add("role", ROLE, role("/"));
    goes(&before, Some(&after)).await;
    goes(&before, None).await;
}

fn secret(name: &str) -> Value {
    json!({"Name": name, "GenerateSecretString": {"PasswordLength": 32}})
}

#[tokio::test]
async fn a_secret_that_is_wanted_again_while_its_deletion_waits() {
    let program = Program::new().add("password", SECRET, secret("shop/db"));
    let (universe, _) = goes(&program, None).await;
    let ran = universe.up(&program).await;
    assert_eq!(refused(&ran), [""; 0]);
    assert_eq!(refusals(&universe), [""; 0]);
    universe.assert_nothing_lost();
    // Under another address in the same run, too.
    let other = Program::new().add("db-password", SECRET, secret("shop/db"));
    goes(&program, Some(&other)).await;
}

#[tokio::test]
async fn a_secret_of_somebody_else_whose_deletion_waits_is_left_alone() {
    let universe = Universe::default();
    let theirs = Scheduled {
        id: "theirs".to_owned(),
        ours: false,
    };
    let key = (SECRET.to_owned(), "shop/db".to_owned());
    universe.cloud.world().scheduled.insert(key, theirs);
    let program = Program::new().add("password", SECRET, secret("shop/db"));
    let ran = universe.up(&program).await;
    assert_eq!(ran.summary.failed, 1);
    assert_eq!(refusals(&universe).len(), 1, "it is asked once");
    universe.assert_nothing_lost();
}

fn log_group(class: &str) -> Value {
    json!({"LogGroupName": "/shop/web", "LogGroupClass": class})
}

#[tokio::test]
async fn a_log_group_under_the_name_of_one_that_goes() {
    let before = Program::new().add("logs", LOG_GROUP, log_group("STANDARD"));
    let after = Program::new().add("web-logs", LOG_GROUP, log_group("STANDARD"));
    goes(&before, Some(&after)).await;
    let delete_first = Options {
        replace: Some(ReplaceOrder::DeleteFirst),
        ..Options::default()
    };
    let after = Program::new().with_options(
        "logs",
        LOG_GROUP,
        log_group("INFREQUENT_ACCESS"),
        delete_first,
    );
    goes(&before, Some(&after)).await;
}

#[tokio::test]
async fn a_log_group_that_exists_already_is_left_alone() {
    let program = Program::new().add("logs", LOG_GROUP, log_group("STANDARD"));
    let universe = Universe::default();
    universe.up(&program).await;
    let stranger = universe.stranger();
    let ran = stranger.up(&program).await;
    assert_eq!(ran.summary.failed, 1);
    assert_eq!(refusals(&stranger).len(), 1, "it is asked once");
    let help = ran.events.iter().find_map(|event| match event {
        Event::StepFailed { help, .. } => help.clone(),
        _ => None,
    });
    assert!(help.is_some_and(|help| help.contains("give this resource another name")));
    assert_eq!(stranger.cloud.world().objects.len(), 1);
}
