//! Decides what happens to each declared resource. It decides in the order of dependencies, so that a change reaches everything that depends on it.
//!
//! The order of questions: is it in scope ([`Decider::run`]), does it exist (`create`), is it unchanged (`unchanged`), what differs (`existing`), does
//! a difference need a new generation (`replace`), and does that one come before the old one goes (`replace_order`)?
//!
//! Not here: resources that are not declared any more and old generations (`removals`), and the steps (`order`).

mod case;
mod create;
mod driven;
mod existing;
mod following;
mod naming;
mod reason;
mod relocation;
mod replace;
mod replace_order;
mod unchanged;

use std::collections::{BTreeMap, BTreeSet};

use petgraph::graph::NodeIndex;
use windlass::address::Address;
use windlass::codes;
use windlass::diagnostics::Diagnostic;
use windlass::document::{Document, Place, Vanished};
use windlass::expr::SecretSource;
use windlass::schema::ReplaceOrder;
use windlass::value::SecretRef;

use self::case::Case;
pub use self::following::Following;
use crate::decision::{Act, Decision, Fate};
use crate::driven::{Drivers, drivers};
use crate::evaluate::{Answer, Answers, EvaluateError};
use crate::graph::Graph;
use crate::inputs::Inputs;
use crate::plan::Note;
use crate::resolve::place;
use crate::scope::Scope;
use crate::unchanged::DefaultTags;
use crate::world::{Current, World};

/// The inputs of all decisions.
#[derive(Debug, Clone, Copy)]
pub struct Grounds<'a> {
    pub inputs: &'a Inputs<'a>,
    pub document: &'a Document,
    pub graph: &'a Graph<'a>,
    pub world: &'a World<'a>,
    pub scope: &'a Scope,
}

/// Decides about the declared resources one after the other.
#[derive(Debug)]
pub struct Decider<'a> {
    pub inputs: &'a Inputs<'a>,
    pub document: &'a Document,
    pub graph: &'a Graph<'a>,
    pub world: &'a World<'a>,
    pub scope: &'a Scope,
    pub default_tags: DefaultTags<'a>,
    /// Resources that are replaced because of their owners.
    pub following: Following,
    /// Resources whose old generation goes first, and which are held by others that name them only indirectly.
    pub first_of_all: BTreeSet<&'a Address>,
    pub drivers: Drivers<'a>,
    pub fates: Vec<Fate>,
    pub decisions: BTreeMap<NodeIndex, Decision>,
    pub notes: Vec<Note>,
    pub problems: Vec<Diagnostic>,
}

impl Answers for Decider<'_> {
    fn output(&self, address: &Address, output: &str) -> Answer {
        let Some(node) = self.graph.find(address.as_str()) else {
            let found = self.inputs.lookups.get(address);
            let value = found.and_then(|outputs| outputs.get(output));
            return value.map_or(Answer::Missing, |value| Answer::Known(value.clone()));
        };
        let mut given = self.graph.node(node).schema.outputs.iter();
        let given = given.find(|given| given.name == output);
        let known = || {
            let text = self.world.declared(node)?.output(output)?;
            let value = serde_json::from_str(&text).expect("canonical JSON is JSON");
            Some(Answer::Known(value))
        };
        match (self.fates[node.index()], given) {
            (Fate::New | Fate::Absent, Some(_)) => Answer::Hole,
            (Fate::New | Fate::Absent, None) => Answer::Missing,
            (Fate::Updated, Some(given)) if given.stable => known().unwrap_or(Answer::Hole),
            (Fate::Updated, _) => Answer::Hole,
            (Fate::Unfinished, _) => known().unwrap_or(Answer::Hole),
            (Fate::Same, _) => known().unwrap_or(Answer::Missing),
        }
    }

    fn secret(&self, source: &SecretSource) -> Option<SecretRef> {
        self.inputs.secrets.get(source).cloned()
    }
}

