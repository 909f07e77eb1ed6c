//! The engine: observe → plan → execute → record.
//!
//! Architecture invariant: no AWS SDK. AWS is behind [`provider::Provider`]; the terminal is behind the events.

pub mod provider;
pub mod secrets;
