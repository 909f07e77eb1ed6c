//! What Windlass records as existing: the snapshot, the journal's records, and how one follows from the other.
//!
//! Architecture invariant: no I/O. The store keeps the records; behind [`journal::Journal`] it may be any store.

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
