//! The loop as a whole, as the CLI calls it: settle what is open → look up → observe → plan → (show, confirm) → execute → record.
//!
//! `preview`, `up` and `destroy` share everything up to executing. A preview is given a journal in [memory](crate::memory), so that what
//! it settles is forgotten. Not here: locking the state, running the stack program, asking the user.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::time::Duration;

use futures::future::{BoxFuture, try_join_all};
use jiff::Timestamp;
use serde_json::Value;
use windlass::address::Address;
use windlass::diagnostics::{Diagnostic, Severity};
use windlass::document::{Document, Place};
use windlass::expr::SecretSource;
use windlass::schema::KindSchema;
use windlass::value::SecretRef;
use windlass_plan::plan::{Change, Plan, Verdict};
use windlass_plan::{Inputs, fill_value};
use windlass_state::binding::Binding;
use windlass_state::identity::RunId;
use windlass_state::journal::Journal;
use windlass_state::record::{HistoryLine, Operation, Record, RunFinished, RunStarted, Settlement};
use windlass_state::snapshot::{Pin, Snapshot, VERSION};

use crate::amend::{AmendError, Amendment};
use crate::clock::Clock;
use crate::events::{Event, Events, Summary};
use crate::execute::{Tally, execute};
use crate::interrupt::{Interrupt, Urgency};
use crate::lookups::{Answers, answer};
use crate::observe::{ObserveError, observe_all, targets};
use crate::older::{Later, made_later};
use crate::provider::{Provider, ProviderError};
use crate::rate_limits::Lanes;
use crate::readback::read_back;
use crate::recorder::{Halted, Recorder};
use crate::recover::{RecoverError, recover};
use crate::run::{Run, milliseconds, read};
use crate::secrets::{SecretError, SecretReader};
use crate::stale::look_again;
use crate::sweep::{Namesake, is_new, namesake, sweep};
use crate::voice::Voice;
use crate::wait::Waits;

/// Everything outside that a run works with.
pub struct Session<'a> {
    /// AWS.
    pub provider: &'a dyn Provider,
    /// Where records go. For a preview, one in memory.
    pub journal: &'a dyn Journal,
    /// Time.
    pub clock: &'a dyn Clock,
    /// Where events go.
    pub events: &'a dyn Events,
    /// What is known about kinds: [`windlass::aws::schema`], but for tests.
    pub schema: fn(&str) -> Option<&'static KindSchema>,
    /// The user's Ctrl-C.
    pub interrupt: Interrupt,
    /// The run.
    pub run: RunId,
    /// User and host, for the history.
    pub who: String,
    /// How many mutating steps are under way at once.
    pub concurrency: NonZeroUsize,
}

/// What the run is to reach.
#[derive(Debug)]
pub struct Goal<'a> {
    /// What it is.
    pub operation: Operation,
    /// What is desired; `None` for `destroy`.
    pub document: Option<&'a Document>,
    /// The place of the credentials.
    pub binding: Binding,
    /// The availability zones that the program was told.
    pub zones: Vec<String>,
    /// Reads the secrets that the document names.
    pub secrets: &'a SecretReader,
    /// Answers to lookups that AWS cannot give: outputs of other stacks; and to those that the user had refreshed.
    pub known: Answers,
    /// When the youngest resource of those other stacks was made, by AWS's clock: AWS may still hide it.
    pub neighbours: Option<Timestamp>,
    /// Only these, and what they depend on. Empty: everything.
    pub target: &'a [Address],
    /// What is to be replaced although nothing says so.
    pub replace: &'a [Address],
    /// Whether a first `up` goes on where another state has resources of the same stack and environment: the user wants a second platform.
    pub new: bool,
}

/// How many mutating steps are under way at once unless the user says otherwise.
pub const CONCURRENCY: NonZeroUsize = NonZeroUsize::new(32).expect("32 is not zero");

