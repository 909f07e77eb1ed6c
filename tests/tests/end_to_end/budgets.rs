//! Call budgets: how many calls a platform of 148 resources takes, polls included. AWS limits the number of calls first, and calls make a plan slow.
//!
//! Not here: time, which depends on the machine.

use crate::cloud::Calls;
use crate::world::World;

const RESOURCES: usize = 148;

/// Fails if there are more than `budget` calls for a hundred resources. The budgets are 20, 150 and 130; a preview and an `up` need less.
fn within(budget: usize, what: &str, calls: &Calls) {
    let all: usize = calls.values().sum();
    let limit = RESOURCES * budget / 100;
    println!("{what}: {all} calls of {limit}");
    assert!(all <= limit, "{what}: {all} calls of {limit}: {calls:#?}");
}

#[test]
fn a_platform_keeps_its_budgets_of_calls() {
    let world = World::of("platform");
    let (up, calls) = world.measured("up --yes --set services=10");
    assert_eq!(up.changes().len(), RESOURCES);
    within(140, "up", &calls);

    let (preview, calls) = world.measured("preview --set services=10");
    assert_eq!(preview.changes(), [""; 0]);
    within(15, "preview", &calls);
    // Windlass asks each question once for all resources. The two attributes of the network need one call each.
    let often = calls.iter().find(|(_, count)| **count > 2);
    assert_eq!(often, None, "{calls:#?}");

    let (destroy, calls) = world.measured("destroy --yes");
    assert_eq!(destroy.changes().len(), RESOURCES);
    within(130, "destroy", &calls);
}

/// One tag changes on nearly every resource. Windlass reads all of them back in a few calls.
#[test]
fn an_update_of_most_of_a_platform_keeps_its_budget_of_calls() {
    let world = World::of("retagged");
    world.succeeds("up --yes --set services=10");
    let edit = "--set services=10 --set owner=grace";
    let (up, calls) = world.measured(&format!("up --yes {edit}"));
    let updated = up.changes();
    assert!(updated.len() > 100, "{}: {updated:?}", updated.len());
    let is_update = |change: &String| change.starts_with("update ");
    assert!(updated.iter().all(is_update), "{updated:?}");
    within(150, "up that updates", &calls);
    let (_, preview) = world.measured(&format!("preview {edit}"));
    let reads = |calls: &Calls| -> usize {
        let reads = calls.iter().filter(|(operation, _)| {
            let (_, name) = operation.split_once(':').expect("two parts");
            ["Describe", "Get", "List"]
                .iter()
                .any(|verb| name.starts_with(verb))
        });
        reads.map(|(_, count)| count).sum()
    };
    let (before, all) = (reads(&preview), reads(&calls));
    assert!(all > before, "nothing is read back: {calls:#?}");
    println!("reads: {all}, {before} of them before the plan");
}

/// The storefront tags everything that takes tags.
#[test]
fn tags_are_asked_for_together() {
    let world = World::of("storefront");
    world.succeeds("up --yes");
    let (preview, calls) = world.measured("preview");
    assert_eq!(preview.changes(), [""; 0]);
    assert_eq!(calls["tagging:GetResources"], 1, "{calls:#?}");
    for operation in [
        "application-autoscaling:ListTagsForResource",
        "ecs:ListTagsForResource",
        "elasticloadbalancing:DescribeTags",
        "logs:ListTagsForResource",
        "servicediscovery:ListTagsForResource",
    ] {
        assert_eq!(calls.get(operation), None, "{calls:#?}");
    }
    let all: usize = calls.values().sum();
    assert!(all <= 29, "{all} calls: {calls:#?}");
}
