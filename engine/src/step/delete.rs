//! A delete: record its intent, send it until AWS takes it, and keep its intent open until AWS says that the resource is gone.
//!
//! Not here: who holds a resource that AWS does not delete (`holders`).

use windlass::canonical::CanonicalJson;
use windlass::document::Options;
use windlass_state::record::{Action, OutcomeResult};

use super::{Declared, Running, StepError};
use crate::holders::Holders;
use crate::provider::{Deletion, ErrorClass, PollQuestion, Target, Until};
use crate::retry::{Hope, Purpose, Retries};
use crate::run::Run;
use crate::slot::Slot;
use crate::visible::{Glances, may_be_hidden_for};
use crate::wait::limit;

impl Running<'_> {
    pub(super) async fn delete(&self, mut slot: Slot<'_>) -> Result<(), StepError> {
        let target = self.target()?;
        let (nothing, options) = (CanonicalJson::of(&serde_json::json!({})), self.options());
        let declared = Declared {
            template: &nothing,
            spec: &target.applied,
            depends_on: &[],
            options: &options,
        };
        let id = Some(target.physical_id.as_str());
        let intent = self.intend(Action::Delete, id, &declared).await?;
        let Run {
            provider, clock, ..
        } = self.run;
        let mut retries = Retries::new(Purpose::Mutate(Action::Delete), &*intent.id.0, clock);
        let mut holders = Holders::default();
        let mut glances = Glances::new();
        let deletion = loop {
            // Measured before the call: a resource that becomes visible between the call and its answer has not been seen.
            let hidden_for = may_be_hidden_for(provider, &target);
            self.run.recorder.held()?;
            let answer = provider.delete(&target).await;
            self.run.lanes.answered(self.lane(), answer.as_ref().err());
            let error = match answer {
                Ok(deletion) => break deletion,
                // The resource was made moments ago, and AWS may not show it to this call yet. Without a retry it would stay.
                Err(error) if error.class == ErrorClass::NotFound && !hidden_for.is_zero() => {
                    let hope = Hope::Shows(target.address.to_string());
                    let delay = glances.pause(hidden_for);
                    self.run
                        .pause(&self.at, self.lane(), &mut slot, &error, &hope, delay)
                        .await;
                    continue;
                }
                // The resource is gone, or its deletion has started.
                Err(error) if error.class == ErrorClass::NotFound => break Deletion::InBackground,
                Err(error) => holders.named(&self.run, &self.at, &target, error).await,
            };
            let hope = Hope::ByClass;
            match retries.after(&error, &hope, clock) {
                Some(delay) => {
                    self.run
                        .pause(&self.at, self.lane(), &mut slot, &error, &hope, delay)
                        .await
                }
                // The deletion may have started: the intent stays open, and the next run looks.
                None if error.class == ErrorClass::Unknown => {
                    return Err(StepError::Refused(error));
                }
                None => return Err(self.refused(&intent, error).await?),
            }
        };
        drop(slot);
        if deletion == Deletion::InBackground {
            self.until_gone(target, &options).await?;
        }
        let result = OutcomeResult::Deleted;
        self.run.recorder.outcome(intent.sequence, result).await?;
        Ok(())
    }

    // A deletion in progress keeps its intent open until AWS says that the resource is gone.
    async fn until_gone(&self, target: Target, options: &Options) -> Result<(), StepError> {
        let within = limit(
            self.run.provider,
            &target.kind,
            Action::Delete,
            &options.timeouts,
        );
        let question = PollQuestion {
            target,
            until: Until::Gone,
        };
        let waited = self
            .run
            .waits
            .reach(self.at.clone(), question, within)
            .await;
        waited.map(|_| ()).map_err(StepError::Wait)
    }
}
