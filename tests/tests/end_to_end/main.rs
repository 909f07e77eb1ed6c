//! End-to-end tests: the `windlass` program with the repository's stack programs, over the network, against the local cloud, as an operator uses it.
//!
//! Not here: the requests of single kinds (`wire`), and faults in every place (`engine`, on the simulated cloud).

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
