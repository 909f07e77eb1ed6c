//! How many calls a platform of 148 resources takes, polls included: what AWS limits first, and what makes a plan slow.
//!
//! Not here: time, which depends on the machine.

use crate::cloud::Calls;
use crate::world::World;

const RESOURCES: usize = 148;

/// Fails if there are more calls than so many for a hundred resources. The budgets are 20, 150 and 130; a preview and an `up` need less.
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
    // Each question is asked once for all resources; the two attributes of the network are questions of their own.
    let often = calls.iter().find(|(_, count)| **count > 2);
    assert_eq!(often, None, "{calls:#?}");

    let (destroy, calls) = world.measured("destroy --yes");
    assert_eq!(destroy.changes().len(), RESOURCES);
    within(130, "destroy", &calls);
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
