//! The simulated cloud: a provider that behaves like AWS without a wire: slow, forgetful, throttling, failing, dying, and as strict about
//! what is in use.
//!
//! It knows kinds by their schemas only. Not here: how AWS is called, which the wire tests prove.

mod clock;
mod faults;
mod invent;
mod journal;
pub mod kinds;
mod life;
pub mod platform;
mod program;
mod provider;
mod rules;
pub mod samples;
mod strict;
mod universe;
mod world;

pub use clock::SimClock;
pub use faults::{Dice, Faults};
pub use journal::MortalJournal;
pub use life::Life;
pub use program::{Program, parse, reference};
pub use provider::Cloud;
pub use universe::{Ran, Universe, refused};
pub use world::{Object, Scheduled, World};
