//! The order of removals: a resource is removed after its users have let go of it. Some edges give way if no order satisfies all of them.
//!
//! Not here: which resources hold each other (`holding`).

use std::collections::{BTreeMap, BTreeSet};

use petgraph::graph::DiGraph;
use windlass::address::Address;
use windlass::codes;
use windlass::diagnostics::Diagnostic;
use windlass::schema::ReplaceOrder;
use windlass_state::snapshot::Recorded;

use crate::holding::{Used, holds, holds_indirectly};
use crate::order::{Order, Users};
use crate::plan::{RecordOnly, StepAction, StepId};
use crate::removals::{Leaving, Removal};

/// Why a removal waits for a step, the weakest reason first: if the waits make a circle, the first variant gives way first.
#[derive(Debug, Clone, Copy)]
enum Why<'a> {
    /// Kept history refers to the resource permanently. The resource that still runs that history lets go of it.
    History,
    /// A dependency does not name a generation. If it means the current one, waiting until the user lets go of an old one is only a precaution.
    OldGeneration,
    /// A user of the current generation changes or is removed. AWS may refuse the removal until then, or the order is just better for the user.
    Used(&'a Recorded, &'a Removal<'a>),
    /// AWS refuses the removal until then.
    Held,
}

/// The number of reasons that can give way.
const SOFT: usize = 3;

impl<'a> Order<'a> {
    /// Makes every removal wait for its users.
    ///
    /// # Errors
    /// A resource must be removed before its next generation is made, but a resource that holds it stays.
    pub fn let_go(&mut self, users: &Users<'a>) -> Result<(), Vec<Diagnostic>> {
        let mut lettings = vec![Vec::new(); self.steps.len()];
        self.each_letting(users, &mut |step, before, _| {
            if step != before {
                lettings[step].push(before);
            }
        });
        self.lettings = lettings;
        self.connect(self.returns(users));
        let held: Vec<_> = self
            .removals
            .iter()
            .filter_map(|removal| self.held(removal, users))
            .collect();
        if held.is_empty() { Ok(()) } else { Err(held) }
    }

    /// A resource that is removed because it indirectly holds a resource that goes first comes back only after that one is gone. Otherwise the new
    /// generation would hold it, too.
    fn returns(&self, users: &Users<'a>) -> Vec<(StepId, StepId)> {
        let mut edges = Vec::new();
        for removal in self.removals {
            if removal.replaced != Some(ReplaceOrder::DeleteFirst) {
                continue;
            }
            let Some(made) = self.last_of(removal.address) else {
                continue;
            };
            let holders = self.indirect_holders(removal, users).into_iter();
            let gone = holders.filter(|(_, gone)| gone.is_some());
            let again = gone.filter_map(|(user, _)| self.make_of(self.world.now(user)));
            edges.extend(again.map(|make| (make, made)));
        }
        edges
    }

