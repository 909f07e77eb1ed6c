//! The engine's side of the handshake: runs a stack program twice for its declarations, and compares the two answers.
//!
//! Not here: the content of the request, which the caller collects.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use windlass::document::{Document, FORMAT};
use windlass::request::{ANSWER_ARGUMENT, Request};

use crate::exit::Exit;
use crate::failure::Failure;

/// Runs the program. Its own output belongs to the author: it goes to the standard error stream as it comes.
pub fn document(program: &Path, request: &Request) -> Result<Document, Failure> {
    let folder = tempfile::tempdir()?;
    let question = folder.path().join("request.json");
    std::fs::write(
        &question,
        serde_json::to_string(request).expect("a request holds text keys only"),
    )?;
    let first = ask(program, &question, &folder.path().join("first.json"), true)?;
    let second = ask(
        program,
        &question,
        &folder.path().join("second.json"),
        false,
    )?;
    if first != second {
        return Err(
            Failure::new("the stack program declares something else each time it runs")
                .exit(Exit::Problems)
                .help(
                    "declare in a fixed order, and without time, randomness or a hash map's order",
                ),
        );
    }
    let document: Document = serde_json::from_str(&first).map_err(|error| {
        Failure::new(format!(
            "the document of `{}` is not understood: {error}",
            program.display()
        ))
        .help("build the stack and the engine with one version of Windlass")
    })?;
    if document.format > FORMAT {
        return Err(Failure::new(format!(
            "the document has format {}, and this engine reads up to {FORMAT}",
            document.format
        ))
        .help("use a newer engine"));
    }
    Ok(document)
}

fn ask(program: &Path, question: &Path, answer: &Path, heard: bool) -> Result<String, Failure> {
    // The second run prints the same output again, so it is shown once.
    let output = || {
        if heard {
            Stdio::inherit()
        } else {
            Stdio::null()
        }
    };
    let mut command = Command::new(program);
    command
        .arg(ANSWER_ARGUMENT)
        .arg(question)
        .arg(answer)
        .stdin(Stdio::null())
        .stderr(output());
    // The program's standard output would mix with Windlass's own, which pipelines read.
    command.stdout(if heard {
        Stdio::from(std::io::stderr())
    } else {
        Stdio::null()
    });
    let status = command.status().map_err(|error| {
        Failure::new(format!(
            "`{}` cannot be started: {error}",
            program.display()
        ))
    })?;
    if !status.success() {
        return Err(
            Failure::new(format!("the stack program ended with {status}")).exit(Exit::Problems),
        );
    }
    Ok(std::fs::read_to_string(answer)?)
}

/// Builds the stack crate of a folder, and returns its program.
pub fn build(folder: &Path) -> Result<PathBuf, Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(folder).args([
        "build",
        "--quiet",
        "--bins",
        "--message-format=json-render-diagnostics",
    ]);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Failure::new(format!("cargo cannot be started: {error}")))?;
    if !output.status.success() {
        return Err(Failure::new("the stack does not build").exit(Exit::Problems));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let executables = text.lines().filter_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        message.get("executable")?.as_str().map(PathBuf::from)
    });
    let mut executables: Vec<PathBuf> = executables.collect();
    executables.sort();
    executables.dedup();
    match executables.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(
            Failure::new(format!("`{}` has no program", folder.display()))
                .help("a stack's crate has a `src/main.rs` with `windlass::main!`"),
        ),
        many => Err(Failure::new(format!(
            "`{}` has {} programs",
            folder.display(),
            many.len()
        ))
        .help("run the one you mean with `cargo run --bin NAME --`")),
    }
}
