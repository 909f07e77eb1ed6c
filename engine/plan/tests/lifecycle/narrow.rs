//! A plan for some addresses (`--target`) includes only what those need, and touches nothing else.

use serde_json::json;

use crate::stage::{Doc, Stage, address, reference, shown, steps};

fn doc(protocol: &str) -> Doc {
    Doc::new()
        .with("net", "Net", json!({"Cidr": "c"}))
        .with("web/group", "TargetGroup", json!({"Protocol": protocol}))
        .with("web/listener", "Listener", json!({"Port": 80, "DefaultActions": [{"Type": "forward", "TargetGroupArn": reference("web/group", "Arn")}]}))
        .with("api", "Subnet", json!({"NetId": reference("net", "Id"), "Cidr": protocol}))
        .output("api", reference("api", "Id"))
        .output("web", reference("web/listener", "Arn"))
}

#[test]
fn what_is_named_comes_with_what_it_needs() {
    let mut stage = Stage::new();
    stage.target = vec![address("api")];
    let plan = stage.plan(&doc("HTTP1"));
    assert_eq!(
        steps(&plan),
        ["create net#0", "wait Ready net#0", "create api#0"]
    );
    assert_eq!(plan.outputs.keys().collect::<Vec<_>>(), ["api"]);
    stage.target = vec![address("web")];
    assert_eq!(
        steps(&stage.plan(&doc("HTTP1"))),
        ["create web/group#0", "create web/listener#0"]
    );
}

#[test]
fn what_is_not_named_keeps_what_it_uses() {
    let mut stage = Stage::with(&doc("HTTP1"));
    stage.target = vec![address("web/group")];
    let plan = stage.plan(&doc("HTTP2"));
    insta::assert_snapshot!(shown(&plan), @r#"
    web/group: replace, CreateFirst (Changed)
        Protocol: "HTTP1" → "HTTP2" replaces
        Name: "shop-dev-web-group-459fee00" → "shop-dev-web-group-967a9a26"
    note web/group: its old generation stays until what uses it is part of a plan
    0: create web/group#1 after []
    3 unchanged
    "#);
    stage.carry_out(&plan);
    stage.target.clear();
    let rest = stage.up(&doc("HTTP2"));
    insta::assert_snapshot!(shown(&rest), @r#"
    api: replace, CreateFirst (Changed)
        Cidr: "HTTP1" → "HTTP2" replaces
    web/group: delete (Deposed)
    web/listener: update (Dependency on [`web/group`])
        DefaultActions[0].TargetGroupArn: "Arn/web/group#0" → "Arn/web/group#1"
    0: update web/listener#0 after []
    1: create api#1 after []
    2: delete api#0 after [1]
    3: delete web/group#0 after [0]
    2 unchanged
    "#);
    assert!(stage.snapshot.old.is_empty());
}

#[test]
fn what_is_removed_takes_its_users_along() {
    let mut stage = Stage::with(&doc("HTTP1"));
    stage.target = vec![address("net")];
    let plan = stage.try_plan(None).expect("a plan");
    assert_eq!(steps(&plan), ["delete api#0", "delete net#0"]);
}

#[test]
fn a_name_that_names_nothing_is_refused() {
    let mut stage = Stage::with(&doc("HTTP1"));
    stage.target = vec![address("nothing")];
    assert_eq!(stage.problems(&doc("HTTP1"))[0].code.to_string(), "WL-0604");
    stage.target.clear();
    stage.replace = vec![address("nothing")];
    assert_eq!(stage.problems(&doc("HTTP1"))[0].code.to_string(), "WL-0604");
}
