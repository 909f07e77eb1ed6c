//! A world, a journal and a clock that outlive the engine, and engines that come and go.
//!
//! Not here: assertions, which belong to the tests.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::{SignedDuration, Timestamp};
use windlass::address::Address;
use windlass::document::Document;
use windlass_engine::amend::{AmendError, Amendment, amend};
use windlass_engine::events::{Event, Recording, Summary};
use windlass_engine::import::{Import, Imported};
use windlass_engine::interrupt::Interrupt;
use windlass_engine::memory::MemoryJournal;
use windlass_engine::refresh::{Drifts, Refreshed};
use windlass_engine::secrets::SecretReader;
use windlass_engine::session::{CONCURRENCY, Goal, Session, SessionError};
use windlass_plan::plan::Plan;
use windlass_state::binding::Binding;
use windlass_state::identity::{Lineage, RunId};
use windlass_state::journal::Journal;
use windlass_state::record::{Operation, Settlement};
use windlass_state::snapshot::{SecretKey, Snapshot};

use super::clock::{HostClock, SimClock};
use super::journal::MortalJournal;
use super::kinds::schema;
use super::life::Life;
use super::program::{Program, parse};
use super::provider::Cloud;

/// What one run did.
#[derive(Debug)]
pub struct Ran {
    /// What the run planned to do.
    pub plan: Plan,
    /// What the run did.
    pub summary: Summary,
    /// The events that the run reported.
    pub events: Vec<Event>,
}

/// Everything that survives the engine.
#[derive(Debug)]
pub struct Universe {
    pub cloud: Cloud,
    pub journal: MortalJournal,
    /// The true clock.
    pub clock: Arc<SimClock>,
    /// The clock of the engine's host.
    pub host: HostClock,
    /// The engine's life.
    pub life: Arc<Life>,
    /// How many mutating steps run at the same time.
    pub concurrency: NonZeroUsize,
    /// The stack's folder.
    pub folder: PathBuf,
    /// Whether a first `up` continues although another state has the same stack and environment.
    pub new: bool,
    /// When the newest of the neighbour stacks whose outputs the program reads was last changed.
    pub neighbours: Option<Timestamp>,
    runs: Arc<AtomicU64>,
}

impl Default for Universe {
    fn default() -> Self {
        Self::new(0)
    }
}

impl Universe {
    /// An empty universe.
    pub fn new(seed: u64) -> Self {
        let (clock, life) = (Arc::new(SimClock::default()), Arc::new(Life::default()));
        let lineage = Lineage(format!("{seed:032x}"));
        let snapshot = Snapshot::empty(lineage, SecretKey("0".repeat(64)), "shop", "test");
        Self {
            cloud: Cloud::new(Arc::clone(&clock), Arc::clone(&life), seed),
            journal: MortalJournal::new(snapshot, Arc::clone(&life)),
            host: on_time(&clock),
            clock,
            life,
            concurrency: CONCURRENCY,
            folder: PathBuf::from("."),
            new: false,
            neighbours: None,
            runs: Arc::default(),
        }
    }

