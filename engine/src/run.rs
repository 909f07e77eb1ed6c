//! What every part of a run shares: AWS, the clock, the voice, the recorder.
//!
//! Not here: what is done with them.

use std::time::Duration;

use jiff::Timestamp;

use crate::clock::Clock;
use crate::events::{Event, StepRef};
use crate::provider::{ErrorClass, Provider, ProviderError};
use crate::rate_limits::{LaneId, Lanes};
use crate::recorder::Recorder;
use crate::retry::{Hope, Purpose, Retries};
use crate::slot::Slot;
use crate::voice::Voice;
use crate::wait::Waits;

/// What the steps of a run share.
#[derive(Clone, Copy)]
pub(crate) struct Run<'a> {
    pub provider: &'a dyn Provider,
    pub clock: &'a dyn Clock,
    pub voice: Voice<'a>,
    pub recorder: &'a Recorder<'a>,
    pub waits: &'a Waits<'a>,
    pub lanes: &'a Lanes<'a>,
    /// When the steps of the run began, by AWS's clock.
    pub began: Option<Timestamp>,
    /// When the youngest of the other stacks' resources was made whose outputs the document reads.
    pub neighbours: Option<Timestamp>,
}

impl Run<'_> {
    /// Reports a retry, and waits for its delay. A throttled call waits for its lane's turn instead, if the lane has turns. Another step can use the
    /// slot meanwhile.
    pub async fn pause(
        &self,
        step: &StepRef,
        lane: LaneId,
        slot: &mut Slot<'_>,
        error: &ProviderError,
        hope: &Hope,
        delay: Duration,
    ) {
        let throttled = error.class == ErrorClass::Throttled;
        let turn = self.lanes.next(lane).filter(|_| throttled);
        let delay = turn.unwrap_or(delay);
        self.voice.say(Event::StepRetrying {
            step: step.clone(),
            error: error.into(),
            delay_milliseconds: milliseconds(delay),
            waiting_for: hope.waiting_for(),
        });
        slot.leave();
        if turn.is_none() {
            self.clock.sleep(delay).await;
        }
        self.lanes.turn(lane).await;
        slot.regain().await;
    }
}

/// Sends a read until AWS answers it or the retries are exhausted.
pub(crate) async fn read<T, F>(
    clock: &dyn Clock,
    seed: &str,
    mut call: impl FnMut() -> F,
) -> Result<T, ProviderError>
where
    F: Future<Output = Result<T, ProviderError>>,
{
    let mut retries = Retries::new(Purpose::Read, seed, clock);
    loop {
        match call().await {
            Ok(answer) => return Ok(answer),
            Err(error) => match retries.after(&error, &Hope::ByClass, clock) {
                Some(delay) => clock.sleep(delay).await,
                None => return Err(error),
            },
        }
    }
}

/// A duration in milliseconds, as in reports.
pub(crate) fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
