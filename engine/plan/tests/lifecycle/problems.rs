//! Problems: the planner reports all reasons against a plan together, with places and ways out.

use std::fmt::Write as _;

use serde_json::json;
use windlass::diagnostics::Diagnostic;

use crate::stage::{Doc, Stage, reference};

fn told(problems: &[Diagnostic]) -> String {
    let mut text = String::new();
    for problem in problems {
        writeln!(text, "{}: {}", problem.code, problem.message).expect("a string");
        for label in &problem.labels {
            writeln!(text, "  {}: {}", label.source, label.text).expect("a string");
        }
        writeln!(text, "  help: {}", problem.help.as_deref().unwrap_or("-")).expect("a string");
    }
    text
}

#[test]
fn a_cycle_is_printed_with_its_lines() {
    let doc = Doc::new()
        .with(
            "a",
            "Subnet",
            json!({"NetId": reference("c", "Id"), "Cidr": "c"}),
        )
        .with(
            "b",
            "Subnet",
            json!({"NetId": reference("a", "Id"), "Cidr": "c"}),
        )
        .with("c", "Subnet", json!({"NetId": "n", "Cidr": "c"}))
        .depends("c", "b")
        .with(
            "d",
            "Subnet",
            json!({"NetId": reference("a", "Id"), "Cidr": "c"}),
        )
        .with(
            "e",
            "Subnet",
            json!({"NetId": reference("e", "Id"), "Cidr": "c"}),
        );
    insta::assert_snapshot!(told(&Stage::new().problems(&doc)), @r#"
    WL-0004: these wait for each other: `a` → `c` → `b` → `a`
      src/main.rs:1: `a` waits for `c`
      src/main.rs:3: `c` waits for `b`
      src/main.rs:2: `b` waits for `a`
      help: take one of these references out, for example by a resource of its own for what connects the two
    WL-0004: these wait for each other: `e` → `e`
      src/main.rs:5: `e` waits for `e`
      help: take one of these references out, for example by a resource of its own for what connects the two
    "#);
}

#[test]
fn what_leads_nowhere_is_found() {
    let mut doc = Doc::new()
        .with(
            "a",
            "Subnet",
            json!({"NetId": reference("lost", "Id"), "Cidr": "c"}),
        )
        .with("b", "Subnet", json!({"NetId": "n", "Cidr": "c"}))
        .depends("b", "gone");
    insta::assert_snapshot!(told(&Stage::new().problems(&doc)), @r#"
    WL-0003: `a` refers to `lost`, which this stack does not declare
      src/main.rs:1: declared here
      help: declare it, or look it up if it exists elsewhere
    WL-0003: `b` refers to `gone`, which this stack does not declare
      src/main.rs:2: declared here
      help: declare it, or look it up if it exists elsewhere
    "#);
    doc = Doc::new().with("x", "Unheard", json!({}));
    insta::assert_snapshot!(told(&Stage::new().problems(&doc)), @r#"
    WL-0601: `x` is of a kind that this engine does not know: Test::Unheard
      src/main.rs:1: declared here
      help: the stack is built with a newer `windlass` crate than the engine; bring the engine up to date
    "#);
}

#[test]
fn expressions_without_a_value_are_found_all_together() {
    let doc = Doc::new()
        .with("net", "Net", json!({"Cidr": "c"}))
        .with(
            "a",
            "Subnet",
            json!({"NetId": reference("net", "Nothing"), "Cidr": "c"}),
        )
        .with(
            "service",
            "Service",
            json!({"Password": {"$windlass": {"secret": {"env": "P"}}}}),
        )
        .output("o", reference("net", "Nothing"));
    insta::assert_snapshot!(told(&Stage::new().problems(&doc)), @r#"
    WL-0603: `service` cannot be resolved: the secret Env("P") was not read
      src/main.rs:3: declared here
      help: -
    WL-0602: `a` cannot be resolved: `net` has no output `Nothing`
      src/main.rs:2: declared here
      help: -
    WL-0602: output `o` cannot be resolved: `net` has no output `Nothing`
      src/main.rs:99: declared here
      help: -
    "#);
}

#[test]
fn a_fixed_name_cannot_be_had_twice() {
    let doc = |protocol: &str| {
        Doc::new().with(
            "group",
            "TargetGroup",
            json!({"Name": "mine", "Protocol": protocol}),
        )
    };
    let mut stage = Stage::with(&doc("HTTP1"));
    insta::assert_snapshot!(told(&stage.problems(&doc("HTTP2"))), @r#"
    WL-0606: `group` is replaced, and its new generation would need the fixed `Name` while the old one still has it
      src/main.rs:1: named here
      help: leave the name to the engine, give another one, or delete first: `.replace_order(ReplaceOrder::DeleteFirst)`
    "#);
    let first = doc("HTTP2").options("group", |options| {
        options.replace = Some(windlass::schema::ReplaceOrder::DeleteFirst)
    });
    stage.clone().up(&first);
    stage.up(&Doc::new().with("group", "TargetGroup", json!({"Protocol": "HTTP2"})));
}

#[test]
fn a_name_that_is_still_needed_cannot_be_taken_over() {
    let doc = |at: &str| {
        Doc::new()
            .with(
                at,
                "TargetGroup",
                json!({"Name": "mine", "Protocol": "HTTP"}),
            )
            .with(
                "service",
                "Service",
                json!({"TargetGroup": reference(at, "Arn")}),
            )
    };
    let stage = Stage::with(&doc("group"));
    insta::assert_snapshot!(told(&stage.problems(&doc("other"))), @r#"
    WL-0606: `other` takes the name `mine` of `group`, which cannot be deleted before its users have moved over
      src/main.rs:1: declared here
      help: if it is the same resource, say so with `.alias(…)` of `group`; otherwise give it another name
    "#);
}
