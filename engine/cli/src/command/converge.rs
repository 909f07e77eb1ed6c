//! `preview`, `up` and `destroy`: one sequence of steps. A preview ends after the plan, the others carry it out.
//!
//! Not here: the loop itself, which is the engine's session, and plans in files (`saved`).

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;

use windlass::document::Document;
use windlass_engine::clock::SystemClock;
use windlass_engine::interrupt::{Interrupt, Urgency, interrupt};
use windlass_engine::memory::MemoryJournal;
use windlass_engine::session::{Goal, Prepared, Session};
use windlass_plan::plan::Plan;
use windlass_state::journal::Journal;
use windlass_state::record::{Operation, RunResult};
use windlass_state::snapshot::Snapshot;
use windlass_store::{HeldStore, Holder};

use crate::answer::confirm;
use crate::arguments::{Access, Destroy, Preview, Up, Waiting, Which};
use crate::cloud::Cloud;
use crate::command::opened::{Known, Opened, known, new_run};
use crate::command::saved::{SavedPlan, Scope, stale};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render;
use crate::stack::Stack;

/// The request of one of the three commands.
struct Converge<'a> {
    stack: &'a Stack,
    which: Which,
    access: Access,
    region: Option<String>,
    scope: Scope,
    operation: Operation,
    waiting: Waiting,
    end: End,
}

/// The last stage of a command.
enum End {
    /// Show the plan.
    Show {
        out: Option<PathBuf>,
        detailed: bool,
    },
    /// Carry the plan out.
    Execute {
        exactly: Option<Box<Plan>>,
        yes: bool,
    },
}

/// `preview`.
pub async fn preview(stack: &Stack, preview: Preview) -> Result<Exit, Failure> {
    let Preview {
        which,
        program,
        access,
        out,
        detailed_exitcode,
        destroy,
        replace,
        new,
    } = preview;
    let operation = if destroy {
        Operation::Destroy
    } else {
        Operation::Up
    };
    let scope = Scope {
        new,
        ..Scope::of(&program, &access, replace)
    };
    let end = End::Show {
        out,
        detailed: detailed_exitcode,
    };
    Converge {
        stack,
        which,
        access,
        region: program.region,
        scope,
        operation,
        waiting: Waiting::default(),
        end,
    }
    .run()
    .await
}

/// `up`.
pub async fn up(stack: &Stack, up: Up) -> Result<Exit, Failure> {
    let Up {
        which,
        program,
        access,
        waiting,
        plan,
        yes,
        replace,
        new,
    } = up;
    let saved = plan.map(|file| SavedPlan::read(&file, Operation::Up));
    let (scope, exactly) = match saved.transpose()? {
        Some(saved) => (saved.scope, Some(Box::new(saved.plan))),
        None => {
            let scope = Scope::of(&program, &access, replace);
            (Scope { new, ..scope }, None)
        }
    };
    let end = End::execute(exactly, yes);
    Converge {
        stack,
        which,
        access,
        region: program.region,
        scope,
        operation: Operation::Up,
        waiting,
        end,
    }
    .run()
    .await
}

/// `destroy`.
pub async fn destroy(stack: &Stack, destroy: Destroy) -> Result<Exit, Failure> {
    let Destroy {
        which,
        program,
        access,
        waiting,
        plan,
        yes,
    } = destroy;
    let saved = plan.map(|file| SavedPlan::read(&file, Operation::Destroy));
    let (scope, exactly) = match saved.transpose()? {
        Some(saved) => (saved.scope, Some(Box::new(saved.plan))),
        None => (Scope::of(&program, &access, Vec::new()), None),
    };
    // If a plan has steps, the state that it was made for must still exist.
    let wants_nothing = exactly.as_ref().is_none_or(|plan| plan.is_empty());
    if wants_nothing && stack.state(&which).await?.is_none() {
        render::nothing_to_destroy(&stack.location(&which)?, access.json);
        return Ok(Exit::Done);
    }
    let end = End::execute(exactly, yes);
    Converge {
        stack,
        which,
        access,
        region: program.region,
        scope,
        operation: Operation::Destroy,
        waiting,
        end,
    }
    .run()
    .await
}

impl End {
    /// Carries out a saved plan, or the plan that is made now. A user who names a saved plan has seen it, so it needs no question.
    fn execute(exactly: Option<Box<Plan>>, yes: bool) -> Self {
        Self::Execute {
            yes: yes || exactly.is_some(),
            exactly,
        }
    }
}

