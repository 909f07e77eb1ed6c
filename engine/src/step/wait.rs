//! A wait: until the resource is ready or stable, within its time limit.
//!
//! Not here: polling, which all waits share (`wait`), and the wait for a deletion (`delete`).

use windlass::schema::Wait;
use windlass_plan::plan::StepAction;
use windlass_state::record::{Action, Settlement};

use super::{Running, StepError};
use crate::provider::{PollQuestion, Until};
use crate::wait::limit;

impl Running<'_> {
    pub(super) async fn wait(&self, level: Wait) -> Result<String, StepError> {
        let target = self.target()?;
        let id = target.physical_id.clone();
        let step = self.step();
        let made_now = step.after.iter().any(|before| {
            let before = &self.plan.steps[*before];
            before.address == step.address && matches!(before.action, StepAction::Create { .. })
        });
        let action = if made_now {
            Action::Create
        } else {
            Action::Update
        };
        let within = limit(
            self.run.provider,
            &target.kind,
            action,
            &self.options().timeouts,
        );
        let question = PollQuestion {
            target,
            until: Until::Reaches(level),
        };
        let outputs = self
            .run
            .waits
            .reach(self.at.clone(), question, within)
            .await?;
        let settlement = Settlement::Waited {
            address: step.address.clone(),
            generation: step.generation,
            level,
            outputs,
        };
        self.run.recorder.settle(settlement).await?;
        Ok(id)
    }
}
