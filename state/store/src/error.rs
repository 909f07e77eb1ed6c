//! What can go wrong with a store.

use std::path::PathBuf;

use jiff::Timestamp;
use windlass_state::journal::JournalError;
use windlass_state::snapshot::VERSION;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What can go wrong with a store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file or folder of a state cannot be used.
    #[error("`{path}` cannot be used")]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// SQLite failed.
    #[error("the state `{path}` cannot be used")]
    Database {
        /// The database.
        path: PathBuf,
        /// Why.
        #[source]
        cause: rusqlite::Error,
    },
    /// The object store failed.
    #[error("the state {place} cannot be used")]
    Objects {
        /// Where it is kept.
        place: String,
        /// Why.
        #[source]
        cause: Box<object_store::Error>,
    },
    /// The object store takes writes that it should refuse, so two runs could overwrite each other's records.
    #[error("{place} does not honour conditional writes ({what}), so it cannot keep a state")]
    Unconditional {
        /// Where the state was to be kept.
        place: String,
        /// What it did.
        what: &'static str,
    },
    /// The place is not understood.
    #[error("`{url}` is no place for a state: {why}")]
    Place {
        /// As it was given.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// No credentials for the object store.
    #[error("there are no credentials for {place}")]
    Credentials {
        /// Where the state is kept.
        place: String,
        /// Why.
        #[source]
        cause: Cause,
    },
    /// What is kept is not what was written.
    #[error("the state {place} is damaged: {what}")]
    Damaged {
        /// Where it is kept.
        place: String,
        /// What was found.
        what: String,
    },
    /// The state was written by a newer version.
    #[error(
        "the state {place} was written by {}, in format {found}, and this is Windlass {VERSION}, which reads up to format {known}; nothing was changed: use that version or a newer one", writer(.written_by)
    )]
    Newer {
        /// Where it is kept.
        place: String,
        /// Its format.
        found: u32,
        /// What this version reads.
        known: u32,
        /// The version of Windlass that wrote it; absent where it does not say so.
        written_by: Option<String>,
    },
    /// Another run has the state.
    #[error("{holder} is working on this state since {since}")]
    Held {
        /// User, host and process.
        holder: String,
        /// When it began.
        since: Timestamp,
    },
    /// The state goes on elsewhere.
    #[error("this state was moved to {to}; what is here is a copy of then")]
    Moved {
        /// Where it goes on.
        to: String,
    },
    /// A belief that would use sequences twice.
    #[error("the belief ends at record {sequence}, and the state has used those up to {used}")]
    Behind {
        /// Where the belief ends.
        sequence: u64,
        /// What was used.
        used: u64,
    },
    /// The target of a migration has a state of its own.
    #[error("{place} holds another state: {why}")]
    Occupied {
        /// The target.
        place: String,
        /// What tells it apart.
        why: String,
    },
    /// The key to an encrypted state.
    #[error("the state {place} is encrypted, and {why}")]
    Sealed {
        /// Where it is kept.
        place: String,
        /// What is wrong with the key.
        why: String,
    },
    /// The key that was given cannot be used.
    #[error("the state's key cannot be used: {why}")]
    Key {
        /// What is wrong with it.
        why: String,
    },
    /// The lease is gone.
    #[error(transparent)]
    Lease(JournalError),
    /// An earlier write failed, so nothing more is written.
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
