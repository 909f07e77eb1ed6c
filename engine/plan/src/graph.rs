//! The dependency graph of the declared resources: references, explicit dependencies, and completions.
//!
//! Not here: the order of steps (`order`), which also depends on removals and on what is recorded.

use std::collections::{BTreeSet, HashMap, HashSet};

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use windlass::address::Address;
use windlass::codes;
use windlass::diagnostics::Diagnostic;
use windlass::document::{Declaration, Document};
use windlass::schema::{KindSchema, Wait};

use crate::evaluate::each_reference;
use crate::paths::each_value;
use crate::references::references;

/// One declared resource.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    pub address: &'a Address,
    pub declaration: &'a Declaration,
    pub schema: &'static KindSchema,
}

#[derive(Debug, Clone, Copy)]
struct Edge {
    wait: Wait,
    completes: bool,
}

/// The declared resources; edges lead from a dependency to its user.
#[derive(Debug)]
pub struct Graph<'a> {
    edges: DiGraph<Node<'a>, Edge>,
    // Only used for look-ups and never iterated, so its order cannot influence a plan.
    index: HashMap<&'a str, NodeIndex>,
    order: Vec<NodeIndex>,
}

impl<'a> Graph<'a> {
    /// An empty graph.
    pub fn empty() -> Self {
        Self {
            edges: DiGraph::new(),
            index: HashMap::new(),
            order: Vec::new(),
        }
    }

    /// The graph of a document.
    pub fn of(
        document: &'a Document,
        schema: &dyn Fn(&str) -> Option<&'static KindSchema>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut graph = Self::empty();
        let mut problems = Vec::new();
        for (address, declaration) in &document.resources {
            let Some(schema) = schema(&declaration.kind) else {
                problems.push(unknown_kind(address, declaration));
                continue;
            };
            let node = graph.edges.add_node(Node {
                address,
                declaration,
                schema,
            });
            graph.index.insert(address.as_str(), node);
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let completions = graph.connect(document, &mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        graph.sort()?;
        graph.complete(&completions);
        graph.sort()?;
        Ok(graph)
    }

    /// The nodes, dependencies first.
    pub fn order(&self) -> &[NodeIndex] {
        &self.order
    }

    pub fn node(&self, node: NodeIndex) -> Node<'a> {
        self.edges[node]
    }

    pub fn find(&self, address: &str) -> Option<NodeIndex> {
        self.index.get(address).copied()
    }

    pub fn len(&self) -> usize {
        self.edges.node_count()
    }

    /// The addresses of the nodes, in their order, which is that of the addresses themselves.
    pub fn addresses(&self) -> impl Iterator<Item = &'a Address> {
        self.edges.node_weights().map(|node| node.address)
    }

    /// The nodes that a node waits for, with the wait level, in order of addresses.
    pub fn dependencies(&self, node: NodeIndex) -> Vec<(NodeIndex, Wait)> {
        let edges = self.edges.edges_directed(node, Direction::Incoming);
        let mut found: Vec<_> = edges
            .map(|edge| (edge.source(), edge.weight().wait))
            .collect();
        found.sort_unstable();
        found
    }

    /// The nodes that complete what a node uses, with the wait level.
    pub fn completing(&self, node: NodeIndex) -> Vec<(NodeIndex, Wait)> {
        let edges = self.edges.edges_directed(node, Direction::Incoming);
        let mut found: Vec<_> = edges
            .filter(|edge| edge.weight().completes)
            .map(|edge| (edge.source(), edge.weight().wait))
            .collect();
        found.sort_unstable();
        found
    }

    /// The nodes that wait for a node, in order of addresses.
    pub fn users(&self, node: NodeIndex) -> Vec<NodeIndex> {
        let users = self.edges.neighbors_directed(node, Direction::Outgoing);
        let mut found: Vec<_> = users.collect();
        found.sort_unstable();
        found
    }

    /// The nodes that refer to a node or name it as a dependency, in order of addresses. Nodes that only wait for it because it completes another one
    /// are left out.
    pub fn referring(&self, node: NodeIndex) -> Vec<NodeIndex> {
        let edges = self.edges.edges_directed(node, Direction::Outgoing);
        let mut found: Vec<_> = edges
            .filter(|edge| !edge.weight().completes)
            .map(|edge| edge.target())
            .collect();
        found.sort_unstable();
        found
    }

    /// Adds the edges of references and dependencies; returns the completions.
    fn connect(
        &mut self,
        document: &Document,
        problems: &mut Vec<Diagnostic>,
    ) -> Vec<(NodeIndex, NodeIndex)> {
        let mut completions = Vec::new();
        for user in self.edges.node_indices() {
            let Node {
                declaration,
                schema,
                ..
            } = self.edges[user];
            let mut on: Vec<(NodeIndex, Option<Wait>)> = Vec::new();
            let mut lost: BTreeSet<String> = BTreeSet::new();
            for (address, _) in references(declaration.spec.as_str()) {
                match self.find(address) {
                    Some(target) => on.push((target, None)),
                    None => {
                        lost.insert(address.to_owned());
                    }
                }
            }
            if !on.is_empty() && !schema.completes.is_empty() {
                let template = declaration.spec.to_value();
                for path in schema.completes {
                    each_value(&template, path, &mut |value| {
                        each_reference(value, &mut |address, _| {
                            completions.extend(self.find(address).map(|whole| (user, whole)));
                        });
                    });
                }
            }
            for dependency in &declaration.depends_on {
                match self.find(dependency.address.as_str()) {
                    Some(target) => on.push((target, dependency.wait)),
                    None => {
                        lost.insert(dependency.address.as_str().to_owned());
                    }
                }
            }
            self.add(user, on);
            let is_lookup = |text: &String| {
                Address::parse(text).is_ok_and(|address| document.lookups.contains_key(&address))
            };
            lost.retain(|text| !is_lookup(text));
            problems.extend(lost.iter().map(|to| dangling(&self.edges[user], to)));
        }
        completions.sort_unstable();
        completions.dedup();
        completions
    }