impl Converge<'_> {
    async fn run(self) -> Result<Exit, Failure> {
        let opened = Opened::of(
            self.stack,
            &self.which,
            &self.access.reach,
            self.region.clone(),
        )
        .await?;
        let (document, zones) = self.document(&opened).await?;
        let Opened {
            store,
            snapshot,
            cloud,
            secrets,
        } = opened;
        let known = match &document {
            Some(document) => known(self.stack, &self.which, document).await?,
            None => Known::default(),
        };
        let goal = Goal {
            operation: self.operation,
            document: document.as_ref(),
            binding: cloud.binding.clone(),
            zones,
            secrets: &secrets,
            known: known.answers,
            neighbours: known.neighbours,
            target: &self.scope.target,
            replace: &self.scope.replace,
            new: self.scope.new,
        };
        match &self.end {
            End::Show { .. } => {
                let loaded = snapshot.sequence;
                let journal = MemoryJournal::new(snapshot.clone());
                let shown = self.with(&cloud, &journal, snapshot, &goal).await;
                // A preview takes no lease, so what looks like a later run can be one that works right now.
                match shown {
                    Err(failure)
                        if failure.exit == Exit::Namesake
                            && store.load().await?.sequence > loaded =>
                    {
                        Err(Failure::new("another run has changed the state meanwhile")
                            .help("run `preview` again"))
                    }
                    shown => shown,
                }
            }
            End::Execute { .. } => {
                let work = async |held: &HeldStore, snapshot| {
                    cloud.provider.guard(Arc::new(held.guard()));
                    self.with(&cloud, held, snapshot, &goal).await
                };
                self.stack.holding(&store, self.waiting, work).await
            }
        }
    }

    /// The desired document, and the zones in the program's request. `destroy` needs neither.
    async fn document(&self, opened: &Opened) -> Result<(Option<Document>, Vec<String>), Failure> {
        if self.operation == Operation::Destroy {
            return Ok((None, Vec::new()));
        }
        let parameters = self.scope.parameters.clone();
        let (document, zones) = opened.document(self.stack, &self.which, parameters).await?;
        Ok((Some(document), zones))
    }

    async fn with(
        &self,
        cloud: &Cloud,
        journal: &dyn Journal,
        snapshot: Snapshot,
        goal: &Goal<'_>,
    ) -> Result<Exit, Failure> {
        let clock = SystemClock::start();
        let shown = matches!(self.end, End::Show { .. });
        let events = render::renderer(self.access.json, shown);
        let (interrupter, interrupt) = interrupt();
        let listener = tokio::spawn(listen(interrupter));
        let session = Session {
            provider: &cloud.provider,
            journal,
            clock: &clock,
            events: &*events,
            schema: windlass::aws::schema,
            interrupt: interrupt.clone(),
            run: new_run(),
            who: Holder::this_process().to_string(),
            concurrency: self.access.concurrency,
        };
        let result = tokio::select! {
            prepared = session.prepare(snapshot, goal) => self.finish(prepared?, &interrupt).await,
            () = interrupt.reaches(Urgency::Drain) => Err(Failure::stopped()),
        };
        listener.abort();
        result
    }

    async fn finish(
        &self,
        prepared: Prepared<'_, '_>,
        interrupt: &Interrupt,
    ) -> Result<Exit, Failure> {
        let nothing = prepared.plan().changes_nothing();
        match &self.end {
            End::Show { out, detailed } => {
                if let Some(out) = out {
                    let saved = SavedPlan {
                        operation: self.operation,
                        scope: self.scope.clone(),
                        plan: prepared.plan().clone(),
                    };
                    saved.write(out)?;
                }
                Ok(if *detailed && !nothing {
                    Exit::Changes
                } else {
                    Exit::Done
                })
            }
            End::Execute { exactly, yes } => {
                if let Some(saved) = exactly
                    && saved.hash() != prepared.plan().hash()
                {
                    return Err(stale(self.operation));
                }
                let agreed = nothing
                    || *yes
                    || tokio::select! {
                        agreed = confirm("Do this?") => agreed?,
                        () = interrupt.reaches(Urgency::Drain) => false,
                    };
                if !agreed {
                    prepared.decline().await?;
                    return Err(Failure::stopped());
                }
                let finished = tokio::select! {
                    biased;
                    never = say_what_goes_on(interrupt) => match never {},
                    finished = prepared.execute() => finished?,
                };
                let summary = finished.summary;
                Ok(match summary.result {
                    RunResult::Done => Exit::Done,
                    RunResult::Interrupted => Exit::Interrupted,
                    RunResult::Failed if summary.rolled_back => Exit::RolledBack,
                    RunResult::Failed => Exit::Failed,
                })
            }
        }
    }
}

/// Listens for Ctrl-C and SIGTERM until it is aborted.
async fn listen(interrupter: windlass_engine::interrupt::Interrupter) {
    loop {
        if let Err(error) = asked_to_stop().await {
            tracing::warn!(%error, "signals cannot be heard");
            return;
        }
        if interrupter.press() == Urgency::Leave {
            crate::render::tell!("Leaving now. The next run settles what is under way.");
        }
    }
}

/// Explains once what an interrupt means while steps run.
async fn say_what_goes_on(interrupt: &Interrupt) -> Infallible {
    interrupt.reaches(Urgency::Drain).await;
    crate::render::tell!(
        "Starting nothing new; what runs may finish. Press Ctrl-C again to leave now."
    );
    std::future::pending().await
}

#[cfg(unix)]
async fn asked_to_stop() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn asked_to_stop() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
