//! Where records are kept, as the engine sees it. Implemented by the stores and, in memory, by tests.

use async_trait::async_trait;

use crate::record::Record;
use crate::snapshot::Snapshot;

/// The keeper of one state, held by one writer.
///
/// Guarantees: when `append` has returned, its records survive a kill and a loss of power; they are kept in order and without gaps.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Makes records durable. Appends that wait at the same moment are written together.
    async fn append(&self, records: Vec<Record>) -> Result<(), JournalError>;

    /// Makes a snapshot durable that contains everything appended so far; the store may then drop those records from its tail.
    async fn checkpoint(&self, snapshot: &Snapshot) -> Result<(), JournalError>;

    /// Whether this writer still holds the state. Checked before each mutating call; it costs no I/O.
    fn held(&self) -> Result<(), JournalError>;
}

/// Why records could not be kept. After one of these, no mutating call is sent any more.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Somebody else holds the state now.
    #[error("the state was taken over by {holder}")]
    TakenOver {
        /// User and host.
        holder: String,
    },
    /// The lease ran out and could not be renewed in time.
    #[error("the lease on the state ran out at {deadline}")]
    LeaseExpired {
        /// When.
        deadline: jiff::Timestamp,
    },
    /// The store failed.
    #[error("the state could not be written")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
}