/// Why nothing could be planned, or a run could not be recorded.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The state is about another place.
    #[error("this state belongs to {bound}, and the credentials are for {found}")]
    OtherPlace {
        /// Where its resources are.
        bound: Box<Binding>,
        /// Where the credentials lead.
        found: Box<Binding>,
    },
    /// The first `up` of a state finds resources of another state for the same stack and environment.
    #[error("{stack} ({environment}) exists already: {} is there, made by another state (lineage {}, {} listed)", .found.arn, .found.lineage.0, resources(.found.listed))]
    Namesake {
        /// The stack's name.
        stack: String,
        /// The environment.
        environment: String,
        /// What was found.
        found: Box<Namesake>,
    },
    /// A later run of the same state made what the plan would make again.
    #[error("this state is an older copy: a later run made `{}`, and it exists ({}; {} of later runs listed)", .0.address, .0.arn, resources(.0.listed))]
    Older(Box<Later>),
    /// The stack may not touch this account.
    #[error("the stack allows only the accounts {}, and the credentials are for {account}", .allowed.join(", "))]
    AccountNotAllowed {
        /// The account of the credentials.
        account: String,
        /// Those that the stack allows.
        allowed: Vec<String>,
    },
    /// The stack has errors, or no plan leads to it.
    #[error("{} of the stack must be mended first", problems(.0.len()))]
    Stack(Vec<Diagnostic>),
    /// A secret cannot be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// What an earlier run left open cannot be settled.
    #[error(transparent)]
    Recover(Box<RecoverError>),
    /// The world cannot be read.
    #[error(transparent)]
    Observe(#[from] ObserveError),
    /// A question has no answer.
    #[error("{question} could not be read")]
    Unanswered {
        /// What was asked.
        question: &'static str,
        /// Why.
        #[source]
        error: ProviderError,
    },
    /// Nothing fits lookups that had an answer.
    #[error("nothing fits {} any more", .0.iter().map(|lookup| format!("the lookup `{lookup}`")).collect::<Vec<_>>().join(", "))]
    LookupsLost(Vec<Address>),
    /// What is to be recorded does not fit what is believed.
    #[error(transparent)]
    Unfit(#[from] AmendError),
    /// Nothing more can be recorded.
    #[error(transparent)]
    Halted(#[from] Halted),
}

fn resources(count: usize) -> String {
    match count {
        1 => "one resource".to_owned(),
        many => format!("{many} resources"),
    }
}

fn problems(count: usize) -> String {
    match count {
        1 => "one problem".to_owned(),
        many => format!("{many} problems"),
    }
}

impl From<RecoverError> for SessionError {
    fn from(error: RecoverError) -> Self {
        match error {
            RecoverError::Halted(halted) => Self::Halted(halted),
            other => Self::Recover(Box::new(other)),
        }
    }
}

/// The availability zones that the program is to be told: those that the state has pinned, or those that are open now.
///
/// # Errors
/// AWS does not answer.
pub async fn zones(
    provider: &dyn Provider,
    clock: &dyn Clock,
    snapshot: &Snapshot,
    place: &Place,
) -> Result<Vec<String>, SessionError> {
    let region = place.region.as_deref().unwrap_or_default();
    if let Some(zones) = snapshot.zones.get(region) {
        return Ok(zones.clone());
    }
    let zones = read(clock, region, || provider.zones(place)).await;
    zones.map_err(|error| SessionError::Unanswered {
        question: "the availability zones",
        error,
    })
}

/// A plan with everything that carrying it out needs.
pub struct Prepared<'s, 'a> {
    session: &'s Session<'a>,
    recorder: Recorder<'s>,
    operation: Operation,
    plan: Plan,
    /// The plan's.
    hash: String,
    settlements: Vec<Settlement>,
    neighbours: Option<Timestamp>,
    began: Duration,
    calls: u64,
}

/// A run that has ended.
#[derive(Debug)]
pub struct Finished {
    /// What it did.
    pub summary: Summary,
    /// What is believed now.
    pub snapshot: Snapshot,
}

impl fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("run", &self.run)
            .field("who", &self.who)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Prepared<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared")
            .field("plan", &self.plan)
            .finish_non_exhaustive()
    }
}

