//! Eventual consistency against the local cloud: AWS does not show a new resource yet, answers with the state before a change, or carries out a call
//! late.
//!
//! Windlass makes nothing twice and leaves nothing over, and no run fails because of this. Not here: the same at every moment, which needs a clock
//! that the test controls (`engine::visibility`, `story`).

use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use windlass_tests::wordings::row;

use crate::census::Census;
use crate::cloud::{HIDDEN, Ruled, WINDOW, milliseconds};
use crate::world::{Begun, World};

/// Every call that makes a resource with an identifier.
pub const MAKING: &str = "Create*|AllocateAddress|AuthorizeSecurityGroup*|Register*";

/// A rule for this account's calls of these operations.
fn rule<'a>(world: &'a World, name: &str, operation: &str, effect: &Value) -> Ruled<'a> {
    world.cloud.rule(&json!({
        "name": format!("{name}-{}", world.account),
        "match": {"account": world.account, "operation": operation},
        "effect": effect,
    }))
}

/// The same for the first of these calls only.
fn first<'a>(world: &'a World, name: &str, operation: &str, effect: &Value) -> Ruled<'a> {
    world.cloud.rule(&json!({
        "name": format!("{name}-{}", world.account),
        "match": {"account": world.account, "operation": operation, "nth": [1]},
        "effect": effect,
    }))
}

/// Hides what these calls make: from all reads, or from the named operations.
pub fn hides<'a>(world: &'a World, operation: &str, from: Option<&str>) -> Ruled<'a> {
    let mut effect = json!({"kind": "hide", "ms": milliseconds(HIDDEN)});
    if let Some(from) = from {
        effect["from"] = from.into();
    }
    rule(world, "hides", operation, &effect)
}

/// Runs `up`, `up`, `preview` and `destroy` one after the other, without a pause.
fn is_made_once(stack: &'static str, making: &str, from: Option<&str>) {
    let (plain, world) = (World::lagging(stack), World::lagging(stack));
    plain.succeeds("up --yes");
    let (empty, full) = (world.census(), plain.census());
    let hidden = hides(&world, making, from);
    world.succeeds("up --yes");
    let again = world.succeeds("up --yes");
    assert_eq!(again.changes(), [""; 0], "{stack}: nothing has vanished");
    world.is_settled("");
    world.succeeds("destroy --yes");
    assert_eq!(
        shown(&world, hidden),
        empty,
        "{stack}: nothing is left over"
    );

    let world = World::lagging(stack);
    let hidden = hides(&world, making, from);
    world.succeeds("up --yes");
    world.succeeds("destroy --yes");
    assert_eq!(shown(&world, hidden), empty, "{stack}: a destroy at once");
    let hidden = hides(&world, making, from);
    world.succeeds("up --yes");
    assert_eq!(
        shown(&world, hidden),
        full,
        "{stack}: nothing is there twice"
    );
}

/// The census once everything shows.
fn shown(world: &World, hidden: Ruled<'_>) -> Census {
    drop(hidden);
    sleep(HIDDEN);
    world.census()
}

#[test]
fn what_is_hidden_is_made_once() {
    is_made_once("edge", MAKING, None);
    is_made_once("quickstart", MAKING, None);
}

/// Calls that make resources which other calls refer to. The local cloud, too, checks whether such a resource exists.
const REFERRED: &str = "CreateVpc|CreateSubnet|CreateInternetGateway|CreateRouteTable|CreateSecurityGroup|AllocateAddress|CreateLoadBalancer|CreateTargetGroup";
/// The calls that refer to them, and all calls that read.
const REFERRING: &str = "Describe*|CreateSubnet|CreateRouteTable|CreateSecurityGroup|CreateListener|Attach*|Associate*|Authorize*|Modify*|Delete*|Release*|Detach*|Disassociate*";

/// AWS refuses a call that refers to a new resource: it answers "not found".
#[test]
fn what_is_hidden_from_those_who_refer_to_it_is_waited_for() {
    is_made_once("edge", REFERRED, Some(REFERRING));
    is_made_once("quickstart", REFERRED, Some(REFERRING));
}

/// SIGKILL of the first `up` after AWS has made the resource and before the answer arrives, and then the next `up` at once. The next run has to look
/// for as long as AWS may hide the resource: after a single look it would make a second one.
#[test]
fn a_kill_while_new_things_are_hidden_makes_nothing_twice() {
    let plain = World::lagging("quickstart");
    plain.succeeds("up --yes");
    let full = plain.census();
    for (operation, name) in [
        ("CreateVpc", "ec2:CreateVpc"),
        ("CreateSecurityGroup", "ec2:CreateSecurityGroup"),
        ("CreateService", "ecs:CreateService"),
    ] {
        let world = World::lagging("quickstart");
        let empty = world.census();
        let hidden = hides(&world, MAKING, None);
        let unanswered = json!({"kind": "hold", "when": "after"});
        let unanswered = first(&world, "unanswered", operation, &unanswered);
        let mut run: Begun<'_> = world.begins("up --yes");
        assert!(run.is_held_at(name), "{operation}: {}", run.output());
        run.kill();
        drop(unanswered);
        world.holds_nothing();
        world.succeeds("up --yes");
        assert_eq!(
            shown(&world, hidden),
            full,
            "{operation}: nothing is there twice"
        );
        world.is_settled("");
        world.succeeds("destroy --yes");
        assert_eq!(world.census(), empty, "{operation}");
    }
}

