//! The engine: observe → plan → execute → record.
//!
//! The way through, in order of a run: [`session`] → `recover` → [`sweep`] → `lookups` → `observe` → (`windlass-plan`) → `execute` with `schedule`, `step`
//! and `wait` → `readback` → `recorder`, which alone writes the journal. [`import`], [`refresh`] and [`amend`] change what is believed, and nothing else.
//!
//! Architecture invariant: no AWS SDK. AWS is behind [`provider::Provider`]; the terminal is behind the [`events`].

pub mod amend;
pub mod clock;
mod departed;
pub mod events;
mod execute;
mod holders;
mod identifier;
pub mod import;
pub mod interrupt;
pub mod lookups;
pub mod memory;
mod not_found;
pub mod observe;
pub mod older;
pub mod provider;
mod rate_limits;
mod readback;
pub mod recorder;
pub mod recover;
pub mod refresh;
mod retry;
mod run;
mod schedule;
pub mod secrets;
pub mod session;
mod settle;
mod slot;
mod stale;
pub mod step;
pub mod sweep;
pub mod timing;
mod visible;
mod voice;
pub mod wait;
