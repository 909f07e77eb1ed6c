//! The form of the objects: a hash of all that follows, a line's end, and JSON. An encrypted state encrypts the whole of it.
//!
//! Not here: which objects there are and in which order they are written.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use windlass_state::snapshot::{self, Snapshot};

use crate::chain::{Head, digest};
use crate::encryption::Seal;
use crate::history::HistoryEntry;
use crate::holder::Holder;

/// The version of the objects that this crate writes. It reads older ones and refuses newer ones.
///
/// Since 2: a snapshot counts only once a journal object names it.
pub const FORMAT: u32 = 2;

/// A group of records that was written at once. A group without records means that another writer continues from here.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    pub format: u32,
    pub number: u64,
    /// The lease of the writer.
    pub writer: String,
    pub holder: Holder,
    /// The position that the first record follows.
    pub after: Head,
    pub records: Vec<Box<RawValue>>,
    /// The snapshot that counts from here on. Absent in format 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<Named>,
}

/// A snapshot that a journal object names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// The name of its object.
    pub snapshot: String,
    /// The position that the next record follows: the same as before, unless another recorded state has replaced the last one.
    pub head: Head,
}

/// A snapshot with everything else that is kept of a state.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    pub format: u32,
    /// The first journal object that the snapshot does not contain: the one that names the snapshot.
    pub number: u64,
    /// The position of the journal. The chain continues from here, so that the snapshot before this one leads on, too.
    pub head: Head,
    pub snapshot: Snapshot,
    /// The history, oldest first.
    pub history: Vec<HistoryEntry>,
    /// The names of the earlier snapshots that are kept for a rollback, oldest first. Absent in format 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<String>,
}

/// The lease. It is never deleted, because object stores have no conditional delete.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeaseForm {
    pub format: u32,
    /// Distinguishes one hold from another.
    pub token: String,
    /// The holder; absent if the lease was given back.
    pub holder: Option<Holder>,
    pub since: Timestamp,
    /// How long the lease is valid without being renewed, in milliseconds.
    pub term: u64,
    /// Counts renewals, so that each renewal writes a different object.
    pub beat: u64,
    /// The position of the journal.
    pub reached: Option<Reached>,
}

/// The position of a journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reached {
    /// The next journal object.
    pub number: u64,
    pub head: Head,
}

/// The new place of a state that was moved.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MovedForm {
    pub format: u32,
    pub to: String,
}

/// Why an object cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub enum Unreadable {
    Damaged(String),
    Newer {
        found: u32,
        known: u32,
        written_by: Option<String>,
    },
    /// The object is encrypted, and there is no key.
    Sealed,
}

/// The first bytes of every age file.
const SEALED: &[u8] = b"age-encryption.org/";

pub fn write(
    form: &impl Serialize,
    seal: Option<&Seal>,
) -> Result<bytes::Bytes, crate::error::StoreError> {
    let text = serde_json::to_string(form).expect("these forms hold text keys only");
    let plain = format!("{}\n{text}", digest(&text));
    Ok(match seal {
        None => plain.into_bytes(),
        Some(seal) => seal.close(plain.as_bytes())?,
    }
    .into())
}

pub fn read<T: DeserializeOwned>(bytes: &[u8], seal: Option<&Seal>) -> Result<T, Unreadable> {
    let changed = || Unreadable::Damaged("it is not what was written".to_owned());
    let opened;
    let plain = match seal {
        Some(seal) => {
            opened = seal.open(bytes).map_err(|_| changed())?;
            &opened
        }
        None if bytes.starts_with(SEALED) => return Err(Unreadable::Sealed),
        None => bytes,
    };
    let text = std::str::from_utf8(plain).map_err(|_| changed())?;
    let (hash, text) = text.split_once('\n').ok_or_else(changed)?;
    if digest(text) != hash {
        return Err(changed());
    }
    #[derive(Deserialize)]
    struct Version {
        format: u32,
        snapshot: Option<Format>,
    }
    #[derive(Deserialize)]
    struct Format {
        format: u32,
        written_by: Option<String>,
    }
    let damaged = |error: serde_json::Error| Unreadable::Damaged(error.to_string());
    let version: Version = serde_json::from_str(text).map_err(damaged)?;
    // The content and the object around it each have a format.
    let inner = version.snapshot.as_ref().map_or(0, |inner| inner.format);
    let written_by = version.snapshot.and_then(|inner| inner.written_by);
    for (found, known) in [(version.format, FORMAT), (inner, snapshot::FORMAT)] {
        if found > known {
            return Err(Unreadable::Newer {
                found,
                known,
                written_by,
            });
        }
    }
    serde_json::from_str(text).map_err(damaged)
}
