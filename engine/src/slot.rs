//! The concurrency limit: how many mutating calls are under way at once. Not here: how fast calls of one sort are sent (`rate_limits`).

use tokio::sync::{Semaphore, SemaphorePermit};

/// One of the limited places for calls that are under way. Dropping it gives the place back.
#[derive(Debug)]
pub(crate) struct Slot<'a> {
    of: &'a Semaphore,
    held: Option<SemaphorePermit<'a>>,
}

impl<'a> Slot<'a> {
    /// A place, if one is free.
    pub fn of(of: &'a Semaphore) -> Option<Self> {
        let held = Some(of.try_acquire().ok()?);
        Some(Self { of, held })
    }

    /// Gives the place back for a while.
    pub fn leave(&mut self) {
        self.held = None;
    }

    /// Waits until there is a place again.
    pub async fn regain(&mut self) {
        self.held = self.of.acquire().await.ok();
    }
}
