//! Where states are kept: an SQLite database per stack and environment, or objects in a store that several hosts share.
//!
//! Not here: what a state means, which `windlass-state` says.

mod chain;
mod emergency;
mod encryption;
mod error;
mod history;
mod holder;
mod leased;
mod migrate;
mod objects;
mod place;
pub mod private;
mod sqlite;
mod state;
mod store;
mod stray;

pub use encryption::Key;
pub use error::StoreError;
pub use history::HistoryEntry;
pub use holder::Holder;
pub use leased::{HeldStore, Superseded};
pub use migrate::migrate;
pub use objects::connect::{S3Access, S3Credential, S3Credentials};
pub use place::{Bucket, Location, Place, Service};
pub use state::LastGood;
pub use store::{Access, Store};
pub use stray::Stray;
