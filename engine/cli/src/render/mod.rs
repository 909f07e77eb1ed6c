//! The output for people and pipelines. Every renderer reads the engine's event stream and nothing else.
//!
//! Not here: deciding what happens.

mod diagnostics;
pub mod drift;
pub mod foreign;
pub mod history;
pub mod import;
pub mod json;
mod plain;
mod plan;
#[cfg(test)]
mod scenarios;
mod terminal;
mod values;
pub mod words;

use std::io::IsTerminal;

use windlass::diagnostics::Diagnostic;
use windlass::document::Document;
use windlass_engine::events::{Event, Events, Stamped, Summary};

use crate::exit::Exit;
use crate::failure::Failure;

pub use words::{count, not_visible_yet, recovered};

/// Prints a line to the standard output. A reader that has closed it, as `head` does, must not end a run that is changing AWS.
macro_rules! say {
    ($($text:tt)*) => {
        $crate::render::print(format_args!($($text)*))
    };
}
pub(crate) use say;

/// The function behind [`say!`].
pub fn print(line: std::fmt::Arguments<'_>) {
    use std::io::Write;
    let line = line.to_string();
    if let Err(error) = writeln!(anstream::stdout().lock(), "{}", foreign::painted(&line)) {
        tracing::debug!(%error, "a line could not be printed");
    }
}

/// Prints a line to the standard error stream, such as a progress note.
macro_rules! tell {
    ($($text:tt)*) => {
        $crate::render::print_aside(format_args!($($text)*))
    };
}
pub(crate) use tell;

/// The function behind [`tell!`].
pub fn print_aside(line: std::fmt::Arguments<'_>) {
    use std::io::Write;
    let line = line.to_string();
    if let Err(error) = writeln!(anstream::stderr().lock(), "{}", foreign::painted(&line)) {
        tracing::debug!(%error, "a line could not be printed");
    }
}

/// Sets up the log for the engine's developers: `WINDLASS_LOG=debug`. It is silent by default.
pub fn log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("WINDLASS_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("off"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}

/// Chooses the renderer: JSON if the user asks for it, redrawn lines on a terminal, plain lines elsewhere. `previewing` says that nothing follows the
/// plan.
pub fn renderer(json: bool, previewing: bool) -> Box<dyn Events> {
    if json {
        Box::new(json::Json)
    } else if std::io::stdout().is_terminal() && std::io::stderr().is_terminal() && !previewing {
        Box::new(terminal::Terminal::new())
    } else {
        Box::new(plain::Plain::default())
    }
}

/// Shows why a command ended.
pub fn failure(failure: &Failure, json: bool) {
    if json {
        json::print(&serde_json::json!({
            "event": "error", "at": jiff::Timestamp::now(), "exit": failure.exit.code(),
            "message": failure.message, "help": failure.help, "problems": failure.problems,
            "refused": failure.refused,
        }));
        return;
    }
    if failure.exit == Exit::Interrupted {
        // If the user stopped the command, that is not an error.
        crate::render::tell!("\nStopped. Nothing was begun.");
        return;
    }
    problems(&failure.problems);
    if failure.problems.is_empty() {
        crate::render::tell!("{}", words::failure(failure));
    } else {
        crate::render::tell!(
            "{}. Nothing was changed.",
            diagnostics::count(&failure.problems)
        );
    }
}

/// Says that `destroy` found no state: such a run has nothing to do.
pub fn nothing_to_destroy(looked_at: &windlass_store::Location, json: bool) {
    if json {
        json::Json.emit(Stamped {
            at: jiff::Timestamp::now(),
            event: Event::RunFinished(Summary::nothing()),
        });
    } else {
        crate::render::tell!("Nothing to destroy: there is no state at {looked_at}.");
    }
}

/// Shows problems of a stack on the author's own lines.
pub fn problems(problems: &[Diagnostic]) {
    for problem in problems {
        crate::render::tell!("{}", diagnostics::drawn(problem));
    }
}

/// Prints the desired document.
pub fn document(document: &Document) {
    json::pretty(document);
}
