//! Readback: Windlass reads back what an update changed. If AWS shows another value, the run reports the sent and the found value.
//!
//! Not here: what counts as a difference (`engine::readback`, `windlass-plan`), and how many calls it takes (`budgets`).

use serde_json::{Value, json};

use crate::world::World;

const SERVICE: &str = "application-autoscaling";
const LATER: &str = "--set tasks=3";

fn targets(world: &World) -> Value {
    let request = json!({"ServiceNamespace": "ecs"});
    world.ask(
        SERVICE,
        "AnyScaleFrontendService.DescribeScalableTargets",
        &request,
    )
}

/// AWS accepts the update and still shows the old values.
#[test]
fn what_aws_did_not_change_is_a_failure_with_both_values() {
    let world = World::of("storefront");
    world.succeeds("up --yes");
    let before = targets(&world);
    let shown = world.cloud.rule(&json!({
        "name": format!("before-{}", world.account),
        "match": {"account": world.account, "service": SERVICE, "operation": "DescribeScalableTargets"},
        "effect": {"kind": "answer", "body": before},
    }));
    let ran = world.run(&format!("up --yes --json {LATER}"));
    assert_eq!(ran.exit, Some(1), "{}{}", ran.out, ran.errors);
    let failed = ran.of("step_failed");
    assert_eq!(failed.len(), 3, "{}", ran.out);
    for failure in &failed {
        let message = failure["message"].as_str().expect("a text");
        assert!(message.contains("`MinCapacity`"), "{message}");
        let details = failure["failure"]["details"].to_string();
        assert!(
            details.contains("MinCapacity: sent 3, found 2"),
            "{details}"
        );
    }
    let said = world.run(&format!("up --yes {LATER}"));
    assert_eq!(said.exit, Some(1), "it is sent again, and looked at again");
    let text = said.out + &said.errors;
    assert!(text.contains("MinCapacity: sent 3, found 2"), "{text}");
    drop(shown);
    world.succeeds(&format!("up --yes {LATER}"));
    world.is_settled(LATER);
}

/// An answer that lags for less than the kind's window is no difference.
#[test]
fn an_old_answer_is_looked_at_again() {
    let world = World::lagging("storefront");
    world.succeeds("up --yes");
    let stale = world.cloud.rule(&json!({
        "name": format!("stale-{}", world.account),
        "match": {"account": world.account, "service": SERVICE, "operation": "DescribeScalableTargets"},
        "effect": {"kind": "stale", "after": "RegisterScalableTarget", "answers": 2},
    }));
    let (ran, calls) = world.counted(&format!("up --yes --json {LATER}"));
    drop(stale);
    assert_eq!(ran.exit, Some(0), "{}{}", ran.troubles(), ran.errors);
    let looks = calls["application-autoscaling:DescribeScalableTargets"];
    assert!(looks > 2, "one before, and some after: {looks}");
    world.is_settled(LATER);
}