impl<'a> Session<'a> {
    /// Settles what is open, reads the world and plans. Nothing in AWS is changed.
    ///
    /// # Errors
    /// See [`SessionError`]. What was settled before the error is recorded.
    pub async fn prepare<'s>(
        &'s self,
        mut snapshot: Snapshot,
        goal: &Goal<'_>,
    ) -> Result<Prepared<'s, 'a>, SessionError> {
        let (began, calls) = (self.clock.elapsed(), self.provider.calls());
        admit(&snapshot, goal)?;
        if let Some(document) = goal.document {
            snapshot.share_texts(document);
        }
        let voice = self.voice();
        voice.say(Event::RunStarted {
            run: self.run.clone(),
            operation: goal.operation,
            stack: snapshot.stack.clone(),
            environment: snapshot.environment.clone(),
            place: goal.binding.clone(),
        });
        if let Some(document) = goal
            .document
            .filter(|document| !document.problems.is_empty())
        {
            voice.say(Event::Warned {
                problems: document.problems.clone(),
            });
        }
        let secrets = secrets(goal, &mut snapshot)?;
        let recorder = Recorder::new(self.journal, self.clock, &self.run, snapshot);
        recover(self.provider, self.clock, &recorder, voice, goal.document).await?;
        self.alone(&recorder, goal).await?;
        sweep(self.provider, self.clock, &recorder, voice).await?;
        let (answers, pins) = self.lookups(&recorder, goal).await?;
        let observations = self.observe(&recorder).await?;
        let plan = recorder.read(|snapshot| {
            windlass_plan::plan(&Inputs {
                document: goal.document,
                snapshot,
                observations: &observations,
                binding: &goal.binding,
                lookups: &answers,
                secrets: &secrets,
                schema: &self.schema,
                target: goal.target,
                replace: goal.replace,
            })
        });
        let plan = plan.map_err(SessionError::Stack)?;
        self.newest(&recorder, goal, &plan).await?;
        let hash = plan.hash();
        voice.say(Event::Planned {
            plan: hash.clone(),
            changes: plan.changes.clone(),
            unchanged: plan.unchanged,
            notes: plan.notes.clone(),
            steps: plan.steps.len(),
        });
        let settlements = recorder.read(|snapshot| settlements(snapshot, goal, pins));
        Ok(Prepared {
            session: self,
            recorder,
            operation: goal.operation,
            plan,
            hash,
            settlements,
            neighbours: goal.neighbours,
            began,
            calls,
        })
    }

    /// Refuses the first `up` of a state that would make a second platform by mistake: `--state` was forgotten, or the state is lost.
    async fn alone(&self, recorder: &Recorder<'_>, goal: &Goal<'_>) -> Result<(), SessionError> {
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

    /// Refuses a plan of an older copy of the state, which would make things a second time.
    async fn newest(
        &self,
        recorder: &Recorder<'_>,
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
        let (provider, voice) = (self.provider, self.voice());
        let found = made_later(provider, self.clock, &snapshot, plan, &places, voice).await;
        found.map_or(Ok(()), |later| Err(SessionError::Older(Box::new(later))))
    }

    pub(crate) async fn lookups(
        &self,
        recorder: &Recorder<'_>,
        goal: &Goal<'_>,
    ) -> Result<(Answers, BTreeMap<Address, Pin>), SessionError> {
        let Some(document) = goal.document else {
            return Ok(Default::default());
        };
        let pins = recorder.read(|snapshot| snapshot.pins.clone());
        let answered = answer(self.provider, self.clock, document, &pins, &goal.known).await;
        let answered = answered.map_err(SessionError::Stack)?;
        Ok((answered.answers, answered.new))
    }

    pub(crate) async fn observe(
        &self,
        recorder: &Recorder<'_>,
    ) -> Result<windlass_plan::observation::Observations, SessionError> {
        let (began, calls) = (self.clock.elapsed(), self.provider.calls());
        let targets = recorder.read(targets);
        let mut seen = observe_all(self.provider, self.clock, self.voice(), &targets).await?;
        look_again(self, recorder, &mut seen).await?;
        self.voice().say(Event::Observed {
            resources: targets.len(),
            calls: self.provider.calls() - calls,
            milliseconds: milliseconds(self.clock.elapsed().saturating_sub(began)),
        });
        Ok(seen)
    }

    pub(crate) fn voice(&self) -> Voice<'_> {
        Voice {
            events: self.events,
            clock: self.clock,
        }
    }
}

impl Prepared<'_, '_> {
    /// The plan.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What is believed, recovery included.
    pub fn read<T>(&self, read: impl FnOnce(&Snapshot) -> T) -> T {
        self.recorder.read(read)
    }

