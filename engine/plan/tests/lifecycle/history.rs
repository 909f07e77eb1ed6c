//! Old generations: the plan deletes those that were left behind, keeps those that are history, and never keeps more than the limit.

use serde_json::{Value, json};
use windlass_plan::plan::{Reason, Verdict};
use windlass_state::snapshot::OldReason;

use crate::stage::{Doc, Stage, address, reference, shown, steps};

fn doc(image: &str) -> Doc {
    Doc::new()
        .with(
            "task",
            "Task",
            json!({"Containers": [{"Name": "app", "Image": image, "Environment": {"A": "1"}}]}),
        )
        .with(
            "service",
            "Service",
            json!({"Task": reference("task", "Arn")}),
        )
}

#[test]
fn a_new_revision_keeps_the_one_before() {
    let mut stage = Stage::with(&doc("app:1"));
    let plan = stage.up(&doc("app:2"));
    insta::assert_snapshot!(shown(&plan), @r#"
    service: update (Dependency on [`task`])
        Task: "Arn/task#0" → {"$windlass":{"output":"Arn","ref":"task"}}
    task: replace, CreateFirst (Changed)
        Containers[app].Image: "app:1" → "app:2" replaces
    0: create task#1 after []
    1: update service#0 after [0]
    2: wait Stable service#0 after [1]
    3: keep task#0 after [0]
    0 unchanged
    "#);
    assert_eq!(
        plan.changes[1].physical_id.as_deref(),
        Some("Test::Task-task:0")
    );
    assert_eq!(stage.snapshot.old[&address("task")][0].why, OldReason::Kept);
    let family = |spec: Value| spec["Family"].clone();
    let old = &stage.snapshot.old[&address("task")][0].recorded;
    assert_eq!(
        family(old.applied.to_value()),
        family(
            stage.snapshot.resources[&address("task")]
                .applied
                .to_value()
        )
    );
}

#[test]
fn the_oldest_goes_when_there_are_too_many() {
    let mut stage = Stage::with(&doc("app:1"));
    stage.up(&doc("app:2"));
    stage.up(&doc("app:3"));
    let plan = stage.up(&doc("app:4"));
    insta::assert_snapshot!(shown(&plan), @r#"
    service: update (Dependency on [`task`])
        Task: "Arn/task#2" → {"$windlass":{"output":"Arn","ref":"task"}}
    task: replace, CreateFirst (Changed)
        Containers[app].Image: "app:3" → "app:4" replaces
    task: delete (HistoryFull)
    0: create task#3 after []
    1: update service#0 after [0]
    2: wait Stable service#0 after [1]
    3: delete task#0 after [0, 2]
    4: keep task#2 after [0]
    0 unchanged
    "#);
    let kept: Vec<_> = stage.snapshot.old[&address("task")]
        .iter()
        .map(|old| old.recorded.generation)
        .collect();
    assert_eq!(kept, [1, 2]);
    stage.destroy();
    assert!(stage.snapshot.old.is_empty() && stage.snapshot.resources.is_empty());
}

#[test]
fn what_a_killed_run_left_behind_is_finished() {
    let group = |protocol: &str| {
        Doc::new()
            .with("group", "TargetGroup", json!({"Protocol": protocol}))
            .with(
                "service",
                "Service",
                json!({"TargetGroup": reference("group", "Arn")}),
            )
    };
    let mut stage = Stage::with(&group("HTTP1"));
    let plan = stage.plan(&group("HTTP2"));
    stage.step(&plan.steps[0]);
    stage.snapshot.verify().expect("whole");
    let rest = stage.up(&group("HTTP2"));
    insta::assert_snapshot!(shown(&rest), @r#"
    group: delete (Deposed)
    service: update (Dependency on [`group`])
        TargetGroup: "Arn/group#0" → "Arn/group#1"
    0: update service#0 after []
    1: wait Stable service#0 after [0]
    2: delete group#0 after [1]
    1 unchanged
    "#);
    // The same for history: a generation that the state has not marked as kept yet is kept, not deleted.
    let mut stage = Stage::with(&doc("app:1"));
    let plan = stage.plan(&doc("app:2"));
    stage.step(&plan.steps[0]);
    let rest = stage.up(&doc("app:2"));
    assert!(steps(&rest).contains(&"keep task#0".to_owned()));
    assert!(
        rest.changes
            .iter()
            .all(|change| change.verdict == Verdict::Update || change.verdict == Verdict::Wait)
    );
}

#[test]
fn an_old_generation_that_is_gone_is_forgotten() {
    let mut stage = Stage::with(&doc("app:1"));
    stage.up(&doc("app:2"));
    stage.world.insert(
        (address("task"), 0),
        windlass_plan::observation::Observation::Missing,
    );
    let plan = stage.up(&doc("app:2"));
    assert_eq!(steps(&plan), ["forget task#0"]);
    assert!(plan.changes.is_empty());
    assert!(stage.snapshot.old.is_empty());
}

/// Story 16308 found this: a scaling policy vanished, and a killed run made it again with the same name.
#[test]
fn an_old_generation_that_is_the_current_thing_is_not_deleted() {
    let group =
        |protocol: &str| Doc::new().with("group", "TargetGroup", json!({"Protocol": protocol}));
    let mut stage = Stage::with(&group("HTTP1"));
    let plan = stage.plan(&group("HTTP2"));
    stage.step(&plan.steps[0]);
    let old = stage.snapshot.old.get_mut(&address("group"));
    let old = &mut old.expect("it is to be deleted")[0].recorded;
    old.physical_id = (stage.snapshot.resources[&address("group")].physical_id).clone();
    assert_eq!(steps(&stage.plan(&group("HTTP2"))), ["forget group#0"]);
}

#[test]
fn why_it_goes_is_said() {
    let mut stage = Stage::with(&doc("app:1"));
    stage.up(&doc("app:2"));
    stage.up(&doc("app:3"));
    let plan = stage.plan(&doc("app:4"));
    assert!(plan.changes.iter().any(|change| change.reason == Reason::HistoryFull && change.verdict == Verdict::Delete));
}

#[test]
fn history_does_not_stand_against_the_order_of_what_is() {
    let task = |image: &str, role: Value| json!({"RoleArn": role, "Containers": [{"Name": "app", "Image": image}]});
    let before = Doc::new().with("net", "Net", json!({"Cidr": "c"})).with(
        "task",
        "Task",
        task("app:1", reference("net", "Id")),
    );
    let after = Doc::new()
        .with("net", "Net", json!({"Cidr": "c"}))
        .with("task", "Task", task("app:2", json!("elsewhere")))
        .depends("net", "task");
    let mut stage = Stage::with(&before);
    stage.up(&after);
    assert_eq!(
        steps(&stage.destroy()),
        ["delete task#0", "delete net#0", "delete task#1"]
    );
}
