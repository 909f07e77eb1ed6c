//! One step: its intent, its calls, its outcome.
//!
//! Guarantees: The intent is durable before the call. The outcome is recorded as soon as it is known. A call whose outcome is unknown leaves its intent
//! open for the next run. Not here: which step runs when.

mod create;
mod delete;
mod error;
mod update;
mod wait;

use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass::document::Options;
use windlass_plan::plan::{Plan, Step, StepAction};
use windlass_state::record::{Action, Intent, OutcomeResult, Settlement};

pub use self::error::StepError;
use crate::events::StepRef;
use crate::provider::{ProviderError, Target};
use crate::rate_limits::LaneId;
use crate::recorder::{Draft, Halted};
use crate::run::Run;
use crate::slot::Slot;

/// One step that is running.
pub(crate) struct Running<'a> {
    pub run: Run<'a>,
    pub plan: &'a Plan,
    pub at: StepRef,
}

/// The declaration of a create or an update.
struct Declared<'s> {
    template: &'s CanonicalJson,
    spec: &'s CanonicalJson,
    depends_on: &'s [Address],
    options: &'s Options,
}

impl Running<'_> {
    /// Runs the step. The slot limits the number of mutating calls under way; waits do not hold it.
    pub async fn perform(&self, mut slot: Slot<'_>) -> Result<Option<String>, StepError> {
        match &self.step().action {
            StepAction::Create {
                template,
                spec,
                depends_on,
                options,
            } => {
                let spec = &self.filled(spec)?;
                let declared = Declared {
                    template,
                    spec,
                    depends_on,
                    options,
                };
                self.create(&mut slot, &declared).await.map(Some)
            }
            StepAction::Update {
                physical_id,
                template,
                spec,
                before,
                properties,
                partners,
                depends_on,
                options,
            } => {
                let spec = &self.filled(spec)?;
                let declared = Declared {
                    template,
                    spec,
                    depends_on,
                    options,
                };
                let mut target = self.target()?;
                target.applied = before.clone();
                let lane = self.lane();
                self.update(lane, &mut slot, &target, &declared, properties, partners)
                    .await?;
                Ok(Some(physical_id.clone()))
            }
            StepAction::Delete { physical_id, .. } => {
                self.delete(slot).await?;
                Ok(Some(physical_id.clone()))
            }
            StepAction::Wait { level } => {
                drop(slot);
                self.wait(*level).await.map(Some)
            }
            StepAction::Record(_) => {
                drop(slot);
                if let Some(settlement) = self.step().settlement() {
                    self.record(settlement).await?;
                }
                Ok(None)
            }
        }
    }

    /// Records that AWS refused the call.
    async fn refused(&self, intent: &Intent, error: ProviderError) -> Result<StepError, Halted> {
        let result = OutcomeResult::Failed {
            error: error.to_string(),
        };
        self.run.recorder.outcome(intent.sequence, result).await?;
        Ok(StepError::Refused(error))
    }

    /// Records a step that makes no call.
    async fn record(&self, mut settlement: Settlement) -> Result<(), StepError> {
        if let Settlement::Redeclared { spec, .. } = &mut settlement {
            *spec = self.filled(spec)?;
        }
        self.run.recorder.settle(settlement).await?;
        Ok(())
    }

    async fn intend(
        &self,
        action: Action,
        physical_id: Option<&str>,
        declared: &Declared<'_>,
    ) -> Result<Intent, Halted> {
        let step = self.step();
        let draft = Draft {
            address: &step.address,
            generation: step.generation,
            kind: &step.kind,
            action,
            place: &step.place,
            physical_id,
            template: declared.template,
            spec: declared.spec,
            depends_on: declared.depends_on,
            options: declared.options,
            aws_time: self.run.provider.now(),
        };
        self.run.recorder.intend(draft).await
    }

    fn filled(&self, spec: &CanonicalJson) -> Result<CanonicalJson, StepError> {
        let filled = self.run.recorder.read(|snapshot| {
            windlass_plan::fill(spec, &|address, output| {
                snapshot.output(address, output).cloned()
            })
        });
        Ok(filled?)
    }

    fn target(&self) -> Result<Target, StepError> {
        let step = self.step();
        let target = self.run.recorder.target(&step.address, step.generation);
        target.ok_or_else(|| StepError::NoSuchGeneration {
            address: step.address.clone(),
            generation: step.generation,
        })
    }

    fn options(&self) -> Options {
        let step = self.step();
        self.run.recorder.read(|snapshot| {
            let recorded = snapshot.generation(&step.address, step.generation);
            recorded
                .map(|recorded| recorded.options.clone())
                .unwrap_or_default()
        })
    }

    /// The lane of the step's own call.
    fn lane(&self) -> LaneId {
        self.run.lanes.lane(self.at.step)
    }

    fn step(&self) -> &Step {
        &self.plan.steps[self.at.step]
    }
}
