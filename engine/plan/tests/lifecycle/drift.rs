//! Drift: the plan changes back what the world changed, where the author wrote the property, and nowhere else.

use serde_json::json;
use windlass_plan::plan::{Reason, StepAction};

use crate::stage::{Doc, Stage, shown};

fn doc() -> Doc {
    Doc::new()
        .with(
            "net",
            "Net",
            json!({"Cidr": "c", "Dns": true, "Hint": "h", "Tags": [{"Key": "a", "Value": "1"}]}),
        )
        .with(
            "group",
            "TargetGroup",
            json!({"Protocol": "HTTP", "Rules": [{"Port": 80}, {"Port": 443, "From": "x"}]}),
        )
}

#[test]
fn a_changed_value_is_changed_back() {
    let mut stage = Stage::with(&doc());
    stage.meddle("net", "Dns", json!(false));
    let plan = stage.up(&doc());
    insta::assert_snapshot!(shown(&plan), @r#"
    net: update (Drifted)
        Dns: false → true drift
    0: update net#0 after []
    1: wait Ready net#0 after [0]
    1 unchanged
    "#);
    let Some(StepAction::Update { before, .. }) = plan.steps.first().map(|step| &step.action)
    else {
        panic!("an update");
    };
    assert_eq!(
        before.to_value()["Dns"],
        json!(false),
        "an update starts from what is"
    );
    assert_eq!(
        before.to_value()["Hint"],
        json!("h"),
        "and from what was applied where nothing can be seen"
    );
}

#[test]
fn a_missing_value_is_drift_unless_it_can_never_be_seen() {
    let mut stage = Stage::with(&doc());
    stage.meddle("net", "Dns", json!(null));
    assert_eq!(stage.plan(&doc()).changes[0].reason, Reason::Drifted);
    stage.meddle("net", "Dns", json!(true));
    assert!(stage.plan(&doc()).is_empty(), "`Hint` is never returned");
}

#[test]
fn what_others_add_is_left_alone() {
    let mut stage = Stage::with(&doc());
    stage.meddle("net", "Flow", json!("theirs"));
    stage.meddle("net", "Tags", json!([{"Key": "theirs", "Value": "2"}, {"Key": "windlass:intent", "Value": "i"}, {"Key": "a", "Value": "1"}]));
    stage.meddle(
        "group",
        "Rules",
        json!([{"Port": 443, "From": "x", "Id": "r-1"}, {"Port": 22}, {"Port": 80, "From": ""}]),
    );
    assert!(stage.plan(&doc()).is_empty());
}

#[test]
fn what_others_take_away_comes_back_and_theirs_stays() {
    let mut stage = Stage::with(&doc());
    stage.meddle("net", "Tags", json!([{"Key": "theirs", "Value": "2"}]));
    stage.meddle("group", "Rules", json!([{"Port": 22}, {"Port": 80}]));
    let plan = stage.plan(&doc());
    insta::assert_snapshot!(shown(&plan), @r#"
    group: update (Drifted)
        Rules: [{"Port":80}] → [{"Port":80},{"From":"x","Port":443}] drift
    net: update (Drifted)
        Tags[a]: - → "1" drift
    0: update net#0 after []
    1: wait Ready net#0 after [0]
    2: update group#0 after []
    0 unchanged
    "#);
    for step in &plan.steps {
        let StepAction::Update { before, .. } = &step.action else {
            continue;
        };
        let before = before.to_value();
        assert!(
            !before.to_string().contains("theirs") && !before.to_string().contains("22"),
            "{before}"
        );
    }
}

#[test]
fn a_change_that_the_world_already_made_is_only_recorded() {
    let mut stage = Stage::with(&doc());
    stage.meddle("net", "Dns", json!(false));
    let wanted = doc().with(
        "net",
        "Net",
        json!({"Cidr": "c", "Dns": false, "Hint": "h", "Tags": [{"Key": "a", "Value": "1"}]}),
    );
    assert!(stage.up(&wanted).changes.is_empty());
}

#[test]
fn what_was_not_read_is_believed() {
    let mut stage = Stage::with(&doc());
    stage.world.clear();
    assert!(stage.plan(&doc()).is_empty());
}
