//! Planning: time, peak memory and growth over synthetic stacks. `cargo run --release -p windlass-benchmarks --bin planning`.
//!
//! Every measurement is a process of its own, which reads its input from files as a run does. Not here: AWS, which planning never calls.

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use clap::{Parser, Subcommand, ValueEnum};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use windlass::document::Document;
use windlass_benchmarks::memory::{forget_peak, peak};
use windlass_benchmarks::process::own_cpu;
use windlass_benchmarks::shape::Shape;
use windlass_benchmarks::table::{Spread, Table, exponent};
use windlass_benchmarks::world::{after_up, nothing, plan, with_one_change};
use windlass_plan::observation::{Generation, Observation, Observations};
use windlass_state::snapshot::Snapshot;

#[derive(Debug, Parser)]
struct Arguments {
    /// How many resources, one table row each.
    #[arg(long, value_delimiter = ',', default_value = "1000,10000,100000")]
    sizes: Vec<usize>,
    /// Only these shapes.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Shape::Chain, Shape::Star, Shape::Layers, Shape::Platform])]
    shapes: Vec<Shape>,
    /// How often each is measured.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    #[command(subcommand)]
    part: Option<Part>,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// Writes a stack, and the state after its `up`.
    Prepare {
        #[arg(value_enum)]
        shape: Shape,
        size: usize,
        folder: PathBuf,
    },
    /// Measures once what was prepared, and prints it as JSON.
    Measure {
        folder: PathBuf,
        #[arg(value_enum)]
        what: What,
    },
}

/// The cases that the benchmark plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Nothing changes.
    Unchanged,
    /// A tag is new.
    OneChange,
    /// Nothing is there yet.
    AllNew,
    /// Everything goes.
    Destroy,
}

/// In seconds and megabytes.
#[derive(Debug, Serialize, Deserialize)]
struct Measured {
    resources: usize,
    load_document: f64,
    load_state: f64,
    peak_loading: f64,
    plan: f64,
    plan_cpu: f64,
    peak_planning: f64,
}

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome {
    let arguments = Arguments::parse();
    match arguments.part {
        Some(Part::Prepare {
            shape,
            size,
            folder,
        }) => prepare(shape, size, &folder),
        Some(Part::Measure { folder, what }) => {
            println!("{}", serde_json::to_string(&measure(&folder, what)?)?);
            Ok(())
        }
        None => all(&arguments),
    }
}

fn all(arguments: &Arguments) -> Outcome {
    let mut planning = Table::with([
        "shape",
        "resources",
        "no change, s",
        "CPU, s",
        "growth",
        "MB",
        "one change, CPU s",
        "all new, CPU s",
        "destroy, CPU s",
    ]);
    let mut loading = Table::with(["shape", "resources", "document, s", "state, s", "MB"]);
    for shape in &arguments.shapes {
        let mut before = None;
        for size in &arguments.sizes {
            let folder = tempfile::tempdir()?;
            let size = size.to_string();
            let at = folder
                .path()
                .to_str()
                .ok_or("the temporary folder is no text")?;
            run(&["prepare", shape.word(), &size, at])?;
            let measured = |what: &str| {
                let runs = (0..arguments.runs).map(|_| {
                    let text = run(&["measure", at, what])?;
                    Ok(serde_json::from_str(&text)?)
                });
                runs.collect::<Outcome<Vec<Measured>>>()
            };
            let unchanged = measured("unchanged")?;
            let of = |value: fn(&Measured) -> f64| Spread::of(unchanged.iter().map(value));
            let cpu = |what| {
                let runs = measured(what)?;
                let spread = Spread::of(runs.iter().map(|run| run.plan_cpu));
                Outcome::Ok(format!("{spread:.3}"))
            };
            let now = (unchanged[0].resources, of(|run| run.plan_cpu).median);
            let growth = before.map(|before| format!("{:.2}", exponent(before, now)));
            before = Some(now);
            planning.row([
                shape.word().to_owned(),
                now.0.to_string(),
                format!("{:.3}", of(|run| run.plan)),
                format!("{:.3}", of(|run| run.plan_cpu)),
                growth.unwrap_or_default(),
                format!("{:.0}", of(|run| run.peak_planning).median),
                cpu("one-change")?,
                cpu("all-new")?,
                cpu("destroy")?,
            ]);
            loading.row([
                shape.word().to_owned(),
                now.0.to_string(),
                format!("{:.3}", of(|run| run.load_document)),
                format!("{:.3}", of(|run| run.load_state)),
                format!("{:.0}", of(|run| run.peak_loading).median),
            ]);
            eprintln!("{} {size}", shape.word());
        }
    }
    print!("Planning:\n\n{planning}\nLoading:\n\n{loading}");
    Ok(())
}

