//! What AWS says exists right now, as planning takes it. Not here: how it is read.

use std::collections::BTreeMap;

use serde_json::Value;
use windlass::address::Address;

/// Which generation of which resource.
pub type Generation = (Address, u32);

/// What was read about every recorded generation.
pub type Observations = BTreeMap<Generation, Observation>;

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
