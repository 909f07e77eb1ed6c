//! The simulated cloud: a provider that behaves like AWS, without a network. It is slow, forgets, throttles calls, fails and dies, and is as strict
//! as AWS about what is in use.
//!
//! It knows kinds only through their schemas. Not here: how Windlass calls AWS, which the wire tests prove.

mod arriving;
mod changing;
mod clock;
mod faults;
mod invent;
mod journal;
pub mod kinds;
mod life;
mod making;
mod operations;
pub mod platform;
mod program;
mod provider;
mod refusing;
mod removing;
pub mod rules;
pub mod samples;
mod seeing;
mod sharing;
mod tagging;
mod universe;
mod wordings;
mod world;

pub use clock::{HostClock, SimClock, drive};
pub use faults::{Dice, Faults, Lag, Late};
pub use journal::{MortalJournal, TERM};
pub use life::Life;
pub use program::{Program, parse, reference};
pub use provider::Cloud;
pub use rules::visible_within;
pub use universe::{Ran, Universe, refused};
pub use world::{Landing, Object, Scheduled, World};
