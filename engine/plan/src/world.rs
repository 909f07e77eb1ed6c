//! What is recorded and observed, under the addresses that the program uses now.
//!
//! Not here: what is declared.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use petgraph::graph::NodeIndex;
use serde_json::Value;
use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass::document::Document;
use windlass_state::snapshot::{Recorded, Snapshot};

use crate::graph::Graph;
use crate::observation::{Observations, Seen};

/// What is recorded and observed.
#[derive(Debug)]
pub struct World<'a> {
    snapshot: &'a Snapshot,
    observations: &'a Observations,
    /// The current generation of each declared resource, in the order of the graph's nodes.
    declared: Vec<Option<Current<'a>>>,
    /// Recorded address → the new one.
    moves: BTreeMap<&'a Address, &'a Address>,
}

/// The current generation of a resource.
#[derive(Debug, Clone, Copy)]
pub struct Current<'a> {
    /// The address under which it is recorded.
    pub at: &'a Address,
    pub recorded: &'a Recorded,
    /// The observation; absent if it was not read.
    pub seen: Option<&'a Seen>,
}

impl<'a> Current<'a> {
    /// Its properties, as far as they were read.
    pub fn properties(&self) -> Option<&'a CanonicalJson> {
        match self.seen {
            Some(Seen::Present { properties, .. }) => Some(properties),
            _ => None,
        }
    }

    pub fn is_gone(&self) -> bool {
        matches!(self.seen, Some(Seen::Missing))
    }

    /// An output as canonical text: as read, or else as recorded.
    pub fn output(&self, name: &str) -> Option<Cow<'a, str>> {
        let read = match self.seen {
            Some(Seen::Present { outputs, .. }) => outputs.member(name),
            _ => None,
        };
        let recorded = || self.recorded.outputs.get(name).map(written);
        read.map(Cow::Borrowed).or_else(recorded)
    }

    pub fn is_moved_to(&self, address: &Address) -> bool {
        self.at != address
    }
}

/// The canonical text of a value.
pub fn written(value: &Value) -> Cow<'static, str> {
    Cow::Owned(CanonicalJson::of(value).as_str().to_owned())
}

impl<'a> World<'a> {
    pub fn new(
        document: &'a Document,
        graph: &Graph<'a>,
        snapshot: &'a Snapshot,
        observations: &'a Observations,
    ) -> Self {
        let (moved, moves) = aliases(document, snapshot);
        let mut world = Self {
            snapshot,
            observations,
            declared: Vec::with_capacity(graph.len()),
            moves,
        };
        let (mut recorded, mut seen) = (
            snapshot.resources.iter().peekable(),
            observations.iter().peekable(),
        );
        // Nodes, records and observations are in order of addresses, so one pass over all of them finds those that belong together.
        for address in graph.addresses() {
            let current = match moved.get(address) {
                Some(from) => world.current(from),
                None => {
                    while recorded.next_if(|(at, _)| *at < address).is_some() {}
                    let own = recorded.next_if(|(at, _)| *at == address);
                    own.map(|(at, recorded)| {
                        let this = (at, recorded.generation);
                        let before = |(at, generation): &(Address, u32)| (at, *generation) < this;
                        while seen.next_if(|(of, _)| before(of)).is_some() {}
                        let own = seen.next_if(|((of, generation), _)| (of, *generation) == this);
                        Current {
                            at,
                            recorded,
                            seen: own.map(|(_, seen)| seen),
                        }
                    })
                }
            };
            world.declared.push(current);
        }
        world
    }

    /// The current generation of a declared resource, if it exists.
    pub fn declared(&self, node: NodeIndex) -> Option<Current<'a>> {
        self.declared[node.index()]
    }

    /// The current generation that is recorded under this address.
    pub fn current(&self, at: &Address) -> Option<Current<'a>> {
        let (at, recorded) = self.snapshot.resources.get_key_value(at)?;
        Some(Current {
            at,
            recorded,
            seen: self.seen(at, recorded.generation),
        })
    }

    /// The generation under this recorded address that has one of these values as an output. After an interrupted replacement, users still have the
    /// values of the old generation.
    pub fn giving(
        &self,
        at: &Address,
        output: &str,
        values: &BTreeSet<String>,
    ) -> Option<&'a Recorded> {
        let gave = |recorded: &&Recorded| {
            let given = recorded.outputs.get(output);
            given.is_some_and(|given| values.contains(&given.to_string()))
        };
        let current = || self.snapshot.resources.get(at);
        self.snapshot.generations(at).find(gave).or_else(current)
    }

    pub fn seen(&self, at: &Address, generation: u32) -> Option<&'a Seen> {
        self.observations.get(&(at.clone(), generation))
    }

    /// The present address of a recorded one.
    pub fn now<'b>(&'b self, recorded: &'b Address) -> &'b Address {
        self.moves.get(recorded).copied().unwrap_or(recorded)
    }

    /// The number of the next generation of a declared resource.
    pub fn next_generation(&self, node: NodeIndex, address: &Address) -> u32 {
        let own = self.snapshot.next_generation(address);
        match self.declared(node) {
            Some(current) if current.at != address => {
                own.max(self.snapshot.next_generation(current.at))
            }
            _ => own,
        }
    }

    /// Recorded addresses that no declaration claims, in order.
    pub fn undeclared(&self, document: Option<&Document>) -> Vec<&'a Address> {
        let declared = |recorded: &mut dyn Iterator<Item = &'a Address>| {
            let declared = document.map(|document| document.resources.keys());
            let mut declared = declared.into_iter().flatten().peekable();
            let undeclared = recorded.filter(|address| {
                while declared.next_if(|own| own < address).is_some() {}
                declared.peek() != Some(address) && !self.moves.contains_key(address)
            });
            undeclared.collect::<Vec<_>>()
        };
        let mut undeclared = declared(&mut self.snapshot.resources.keys());
        undeclared.extend(declared(&mut self.snapshot.old.keys()));
        undeclared.sort_unstable();
        undeclared.dedup();
        undeclared
    }
}

type Renamed<'a> = BTreeMap<&'a Address, &'a Address>;

/// The map from declared addresses to recorded ones, and back.
fn aliases<'a>(document: &'a Document, snapshot: &'a Snapshot) -> (Renamed<'a>, Renamed<'a>) {
    let (mut moved, mut moves) = (Renamed::new(), Renamed::new());
    for (address, declaration) in &document.resources {
        if declaration.options.aliases.is_empty()
            || snapshot.resources.contains_key(address)
            || snapshot.old.contains_key(address)
        {
            continue;
        }
        let from = declaration.options.aliases.iter().find(|alias| {
            snapshot.resources.contains_key(*alias)
                && !document.resources.contains_key(*alias)
                && !moves.contains_key(*alias)
        });
        if let Some(from) = from {
            moved.insert(address, from);
            moves.insert(from, address);
        }
    }
    (moved, moves)
}