    /// One edge for each dependency, with the farthest wait level of all requests.
    fn add(&mut self, user: NodeIndex, mut on: Vec<(NodeIndex, Option<Wait>)>) {
        on.sort_unstable();
        let mut at = 0;
        while at < on.len() {
            let target = on[at].0;
            let end = at + on[at..].iter().take_while(|(to, _)| *to == target).count();
            let asked = on[at..end].iter().filter_map(|(_, wait)| *wait).max();
            let wait = asked.unwrap_or(self.edges[target].schema.reference_wait);
            let edge = Edge {
                wait,
                completes: false,
            };
            self.edges.add_edge(target, user, edge);
            at = end;
        }
    }

    /// A node that uses a completed resource also waits for the completing one, unless the completing one waits for the user.
    fn complete(&mut self, completions: &[(NodeIndex, NodeIndex)]) {
        let completers: BTreeSet<_> = completions
            .iter()
            .map(|(part, whole)| (*whole, *part))
            .collect();
        let mut seen = vec![u32::MAX; self.edges.node_count()];
        for (turn, (part, whole)) in completions.iter().enumerate() {
            self.mark_dependencies(
                *part,
                u32::try_from(turn).unwrap_or(u32::MAX - 1),
                &mut seen,
            );
            let turn = u32::try_from(turn).unwrap_or(u32::MAX - 1);
            let mut users: Vec<_> = self
                .edges
                .edges_directed(*whole, Direction::Outgoing)
                .filter(|edge| !edge.weight().completes)
                .map(|edge| edge.target())
                .filter(|user| seen[user.index()] != turn)
                .filter(|user| !completers.contains(&(*whole, *user)))
                .collect();
            users.sort_unstable();
            users.dedup();
            let edge = Edge {
                wait: self.edges[*part].schema.reference_wait,
                completes: true,
            };
            let known: HashSet<_> = self.edges.neighbors(*part).collect();
            for user in users.into_iter().filter(|user| !known.contains(user)) {
                self.edges.add_edge(*part, user, edge);
            }
        }
    }

    fn mark_dependencies(&self, from: NodeIndex, turn: u32, seen: &mut [u32]) {
        let mut stack = vec![from];
        seen[from.index()] = turn;
        while let Some(node) = stack.pop() {
            for before in self.edges.neighbors_directed(node, Direction::Incoming) {
                if seen[before.index()] != turn {
                    seen[before.index()] = turn;
                    stack.push(before);
                }
            }
        }
    }

    fn sort(&mut self) -> Result<(), Vec<Diagnostic>> {
        match petgraph::algo::toposort(&self.edges, None) {
            Ok(order) => {
                self.order = order;
                Ok(())
            }
            Err(_) => Err(self.cycles()),
        }
    }

    fn cycles(&self) -> Vec<Diagnostic> {
        let mut groups: Vec<Vec<NodeIndex>> = petgraph::algo::tarjan_scc(&self.edges);
        groups.iter_mut().for_each(|group| group.sort_unstable());
        groups.sort_unstable();
        groups
            .iter()
            .filter(|group| group.len() > 1 || self.edges.contains_edge(group[0], group[0]))
            .map(|group| self.cycle(group))
            .collect()
    }

    /// The shortest way from the first node of the group back to itself.
    fn cycle(&self, group: &[NodeIndex]) -> Diagnostic {
        let start = group[0];
        let mut came_from: HashMap<NodeIndex, NodeIndex> = HashMap::new();
        let mut queue = std::collections::VecDeque::from([start]);
        'search: while let Some(node) = queue.pop_front() {
            for (before, _) in self.dependencies(node) {
                if before == start {
                    came_from.insert(start, node);
                    break 'search;
                }
                if group.binary_search(&before).is_ok() && !came_from.contains_key(&before) {
                    came_from.insert(before, node);
                    queue.push_back(before);
                }
            }
        }
        let mut way = vec![start];
        let mut at = came_from.get(&start).copied().unwrap_or(start);
        while at != start {
            way.push(at);
            at = came_from.get(&at).copied().unwrap_or(start);
        }
        way[1..].reverse();
        way.push(start);
        let names: Vec<_> = way
            .iter()
            .map(|node| format!("`{}`", self.edges[*node].address))
            .collect();
        let message = format!("these wait for each other: {}", names.join(" → "));
        let mut problem = Diagnostic::error(codes::CYCLE, message);
        for pair in way.windows(2) {
            let (user, on) = (self.edges[pair[0]], self.edges[pair[1]]);
            let text = format!("`{}` waits for `{}`", user.address, on.address);
            problem = problem.at(&user.declaration.source, text);
        }
        problem.help("take one of these references out, for example by a resource of its own for what connects the two")
    }
}

fn unknown_kind(address: &Address, declaration: &Declaration) -> Diagnostic {
    let message = format!(
        "`{address}` is of a kind that this engine does not know: {}",
        declaration.kind
    );
    Diagnostic::error(codes::KIND_UNKNOWN, message)
        .at(&declaration.source, "declared here")
        .help("the stack is built with a newer `windlass` crate than the engine; bring the engine up to date")
}

fn dangling(user: &Node<'_>, to: &str) -> Diagnostic {
    let message = format!(
        "`{}` refers to `{to}`, which this stack does not declare",
        user.address
    );
    Diagnostic::error(codes::REFERENCE_DANGLING, message)
        .at(&user.declaration.source, "declared here")
        .help("declare it, or look it up if it exists elsewhere")
}