    /// Keeps what was settled and changes nothing else: the user does not want the plan, or it is empty.
    ///
    /// # Errors
    /// Nothing more can be recorded.
    pub async fn decline(self) -> Result<Snapshot, SessionError> {
        self.tell_of_recovery().await?;
        self.recorder.checkpoint().await?;
        Ok(self.recorder.into_snapshot())
    }

    /// Carries the plan out.
    ///
    /// A step that fails is no error: it is told as an event and counted in the summary.
    ///
    /// # Errors
    /// Nothing more can be recorded. Everything that was sent is settled by the next run.
    pub async fn execute(self) -> Result<Finished, SessionError> {
        let tally = if self.has_work() {
            self.begin().await?;
            let tally = self.steps().await?;
            self.conclude(&tally).await?;
            tally
        } else {
            self.tell_of_recovery().await?;
            Tally::default()
        };
        self.recorder.checkpoint().await?;
        let summary = self.summary(&tally);
        let voice = self.session.voice();
        let snapshot = self.recorder.into_snapshot();
        if !snapshot.outputs.is_empty() {
            voice.say(Event::Outputs {
                outputs: snapshot.outputs.clone(),
            });
        }
        voice.say(Event::RunFinished(summary));
        Ok(Finished { summary, snapshot })
    }

    // Where nothing else is done, what recovery settled is an operation of its own.
    async fn tell_of_recovery(&self) -> Result<(), SessionError> {
        if self.recorder.has_recorded() {
            let amendment = Amendment {
                operation: Operation::Recover,
                document: String::new(),
                summary: "what an earlier run left open was settled".to_owned(),
                changes: Vec::new(),
                settlements: Vec::new(),
            };
            self.recorder.amend(&self.session.who, amendment).await?;
        }
        Ok(())
    }

    // A run that would record nothing but itself leaves no trace.
    fn has_work(&self) -> bool {
        let outputs_differ = || {
            self.recorder
                .read(|snapshot| snapshot.outputs != self.plan.outputs)
        };
        !self.plan.steps.is_empty() || !self.settlements.is_empty() || outputs_differ()
    }

    async fn begin(&self) -> Result<(), SessionError> {
        let started = Record::RunStarted(RunStarted {
            run: self.session.run.clone(),
            operation: self.operation,
            at: self.session.clock.now(),
            who: self.session.who.clone(),
            document: self.plan.document.clone(),
            plan: self.hash.clone(),
            summary: self.in_a_line(),
            changes: self.lines(),
            written_by: VERSION.to_owned(),
            why: None,
            decision: None,
        });
        let started: BoxFuture<'_, Result<(), Halted>> =
            Box::pin(async { self.recorder.record(started).await.map(|_| ()) });
        let settled = self
            .settlements
            .iter()
            .map(|settlement| -> BoxFuture<'_, _> {
                Box::pin(self.recorder.settle(settlement.clone()))
            });
        // Together, so that they are one write.
        try_join_all(std::iter::once(started).chain(settled)).await?;
        Ok(())
    }

    async fn steps(&self) -> Result<Tally, Halted> {
        let session = self.session;
        let voice = session.voice();
        let waits = Waits::new(session.provider, session.clock, voice);
        let documented = |kind: &str, action| session.provider.documented(kind, action);
        let lanes = Lanes::of(&self.plan.steps, documented, session.clock);
        let run = Run {
            provider: session.provider,
            clock: session.clock,
            voice,
            recorder: &self.recorder,
            waits: &waits,
            lanes: &lanes,
            began: session.provider.now(),
            neighbours: self.neighbours,
        };
        let (plan, interrupt) = (&self.plan, &session.interrupt);
        let mut tally = execute(run, plan, session.concurrency, interrupt).await;
        if !tally.interrupted && !tally.halted {
            tokio::select! {
                biased;
                () = interrupt.reaches(Urgency::Drain) => {}
                read = read_back(run, plan, session.schema, &mut tally) => read?,
            }
        }
        Ok(tally)
    }

    async fn conclude(&self, tally: &Tally) -> Result<(), SessionError> {
        let (outputs, changed) = self.recorder.read(|snapshot| {
            let outputs = outputs(&self.plan, snapshot);
            let changed = outputs != snapshot.outputs;
            (outputs, changed)
        });
        let finished = Record::RunFinished(RunFinished {
            run: self.session.run.clone(),
            at: self.session.clock.now(),
            result: tally.result(),
            failures: tally.failures.clone(),
            verdicts: Vec::new(),
        });
        let durations = tally.durations();
        let timed = (!durations.is_empty()).then_some(Settlement::Timed { durations });
        let told = changed.then_some(Settlement::Outputs { outputs });
        let settled = told.into_iter().chain(timed);
        let settled = try_join_all(settled.map(|settlement| self.recorder.settle(settlement)));
        let (settled, finished) = futures::join!(settled, self.recorder.record(finished));
        settled?;
        finished?;
        Ok(())
    }

    fn summary(&self, tally: &Tally) -> Summary {
        let session = self.session;
        Summary {
            result: tally.result(),
            created: tally.created,
            updated: tally.updated,
            deleted: tally.deleted,
            unchanged: self.plan.unchanged,
            done: tally.done,
            failed: tally.failed,
            skipped: tally.skipped,
            rolled_back: tally.rolled_back,
            calls: session.provider.calls() - self.calls,
            milliseconds: milliseconds(session.clock.elapsed().saturating_sub(self.began)),
        }
    }

    fn in_a_line(&self) -> String {
        format!(
            "{} changed, {} unchanged",
            self.plan.changes.len(),
            self.plan.unchanged
        )
    }

    fn lines(&self) -> Vec<HistoryLine> {
        let changes = self.plan.changes.iter();
        let lines = changes.map(|change| HistoryLine {
            address: change.address.clone(),
            what: change.verdict.word().to_owned(),
        });
        lines.collect()
    }
}

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

