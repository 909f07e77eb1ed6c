//! Errors of a store.

use std::path::PathBuf;

use jiff::Timestamp;
use windlass_state::journal::JournalError;
use windlass_state::snapshot::VERSION;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// An error of a store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file or folder of a state cannot be used.
    #[error("`{path}` cannot be used")]
    Folder {
        /// The file or folder.
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
    /// SQLite failed.
    #[error("the state `{path}` cannot be used")]
    Database {
        /// The database.
        path: PathBuf,
        #[source]
        cause: rusqlite::Error,
    },
    /// The object store failed.
    #[error("the state {place} cannot be used")]
    Objects {
        /// The place of the state.
        place: String,
        #[source]
        cause: Box<object_store::Error>,
    },
    /// The object store takes writes that it should refuse, so two runs could overwrite each other's records.
    #[error("{place} does not honour conditional writes ({what}), so it cannot keep a state")]
    Unconditional {
        /// The place where the state was to be kept.
        place: String,
        /// The wrong behaviour of the store.
        what: &'static str,
    },
    /// The place is not valid.
    #[error("`{url}` is no place for a state: {why}")]
    Place {
        /// The URL as the user gave it.
        url: String,
        /// What is wrong with the URL.
        why: String,
    },
    /// No credentials for the object store.
    #[error("there are no credentials for {place}")]
    Credentials {
        /// The place of the state.
        place: String,
        #[source]
        cause: Cause,
    },
    /// The content differs from what was written.
    #[error("the state {place} is damaged: {what}")]
    Damaged {
        /// The place of the state.
        place: String,
        /// The damage.
        what: String,
    },
    /// The state was written by a newer version.
    #[error(
        "the state {place} was written by {}, in format {found}, and this is Windlass {VERSION}, which reads up to format {known}; nothing was changed: use that version or a newer one", writer(.written_by)
    )]
    Newer {
        /// The place of the state.
        place: String,
        /// The format of the state.
        found: u32,
        /// The newest format that this version reads.
        known: u32,
        /// The version of Windlass that wrote the state; absent if the state does not say so.
        written_by: Option<String>,
    },
    /// Another run holds the state.
    #[error("{holder} is working on this state since {since}")]
    Held {
        /// User, host and process.
        holder: String,
        /// When the other run began.
        since: Timestamp,
    },
    /// The state was moved and continues at another place.
    #[error("this state was moved to {to}; what is here is a copy of then")]
    Moved {
        /// The new place.
        to: String,
    },
    /// A snapshot that would use sequences twice.
    #[error("the belief ends at record {sequence}, and the state has used those up to {used}")]
    Behind {
        /// The sequence of the snapshot.
        sequence: u64,
        /// The sequence that was used.
        used: u64,
    },
    /// The target of a migration has a state of its own.
    #[error("{place} holds another state: {why}")]
    Occupied {
        /// The target.
        place: String,
        /// The difference between the two states.
        why: String,
    },
    /// The key to an encrypted state.
    #[error("the state {place} is encrypted, and {why}")]
    Sealed {
        /// The place of the state.
        place: String,
        /// What is wrong with the key.
        why: String,
    },
    /// The user's key is not valid.
    #[error("the state's key cannot be used: {why}")]
    Key {
        /// What is wrong with the key.
        why: String,
    },
    /// The lease is lost.
    #[error(transparent)]
    Lease(JournalError),
    /// An earlier write failed, so the writer writes nothing more.
    #[error("nothing more is written: {0}")]
    Halted(String),
    /// The writer has ended.
    #[error("the state's writer has ended")]
    Ended,
}

fn writer(version: &Option<String>) -> String {
    match version {
        Some(version) => format!("Windlass {version}"),
        None => "a newer Windlass".to_owned(),
    }
}

impl From<StoreError> for JournalError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Lease(error) => error,
            other => Self::Store(Box::new(other)),
        }
    }
}

impl From<JournalError> for StoreError {
    fn from(error: JournalError) -> Self {
        Self::Lease(error)
    }
}
