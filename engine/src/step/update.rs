//! An update in place: record its intent, send it, and record its outcome.
//!
//! Not here: whether AWS applied the update (`readback`).

use windlass_plan::plan::Partner;
use windlass_state::record::{Action, Intent, OutcomeResult};

use super::{Declared, Running, StepError};
use crate::not_found::Judge;
use crate::provider::{ProviderError, Target, UpdateRequest};
use crate::rate_limits::LaneId;
use crate::recorder::Halted;
use crate::retry::{Purpose, Retries};
use crate::run::Run;
use crate::slot::Slot;

impl Running<'_> {
    pub(super) async fn update(
        &self,
        lane: LaneId,
        slot: &mut Slot<'_>,
        target: &Target,
        declared: &Declared<'_>,
        properties: &[String],
        partners: &[Partner],
    ) -> Result<(), StepError> {
        let id = Some(target.physical_id.as_str());
        let intent = self.intend(Action::Update, id, declared).await?;
        let owner = &self.run.recorder.owner();
        let request = UpdateRequest {
            owner,
            target,
            intent: &intent.id,
            spec: declared.spec,
            properties,
            partners,
        };
        let Run {
            provider, clock, ..
        } = self.run;
        let mut retries = Retries::new(Purpose::Mutate(Action::Update), &*intent.id.0, clock);
        let mut judge = Judge::new(self.run, Some(target), declared.depends_on, declared.spec);
        loop {
            self.run.recorder.held()?;
            let answer = provider.update(&request).await;
            self.run.lanes.answered(lane, answer.as_ref().err());
            let error = match answer {
                Ok(outputs) => {
                    let since = provider.now();
                    let result = OutcomeResult::Updated { outputs, since };
                    self.run.recorder.outcome(intent.sequence, result).await?;
                    return Ok(());
                }
                Err(error) => error,
            };
            let hope = judge.hope(&error);
            match retries.after(&error, &hope, clock) {
                Some(delay) => {
                    self.run
                        .pause(&self.at, lane, slot, &error, &hope, delay)
                        .await
                }
                None => return Err(self.unchanged(&intent, properties, error).await?),
            }
        }
    }

    // An update can be several calls, and AWS may have taken some before it refused one.
    async fn unchanged(
        &self,
        intent: &Intent,
        properties: &[String],
        error: ProviderError,
    ) -> Result<StepError, Halted> {
        let result = OutcomeResult::Uncertain {
            error: error.to_string(),
            properties: properties.to_vec(),
        };
        self.run.recorder.outcome(intent.sequence, result).await?;
        Ok(StepError::Refused(error))
    }
}
