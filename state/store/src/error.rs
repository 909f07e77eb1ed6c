//! What can go wrong with a store.

use std::path::PathBuf;

use jiff::Timestamp;
use windlass_state::journal::JournalError;

/// What can go wrong with a store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder for the database cannot be made.
    #[error("the folder `{path}` cannot be made")]
    Folder {
        /// The folder.
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
    /// What is kept is not what was written.
    #[error(
        "the state `{path}` is damaged: {what}; put back a copy of the file, or take the resources over into a new state"
    )]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What was found.
        what: String,
    },
    /// The state was written by a newer version.
    #[error(
        "the state `{path}` has format {found}, and this version reads up to {known}; use a newer Windlass"
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// What this version reads.
        known: u32,
    },
    /// Another run has the state.
    #[error("{holder} is working on this state since {since}")]
    Held {
        /// User, host and process.
        holder: String,
        /// When it began.
        since: Timestamp,
    },
}

impl From<StoreError> for JournalError {
    fn from(error: StoreError) -> Self {
        Self::Store(Box::new(error))
    }
}
