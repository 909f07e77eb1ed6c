//! The voice of a run: it adds the time to every event and passes the event on.
//!
//! Not here: the events (`events`), and their readers.

use crate::clock::Clock;
use crate::events::{Event, Events, Stamped};

/// Emits events with their time.
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
