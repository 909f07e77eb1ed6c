//! Where states are kept: an SQLite database per stack and environment, or objects in a store that several hosts share.
//!
//! Not here: what a state means, which `windlass-state` says.

mod chain;
mod emergency;
mod error;
mod held;
mod history;
mod holder;
mod migrate;
mod objects;
mod place;
pub mod private;
mod seal;
mod sqlite;
mod state;
mod store;
mod stray;

pub use error::StoreError;
pub use held::{HeldStore, Superseded};
pub use history::HistoryEntry;
pub use holder::Holder;
pub use migrate::migrate;
pub use objects::connect::{S3Access, S3Credential, S3Credentials};
pub use place::{Bucket, Location, Place, Service};
pub use seal::Key;
pub use state::LastGood;
pub use store::{Access, Store};
pub use stray::Stray;
