//! The command line: arguments in, the engine's events out, an exit code at the end.
//!
//! Not here: any decision about resources. The terminal output comes from the engine's event stream and from nothing else.

mod answer;
mod arguments;
mod cloud;
mod command;
mod exit;
mod failure;
mod program;
mod render;
mod stack;
mod state_location;

pub use command::run;
pub use exit::Exit;

/// Makes one self-contained program out of a stack and the engine, for pipelines that want a single file.
///
/// The crate depends on `windlass` and on `windlass-cli`, so its author waits for the AWS SDK to compile.
#[macro_export]
macro_rules! main {
    ($name:literal, $stack:path) => {
        fn main() -> std::process::ExitCode {
            let program = windlass::runner::Program {
                name: $name,
                folder: env!("CARGO_MANIFEST_DIR"),
                package: env!("CARGO_PKG_NAME"),
                stack: $stack,
            };
            $crate::run_self_contained(&program)
        }
    };
}

/// Runs a program that holds both the stack and the engine.
#[must_use]
pub fn run_self_contained(program: &windlass::runner::Program) -> std::process::ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|first| {
        first == windlass::request::ANSWER_ARGUMENT || first == arguments::DAEMON
    }) {
        if arguments[1] == arguments::DAEMON {
            return run(arguments);
        }
        return windlass::runner::run(program);
    }
    let this = std::env::current_exe().map_or_else(|_| arguments[0].clone(), Into::into);
    let own = [
        arguments[0].clone(),
        "--program".into(),
        this,
        "--stack-folder".into(),
        program.folder.into(),
        "--stack-name".into(),
        program.name.into(),
    ];
    run(own.into_iter().chain(arguments.into_iter().skip(1)))
}
