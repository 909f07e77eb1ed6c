//! Where states are kept: an embedded SQLite database per stack and environment.
//!
//! Not here: what a state means, which `windlass-state` says.

mod beliefs;
mod database;
mod error;
mod lease;
mod writer;

pub use database::{HistoryEntry, Store};
pub use error::StoreError;
pub use lease::Holder;
pub use writer::HeldStore;
