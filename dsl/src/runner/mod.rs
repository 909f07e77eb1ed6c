//! Makes a stack function a program: it answers the engine, and starts the engine when a person runs the program.
//!
//! Not here: building the stack (`stack`), and anything that needs AWS.

mod answer;
mod engine;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::request::ANSWER_ARGUMENT;
use crate::stack::{Result, Stack};

/// Makes a stack function the program's `main`.
///
/// If a person runs the program, it finds the engine and becomes the engine, with the same command line. The engine then asks the program for its
/// declarations.
///
/// ```no_run
/// use windlass::prelude::*;
///
/// fn stack(cx: &mut Stack) -> Result<()> {
///     cx.output("greeting", "hello");
///     Ok(())
/// }
///
/// windlass::main!("greeter", stack);
/// ```
#[macro_export]
macro_rules! main {
    ($name:literal, $stack:path) => {
        /// The program. It is public within the crate, so that a library can show its stack to tests.
        pub(crate) const PROGRAM: $crate::runner::Program = $crate::runner::Program {
            name: $name,
            folder: env!("CARGO_MANIFEST_DIR"),
            package: env!("CARGO_PKG_NAME"),
            stack: $stack,
        };

        fn main() -> std::process::ExitCode {
            $crate::runner::run(&PROGRAM)
        }
    };
}

/// A stack program, as [`main!`](crate::main) makes it.
#[derive(Debug, Clone, Copy)]
pub struct Program {
    /// The stack's name.
    pub name: &'static str,
    /// The folder of the stack's crate, which contains its state.
    pub folder: &'static str,
    /// The stack's crate.
    pub package: &'static str,
    /// The stack function.
    pub stack: fn(&mut Stack) -> Result,
}

/// Runs a stack program: answers the engine, or becomes it.
#[must_use]
pub fn run(program: &Program) -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let result = match arguments.as_slice() {
        [first, request, response] if first == ANSWER_ARGUMENT => {
            answer::answer(program, &PathBuf::from(request), &PathBuf::from(response))
                .map_err(|error| error.to_string())
        }
        _ => match engine::become_engine(program, &arguments) {
            Ok(code) => return code,
            Err(error) => Err(error.to_string()),
        },
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
