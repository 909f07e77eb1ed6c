//! The steps, and which of them wait for which.
//!
//! A create or update waits for the resources that it refers to. A removal waits for every step that lets go of its resource. AWS's own constraints are
//! edges like any other. Not here: what happens to a resource (`decide`) and what is removed (`removals`).

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use petgraph::graph::NodeIndex;
use serde_json::{Map, Value};
use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass::codes;
use windlass::diagnostics::Diagnostic;
use windlass::schema::{Change, KindSchema, ReplaceOrder, Wait};
use windlass_state::snapshot::Recorded;

use crate::decision::{Act, Decision};
use crate::exclusive::{self, Passing};
use crate::graph::{Graph, Node};
use crate::inputs::Inputs;
use crate::lending::{Parted, last, part};
use crate::observation::{Observations, Seen};
use crate::plan::{RecordOnly, Step, StepAction, StepId};
use crate::removals::{Leaving, Removal};
use crate::serving::handed_over;
use crate::world::World;

/// The steps of one declared resource.
#[derive(Debug, Default)]
struct Made {
    moved: Option<StepId>,
    /// Create, update or redeclare.
    make: Option<StepId>,
    waits: BTreeMap<Wait, StepId>,
    /// The step that removes members after the users have changed, and its wait.
    taken: Vec<StepId>,
}

impl Made {
    /// The step after which everything about the resource is done.
    fn last(&self) -> Option<StepId> {
        let wait = self.waits.last_key_value().map(|(_, step)| *step);
        let taken = self.taken.last().copied();
        taken.or(wait).or(self.make).or(self.moved)
    }

    /// The step after which the resource has reached that level.
    fn at(&self, level: Wait) -> Option<StepId> {
        let wait = self
            .waits
            .range(..=level)
            .next_back()
            .map(|(_, step)| *step);
        wait.or(self.make).or(self.moved)
    }
}

/// Recorded generations, by the addresses that they use.
pub type Users<'a> = BTreeMap<&'a Address, Vec<(&'a Address, &'a Recorded)>>;

