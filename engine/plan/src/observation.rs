//! What AWS says exists right now, as planning takes it. Not here: how it is read.

use std::collections::BTreeMap;

use serde_json::Value;
use windlass::address::Address;
use windlass::canonical::CanonicalJson;

/// Which generation of which resource.
pub type Generation = (Address, u32);

/// What was read about one resource.
#[derive(Debug, Clone, PartialEq)]
pub enum Observation {
    /// It exists.
    Present {
        /// Its properties under their CloudFormation names, as far as AWS returns them.
        properties: Value,
        /// Its attributes.
        outputs: BTreeMap<String, Value>,
    },
    /// It does not exist any more.
    Missing,
}

/// What was read about every recorded generation. It is kept as text: as trees, many resources would take gigabytes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observations(BTreeMap<Generation, Seen>);

/// An [`Observation`] as text.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen {
    /// It exists.
    Present {
        /// Its properties.
        properties: CanonicalJson,
        /// Its attributes: an object.
        outputs: CanonicalJson,
    },
    /// It does not exist any more.
    Missing,
}

impl Observations {
    /// Nothing was read.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in what was read about one generation.
    pub fn insert(&mut self, generation: Generation, observation: Observation) {
        self.0.insert(generation, Seen::of(observation));
    }

    /// What was read about one generation, if it was read.
    #[must_use]
    pub fn get(&self, generation: &Generation) -> Option<&Seen> {
        self.0.get(generation)
    }

    /// Everything that was read, in order of addresses and generations.
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
