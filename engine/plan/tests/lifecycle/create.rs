//! Create: resources that the program declares and that do not exist are created, in order. Then nothing is left to do.

use serde_json::json;

use crate::stage::{Doc, Stage, comes_after, reference, shown, steps};

fn shop() -> Doc {
    Doc::new()
        .with("net", "Net", json!({"Cidr": "10.0.0.0/16", "Dns": true}))
        .with("a", "Subnet", json!({"NetId": reference("net", "Id"), "Cidr": "10.0.1.0/24"}))
        .with("role", "Role", json!({}))
        .with("policy", "RolePolicy", json!({"Role": reference("role", "Arn"), "Document": {"Statement": []}}))
        .with("task", "Task", json!({"RoleArn": reference("role", "Arn"), "Containers": [{"Name": "app", "Image": "app:1"}]}))
        .with("group", "TargetGroup", json!({"Protocol": "HTTP"}))
        .with("listener", "Listener", json!({"Port": 80, "DefaultActions": [{"Type": "forward", "TargetGroupArn": reference("group", "Arn")}]}))
        .with("service", "Service", json!({
            "Task": reference("task", "Arn"), "Count": 2, "Subnets": [reference("a", "Id")], "TargetGroup": reference("group", "Arn")
        }))
}

#[test]
fn everything_is_made_once() {
    let mut stage = Stage::new();
    let plan = stage.up(&shop());
    insta::assert_snapshot!(shown(&plan), @r#"
    a: create (Declared)
    group: create (Declared)
    listener: create (Declared)
    net: create (Declared)
    policy: create (Declared)
    role: create (Declared)
    service: create (Declared)
    task: create (Declared)
    0: create role#0 after []
    1: create policy#0 after [0]
    2: create task#0 after [0, 1]
    3: create net#0 after []
    4: wait Ready net#0 after [3]
    5: create group#0 after []
    6: create listener#0 after [5]
    7: create a#0 after [4]
    8: create service#0 after [2, 5, 6, 7]
    9: wait Stable service#0 after [8]
    0 unchanged
    "#);
}

#[test]
fn users_wait_for_what_completes_what_they_use() {
    let plan = Stage::new().plan(&shop());
    assert!(comes_after(&plan, "create task#0", "create policy#0"));
    assert!(comes_after(&plan, "create service#0", "create listener#0"));
}

#[test]
fn nothing_to_do_is_an_empty_plan() {
    let stage = Stage::with(&shop());
    let plan = stage.plan(&shop());
    assert!(plan.is_empty() && plan.unchanged == 8 && plan.notes.is_empty());
}

#[test]
fn everything_is_removed_in_reverse() {
    let mut stage = Stage::with(&shop());
    let plan = stage.destroy();
    assert!(stage.snapshot.resources.is_empty() && stage.snapshot.old.is_empty());
    assert_eq!(plan.unchanged, 0);
    for (user, on) in [
        ("service", "listener"),
        ("service", "task"),
        ("task", "policy"),
        ("policy", "role"),
        ("a", "net"),
    ] {
        assert!(comes_after(
            &plan,
            &format!("delete {on}#0"),
            &format!("delete {user}#0")
        ));
    }
    assert_eq!(steps(&plan).len(), 8);
    let again = stage.up(&shop());
    assert!(
        steps(&again).contains(&"create net#1".to_owned()),
        "numbers go on"
    );
}