    fn each_letting(&self, users: &Users<'a>, visit: &mut dyn FnMut(StepId, StepId, Why<'a>)) {
        for removal in self.removals {
            let key = (removal.at, removal.recorded.generation);
            let Some(step) = self.removed.get(&key).copied() else {
                continue;
            };
            if removal.leaving == Leaving::Kept {
                continue;
            }
            for (user, recorded) in users.get(removal.at).into_iter().flatten() {
                self.lettings_of(removal, user, recorded, users, &mut |before, why| {
                    visit(step, before, why);
                });
            }
            for (_, gone) in self.indirect_holders(removal, users) {
                if let Some(gone) = gone {
                    visit(step, gone, Why::Held);
                }
            }
        }
    }

    /// The steps that one removal waits for because of one user.
    fn lettings_of(
        &self,
        removal: &'a Removal<'a>,
        user: &Address,
        recorded: &'a Recorded,
        users: &Users<'a>,
        visit: &mut dyn FnMut(StepId, Why<'a>),
    ) {
        // A user that AWS does not have any more uses nothing.
        if self.is_gone(user, recorded) {
            return;
        }
        let delete_first = removal.replaced == Some(ReplaceOrder::DeleteFirst);
        let why = if self.is_current(removal) {
            Why::Used(recorded, removal)
        } else {
            Why::OldGeneration
        };
        let gone = self.removed.get(&(user, recorded.generation)).copied();
        match gone {
            Some(gone) if self.is_kept(gone) => {
                let running = users.get(user).into_iter().flatten();
                let moved = running.filter_map(|(running, _)| self.lets_go(running));
                moved
                    .filter(|_| !delete_first)
                    .for_each(|moved| visit(moved, Why::History));
            }
            // With delete-first, a user that is replaced along with the resource and does not hold it need not be gone before.
            Some(gone) if !delete_first || self.is_held(removal, recorded) => visit(gone, why),
            _ => {}
        }
        let lets_go =
            !delete_first || (gone.is_none() && self.is_given_up(removal, user, recorded));
        if let Some(last) = self.lets_go(user).filter(|_| lets_go) {
            visit(last, why);
        }
    }

    /// Gives up waits with the weakest reason among those that block; returns whether there were any.
    pub fn give_way(&mut self, users: &Users<'a>, stuck: &[StepId]) -> bool {
        let rings = self.rings(stuck);
        let in_ring = |step, before| {
            let ring = rings.get(&step);
            ring.is_some() && ring == rings.get(&before)
        };
        let mut soft: [Vec<(StepId, StepId)>; SOFT] = Default::default();
        let mut hard = BTreeSet::new();
        self.each_letting(users, &mut |step, before, why| {
            if !in_ring(step, before) || !self.lettings[step].contains(&before) {
                return;
            }
            match self.rank(why) {
                Some(rank) => soft[rank].push((step, before)),
                None => {
                    hard.insert((step, before));
                }
            }
        });
        for given_up in &mut soft {
            given_up.retain(|edge| !hard.contains(edge));
        }
        let Some(given_up) = soft.into_iter().find(|edges| !edges.is_empty()) else {
            return false;
        };
        for (step, before) in given_up {
            self.lettings[step].retain(|other| *other != before);
        }
        true
    }

    fn rank(&self, why: Why<'_>) -> Option<usize> {
        match why {
            Why::History => Some(0),
            Why::OldGeneration => Some(1),
            Why::Used(user, removal) => (!self.is_held(removal, user)).then_some(2),
            Why::Held => None,
        }
    }

    /// The steps that wait for each other in a ring, with the ring's number.
    fn rings(&self, stuck: &[StepId]) -> BTreeMap<StepId, usize> {
        let mut graph = DiGraph::<StepId, ()>::new();
        let nodes: BTreeMap<_, _> = stuck.iter().map(|id| (*id, graph.add_node(*id))).collect();
        for (id, node) in &nodes {
            for before in self.steps[*id].after.iter().chain(&self.lettings[*id]) {
                if let Some(before) = nodes.get(before) {
                    graph.add_edge(*node, *before, ());
                }
            }
        }
        let rings = petgraph::algo::tarjan_scc(&graph).into_iter();
        let rings = rings.filter(|ring| ring.len() > 1).enumerate();
        let graph = &graph;
        rings
            .flat_map(|(number, ring)| ring.into_iter().map(move |node| (graph[node], number)))
            .collect()
    }

    /// The addresses of steps that wait for each other.
    pub fn in_rings(&self, stuck: &[StepId]) -> BTreeSet<&Address> {
        let rings = self.rings(stuck);
        rings.keys().map(|id| &self.steps[*id].address).collect()
    }

    /// A resource that has to go before its next generation is made, but cannot, because a resource that holds it stays.
    fn held(&self, removal: &'a Removal<'a>, users: &Users<'a>) -> Option<Diagnostic> {
        if removal.replaced != Some(ReplaceOrder::DeleteFirst)
            || removal.leaving != Leaving::Deleted
        {
            return None;
        }
        let mut holders = BTreeSet::new();
        for (user, recorded) in users.get(removal.at).into_iter().flatten() {
            let goes = self.removed.contains_key(&(*user, recorded.generation));
            if !goes
                && !self.is_gone(user, recorded)
                && self.is_held(removal, recorded)
                && !self.is_given_up(removal, user, recorded)
            {
                holders.insert(self.world.now(user));
            }
        }
        for (user, gone) in self.indirect_holders(removal, users) {
            if gone.is_none() {
                holders.insert(self.world.now(user));
            }
        }
        (!holders.is_empty()).then(|| self.in_use(removal, &holders))
    }

    /// The resources that hold it indirectly, with the step that removes them.
    fn indirect_holders(
        &self,
        removal: &Removal<'_>,
        users: &Users<'a>,
    ) -> Vec<(&'a Address, Option<StepId>)> {
        let schema = (self.inputs.schema)(&removal.recorded.kind);
        let Some(schema) = schema.filter(|schema| schema.held_by.is_some()) else {
            return Vec::new();
        };
        let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
        let mut stack = vec![removal.at];
        while let Some(at) = stack.pop() {
            for (user, recorded) in users.get(at).into_iter().flatten() {
                if !seen.insert((*user, recorded.generation)) {
                    continue;
                }
                stack.push(user);
                if !self.is_gone(user, recorded) && holds_indirectly(schema, recorded) {
                    let gone = self.removed.get(&(*user, recorded.generation));
                    found.push((*user, gone.copied()));
                }
            }
        }
        found
    }

    fn is_current(&self, removal: &Removal<'_>) -> bool {
        let current = self.inputs.snapshot.resources.get(removal.at);
        current.is_some_and(|current| current.generation == removal.recorded.generation)
    }

    fn is_gone(&self, at: &Address, recorded: &Recorded) -> bool {
        self.vanished.contains(&(at, recorded.generation))
    }

    fn is_kept(&self, step: StepId) -> bool {
        let action = &self.steps[step].action;
        matches!(action, StepAction::Record(RecordOnly::Keep))
    }

    /// Whether AWS refuses the removal while this user is as it is recorded.
    fn is_held(&self, removal: &Removal<'_>, user: &Recorded) -> bool {
        let used = Used {
            at: removal.at,
            recorded: removal.recorded,
        };
        removal.leaving == Leaving::Deleted
            && holds(self.inputs.schema, &user.kind, &user.template, used)
    }

    /// Whether a user that stays no longer holds the resource after its change.
    fn is_given_up(&self, removal: &Removal<'_>, user: &Address, recorded: &Recorded) -> bool {
        let declared = self.graph.find(self.world.now(user).as_str());
        let Some(declared) = declared.map(|node| self.graph.node(node).declaration) else {
            return false;
        };
        let used = Used {
            at: removal.address,
            recorded: removal.recorded,
        };
        self.is_held(removal, recorded)
            && !holds(self.inputs.schema, &declared.kind, &declared.spec, used)
    }

    fn in_use(&self, removal: &Removal<'_>, holders: &BTreeSet<&Address>) -> Diagnostic {
        let named: Vec<_> = holders.iter().map(|at| format!("`{at}`")).collect();
        let options: Vec<_> = holders.iter().map(|at| format!("--replace {at}")).collect();
        let message = format!(
            "`{}` has to be removed before it can be made again, and AWS does not remove it while {} {} it",
            removal.address,
            named.join(", "),
            if holders.len() == 1 { "uses" } else { "use" },
        );
        let problem = Diagnostic::error(codes::STILL_USED, message);
        let node = self.graph.find(removal.address.as_str());
        let problem = match node {
            Some(node) => {
                let source = &self.graph.node(node).declaration.source;
                problem.at(source, "declared here")
            }
            None => problem,
        };
        problem.help(format!(
            "leave it as it is; or replace them along with it, so that they go first and are away meanwhile: `{}`",
            options.join(" ")
        ))
    }
}
