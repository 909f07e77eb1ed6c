//! Default tags, and names that the engine makes.

use serde_json::{Value, json};

use crate::stage::{Doc, Stage, address, shown};

fn applied(stage: &Stage, at: &str) -> Value {
    stage.snapshot.resources[&address(at)].applied.to_value()
}

#[test]
fn default_tags_are_merged_and_the_resource_wins() {
    let doc = Doc::new()
        .with(
            "net",
            "Net",
            json!({"Cidr": "c", "Tags": [{"Key": "team", "Value": "own"}]}),
        )
        .with("gate", "Gate", json!({"Mode": "m"}))
        .tag("team", "all")
        .tag("env", "dev");
    let mut stage = Stage::with(&doc);
    assert_eq!(
        applied(&stage, "net")["Tags"],
        json!([{"Key": "env", "Value": "dev"}, {"Key": "team", "Value": "own"}])
    );
    assert!(
        applied(&stage, "gate").get("Tags").is_none(),
        "a kind without tags has none"
    );
    insta::assert_snapshot!(shown(&stage.up(&doc.tag("env", "prod"))), @r#"
    net: update (Changed)
        Tags[env]: "dev" → "prod"
    0: update net#0 after []
    1: wait Ready net#0 after [0]
    1 unchanged
    "#);
}

#[test]
fn what_a_tag_says_beside_its_value_counts() {
    let doc = |at_launch: Option<bool>, value: &str| {
        let mut tag = json!({"Key": "team", "Value": value});
        if let Some(at_launch) = at_launch {
            tag["PropagateAtLaunch"] = json!(at_launch);
        }
        Doc::new().with("net", "Net", json!({"Cidr": "c", "Tags": [tag]}))
    };
    let mut stage = Stage::with(&doc(None, "web"));
    insta::assert_snapshot!(shown(&stage.up(&doc(Some(false), "web"))), @r#"
    net: update (Changed)
        Tags[team]: "web" → {"Key":"team","PropagateAtLaunch":false,"Value":"web"}
    0: update net#0 after []
    1: wait Ready net#0 after [0]
    0 unchanged
    "#);
    assert!(stage.plan(&doc(Some(false), "web")).is_empty());
    stage.meddle("net", "Tags", json!([{"Key": "team", "Value": "web"}]));
    let plan = stage.up(&doc(Some(false), "web"));
    assert!(plan.changes[0].fields[0].drift, "{}", shown(&plan));
    stage.up(&doc(None, "web"));
    assert!(stage.plan(&doc(None, "web")).is_empty());
}

#[test]
fn a_made_name_stays_until_the_resource_is_replaced() {
    let group =
        |protocol: &str| Doc::new().with("group", "TargetGroup", json!({"Protocol": protocol}));
    let mut stage = Stage::with(&group("HTTP1"));
    let first = applied(&stage, "group")["Name"].clone();
    assert!(
        first
            .as_str()
            .is_some_and(|name| name.starts_with("shop-dev-group-"))
    );
    assert!(stage.plan(&group("HTTP1")).is_empty());
    stage.up(&group("HTTP2"));
    assert_ne!(applied(&stage, "group")["Name"], first);
}

#[test]
fn giving_or_dropping_a_name_is_a_replacement() {
    let made = Doc::new().with("role", "Role", json!({}));
    let fixed = Doc::new().with("role", "Role", json!({"RoleName": "mine"}));
    let mut stage = Stage::with(&made);
    stage.up(&fixed);
    assert_eq!(applied(&stage, "role")["RoleName"], json!("mine"));
    stage.up(&made);
    assert_ne!(applied(&stage, "role")["RoleName"], json!("mine"));
    assert_eq!(stage.snapshot.resources[&address("role")].generation, 2);
}

#[test]
fn secrets_are_known_by_their_hash() {
    use windlass::expr::SecretSource;
    use windlass::value::SecretRef;
    let doc = Doc::new().with(
        "service",
        "Service",
        json!({"Password": {"$windlass": {"secret": {"env": "P"}}}}),
    );
    assert_eq!(
        windlass_plan::needed_secrets(&doc.0),
        [SecretSource::Env("P".to_owned())]
    );
    let mut stage = Stage::new();
    let mut secret = |hash: &str| {
        let source = SecretSource::Env("P".to_owned());
        let known = SecretRef {
            source: source.clone(),
            hash: hash.to_owned(),
        };
        stage.secrets.insert(source, known);
        shown(&stage.up(&doc))
    };
    secret("00");
    insta::assert_snapshot!(secret("01"), @r#"
    service: update (Changed)
        Password: {"hash":"00","source":{"env":"P"}} → {"hash":"01","source":{"env":"P"}}
    0: update service#0 after []
    1: wait Stable service#0 after [0]
    0 unchanged
    "#);
}
