//! The limits: how long `up` and `destroy` take where AWS throttles, against the time that its limits alone make them take.
//! `cargo run --release -p windlass-benchmarks --bin limits`.
//!
//! Not here: what takes long without limits (`path`).

use std::collections::BTreeMap;

use clap::Parser;
use windlass_benchmarks::cloud::{Outcome, changes};
use windlass_benchmarks::contender::{Contender, Operation, executing};
use windlass_benchmarks::programs::Programs;
use windlass_benchmarks::table::{Spread, Table};
use windlass_local::CallRecord;

#[derive(Debug, Parser)]
struct Arguments {
    /// Services of the platform.
    #[arg(long, default_value_t = 100)]
    services: usize,
    /// Milliseconds that every call takes longer.
    #[arg(long, default_value_t = 50)]
    latency: u64,
    /// Calls of each operation that changes something, in a second. The default is what Amazon EC2 documents for those without a limit of their own.
    #[arg(long, default_value_t = 5.0)]
    per_second: f64,
    /// How many of them may be saved up.
    #[arg(long, default_value_t = 50)]
    saved_up: u32,
    /// How often each is measured.
    #[arg(long, default_value_t = 2)]
    runs: usize,
    #[command(flatten)]
    windlass: Programs,
}

struct Measured {
    operation: Operation,
    took: f64,
    bound: f64,
    calls: usize,
    throttled: usize,
}

fn main() -> Outcome {
    let arguments = Arguments::parse();
    let (cloud, stack) = arguments.windlass.start()?;
    let mut all = Vec::new();
    for _ in 0..arguments.runs {
        cloud.begin_limited(
            arguments.latency,
            250,
            arguments.per_second,
            arguments.saved_up,
        )?;
        let contender = Contender::prepare(&cloud, stack.clone(), arguments.services)?;
        for operation in [Operation::Up, Operation::Destroy] {
            cloud.calls()?;
            let (_, events) = contender.perform_aloud(operation)?;
            let calls = cloud.calls()?.log;
            let throttled = calls.iter().filter(|call| !is_taken(call)).count();
            all.push(Measured {
                operation,
                took: executing(&events)?,
                bound: bound(&calls, &arguments),
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
        "ratio",
    ]);
    for operation in [Operation::Up, Operation::Destroy] {
        let of = |value: fn(&Measured) -> f64| {
            let runs = all.iter().filter(|run| run.operation == operation);
            Spread::of(runs.map(value))
        };
        table.row([
            operation.word().to_owned(),
            format!("{:.0}", of(|run| run.calls as f64)),
            format!("{:.0}", of(|run| run.throttled as f64)),
            of(|run| run.took).to_string(),
            of(|run| run.bound).to_string(),
            of(|run| run.took / run.bound).to_string(),
        ]);
    }
    print!("{table}");
    Ok(())
}

fn is_taken(call: &CallRecord) -> bool {
    call.rule
        .as_deref()
        .is_none_or(|rule| !rule.starts_with("limit-"))
}

/// Seconds that the operation with the most calls takes at the rate that is allowed.
fn bound(calls: &[CallRecord], arguments: &Arguments) -> f64 {
    let mut taken: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    let limited = calls
        .iter()
        .filter(|call| changes(&call.operation) && is_taken(call));
    for call in limited {
        *taken.entry((&call.service, &call.operation)).or_default() += 1;
    }
    let waits = taken
        .values()
        .map(|taken| f64::from(taken.saturating_sub(arguments.saved_up)) / arguments.per_second);
    waits.fold(0.0, f64::max)
}
