//! What every part of a run has at hand: AWS, the clock, the voice, the recorder.
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

/// What the steps of a run have at hand.
#[derive(Clone, Copy)]
pub(crate) struct Run<'a> {
    pub provider: &'a dyn Provider,
    pub clock: &'a dyn Clock,
    pub voice: Voice<'a>,
    pub recorder: &'a Recorder<'a>,
    pub waits: &'a Waits<'a>,
    pub lanes: &'a Lanes<'a>,
    /// When its steps began, by AWS's clock.
    pub began: Option<Timestamp>,
    /// When the youngest resource of another stack was made whose output the document reads.
    pub neighbours: Option<Timestamp>,
}

impl Run<'_> {
    /// Says that a call is sent again, and lets the time pass until then. What was throttled waits for its turn, if there are turns. Meanwhile the slot
    /// is another's.
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

/// Sends a read until it is answered or patience ends.
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

/// A duration as reports have it.
pub(crate) fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
