//! An account of the local cloud, and the engine that works in it, through the SDK and over the network.
//!
//! Several states may know the same account. That is how a test changes something behind the back of one state. Not here: assertions, which belong to
//! the tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::Timestamp;
use tempfile::TempDir;
use windlass::document::Document;
use windlass_aws::{Access, AwsProvider};
use windlass_engine::clock::Clock;
use windlass_engine::events::{Event, Recording};
use windlass_engine::interrupt::Interrupt;
use windlass_engine::memory::MemoryJournal;
use windlass_engine::secrets::SecretReader;
use windlass_engine::session::{CONCURRENCY, Goal, Session, SessionError};
use windlass_local::{EmbeddedCloud, Lost};
use windlass_plan::plan::Plan;
use windlass_state::binding::Binding;
use windlass_state::identity::{Lineage, RunId};
use windlass_state::record::Operation;
use windlass_state::snapshot::{SecretKey, Snapshot};

use crate::cloud::{Program, Ran, refused};

const REGION: &str = "us-east-1";
/// The engine's pauses are made for AWS. The local cloud is ready this many times sooner.
const HURRY: u32 = 20;

/// An account, and an engine that works in it.
#[derive(Debug)]
pub struct Account {
    number: String,
    address: String,
    provider: AwsProvider,
    secrets: Arc<SecretReader>,
    folder: TempDir,
    clock: HurriedClock,
    runs: AtomicU64,
}

impl Account {
    /// An empty account.
    ///
    /// # Panics
    /// No temporary folder can be made for its files.
    pub fn new(cloud: &EmbeddedCloud, number: u64) -> Self {
        let number = format!("{number:012}");
        let folder = tempfile::tempdir().expect("a folder");
        let secrets = Arc::new(SecretReader::new(folder.path().to_owned(), secret_key()));
        let access = Access {
            region: REGION.to_owned(),
            profile: None,
            endpoint: Some(cloud.endpoint().to_owned()),
            local_account: Some(number.clone()),
            http_client: None,
        };
        let address = cloud.endpoint().strip_prefix("http://");
        let lost = Lost::all().into_iter();
        Self {
            address: address.expect("plain HTTP").to_owned(),
            provider: AwsProvider::new(access, Arc::clone(&secrets))
                .expect("it has an endpoint")
                .with_losses(lost.map(|lost| (lost.kind, lost.path))),
            number,
            secrets,
            folder,
            clock: HurriedClock(Instant::now()),
            runs: AtomicU64::new(0),
        }
    }

    /// The account number: twelve digits.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// Host and port of the local cloud.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The folder from which the engine reads the files of secrets.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// A state that knows nothing about the account.
    pub fn state(&self) -> MemoryJournal {
        let lineage = Lineage(format!("{:0>32}", self.number));
        MemoryJournal::new(Snapshot::empty(lineage, secret_key(), "shop", "test"))
    }

    /// What `up` would do.
    ///
    /// # Errors
    /// The program could not be planned.
    pub async fn preview(&self, state: &MemoryJournal, program: &Program) -> Result<Plan, String> {
        let (journal, events) = (other(state), Recording::default());
        let session = self.session(&journal, &events);
        let document = self.document(program);
        let goal = self.goal(Some(&document));
        let prepared = session.prepare(load(&journal), &goal).await;
        Ok(prepared.map_err(told)?.plan().clone())
    }

    /// Converges to the program, or to nothing.
    ///
    /// # Errors
    /// The program could not be planned, or steps failed.
    pub async fn up(
        &self,
        state: &MemoryJournal,
        program: Option<&Program>,
    ) -> Result<Ran, String> {
        self.up_after(state, program, async { Ok(()) }).await
    }

    /// The same, with something that happens between the plan and its first call.
    ///
    /// # Errors
    /// The program could not be planned, steps failed, or `between` failed.
    pub async fn up_after(
        &self,
        state: &MemoryJournal,
        program: Option<&Program>,
        between: impl Future<Output = Result<(), String>>,
    ) -> Result<Ran, String> {
        let events = Recording::default();
        let session = self.session(state, &events);
        let document = program.map(|program| self.document(program));
        let goal = self.goal(document.as_ref());
        let prepared = session.prepare(load(state), &goal).await.map_err(told)?;
        let plan = prepared.plan().clone();
        between.await?;
        let finished = prepared.execute().await.map_err(told)?;
        let ran = Ran {
            plan,
            summary: finished.summary,
            events: events.events(),
        };
        match refused(&ran).as_slice() {
            [] => Ok(ran),
            refused => Err(format!("{}{}", refused.join("; "), details(&ran))),
        }
    }

    fn document(&self, program: &Program) -> Document {
        let mut document = program.document().clone();
        document.place.account = Some(self.number.clone());
        document
    }

    fn session<'a>(&'a self, journal: &'a MemoryJournal, events: &'a Recording) -> Session<'a> {
        Session {
            provider: &self.provider,
            journal,
            clock: &self.clock,
            events,
            schema: windlass::aws::schema,
            interrupt: Interrupt::never(),
            run: RunId(format!("{:016x}", self.runs.fetch_add(1, Ordering::SeqCst))),
            who: "test@here".to_owned(),
            concurrency: CONCURRENCY,
        }
    }

    fn goal<'a>(&'a self, document: Option<&'a Document>) -> Goal<'a> {
        Goal {
            operation: match document {
                Some(_) => Operation::Up,
                None => Operation::Destroy,
            },
            document,
            binding: Binding::Local {
                instance: "test".to_owned(),
                account: self.number.clone(),
                region: REGION.to_owned(),
            },
            zones: ["a", "b", "c"]
                .map(|zone| format!("{REGION}{zone}"))
                .to_vec(),
            secrets: &self.secrets,
            known: Default::default(),
            neighbours: None,
            target: &[],
            replace: &[],
            new: false,
        }
    }
}

/// Another state with the same knowledge as this one.
pub fn other(state: &MemoryJournal) -> MemoryJournal {
    MemoryJournal::new(load(state))
}

fn load(state: &MemoryJournal) -> Snapshot {
    state.load().expect("what the engine records fits")
}

/// The details of failed steps, such as the values that were sent and found. The messages do not repeat them.
fn details(ran: &Ran) -> String {
    let failures = ran.events.iter().filter_map(|event| match event {
        Event::StepFailed { failure, .. } => failure.as_ref(),
        _ => None,
    });
    let details = failures.flat_map(|failure| &failure.details);
    details.map(|(_, text)| format!("; {text}")).collect()
}

fn secret_key() -> SecretKey {
    SecretKey("0".repeat(64))
}

fn told(error: SessionError) -> String {
    match error {
        SessionError::Stack(problems) => {
            let problems = problems.iter().map(|problem| problem.message.clone());
            problems.collect::<Vec<_>>().join("; ")
        }
        other => format!("{other:?}"),
    }
}

/// A clock that runs faster than the machine's.
#[derive(Debug)]
struct HurriedClock(Instant);

#[async_trait]
impl Clock for HurriedClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed() * HURRY
    }

    async fn sleep(&self, time: Duration) {
        tokio::time::sleep(time / HURRY).await;
    }
}
