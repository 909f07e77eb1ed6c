//! Values that only one resource can have at a time, such as a priority: the resource that takes a value waits for the resource that gives it up.
//! Resources that exchange their values do so in one call.
//!
//! Not here: physical names, which the engine makes different for each generation (`names`, `order`).

use std::collections::{BTreeMap, BTreeSet};

use petgraph::graph::NodeIndex;
use serde_json::Value;
use windlass::document::Place;
use windlass::schema::{Exclusive, Handover, KindSchema};

use crate::decision::{Act, Decision};
use crate::evaluate::has_holes;
use crate::graph::Graph;
use crate::plan::{Partner, StepId};
use crate::removals::{Leaving, Removal};

/// How exclusive values pass between steps.
#[derive(Debug, Default)]
pub struct Passing {
    /// The first step waits for the second.
    pub edges: Vec<(StepId, StepId)>,
    /// Updates that also change other resources.
    pub exchanges: Vec<(StepId, Vec<Partner>)>,
}

/// Kind, account, region, the index of the exclusive property set, and its values.
type Key<'a> = (&'a str, Option<&'a str>, Option<&'a str>, usize, String);

/// A step that gives a value up; with its resource, if the resource continues without the value.
#[derive(Debug, Clone, Copy)]
struct Giver {
    step: StepId,
    node: Option<NodeIndex>,
}

/// The steps of declared resources and of removals, and the kinds.
pub struct Steps<'s> {
    pub make: &'s dyn Fn(NodeIndex) -> Option<StepId>,
    pub gone: &'s dyn Fn(&Removal<'_>) -> Option<StepId>,
    pub schema: &'s dyn Fn(&str) -> Option<&'static KindSchema>,
}

impl Passing {
    /// Finds the steps that take values which other steps give up.
    pub fn of(
        graph: &Graph<'_>,
        decisions: &BTreeMap<NodeIndex, Decision>,
        removals: &[Removal<'_>],
        steps: &Steps<'_>,
    ) -> Self {
        let mut passing = Self::default();
        if !decisions.values().any(|decision| decision.act.takes()) {
            return passing;
        }
        let givers = givers(graph, decisions, removals, steps);
        if givers.is_empty() {
            return passing;
        }
        let mut from: BTreeMap<NodeIndex, (NodeIndex, &'static Exclusive)> = BTreeMap::new();
        for (node, decision) in decisions {
            let Some(step) = (steps.make)(*node) else {
                continue;
            };
            for (exclusive, key) in taken(graph, *node, decision) {
                match givers.get(&key) {
                    Some(giver) if giver.step == step => {}
                    Some(Giver {
                        node: Some(giver), ..
                    }) if exclusive.handover == Handover::Exchanged => {
                        from.insert(*node, (*giver, exclusive));
                    }
                    Some(giver) => passing.edges.push((step, giver.step)),
                    None => {}
                }
            }
        }
        let exchanged = passing.exchange(&from, graph, decisions, steps);
        let chained = from.iter().filter(|(node, _)| !exchanged.contains(node));
        for (node, (giver, _)) in chained {
            let pair = (steps.make)(*node).zip((steps.make)(*giver));
            passing.edges.extend(pair);
        }
        passing
    }

    /// In each circle, the first resource (dependencies first) changes all values in one call. Returns all resources that are in a circle.
    fn exchange(
        &mut self,
        from: &BTreeMap<NodeIndex, (NodeIndex, &'static Exclusive)>,
        graph: &Graph<'_>,
        decisions: &BTreeMap<NodeIndex, Decision>,
        steps: &Steps<'_>,
    ) -> BTreeSet<NodeIndex> {
        let mut exchanged = BTreeSet::new();
        for start in graph.order() {
            let Some(circle) = circle(*start, from).filter(|_| !exchanged.contains(start)) else {
                continue;
            };
            exchanged.extend(circle.iter().copied());
            let Some(first) = (steps.make)(*start) else {
                continue;
            };
            let partners = circle[1..].iter().filter_map(|node| {
                let (_, exclusive) = from.get(node)?;
                let property = *exclusive.properties.last()?;
                let decision = decisions.get(node)?;
                Some(Partner {
                    address: graph.node(*node).address.clone(),
                    physical_id: decision.physical_id.clone()?,
                    property: property.to_owned(),
                    value: decision.spec.to_value().get(property)?.clone(),
                })
            });
            self.exchanges.push((first, partners.collect()));
            let others = circle[1..].iter().filter_map(|node| (steps.make)(*node));
            self.edges.extend(others.map(|other| (other, first)));
        }
        exchanged
    }
}

/// The way from a node back to itself, if there is one.
fn circle(
    start: NodeIndex,
    from: &BTreeMap<NodeIndex, (NodeIndex, &'static Exclusive)>,
) -> Option<Vec<NodeIndex>> {
    let mut way = vec![start];
    let mut at = from.get(&start)?.0;
    while at != start {
        if way.contains(&at) {
            return None;
        }
        way.push(at);
        at = from.get(&at)?.0;
    }
    Some(way)
}

fn givers<'a>(
    graph: &Graph<'a>,
    decisions: &'a BTreeMap<NodeIndex, Decision>,
    removals: &'a [Removal<'a>],
    steps: &Steps<'_>,
) -> BTreeMap<Key<'a>, Giver> {
    let mut givers = BTreeMap::new();
    for (node, decision) in decisions {
        let schema = graph.node(*node).schema;
        let (Act::Update { before, .. }, Some(step)) = (&decision.act, (steps.make)(*node)) else {
            continue;
        };
        if schema.exclusive.is_empty() {
            continue;
        }
        let (before, after) = (before.to_value(), decision.spec.to_value());
        for (exclusive, _) in changed(schema, &decision.act).filter(|(_, changes)| *changes) {
            let kept = keys(schema, exclusive, &decision.place, &after);
            let had = keys(schema, exclusive, &decision.place, &before);
            let node = Some(*node);
            let given = had.difference(&kept).cloned();
            givers.extend(given.map(|key| (key, Giver { step, node })));
        }
    }
    for removal in removals {
        let Some(step) = (steps.gone)(removal) else {
            continue;
        };
        let schema = (steps.schema)(&removal.recorded.kind);
        let Some(schema) = schema.filter(|_| removal.leaving == Leaving::Deleted) else {
            continue;
        };
        if schema.exclusive.is_empty() {
            continue;
        }
        let applied = removal.recorded.applied.to_value();
        for exclusive in 0..schema.exclusive.len() {
            let had = keys(schema, exclusive, &removal.recorded.place, &applied);
            givers.extend(had.into_iter().map(|key| (key, Giver { step, node: None })));
        }
    }
    givers
}

/// The values that a step takes and that the resource did not have before.
fn taken<'a>(
    graph: &Graph<'a>,
    node: NodeIndex,
    decision: &'a Decision,
) -> Vec<(&'static Exclusive, Key<'a>)> {
    let schema = graph.node(node).schema;
    if schema.exclusive.is_empty() {
        return Vec::new();
    }
    let spec = decision.spec.to_value();
    let before = match &decision.act {
        Act::Update { before, .. } => before.to_value(),
        _ => Value::Null,
    };
    let changed = changed(schema, &decision.act).filter(|(_, changes)| *changes);
    let new = changed.flat_map(|(exclusive, _)| {
        let had = keys(schema, exclusive, &decision.place, &before);
        let mut keys = keys(schema, exclusive, &decision.place, &spec);
        keys.retain(|key| !had.contains(key));
        let exclusive = &schema.exclusive[exclusive];
        keys.into_iter().map(move |key| (exclusive, key))
    });
    new.collect()
}

