//! Patterns: several resources that make one thing, with good defaults, over the same kinds that authors can use themselves.
//!
//! Nothing is hidden in a pattern: all that it makes can be changed before it is declared, and is a handle afterwards.

pub mod network;

pub use network::{Nat, Network, ZoneCount};
