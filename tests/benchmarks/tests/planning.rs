//! Guards the cost of planning by a repeatable number: allocations. The benchmarks measure time, which proves nothing on a shared machine.
//!
//! Planning recognises an unchanged resource by its text. A planner that parses the specs of unchanged resources, or that looks at everything for
//! each resource, exceeds these bounds by far.

use allocation_counter::measure;
use windlass::document::Document;
use windlass_benchmarks::shape::Shape;
use windlass_benchmarks::world::{after_up, plan, with_one_change};
use windlass_plan::observation::Observations;
use windlass_state::snapshot::Snapshot;

const SMALL: usize = 400;
const LARGE: usize = 1600;

struct Stood {
    document: Document,
    snapshot: Snapshot,
    observations: Observations,
}

impl Stood {
    fn of(shape: Shape, resources: usize) -> Self {
        let document = shape.document(resources);
        let (snapshot, seen) = after_up(&document);
        Self {
            document,
            snapshot,
            observations: seen.into_iter().collect(),
        }
    }

    /// The allocations of a whole plan and the most bytes at one moment, both for each resource.
    fn cost(&self, document: Option<&Document>) -> (u64, u64) {
        let mut planned = None;
        let info = measure(|| planned = plan(document, &self.snapshot, &self.observations).ok());
        assert!(planned.is_some(), "there is a plan");
        let resources = self.document.resources.len() as u64;
        (info.count_total / resources, info.bytes_max / resources)
    }
}

/// The most that a plan may cost for each resource.
struct Bound {
    shape: Shape,
    /// If nothing changes: allocations and bytes.
    unchanged: (u64, u64),
    /// If everything is destroyed: allocations.
    destroy: u64,
}

const BOUNDS: [Bound; 4] = [
    Bound {
        shape: Shape::Chain,
        unchanged: (8, 200),
        destroy: 40,
    },
    Bound {
        shape: Shape::Star,
        unchanged: (7, 170),
        destroy: 30,
    },
    Bound {
        shape: Shape::Layers,
        unchanged: (7, 280),
        destroy: 55,
    },
    Bound {
        shape: Shape::Platform,
        unchanged: (12, 200),
        destroy: 42,
    },
];

#[test]
fn a_plan_costs_no_more_than_its_bound_whatever_its_size() {
    let mut beyond = Vec::new();
    for Bound {
        shape,
        unchanged,
        destroy,
    } in BOUNDS
    {
        for resources in [SMALL, LARGE] {
            let stood = Stood::of(shape, resources);
            let (count, bytes) = stood.cost(Some(&stood.document));
            let (gone, _) = stood.cost(None);
            if count > unchanged.0 || bytes > unchanged.1 || gone > destroy {
                beyond.push(format!("{shape:?} of {resources}: {count} allocations and {bytes} bytes unchanged, {gone} allocations to destroy"));
            }
        }
    }
    assert_eq!(beyond, [""; 0]);
}

#[test]
fn one_change_costs_as_much_as_what_it_reaches() {
    let stood = Stood::of(Shape::Star, LARGE);
    let (unchanged, _) = stood.cost(Some(&stood.document));
    let (one_change, _) = stood.cost(Some(&with_one_change(stood.document.clone())));
    assert!(
        one_change <= unchanged + 1,
        "{one_change} allocations for each resource, {unchanged} where nothing changes"
    );
}
