//! Recovery: before planning, the engine settles every call that a killed run left open, by looking at AWS.
//!
//! Guarantees: Recovery sends nothing that changes AWS and does not ask the user. It measures ages with AWS's clock alone, since the clock of the
//! killed run's host may have differed. Not here: planning what is still to be done.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::join_all;
use jiff::Timestamp;
use windlass::address::Address;
use windlass::document::Document;
use windlass_plan::observation::Observation;
use windlass_state::record::{Action, Intent, OutcomeResult};
use windlass_state::snapshot::{Snapshot, differing};

use crate::clock::Clock;
use crate::departed::look_again;
use crate::events::{Event, Recovered};
use crate::observe::{ObserveError, observe_all};
use crate::provider::{Provider, ProviderError, Target};
use crate::recorder::{Halted, Recorder};
use crate::settle::{Settled, look};
use crate::visible::age;
use crate::voice::Voice;

/// How long after its intent a call may still have been sent, including all its retries.
const SENT_WITHIN: Duration = Duration::from_secs(30 * 60);

/// Why recovery could not settle a call.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// AWS did not answer what became of a call. The call's intent stays open.
    #[error("AWS could not be asked what became of the unfinished {action} of `{address}`", action = .action.as_str())]
    Look {
        /// The resource.
        address: Address,
        /// The action of the call.
        action: Action,
        #[source]
        error: ProviderError,
    },
    /// The journal takes no more records.
    #[error(transparent)]
    Halted(#[from] Halted),
}

/// Settles everything that is open.
pub(crate) async fn recover(
    provider: &dyn Provider,
    clock: &dyn Clock,
    recorder: &Recorder<'_>,
    voice: Voice<'_>,
    declared: Option<&Document>,
) -> Result<(), RecoverError> {
    let open: Vec<Intent> = recorder.read(|snapshot| snapshot.open.values().cloned().collect());
    let Some(first) = open.first() else {
        return Ok(());
    };
    let mut recovered = Recovered::of(first);
    // The program wants to keep the current generation of each resource that it declares.
    let wanted = |address: &Address, generation: u32| {
        let current = |snapshot: &Snapshot| {
            let recorded = snapshot.resources.get(address);
            recorded.is_some_and(|recorded| recorded.generation == generation)
        };
        let declared = declared.is_some_and(|document| document.resources.contains_key(address));
        declared && recorder.read(current)
    };
    let results = outcomes(provider, clock, recorder, voice, &open, &wanted).await;
    let mut failed = None;
    let mut records = Vec::new();
    for (intent, result) in open.iter().zip(results) {
        match result {
            Ok(result) => {
                recovered.note(&intent.address, &result);
                records.push(recorder.outcome(intent.sequence, result));
            }
            Err(error) => {
                failed.get_or_insert(RecoverError::Look {
                    address: intent.address.clone(),
                    action: intent.action,
                    error,
                });
            }
        }
    }
    // Recovery records everything that it could settle, even if it could not settle all.
    for recorded in join_all(records).await {
        recorded?;
    }
    voice.say(Event::Recovered(recovered));
    failed.map_or(Ok(()), Err)
}

