//! Which programs of Windlass the benchmarks measure. Not here: the peer's.

use std::path::PathBuf;

use clap::Args;

use crate::cloud::{Cloud, Outcome};
use crate::contender::Program;

/// Windlass's programs, as flags.
#[derive(Debug, Clone, Args)]
pub struct Programs {
    /// The engine. Default: `windlass` beside this program.
    #[arg(long, env = "WINDLASS_ENGINE")]
    engine: Option<PathBuf>,
    /// The program of `stacks/platform`. Default: `platform` beside this program.
    #[arg(long)]
    stack: Option<PathBuf>,
}

impl Programs {
    /// The path of the engine.
    ///
    /// # Errors
    /// The system does not say where this program is.
    pub fn engine(&self) -> Outcome<PathBuf> {
        or_beside(self.engine.as_ref(), "windlass")
    }

    /// Starts a local cloud with the engine, and returns the program to measure in it.
    ///
    /// # Errors
    /// The cloud does not start, or the system does not say where this program is.
    pub fn start(&self) -> Outcome<(Cloud, Program)> {
        let stack = or_beside(self.stack.as_ref(), "platform")?;
        Ok((Cloud::start(self.engine()?)?, Program::Windlass { stack }))
    }
}

fn or_beside(given: Option<&PathBuf>, name: &str) -> Outcome<PathBuf> {
    match given {
        Some(given) => Ok(given.clone()),
        None => Ok(std::env::current_exe()?.with_file_name(name)),
    }
}
