//! The hash chain: every record is bound to all that came before it, so that a missing or changed one is noticed.
//!
//! Not here: where the hashes are kept.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use windlass::canonical::hex;
use windlass_state::identity::Lineage;
use windlass_state::snapshot::Snapshot;

/// How far a state has come: what the next record must follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Whose.
    pub lineage: Lineage,
    /// How many records there are.
    pub sequence: u64,
    /// The hash of the last one, chained to all before it since the snapshot.
    pub chain: String,
}

impl Head {
    /// The head of a state that has nothing but its snapshot.
    pub fn of(snapshot: &Snapshot) -> Self {
        Self::begins(&snapshot.lineage, snapshot.sequence)
    }

    /// A head whose chain begins there.
    fn begins(lineage: &Lineage, sequence: u64) -> Self {
        Self {
            lineage: lineage.clone(),
            sequence,
            chain: digest(&format!("{} {sequence}", lineage.0)),
        }
    }

    /// Whether no record follows the snapshot yet.
    pub fn is_beginning(&self) -> bool {
        *self == Self::begins(&self.lineage, self.sequence)
    }

    /// The head after one more record.
    #[must_use]
    pub fn then(&self, record: &str) -> Self {
        Self {
            lineage: self.lineage.clone(),
            sequence: self.sequence + 1,
            chain: digest(&format!("{}\n{record}", self.chain)),
        }
    }
}

/// A text with its hash: made once, kept in several places.
#[derive(Debug)]
pub struct Hashed {
    pub text: String,
    pub hash: String,
}

impl Hashed {
    pub fn of(value: &impl Serialize) -> Self {
        let text = serde_json::to_string(value).expect("what is kept holds text keys only");
        let hash = digest(&text);
        Self { text, hash }
    }
}

/// SHA-256, in hex.
pub fn digest(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}
