//! The voice of a run: it gives every event its time and hands it on.
//!
//! Not here: what is said (`events`), and who listens.

use crate::clock::Clock;
use crate::events::{Event, Events, Stamped};

/// Says what happens, with the time.
#[derive(Clone, Copy)]
pub(crate) struct Voice<'a> {
    pub events: &'a dyn Events,
    pub clock: &'a dyn Clock,
}

impl Voice<'_> {
    pub fn say(&self, event: Event) {
        let at = self.clock.now();
        self.events.emit(Stamped { at, event });
    }
}