/// The exclusive property sets that an act changes.
fn changed<'d>(
    schema: &'static KindSchema,
    act: &'d Act,
) -> impl Iterator<Item = (usize, bool)> + use<'d> {
    let sets = schema.exclusive.iter().enumerate();
    sets.map(move |(index, exclusive)| {
        let changes = match act {
            Act::Create | Act::Replace(_) => true,
            Act::Update { properties, .. } => exclusive
                .properties
                .iter()
                .any(|name| properties.iter().any(|property| property == name)),
            Act::Redeclare | Act::Stay => false,
        };
        (index, changes)
    })
}

/// The values that are taken, as far as they are known.
fn keys<'a>(
    schema: &'static KindSchema,
    exclusive: usize,
    place: &'a Place,
    spec: &Value,
) -> BTreeSet<Key<'a>> {
    let taken = taken_by(&schema.exclusive[exclusive], spec).into_iter();
    let known = taken.filter(|values| !values.iter().any(has_holes));
    let keys = known.map(|values| {
        (
            schema.kind,
            place.account.as_deref(),
            place.region.as_deref(),
            exclusive,
            Value::Array(values).to_string(),
        )
    });
    keys.collect()
}

/// The values that a spec takes: one list for each thing that only one resource can have.
fn taken_by(exclusive: &Exclusive, spec: &Value) -> Vec<Vec<Value>> {
    if let Some(keys) = exclusive.keys {
        return keys(spec);
    }
    let values: Option<Vec<_>> = exclusive
        .properties
        .iter()
        .map(|name| spec.get(*name).cloned())
        .collect();
    values.into_iter().collect()
}

/// The values that two generations would share, although only one can have them. `apart` says whether a value that is not known yet will certainly be
/// different; otherwise it may turn out to be the same.
pub fn clash(
    schema: &'static KindSchema,
    new: &Value,
    old: &Value,
    apart: &dyn Fn(&Value) -> bool,
) -> Option<&'static Exclusive> {
    let same = |new: &Value, old: &Value| new == old || (has_holes(new) && !apart(new));
    schema.exclusive.iter().find(|exclusive| {
        let (new, old) = (taken_by(exclusive, new), taken_by(exclusive, old));
        new.iter().any(|new| {
            old.iter().any(|old| {
                new.len() == old.len() && new.iter().zip(old).all(|(new, old)| same(new, old))
            })
        })
    })
}
