//! How long steps took: the next run orders its starts by it. Nothing else depends on it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Milliseconds, by CloudFormation type name and by what the step does, such as `create` or `wait_stable`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Durations(BTreeMap<String, BTreeMap<String, u64>>);

impl Durations {
    /// Whether no duration is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How long such a step takes; `None` if no run has measured one.
    #[must_use]
    pub fn get(&self, kind: &str, step: &str) -> Option<Duration> {
        let milliseconds = self.0.get(kind)?.get(step)?;
        Some(Duration::from_millis(*milliseconds))
    }

    /// Takes in the duration of one step, or the average of such steps: it makes up half of the new value.
    pub fn learn(&mut self, kind: &str, step: &str, took: Duration) {
        let took = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let steps = self.0.entry(kind.to_owned()).or_default();
        let known = steps.entry(step.to_owned()).or_insert(took);
        *known = known.midpoint(took);
    }

    /// Takes in the durations that one run has measured.
    pub fn learn_all(&mut self, seen: &Self) {
        for (kind, steps) in &seen.0 {
            for (step, milliseconds) in steps {
                self.learn(kind, step, Duration::from_millis(*milliseconds));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_counts_for_half() {
        let second = |count| Duration::from_secs(count);
        let mut known = Durations::default();
        assert_eq!(known.get("A::B::C", "create"), None);
        for (took, expected) in [(8, 8), (4, 6), (2, 4)] {
            let mut seen = Durations::default();
            seen.learn("A::B::C", "create", second(took));
            known.learn_all(&seen);
            assert_eq!(known.get("A::B::C", "create"), Some(second(expected)));
        }
        assert_eq!(known.get("A::B::C", "delete"), None);
    }
}
