//! Instructions of planning's hot functions, by Valgrind's callgrind: comparable on a noisy machine.
//! `cargo run --release -p windlass-benchmarks --bin instructions`.
//!
//! It runs `planning`, which stands beside it, under `valgrind`. Not here: time. Valgrind's processor has no instructions for SHA-256, so
//! fingerprints count for more than they take.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use clap::Parser;
use windlass_benchmarks::cloud::Outcome;
use windlass_benchmarks::process::run;
use windlass_benchmarks::shape::Shape;
use windlass_benchmarks::table::{Table, exponent};

#[derive(Debug, Parser)]
struct Arguments {
    /// A smaller and a larger size; growth is from one to the other.
    #[arg(long, value_delimiter = ',', default_value = "1000,10000")]
    sizes: Vec<usize>,
    /// Only these shapes.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Shape::Chain, Shape::Star, Shape::Layers, Shape::Platform])]
    shapes: Vec<Shape>,
}

/// Functions with all that they call, in the order of planning.
const FUNCTIONS: [&str; 7] = [
    "windlass_plan::planner::plan",
    "windlass_plan::graph::Graph::of",
    "windlass_plan::world::World::new",
    "windlass_plan::decide::Decider::run",
    "windlass_plan::order::Order::of",
    "windlass_plan::fingerprint::document",
    "windlass_plan::fingerprint::observations",
];

/// What is planned, as `planning` names it.
const PLANNED: [&str; 2] = ["unchanged", "all-new"];

fn main() -> Outcome {
    let arguments = Arguments::parse();
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("Instructions are not counted: `valgrind` is not on the PATH.");
        return Ok(());
    }
    let planning = std::env::current_exe()?.with_file_name("planning");
    for planned in PLANNED {
        let mut table = Table::with(["function", "shape", "resources", "thousands each", "growth"]);
        for shape in &arguments.shapes {
            let mut sizes = Vec::new();
            for size in &arguments.sizes {
                sizes.push((*size, count(&planning, *shape, *size, planned)?));
            }
            for function in FUNCTIONS {
                let of = |(size, counts): &(usize, BTreeMap<String, f64>)| {
                    counts.get(function).map(|count| (*size, *count))
                };
                let known: Vec<_> = sizes.iter().filter_map(of).collect();
                let Some((size, count)) = known.last().copied() else {
                    continue;
                };
                let growth = match known.as_slice() {
                    [.., smaller, larger] => format!("{:.2}", exponent(*smaller, *larger)),
                    _ => String::new(),
                };
                let each = count / size as f64 / 1000.0;
                table.row([
                    format!("`{}`", function.trim_start_matches("windlass_plan::")),
                    shape.word().to_owned(),
                    size.to_string(),
                    format!("{each:.1}"),
                    growth,
                ]);
            }
        }
        println!("{planned}:\n\n{table}");
    }
    Ok(())
}

/// Instructions of each function in one plan.
fn count(
    planning: &Path,
    shape: Shape,
    size: usize,
    planned: &str,
) -> Outcome<BTreeMap<String, f64>> {
    let folder = tempfile::tempdir()?;
    let mut prepare = Command::new(planning);
    prepare.args(["prepare", shape.word(), &size.to_string()]);
    run(prepare.arg(folder.path()))?;
    let counts = folder.path().join("callgrind.out");
    let mut measure = Command::new("valgrind");
    measure.args(["--tool=callgrind", "--collect-atstart=no"]);
    measure.arg(format!("--toggle-collect={}", FUNCTIONS[0]));
    measure.arg(format!("--callgrind-out-file={}", counts.display()));
    run(measure
        .arg(planning)
        .arg("measure")
        .arg(folder.path())
        .arg(planned))?;
    let mut annotate = Command::new("callgrind_annotate");
    annotate.args(["--inclusive=yes", "--threshold=100"]);
    let (_, output) = run(annotate.arg(&counts))?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().filter_map(counted).collect())
}

/// `12,345 (67.8%)  file:function [object]`.
fn counted(line: &str) -> Option<(String, f64)> {
    let (count, rest) = line.trim_start().split_once(' ')?;
    let function = FUNCTIONS.into_iter().find(|function| {
        let mut names = rest.split([' ', '\'']);
        names.any(|name| {
            name.strip_suffix(function)
                .is_some_and(|file| file.is_empty() || file.ends_with(':'))
        })
    })?;
    Some((function.to_owned(), count.replace(',', "").parse().ok()?))
}
