//! Time as the engine sees it. Tests replace the clock to let time pass at once.
//!
//! Not here: how long anything may take.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

/// A clock.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The time of day, for records. It may jump, forward or back.
    fn now(&self) -> Timestamp;

    /// How long the clock has run. It never goes back.
    fn elapsed(&self) -> Duration;

    /// Returns after [`Clock::elapsed`] has advanced by this time.
    async fn sleep(&self, time: Duration);
}

/// The clock of the machine.
#[derive(Debug)]
pub struct SystemClock(std::time::Instant);

impl SystemClock {
    /// A clock that starts now.
    #[must_use]
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }
}

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    async fn sleep(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}
