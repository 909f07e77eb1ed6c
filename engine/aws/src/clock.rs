//! AWS's clock: the `Date` headers of its answers, continued by this host's monotonic clock.
//!
//! Windlass measures the age of AWS resources by this clock alone, because the wall clocks of two hosts may differ by hours. Not here: the meaning of an age.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use jiff::Timestamp;

/// AWS's clock. It never goes back: if two services differ, the later time counts.
#[derive(Debug, Default)]
pub struct AwsClock(Mutex<Option<Heard>>);

#[derive(Debug, Clone, Copy)]
struct Heard {
    said: Timestamp,
    at: Instant,
}

impl Heard {
    fn now(self) -> Timestamp {
        self.said
            .saturating_add(self.at.elapsed())
            .unwrap_or(self.said)
    }
}

impl AwsClock {
    /// Reads the `Date` header of an answer that arrives now. The header has whole seconds, so this clock can be up to one second late, and so can every age.
    pub fn hear(&self, date: &str) {
        let Ok(date) = DateTime::from_str(date, Format::HttpDate) else {
            return;
        };
        let Ok(said) = Timestamp::from_second(date.secs()) else {
            return;
        };
        let mut heard = self.heard();
        if heard.is_none_or(|heard| heard.now() < said) {
            *heard = Some(Heard {
                said,
                at: Instant::now(),
            });
        }
    }

    /// The time; `None` before the first answer of AWS.
    pub fn now(&self) -> Option<Timestamp> {
        self.heard().map(Heard::now)
    }

    fn heard(&self) -> std::sync::MutexGuard<'_, Option<Heard>> {
        self.0.lock().expect("no thread panics while it holds this")
    }
}

/// The factor for visibility windows: 1 for AWS, less for a cloud that shows new resources sooner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WindowScale(f64);

impl WindowScale {
    /// The factor for AWS.
    pub const AWS: Self = Self(1.0);

    /// The local cloud's factor, unless the local cloud reports another one.
    pub const LOCAL: Self = Self(0.01);

    /// A factor between 0 and 1. Windlass clamps other values, because a longer window would hide a missing resource for longer.
    pub fn of(factor: f64) -> Self {
        if factor.is_nan() {
            return Self::AWS;
        }
        Self(factor.clamp(0.0, 1.0))
    }

    /// A window multiplied by this factor.
    pub fn of_window(self, window: Duration) -> Duration {
        window.mul_f64(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_of_two_services_counts() {
        let clock = AwsClock::default();
        assert_eq!(clock.now(), None);
        clock.hear("not a date");
        assert_eq!(clock.now(), None);
        clock.hear("Tue, 15 Nov 1994 08:12:31 GMT");
        let said: Timestamp = "1994-11-15T08:12:31Z".parse().expect("a time");
        let now = clock.now().expect("heard");
        assert!(now >= said && now < said + Duration::from_secs(1), "{now}");
        clock.hear("Tue, 15 Nov 1994 08:10:00 GMT");
        assert!(clock.now().expect("heard") >= now, "it never goes back");
        clock.hear("Tue, 15 Nov 1994 09:00:00 GMT");
        let later: Timestamp = "1994-11-15T09:00:00Z".parse().expect("a time");
        assert!(clock.now().expect("heard") >= later);
    }

    #[test]
    fn windows_are_never_longer_than_those_of_aws() {
        let minute = Duration::from_secs(60);
        for (factor, milliseconds) in [(0.01, 600), (1.0, 60_000), (7.0, 60_000), (-1.0, 0)] {
            let scaled = WindowScale::of(factor).of_window(minute);
            assert_eq!(scaled.as_millis(), milliseconds, "{factor}");
        }
    }
}
