//! Resources that serve one owner at a time (a target group serves one load balancer): the next owner takes such a resource after the last one has
//! given it up.
//!
//! Not here: what only one resource of a kind can have (`exclusive`), and a replacement along with the owner (`decide`).

use std::collections::{BTreeMap, BTreeSet};

use petgraph::graph::NodeIndex;
use serde_json::Value;
use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass::schema::KindSchema;

use crate::decision::{Act, Decision};
use crate::evaluate::has_holes;
use crate::exclusive::Steps;
use crate::graph::Graph;
use crate::paths::{each_reference_at, each_value};
use crate::plan::StepId;
use crate::removals::{Leaving, Removal};
use crate::world::World;

/// The values at paths, as far as they are known.
pub fn values(spec: &Value, paths: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for path in paths {
        each_value(spec, path, &mut |value| {
            let items = match value {
                Value::Array(items) => items.as_slice(),
                value => std::slice::from_ref(value),
            };
            let known = items.iter().filter(|item| !has_holes(item));
            found.extend(known.map(Value::to_string));
        });
    }
    found
}

/// The owners of named resources, before and after a plan.
#[derive(Debug)]
pub struct Owners<'s> {
    pub graph: &'s Graph<'s>,
    pub world: &'s World<'s>,
    pub decisions: &'s BTreeMap<NodeIndex, Decision>,
}

impl Owners<'_> {
    pub fn before(
        &self,
        chain: &[&str],
        template: &CanonicalJson,
        applied: &Value,
    ) -> Option<Value> {
        let (name, rest) = chain.split_first()?;
        let on = (!rest.is_empty())
            .then(|| single_reference(template, name))
            .flatten()
            .and_then(|(on, output)| Some((Address::parse(&on).ok()?, output)))
            .and_then(|(on, output)| self.world.giving(&on, &output, &values(applied, &[*name])));
        match on {
            Some(on) => self.before(rest, &on.template, &on.applied.to_value()),
            None => applied.get(*name).cloned(),
        }
    }

    pub fn after(&self, chain: &[&str], template: &CanonicalJson, spec: &Value) -> Option<Value> {
        let (name, rest) = chain.split_first()?;
        let on = (!rest.is_empty())
            .then(|| single_reference(template, name))
            .flatten()
            .and_then(|(on, _)| self.graph.find(&on));
        let Some(on) = on else {
            return spec.get(*name).cloned();
        };
        let template = &self.graph.node(on).declaration.spec;
        match self.decisions.get(&on) {
            Some(decision) => self.after(rest, template, &decision.spec.to_value()),
            None => {
                let applied = &self.world.declared(on)?.recorded.applied;
                self.after(rest, template, &applied.to_value())
            }
        }
    }
}

/// Address and output of the reference in a property.
fn single_reference(template: &CanonicalJson, property: &str) -> Option<(String, String)> {
    let mut found = None;
    each_reference_at(&template.to_value(), &[property], &mut |address, output| {
        found = Some((address.to_owned(), output.to_owned()));
    });
    found
}

/// A step that gives up, or takes, a resource that serves one owner.
struct Hand {
    step: StepId,
    owner: Option<Value>,
}

/// A step that takes a resource which serves one owner waits for the steps that give it up for another owner. The first step of each pair waits for the
/// second.
pub fn handed_over(
    graph: &Graph<'_>,
    world: &World<'_>,
    decisions: &BTreeMap<NodeIndex, Decision>,
    removals: &[Removal<'_>],
    steps: &Steps<'_>,
) -> Vec<(StepId, StepId)> {
    let owners = Owners {
        graph,
        world,
        decisions,
    };
    let mut edges = Vec::new();
    let mut takers = decisions
        .iter()
        .filter(|(node, decision)| serves(graph.node(**node).schema) && decision.act.takes())
        .peekable();
    if takers.peek().is_none() {
        return edges;
    }
    let given = owners.given_up(removals, steps);
    for (node, decision) in takers {
        let schema = graph.node(*node).schema;
        let Some(step) = (steps.make)(*node) else {
            continue;
        };
        let before = match &decision.act {
            Act::Update { before, .. } => before.to_value(),
            _ => Value::Null,
        };
        let spec = decision.spec.to_value();
        for set in schema.serves_one {
            let owner = owners.after(set.owner, &graph.node(*node).declaration.spec, &spec);
            let had = values(&before, set.members);
            for value in values(&spec, set.members).difference(&had) {
                let givers = given.get(value).into_iter().flatten();
                let others = givers.filter(|giver| {
                    let one_owner = giver.owner.is_some() && giver.owner == owner;
                    giver.step != step && !one_owner
                });
                edges.extend(others.map(|giver| (step, giver.step)));
            }
        }
    }
    edges
}

impl Owners<'_> {
    /// The resources that removals and updates give up.
    fn given_up(&self, removals: &[Removal<'_>], steps: &Steps<'_>) -> BTreeMap<String, Vec<Hand>> {
        let mut given: BTreeMap<String, Vec<Hand>> = BTreeMap::new();
        for removal in removals {
            let schema = (steps.schema)(&removal.recorded.kind);
            let gone = (steps.gone)(removal).filter(|_| removal.leaving == Leaving::Deleted);
            let (Some(schema), Some(step)) = (schema.filter(|kind| serves(kind)), gone) else {
                continue;
            };
            let applied = removal.recorded.applied.to_value();
            for set in schema.serves_one {
                let owner = self.before(set.owner, &removal.recorded.template, &applied);
                for value in values(&applied, set.members) {
                    let owner = owner.clone();
                    given.entry(value).or_default().push(Hand { step, owner });
                }
            }
        }
        for (node, decision) in self.decisions {
            let schema = self.graph.node(*node).schema;
            let Act::Update { before, .. } = &decision.act else {
                continue;
            };
            let (true, Some(step)) = (serves(schema), (steps.make)(*node)) else {
                continue;
            };
            let (before, spec) = (before.to_value(), decision.spec.to_value());
            let template = &self.graph.node(*node).declaration.spec;
            for set in schema.serves_one {
                let owner = self.after(set.owner, template, &spec);
                let has = values(&spec, set.members);
                for value in values(&before, set.members).difference(&has) {
                    let owner = owner.clone();
                    let hand = Hand { step, owner };
                    given.entry(value.clone()).or_default().push(hand);
                }
            }
        }
        given
    }
}

fn serves(schema: &KindSchema) -> bool {
    !schema.serves_one.is_empty()
}
