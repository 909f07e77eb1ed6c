//! Failures around a run: credentials that expire, a role that is not visible yet, an answer that never comes, a full disk.
//!
//! Each failure names its cause and loses nothing, and the next run continues. Not here: single calls that fail (`sweep`), a lost store (`sharing`),
//! a damaged state (`operations`, and the store's own tests).

use std::process::Command;

use serde_json::{Value, json};
use windlass_tests::wordings::row;

use crate::cloud::Ruled;
use crate::world::{Ran, World};

/// The account's first call that fails.
const FROM: u32 = 30;

/// Fails every call of the account's from call [`FROM`] of its first `up` on.
fn from_then_on<'a>(world: &'a World, status: u16, code: &str, message: &str) -> Ruled<'a> {
    let rule = json!({
        "name": format!("{code}-{}", world.account),
        "match": {"account": world.account, "nth": (FROM..2000).collect::<Vec<_>>()},
        "effect": {"kind": "fail", "status": status, "code": code, "message": message},
    });
    world.cloud.rule(&rule)
}

fn undisturbed() -> World {
    let alone = World::of("quickstart");
    alone.succeeds("up --yes");
    alone
}

/// The run failed in the middle, with finished steps and steps that never started. The next run continues. The result of every call is known.
fn goes_on(world: &World, failed: &Ran, alone: &World) {
    assert_eq!(failed.exit, Some(1), "{}{}", failed.out, failed.errors);
    assert!(!failed.of("step_done").is_empty(), "it was in the middle");
    let mut ended = failed.of("step_done");
    ended.extend(failed.of("step_failed"));
    for begun in failed.of("step_started") {
        let has_ended = ended.iter().any(|ended| ended["step"] == begun["step"]);
        assert!(has_ended, "{begun}");
    }
    let next = world.succeeds("up --yes");
    next.knew(failed);
    world.is_settled("");
    assert_eq!(world.census(), alone.census());
}

#[test]
fn ctrl_c_ends_a_command_at_once_that_has_begun_nothing() {
    let world = World::of("quickstart");
    world.succeeds("up --yes");
    let before = world.census();
    for words in ["preview", "up --yes --json", "destroy --yes"] {
        let held = world.cloud.rule(&json!({
            "name": format!("held-{}", world.account),
            "match": {"account": world.account, "operation": "DescribeServices"},
            "effect": {"kind": "hold", "when": "before"},
        }));
        let mut begun = world.begins(words);
        assert!(
            begun.is_held_at("ecs:DescribeServices"),
            "{}",
            begun.output()
        );
        begun.interrupt();
        let (exit, said) = begun.ends();
        assert_eq!(exit, Some(130), "{words}");
        if words.contains("--json") {
            let last = said.lines().rfind(|line| line.starts_with('{'));
            let error: Value = serde_json::from_str(last.expect("a line")).expect("JSON");
            assert_eq!(
                (&error["event"], &error["exit"]),
                (&json!("error"), &json!(130))
            );
        } else {
            assert!(said.contains("Nothing was begun."), "{words}: {said}");
        }
        drop(held);
        // The gateway has held a call of the command that has ended. The next command must not appear to be held by it.
        world.holds_nothing();
    }
    assert_eq!(world.census(), before);
    world.is_settled("");
}

#[test]
fn credentials_that_expire_stop_the_run_and_the_next_goes_on() {
    let (alone, world) = (undisturbed(), World::of("quickstart"));
    let expired = from_then_on(
        &world,
        403,
        "ExpiredTokenException",
        "The security token included in the request is expired",
    );
    let ran = world.run("up --yes --json");
    drop(expired);
    let failures = ran.of("step_failed");
    let first = &failures[0];
    assert_eq!(first["error"]["class"], "credentials_expired", "{first}");
    let help = first["help"].as_str().expect("a way out");
    assert!(help.contains("renew the credentials"), "{help}");
    let halted = |skipped: &Value| skipped["because"]["because"] == "halted";
    assert!(
        ran.of("step_skipped").iter().any(halted),
        "nothing more is begun with them: {}",
        ran.out
    );
    goes_on(&world, &ran, &alone);
}

/// The answer does not come within the SDK's timeout of a minute. Windlass finds what the call made.
#[test]
fn an_answer_that_never_comes_is_looked_for() {
    let (alone, world) = (undisturbed(), World::of("quickstart"));
    let silent = world.cloud.rule(&json!({
        "name": format!("silent-{}", world.account),
        "match": {"account": world.account, "operation": "CreateVpc", "nth": [1]},
        "effect": {"kind": "hold", "when": "after"},
    }));
    world.succeeds("up --yes");
    drop(silent);
    world.is_settled("");
    assert_eq!(world.census(), alone.census());
}

