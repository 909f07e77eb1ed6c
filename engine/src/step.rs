//! One step: its intent, its calls, its outcome.
//!
//! Guarantees: the intent is durable before the call; the outcome is recorded as soon as it is known; a call whose outcome is not
//! known leaves its intent open for the next run. Not here: which step runs when.

use std::time::Duration;

use serde_json::Value;
use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass::document::Options;
use windlass::schema::Wait;
use windlass_plan::FillError;
use windlass_plan::plan::{Partner, Plan, RecordOnly, Step, StepAction};
use windlass_state::record::{Action, Intent, OutcomeResult, Settlement};

use crate::events::{ErrorReport, StepRef};
use crate::holders::Holders;
use crate::identifier::in_words;
use crate::not_found::Judge;
use crate::provider::{
    CreateRequest, Created, Deletion, ErrorClass, Failure, PollQuestion, ProviderError, Target,
    Until, UpdateRequest,
};
use crate::rate_limits::LaneId;
use crate::recorder::{Draft, Halted};
use crate::retry::{Hope, Purpose, Retries};
use crate::run::Run;
use crate::settle::{Settled, look};
use crate::slot::Slot;
use crate::visible::{Glances, may_be_hidden_for};
use crate::wait::{WaitError, limit};

/// What the first load balancer, cluster or group of an account needs, besides the permission to make it.
const LINKED_ROLE: &str = "iam:CreateServiceLinkedRole";

/// How often a create that never reached AWS is sent again.
const SENDS: u32 = 3;

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// AWS refused.
    #[error("{0}")]
    Refused(ProviderError),
    /// It did not get there.
    #[error(transparent)]
    Wait(#[from] WaitError),
    /// Something stands under the name that is not ours.
    #[error("{description} exists already, and nothing shows that this stack made it")]
    Foreign {
        /// What it is.
        description: String,
    },
    /// A reference has no value although its step succeeded.
    #[error(transparent)]
    Fill(#[from] FillError),
    /// The plan names a generation that the state does not have.
    #[error("the state has no generation {generation} of `{address}`")]
    NoSuchGeneration {
        /// The resource.
        address: Address,
        /// The generation.
        generation: u32,
    },
    /// Nothing more can be recorded.
    #[error(transparent)]
    Halted(#[from] Halted),
}

impl StepError {
    /// Whether no other step may start either.
    pub(crate) fn halts(&self) -> bool {
        match self {
            Self::Halted(_) => true,
            _ => self.aws().is_some_and(|error| {
                matches!(
                    error.class,
                    ErrorClass::CredentialsExpired | ErrorClass::Withheld
                )
            }),
        }
    }

    pub(crate) fn report(&self) -> Option<ErrorReport> {
        self.aws().map(ErrorReport::from)
    }

    pub(crate) fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Wait(WaitError::Failed(failure)) => Some(failure),
            _ => None,
        }
    }

    pub(crate) fn help(&self, step: &StepRef) -> Option<String> {
        let help = match self {
            Self::Foreign { .. } => return Some(takeover(&step.address, &step.kind)),
            Self::Wait(WaitError::TimedOut { .. }) => {
                "run the same again to go on waiting, or raise the resource's time limit"
            }
            _ => match self.aws()?.class {
                ErrorClass::Denied if self.aws()?.message.contains(LINKED_ROLE) => {
                    "the service makes its service-linked role by itself where the credentials may call iam:CreateServiceLinkedRole: allow it, or make the role once with `aws iam create-service-linked-role`"
                }
                ErrorClass::QuotaExceeded => "ask AWS to raise the quota, then run the same again",
                ErrorClass::Unknown => "run the same again; it first looks at what became of this",
                _ => return self.aws()?.way_out(),
            },
        };
        Some(help.to_owned())
    }

    fn aws(&self) -> Option<&ProviderError> {
        match self {
            Self::Refused(error) | Self::Wait(WaitError::Unanswered(error)) => Some(error),
            _ => None,
        }
    }
}

/// The way out where something stands that is not ours.
fn takeover(address: &Address, kind: &str) -> String {
    let id = windlass::aws::schema(kind).map(|schema| in_words(schema.id));
    let id = id.map_or_else(String::new, |id| format!(", with its {id} for ID,"));
    format!(
        "if it is yours, `windlass import {address} ID`{id} takes it over; otherwise give this resource another name"
    )
}

/// One step that is running.
pub(crate) struct Running<'a> {
    pub run: Run<'a>,
    pub plan: &'a Plan,
    pub at: StepRef,
}

/// What a create or an update declares.
struct Declared<'s> {
    template: &'s CanonicalJson,
    spec: &'s CanonicalJson,
    depends_on: &'s [Address],
    options: &'s Options,
}

