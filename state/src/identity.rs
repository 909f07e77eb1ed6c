//! The identifiers of state: lineages, runs and intents. Not here: addresses, which the program gives.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use windlass::address::Address;
use windlass::canonical::hex;

use crate::record::Action;

/// The identity of one state for its whole life: 32 hex digits, random.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lineage(pub String);

/// One run of `up` or `destroy`: 16 hex digits, random.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub String);

/// The identity of one intent: the client token where AWS takes one, and the tag `windlass:intent` where AWS takes tags at creation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IntentId(pub String);

/// The tag that carries an [`IntentId`].
pub const INTENT_TAG: &str = "windlass:intent";

impl IntentId {
    /// 32 hex digits of SHA-256 over what makes an intent itself. The same attempt always has the same id.
    #[must_use]
    pub fn of(
        lineage: &Lineage,
        address: &Address,
        generation: u32,
        action: Action,
        attempt: u32,
    ) -> Self {
        let mut digest = Sha256::new();
        for part in [
            lineage.0.as_str(),
            address.as_str(),
            &generation.to_string(),
            action.as_str(),
            &attempt.to_string(),
        ] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part.as_bytes());
        }
        Self(hex(&digest.finalize()[..16]))
    }
}

impl fmt::Display for IntentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
