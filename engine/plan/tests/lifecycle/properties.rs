//! Property tests for every plan: the same inputs give the same plan, its steps are sorted, and after it is carried out nothing is left to do.

use proptest::prelude::*;
use serde_json::{Value, json};
use windlass::schema::ReplaceOrder;

use crate::stage::{Doc, Stage, address, reference, shown};

/// One resource of a random program: its kind, two numbers for its properties, and the resources that it refers to.
#[derive(Debug, Clone)]
struct Part {
    there: bool,
    kind: u8,
    one: u8,
    two: u8,
    on: u8,
    also: u8,
    first: bool,
    retain: bool,
}

fn part() -> impl Strategy<Value = Part> {
    (any::<[bool; 4]>(), 0u8..8, 0u8..2, 0u8..2, 0u8..8, 0u8..8).prop_map(
        |([there, other, first, retain], kind, one, two, on, also)| Part {
            there: there || other,
            kind,
            one,
            two,
            on,
            also,
            first: first && kind == 5,
            retain: retain && two == 1,
        },
    )
}

const OUTPUT: [&str; 8] = ["Id", "Id", "Id", "Arn", "Arn", "Arn", "Arn", "Arn"];
const KIND: [&str; 8] = [
    "Net",
    "Subnet",
    "Gate",
    "Role",
    "Task",
    "TargetGroup",
    "Listener",
    "Service",
];

/// References lead only to smaller numbers, so there is no cycle.
fn document(parts: &[Part]) -> Doc {
    let mut doc = Doc::new();
    for (at, part) in parts.iter().enumerate().filter(|(_, part)| part.there) {
        let to = |on: u8| -> Value {
            let on = on as usize;
            match parts.get(on) {
                Some(found) if on < at && found.there => {
                    reference(&format!("r{on}"), OUTPUT[found.kind as usize])
                }
                _ => json!("elsewhere"),
            }
        };
        let (one, two) = (part.one, part.two);
        let spec = match part.kind {
            0 => {
                json!({"Cidr": one.to_string(), "Dns": two == 0, "Size": two, "Tags": [{"Key": "k", "Value": one.to_string()}]})
            }
            1 => json!({"NetId": to(part.on), "Cidr": one.to_string(), "Public": two == 0}),
            2 => json!({"NetId": to(part.on), "Mode": one.to_string(), "Label": to(part.also)}),
            3 => {
                json!({"Policy": {"Statement": [{"Effect": "Allow", "Action": "a", "Resource": to(part.on)}]}})
            }
            4 => {
                json!({"RoleArn": to(part.on), "Containers": [{"Name": "app", "Image": to(part.also), "Memory": one}]})
            }
            5 => {
                json!({"Protocol": one.to_string(), "Rules": [{"Port": two, "From": to(part.on)}]})
            }
            6 => {
                json!({"Port": one, "DefaultActions": [{"Type": "forward", "TargetGroupArn": to(part.on)}]})
            }
            _ => {
                json!({"Task": to(part.on), "Subnets": [to(part.also)], "Grace": one, "Count": two, "Launch": two.to_string()})
            }
        };
        let name = format!("r{at}");
        doc = doc
            .with(&name, KIND[part.kind as usize], spec)
            .options(&name, |options| {
                options.replace = part.first.then_some(ReplaceOrder::DeleteFirst);
                options.retain = part.retain;
            });
        doc = doc.output(&name, reference(&name, OUTPUT[part.kind as usize]));
    }
    doc
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]
    #[test]
    fn one_program_after_another_converges(
        programs in proptest::collection::vec(proptest::collection::vec(part(), 8), 1..4),
        killed in proptest::collection::vec(0usize..20, 3),
        lost in 0usize..16,
    ) {
        let mut stage = Stage::new();
        for (program, killed) in programs.iter().zip(killed) {
            let doc = document(program);
            // The planner refuses a program that needs an impossible order. It never plans half of it.
            let Ok(plan) = stage.try_plan(Some(&doc.0)) else {
                continue;
            };
            prop_assert_eq!(plan.hash(), stage.plan(&doc).hash());
            // Killed somewhere, and then run again.
            for step in plan.steps.iter().take(killed) {
                stage.step(step);
                prop_assert_eq!(stage.snapshot.verify(), Ok(()));
            }
            let lost = format!("r{lost}");
            if stage.snapshot.resources.contains_key(&address(&lost)) {
                stage.lose(&lost);
            }
            let Ok(rest) = stage.try_plan(Some(&doc.0)) else {
                continue;
            };
            stage.carry_out(&rest);
            let again = stage.plan(&doc);
            prop_assert!(again.is_empty(), "{}", shown(&again));
        }
        stage.destroy();
        prop_assert!(stage.snapshot.resources.is_empty() && stage.snapshot.old.is_empty());
        prop_assert_eq!(stage.snapshot.verify(), Ok(()));
    }
}