    /// The same with a folder from which the engine reads the files of secrets.
    #[must_use]
    pub fn in_folder(self, folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            ..self
        }
    }

    /// Another universe with the same content, at a moment when no engine runs.
    #[must_use]
    pub fn fork(&self) -> Self {
        let (clock, life) = (Arc::new(self.clock.fork()), Arc::new(Life::default()));
        Self {
            cloud: self.cloud.fork(Arc::clone(&clock), Arc::clone(&life)),
            journal: self.journal.fork(Arc::clone(&life)),
            host: on_time(&clock),
            clock,
            life,
            concurrency: self.concurrency,
            folder: self.folder.clone(),
            new: self.new,
            neighbours: self.neighbours,
            runs: Arc::new(AtomicU64::new(self.runs.load(Ordering::SeqCst))),
        }
    }

    /// Another process on a host with this clock skew. It works on the same world with the same state.
    #[must_use]
    pub fn beside(&self, skew: SignedDuration) -> Self {
        let life = Arc::new(Life::default());
        Self {
            cloud: self.cloud.reached_by(Arc::clone(&life)),
            journal: self.journal.reached_by(Arc::clone(&life)),
            clock: Arc::clone(&self.clock),
            host: HostClock {
                clock: Arc::clone(&self.clock),
                skew,
            },
            life,
            concurrency: self.concurrency,
            folder: self.folder.clone(),
            new: self.new,
            neighbours: self.neighbours,
            runs: Arc::clone(&self.runs),
        }
    }

    /// The same world with an empty state of another lineage: the state owns nothing in the world, and that is on purpose.
    #[must_use]
    pub fn stranger(self) -> Self {
        let other = Self::new(u64::MAX);
        Self {
            new: true,
            ..self.with_state(other.journal.load())
        }
    }

    /// The same world with another state.
    #[must_use]
    pub fn with_state(self, snapshot: Snapshot) -> Self {
        Self {
            journal: MortalJournal::new(snapshot, Arc::clone(&self.life)),
            ..self
        }
    }

    /// Converges to the program, in a life that does not end early.
    ///
    /// # Panics
    /// The run could not be planned or recorded.
    pub async fn up(&self, program: &Program) -> Ran {
        self.life.begin(None);
        let ran = self.run(Some(program), Interrupt::never()).await;
        ran.unwrap_or_else(|error| panic!("{}", told(&error)))
    }

    /// Converges to nothing, in a life that does not end early.
    ///
    /// # Panics
    /// The run could not be planned or recorded.
    pub async fn destroy(&self) -> Ran {
        self.life.begin(None);
        let ran = self.run(None, Interrupt::never()).await;
        ran.unwrap_or_else(|error| panic!("{}", told(&error)))
    }

    /// Converges in a life that may end at a chosen moment. `None` if it ended there.
    pub async fn mortal(
        &self,
        program: Option<&Program>,
        last: Option<u64>,
    ) -> Option<Result<Ran, SessionError>> {
        self.life.begin(last);
        self.life.live(self.run(program, Interrupt::never())).await
    }

    /// What `up` would do.
    ///
    /// # Panics
    /// It could not be planned.
    pub async fn preview(&self, program: &Program) -> Plan {
        self.life.begin(None);
        let snapshot = self.journal.load();
        let journal = MemoryJournal::new(snapshot.clone());
        let events = Recording::default();
        let session = self.session(&journal, &events, Interrupt::never());
        let secrets = self.secrets(&snapshot);
        let goal = Goal {
            new: self.new,
            ..goal(Some(program.document()), &secrets)
        };
        let prepared = session.prepare(snapshot, &goal).await;
        prepared
            .unwrap_or_else(|error| panic!("{}", told(&error)))
            .plan()
            .clone()
    }

    /// Imports existing resources, address by identifier.
    ///
    /// # Errors
    /// All reasons against the import.
    pub async fn import(
        &self,
        program: &Program,
        imports: &[(&str, &str)],
        replacing: bool,
    ) -> Result<Vec<Imported>, SessionError> {
        self.life.begin(None);
        let snapshot = self.journal.load();
        let events = Recording::default();
        let session = self.session(&self.journal, &events, Interrupt::never());
        let secrets = self.secrets(&snapshot);
        let document = program.document();
        let goal = goal(Some(document), &secrets);
        let imports = imports.iter().map(|(address, id)| Import {
            address: parse(address),
            id: (*id).to_owned(),
        });
        let imports: Vec<_> = imports.collect();
        session
            .import(snapshot, &goal, document, &imports, replacing)
            .await
    }

    /// What changed in the world outside Windlass.
    ///
    /// # Panics
    /// The world could not be read.
    pub async fn drift(&self) -> Drifts {
        self.life.begin(None);
        let snapshot = self.journal.load();
        let journal = MemoryJournal::new(snapshot.clone());
        let events = Recording::default();
        let session = self.session(&journal, &events, Interrupt::never());
        let secrets = self.secrets(&snapshot);
        let drifts = session.drift(snapshot, &goal(None, &secrets)).await;
        drifts.unwrap_or_else(|error| panic!("{}", told(&error)))
    }

    /// Records the current world, and runs the pinned lookups again.
    ///
    /// # Panics
    /// The world could not be read, or nothing could be recorded.
    pub async fn refresh(&self) -> Refreshed {
        self.life.begin(None);
        let refreshed = self.try_refresh().await;
        refreshed.unwrap_or_else(|error| panic!("{}", told(&error)))
    }

    /// The same, in the current life of the process.
    ///
    /// # Errors
    /// The world could not be read, or nothing could be recorded.
    pub async fn try_refresh(&self) -> Result<Refreshed, SessionError> {
        let snapshot = self.journal.load();
        let events = Recording::default();
        let session = self.session(&self.journal, &events, Interrupt::never());
        let secrets = self.secrets(&snapshot);
        session.refresh(snapshot, &goal(None, &secrets), true).await
    }

    /// Records a change of what the state believes.
    ///
    /// # Errors
    /// The change does not fit the state.
    pub async fn amend(
        &self,
        operation: Operation,
        settlements: Vec<Settlement>,
    ) -> Result<Snapshot, AmendError> {
        self.life.begin(None);
        let amendment = Amendment {
            operation,
            document: String::new(),
            summary: String::new(),
            changes: Vec::new(),
            settlements,
        };
        let (run, snapshot) = (self.next_run(), self.journal.load());
        amend(
            &self.journal,
            &self.host,
            &run,
            "test@here",
            snapshot,
            amendment,
        )
        .await
    }

    /// One run, as a process would do it: it loads the state, and keeps nothing in memory afterwards.
    ///
    /// # Errors
    /// The run could not be planned or recorded.
    pub async fn run(
        &self,
        program: Option<&Program>,
        interrupt: Interrupt,
    ) -> Result<Ran, SessionError> {
        self.run_replacing(program, &[], interrupt).await
    }

    /// The same, but it replaces some resources although no difference asks for it.
    ///
    /// # Errors
    /// The run could not be planned or recorded.
    pub async fn run_replacing(
        &self,
        program: Option<&Program>,
        replace: &[Address],
        interrupt: Interrupt,
    ) -> Result<Ran, SessionError> {
        let snapshot = self.journal.load();
        let events = Recording::default();
        let session = self.session(&self.journal, &events, interrupt);
        let secrets = self.secrets(&snapshot);
        let goal = Goal {
            replace,
            new: self.new,
            neighbours: self.neighbours,
            ..goal(program.map(Program::document), &secrets)
        };
        let prepared = session.prepare(snapshot, &goal).await?;
        let plan = prepared.plan().clone();
        let finished = prepared.execute().await?;
        assert_eq!(finished.snapshot, self.journal.load());
        Ok(Ran {
            plan,
            summary: finished.summary,
            events: events.events(),
        })
    }

    /// Panics if a resource exists that the state does not know, if the state knows a resource that does not exist, or if one exists twice.
    ///
    /// # Panics
    /// See above.
    pub fn assert_nothing_lost(&self) {
        let (world, snapshot) = (self.cloud.world(), self.journal.load());
        assert_eq!(world.orphans(&snapshot), [""; 0], "orphans");
        assert_eq!(world.phantoms(&snapshot), [""; 0], "phantoms");
        assert_eq!(world.duplicates(&snapshot), [], "duplicates");
        assert!(
            snapshot.open.is_empty(),
            "open intents: {:?}",
            snapshot.open
        );
    }

    fn session<'a>(
        &'a self,
        journal: &'a dyn Journal,
        events: &'a Recording,
        interrupt: Interrupt,
    ) -> Session<'a> {
        Session {
            provider: &self.cloud,
            journal,
            clock: &self.host,
            events,
            schema,
            interrupt,
            run: self.next_run(),
            who: "test@here".to_owned(),
            concurrency: self.concurrency,
        }
    }

    fn next_run(&self) -> RunId {
        RunId(format!("{:016x}", self.runs.fetch_add(1, Ordering::SeqCst)))
    }

    fn secrets(&self, snapshot: &Snapshot) -> SecretReader {
        SecretReader::new(self.folder.clone(), snapshot.secret_key.clone())
    }
}

