//! What a session refuses: an account that the stack does not allow, another place than the state's, a second platform by mistake, and an older copy of
//! the state.
//!
//! Not here: how the engine finds a resource of the same name or a later run (`sweep`, `older`).

use windlass::diagnostics::Severity;
use windlass_plan::plan::{Change, Plan, Verdict};
use windlass_state::snapshot::Snapshot;

use super::{Goal, Session, SessionError};
use crate::older::made_later;
use crate::recorder::Recorder;
use crate::sweep::{is_new, namesake};

/// The checks that need no answer from AWS.
pub(crate) fn admit(snapshot: &Snapshot, goal: &Goal<'_>) -> Result<(), SessionError> {
    if let Some(document) = goal.document {
        let account = goal.binding.account();
        if !document.allowed_accounts.is_empty()
            && !document
                .allowed_accounts
                .iter()
                .any(|allowed| allowed == account)
        {
            return Err(SessionError::AccountNotAllowed {
                account: account.to_owned(),
                allowed: document.allowed_accounts.clone(),
            });
        }
        if document
            .problems
            .iter()
            .any(|problem| problem.severity == Severity::Error)
        {
            return Err(SessionError::Stack(document.problems.clone()));
        }
    }
    match &snapshot.binding {
        Some(bound) if *bound != goal.binding => Err(SessionError::OtherPlace {
            bound: Box::new(bound.clone()),
            found: Box::new(goal.binding.clone()),
        }),
        _ => Ok(()),
    }
}

impl Session<'_> {
    /// Refuses the first `up` of a state that would make a second platform by mistake, because the user forgot `--state` or the state is lost.
    pub(super) async fn alone(
        &self,
        recorder: &Recorder<'_>,
        goal: &Goal<'_>,
    ) -> Result<(), SessionError> {
        let Some(document) = goal.document.filter(|_| !goal.new) else {
            return Ok(());
        };
        if !recorder.read(is_new) {
            return Ok(());
        }
        let home = (goal.binding.account(), goal.binding.region());
        let places = windlass_plan::places(document, home);
        let owner = recorder.owner();
        let found = namesake(self.provider, self.clock, &owner, &places, self.voice()).await;
        found.map_or(Ok(()), |found| {
            Err(SessionError::Namesake {
                stack: owner.stack,
                environment: owner.environment,
                found: Box::new(found),
            })
        })
    }

    /// Refuses a plan of an older copy of the state, because it would create resources a second time.
    pub(super) async fn newest(
        &self,
        recorder: &Recorder<'_>,
        loaded: u64,
        goal: &Goal<'_>,
        plan: &Plan,
    ) -> Result<(), SessionError> {
        let creates = |change: &Change| change.verdict == Verdict::Create;
        let is_asked = plan.changes.iter().any(creates) && !recorder.read(is_new);
        let Some(document) = goal.document.filter(|_| is_asked) else {
            return Ok(());
        };
        let snapshot = recorder.read(Snapshot::clone);
        let home = (goal.binding.account(), goal.binding.region());
        let places = windlass_plan::places(document, home);
        let (provider, clock, voice) = (self.provider, self.clock, self.voice());
        let found = made_later(provider, clock, &snapshot, loaded, plan, &places, voice).await;
        found.map_or(Ok(()), |later| Err(SessionError::Older(Box::new(later))))
    }
}
