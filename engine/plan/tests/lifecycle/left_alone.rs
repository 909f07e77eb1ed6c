//! The plan leaves alone what another owner controls after creation, and it mentions properties that matter only at creation.

use serde_json::{Value, json};
use windlass_plan::plan::StepAction;

use crate::stage::{Doc, Stage, address, shown};

fn service(spec: Value) -> Doc {
    Doc::new().with("service", "Service", spec)
}

#[test]
fn an_auto_scaler_keeps_what_it_owns() {
    let doc = service(json!({"Count": 2, "Grace": 10}));
    let mut stage = Stage::with(&doc);
    stage.meddle("service", "Count", json!(7));
    assert!(stage.plan(&doc).is_empty());
    let plan = stage.up(&service(json!({"Count": 3, "Grace": 20})));
    let Some(StepAction::Update {
        spec, properties, ..
    }) = plan.steps.first().map(|step| &step.action)
    else {
        panic!("an update");
    };
    assert_eq!(properties, &["Grace"]);
    assert_eq!(
        spec.to_value()["Count"],
        json!(7),
        "an update never takes back what the auto scaler did"
    );
}

#[test]
fn the_author_may_give_a_path_away() {
    let doc = |max: u32, grace: u32| {
        service(json!({"Scaling": {"Min": 1, "Max": max}, "Grace": grace})).options(
            "service",
            |options| {
                options.owned_elsewhere = vec!["Scaling.Max".to_owned(), "Grace".to_owned()];
            },
        )
    };
    let mut stage = Stage::with(&doc(2, 10));
    stage.meddle("service", "Scaling", json!({"Min": 1, "Max": 9}));
    stage.meddle("service", "Grace", json!(11));
    assert!(stage.plan(&doc(2, 10)).is_empty());
    assert!(stage.up(&doc(3, 12)).changes.is_empty());
}

#[test]
fn what_only_counts_at_creation_is_a_note() {
    let mut stage = Stage::with(&service(json!({"Launch": "old"})));
    let wanted = service(json!({"Launch": "new"}));
    let plan = stage.plan(&wanted);
    insta::assert_snapshot!(shown(&plan), @r#"
    note service: `Launch` only counts when the resource is made: it stays "old", and "new" holds once it is replaced
    0: redeclare service#0 after []
    1 unchanged
    "#);
    stage.carry_out(&plan);
    let again = stage.plan(&wanted);
    assert!(
        again.is_empty() && again.notes.len() == 1,
        "it is said until it holds"
    );
    stage.replace = vec![address("service")];
    let plan = stage.plan(&wanted);
    assert!(plan.notes.is_empty());
    stage.replace.clear();
    stage.carry_out(&plan);
    assert!(
        stage.plan(&wanted).notes.is_empty(),
        "a new generation has it"
    );
}
