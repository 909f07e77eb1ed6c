//! The scope of a plan: all resources, or those named on the command line (`--target`) with everything they need.
//!
//! Not here: what happens to them.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::graph::NodeIndex;
use windlass::address::Address;
use windlass::codes;
use windlass::diagnostics::Diagnostic;
use windlass_state::snapshot::Snapshot;

use crate::graph::Graph;

/// The resources that a plan covers.
#[derive(Debug)]
pub struct Scope {
    /// `None` for all.
    named: Option<Named>,
}

#[derive(Debug)]
struct Named {
    nodes: Vec<bool>,
    undeclared: BTreeSet<Address>,
}

impl Scope {
    /// The named addresses, everything below them and everything that those need. For removed resources, also the resources that need them.
    pub fn of(
        target: &[Address],
        graph: &Graph<'_>,
        snapshot: &Snapshot,
        undeclared: &[&Address],
        problems: &mut Vec<Diagnostic>,
    ) -> Self {
        if target.is_empty() {
            return Self { named: None };
        }
        let mut nodes = vec![false; graph.len()];
        let mut stack = Vec::new();
        let mut removed = BTreeSet::new();
        for named in target {
            let wanted: Vec<_> = graph
                .order()
                .iter()
                .copied()
                .filter(|node| graph.node(*node).address.is_within(named))
                .collect();
            let gone: Vec<_> = undeclared
                .iter()
                .filter(|address| address.is_within(named))
                .map(|address| (*address).clone())
                .collect();
            if wanted.is_empty() && gone.is_empty() {
                problems.push(unknown("--target", named));
            }
            stack.extend(wanted);
            removed.extend(gone);
        }
        while let Some(node) = stack.pop() {
            if !std::mem::replace(&mut nodes[node.index()], true) {
                stack.extend(graph.dependencies(node).into_iter().map(|(on, _)| on));
            }
        }
        add_dependants(&mut removed, snapshot, undeclared);
        Self {
            named: Some(Named {
                nodes,
                undeclared: removed,
            }),
        }
    }

    pub fn has(&self, node: NodeIndex) -> bool {
        self.named
            .as_ref()
            .is_none_or(|named| named.nodes[node.index()])
    }

    pub fn has_undeclared(&self, address: &Address) -> bool {
        self.named
            .as_ref()
            .is_none_or(|named| named.undeclared.contains(address))
    }

    pub fn is_all(&self) -> bool {
        self.named.is_none()
    }
}

/// A removed resource also removes the undeclared resources that cannot exist without it.
fn add_dependants(removed: &mut BTreeSet<Address>, snapshot: &Snapshot, undeclared: &[&Address]) {
    let mut dependants: BTreeMap<&Address, Vec<&Address>> = BTreeMap::new();
    for address in undeclared {
        let generations = snapshot.generations(address);
        for on in generations.flat_map(|recorded| &recorded.depends_on) {
            dependants.entry(on).or_default().push(address);
        }
    }
    let mut reached: Vec<_> = removed.iter().cloned().collect();
    while let Some(address) = reached.pop() {
        for dependant in dependants.get(&address).into_iter().flatten() {
            if removed.insert((*dependant).clone()) {
                reached.push((*dependant).clone());
            }
        }
    }
}

/// An address on the command line that matches nothing.
pub fn unknown(option: &str, address: &Address) -> Diagnostic {
    Diagnostic::error(
        codes::ADDRESS_UNKNOWN,
        format!("`{option} {address}` names nothing that is declared or recorded"),
    )
    .help("`windlass state list` shows what is recorded, `windlass graph` what is declared")
}
