//! Instruction counts of planning's hot functions, by Valgrind's callgrind: comparable on a noisy machine. The program fails if a count exceeds its
//! bound. `cargo run --release -p windlass-benchmarks --bin instructions`.
//!
//! It runs `planning`, the program beside it, under `valgrind`. Not here: time. Valgrind's processor has no instructions for SHA-256, so fingerprints
//! have a larger share here than in reality.

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

/// Functions, each counted with everything that it calls, in the order of planning.
const FUNCTIONS: [&str; 7] = [
    "windlass_plan::planner::plan",
    "windlass_plan::graph::Graph::of",
    "windlass_plan::world::World::new",
    "windlass_plan::decide::Decider::run",
    "windlass_plan::order::Order::of",
    "windlass_plan::fingerprint::document",
    "windlass_plan::fingerprint::observations",
];

/// The planned cases, with `planning`'s names.
const PLANNED: [&str; 2] = ["unchanged", "all-new"];

/// The most thousands of instructions that a plan may take for each resource, by [`PLANNED`]: the measured number plus a tenth.
const fn bound(shape: Shape) -> [f64; 2] {
    match shape {
        Shape::Chain => [69.0, 116.0],
        Shape::Star => [46.0, 73.0],
        Shape::Layers => [110.0, 188.0],
        Shape::Platform => [82.0, 101.0],
    }
}

/// The largest exponent with which a function may grow with the stack. 1 is linear. Sorting takes a little more.
const GROWTH: f64 = 1.1;

/// The benchmark ignores a function with fewer instructions than this for each resource.
const NOTHING: f64 = 10.0;

fn main() -> Outcome {
    let arguments = Arguments::parse();
    let [smaller, larger] = arguments.sizes[..] else {
        return Err("`--sizes` takes two sizes".into());
    };
    let valgrind = Command::new("valgrind").arg("--version").output();
    valgrind.map_err(|error| format!("`valgrind` cannot be run: {error}"))?;
    let planning = std::env::current_exe()?.with_file_name("planning");
    let mut beyond = Vec::new();
    for (at, planned) in PLANNED.into_iter().enumerate() {
        let mut rows = FUNCTIONS.map(|function| vec![format!("`{}`", short(function))]);
        for shape in &arguments.shapes {
            let few = count(&planning, *shape, smaller, planned)?;
            let many = count(&planning, *shape, larger, planned)?;
            for (function, row) in FUNCTIONS.into_iter().zip(&mut rows) {
                let what = format!("{planned}, {}, `{}`", shape.word(), short(function));
                let of = |counts: &BTreeMap<String, f64>| counts.get(function).copied();
                let (Some(few), Some(many)) = (of(&few), of(&many)) else {
                    if function == FUNCTIONS[0] {
                        return Err(format!("{what}: not among what was counted").into());
                    }
                    // The compiler has inlined the function into its caller.
                    row.push("–".to_owned());
                    continue;
                };
                let each = many / larger as f64;
                let growth = exponent((smaller, few), (larger, many));
                let most = bound(*shape)[at] * 1000.0;
                if function == FUNCTIONS[0] && each > most {
                    beyond.push(format!(
                        "{what}: {each:.0} instructions for each resource, {most:.0} at most"
                    ));
                }
                if growth > GROWTH && each > NOTHING {
                    beyond.push(format!("{what}: grows by {growth:.2}, {GROWTH} at most"));
                }
                row.push(format!("{:.1} · {growth:.2}", each / 1000.0));
            }
        }
        let shapes = arguments.shapes.iter().map(|shape| shape.word());
        let mut table = Table::with(std::iter::once("function").chain(shapes));
        rows.into_iter().for_each(|row| table.row(row));
        println!("{planned}:\n\n{table}");
    }
    if beyond.is_empty() {
        return Ok(());
    }
    beyond.iter().for_each(|what| eprintln!("{what}"));
    Err("beyond its bounds".into())
}

fn short(function: &str) -> &str {
    function.trim_start_matches("windlass_plan::")
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
