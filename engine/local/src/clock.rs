//! Time as the gateway counts it: milliseconds since the Unix epoch, always handed in.
//!
//! Nothing here or in the state machines reads the system clock, except [`Millis::now`] at the edge.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An instant, in milliseconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Millis(pub(crate) i64);

impl Millis {
    pub(crate) fn now() -> Self {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    pub(crate) fn plus(self, step: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(step.as_millis()).unwrap_or(i64::MAX)),
        )
    }

    /// AWS's JSON protocols write instants as seconds with a fraction.
    pub(crate) fn json(self) -> Value {
        let millis = u32::try_from(self.0.rem_euclid(1000)).unwrap_or_default();
        let seconds = i32::try_from(self.0.div_euclid(1000)).map_or(f64::from(i32::MAX), f64::from);
        Value::from(seconds + f64::from(millis) / 1000.0)
    }
}

/// The local cloud's clock: the system's clock, plus the time that tests have moved it forward. It never goes back.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    ahead: AtomicI64,
}

impl Clock {
    pub(crate) fn now(&self) -> Millis {
        let ahead = self.ahead.load(Ordering::Relaxed);
        Millis(Millis::now().0.saturating_add(ahead))
    }

    /// Moves the clock forward.
    pub(crate) fn forward(&self, step: Duration) {
        let step = i64::try_from(step.as_millis()).unwrap_or(i64::MAX);
        self.ahead.fetch_add(step, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_in_seconds() {
        assert_eq!(Millis(1_700_000_000_250).json(), 1_700_000_000.25);
    }
}
