//! One JSON event per line, for pipelines. The events are the stable interface: `docs/events.md`.

use serde::Serialize;
use windlass_engine::events::{Events, Stamped};

use super::foreign;

/// Prints events as they are.
pub struct Json;

impl Events for Json {
    fn emit(&self, event: Stamped) {
        print(&event);
    }
}

/// Prints JSON over several lines, for people.
pub fn pretty(value: &impl Serialize) {
    let text = serde_json::to_string_pretty(value).expect("what is told holds text keys only");
    super::say!("{}", foreign::encoded(&text));
}

/// Prints one line of JSON. It contains no character that a terminal obeys, so it is safe to look at.
pub fn print(value: &impl Serialize) {
    let line = serde_json::to_string(value).expect("what is told holds text keys only");
    super::say!("{}", foreign::encoded(&line));
}
