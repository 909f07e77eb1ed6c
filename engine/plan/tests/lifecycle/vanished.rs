//! Vanished resources: the plan creates again what AWS no longer has, and updates what referred to it.

use serde_json::json;

use crate::stage::{Doc, Stage, address, reference, shown};

#[test]
fn it_is_made_again_under_the_next_number() {
    let doc = Doc::new()
        .with("net", "Net", json!({"Cidr": "c"}))
        .with(
            "a",
            "Subnet",
            json!({"NetId": reference("net", "Id"), "Cidr": "c"}),
        )
        .with(
            "service",
            "Service",
            json!({"Subnets": [reference("a", "Id")]}),
        );
    let mut stage = Stage::with(&doc);
    stage.lose("a");
    let plan = stage.up(&doc);
    insta::assert_snapshot!(shown(&plan), @r#"
    a: create (Vanished)
    service: update (Dependency on [`a`])
        Subnets: ["Id/a#0"] → [{"$windlass":{"output":"Id","ref":"a"}}]
    0: create a#1 after []
    1: update service#0 after [0]
    2: wait Stable service#0 after [1]
    3: forget a#0 after [0, 2]
    1 unchanged
    "#);
    assert_eq!(stage.snapshot.resources[&address("a")].generation, 1);
    stage.lose("net");
    stage.lose("a");
    stage.lose("service");
    stage.up(&doc);
    assert!(stage.snapshot.old.is_empty());
}
