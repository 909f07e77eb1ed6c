//! Pure planning: from what is desired, recorded and observed to a plan.
//!
//! The way through: [`evaluate`](mod@evaluate) → [`resolve`](mod@resolve) → [`diff`](mod@diff) → `decide` → `order`, which [`planner`] calls in turn.
//!
//! Architecture invariant: no tokio, no SDK, no clock, no randomness: planning cannot await, and the same inputs give the same plan.

mod authored;
mod carry_over;
pub mod claim;
mod compare;
mod decide;
mod decision;
pub mod diff;
pub mod drift;
pub mod driven;
pub mod evaluate;
mod exclusive;
pub mod fingerprint;
mod graph;
mod holding;
mod inputs;
mod lending;
mod letting;
mod names;
pub mod observation;
mod order;
mod paths;
pub mod plan;
pub mod planner;
mod policy;
pub mod proof;
mod references;
mod removals;
mod renames;
pub mod resolve;
mod scope;
mod serving;
mod unchanged;
mod unfinished;
mod world;

pub use evaluate::{FillError, fill, fill_value};
pub use inputs::Inputs;
pub use planner::{check, plan};
pub use resolve::{needed_secrets, places};