fn on_time(clock: &Arc<SimClock>) -> HostClock {
    HostClock {
        clock: Arc::clone(clock),
        skew: SignedDuration::ZERO,
    }
}

fn goal<'a>(document: Option<&'a Document>, secrets: &'a SecretReader) -> Goal<'a> {
    Goal {
        operation: if document.is_some() {
            Operation::Up
        } else {
            Operation::Destroy
        },
        document,
        binding: Binding::Aws {
            account: "123456789012".to_owned(),
            region: "us-east-1".to_owned(),
        },
        zones: ["a", "b", "c"]
            .map(|zone| format!("us-east-1{zone}"))
            .to_vec(),
        secrets,
        known: Default::default(),
        neighbours: None,
        target: &[],
        replace: &[],
        new: false,
    }
}

fn told(error: &SessionError) -> String {
    match error {
        SessionError::Stack(problems) => {
            let problems = problems.iter().map(|problem| format!("{problem:#?}"));
            problems.collect::<Vec<_>>().join("\n")
        }
        other => format!("{other:?}"),
    }
}

/// The messages of the steps that failed.
pub fn refused(ran: &Ran) -> Vec<String> {
    let failed = ran.events.iter().filter_map(|event| match event {
        Event::StepFailed { step, message, .. } => Some(format!("{}: {message}", step.address)),
        _ => None,
    });
    failed.collect()
}
