//! What a plan removes: generations that were replaced, resources that the program does not declare any more, and history beyond what is kept.
//!
//! Not here: the order of removals (`order`).

use std::collections::{BTreeMap, BTreeSet};

use petgraph::graph::NodeIndex;
use windlass::address::Address;
use windlass::codes;
use windlass::diagnostics::Diagnostic;
use windlass::schema::{OldGenerations, ReplaceOrder};
use windlass_state::snapshot::{OldReason, Recorded};

use crate::decision::{Act, Decision};
use crate::graph::Graph;
use crate::inputs::Inputs;
use crate::observation::Seen;
use crate::plan::{Note, Reason};
use crate::renames::{self, Renames};
use crate::scope::Scope;
use crate::world::World;

/// A generation that is removed, or becomes history.
#[derive(Debug)]
pub struct Removal<'a> {
    /// The address at that time.
    pub address: &'a Address,
    /// The address under which it is recorded.
    pub at: &'a Address,
    pub recorded: &'a Recorded,
    pub leaving: Leaving,
    /// The reason, if preview shows the removal as a change of its own.
    pub shown: Option<Reason>,
    /// The order of the replacement, if the removal is part of one.
    pub replaced: Option<ReplaceOrder>,
}

/// The way in which a generation is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// It is deleted in AWS.
    Deleted,
    /// It is gone already, or stays in AWS, and is forgotten.
    Forgotten,
    /// It stays as history.
    Kept,
}

/// Finds all removals.
#[derive(Debug)]
pub struct Removals<'a> {
    pub inputs: &'a Inputs<'a>,
    pub graph: &'a Graph<'a>,
    pub world: &'a World<'a>,
    pub scope: &'a Scope,
    pub decisions: &'a BTreeMap<NodeIndex, Decision>,
    pub renames: &'a Renames<'a>,
    /// Addresses on which a resource outside this plan depends.
    pub used_outside: BTreeSet<&'a Address>,
    pub found: Vec<Removal<'a>>,
    pub notes: Vec<Note>,
    pub problems: Vec<Diagnostic>,
}

impl<'a> Removals<'a> {
    /// Finds all removals, in order of addresses.
    pub fn run(&mut self) {
        self.find_used_outside();
        for (node, decision) in self.decisions {
            self.replaced(*node, decision);
        }
        for node in self.graph.order() {
            if self.scope.has(*node) {
                self.history(*node);
            }
        }
        for address in self.world.undeclared(self.inputs.document) {
            if self.scope.has_undeclared(address) {
                self.undeclared(address);
            }
        }
        self.found
            .sort_by_key(|removal| (removal.address, removal.recorded.generation));
    }

    /// The generation that a decision replaces.
    fn replaced(&mut self, node: NodeIndex, decision: &Decision) {
        let address = self.graph.node(node).address;
        let Some(current) = self.world.declared(node) else {
            return;
        };
        let (leaving, replaced) = match decision.act {
            Act::Create => (Leaving::Forgotten, None),
            Act::Replace(_) if self.keeps(node, current.recorded).is_some() => return,
            Act::Replace(order) if self.graph.node(node).declaration.options.retain => {
                (Leaving::Forgotten, Some(order))
            }
            Act::Replace(order) => {
                if order == ReplaceOrder::CreateFirst && self.is_used_outside(current.at) {
                    self.notes.push(Note {
                        address: address.clone(),
                        text: "its old generation stays until what uses it is part of a plan"
                            .to_owned(),
                        source: None,
                    });
                    return;
                }
                (Leaving::Deleted, Some(order))
            }
            _ => return,
        };
        self.found.push(Removal {
            address,
            at: current.at,
            recorded: current.recorded,
            leaving,
            shown: None,
            replaced,
        });
    }

    /// Old generations of a declared resource.
    fn history(&mut self, node: NodeIndex) {
        let address = self.graph.node(node).address;
        let replaced = self
            .decisions
            .get(&node)
            .is_some_and(|decision| matches!(decision.act, Act::Replace(_)));
        if !replaced && self.inputs.snapshot.old.is_empty() {
            return;
        }
        let Some(current) = self.world.declared(node) else {
            return self.old(address, address, &Reason::Deposed);
        };
        let next = replaced.then_some(current.recorded);
        self.kept(node, current.at, next);
    }

