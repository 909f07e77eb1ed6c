//! Benchmarks: how fast Windlass is. Anyone can run them; `docs/benchmarks.md` says how, and shows the results.
//!
//! One program for each part: `planning`, `instructions`, `wire`, `path`, `limits`, `author`. Tests guard what is repeatable (`tests/`). Not here:
//! bounds on elapsed time, which a shared machine cannot keep.

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
