//! Update in place: the plan changes what the author changed, path by path, and nothing else.

use serde_json::{Value, json};
use windlass_plan::plan::{StepAction, Verdict};

use crate::stage::{Doc, Stage, reference, shown};

fn net(spec: Value) -> Doc {
    Doc::new().with("net", "Net", spec)
}

fn after(before: &Doc, after: &Doc) -> String {
    let mut stage = Stage::with(before);
    shown(&stage.up(after))
}

#[test]
fn one_property_is_one_change() {
    let before = net(json!({"Cidr": "10.0.0.0/16", "Dns": true, "Hint": "a"}));
    insta::assert_snapshot!(after(&before, &net(json!({"Cidr": "10.0.0.0/16", "Dns": false, "Hint": "b"}))), @r#"
    net: update (Changed)
        Dns: true → false
        Hint: "a" → "b"
    0: update net#0 after []
    1: wait Ready net#0 after [0]
    0 unchanged
    "#);
}

#[test]
fn a_removed_property_goes_as_its_schema_says() {
    let before = net(
        json!({"Cidr": "c", "Dns": false, "Flow": "all", "Hint": "a", "Tags": [{"Key": "a", "Value": "1"}]}),
    );
    let removed = net(json!({"Cidr": "c"}));
    let mut stage = Stage::with(&before);
    let plan = stage.up(&removed);
    insta::assert_snapshot!(shown(&plan), @r#"
    net: update (Changed)
        Dns: false → true
        Hint: "a" → -
        Tags[a]: "1" → -
    note net: `Flow` is not declared any more, but AWS cannot clear it: it stays "all", while a new resource would have AWS's default
    0: update net#0 after []
    1: wait Ready net#0 after [0]
    0 unchanged
    "#);
    let Some(StepAction::Update { spec, .. }) = plan.steps.first().map(|step| &step.action) else {
        panic!("an update");
    };
    assert_eq!(
        spec.to_value(),
        json!({"Cidr": "c", "Dns": true}),
        "the default is sent"
    );
    // A property that went back to AWS's default has no owner any more.
    stage.meddle("net", "Dns", json!(false));
    assert!(stage.plan(&removed).is_empty());
}

#[test]
fn a_condition_decides_between_in_place_and_replacement() {
    let size = |size: u32| net(json!({"Cidr": "c", "Size": size}));
    let verdict = |from, to| {
        Stage::with(&size(from)).plan(&size(to)).changes[0]
            .verdict
            .clone()
    };
    assert_eq!(verdict(1, 2), Verdict::Update);
    assert!(matches!(verdict(2, 1), Verdict::Replace { .. }));
}

#[test]
fn what_is_nested_is_shown_by_its_path() {
    let service = |scaling: Value, subnets: Value| {
        Doc::new().with(
            "service",
            "Service",
            json!({"Scaling": scaling, "Subnets": subnets}),
        )
    };
    let before = service(json!({"Min": 1, "Max": 2}), json!(["a", "b"]));
    insta::assert_snapshot!(after(&before, &service(json!({"Min": 1, "Max": 4}), json!(["c", "b"]))), @r#"
    service: update (Changed)
        Subnets: ["b","a"] → ["c","b"]
        Scaling.Max: 2 → 4
    0: update service#0 after []
    1: wait Stable service#0 after [0]
    0 unchanged
    "#);
    insta::assert_snapshot!(after(&before, &service(json!({"Min": 1, "Max": 2, "Zone": "z"}), json!(["b", "a"]))), @r#"
    service: replace, CreateFirst (Changed)
        Scaling.Zone: - → "z" replaces
        Name: "shop-dev-service-dd69d4d9" → "shop-dev-service-ba5ec3b1"
    0: create service#1 after []
    1: wait Stable service#1 after [0]
    2: delete service#0 after [1]
    0 unchanged
    "#);
    let without = Doc::new().with("service", "Service", json!({}));
    insta::assert_snapshot!(after(&without, &service(json!({"Zone": "z"}), json!([]))), @r#"
    service: replace, CreateFirst (Changed)
        Scaling: - → {"Zone":"z"} replaces
        Name: "shop-dev-service-dd69d4d9" → "shop-dev-service-ba5ec3b1"
    0: create service#1 after []
    1: wait Stable service#1 after [0]
    2: delete service#0 after [1]
    0 unchanged
    "#);
}

#[test]
fn an_output_that_an_update_may_change_reopens_its_users() {
    let doc = |dns: bool| {
        net(json!({"Cidr": "c", "Dns": dns}))
            .with(
                "a",
                "Subnet",
                json!({"NetId": reference("net", "Id"), "Cidr": "c"}),
            )
            .with(
                "service",
                "Service",
                json!({"Task": reference("net", "Version")}),
            )
    };
    insta::assert_snapshot!(after(&doc(true), &doc(false)), @r#"
    net: update (Changed)
        Dns: true → false
    service: update (Dependency on [`net`])
        Task: "Version/net#0@0" → {"$windlass":{"output":"Version","ref":"net"}}
    0: update net#0 after []
    1: wait Ready net#0 after [0]
    2: update service#0 after [1]
    3: wait Stable service#0 after [2]
    1 unchanged
    "#);
}

#[test]
fn policies_are_compared_by_what_they_mean() {
    let role = |policy: Value| Doc::new().with("role", "Role", json!({"Policy": policy}));
    let before = role(
        json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "a"}}),
    );
    let same = role(
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["S3:GetObject"], "Resource": ["a"]}]}),
    );
    let mut stage = Stage::with(&before);
    assert!(stage.plan(&same).changes.is_empty());
    stage.meddle("role", "Policy", json!(r#"{"Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["a"]}],"Version":"2012-10-17"}"#));
    assert!(stage.plan(&before).is_empty());
    let other = role(
        json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "a"}}),
    );
    assert_eq!(stage.plan(&other).changes[0].verdict, Verdict::Update);
}

#[test]
fn what_aws_does_not_see_is_only_recorded() {
    let doc = || net(json!({"Cidr": "c"})).with("a", "Subnet", json!({"NetId": "n", "Cidr": "c"}));
    let changed = doc()
        .depends("a", "net")
        .options("net", |options| options.protect = true);
    let mut stage = Stage::with(&doc());
    let plan = stage.up(&changed);
    assert!(plan.changes.is_empty());
    insta::assert_snapshot!(shown(&plan), @r#"
    0: redeclare net#0 after []
    1: redeclare a#0 after [0]
    2 unchanged
    "#);
}

#[test]
fn properties_may_decide_on_a_replacement_together() {
    let gate = |label: &str, note: &str| {
        Doc::new().with("gate", "Gate", json!({"Label": label, "Note": note}))
    };
    let verdict = |to: &Doc| {
        Stage::with(&gate("a", "b")).plan(to).changes[0]
            .verdict
            .clone()
    };
    assert_eq!(verdict(&gate("c", "b")), Verdict::Update);
    assert!(matches!(verdict(&gate("b", "a")), Verdict::Replace { .. }));
}