/// The hash of each secret that the document names. Where the state holds the quick hash of an older version for the same value, it
/// holds the slow one from now on.
pub(crate) fn secrets(
    goal: &Goal<'_>,
    snapshot: &mut Snapshot,
) -> Result<BTreeMap<SecretSource, SecretRef>, SecretError> {
    let sources = goal
        .document
        .map(windlass_plan::needed_secrets)
        .unwrap_or_default();
    let (mut secrets, mut hashes) = (BTreeMap::new(), BTreeMap::new());
    for source in sources {
        let secret = goal.secrets.resolve(&source)?;
        hashes.insert(goal.secrets.quick_hash(&source)?, secret.hash.clone());
        secrets.insert(source, secret);
    }
    snapshot.rehash(&hashes);
    Ok(secrets)
}

// What is to be recorded before the first step, beyond the run itself.
pub(crate) fn settlements(
    snapshot: &Snapshot,
    goal: &Goal<'_>,
    pins: BTreeMap<Address, Pin>,
) -> Vec<Settlement> {
    let mut settlements = Vec::new();
    let Some(document) = goal.document else {
        return settlements;
    };
    if snapshot.binding.is_none() {
        let binding = goal.binding.clone();
        settlements.push(Settlement::Bound { binding });
    }
    let region = goal.binding.region();
    if snapshot.zones.get(region) != Some(&goal.zones) && !goal.zones.is_empty() {
        settlements.push(Settlement::Zones {
            region: region.to_owned(),
            zones: goal.zones.clone(),
        });
    }
    let new = pins.into_iter();
    settlements.extend(new.map(|(address, pin)| Settlement::Pinned { address, pin }));
    let old = snapshot
        .pins
        .keys()
        .filter(|address| !document.lookups.contains_key(*address));
    settlements.extend(old.cloned().map(|address| Settlement::Unpinned { address }));
    settlements
}

// An output whose step did not succeed keeps the value that it had.
fn outputs(plan: &Plan, snapshot: &Snapshot) -> BTreeMap<String, Value> {
    let known = |address: &Address, output: &str| snapshot.output(address, output).cloned();
    let filled = plan.outputs.iter().filter_map(|(name, value)| {
        let mut value = value.clone();
        if fill_value(&mut value, &known).is_err() {
            value = snapshot.outputs.get(name)?.clone();
        }
        Some((name.clone(), value))
    });
    filled.collect()
}
