//! How fast is it? Benchmarks that anyone can run; `docs/benchmarks.md` says how, and what came out.
//!
//! One program for each part: `planning`, `instructions`, `wire`, `path`, `limits`, `author`. What is repeatable is guarded by a test instead (`tests/`).
//! Not here: budgets that fail by the clock, which a shared machine cannot hold.

pub mod cloud;
pub mod contender;
pub mod limits;
pub mod memory;
pub mod peer;
pub mod process;
pub mod programs;
pub mod shape;
pub mod table;
pub mod world;
