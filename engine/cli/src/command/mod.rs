//! The commands, a file each. Not here: what they show (`render`).

mod amend;
mod converge;
mod graph;
mod history;
mod import;
mod local;
mod migrate;
mod opened;
mod record;
mod refresh;
mod repair;
mod saved;
mod state;
mod state_file;
mod synth;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::arguments::{Arguments, Command, HistoryOf, Local};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render;
use crate::stack::Stack;

/// Runs the command line, and returns the exit code.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let exit = if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Done
            };
            // If the output is closed, the error cannot be reported anywhere.
            let _ = error.print();
            return exit.into();
        }
    };
    render::log();
    let json = arguments.command.json();
    let runtime = runtime(&arguments.command);
    let result = match runtime {
        Ok(runtime) => {
            let result = runtime.block_on(dispatch(arguments));
            // After a second Ctrl-C the program does not wait for open calls; the next run settles them.
            runtime.shutdown_background();
            result
        }
        Err(error) => Err(error.into()),
    };
    let exit = result.unwrap_or_else(|failure| {
        render::failure(&failure, json);
        failure.exit
    });
    exit.into()
}

/// One thread for everything that waits for AWS: passing each answer from one thread to another would cost more than the work on it. The local cloud
/// serves many callers at once, so it gets more threads.
fn runtime(command: &Command) -> std::io::Result<tokio::runtime::Runtime> {
    let mut builder = match command {
        Command::LocalDaemon { .. } => tokio::runtime::Builder::new_multi_thread(),
        _ => tokio::runtime::Builder::new_current_thread(),
    };
    builder.enable_all().build()
}

async fn dispatch(arguments: Arguments) -> Result<Exit, Failure> {
    let stack = Stack::of(&arguments)?;
    match arguments.command {
        Command::Preview(preview) => converge::preview(&stack, preview).await,
        Command::Up(up) => converge::up(&stack, up).await,
        Command::Destroy(destroy) => converge::destroy(&stack, destroy).await,
        Command::Synth(building) => synth::synth(&stack, &building).await,
        Command::Check(building) => synth::check(&stack, &building).await,
        Command::Outputs(reading) => state::outputs(&stack, &reading).await,
        Command::Import(import) => import::import(&stack, import).await,
        Command::Drift(drift) => refresh::drift(&stack, drift).await,
        Command::Refresh(refresh) => refresh::refresh(&stack, refresh).await,
        Command::History(history) => history::history(&stack, history).await,
        Command::State(command) => state::state(&stack, command).await,
        Command::Graph(graph) => graph::graph(&stack, &graph).await,
        Command::Local(command) => local::local(command).await,
        Command::LocalDaemon { home } => {
            let home = windlass_local::Home::at(home);
            // The program that started this one has looked for Python there.
            let python = std::env::var_os(windlass_local::PYTHON_VARIABLE);
            let home = match python.filter(|python| !python.is_empty()) {
                Some(python) => home.with_python(python),
                None => home,
            };
            windlass_local::serve(home).await?;
            Ok(Exit::Done)
        }
        Command::Completions { shell } => {
            clap_complete::generate(
                shell,
                &mut Arguments::command(),
                "windlass",
                &mut std::io::stdout(),
            );
            Ok(Exit::Done)
        }
    }
}

impl Command {
    fn json(&self) -> bool {
        match self {
            Self::Preview(preview) => preview.access.json,
            Self::Up(up) => up.access.json,
            Self::Destroy(destroy) => destroy.access.json,
            Self::Synth(building) | Self::Check(building) => building.json,
            Self::Graph(graph) => graph.building.json,
            Self::Outputs(reading) => reading.json,
            Self::Import(import) => import.json,
            Self::Drift(drift) => drift.json,
            Self::Refresh(refresh) => refresh.json,
            Self::History(history) => match &history.one {
                Some(HistoryOf::Show { reading, .. }) => reading.json,
                None => history.reading.json,
            },
            Self::State(command) => command.json(),
            Self::Local(
                Local::Start(reading)
                | Local::Status(reading)
                | Local::Reset(reading)
                | Local::Calls { reading, .. },
            ) => reading.json,
            Self::Local(Local::Stop | Local::Rules { .. })
            | Self::Completions { .. }
            | Self::LocalDaemon { .. } => false,
        }
    }
}
