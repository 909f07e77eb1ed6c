//! One JSON event per line, for pipelines. The events are the stable interface: `docs/events.md`.

use std::io::Write;

use windlass_engine::events::{Events, Stamped};

/// Prints events as they are.
pub struct Json;

impl Events for Json {
    fn emit(&self, event: Stamped) {
        let line = serde_json::to_string(&event).expect("events hold text keys only");
        let mut out = std::io::stdout().lock();
        // A closed pipe must not end a run that is changing the world.
        if let Err(error) = writeln!(out, "{line}").and_then(|()| out.flush()) {
            tracing::warn!(%error, "an event could not be printed");
        }
    }
}
