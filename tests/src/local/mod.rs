//! The local cloud as tests use it: engines on it, each in an account of its own, and what the catalogue's samples need around them.
//!
//! Not here: the local cloud itself, which is `windlass-local`'s.

mod account;
mod elsewhere;
pub mod http;
mod surroundings;

pub use account::{Account, other};
pub use surroundings::Surroundings;
