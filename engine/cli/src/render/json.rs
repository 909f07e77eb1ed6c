//! One JSON event per line, for pipelines. The events are the stable interface: `docs/events.md`.

use windlass_engine::events::{Events, Stamped};

/// Prints events as they are.
pub struct Json;

impl Events for Json {
    fn emit(&self, event: Stamped) {
        let line = serde_json::to_string(&event).expect("events hold text keys only");
        super::say!("{line}");
    }
}
