//! Stories: a random program, random operations and random weather, all drawn from one seed, played on the simulated cloud.
//!
//! A story is told by one thread with a clock that only moves when nothing else can; so its seed tells it again byte for byte. What it is
//! judged by is the world, not what the engine believes. Not here: how many are told, which the test `story` decides.

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
