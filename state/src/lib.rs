//! What Windlass believes exists: the snapshot, the journal's records, and how one follows from the other.
//!
//! Architecture invariant: no I/O. Where records are kept is the store's concern, and behind [`journal::Journal`] it may be anything.

pub mod apply;
pub mod binding;
pub mod durations;
pub mod identity;
pub mod journal;
pub mod record;
pub mod rollback;
pub mod snapshot;
pub mod verdict;
pub mod verify;