/// Puts steps in order.
#[derive(Debug)]
pub struct Order<'a> {
    pub(crate) inputs: &'a Inputs<'a>,
    pub(crate) graph: &'a Graph<'a>,
    pub(crate) world: &'a World<'a>,
    decisions: &'a BTreeMap<NodeIndex, Decision>,
    pub(crate) removals: &'a [Removal<'a>],
    pub(crate) steps: Vec<Step>,
    made: BTreeMap<NodeIndex, Made>,
    pub(crate) removed: BTreeMap<(&'a Address, u32), StepId>,
    /// Generations that AWS does not have any more.
    pub(crate) vanished: BTreeSet<(&'a Address, u32)>,
    /// Steps that each step waits for in addition to its `after`, so that the resource that it removes is not used any more.
    pub(crate) lettings: Vec<Vec<StepId>>,
}

impl<'a> Order<'a> {
    /// The steps, sorted so that each comes after those that it waits for.
    pub fn of(
        inputs: &'a Inputs<'a>,
        graph: &'a Graph<'a>,
        world: &'a World<'a>,
        decisions: &'a BTreeMap<NodeIndex, Decision>,
        removals: &'a [Removal<'a>],
    ) -> Result<Vec<Step>, Vec<Diagnostic>> {
        let mut order = Self {
            inputs,
            graph,
            world,
            decisions,
            removals,
            steps: Vec::new(),
            made: BTreeMap::new(),
            removed: BTreeMap::new(),
            vanished: vanished(inputs.observations),
            lettings: Vec::new(),
        };
        order.draft();
        let users = if removals.is_empty() {
            Users::new()
        } else {
            order.recorded_users()
        };
        order.take_away_last(&users);
        order.order_makes();
        order.pass_on();
        if !removals.is_empty() {
            order.order_removals();
            order.let_go(&users)?;
            order.free_names()?;
        }
        order.sorted(&users)
    }

    fn draft(&mut self) {
        let levels = self.levels();
        for node in self.graph.order() {
            if let Some(decision) = self.decisions.get(node) {
                self.draft_make(*node, decision, &levels);
            }
        }
        for removal in self.removals {
            let action = match removal.leaving {
                Leaving::Deleted => StepAction::Delete {
                    physical_id: removal.recorded.physical_id.clone(),
                    applied: removal.recorded.applied.clone(),
                },
                Leaving::Forgotten => StepAction::Record(RecordOnly::Forget),
                Leaving::Kept => StepAction::Record(RecordOnly::Keep),
            };
            let step = self.push(Step {
                address: removal.address.clone(),
                generation: removal.recorded.generation,
                kind: removal.recorded.kind.clone(),
                place: removal.recorded.place.clone(),
                action,
                after: Vec::new(),
            });
            self.removed
                .insert((removal.at, removal.recorded.generation), step);
        }
    }

    /// The wait levels of each resource: those that its users need, and the last one.
    fn levels(&self) -> BTreeMap<NodeIndex, BTreeSet<Wait>> {
        let mut levels: BTreeMap<NodeIndex, BTreeSet<Wait>> = BTreeMap::new();
        for node in self.decisions.keys() {
            let waits = self.graph.node(*node).schema.waits;
            levels.entry(*node).or_default().extend(waits.iter().max());
            for (on, wait) in self.graph.dependencies(*node) {
                let waits = self.graph.node(on).schema.waits.iter();
                let meant = waits.filter(|level| **level <= wait).max();
                levels.entry(on).or_default().extend(meant);
            }
        }
        levels
    }

    fn draft_make(
        &mut self,
        node: NodeIndex,
        decision: &Decision,
        levels: &BTreeMap<NodeIndex, BTreeSet<Wait>>,
    ) {
        let declaration = self.graph.node(node).declaration;
        let current = self.world.declared(node).map(|current| current.recorded);
        let mut made = Made::default();
        if let (Some(from), Some(current)) = (&decision.moved_from, current) {
            let action = StepAction::Record(RecordOnly::Move { from: from.clone() });
            let mut step = self.step(node, decision, action);
            step.generation = current.generation;
            made.moved = Some(self.push(step));
        }
        let template = declaration.spec.clone();
        let (spec, depends_on) = (decision.spec.clone(), decision.depends_on.clone());
        let options = declaration.options.clone();
        let action = match &decision.act {
            Act::Create | Act::Replace(_) => Some(StepAction::Create {
                template,
                spec,
                depends_on,
                options,
            }),
            Act::Update { before, properties } => Some(StepAction::Update {
                physical_id: decision.physical_id.clone().unwrap_or_default(),
                template,
                spec,
                before: before.clone(),
                properties: properties.clone(),
                partners: Vec::new(),
                depends_on,
                options,
            }),
            Act::Redeclare => Some(StepAction::Record(RecordOnly::Redeclare {
                template,
                spec,
                depends_on,
                options,
            })),
            Act::Stay => None,
        };
        made.make = action.map(|action| {
            let step = self.step(node, decision, action);
            self.push(step)
        });
        let reached = match decision.act {
            Act::Redeclare | Act::Stay => current.map_or(Wait::Exists, |current| current.waited),
            _ => Wait::Exists,
        };
        let levels = levels.get(&node).into_iter().flatten();
        for level in levels.filter(|level| **level > reached) {
            let step = self.step(node, decision, StepAction::Wait { level: *level });
            let wait = self.push(step);
            made.waits.insert(*level, wait);
        }
        self.made.insert(node, made);
    }

    fn step(&self, node: NodeIndex, decision: &Decision, action: StepAction) -> Step {
        let Node {
            address,
            declaration,
            ..
        } = self.graph.node(node);
        Step {
            address: address.clone(),
            generation: decision.generation,
            kind: declaration.kind.clone(),
            place: decision.place.clone(),
            action,
            after: Vec::new(),
        }
    }

    /// The recorded users of each address.
    fn recorded_users(&self) -> Users<'a> {
        let mut users = Users::new();
        for (user, recorded) in self.inputs.snapshot.everything() {
            for on in &recorded.depends_on {
                users.entry(on).or_default().push((user, recorded));
            }
        }
        users
    }

    /// A removal of list members comes after their users have changed or gone.
    fn take_away_last(&mut self, users: &Users<'a>) {
        let mut edges = Vec::new();
        for node in self.decisions.keys() {
            let schema = self.graph.node(*node).schema;
            if schema.lends.is_empty() && schema.users_first.is_empty() {
                continue;
            }
            let make = self.made.get(node).and_then(|made| made.make);
            let action = make.map(|make| &self.steps[make].action);
            if let (Some(make), Some(true)) = (make, action.map(|update| last(schema, update))) {
                let users = self.graph.referring(*node).into_iter();
                let changed = users.filter_map(|user| self.made.get(&user).and_then(Made::last));
                let changed: Vec<_> = changed.collect();
                if !changed.is_empty() {
                    self.take_last(*node, make);
                    edges.extend(changed.into_iter().map(|step| (make, step)));
                }
                continue;
            }
            let parted = action.and_then(|update| part(schema, update));
            let (Some(make), Some(parted)) = (make, parted) else {
                continue;
            };
            let at = self.world.declared(*node).map(|current| current.at);
            let recorded = at.and_then(|at| users.get(at)).into_iter().flatten();
            let gone = recorded.filter_map(|(user, recorded)| {
                self.removed.get(&(*user, recorded.generation)).copied()
            });
            let now = self.graph.users(*node).into_iter();
            let changed = now.filter_map(|user| self.made.get(&user).and_then(Made::last));
            let before: Vec<_> = gone.chain(changed).collect();
            if before.is_empty() {
                continue;
            }
            let taken = self.take_away(*node, make, parted);
            edges.extend(before.into_iter().map(|step| (taken, step)));
        }
        self.connect(edges);
    }

    /// Adds the second part of an update after the first; returns its step.
    fn take_away(&mut self, node: NodeIndex, make: StepId, parted: Parted) -> StepId {
        let Parted { before, after } = parted;
        let Some(before) = before else {
            self.take_last(node, make);
            return make;
        };
        let template = self.steps[make].clone();
        let taken = self.push(Step {
            action: after,
            ..template.clone()
        });
        let wait = self.graph.node(node).schema.waits.iter().max();
        let wait = wait.map(|level| {
            self.push(Step {
                action: StepAction::Wait { level: *level },
                ..template
            })
        });
        self.steps[make].action = before;
        let made = self.made.entry(node).or_default();
        made.taken.push(taken);
        made.taken.extend(wait);
        taken
    }

    /// No step waits for such an update: it comes after the resource's users.
    fn take_last(&mut self, node: NodeIndex, make: StepId) {
        let made = self.made.entry(node).or_default();
        made.make = None;
        made.taken.push(make);
        made.taken
            .extend(std::mem::take(&mut made.waits).into_values());
    }

    fn order_makes(&mut self) {
        let mut edges = Vec::new();
        // Few plans change a completing resource. All other plans need not look behind unchanged resources.
        let completes = self
            .made
            .keys()
            .any(|node| !self.graph.node(*node).schema.completes.is_empty());
        for (node, made) in &self.made {
            let mut chain: Vec<_> = made.moved.into_iter().chain(made.make).collect();
            chain.extend(made.waits.values());
            chain.extend(&made.taken);
            edges.extend(chain.windows(2).map(|pair| (pair[1], pair[0])));
            let Some(make) = made.make.or(made.taken.first().copied()) else {
                continue;
            };
            for (on, wait) in self.graph.dependencies(*node) {
                match self.reached(on, wait) {
                    Some(reached) => edges.push((make, reached)),
                    None if completes => self.completed(on, &mut |step| edges.push((make, step))),
                    None => {}
                }
            }
        }
        self.connect(edges);
    }

    fn reached(&self, node: NodeIndex, wait: Wait) -> Option<StepId> {
        self.made.get(&node).and_then(|made| made.at(wait))
    }

    /// The steps of the resources that complete what a node uses, although the node itself does nothing. Example: a NAT gateway that has vanished is
    /// created again in a subnet that stays, and needs the internet gateway that its network is about to get.
    fn completed(&self, node: NodeIndex, visit: &mut dyn FnMut(StepId)) {
        let (mut stack, mut seen) = (vec![node], BTreeSet::new());
        while let Some(at) = stack.pop() {
            for (part, wait) in self.graph.completing(at) {
                self.reached(part, wait).into_iter().for_each(&mut *visit);
            }
            let quiet = self.graph.dependencies(at).into_iter();
            let quiet = quiet.filter(|(on, wait)| self.reached(*on, *wait).is_none());
            stack.extend(quiet.map(|(on, _)| on).filter(|on| seen.insert(*on)));
        }
    }

    /// A generation makes room before or after the next one, as the replacement says.
    fn order_removals(&mut self) {
        let mut edges = Vec::new();
        for removal in self.removals {
            let Some(step) = self.removed.get(&(removal.at, removal.recorded.generation)) else {
                continue;
            };
            let own = self.graph.find(removal.address.as_str());
            let own = own.and_then(|node| self.made.get(&node));
            let delete_first = removal.replaced == Some(ReplaceOrder::DeleteFirst);
            match (delete_first, own) {
                (true, Some(own)) => {
                    edges.extend(own.make.map(|make| (make, *step)));
                    edges.extend(own.moved.map(|moved| (*step, moved)));
                }
                // A generation that becomes history only has to be replaced. A generation that is deleted has to be replaced by one that works.
                (false, Some(own)) if removal.leaving == Leaving::Deleted => {
                    edges.extend(own.last().map(|last| (*step, last)));
                }
                (false, Some(own)) => {
                    edges.extend(own.make.or(own.moved).map(|make| (*step, make)));
                }
                (_, None) => {}
            }
        }
        self.connect(edges);
    }

    /// An exclusive value is taken after it was given up, or exchanged in one step.
    fn pass_on(&mut self) {
        let steps = exclusive::Steps {
            make: &|node| self.made.get(&node).and_then(|made| made.make),
            gone: &|removal| {
                let key = (removal.at, removal.recorded.generation);
                self.removed.get(&key).copied()
            },
            schema: self.inputs.schema,
        };
        let Passing { edges, exchanges } =
            Passing::of(self.graph, self.decisions, self.removals, &steps);
        let handed_over = handed_over(
            self.graph,
            self.world,
            self.decisions,
            self.removals,
            &steps,
        );
        for (step, with) in exchanges {
            if let StepAction::Update { partners, .. } = &mut self.steps[step].action {
                *partners = with;
            }
        }
        self.connect(edges);
        self.connect(handed_over);
    }

    /// The step that makes the resource declared at this address.
    pub(crate) fn make_of(&self, at: &Address) -> Option<StepId> {
        let node = self.graph.find(at.as_str())?;
        self.made.get(&node)?.make
    }

    /// The step after which everything about the resource declared at this address is done.
    pub(crate) fn last_of(&self, at: &Address) -> Option<StepId> {
        let node = self.graph.find(at.as_str())?;
        self.made.get(&node)?.last()
    }

    /// The step after which the resource recorded at this address uses only what it is to use. A redeclaration in other words uses the same as before.
    pub(crate) fn lets_go(&self, at: &Address) -> Option<StepId> {
        let node = self.graph.find(self.world.now(at).as_str())?;
        let last = self.made.get(&node).and_then(Made::last)?;
        let changes = !matches!(self.steps[last].action, StepAction::Record(_));
        changes.then_some(last)
    }

    /// A resource that gets the name of a removed one is created after the removal. So is the next generation of a replaced resource, because a call of
    /// a dead program may have made it under that name already.
    fn free_names(&mut self) -> Result<(), Vec<Diagnostic>> {
        let made = self.decisions.iter();
        let makes = |made: &Decision| matches!(made.act, Act::Create | Act::Replace(_));
        let mut made = made.filter(|(_, made)| makes(made)).peekable();
        if made.peek().is_none() {
            return Ok(());
        }
        let mut going: BTreeMap<_, Vec<&Removal<'_>>> = BTreeMap::new();
        for removal in self.removals {
            let recorded = removal.recorded;
            let schema = (self.inputs.schema)(&recorded.kind);
            let goes = removal.leaving == Leaving::Deleted && removal.replaced.is_none();
            let Some(schema) = schema.filter(|_| goes) else {
                continue;
            };
            if let Some(held) = held(schema, &recorded.applied.to_value()) {
                let of = (schema.kind, &recorded.place, held);
                going.entry(of).or_default().push(removal);
            }
        }
        let (mut edges, mut problems) = (Vec::new(), Vec::new());
        for (node, decision) in made {
            let schema = self.graph.node(*node).schema;
            let Some(held) = held(schema, &decision.spec.to_value()) else {
                continue;
            };
            let wanted = (schema.kind, &decision.place, held);
            for removal in going.get(&wanted).into_iter().flatten() {
                let made = self.made.get(node).and_then(|made| made.make);
                let gone = self.removed.get(&(removal.at, removal.recorded.generation));
                let (Some(made), Some(gone)) = (made, gone) else {
                    continue;
                };
                if !self.comes_after(*gone, made) {
                    edges.push((made, *gone));
                } else if let (Held::Name(name), Act::Create) = (&wanted.2, &decision.act) {
                    let node = self.graph.node(*node);
                    problems.push(name_in_use(&node, removal.address, name));
                }
            }
        }
        self.connect(edges);
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }

    /// Whether a step waits, directly or indirectly, for another.
    fn comes_after(&self, step: StepId, other: StepId) -> bool {
        let (mut stack, mut seen) = (vec![step], BTreeSet::new());
        while let Some(at) = stack.pop() {
            if at == other {
                return true;
            }
            if seen.insert(at) {
                stack.extend(&self.steps[at].after);
                stack.extend(self.lettings.get(at).into_iter().flatten());
            }
        }
        false
    }

    fn push(&mut self, step: Step) -> StepId {
        self.steps.push(step);
        self.steps.len() - 1
    }

    pub(crate) fn connect(&mut self, edges: impl IntoIterator<Item = (StepId, StepId)>) {
        for (step, before) in edges {
            if step != before {
                self.steps[step].after.push(before);
            }
        }
    }

    /// Sorts topologically, with as many waits for users as an order allows.
    fn sorted(mut self, users: &Users<'a>) -> Result<Vec<Step>, Vec<Diagnostic>> {
        self.lettings.resize(self.steps.len(), Vec::new());
        loop {
            match self.positions() {
                Ok(position) => return Ok(self.placed(&position)),
                Err(stuck) if self.give_way(users, &stuck) => {}
                Err(stuck) => return Err(vec![impossible(&self.in_rings(&stuck))]),
            }
        }
    }

    /// The position of each step; among steps that are free at once, the one drafted first comes first. If there is no order, returns the steps that
    /// can never come.
    fn positions(&self) -> Result<Vec<usize>, Vec<StepId>> {
        let before = |id: StepId| self.steps[id].after.iter().chain(&self.lettings[id]);
        let count = self.steps.len();
        let mut waiting: Vec<usize> = (0..count).map(|id| before(id).count()).collect();
        let mut users: Vec<Vec<StepId>> = vec![Vec::new(); count];
        for id in 0..count {
            for before in before(id) {
                users[*before].push(id);
            }
        }
        let free = (0..count).filter(|id| waiting[*id] == 0);
        let mut free: BinaryHeap<_> = free.map(std::cmp::Reverse).collect();
        let mut position = vec![usize::MAX; count];
        let mut placed = 0;
        while let Some(std::cmp::Reverse(id)) = free.pop() {
            position[id] = placed;
            placed += 1;
            for user in &users[id] {
                waiting[*user] -= 1;
                if waiting[*user] == 0 {
                    free.push(std::cmp::Reverse(*user));
                }
            }
        }
        if placed == count {
            return Ok(position);
        }
        Err((0..count).filter(|id| waiting[*id] > 0).collect())
    }

    fn placed(self, position: &[usize]) -> Vec<Step> {
        let steps = self.steps.into_iter().zip(self.lettings);
        let mut steps: Vec<_> = steps
            .enumerate()
            .map(|(id, (mut step, lettings))| {
                step.after.extend(lettings);
                for before in &mut step.after {
                    *before = position[*before];
                }
                step.after.sort_unstable();
                step.after.dedup();
                (position[id], step)
            })
            .collect();
        steps.sort_unstable_by_key(|(position, _)| *position);
        steps.into_iter().map(|(_, step)| step).collect()
    }
}

