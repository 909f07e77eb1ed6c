//! Stories (randomised simulation tests): a random program, random operations and random faults, all drawn from one seed, played on the simulated
//! cloud.
//!
//! One thread plays a story, with a clock that moves only when nothing else can. So the same seed plays the same story byte for byte. The judge
//! compares the world with the program, and ignores what the engine believes. Not here: how many stories run, which the test `story` decides.

mod act;
mod draft;
mod judge;
mod shrink;
mod stage;
mod wirings;

pub use act::{Act, Story, Weather};
pub use draft::Draft;
pub use shrink::shrink;
pub use stage::{Told, tell};