impl Running<'_> {
    /// Does what the step says. The slot bounds how many mutating calls are under way; waits do not hold it.
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
            StepAction::Record(only) => {
                drop(slot);
                self.record(only).await?;
                Ok(None)
            }
        }
    }

    async fn create(
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

    // What came of one announced create. The inner error is one after which it is certain that the call never reached AWS.
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

    // Nobody knows whether the call arrived.
    async fn look_for(
        &self,
        intent: &Intent,
        error: ProviderError,
    ) -> Result<Result<Created, ProviderError>, StepError> {
        let looked = look(self.run.provider, self.run.clock, intent, Duration::ZERO).await;
        // When even looking fails, the intent stays open and the next run settles it.
        match looked.map_err(StepError::Refused)? {
            Settled::Ours(created) => Ok(Ok(created)),
            Settled::NeverSent => Ok(Err(error)),
            Settled::Foreign { description } => Err(self.foreign(intent, description).await?),
        }
    }

    // Something stands under the name: an earlier attempt of this call made it, or it is not ours.
    async fn claim(&self, intent: &Intent, error: ProviderError) -> Result<Created, StepError> {
        let looked = look(self.run.provider, self.run.clock, intent, Duration::MAX / 2).await;
        match looked.map_err(StepError::Refused)? {
            Settled::Ours(created) => Ok(created),
            Settled::NeverSent => Err(self.refused(intent, error).await?),
            Settled::Foreign { description } => Err(self.foreign(intent, description).await?),
        }
    }

    async fn refused(&self, intent: &Intent, error: ProviderError) -> Result<StepError, Halted> {
        let result = OutcomeResult::Failed {
            error: error.to_string(),
        };
        self.run.recorder.outcome(intent.sequence, result).await?;
        Ok(StepError::Refused(error))
    }

    async fn foreign(&self, intent: &Intent, description: String) -> Result<StepError, Halted> {
        let error = StepError::Foreign { description };
        let result = OutcomeResult::Failed {
            error: error.to_string(),
        };
        self.run.recorder.outcome(intent.sequence, result).await?;
        Ok(error)
    }

    // Sends what the create call could not carry. Until this has succeeded, the snapshot says so, and the next plan sends it again.
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

    async fn update(
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

    // An update can be several calls, and some may have been made before one was refused.
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

    async fn delete(&self, mut slot: Slot<'_>) -> Result<(), StepError> {
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
            // Taken before the call: what shows up between the call and its answer has not been seen.
            let hidden_for = may_be_hidden_for(provider, &target);
            self.run.recorder.held()?;
            let answer = provider.delete(&target).await;
            self.run.lanes.answered(self.lane(), answer.as_ref().err());
            let error = match answer {
                Ok(deletion) => break deletion,
                // It was made moments ago: AWS may not show it to this call yet, and would keep it for ever.
                Err(error) if error.class == ErrorClass::NotFound && !hidden_for.is_zero() => {
                    let hope = Hope::Shows(target.address.to_string());
                    let delay = glances.pause(hidden_for);
                    self.run
                        .pause(&self.at, self.lane(), &mut slot, &error, &hope, delay)
                        .await;
                    continue;
                }
                // It is gone, or on its way out.
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
                // It may be on its way out: the intent stays open, and the next run looks.
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

    // A deletion that is under way keeps its intent open until AWS says that the resource is gone.
    async fn until_gone(&self, target: Target, options: &Options) -> Result<(), StepError> {
        let within = limit(&target.kind, Action::Delete, &options.timeouts);
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

    async fn wait(&self, level: Wait) -> Result<String, StepError> {
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
        let within = limit(&target.kind, action, &self.options().timeouts);
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

    async fn record(&self, only: &RecordOnly) -> Result<(), StepError> {
        let step = self.step();
        let (address, generation) = (step.address.clone(), step.generation);
        let settlement = match only {
            RecordOnly::Forget => Settlement::Forgotten {
                address,
                generation,
            },
            RecordOnly::Keep => Settlement::Kept {
                address,
                generation,
            },
            RecordOnly::Move { from } => Settlement::Moved {
                from: from.clone(),
                to: address,
            },
            RecordOnly::Redeclare {
                template,
                spec,
                depends_on,
                options,
            } => Settlement::Redeclared {
                address,
                generation,
                place: step.place.clone(),
                template: template.clone(),
                spec: self.filled(spec)?,
                depends_on: depends_on.clone(),
                options: options.clone(),
            },
        };
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

/// A spec without some of its properties at the top.
fn without(spec: &CanonicalJson, properties: &[String]) -> CanonicalJson {
    let mut value = spec.to_value();
    if let Value::Object(object) = &mut value {
        object.retain(|name, _| !properties.contains(name));
    }
    CanonicalJson::of(&value)
}