/// An `up` whose call to make a network arrives this late. The run is killed while it looks for the network.
fn killed_before_its_call_lands(world: &World, late: Duration) -> Instant {
    let effect = json!({"kind": "delay", "ms": milliseconds(late)});
    let delayed = first(world, "late", "CreateVpc", &effect);
    let looking = json!({"kind": "hold", "when": "before"});
    let looking = rule(world, "looking", "DescribeVpcs", &looking);
    let mut run: Begun<'_> = world.begins("up --yes");
    let sent = Instant::now();
    assert!(run.is_held_at("ec2:DescribeVpcs"), "{}", run.output());
    run.kill();
    drop(looking);
    drop(delayed);
    world.holds_nothing();
    sent
}

/// The call of a killed run arrives while the next run looks for what it made.
#[test]
fn a_late_call_of_a_killed_run_is_waited_for() {
    let plain = World::lagging("edge");
    plain.succeeds("up --yes");
    let world = World::lagging("edge");
    let empty = world.census();
    killed_before_its_call_lands(&world, WINDOW / 2);
    let ran = world.succeeds("up --yes");
    let recovered = ran.of("recovered");
    let adopted = recovered[0]["adopted"].as_array().expect("a list");
    assert!(adopted.contains(&json!("vpc")), "{recovered:?}");
    assert_eq!(world.census(), plain.census());
    world.is_settled("");
    world.succeeds("destroy --yes");
    assert_eq!(world.census(), empty);
}

/// The call arrives after the next run: that run has looked for the whole window and has made a new network. The run after that finds the late one.
#[test]
fn a_call_that_lands_beyond_the_window_is_found_by_the_next_run() {
    let plain = World::lagging("edge");
    plain.succeeds("up --yes");
    let (late, margin) = (WINDOW * 3, Duration::from_secs(1));
    for next in ["up --yes", "destroy --yes"] {
        let world = World::lagging("edge");
        let empty = world.census();
        let sent = killed_before_its_call_lands(&world, late);
        world.succeeds("up --yes");
        assert!(sent.elapsed() < late, "it was to land after that run");
        assert_eq!(world.census(), plain.census());
        sleep((late + margin).saturating_sub(sent.elapsed()));
        assert_ne!(world.census(), plain.census(), "it has landed");
        world.succeeds(next);
        if next.starts_with("up") {
            assert_eq!(world.census(), plain.census(), "{next}");
            world.succeeds("destroy --yes");
        }
        assert_eq!(world.census(), empty, "{next}");
    }
}

/// AWS answers NotFound twice about a security group that it has just made. If Windlass took that for success, the group would stay and no state
/// would know it.
#[test]
fn a_delete_that_is_answered_with_not_found_is_sent_again() {
    let row = row(
        "AWS::EC2::SecurityGroup",
        "ec2:AuthorizeSecurityGroupIngress",
        "InvalidGroup.NotFound",
    );
    let world = World::lagging("edge");
    let empty = world.census();
    world.succeeds("up --yes");
    let refused = world.cloud.rule(&json!({
        "name": format!("not-found-{}", world.account),
        "match": {"account": world.account, "operation": "DeleteSecurityGroup", "nth": [1, 2]},
        "effect": {"kind": "fail", "status": row.status, "code": row.code, "message": row.message},
    }));
    let (ran, calls) = world.counted("destroy --yes --json");
    drop(refused);
    assert_eq!(ran.exit, Some(0), "{}{}", ran.troubles(), ran.errors);
    assert_eq!(calls["ec2:DeleteSecurityGroup"], 3, "{}", ran.out);
    assert_eq!(world.census(), empty);
}

/// For a while ECS answers with the state before the release. The old success does not count for the new deployment, whose failure Windlass reports.
#[test]
fn an_answer_from_before_a_release_is_no_success() {
    let world = World::lagging("storefront");
    world.succeeds("up --yes");
    let stale = json!({"kind": "stale", "after": "UpdateService", "ms": 2500});
    let stale = rule(&world, "stale", "DescribeServices", &stale);
    // A stale answer needs an earlier answer.
    world.succeeds("preview");
    let broken = world.run("up --yes --json --set release=broken");
    assert_eq!(broken.exit, Some(6), "{}{}", broken.out, broken.errors);
    assert_eq!(broken.of("run_finished")[0]["rolled_back"], true);
    world.succeeds("up --yes --set release=2.0.0");
    drop(stale);
    // If Windlass believed the stale answers, this check would come before ECS has rolled out anything.
    for service in services(&world) {
        let deployments = service["deployments"].as_array().expect("a list");
        assert_eq!(deployments.len(), 1, "{service:#}");
        assert_eq!(deployments[0]["rolloutState"], "COMPLETED");
        assert_eq!(service["runningCount"], service["desiredCount"]);
    }
    world.is_settled("--set release=2.0.0");
}

/// ECS's description of every service.
fn services(world: &World) -> Vec<Value> {
    let clusters = world.ecs("ListClusters", &json!({}));
    let cluster = clusters["clusterArns"][0].clone();
    let arns = world.ecs("ListServices", &json!({ "cluster": cluster }));
    let wanted = json!({"cluster": cluster, "services": arns["serviceArns"]});
    let described = world.ecs("DescribeServices", &wanted);
    described["services"]
        .as_array()
        .cloned()
        .unwrap_or_default()
}
