//! AWS's rules for single steps, whatever the plan is. Only one resource at a time has an exclusive value. AWS does not delete a used resource. A
//! resource that serves one owner does not serve two. A resource that cannot move stays in its place.
//!
//! These rules check every plan that a test carries out.

use std::collections::BTreeSet;

use serde_json::Value;
use windlass::address::Address;
use windlass::schema::{Exclusive, KindSchema};
use windlass_plan::fill;
use windlass_plan::observation::Observation;
use windlass_plan::plan::{Step, StepAction};
use windlass_state::snapshot::Recorded;

use crate::kinds::schema;
use crate::stage::Stage;

/// Panics if AWS would refuse the step, or if the step would overwrite another generation.
pub fn accept(stage: &Stage, step: &Step) {
    match &step.action {
        StepAction::Create { spec, .. } => taking(stage, step, spec, &BTreeSet::new()),
        StepAction::Update { spec, partners, .. } => {
            staying(stage, step, spec);
            let partners = partners.iter().map(|partner| &partner.address);
            taking(stage, step, spec, &partners.collect());
        }
        StepAction::Delete { .. } => leaving(stage, step),
        StepAction::Wait { .. } | StepAction::Record(_) => {}
    }
}

/// What exists in AWS besides the generation of this step.
fn others<'s>(
    stage: &'s Stage,
    step: &'s Step,
) -> impl Iterator<Item = (&'s Address, &'s Recorded)> {
    stage.snapshot.everything().filter(|(at, other)| {
        let this = **at == step.address && other.generation == step.generation;
        let seen = stage.world.get(&((*at).clone(), other.generation));
        !this && !matches!(seen, Some(Observation::Missing))
    })
}

fn taking(
    stage: &Stage,
    step: &Step,
    spec: &windlass::canonical::CanonicalJson,
    partners: &BTreeSet<&Address>,
) {
    let own = schema(&step.kind).expect("known");
    let spec = fill(spec, &|at, name| stage.output(at, name)).expect("filled");
    let spec = spec.to_value();
    for (at, other) in others(stage, step) {
        let (kind, applied) = (
            schema(&other.kind).expect("known"),
            other.applied.to_value(),
        );
        let which = format!("`{at}` of generation {}", other.generation);
        let alike = other.kind == step.kind && other.place == step.place;
        if alike && !partners.contains(at) {
            let twice = twice(own, &spec, &applied);
            assert_eq!(
                twice, None,
                "`{}` takes it while {which} has it",
                step.address
            );
        }
        let (mine, theirs) = (served(stage, own, &spec), served(stage, kind, &applied));
        for (member, owner) in mine {
            let other = theirs.iter().find(|(other, _)| *other == member);
            let other = other.filter(|(_, other)| owner.is_none() || owner != *other);
            assert_eq!(
                other, None,
                "`{}` takes it while {which} has it",
                step.address
            );
        }
    }
}

/// AWS moves no resource to another place, such as a load balancer to another VPC.
fn staying(stage: &Stage, step: &Step, spec: &windlass::canonical::CanonicalJson) {
    let schema = schema(&step.kind).expect("known");
    let spec = fill(spec, &|at, name| stage.output(at, name)).expect("filled");
    let mut generations = stage.snapshot.generations(&step.address);
    let own = generations.find(|own| own.generation == step.generation);
    let before = own.expect("it is recorded").applied.to_value();
    for place in schema.stays_in {
        let lies = |spec: &Value| -> BTreeSet<String> {
            let named = values(spec, &[place.path]);
            let everything = stage.snapshot.everything();
            let named =
                everything.filter(|(_, on)| on.outputs.values().any(|given| named.contains(given)));
            named
                .map(|(_, on)| on.applied.to_value()[place.property].to_string())
                .collect()
        };
        let (was, is) = (lies(&before), lies(&spec.to_value()));
        let moves = !was.is_empty() && !is.is_empty() && was.is_disjoint(&is);
        assert!(!moves, "`{}` goes from {was:?} to {is:?}", step.address);
    }
}

/// AWS refuses to delete a resource that another one holds.
fn leaving(stage: &Stage, step: &Step) {
    let generations = stage.snapshot.generations(&step.address);
    let mut generations = generations.filter(|own| own.generation == step.generation);
    let own = generations.next().expect("it is recorded");
    let given: Vec<_> = own.outputs.values().collect();
    for (at, other) in others(stage, step) {
        let kind = schema(&other.kind).expect("known");
        let held = values(&other.applied.to_value(), kind.holds);
        let held = held.iter().find(|held| given.contains(held));
        assert_eq!(
            held, None,
            "`{}` goes while `{at}` of generation {} uses it",
            step.address, other.generation
        );
    }
}

/// The members of a spec that serve one owner, each with that owner. `None`: the owner is the resource itself.
fn served(stage: &Stage, schema: &KindSchema, spec: &Value) -> Vec<(Value, Option<Value>)> {
    let sets = schema.serves_one.iter().flat_map(|set| {
        let owner = owner(stage, spec, set.owner);
        let members = values(spec, set.members).into_iter();
        members.map(move |member| (member, owner.clone()))
    });
    sets.collect()
}

fn owner(stage: &Stage, spec: &Value, chain: &[&str]) -> Option<Value> {
    let (property, rest) = chain.split_first()?;
    let value = spec.get(*property)?.clone();
    let mut recorded = stage.snapshot.everything();
    let on = recorded.find(|(_, on)| on.outputs.values().any(|given| *given == value));
    match (rest, on) {
        ([], _) | (_, None) => Some(value),
        (rest, Some((_, on))) => owner(stage, &on.applied.to_value(), rest),
    }
}

/// The values at paths such as `Subnets[]`.
fn values(spec: &Value, paths: &[&str]) -> Vec<Value> {
    let mut found = Vec::new();
    for path in paths {
        let mut at = vec![spec];
        for segment in path.split('.') {
            let name = segment.trim_end_matches("[]");
            at = at.into_iter().filter_map(|value| value.get(name)).collect();
            if segment.ends_with("[]") {
                let items = at.into_iter().filter_map(Value::as_array);
                at = items.flatten().collect();
            }
        }
        found.extend(at.into_iter().cloned());
    }
    found
}

/// The exclusive values that two specs would both have.
pub fn twice(schema: &KindSchema, one: &Value, other: &Value) -> Option<Vec<Value>> {
    schema.exclusive.iter().find_map(|exclusive| {
        let had = taken(exclusive, other);
        let mut taken = taken(exclusive, one).into_iter();
        taken.find(|taken| had.contains(taken))
    })
}

fn taken(exclusive: &Exclusive, spec: &Value) -> Vec<Vec<Value>> {
    if let Some(keys) = exclusive.keys {
        return keys(spec);
    }
    let values = exclusive.properties.iter();
    let values: Option<Vec<_>> = values.map(|name| spec.get(*name).cloned()).collect();
    values.into_iter().collect()
}
