//! Renames: Windlass recognises a changed address if there is only one possibility, reports it with the way to continue, and never acts on it.

use serde_json::json;
use windlass::document::Options;
use windlass_plan::plan::{Plan, Verdict};
use windlass_state::record::{Operation, Settlement};
use windlass_tests::cloud::kinds::{CLUSTER, NETWORK, ROLE, SUBNET};
use windlass_tests::cloud::platform::network;
use windlass_tests::cloud::{Program, Universe, parse, reference};

/// A network with a subnet, below a scope.
fn within(scope: &str) -> Program {
    let network_at = format!("{scope}/network");
    let subnet = json!({"NetworkId": reference(&network_at, "NetworkId"), "Range": "10.0.1.0/24"});
    Program::new()
        .with(&network_at, NETWORK, network("10.0.0.0/16"))
        .with(&format!("{scope}/subnet"), SUBNET, subnet)
}

fn hints(plan: &Plan) -> Vec<String> {
    let notes = plan
        .notes
        .iter()
        .filter(|note| note.text.contains("state mv"));
    notes
        .map(|note| format!("{}: {}", note.address, note.text))
        .collect()
}

#[tokio::test]
async fn a_renamed_scope_is_recognised_through_its_references_and_not_acted_on() {
    let universe = Universe::default();
    universe.up(&within("old")).await;
    let preview = universe.preview(&within("new")).await;
    let hints = hints(&preview);
    assert_eq!(hints.len(), 2, "{hints:#?}");
    for (hint, name) in hints.iter().zip(["network", "subnet"]) {
        assert!(
            hint.contains(&format!("new/{name}: it is like `old/{name}`")),
            "{hint}"
        );
        assert!(
            hint.contains(&format!(".alias(\"old/{name}\".parse()?)")),
            "{hint}"
        );
        assert!(
            hint.contains(&format!("windlass state mv old/{name} new/{name}")),
            "{hint}"
        );
    }
    let verdicts: Vec<_> = preview
        .changes
        .iter()
        .map(|change| &change.verdict)
        .collect();
    assert_eq!(
        verdicts,
        [
            &Verdict::Create,
            &Verdict::Create,
            &Verdict::Delete,
            &Verdict::Delete
        ]
    );

    // After the moves that the hint names, nothing is left to do.
    let moves = ["network", "subnet"].map(|name| Settlement::Moved {
        from: parse(&format!("old/{name}")),
        to: parse(&format!("new/{name}")),
    });
    universe
        .amend(Operation::Move, moves.to_vec())
        .await
        .expect("they are free");
    let preview = universe.preview(&within("new")).await;
    assert!(
        preview.changes.is_empty() && self::hints(&preview).is_empty(),
        "{preview:#?}"
    );
}

#[tokio::test]
async fn one_name_is_one_identity_even_if_more_was_edited() {
    let role = |policy: &str| json!({"RoleName": "reader", "Path": "/", "Policy": policy});
    let universe = Universe::default();
    universe
        .up(&Program::new().with("a", ROLE, role("p1")))
        .await;
    let options = Options {
        replace: Some(windlass::schema::ReplaceOrder::DeleteFirst),
        ..Options::default()
    };
    let program = Program::new().with_options("b", ROLE, role("p2"), options);
    let preview = universe.preview(&program).await;
    assert_eq!(hints(&preview).len(), 1, "{:#?}", preview.notes);
}

#[tokio::test]
async fn where_two_are_possible_nothing_is_said() {
    let cluster = || json!({"Settings": "s1"});
    let universe = Universe::default();
    universe
        .up(&Program::new()
            .with("a", CLUSTER, cluster())
            .with("b", CLUSTER, cluster()))
        .await;
    let one = Program::new().with("c", CLUSTER, cluster());
    assert_eq!(hints(&universe.preview(&one).await), [""; 0]);
    let universe = Universe::default();
    universe
        .up(&Program::new().with("a", CLUSTER, cluster()))
        .await;
    let two = Program::new()
        .with("b", CLUSTER, cluster())
        .with("c", CLUSTER, cluster());
    assert_eq!(hints(&universe.preview(&two).await), [""; 0]);
    let other = Program::new().with("b", CLUSTER, json!({"Settings": "s2"}));
    assert_eq!(
        hints(&universe.preview(&other).await),
        [""; 0],
        "it says something else"
    );
}
