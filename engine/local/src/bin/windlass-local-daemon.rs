//! The daemon of the local cloud as a program of its own: `windlass-local-daemon HOME PYTHON`.
//!
//! The `windlass` binary runs the same daemon by a hidden subcommand. This program is for this crate's tests, and for people who want the local cloud
//! without the rest.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use windlass_local::{Home, serve};

#[tokio::main]
async fn main() -> ExitCode {
    let folders: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [home, python] = folders.as_slice() else {
        eprintln!("usage: windlass-local-daemon HOME PYTHON");
        return ExitCode::from(2);
    };
    let Err(error) = serve(Home::at(home).with_python(python)).await else {
        return ExitCode::SUCCESS;
    };
    let mut cause: Option<&dyn Error> = Some(&error);
    while let Some(error) = cause {
        eprintln!("{error}");
        cause = error.source();
    }
    ExitCode::FAILURE
}
