//! Makes a plan from the inputs, in this order: graph, scope, decisions, removals, steps, outputs.
//!
//! Not here: any of these themselves.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use windlass::codes;
use windlass::diagnostics::{Diagnostic, Severity};
use windlass::document::Document;
use windlass::schema::KindSchema;

use crate::decide::{Decider, Following, Grounds};
use crate::decision::{Act, Decision, Fate};
use crate::evaluate::evaluate;
use crate::fingerprint;
use crate::graph::Graph;
use crate::inputs::Inputs;
use crate::order::Order;
use crate::plan::{Change, FORMAT, Note, Plan, Verdict};
use crate::removals::{Leaving, Removal, Removals};
use crate::renames::{self, Renames, renames};
use crate::scope::{self, Scope};
use crate::world::World;

/// Makes the plan.
///
/// # Errors
/// All problems together; in that case nothing may be changed.
pub fn plan(inputs: &Inputs<'_>) -> Result<Plan, Vec<Diagnostic>> {
    let empty;
    let document = match inputs.document {
        Some(document) => document,
        None => {
            empty = nothing(inputs);
            &empty
        }
    };
    let problems = document.problems.iter();
    let errors: Vec<_> = problems
        .filter(|problem| problem.severity == Severity::Error)
        .cloned()
        .collect();
    if !errors.is_empty() {
        return Err(errors);
    }
    let graph = Graph::of(document, inputs.schema)?;
    let world = World::new(document, &graph, inputs.snapshot, inputs.observations);
    let mut problems = Vec::new();
    let undeclared = world.undeclared(inputs.document);
    let scope = Scope::of(
        inputs.target,
        &graph,
        inputs.snapshot,
        &undeclared,
        &mut problems,
    );
    for address in inputs.replace {
        if graph.find(address.as_str()).is_none() {
            problems.push(scope::unknown("--replace", address));
        }
    }
    let mut decider = decided(Grounds {
        inputs,
        document,
        graph: &graph,
        world: &world,
        scope: &scope,
    });
    decider.problems.splice(..0, problems);
    let outputs = outputs(document, &mut decider);
    let Decider {
        decisions,
        fates,
        mut notes,
        mut problems,
        ..
    } = decider;
    let renames = match inputs.document {
        Some(document) => renames(document, inputs.snapshot, &graph, &world, &decisions),
        None => Renames::new(),
    };
    notes.extend(renames.iter().map(|(declared, recorded)| Note {
        address: (*declared).clone(),
        text: renames::hint(recorded, declared),
        source: None,
    }));
    let mut removals = Removals {
        inputs,
        graph: &graph,
        world: &world,
        scope: &scope,
        decisions: &decisions,
        renames: &renames,
        used_outside: BTreeSet::new(),
        found: Vec::new(),
        notes: Vec::new(),
        problems: Vec::new(),
    };
    removals.run();
    notes.append(&mut removals.notes);
    problems.append(&mut removals.problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    let steps = Order::of(inputs, &graph, &world, &decisions, &removals.found)?;
    for note in &mut notes {
        let declared = document.resources.get(&note.address);
        note.source = declared.map(|declared| declared.source.clone());
    }
    notes.sort_by(|a, b| (&a.address, &a.text).cmp(&(&b.address, &b.text)));
    let changes = changes(&graph, &decisions, &removals.found);
    let touched = decisions
        .values()
        .filter(|decision| !matches!(decision.act, Act::Redeclare) || decision.moved_from.is_some())
        .count();
    let there = fates.iter().filter(|fate| **fate != Fate::Absent).count();
    Ok(Plan {
        format: FORMAT,
        stack: inputs.snapshot.stack.clone(),
        environment: inputs.snapshot.environment.clone(),
        lineage: inputs.snapshot.lineage.clone(),
        sequence: inputs.snapshot.sequence,
        binding: inputs.binding.clone(),
        document: fingerprint::document(inputs.document),
        observed: fingerprint::observations(inputs.observations),
        changes,
        unchanged: there - touched,
        steps,
        outputs,
        notes,
    })
}

/// Decides about all resources. A resource that serves one owner at a time is replaced along with its owner, but is decided about before it. So the
/// planner repeats all decisions until it finds no more such resources. Most plans need no repetition.
fn decided(grounds: Grounds<'_>) -> Decider<'_> {
    let mut following = Following::new();
    loop {
        let known = following.len();
        let mut decider = Decider::new(grounds, following);
        decider.run();
        let more = decider.followers();
        if more.is_empty() {
            return decider;
        }
        following = std::mem::take(&mut decider.following);
        for (node, owners) in more {
            following.entry(node).or_default().extend(owners);
        }
        if following.len() == known {
            decider.following = following;
            return decider;
        }
    }
}

/// Problems of a document that show before anything is read from AWS: unknown kinds, and cycles.
#[must_use]
pub fn check(
    document: &Document,
    schema: &dyn Fn(&str) -> Option<&'static KindSchema>,
) -> Vec<Diagnostic> {
    Graph::of(document, schema).err().unwrap_or_default()
}

/// The document of `destroy`.
fn nothing(inputs: &Inputs<'_>) -> Document {
    Document {
        format: windlass::document::FORMAT,
        stack: inputs.snapshot.stack.clone(),
        environment: inputs.snapshot.environment.clone(),
        place: windlass::document::Place::default(),
        allowed_accounts: Vec::new(),
        default_tags: BTreeMap::new(),
        resources: BTreeMap::new(),
        lookups: BTreeMap::new(),
        outputs: BTreeMap::new(),
        problems: Vec::new(),
    }
}

/// The stack's outputs. An output of a resource that is outside a narrowed plan and was never made is left out.
fn outputs(document: &Document, decider: &mut Decider<'_>) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for (name, output) in &document.outputs {
        let mut value = output.value.clone();
        let mut absent = false;
        crate::evaluate::each_reference(&output.value, &mut |address, _| {
            let node = decider.graph.find(address);
            absent |= node.is_some_and(|node| decider.fates[node.index()] == Fate::Absent);
        });
        if absent {
            continue;
        }
        match evaluate(&mut value, decider) {
            Ok(()) => {
                found.insert(name.clone(), value);
            }
            Err(error) => decider.problems.push(
                Diagnostic::error(
                    codes::EXPRESSION_INVALID,
                    format!("output `{name}` cannot be resolved: {error}"),
                )
                .at(&output.source, "declared here"),
            ),
        }
    }
    found
}

/// The changes for preview, in order of addresses.
fn changes(
    graph: &Graph<'_>,
    decisions: &BTreeMap<petgraph::graph::NodeIndex, Decision>,
    removals: &[Removal<'_>],
) -> Vec<Change> {
    let mut changes = Vec::new();
    for (node, decision) in decisions {
        let node = graph.node(*node);
        let change = |verdict| Change {
            address: node.address.clone(),
            kind: node.declaration.kind.clone(),
            verdict,
            reason: decision.reason.clone(),
            fields: decision.fields.clone(),
            physical_id: decision.physical_id.clone(),
            source: Some(node.declaration.source.clone()),
        };
        if let Some(from) = &decision.moved_from {
            changes.push(Change {
                reason: crate::plan::Reason::Changed,
                fields: Vec::new(),
                ..change(Verdict::Move { from: from.clone() })
            });
        }
        let verdict = match decision.act {
            Act::Create => Verdict::Create,
            Act::Update { .. } => Verdict::Update,
            Act::Replace(order) => Verdict::Replace { order },
            Act::Stay if decision.moved_from.is_none() => Verdict::Wait,
            Act::Stay | Act::Redeclare => continue,
        };
        changes.push(change(verdict));
    }
    for removal in removals {
        let Some(reason) = &removal.shown else {
            continue;
        };
        changes.push(Change {
            address: removal.address.clone(),
            kind: removal.recorded.kind.clone(),
            verdict: match removal.leaving {
                Leaving::Deleted => Verdict::Delete,
                Leaving::Forgotten | Leaving::Kept => Verdict::Forget,
            },
            reason: reason.clone(),
            fields: Vec::new(),
            physical_id: Some(removal.recorded.physical_id.clone()),
            source: None,
        });
    }
    changes.sort_by(|a, b| a.address.cmp(&b.address));
    changes
}
