//! The journal as the engine sees it. The stores implement it, and the tests implement it in memory.

use async_trait::async_trait;

use crate::record::Record;
use crate::snapshot::Snapshot;

/// The journal of one state, with one writer.
///
/// Guarantees: When `append` has returned, its records survive a kill and a loss of power. The journal keeps records in order and without gaps.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Makes records durable. Appends that wait at the same moment are written together.
    async fn append(&self, records: Vec<Record>) -> Result<(), JournalError>;

    /// Makes a snapshot durable that contains everything appended so far. The store may then drop those records from its tail.
    async fn checkpoint(&self, snapshot: &Snapshot) -> Result<(), JournalError>;

    /// Whether this writer still holds the state. The engine calls it before each mutating call; it needs no I/O.
    fn held(&self) -> Result<(), JournalError>;
}

/// Why records could not be kept. After such an error, the engine sends no more mutating calls.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another run holds the state now.
    #[error("the state was taken over by {holder}")]
    TakenOver {
        /// User and host.
        holder: String,
    },
    /// The lease expired before it could be renewed.
    #[error("the lease on the state ran out at {deadline}")]
    LeaseExpired {
        /// When the lease expired.
        deadline: jiff::Timestamp,
    },
    /// The store failed.
    #[error("the state could not be written")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
}