/// IAM shows a role to other services some seconds after its creation. Until then AWS refuses every call that passes the role.
#[test]
fn a_role_that_cannot_be_passed_yet_is_waited_for() {
    let (alone, world) = (undisturbed(), World::of("quickstart"));
    let denied = world.cloud.rule(&json!({
        "name": format!("denied-{}", world.account),
        "match": {"account": world.account, "operation": "RegisterTaskDefinition", "nth": [1, 2]},
        "effect": {
            "kind": "fail", "status": 400, "code": "AccessDeniedException",
            "message": "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: iam:PassRole on resource: task-role",
        },
    }));
    let ran = world.succeeds("up --yes");
    drop(denied);
    let retried = ran.of("step_retrying");
    assert_eq!(retried.len(), 2, "{}", ran.out);
    assert_eq!(retried[0]["error"]["class"], "denied_yet");
    assert_eq!(world.census(), alone.census());
}

/// Refuses the first calls of an operation, with AWS's error.
fn refuses<'a>(
    world: &'a World,
    kind: &str,
    operation: &str,
    code: &str,
    nth: &[u32],
) -> Ruled<'a> {
    let row = row(kind, operation, code);
    let (_, name) = operation
        .split_once(':')
        .expect("a service and an operation");
    world.cloud.rule(&json!({
        "name": format!("{name}-{}", world.account),
        "match": {"account": world.account, "operation": name, "nth": nth},
        "effect": {"kind": "fail", "status": row.status, "code": row.code, "message": row.message},
    }))
}

fn retried(ran: &Ran) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let retried = ran.of("step_retrying");
    let mut codes: Vec<_> = retried
        .iter()
        .map(|event| {
            (
                text(&event["error"]["code"]),
                text(&event["error"]["class"]),
            )
        })
        .collect();
    codes.sort();
    codes
}

/// AWS answers calls about a resource that was created a moment ago with "not found". It answers the release of an address whose NAT gateway is being
/// deleted with "wrong credentials". Neither stops a run.
#[test]
fn late_views_and_held_addresses_are_waited_for() {
    let (alone, world) = (undisturbed(), World::of("quickstart"));
    let group = "AWS::EC2::SecurityGroup";
    let late = [
        (
            "AWS::EC2::VPC",
            "ec2:ModifyVpcAttribute",
            "InvalidVpcID.NotFound",
        ),
        (
            group,
            "ec2:AuthorizeSecurityGroupIngress",
            "InvalidGroup.NotFound",
        ),
        (
            "AWS::ElasticLoadBalancingV2::TargetGroup",
            "elasticloadbalancing:ModifyTargetGroupAttributes",
            "TargetGroupNotFound",
        ),
    ];
    let rules = late.map(|(kind, operation, code)| refuses(&world, kind, operation, code, &[1]));
    let ran = world.succeeds("up --yes");
    drop(rules);
    for (_, operation, code) in late {
        let waited = retried(&ran).iter().any(|(said, _)| said == code);
        assert!(waited, "{operation}: {}", ran.troubles());
    }
    assert_eq!(world.census(), alone.census());

    let eip = "AWS::EC2::EIP";
    let held = refuses(&world, eip, "ec2:ReleaseAddress", "AuthFailure", &[1, 2]);
    let ran = world.succeeds("destroy --yes");
    drop(held);
    let held = ("AuthFailure".to_owned(), "in_use".to_owned());
    let waited = retried(&ran).into_iter().filter(|of| *of == held).count();
    assert!(waited >= 2, "{}", ran.troubles());
}

/// The state file cannot grow any more, but small files can still be written, as on a disk that is nearly full.
#[test]
fn a_disk_that_is_full_loses_no_record() {
    let (alone, world) = (undisturbed(), World::of("quickstart"));
    let ran = world.run_by("up --yes --json", |windlass| {
        let mut limited = Command::new("sh");
        // The limit is in blocks of 512 bytes. Without the trap, a write beyond the limit ends the process.
        limited
            .args(["-c", "trap '' XFSZ; ulimit -f 250; exec \"$0\" \"$@\""])
            .arg(windlass.get_program())
            .args(windlass.get_args());
        for (name, value) in windlass.get_envs() {
            match value {
                Some(value) => limited.env(name, value),
                None => limited.env_remove(name),
            };
        }
        limited
    });
    let message = ran.of("error")[0]["message"].to_string();
    assert!(message.contains("emergency"), "{message}");
    assert_eq!(world.emergencies().len(), 1);
    assert!(world.emergencies()[0] > 1, "more than its heading");
    goes_on(&world, &ran, &alone);
    assert_eq!(world.emergencies(), [0; 0], "it was put into the state");
}
