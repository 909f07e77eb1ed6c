//! Identity: the address identifies a resource. Another address, kind or place means another resource, unless an alias says otherwise.

use serde_json::json;
use windlass::document::Place;
use windlass_plan::plan::Verdict;

use crate::stage::{Doc, Stage, address, reference, shown, steps};

fn doc(net: &str) -> Doc {
    Doc::new()
        .with(net, "Net", json!({"Cidr": "c", "Dns": true}))
        .with(
            "a",
            "Subnet",
            json!({"NetId": reference(net, "Id"), "Cidr": "c"}),
        )
}

#[test]
fn an_alias_moves_the_resource() {
    let moved = doc("network/net").options("network/net", |options| {
        options.aliases.push(address("net"))
    });
    let mut stage = Stage::with(&doc("net"));
    let plan = stage.up(&moved);
    insta::assert_snapshot!(shown(&plan), @r#"
    network/net: move from net (Changed)
    0: move net to network/net#0 after []
    1: redeclare network/net#0 after [0]
    2: redeclare a#0 after [1]
    1 unchanged
    "#);
    let again = stage.plan(&moved);
    assert!(again.is_empty(), "the alias may stay");
}

#[test]
fn a_moved_resource_may_change_at_the_same_time() {
    let mut moved = doc("network/net").options("network/net", |options| {
        options.aliases.push(address("net"))
    });
    moved.declaration("network/net").spec =
        windlass::canonical::CanonicalJson::of(&json!({"Cidr": "c", "Dns": false}));
    let mut stage = Stage::with(&doc("net"));
    assert_eq!(
        steps(&stage.up(&moved)),
        [
            "move net to network/net#0",
            "update network/net#0",
            "wait Ready network/net#0",
            "redeclare a#0"
        ]
    );
}

#[test]
fn a_made_name_stays_when_the_address_moves() {
    let role = |at: &str| Doc::new().with(at, "Role", json!({}));
    let moved = role("new").options("new", |options| options.aliases.push(address("old")));
    let mut stage = Stage::with(&role("old"));
    assert_eq!(steps(&stage.up(&moved))[0], "move old to new#0");
    assert_eq!(stage.snapshot.resources.len(), 1);
}

#[test]
fn without_an_alias_it_is_another_resource() {
    let mut stage = Stage::with(&doc("net"));
    let plan = stage.up(&doc("other"));
    insta::assert_snapshot!(shown(&plan), @r#"
    a: replace, CreateFirst (Changed)
        NetId: "Id/net#0" → {"$windlass":{"output":"Id","ref":"other"}} replaces
    net: delete (Undeclared)
    other: create (Declared)
    note other: it is like `net`, which is not declared any more. If it is the same, say `.alias("net".parse()?)` where it is declared, or run `windlass state mv net other`; nothing is replaced then
    0: create other#0 after []
    1: wait Ready other#0 after [0]
    2: create a#1 after [1]
    3: delete a#0 after [2]
    4: delete net#0 after [2, 3]
    0 unchanged
    "#);
}

#[test]
fn another_kind_or_region_is_a_replacement() {
    let mut stage = Stage::with(&doc("net"));
    let gate = Doc::new().with("net", "Gate", json!({"Mode": "m"}));
    assert!(matches!(
        stage.plan(&gate).changes[1].verdict,
        Verdict::Replace { .. }
    ));
    let mut there = doc("net");
    there.declaration("net").place = Some(Place {
        region: Some("eu-west-1".to_owned()),
        ..Place::default()
    });
    let plan = stage.up(&there);
    insta::assert_snapshot!(shown(&plan), @r#"
    a: replace, CreateFirst (Dependency on [`net`])
        NetId: "Id/net#0" → {"$windlass":{"output":"Id","ref":"net"}} replaces
    net: replace, CreateFirst (Changed)
        Region: "us-east-1" → "eu-west-1" replaces
    0: create net#1 after []
    1: wait Ready net#1 after [0]
    2: create a#1 after [1]
    3: delete a#0 after [2]
    4: delete net#0 after [1, 2, 3]
    0 unchanged
    "#);
    assert_eq!(
        stage.snapshot.resources[&address("net")]
            .place
            .region
            .as_deref(),
        Some("eu-west-1")
    );
}
