//! Finds the engine and becomes it (exec): signals, the terminal and the exit code are then the engine's own.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};

use super::Program;

/// The environment variable that names the engine. It takes precedence over all other ways to find one.
pub const ENGINE_VARIABLE: &str = "WINDLASS_ENGINE";
const ENGINE: &str = if cfg!(windows) {
    "windlass.exe"
} else {
    "windlass"
};

/// Why the program finds no engine.
#[derive(Debug, thiserror::Error)]
pub(super) enum EngineError {
    #[error("this program's own path is not known: {0}")]
    Program(std::io::Error),
    #[error("cargo cannot be started to build the engine: {0}")]
    Cargo(std::io::Error),
    #[error("the engine does not build: cargo ended with {0}")]
    Build(ExitStatus),
    #[error(
        "no engine is found; put the `windlass` program on the PATH (`cargo install --path engine/cli` in its repository), or name it in {ENGINE_VARIABLE}"
    )]
    Missing,
    #[error("the engine `{path}` cannot be started: {cause}")]
    Start {
        path: PathBuf,
        cause: std::io::Error,
    },
}

pub(super) fn become_engine(
    program: &Program,
    arguments: &[OsString],
) -> Result<ExitCode, EngineError> {
    let this = std::env::current_exe().map_err(EngineError::Program)?;
    let engine = find(program, &this)?;
    let mut command = Command::new(&engine);
    command
        .arg("--program")
        .arg(&this)
        .arg("--stack-folder")
        .arg(program.folder)
        .arg("--stack-name")
        .arg(program.name)
        .args(arguments);
    start(command).map_err(|cause| EngineError::Start {
        path: engine,
        cause,
    })
}

fn find(program: &Program, this: &Path) -> Result<PathBuf, EngineError> {
    if let Some(named) = std::env::var_os(ENGINE_VARIABLE).filter(|name| !name.is_empty()) {
        return Ok(named.into());
    }
    let beside = this.parent().map(|folder| folder.join(ENGINE));
    if let (Some(workspace), Some(beside)) =
        (workspace_with_engine(Path::new(program.folder)), &beside)
    {
        build(&workspace, beside)?;
    }
    let on_path = || {
        let folders = std::env::var_os("PATH")?;
        std::env::split_paths(&folders)
            .map(|folder| folder.join(ENGINE))
            .find(|engine| engine.is_file())
    };
    beside
        .filter(|engine| engine.is_file())
        .or_else(on_path)
        .ok_or(EngineError::Missing)
}

/// The workspace above the stack's crate, if the engine is a member of it.
fn workspace_with_engine(folder: &Path) -> Option<PathBuf> {
    folder
        .ancestors()
        .find(|folder| {
            folder.join("engine/cli/Cargo.toml").is_file() && folder.join("Cargo.toml").is_file()
        })
        .map(Path::to_owned)
}

/// Builds the engine beside this program and in its profile, so that an outdated engine never runs.
fn build(workspace: &Path, engine: &Path) -> Result<(), EngineError> {
    let Some(folder) = engine.parent() else {
        return Ok(());
    };
    let profile = match folder.file_name().and_then(OsStr::to_str) {
        Some("debug") | None => "dev",
        Some(other) => other,
    };
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(workspace)
        .args(["build", "--package", "windlass-cli", "--bin", "windlass"])
        .args(["--profile", profile]);
    if engine.is_file() {
        // If the engine is up to date, the build prints nothing.
        command.arg("--quiet");
    } else {
        eprintln!(
            "Building the engine. The first time this compiles the AWS SDK, which takes minutes."
        );
    }
    if let Some(target) = folder.parent() {
        command.arg("--target-dir").arg(target);
    }
    let status = command.status().map_err(EngineError::Cargo)?;
    if status.success() {
        Ok(())
    } else {
        Err(EngineError::Build(status))
    }
}

#[cfg(unix)]
fn start(mut command: Command) -> std::io::Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    // Returns only on failure; on success this process has become the engine.
    Err(command.exec())
}

#[cfg(not(unix))]
fn start(mut command: Command) -> std::io::Result<ExitCode> {
    let status = command.status()?;
    Ok(ExitCode::from(
        status
            .code()
            .and_then(|code| u8::try_from(code).ok())
            .unwrap_or(1),
    ))
}
