//! Pure planning: from what is desired, recorded and observed to a plan.
//!
//! Architecture invariant: no tokio, no SDK, no clock, no randomness: planning cannot await, and the same inputs give the same plan.

pub mod observation;
pub mod plan;
