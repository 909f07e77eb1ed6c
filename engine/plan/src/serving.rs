//! What serves one owner at a time, such as a target group one load balancer: it follows its owner, or is handed over in turn.
//!
//! Not here: what only one resource of a kind can have (`exclusive`), and that what follows is replaced (`decide`).

use std::collections::{BTreeMap, BTreeSet};

use petgraph::graph::NodeIndex;
use serde_json::Value;
use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass::schema::{KindSchema, ReplaceOrder, ServesOne};

use crate::decide::Decider;
use crate::decision::{Act, Decision, Fate};
use crate::evaluate::has_holes;
use crate::exclusive::Steps;
use crate::graph::Graph;
use crate::paths::{each_reference_at, each_value};
use crate::plan::StepId;
use crate::removals::{Leaving, Removal};
use crate::world::{Current, World};

/// Declared resources that are replaced because of others, and of which.
pub type Following = BTreeMap<NodeIndex, BTreeSet<Address>>;

/// The values at paths, as far as they are known.
fn values(spec: &Value, paths: &[&str]) -> BTreeSet<String> {
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

/// Who owns what a resource names, before and after a plan.
struct Owners<'s> {
    graph: &'s Graph<'s>,
    world: &'s World<'s>,
    decisions: &'s BTreeMap<NodeIndex, Decision>,
}

impl Owners<'_> {
    fn before(&self, chain: &[&str], template: &CanonicalJson, applied: &Value) -> Option<Value> {
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

    fn after(&self, chain: &[&str], template: &CanonicalJson, spec: &Value) -> Option<Value> {
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

/// Address and output of what a property refers to.
fn single_reference(template: &CanonicalJson, property: &str) -> Option<(String, String)> {
    let mut found = None;
    each_reference_at(&template.to_value(), &[property], &mut |address, output| {
        found = Some((address.to_owned(), output.to_owned()));
    });
    found
}

/// What a replacement that stands beside the old generation would take away from it.
struct Contested {
    /// What is declared and can be replaced along with it.
    declared: BTreeSet<NodeIndex>,
    /// Whether there is something that cannot.
    other: bool,
}

impl Decider<'_> {
    /// Whether the old generation has to go first, because both would have what serves one owner, and that cannot follow.
    pub fn has_to_hand_over(
        &self,
        node: NodeIndex,
        current: Current<'_>,
        desired: &Value,
        applied: &Value,
    ) -> bool {
        let schema = self.graph.node(node).schema;
        let mut sets = schema.serves_one.iter();
        sets.any(|set| {
            let contested = self.contested(set, node, current, desired, applied);
            contested.other || (!set.follows && !contested.declared.is_empty())
        })
    }

    /// Everything that has to be replaced along with those whom it serves, beyond what is replaced already.
    pub fn followers(&self) -> Following {
        let mut following = Following::new();
        for (node, decision) in &self.decisions {
            let schema = self.graph.node(*node).schema;
            let beside = decision.act == Act::Replace(ReplaceOrder::CreateFirst);
            let current = self.world.declared(*node);
            let (true, Some(current)) = (beside && !schema.serves_one.is_empty(), current) else {
                continue;
            };
            let (desired, applied) = (
                decision.spec.to_value(),
                current.recorded.applied.to_value(),
            );
            for set in schema.serves_one.iter().filter(|set| set.follows) {
                let contested = self.contested(set, *node, current, &desired, &applied);
                for follower in contested.declared {
                    let owner = self.graph.node(*node).address.clone();
                    following.entry(follower).or_default().insert(owner);
                }
            }
        }
        following
    }

    fn contested(
        &self,
        set: &ServesOne,
        node: NodeIndex,
        current: Current<'_>,
        desired: &Value,
        applied: &Value,
    ) -> Contested {
        let mut contested = Contested {
            declared: BTreeSet::new(),
            other: false,
        };
        let had = values(applied, set.members);
        let mut both = values(desired, set.members);
        both.retain(|value| had.contains(value));
        if both.is_empty() || self.keeps_owner(set, node, current, desired, applied) {
            return contested;
        }
        let template = self.graph.node(node).declaration.spec.to_value();
        each_reference_at(&template, set.members, &mut |address, output| {
            let Some(on) = self.graph.find(address) else {
                return;
            };
            let stays = matches!(
                self.fates[on.index()],
                Fate::Same | Fate::Updated | Fate::Unfinished
            );
            let given = self.world.declared(on).filter(|_| stays);
            let given = given.and_then(|on| Some(on.output(output)?.into_owned()));
            if given.is_some_and(|given| both.remove(&given)) {
                contested.declared.insert(on);
            }
        });
        contested.other = !both.is_empty();
        contested
    }

    fn keeps_owner(
        &self,
        set: &ServesOne,
        node: NodeIndex,
        current: Current<'_>,
        desired: &Value,
        applied: &Value,
    ) -> bool {
        let owners = Owners {
            graph: self.graph,
            world: self.world,
            decisions: &self.decisions,
        };
        let declared = &self.graph.node(node).declaration.spec;
        let before = owners.before(set.owner, &current.recorded.template, applied);
        let after = owners.after(set.owner, declared, desired);
        before.is_some() && before == after
    }

    /// The property in place whose change takes the resource where it cannot go without being replaced.
    pub fn moves_away(&self, node: NodeIndex, current: Current<'_>) -> Option<&'static str> {
        let schema = self.graph.node(node).schema;
        let mut places = schema.stays_in.iter();
        let leaves = places.find(|place| {
            let (mut before, mut after) = (BTreeSet::new(), BTreeSet::new());
            let was = current.recorded.template.to_value();
            let had = values(&current.recorded.applied.to_value(), &[place.path]);
            each_reference_at(&was, &[place.path], &mut |address, output| {
                let on = Address::parse(address).ok();
                let on = on.and_then(|on| self.world.giving(&on, output, &had));
                let spec = on.map(|on| on.applied.to_value());
                before.extend(spec.and_then(|spec| Some(spec.get(place.property)?.to_string())));
            });
            let declared = self.graph.node(node).declaration.spec.to_value();
            each_reference_at(&declared, &[place.path], &mut |address, _| {
                after.extend(self.lies_in(address, place.property));
            });
            !before.is_empty() && !after.is_empty() && before.is_disjoint(&after)
        });
        let path = leaves?.path;
        Some(path.split(['.', '[']).next().unwrap_or(path))
    }

    fn lies_in(&self, address: &str, property: &str) -> Option<String> {
        let on = self.graph.find(address)?;
        let spec = match self.decisions.get(&on) {
            Some(decision) => &decision.spec,
            None => &self.world.declared(on)?.recorded.applied,
        };
        Some(spec.to_value().get(property)?.to_string())
    }
}

/// A step that gives up, or takes, what serves one owner.
struct Hand {
    step: StepId,
    owner: Option<Value>,
}

/// Who takes what serves one owner waits for those who give it up for another: the first of each pair waits for the second.
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
    /// What is given up, by removals and by updates.
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
