//! The stack that a command works on: its program, its folder, its state.
//!
//! Not here: running the program (`program`), and reaching AWS (`cloud`).

use std::path::PathBuf;
use std::time::{Duration, Instant};

use windlass_state::snapshot::Snapshot;
use windlass_store::{HeldStore, Holder, Key, Location, Store, StoreError, Superseded};

use crate::arguments::{Arguments, Waiting, Which};
use crate::failure::Failure;
use crate::program;
use crate::state_location::{self, Where};

/// The stack that a command works on.
#[derive(Debug, Clone)]
pub struct Stack {
    /// The folder of the stack's crate.
    pub folder: PathBuf,
    /// The stack's program, if the program started the command.
    program: Option<PathBuf>,
    /// The stack's name, if the program gave it.
    name: Option<String>,
}

/// An output of another stack.
pub struct Told {
    /// The output.
    pub value: serde_json::Value,
    /// When the youngest resource of that stack was made, by AWS's clock.
    pub since: Option<jiff::Timestamp>,
}

impl Stack {
    /// The stack that the arguments or the current folder name.
    pub fn of(arguments: &Arguments) -> Result<Self, Failure> {
        let folder = match &arguments.stack_folder {
            // A program that was moved to another machine has no source folder any more.
            Some(folder) if folder.is_dir() => folder.clone(),
            _ => std::env::current_dir()?,
        };
        Ok(Self {
            folder,
            program: arguments.program.clone(),
            name: arguments.stack_name.clone(),
        })
    }

    /// The stack's program; builds it if needed.
    pub fn program(&self) -> Result<PathBuf, Failure> {
        match &self.program {
            Some(program) => Ok(program.clone()),
            None if self.folder.join("Cargo.toml").is_file() => program::build(&self.folder),
            None => Err(Failure::new("there is no stack here")
                .help("change into the folder of a stack's crate, or use `cargo run -p STACK --`")),
        }
    }

    /// The stack's name before its program has run.
    pub fn name(&self) -> String {
        let of_folder = || {
            self.folder
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
        };
        self.name.clone().or_else(of_folder).unwrap_or_default()
    }

    /// The place of the stack's states.
    pub fn place(&self, which: &Which) -> Result<Where, Failure> {
        Where::of(&self.folder, &which.kept)
    }

    /// The location of one state of the stack.
    pub fn location(&self, which: &Which) -> Result<Location, Failure> {
        self.place(which)?
            .location(&self.folder, &self.name(), which)
    }

    /// Opens the state. Creates nothing but the stack's own folder, and the bucket in the local cloud.
    pub async fn store(&self, which: &Which) -> Result<Store, Failure> {
        let at = self.place(which)?;
        let key = state_location::key_for(&at, &which.kept)?;
        self.store_at(&at, which, key).await
    }

    /// Opens the state at another place.
    pub async fn store_at(
        &self,
        at: &Where,
        which: &Which,
        key: Option<Key>,
    ) -> Result<Store, Failure> {
        state_location::keep_out_of_git(&self.folder)?;
        let location = at.location(&self.folder, &self.name(), which)?;
        let access = state_location::access(at, which, key, true).await?;
        let access = access.expect("the local cloud was started");
        let store = Store::open(&location, &access).await?;
        if store.ignores_key() {
            crate::render::tell!(
                "The state {location} is not encrypted, although a key was given: `state migrate` to a new place encrypts it."
            );
        }
        Ok(store.with_emergency(&state_location::emergency_folder(&self.folder, which.local)))
    }

    /// Runs a function while the state is held for writing.
    pub async fn holding<T>(
        &self,
        store: &Store,
        waiting: Waiting,
        work: impl AsyncFnOnce(&HeldStore, Snapshot) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let (held, snapshot) = self.hold(store, waiting).await?;
        if let Some(superseded) = held.superseded() {
            crate::render::tell!("{}", lost_and_found(superseded));
        }
        let done = work(&held, snapshot).await;
        if let Some(file) = held.kept_here() {
            crate::render::tell!(
                "What the last calls did is kept in `{}`; the next run from here puts it into the state.",
                file.display()
            );
        }
        held.release().await;
        done
    }

