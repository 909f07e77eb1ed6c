//! Eventual consistency: for how long AWS may still answer as if a new resource did not exist.
//!
//! During this visibility window, the answer "does not exist" proves nothing. Only AWS's clock tells the age ([`Provider::now`]), because the clocks of
//! hosts differ. <https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html>
//!
//! Not here: looking again, which each reader does in its own way.

use std::time::Duration;

use jiff::Timestamp;

use crate::provider::{Provider, Target};

/// How long AWS may still hide a resource that it made at `since`: zero if AWS must show it. A resource without a `since` was made long ago.
pub(crate) fn may_hide_for(
    provider: &dyn Provider,
    kind: &str,
    since: Option<Timestamp>,
) -> Duration {
    let Some(since) = since else {
        return Duration::ZERO;
    };
    let window = provider.visible_within(kind);
    // Without a time of AWS's clock, the age is unknown.
    let Some(now) = provider.now() else {
        return window;
    };
    window.saturating_sub(age(since, now))
}

/// How long AWS may still hide a target.
pub(crate) fn may_be_hidden_for(provider: &dyn Provider, target: &Target) -> Duration {
    may_hide_for(provider, &target.kind, target.since)
}

/// The time since a moment. For a moment in the future it is zero.
pub(crate) fn age(since: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(since)).unwrap_or_default()
}

/// The pauses between looks at a resource that AWS may still hide: short at first, then five seconds.
#[derive(Debug)]
pub(crate) struct Glances(Duration);

impl Glances {
    pub const fn new() -> Self {
        Self(Duration::from_millis(250))
    }

    /// The pause before the next look, of at most `left`.
    pub fn pause(&mut self, left: Duration) -> Duration {
        const LONGEST: Duration = Duration::from_secs(5);
        let pause = self.0;
        self.0 = (pause * 2).min(LONGEST);
        pause.min(left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_not_come_yet_has_no_age() {
        let at = |seconds: i64| Timestamp::from_second(1_700_000_000 + seconds).expect("in range");
        assert_eq!(age(at(0), at(90)), Duration::from_secs(90));
        assert_eq!(age(at(90), at(0)), Duration::ZERO);
    }

    #[test]
    fn looks_come_less_often_and_never_late() {
        let mut glances = Glances::new();
        let minute = Duration::from_secs(60);
        let pauses: Vec<_> = (0..7).map(|_| glances.pause(minute).as_millis()).collect();
        assert_eq!(pauses, [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]);
        let left = Duration::from_millis(70);
        assert_eq!(glances.pause(left), left);
    }
}
