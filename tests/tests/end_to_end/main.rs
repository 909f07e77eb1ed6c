//! The `windlass` program with the repository's stack programs, over the wire, against the local cloud: what an operator has.
//!
//! Not here: what single kinds send (`wire`), and faults in every place (`engine`, over the simulated cloud).

mod budgets;
mod census;
mod cloud;
mod drift;
mod edits;
mod failures;
mod hidden;
mod kills;
mod operations;
mod plans;
mod programs;
mod readback;
mod refusals;
mod sharing;
mod sweep;
mod world;