impl<'a> Decider<'a> {
    /// A decider without decisions.
    pub fn new(grounds: Grounds<'a>, following: Following) -> Self {
        let Grounds {
            inputs,
            document,
            graph,
            world,
            scope,
        } = grounds;
        Self {
            inputs,
            document,
            graph,
            world,
            scope,
            default_tags: DefaultTags::of(&document.default_tags),
            drivers: drivers(graph),
            following,
            first_of_all: BTreeSet::new(),
            fates: vec![Fate::Absent; graph.len()],
            decisions: BTreeMap::new(),
            notes: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Decides about all resources.
    pub fn run(&mut self) {
        for node in self.graph.order() {
            let case = Case::of(self.graph, self.world, *node);
            if !self.scope.has(case.node) {
                let there = case.existing().is_some();
                self.fates[node.index()] = if there { Fate::Same } else { Fate::Absent };
                continue;
            }
            match self.decide(&case) {
                Ok(decision) => self.remember(&case, decision),
                Err(error) => {
                    // For the resources that refer to it, the decider assumes that it is made, so that one run finds all problems.
                    self.fates[node.index()] = Fate::New;
                    self.problems.push(invalid(&case, &error));
                }
            }
        }
    }

    /// `None` if nothing has to be done.
    fn decide(&mut self, case: &Case<'a>) -> Result<Option<Decision>, EvaluateError> {
        match (case.existing(), case.current) {
            (Some(current), _) => self.existing(case, current),
            (None, Some(gone)) if self.stays_away(case, gone) => Ok(None),
            (None, _) => self.create(case).map(Some),
        }
    }

    /// Whether the author accepts a deletion that Windlass did not make. References to its outputs keep their values.
    fn stays_away(&mut self, case: &Case<'a>, gone: Current<'a>) -> bool {
        let address = case.address;
        let accepted = case.declaration.options.vanished == Vanished::Forget;
        if !accepted || gone.is_moved_to(address) || self.inputs.replace.contains(address) {
            return false;
        }
        self.notes.push(Note {
            address: address.clone(),
            text: "AWS does not have it any more, and its declaration accepts that; `--replace` makes it again".to_owned(),
            source: None,
        });
        true
    }

    /// Makes this decision visible to later ones.
    fn remember(&mut self, case: &Case<'a>, decision: Option<Decision>) {
        let goes_first = decision
            .as_ref()
            .is_some_and(|decision| decision.act == Act::Replace(ReplaceOrder::DeleteFirst));
        if goes_first && case.schema.held_by.is_some() {
            self.first_of_all
                .extend(case.current.map(|current| current.at));
        }
        self.fates[case.node.index()] = match decision.as_ref().map(|decision| &decision.act) {
            Some(Act::Create | Act::Replace(_)) => Fate::New,
            Some(Act::Update { .. }) => Fate::Updated,
            _ if case.is_unfinished() => Fate::Unfinished,
            _ => Fate::Same,
        };
        if let Some(decision) = decision {
            self.decisions.insert(case.node, decision);
        }
    }

    fn place(&self, case: &Case<'a>) -> Place {
        place(case.declaration, self.document, self.inputs.home())
    }

    // In order of addresses, which is the order of the nodes.
    fn depends_on(&self, case: &Case<'a>) -> Vec<Address> {
        let dependencies = self.graph.dependencies(case.node).into_iter();
        dependencies
            .map(|(on, _)| self.graph.node(on).address.clone())
            .collect()
    }
}

fn invalid(case: &Case<'_>, error: &EvaluateError) -> Diagnostic {
    let code = match error {
        EvaluateError::NoSecret(_) => codes::SECRET_MISSING,
        _ => codes::EXPRESSION_INVALID,
    };
    let message = format!("`{}` cannot be resolved: {error}", case.address);
    Diagnostic::error(code, message).at(&case.declaration.source, "declared here")
}
