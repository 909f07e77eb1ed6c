//! The local cloud as tests use it: engines on it, each in its own account, and the resources that the catalogue's samples need around them.
//!
//! Not here: the local cloud itself, which is in `windlass-local`.

mod account;
mod elsewhere;
pub mod http;
mod surroundings;

pub use account::{Account, other};
pub use surroundings::Surroundings;
