//! Replacement is a chain: the new generation is created, its users move over, and the old generation is deleted.

use serde_json::json;
use windlass::schema::ReplaceOrder;

use crate::stage::{Doc, Stage, address, reference, shown};

fn chain(protocol: &str) -> Doc {
    Doc::new()
        .with("group", "TargetGroup", json!({"Protocol": protocol}))
        .with("listener", "Listener", json!({"Port": 80, "DefaultActions": [{"Type": "forward", "TargetGroupArn": reference("group", "Arn")}]}))
        .with("service", "Service", json!({"TargetGroup": reference("group", "Arn")}))
}

#[test]
fn users_move_over_before_the_old_one_goes() {
    let mut stage = Stage::with(&chain("HTTP1"));
    let plan = stage.up(&chain("HTTP2"));
    insta::assert_snapshot!(shown(&plan), @r#"
    group: replace, CreateFirst (Changed)
        Protocol: "HTTP1" → "HTTP2" replaces
        Name: "shop-dev-group-aadd06c6" → "shop-dev-group-2f992c45"
    listener: update (Dependency on [`group`])
        DefaultActions[0].TargetGroupArn: "Arn/group#0" → {"$windlass":{"output":"Arn","ref":"group"}}
    service: update (Dependency on [`group`])
        TargetGroup: "Arn/group#0" → {"$windlass":{"output":"Arn","ref":"group"}}
    0: create group#1 after []
    1: update listener#0 after [0]
    2: update service#0 after [0, 1]
    3: wait Stable service#0 after [2]
    4: delete group#0 after [0, 1, 3]
    0 unchanged
    "#);
    assert!(stage.snapshot.old.is_empty());
}

#[test]
fn users_whose_reference_cannot_change_are_replaced_in_turn() {
    let doc = |cidr: &str| {
        Doc::new()
            .with("net", "Net", json!({"Cidr": cidr}))
            .with(
                "a",
                "Subnet",
                json!({"NetId": reference("net", "Id"), "Cidr": "10.0.1.0/24"}),
            )
            .with(
                "service",
                "Service",
                json!({"Subnets": [reference("a", "Id")]}),
            )
    };
    let mut stage = Stage::with(&doc("10.0.0.0/16"));
    insta::assert_snapshot!(shown(&stage.up(&doc("10.1.0.0/16"))), @r#"
    a: replace, CreateFirst (Dependency on [`net`])
        NetId: "Id/net#0" → {"$windlass":{"output":"Id","ref":"net"}} replaces
    net: replace, CreateFirst (Changed)
        Cidr: "10.0.0.0/16" → "10.1.0.0/16" replaces
    service: update (Dependency on [`a`])
        Subnets: ["Id/a#0"] → [{"$windlass":{"output":"Id","ref":"a"}}]
    0: create net#1 after []
    1: wait Ready net#1 after [0]
    2: create a#1 after [1]
    3: update service#0 after [2]
    4: wait Stable service#0 after [3]
    5: delete a#0 after [2, 4]
    6: delete net#0 after [1, 2, 5]
    0 unchanged
    "#);
}

#[test]
fn deleting_first_spreads_to_what_is_replaced_along_with_it() {
    let doc = |mode: &str| {
        Doc::new()
            .with("gate", "Gate", json!({"Mode": mode}))
            .with(
                "a",
                "Subnet",
                json!({"NetId": reference("gate", "Id"), "Cidr": "10.0.1.0/24"}),
            )
            .with(
                "service",
                "Service",
                json!({"Task": reference("gate", "Id")}),
            )
    };
    let mut stage = Stage::with(&doc("one"));
    insta::assert_snapshot!(shown(&stage.up(&doc("two"))), @r#"
    a: replace, DeleteFirst (Dependency on [`gate`])
        NetId: "Id/gate#0" → {"$windlass":{"output":"Id","ref":"gate"}} replaces
    gate: replace, DeleteFirst (Changed)
        Mode: "one" → "two" replaces
    service: update (Dependency on [`gate`])
        Task: "Id/gate#0" → {"$windlass":{"output":"Id","ref":"gate"}}
    0: delete a#0 after []
    1: delete gate#0 after [0]
    2: create gate#1 after [1]
    3: update service#0 after [2]
    4: wait Stable service#0 after [3]
    5: create a#1 after [0, 2]
    0 unchanged
    "#);
}

#[test]
fn the_author_may_ask_for_the_order_and_for_the_replacement() {
    let doc = chain("HTTP1").options("group", |options| {
        options.replace = Some(ReplaceOrder::DeleteFirst)
    });
    let mut stage = Stage::with(&doc);
    stage.replace = vec![address("group")];
    let plan = stage.plan(&doc);
    stage.replace.clear();
    stage.carry_out(&plan);
    insta::assert_snapshot!(shown(&plan), @r#"
    group: replace, DeleteFirst (Asked)
        Name: "shop-dev-group-aadd06c6" → "shop-dev-group-2f992c45"
    listener: update (Dependency on [`group`])
        DefaultActions[0].TargetGroupArn: "Arn/group#0" → {"$windlass":{"output":"Arn","ref":"group"}}
    service: update (Dependency on [`group`])
        TargetGroup: "Arn/group#0" → {"$windlass":{"output":"Arn","ref":"group"}}
    0: delete group#0 after []
    1: create group#1 after [0]
    2: update listener#0 after [1]
    3: update service#0 after [1, 2]
    4: wait Stable service#0 after [3]
    0 unchanged
    "#);
}
