//! What is recorded and observed, under the addresses that the program uses now.
//!
//! Not here: what is wanted.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use windlass::address::Address;
use windlass::document::Document;
use windlass_state::snapshot::{Recorded, Snapshot};

use crate::observation::{Observation, Observations};

/// What is recorded and observed.
#[derive(Debug)]
pub struct World<'a> {
    snapshot: &'a Snapshot,
    observations: &'a Observations,
    /// New address → the one that is recorded.
    moved: BTreeMap<&'a Address, &'a Address>,
    /// Recorded address → the new one.
    moves: BTreeMap<&'a Address, &'a Address>,
}

/// The current generation of a resource.
#[derive(Debug, Clone, Copy)]
pub struct Current<'a> {
    /// The address that it is recorded under.
    pub at: &'a Address,
    pub recorded: &'a Recorded,
    /// Absent where it was not read.
    pub observation: Option<&'a Observation>,
}

impl<'a> Current<'a> {
    /// Its properties, as far as they were read.
    pub fn properties(&self) -> Option<&'a Value> {
        match self.observation {
            Some(Observation::Present { properties, .. }) => Some(properties),
            _ => None,
        }
    }

    pub fn is_gone(&self) -> bool {
        matches!(self.observation, Some(Observation::Missing))
    }

    /// An output: as read, or else as recorded.
    pub fn output(&self, name: &str) -> Option<&'a Value> {
        let read = match self.observation {
            Some(Observation::Present { outputs, .. }) => outputs.get(name),
            _ => None,
        };
        read.or_else(|| self.recorded.outputs.get(name))
    }

    pub fn is_moved_to(&self, address: &Address) -> bool {
        self.at != address
    }
}

impl<'a> World<'a> {
    pub fn new(
        document: Option<&'a Document>,
        snapshot: &'a Snapshot,
        observations: &'a Observations,
    ) -> Self {
        let mut world = Self {
            snapshot,
            observations,
            moved: BTreeMap::new(),
            moves: BTreeMap::new(),
        };
        let Some(document) = document else {
            return world;
        };
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
                    && !world.moves.contains_key(*alias)
            });
            if let Some(from) = from {
                world.moved.insert(address, from);
                world.moves.insert(from, address);
            }
        }
        world
    }

    /// The current generation of what is declared under this address, if it exists.
    pub fn current(&self, address: &'a Address) -> Option<Current<'a>> {
        let at = self.moved.get(address).copied().unwrap_or(address);
        let recorded = self.snapshot.resources.get(at)?;
        Some(Current {
            at,
            recorded,
            observation: self.observation(at, recorded.generation),
        })
    }

    pub fn observation(&self, at: &Address, generation: u32) -> Option<&'a Observation> {
        self.observations.get(&(at.clone(), generation))
    }

    /// The address that a recorded one has now.
    pub fn now<'b>(&'b self, recorded: &'b Address) -> &'b Address {
        self.moves.get(recorded).copied().unwrap_or(recorded)
    }

    /// The number of the next generation.
    pub fn next_generation(&self, address: &Address) -> u32 {
        let from = self.moved.get(address).copied().unwrap_or(address);
        self.snapshot
            .next_generation(address)
            .max(self.snapshot.next_generation(from))
    }

    /// Recorded addresses that no declaration claims.
    pub fn undeclared(&self, document: Option<&Document>) -> Vec<&'a Address> {
        let declared = |address: &Address| {
            document.is_some_and(|document| document.resources.contains_key(address))
        };
        let recorded = self
            .snapshot
            .resources
            .keys()
            .chain(self.snapshot.old.keys());
        let undeclared: BTreeSet<_> = recorded
            .filter(|address| !declared(address) && !self.moves.contains_key(*address))
            .collect();
        undeclared.into_iter().collect()
    }
}
