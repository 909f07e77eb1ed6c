//! A create: record its intent, send it, and settle a call without an answer.
//!
//! Not here: how the engine searches AWS for a lost call's resource (`settle`).

use std::time::Duration;

use serde_json::Value;
use windlass::canonical::CanonicalJson;
use windlass_state::record::{Action, Intent, OutcomeResult};

use super::{Declared, Running, StepError};
use crate::not_found::Judge;
use crate::provider::{CreateRequest, Created, ErrorClass, ProviderError};
use crate::recorder::Halted;
use crate::retry::{Purpose, Retries};
use crate::run::Run;
use crate::settle::{Settled, look};
use crate::slot::Slot;

/// How often a create that never reached AWS is sent.
const SENDS: u32 = 3;

impl Running<'_> {
    pub(super) async fn create(
        &self,
        slot: &mut Slot<'_>,
        declared: &Declared<'_>,
    ) -> Result<String, StepError> {
        let mut sends = 0;
        let created = loop {
            let intent = self.intend(Action::Create, None, declared).await?;
            sends += 1;
            match self.send_create(slot, &intent).await? {
                Ok(created) => {
                    let result = OutcomeResult::Created {
                        physical_id: created.physical_id.clone(),
                        outputs: created.outputs.clone(),
                        unfinished: created.unfinished.clone(),
                        since: self.run.provider.now(),
                    };
                    self.run.recorder.outcome(intent.sequence, result).await?;
                    break created;
                }
                Err(error) => {
                    let result = OutcomeResult::NeverSent;
                    self.run.recorder.outcome(intent.sequence, result).await?;
                    if sends == SENDS {
                        return Err(StepError::Refused(error));
                    }
                    self.run.lanes.turn(self.lane()).await;
                }
            }
        };
        if !created.unfinished.is_empty() {
            self.finish(slot, &created, declared).await?;
        }
        Ok(created.physical_id)
    }

    // The outcome of one announced create. The inner error proves that the call never reached AWS.
    async fn send_create(
        &self,
        slot: &mut Slot<'_>,
        intent: &Intent,
    ) -> Result<Result<Created, ProviderError>, StepError> {
        let Run {
            provider, clock, ..
        } = self.run;
        let step = self.step();
        let owner = &self.run.recorder.owner();
        let request = CreateRequest {
            owner,
            template: &intent.template,
            address: &step.address,
            kind: &step.kind,
            place: &step.place,
            intent: &intent.id,
            spec: &intent.spec,
        };
        let mut retries = Retries::new(Purpose::Mutate(Action::Create), &*intent.id.0, clock);
        let mut judge = Judge::new(self.run, None, &intent.depends_on, &intent.spec);
        loop {
            self.run.recorder.held()?;
            let answer = provider.create(&request).await;
            self.run.lanes.answered(self.lane(), answer.as_ref().err());
            let error = match answer {
                Ok(created) => return Ok(Ok(created)),
                Err(error) => error,
            };
            let hope = judge.hope(&error);
            if let Some(delay) = retries.after(&error, &hope, clock) {
                self.run
                    .pause(&self.at, self.lane(), slot, &error, &hope, delay)
                    .await;
                continue;
            }
            return match error.class {
                ErrorClass::Unknown => self.look_for(intent, error).await,
                ErrorClass::AlreadyExists => self.claim(intent, error).await.map(Ok),
                _ => Err(self.refused(intent, error).await?),
            };
        }
    }

    // AWS may or may not have received the call.
    async fn look_for(
        &self,
        intent: &Intent,
        error: ProviderError,
    ) -> Result<Result<Created, ProviderError>, StepError> {
        let looked = look(self.run.provider, self.run.clock, intent, Duration::ZERO).await;
        // If even the look fails, the intent stays open and the next run settles it.
        match looked.map_err(StepError::Refused)? {
            Settled::Ours(created) => Ok(Ok(created)),
            Settled::NeverSent => Ok(Err(error)),
            Settled::Foreign { description } => Err(self.foreign(intent, description).await?),
        }
    }

    // AWS has a resource with the name: an earlier attempt of this call made it, or it is not ours.
    async fn claim(&self, intent: &Intent, error: ProviderError) -> Result<Created, StepError> {
        let looked = look(self.run.provider, self.run.clock, intent, Duration::MAX / 2).await;
        match looked.map_err(StepError::Refused)? {
            Settled::Ours(created) => Ok(created),
            Settled::NeverSent => Err(self.refused(intent, error).await?),
            Settled::Foreign { description } => Err(self.foreign(intent, description).await?),
        }
    }

    async fn foreign(&self, intent: &Intent, description: String) -> Result<StepError, Halted> {
        let error = StepError::Foreign { description };
        let result = OutcomeResult::Failed {
            error: error.to_string(),
        };
        self.run.recorder.outcome(intent.sequence, result).await?;
        Ok(error)
    }

    // Sends the properties that the create call could not carry. Until this update has succeeded, the snapshot lists them as unfinished, and the next
    // plan sends them again.
    async fn finish(
        &self,
        slot: &mut Slot<'_>,
        created: &Created,
        declared: &Declared<'_>,
    ) -> Result<(), StepError> {
        let mut target = self.target()?;
        target.applied = without(declared.spec, &created.unfinished);
        let lane = self.run.lanes.further(self.at.step);
        self.run.lanes.turn(lane).await;
        let unfinished = &created.unfinished;
        self.update(lane, slot, &target, declared, unfinished, &[])
            .await
    }
}

/// A spec without some of its top-level properties.
fn without(spec: &CanonicalJson, properties: &[String]) -> CanonicalJson {
    let mut value = spec.to_value();
    if let Value::Object(object) = &mut value {
        object.retain(|name, _| !properties.contains(name));
    }
    CanonicalJson::of(&value)
}
