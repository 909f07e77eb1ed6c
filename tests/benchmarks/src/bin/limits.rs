//! Rate limits: how long the operations take where AWS throttles, compared with the least time that the limits allow. The benchmark also checks that
//! the user sees no throttled call.
//! `cargo run --release -p windlass-benchmarks --bin limits`.
//!
//! Not here: what takes long without rate limits (`path`).

use clap::Parser;
use serde_json::Value;
use windlass_benchmarks::cloud::Outcome;
use windlass_benchmarks::contender::{Contender, Operation, executing};
use windlass_benchmarks::limits::{Limits, bound, is_taken};
use windlass_benchmarks::programs::Programs;
use windlass_benchmarks::table::{Spread, Table};

#[derive(Debug, Parser)]
struct Arguments {
    /// Services of the platform.
    #[arg(long, default_value_t = 100)]
    services: usize,
    /// Milliseconds that every call takes longer.
    #[arg(long, default_value_t = 50)]
    latency: u64,
    /// Which limits AWS enforces.
    #[arg(long, value_enum, default_value_t = Limits::Documented)]
    limits: Limits,
    /// How often each is measured.
    #[arg(long, default_value_t = 2)]
    runs: usize,
    #[command(flatten)]
    windlass: Programs,
}

/// The measured operations: they create, read, update and delete.
const OPERATIONS: [Operation; 4] = [
    Operation::Up,
    Operation::Unchanged,
    Operation::ChangeAll,
    Operation::Destroy,
];

/// How long ECS's tasks stay in each state, in milliseconds.
const STEP: u64 = 250;

struct Measured {
    operation: Operation,
    took: f64,
    bound: f64,
    by: String,
    calls: usize,
    throttled: usize,
}

fn main() -> Outcome {
    let arguments = Arguments::parse();
    let (cloud, stack) = arguments.windlass.start()?;
    let rules = arguments.limits.rules()?;
    let mut all = Vec::new();
    for _ in 0..arguments.runs {
        cloud.begin(arguments.latency, STEP)?;
        let contender = Contender::prepare(&cloud, stack.clone(), arguments.services)?;
        for operation in OPERATIONS {
            cloud.limit(arguments.latency, STEP, &rules)?;
            cloud.calls()?;
            let (cost, events) = contender.perform_aloud(operation)?;
            if let Some(told) = events.iter().find(|event| is_told(event)) {
                return Err(format!("{}: a throttle is told: {told}", operation.word()).into());
            }
            let calls = cloud.calls()?.log;
            let throttled = calls.iter().filter(|call| !is_taken(call)).count();
            let (bound, by) = bound(&calls, &rules);
            all.push(Measured {
                operation,
                took: match operation {
                    Operation::Unchanged => cost.wall,
                    _ => executing(&events)?,
                },
                bound,
                by,
                calls: calls.len(),
                throttled,
            });
        }
    }
    let mut table = Table::with([
        "operation",
        "calls",
        "throttled",
        "from the plan to the end, s",
        "bound, s",
        "by",
        "ratio",
    ]);
    for operation in OPERATIONS {
        let runs = || all.iter().filter(|run| run.operation == operation);
        let of = |value: fn(&Measured) -> f64| Spread::of(runs().map(value));
        let (by, ratio) = match runs().find(|run| run.bound > 0.0) {
            Some(run) => (run.by.clone(), of(|run| run.took / run.bound).to_string()),
            None => ("–".to_owned(), "–".to_owned()),
        };
        table.row([
            operation.word().to_owned(),
            format!("{:.0}", of(|run| run.calls as f64)),
            format!("{:.0}", of(|run| run.throttled as f64)),
            of(|run| run.took).to_string(),
            of(|run| run.bound).to_string(),
            by,
            ratio,
        ]);
    }
    print!("{table}");
    Ok(())
}

/// Whether the user sees that a call was throttled.
fn is_told(event: &Value) -> bool {
    let throttled = event["event"] == "step_retrying" && event["error"]["class"] == "throttled";
    throttled && event["delay_milliseconds"].as_u64() >= Some(TOLD)
}

/// From this delay on, Windlass tells the user about the next attempt of a throttled call. In milliseconds.
const TOLD: u64 = 10_000;