    /// Takes the state for writing. While another run has it, waits as long as the user wants and says who has it.
    async fn hold(
        &self,
        store: &Store,
        waiting: Waiting,
    ) -> Result<(HeldStore, Snapshot), Failure> {
        let until = Instant::now() + waiting.lock_timeout;
        let mut told = None;
        loop {
            let (holder, since, error) = match store.hold(&Holder::this_process()).await {
                Ok(held) => return Ok(held),
                Err(StoreError::Held { holder, since }) => {
                    let text = format!("{holder} is working on this state since {since}");
                    (holder.clone(), text, StoreError::Held { holder, since })
                }
                Err(error) => return Err(error.into()),
            };
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(error.into());
            }
            if told.as_ref() != Some(&holder) {
                crate::render::tell!("Waiting: {since}.");
                told = Some(holder);
            }
            // A random pause, so that several waiting runs do not all ask at the same moment.
            let pause = Duration::from_millis(rand::random_range(300..900));
            tokio::time::sleep(pause.min(left)).await;
        }
    }

    /// The state as it is, if there is one. Creates nothing.
    pub async fn state(&self, which: &Which) -> Result<Option<Snapshot>, Failure> {
        let Some(store) = self.existing(which).await? else {
            return Ok(None);
        };
        let snapshot = store.state().await?;
        if let Some(to) = store.moved().await? {
            crate::render::tell!("This state was moved to {to}; what is shown is a copy of then.");
        }
        Ok(snapshot)
    }

    async fn existing(&self, which: &Which) -> Result<Option<Store>, Failure> {
        let at = self.place(which)?;
        let location = at.location(&self.folder, &self.name(), which)?;
        let key = state_location::key_for(&at, &which.kept)?;
        let Some(access) = state_location::access(&at, which, key, false).await? else {
            return Ok(None);
        };
        let store = Store::open(&location, &access).await?;
        let emergency = state_location::emergency_folder(&self.folder, which.local);
        Ok(Some(store.with_emergency(&emergency)))
    }

    /// An output of another stack, whose folder is beside this one's, or whose states are at the same place.
    pub async fn output_of(
        &self,
        stack: &str,
        environment: &str,
        which: &Which,
        output: &str,
    ) -> Result<Option<Told>, Failure> {
        let Some(workspace) = self.folder.parent() else {
            return Ok(None);
        };
        let other = Self {
            folder: workspace.join(stack),
            program: None,
            name: Some(stack.to_owned()),
        };
        let mut which = Which {
            env: environment.to_owned(),
            ..which.clone()
        };
        // A place that only this stack's Cargo.toml names is also the place of its neighbours, unless they name another.
        if which.kept.url.is_none() && other.place(&which)? == Where::Default {
            which.kept.url = state_location::declared(&self.folder)?;
        }
        let state = other.state(&which).await?;
        Ok(state.and_then(|state| {
            Some(Told {
                value: state.outputs.get(output)?.clone(),
                since: state.everything().filter_map(|(_, of)| of.since).max(),
            })
        }))
    }
}

/// The records of an earlier run of this host that had lost the state to another run.
fn lost_and_found(superseded: &Superseded) -> String {
    let mut text = format!(
        "An earlier run from this host lost the state to another run before AWS had answered. Its records are kept in `{}`.",
        superseded.file.display()
    );
    for (stray, address) in &superseded.strays {
        let (kind, id) = (&stray.recorded.kind, &stray.recorded.physical_id);
        text.push_str(&format!(
            "\n  It made {kind} {id} for `{}`, which the state did not know. ",
            stray.address
        ));
        text.push_str(&match address {
            Some(address) => {
                format!("It is `{address}` now; the next `up` or `destroy` deletes it.")
            }
            None => "Delete it by hand if nothing uses it.".to_owned(),
        });
    }
    text
}