/// Runs this program again, for one part.
fn run(part: &[&str]) -> Outcome<String> {
    let output = Command::new(std::env::current_exe()?).args(part).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn prepare(shape: Shape, size: usize, folder: &Path) -> Outcome {
    let document = shape.document(size);
    let (snapshot, seen) = after_up(&document);
    write(&folder.join("document.json"), &document)?;
    write(&folder.join("state.json"), &snapshot)?;
    let mut lines = BufWriter::new(File::create(folder.join("seen.jsonl"))?);
    for (generation, observation) in seen {
        let Observation::Present {
            properties,
            outputs,
        } = observation
        else {
            continue;
        };
        serde_json::to_writer(&mut lines, &(generation, properties, outputs))?;
        lines.write_all(b"\n")?;
    }
    Ok(lines.flush()?)
}

fn write(file: &Path, value: &impl Serialize) -> Outcome {
    let mut file = BufWriter::new(File::create(file)?);
    serde_json::to_writer(&mut file, value)?;
    Ok(file.flush()?)
}

fn measure(folder: &Path, what: What) -> Outcome<Measured> {
    let (load_document, mut document) = load::<Document>(&folder.join("document.json"))?;
    let (load_state, mut snapshot) = load::<Snapshot>(&folder.join("state.json"))?;
    snapshot.share_texts(&document);
    let peak_loading = peak();
    let mut observations = observations(&folder.join("seen.jsonl"))?;
    let resources = document.resources.len();
    match what {
        What::Unchanged | What::Destroy => {}
        What::OneChange => document = with_one_change(document),
        What::AllNew => {
            snapshot = nothing(&document);
            observations = Observations::new();
        }
    }
    let document = Some(&document).filter(|_| what != What::Destroy);
    forget_peak();
    let (began, cpu) = (Instant::now(), own_cpu());
    let plan = plan(document, &snapshot, &observations);
    let (plan_cpu, took) = (own_cpu() - cpu, began.elapsed());
    let plan = plan.map_err(|problems| format!("{problems:?}"))?;
    let changes = plan.changes.len();
    let fits = match what {
        What::Unchanged => plan.is_empty(),
        What::OneChange => (1..resources).contains(&changes),
        What::AllNew | What::Destroy => changes == resources,
    };
    assert!(fits, "{changes} of {resources} change");
    Ok(Measured {
        resources,
        load_document,
        load_state,
        peak_loading,
        plan: took.as_secs_f64(),
        plan_cpu,
        peak_planning: peak(),
    })
}

/// Loads as a run does: it reads the text first, and then parses it.
fn load<T: DeserializeOwned>(file: &Path) -> Outcome<(f64, T)> {
    let text = std::fs::read_to_string(file)?;
    let began = Instant::now();
    let value = serde_json::from_str(&text)?;
    Ok((began.elapsed().as_secs_f64(), value))
}

fn observations(file: &Path) -> Outcome<Observations> {
    let mut observations = Observations::new();
    for line in BufReader::new(File::open(file)?).lines() {
        let (generation, properties, outputs): (Generation, _, _) = serde_json::from_str(&line?)?;
        let observation = Observation::Present {
            properties,
            outputs,
        };
        observations.insert(generation, observation);
    }
    Ok(observations)
}
