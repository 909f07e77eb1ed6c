//! Removal: a resource that the program no longer declares is deleted after its users have let go of it, unless it is protected or retained.

use serde_json::json;
use windlass_plan::plan::{Reason, Verdict};

use crate::stage::{Doc, Stage, comes_after, reference, shown, steps};

fn doc() -> Doc {
    Doc::new()
        .with("net", "Net", json!({"Cidr": "c"}))
        .with(
            "gate",
            "Gate",
            json!({"NetId": reference("net", "Id"), "Mode": "m"}),
        )
        .with(
            "service",
            "Service",
            json!({"Task": reference("gate", "Id"), "Grace": 1}),
        )
}

#[test]
fn its_users_let_go_first() {
    let mut stage = Stage::with(&doc());
    let without =
        doc()
            .without("gate")
            .with("service", "Service", json!({"Task": "other", "Grace": 1}));
    let plan = stage.up(&without);
    insta::assert_snapshot!(shown(&plan), @r#"
    gate: delete (Undeclared)
    service: update (Changed)
        Task: "Id/gate#0" → "other"
    0: update service#0 after []
    1: wait Stable service#0 after [0]
    2: delete gate#0 after [1]
    1 unchanged
    "#);
}

#[test]
fn what_is_gone_already_is_only_forgotten() {
    let mut stage = Stage::with(&doc());
    stage.lose("service");
    let plan = stage.up(&doc().without("service"));
    assert_eq!(steps(&plan), ["forget service#0"]);
    assert_eq!(plan.changes[0].verdict, Verdict::Forget);
}

#[test]
fn what_is_retained_stays_in_aws() {
    let retained = doc().options("net", |options| options.retain = true);
    let mut stage = Stage::with(&retained);
    let plan = stage.destroy();
    assert!(comes_after(&plan, "forget net#0", "delete gate#0"));
    assert_eq!(steps(&plan).len(), 3);
    assert!(stage.snapshot.resources.is_empty());
}

#[test]
fn what_is_protected_refuses_the_plan_even_without_its_declaration() {
    let protected = doc().options("net", |options| options.protect = true);
    let stage = Stage::with(&protected);
    let code = |problems: Vec<windlass::diagnostics::Diagnostic>| problems[0].code.to_string();
    assert_eq!(code(stage.try_plan(None).expect_err("refused")), "WL-0605");
    assert_eq!(code(stage.problems(&Doc::new())), "WL-0605");
    let replaced = protected
        .clone()
        .with("net", "Net", json!({"Cidr": "other"}))
        .options("net", |options| options.protect = true);
    assert_eq!(code(stage.problems(&replaced)), "WL-0605");
    let mut lifted = stage.clone();
    lifted.up(&doc());
    assert_eq!(lifted.destroy().changes[0].reason, Reason::Destroyed);
}

#[test]
fn a_new_one_under_the_same_key_waits_for_the_old_one() {
    let gate =
        |at: &str| Doc::new().with(at, "Gate", json!({"NetId": "n", "Mode": "m", "Label": at}));
    let mut stage = Stage::with(&gate("old"));
    let plan = stage.up(&gate("new"));
    assert_eq!(steps(&plan), ["delete old#0", "create new#0"]);
}

#[test]
fn destroying_nothing_is_nothing() {
    assert!(Stage::new().try_plan(None).expect("a plan").is_empty());
}
