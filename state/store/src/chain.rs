//! The hash chain: every record contains the hash of all records before it, so that a missing or changed record is noticed.
//!
//! Not here: where the hashes are kept.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use windlass::canonical::hex;
use windlass_state::identity::Lineage;
use windlass_state::snapshot::Snapshot;

/// The position of a state: the next record must follow it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    pub lineage: Lineage,
    /// The number of records.
    pub sequence: u64,
    /// The hash of the last record, chained to all records since the snapshot.
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

/// A text with its hash, computed once for all places that keep it.
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