    /// Old generations of one address, and the current one if it is about to become one.
    fn kept(&mut self, node: NodeIndex, at: &'a Address, next: Option<&'a Recorded>) {
        let address = self.graph.node(node).address;
        let old = self.inputs.snapshot.old.get(at).into_iter().flatten();
        let mut kept: Vec<(&'a Recorded, Option<OldReason>)> = Vec::new();
        for old in old {
            let recorded = &old.recorded;
            if self.is_gone(at, recorded) {
                self.push(address, at, recorded, Leaving::Forgotten, None);
            } else if self.keeps(node, recorded).is_some() {
                kept.push((recorded, Some(old.why)));
            } else if !self.is_used_outside(at) {
                self.remove(address, at, recorded, Reason::Deposed);
            }
        }
        kept.extend(
            next.filter(|next| self.keeps(node, next).is_some())
                .map(|next| (next, None)),
        );
        let room = kept
            .last()
            .and_then(|(newest, _)| self.keeps(node, newest))
            .unwrap_or(0);
        let excess = kept.len().saturating_sub(room);
        for (position, (recorded, why)) in kept.into_iter().enumerate() {
            if position < excess {
                self.remove(address, at, recorded, Reason::HistoryFull);
            } else if why != Some(OldReason::Kept) {
                self.push(address, at, recorded, Leaving::Kept, None);
            }
        }
    }

    /// Old generations of an address without a current one.
    fn old(&mut self, address: &'a Address, at: &'a Address, reason: &Reason) {
        for old in self.inputs.snapshot.old.get(at).into_iter().flatten() {
            if self.is_gone(at, &old.recorded) {
                self.push(address, at, &old.recorded, Leaving::Forgotten, None);
            } else {
                self.remove(address, at, &old.recorded, reason.clone());
            }
        }
    }

    fn undeclared(&mut self, address: &'a Address) {
        let reason = match self.inputs.document {
            Some(_) => Reason::Undeclared,
            None => Reason::Destroyed,
        };
        if let Some(current) = self.world.current(address) {
            let recorded = current.recorded;
            if current.is_gone() {
                self.push(
                    address,
                    address,
                    recorded,
                    Leaving::Forgotten,
                    Some(reason.clone()),
                );
            } else {
                if recorded.options.protect && !recorded.options.retain {
                    let renamed = self.renames.iter().find(|(_, was)| **was == address);
                    let renamed = renamed.map(|(declared, _)| *declared);
                    self.problems.push(protected(address, &reason, renamed));
                }
                self.remove(address, address, recorded, reason.clone());
            }
        }
        self.old(address, address, &reason);
    }

    fn remove(
        &mut self,
        address: &'a Address,
        at: &'a Address,
        recorded: &'a Recorded,
        why: Reason,
    ) {
        let leaving = if recorded.options.retain {
            Leaving::Forgotten
        } else {
            Leaving::Deleted
        };
        self.push(address, at, recorded, leaving, Some(why));
    }

    fn push(
        &mut self,
        address: &'a Address,
        at: &'a Address,
        recorded: &'a Recorded,
        leaving: Leaving,
        shown: Option<Reason>,
    ) {
        self.found.push(Removal {
            address,
            at,
            recorded,
            leaving,
            shown,
            replaced: None,
        });
    }

    /// Whether AWS has no resource that belongs to this old generation alone. Example: `PutScalingPolicy` overwrites by name, so a policy that a killed
    /// run made after the first one had vanished has the first one's identifier. Deleting the old generation would delete the new one.
    fn is_gone(&self, at: &Address, recorded: &Recorded) -> bool {
        let current = self.inputs.snapshot.resources.get(at);
        let is_current = current.is_some_and(|current| {
            (&current.kind, &current.place, &current.physical_id)
                == (&recorded.kind, &recorded.place, &recorded.physical_id)
        });
        let seen = self.world.seen(at, recorded.generation);
        is_current || matches!(seen, Some(Seen::Missing))
    }

    /// How many old generations are kept, as long as the resource still has that kind. The last one is the target of a rollback, so it always stays.
    fn keeps(&self, node: NodeIndex, recorded: &Recorded) -> Option<usize> {
        let schema = self.graph.node(node).schema;
        match schema.old_generations {
            OldGenerations::Kept(count) if schema.kind == recorded.kind => {
                Some(count.max(1) as usize)
            }
            _ => None,
        }
    }

    /// Whether a resource outside this plan depends on it.
    fn is_used_outside(&self, at: &Address) -> bool {
        self.used_outside.contains(at)
    }

    fn find_used_outside(&mut self) {
        if self.scope.is_all() {
            return;
        }
        let outside = self.inputs.snapshot.resources.iter().filter(|(user, _)| {
            match self.graph.find(self.world.now(user).as_str()) {
                Some(node) => !self.scope.has(node),
                None => !self.scope.has_undeclared(user),
            }
        });
        let used = outside.flat_map(|(_, recorded)| &recorded.depends_on);
        self.used_outside = used.collect();
    }
}

fn protected(address: &Address, reason: &Reason, renamed: Option<&Address>) -> Diagnostic {
    let why = match reason {
        Reason::Destroyed => "everything is to be destroyed",
        _ => "it is not declared any more",
    };
    let help = match renamed {
        Some(declared) => format!("`{declared}`: {}", renames::hint(address, declared)),
        None => {
            "declare it once without `.protect()` and run `up`; then it can be deleted".to_owned()
        }
    };
    Diagnostic::error(
        codes::PROTECTED,
        format!("`{address}` is protected, and would be deleted because {why}"),
    )
    .help(help)
}