fn vanished(observations: &Observations) -> BTreeSet<(&Address, u32)> {
    let missing = observations.iter();
    let missing = missing.filter(|(_, seen)| matches!(seen, Seen::Missing));
    missing
        .map(|((at, generation), _)| (at, *generation))
        .collect()
}

/// What two resources of one kind cannot share at the same time.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Held {
    /// A physical name: certain.
    Name(String),
    /// Everything that identifies the resource, as text: likely.
    Identity(String),
}

fn held(schema: &KindSchema, spec: &Value) -> Option<Held> {
    let named = schema.physical_name();
    if let Some((field, _)) = named.filter(|(field, _)| !schema.is_unique_within(field.name)) {
        return Some(Held::Name(spec.get(field.name)?.as_str()?.to_owned()));
    }
    if !schema.exclusive.is_empty() {
        // The exclusive values of a kind are certain, and are ordered already.
        return None;
    }
    let written: Map<_, _> = schema
        .fields()
        .filter(|field| matches!(field.change, Change::Replaces))
        .filter_map(|field| Some((field.name.to_owned(), spec.get(field.name)?.clone())))
        .collect();
    let identity = CanonicalJson::of(&Value::Object(written));
    (identity.as_str() != "{}").then(|| Held::Identity(identity.as_str().to_owned()))
}

fn name_in_use(node: &Node<'_>, old: &Address, name: &str) -> Diagnostic {
    let message = format!(
        "`{}` takes the name `{name}` of `{old}`, which cannot be deleted before its users have moved over",
        node.address
    );
    Diagnostic::error(codes::NAME_FIXED, message)
        .at(&node.declaration.source, "declared here")
        .help(format!("if it is the same resource, say so with `.alias(…)` of `{old}`; otherwise give it another name"))
}

fn impossible(stuck: &BTreeSet<&Address>) -> Diagnostic {
    let names: Vec<_> = stuck.iter().map(|address| format!("`{address}`")).collect();
    Diagnostic::error(
        codes::ORDER_IMPOSSIBLE,
        format!("no order of steps satisfies all of {}", names.join(", ")),
    )
    .help("make the change in two runs, for example first without what is deleted before its replacement is made")
}
