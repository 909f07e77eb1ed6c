//! The author's loop: the time from the edit of a stack to the plan on the screen, of the engine's start-up, and of builds from nothing.
//! `cargo run -p windlass-benchmarks --bin author`.
//!
//! Not here: how fast the engine reads the world (`wire`).

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Parser;
use windlass_benchmarks::cloud::Outcome;
use windlass_benchmarks::contender::{Contender, Operation};
use windlass_benchmarks::process::run;
use windlass_benchmarks::programs::Programs;
use windlass_benchmarks::table::{Spread, Table};

#[derive(Debug, Parser)]
struct Arguments {
    /// How often an edit is measured.
    #[arg(long, default_value_t = 3)]
    runs: usize,
    #[command(flatten)]
    windlass: Programs,
    /// Builds a stack from nothing as well, and then the engine, in a target folder of their own. That takes many minutes.
    #[arg(long)]
    cold: bool,
}

fn main() -> Outcome {
    let arguments = Arguments::parse();
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()?;
    let mut table = Table::with(["what", "wall, s", "CPU, s"]);
    if arguments.cold {
        let target = tempfile::tempdir()?;
        for (what, package) in [
            ("a stack's crate, from nothing", "quickstart"),
            ("the engine after it", "windlass-cli"),
        ] {
            let mut build = cargo(&workspace, &["build", "--quiet", "-p", package]);
            let (cost, _) = run(build.env("CARGO_TARGET_DIR", target.path()))?;
            let cells = [cost.wall, cost.cpu].map(|seconds| format!("{seconds:.0}"));
            table.row(std::iter::once(what.to_owned()).chain(cells));
        }
    }
    start_up(&arguments, &mut table)?;
    let edited = Edited::of(workspace.join("stacks/quickstart/src/main.rs"))?;
    let engine = arguments.windlass.engine()?;
    let preview = || {
        let words = "run --quiet -p quickstart -- preview --local";
        let words: Vec<_> = words.split(' ').collect();
        let mut preview = cargo(&workspace, &words);
        // An author has an engine. Without one, the program would build it.
        preview.env("WINDLASS_ENGINE", &engine);
        run(&mut preview)
    };
    preview()?;
    let mut costs = Vec::new();
    for turn in 0..arguments.runs {
        edited.write(turn)?;
        costs.push(preview()?.0);
    }
    table.row([
        "edit of a stack → plan".to_owned(),
        Spread::of(costs.iter().map(|cost| cost.wall)).to_string(),
        Spread::of(costs.iter().map(|cost| cost.cpu)).to_string(),
    ]);
    print!("{table}");
    Ok(())
}

/// How many times the benchmark starts the engine.
const STARTS: usize = 20;

fn start_up(arguments: &Arguments, table: &mut Table) -> Outcome {
    let engine = arguments.windlass.engine()?;
    let versions = (0..STARTS).map(|_| Ok(run(Command::new(&engine).arg("--version"))?.0));
    let versions = versions.collect::<Outcome<Vec<_>>>()?;
    table.row([
        "`windlass --version`".to_owned(),
        format!("{:.3}", Spread::of(versions.iter().map(|cost| cost.wall))),
        format!("{:.3}", Spread::of(versions.iter().map(|cost| cost.cpu))),
    ]);
    let (cloud, stack) = arguments.windlass.start()?;
    cloud.begin(0, 250)?;
    let contender = Contender::prepare(&cloud, stack, 1)?;
    let mut first_calls = Vec::new();
    for _ in 0..STARTS {
        cloud.calls()?;
        let began = jiff::Timestamp::now();
        contender.perform(Operation::Unchanged)?;
        let calls = cloud.calls()?;
        let first = calls.log.iter().map(|call| call.at).min();
        let first = first.ok_or("a first preview calls nothing")?;
        first_calls.push(first.duration_since(began).as_secs_f64());
    }
    table.row([
        "start of a first preview → its first call".to_owned(),
        format!("{:.3}", Spread::of(first_calls)),
        String::new(),
    ]);
    Ok(())
}

fn cargo(workspace: &Path, arguments: &[&str]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(workspace).args(arguments);
    command
}

/// A source file. The benchmark restores its original text in the end.
struct Edited {
    file: PathBuf,
    text: String,
}

impl Edited {
    fn of(file: PathBuf) -> Outcome<Self> {
        let text = std::fs::read_to_string(&file)?;
        Ok(Self { file, text })
    }

    /// Writes another number of tasks each time.
    fn write(&self, turn: usize) -> Outcome {
        let tasks = format!(".tasks(2..={})", 11 + turn);
        let edited = self.text.replace(".tasks(2..=10)", &tasks);
        if edited == self.text {
            return Err("the stack does not say `.tasks(2..=10)` any more".into());
        }
        Ok(std::fs::write(&self.file, edited)?)
    }
}

impl Drop for Edited {
    fn drop(&mut self) {
        if let Err(error) = std::fs::write(&self.file, &self.text) {
            eprintln!("{} keeps its edit: {error}", self.file.display());
        }
    }
}
