//! Which stack a command is about: its program, its folder, its state.
//!
//! Not here: running the program (`program`), and reaching AWS (`cloud`).

use std::path::{Path, PathBuf};

use windlass_state::snapshot::Snapshot;
use windlass_store::Store;

use crate::arguments::{Arguments, Which};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::program;

/// Where stacks keep what is not theirs to commit.
const FOLDER: &str = ".windlass";

/// The stack that a command is about.
#[derive(Debug, Clone)]
pub struct Stack {
    /// The folder of its crate.
    pub folder: PathBuf,
    /// Its program, if the command was started by it.
    program: Option<PathBuf>,
    /// Its name, if the program said it.
    name: Option<String>,
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

    /// The stack's program, built if need be.
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

    /// Where the state of an environment is.
    pub fn state_file(&self, which: &Which) -> Result<PathBuf, Failure> {
        state_file(&self.folder, which)
    }

    /// Opens the state, and makes it where there is none.
    pub fn store(&self, which: &Which) -> Result<Store, Failure> {
        let file = self.state_file(which)?;
        keep_out_of_git(&self.folder)?;
        Ok(Store::open(&file)?)
    }

    /// The state as it is, if there is one. Makes nothing.
    pub fn state(&self, which: &Which) -> Result<Option<Snapshot>, Failure> {
        let file = self.state_file(which)?;
        if !file.is_file() {
            return Ok(None);
        }
        Ok(Some(Store::open(&file)?.load(&self.name(), &which.env)?))
    }

    /// An output of another stack, whose folder stands beside this one's.
    pub fn output_of(
        &self,
        stack: &str,
        environment: &str,
        local: bool,
        output: &str,
    ) -> Result<Option<serde_json::Value>, Failure> {
        let Some(workspace) = self.folder.parent() else {
            return Ok(None);
        };
        let which = Which {
            env: environment.to_owned(),
            local,
        };
        let file = state_file(&workspace.join(stack), &which)?;
        if !file.is_file() {
            return Ok(None);
        }
        Ok(Store::open(&file)?
            .load(stack, environment)?
            .outputs
            .get(output)
            .cloned())
    }
}

fn state_file(folder: &Path, which: &Which) -> Result<PathBuf, Failure> {
    let environment = &which.env;
    let plain = environment
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if !plain || environment.is_empty() || environment.starts_with('.') {
        return Err(
            Failure::new(format!("`{environment}` cannot be an environment"))
                .exit(Exit::Usage)
                .help("use letters, digits, `-`, `_` and `.`"),
        );
    }
    let folder = folder.join(FOLDER);
    let folder = if which.local {
        folder.join("local")
    } else {
        folder
    };
    Ok(folder.join(format!("{environment}.db")))
}

/// States hold identifiers of a live account; they are not to be committed by accident.
fn keep_out_of_git(folder: &Path) -> Result<(), Failure> {
    let folder = folder.join(FOLDER);
    std::fs::create_dir_all(&folder)?;
    let ignore = folder.join(".gitignore");
    if !ignore.exists() {
        std::fs::write(ignore, "*\n")?;
    }
    Ok(())
}
