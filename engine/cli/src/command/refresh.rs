//! `drift` and `refresh`: changes that others made in AWS. `drift` reports them, `refresh` records them. Neither runs the stack's program.

use serde_json::json;
use windlass::document::LookupQuery;
use windlass_engine::clock::SystemClock;
use windlass_engine::interrupt::Interrupt;
use windlass_engine::lookups::{Answers, question};
use windlass_engine::memory::MemoryJournal;
use windlass_engine::session::{CONCURRENCY, Goal, Session};
use windlass_state::journal::Journal;
use windlass_state::record::Operation;
use windlass_state::snapshot::Snapshot;
use windlass_store::{HeldStore, Holder};

use crate::arguments::{Drift, Reach, Refresh, Which};
use crate::cloud::Cloud;
use crate::command::opened::{Aside, Opened, new_run};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render::{drift as drawn, json, say};
use crate::stack::Stack;

/// `drift`.
pub async fn drift(stack: &Stack, drift: Drift) -> Result<Exit, Failure> {
    let Drift { which, reach, json } = drift;
    let drifts = match opened(stack, &which, &reach).await? {
        None => Default::default(),
        Some(opened) => {
            let journal = MemoryJournal::new(opened.snapshot.clone());
            let clock = SystemClock::start();
            let session = session(&opened.cloud, &journal, &clock);
            let goal = goal(&opened.cloud, &opened.secrets, Answers::new());
            session.drift(opened.snapshot.clone(), &goal).await?
        }
    };
    if json {
        json::print(&json!(drifts));
    } else {
        say!("{}", drawn::text(&drifts));
    }
    Ok(if drifts.drifts.is_empty() {
        Exit::Done
    } else {
        Exit::Changes
    })
}

/// `refresh`.
pub async fn refresh(stack: &Stack, refresh: Refresh) -> Result<Exit, Failure> {
    let Refresh {
        lookups,
        which,
        reach,
        waiting,
        json,
    } = refresh;
    let refreshed = match opened(stack, &which, &reach).await? {
        None => Default::default(),
        Some(opened) => {
            let Opened {
                store,
                cloud,
                secrets,
                ..
            } = opened;
            let work = async |held: &HeldStore, snapshot: Snapshot| {
                let known = if lookups {
                    known(stack, &which, &snapshot).await?
                } else {
                    Answers::new()
                };
                let clock = SystemClock::start();
                let session = session(&cloud, held, &clock);
                let goal = goal(&cloud, &secrets, known);
                Ok(session.refresh(snapshot, &goal, lookups).await?)
            };
            stack.holding(&store, waiting, work).await?
        }
    };
    if json {
        json::print(&json!(refreshed));
    } else {
        say!("{}", drawn::refreshed(&refreshed));
    }
    Ok(Exit::Done)
}

/// Without a state there is nothing to compare, and the command needs no cloud.
async fn opened(stack: &Stack, which: &Which, reach: &Reach) -> Result<Option<Opened>, Failure> {
    match stack.state(which).await? {
        None => Ok(None),
        Some(_) => Opened::of(stack, which, reach, None).await.map(Some),
    }
}

fn session<'a>(cloud: &'a Cloud, journal: &'a dyn Journal, clock: &'a SystemClock) -> Session<'a> {
    Session {
        provider: &cloud.provider,
        journal,
        clock,
        events: &Aside,
        schema: windlass::aws::schema,
        interrupt: Interrupt::never(),
        run: new_run(),
        who: Holder::this_process().to_string(),
        concurrency: CONCURRENCY,
    }
}

fn goal<'a>(
    cloud: &Cloud,
    secrets: &'a windlass_engine::secrets::SecretReader,
    known: Answers,
) -> Goal<'a> {
    Goal {
        operation: Operation::Refresh,
        document: None,
        binding: cloud.binding.clone(),
        zones: Vec::new(),
        secrets,
        known,
        neighbours: None,
        target: &[],
        replace: &[],
        new: false,
    }
}

/// Answers that AWS cannot give again: outputs of other stacks.
async fn known(stack: &Stack, which: &Which, snapshot: &Snapshot) -> Result<Answers, Failure> {
    let mut known = Answers::new();
    for (address, pin) in &snapshot.pins {
        if let Some((
            LookupQuery::StackOutput {
                stack: other,
                environment,
                output,
            },
            _,
        )) = question(pin)
            && let Some(told) = stack
                .output_of(&other, &environment, which, &output)
                .await?
        {
            known.insert(address.clone(), [("Value".to_owned(), told.value)].into());
        }
    }
    Ok(known)
}
