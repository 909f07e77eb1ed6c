//! What AWS says exists right now, in the form that planning reads. Not here: how the engine reads it.

use std::collections::BTreeMap;

use serde_json::Value;
use windlass::address::Address;
use windlass::canonical::CanonicalJson;

/// A generation of a resource: its address and number.
pub type Generation = (Address, u32);

/// The observation of one resource.
#[derive(Debug, Clone, PartialEq)]
pub enum Observation {
    /// The resource exists.
    Present {
        /// The properties under their CloudFormation names, as far as AWS returns them.
        properties: Value,
        /// Its attributes.
        outputs: BTreeMap<String, Value>,
    },
    /// The resource does not exist any more.
    Missing,
}

/// The observations of all recorded generations. They are kept as text, because many resources would take gigabytes as trees.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observations(BTreeMap<Generation, Seen>);

/// An [`Observation`] as text.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen {
    /// The resource exists.
    Present {
        properties: CanonicalJson,
        /// The attributes, as an object.
        outputs: CanonicalJson,
    },
    /// The resource does not exist any more.
    Missing,
}

impl Observations {
    /// Without observations.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the observation of one generation.
    pub fn insert(&mut self, generation: Generation, observation: Observation) {
        self.0.insert(generation, Seen::of(observation));
    }

    /// The observation of one generation, if it was read.
    #[must_use]
    pub fn get(&self, generation: &Generation) -> Option<&Seen> {
        self.0.get(generation)
    }

    /// All observations, in order of addresses and generations.
    pub fn iter(&self) -> impl Iterator<Item = (&Generation, &Seen)> {
        self.0.iter()
    }
}

impl Extend<(Generation, Observation)> for Observations {
    fn extend<T: IntoIterator<Item = (Generation, Observation)>>(&mut self, observations: T) {
        let seen = observations.into_iter();
        self.0.extend(seen.map(|(of, seen)| (of, Seen::of(seen))));
    }
}

impl FromIterator<(Generation, Observation)> for Observations {
    fn from_iter<T: IntoIterator<Item = (Generation, Observation)>>(observations: T) -> Self {
        let seen = observations.into_iter();
        Self(seen.map(|(of, seen)| (of, Seen::of(seen))).collect())
    }
}

impl Seen {
    fn of(observation: Observation) -> Self {
        match observation {
            Observation::Present {
                properties,
                outputs,
            } => Self::Present {
                properties: CanonicalJson::of(&properties),
                outputs: CanonicalJson::of(&Value::from_iter(outputs)),
            },
            Observation::Missing => Self::Missing,
        }
    }
}
