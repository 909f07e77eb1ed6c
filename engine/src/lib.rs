//! The engine: observe → plan → execute → record.
//!
//! The way through, in order of a run: [`session`] → `recover` → `lookups` → `observe` → (`windlass-plan`) → `execute` with `schedule`, `step`
//! and `wait` → `recorder`, which alone writes the journal.
//!
//! Architecture invariant: no AWS SDK. AWS is behind [`provider::Provider`]; the terminal is behind the [`events`].

pub mod clock;
pub mod events;
mod execute;
pub mod interrupt;
pub mod lookups;
pub mod memory;
pub mod observe;
mod patience;
pub mod provider;
pub mod recorder;
pub mod recover;
mod retry;
mod run;
mod schedule;
pub mod secrets;
pub mod session;
mod settle;
pub mod step;
pub mod wait;
