//! The plan continues what a killed run did not finish: waits, and properties that a create call could not carry.

use serde_json::json;
use windlass::schema::Wait;
use windlass_plan::plan::{Reason, StepAction, Verdict};

use crate::stage::{Doc, Stage, address, reference, steps};

#[test]
fn a_wait_is_taken_up_again() {
    let doc = Doc::new().with("service", "Service", json!({"Grace": 1}));
    let mut stage = Stage::with(&doc);
    let recorded = stage
        .snapshot
        .resources
        .get_mut(&address("service"))
        .expect("recorded");
    recorded.waited = Wait::Exists;
    let plan = stage.up(&doc);
    assert_eq!(plan.changes[0].verdict, Verdict::Wait);
    assert_eq!(plan.changes[0].reason, Reason::Unfinished);
    assert_eq!(steps(&plan), ["wait Stable service#0"]);
}

#[test]
fn each_edge_waits_as_far_as_it_says() {
    let mut doc = Doc::new()
        .with("service", "Service", json!({}))
        .with("a", "Gate", json!({"Mode": reference("service", "Arn")}))
        .with("b", "Gate", json!({"Mode": "m"}))
        .depends("b", "service");
    doc.declaration("b").depends_on[0].wait = Some(Wait::Ready);
    let plan = Stage::new().plan(&doc);
    let found: Vec<_> = plan
        .steps
        .iter()
        .zip(steps(&plan))
        .map(|(step, name)| (name, step.after.clone()))
        .collect();
    let expected = [
        ("create service#0", vec![]),
        ("wait Ready service#0", vec![0]),
        ("wait Stable service#0", vec![1]),
        ("create b#0", vec![1]),
        ("create a#0", vec![0]),
    ];
    for (name, after) in expected {
        assert!(
            found.contains(&(name.to_owned(), after)),
            "{name} in {found:?}"
        );
    }
}

#[test]
fn what_the_create_call_could_not_carry_is_sent_again() {
    let doc = Doc::new().with(
        "net",
        "Net",
        json!({"Cidr": "c", "Dns": false, "Hint": "h"}),
    );
    let mut stage = Stage::with(&doc);
    stage.meddle("net", "Dns", json!(true));
    let recorded = stage
        .snapshot
        .resources
        .get_mut(&address("net"))
        .expect("recorded");
    recorded.unfinished = vec!["Dns".to_owned(), "Hint".to_owned()];
    let plan = stage.up(&doc);
    assert_eq!(plan.changes[0].reason, Reason::Unfinished);
    let Some(StepAction::Update { properties, .. }) = plan.steps.first().map(|step| &step.action)
    else {
        panic!("an update");
    };
    assert_eq!(properties, &["Dns", "Hint"]);
}