async fn outcomes(
    provider: &dyn Provider,
    clock: &dyn Clock,
    recorder: &Recorder<'_>,
    voice: Voice<'_>,
    open: &[Intent],
    wanted: &(dyn Fn(&Address, u32) -> bool + Sync),
) -> Vec<Result<OutcomeResult, ProviderError>> {
    let now = provider.now();
    let creates = open.iter().map(|intent| async move {
        match intent.action {
            Action::Create | Action::Run => {
                let age = surely_sent_ago(intent.aws_time, now);
                let settled = look(provider, clock, intent, age).await;
                Some(settled.map(|settled| created(settled, provider.now())))
            }
            Action::Update | Action::Delete => None,
        }
    });
    let deleted: Vec<Target> = open
        .iter()
        .filter(|intent| intent.action == Action::Delete)
        .filter_map(|intent| recorder.target(&intent.address, intent.generation))
        .collect();
    let doubtful = deleted
        .iter()
        .filter(|target| wanted(&target.address, target.generation));
    let doubtful = doubtful.cloned().collect();
    let (creates, seen) = futures::join!(join_all(creates), async {
        let mut seen: BTreeMap<_, _> = observe_all(provider, clock, voice, &deleted).await?;
        look_again(provider, clock, voice, doubtful, &mut seen).await?;
        Ok(seen)
    });
    let mut seen: BTreeMap<_, _> = match seen {
        Ok(seen) => seen
            .into_iter()
            .map(|(key, seen)| (key, Ok(seen)))
            .collect(),
        Err(ObserveError { failures }) => failures
            .into_iter()
            .map(|(address, generation, error)| ((address, generation), Err(error)))
            .collect(),
    };
    let settle = |(intent, create): (&Intent, Option<_>)| match create {
        Some(create) => create,
        None if intent.action == Action::Update => Ok(uncertain(recorder, intent)),
        None => match seen.remove(&(intent.address.clone(), intent.generation)) {
            Some(Ok(Observation::Missing)) => Ok(OutcomeResult::Deleted),
            // The resource still exists, or its read failed. The next plan deletes it again, which also succeeds if it is gone.
            Some(Ok(Observation::Present { .. })) | None => Ok(OutcomeResult::NeverSent),
            Some(Err(error)) => Err(error),
        },
    };
    open.iter().zip(creates).map(settle).collect()
}

fn created(settled: Settled, since: Option<Timestamp>) -> OutcomeResult {
    match settled {
        Settled::Ours(created) => OutcomeResult::Created {
            physical_id: created.physical_id,
            outputs: created.outputs,
            unfinished: created.unfinished,
            since,
        },
        Settled::NeverSent => OutcomeResult::NeverSent,
        Settled::Foreign { description } => OutcomeResult::Failed {
            error: format!(
                "{description} exists already, and nothing shows that this stack made it"
            ),
        },
    }
}

// AWS does not return some properties, so it is unknown whether they changed. The next plan sends all of them again.
fn uncertain(recorder: &Recorder<'_>, intent: &Intent) -> OutcomeResult {
    let applied = recorder.target(&intent.address, intent.generation);
    let before = applied.map(|target| target.applied);
    OutcomeResult::Uncertain {
        error: "the run ended before AWS had answered".to_owned(),
        properties: before.map_or_else(Vec::new, |before| differing(&before, &intent.spec)),
    }
}

// The killed run may have sent the call up to now, unless its intent is older than all retries together. Without two times of AWS's own clock the age
// is unknown, and recovery waits for the whole visibility window.
fn surely_sent_ago(intent: Option<Timestamp>, now: Option<Timestamp>) -> Duration {
    let age = intent.zip(now).map(|(intent, now)| age(intent, now));
    age.unwrap_or_default().saturating_sub(SENT_WITHIN)
}

impl Recovered {
    /// An empty report about the run of an intent.
    pub(crate) fn of(first: &Intent) -> Self {
        Self {
            run: first.run.clone(),
            since: first.at,
            adopted: Vec::new(),
            removed: Vec::new(),
            uncertain: Vec::new(),
            never_sent: Vec::new(),
            foreign: Vec::new(),
        }
    }

    fn note(&mut self, address: &Address, result: &OutcomeResult) {
        let list = match result {
            OutcomeResult::Created { .. } => &mut self.adopted,
            OutcomeResult::Deleted => &mut self.removed,
            OutcomeResult::NeverSent => &mut self.never_sent,
            OutcomeResult::Failed { .. } => &mut self.foreign,
            OutcomeResult::Uncertain { .. } | OutcomeResult::Updated { .. } => &mut self.uncertain,
        };
        list.push(address.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_may_have_been_sent_until_its_retries_end() {
        let at = |seconds: i64| Timestamp::from_second(1_700_000_000 + seconds).expect("in range");
        let ago = |intent, now| surely_sent_ago(Some(at(intent)), Some(at(now)));
        assert_eq!(ago(0, 60), Duration::ZERO);
        assert_eq!(ago(0, 3600), Duration::from_secs(30 * 60));
        // A clock that was ahead proves nothing, and neither does a missing clock.
        assert_eq!(ago(60, 0), Duration::ZERO);
        assert_eq!(surely_sent_ago(None, Some(at(3600))), Duration::ZERO);
        assert_eq!(surely_sent_ago(Some(at(0)), None), Duration::ZERO);
    }
}
