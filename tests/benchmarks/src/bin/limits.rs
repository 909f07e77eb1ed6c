//! The limits: how long the operations take where AWS throttles, against the time that its limits alone make them take; and that no throttle is
//! told to the user.
//! `cargo run --release -p windlass-benchmarks --bin limits`.
//!
//! Not here: what takes long without limits (`path`).

use std::collections::BTreeMap;

use clap::Parser;
use serde_json::Value;
use windlass_benchmarks::cloud::{Limit, Outcome, changes};
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
    /// Calls of each operation that changes something, in a second. The defaults are what Amazon EC2 documents for those without a limit of their own.
    #[arg(long, default_value_t = 5.0)]
    per_second: f64,
    /// How many of them may be saved up.
    #[arg(long, default_value_t = 50)]
    saved_up: u32,
    /// Calls of each operation that only reads, in a second.
    #[arg(long, default_value_t = 10.0)]
    reads_per_second: f64,
    /// How many of them may be saved up.
    #[arg(long, default_value_t = 50)]
    reads_saved_up: u32,
    /// How often each is measured.
    #[arg(long, default_value_t = 2)]
    runs: usize,
    #[command(flatten)]
    windlass: Programs,
}

impl Arguments {
    fn changes(&self) -> Limit {
        Limit {
            per_second: self.per_second,
            saved_up: self.saved_up,
        }
    }

    fn reads(&self) -> Limit {
        Limit {
            per_second: self.reads_per_second,
            saved_up: self.reads_saved_up,
        }
    }
}

/// What is measured: makes, reads, updates and deletes.
const OPERATIONS: [Operation; 4] = [
    Operation::Up,
    Operation::Unchanged,
    Operation::ChangeAll,
    Operation::Destroy,
];

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
            arguments.changes(),
            arguments.reads(),
        )?;
        let contender = Contender::prepare(&cloud, stack.clone(), arguments.services)?;
        for operation in OPERATIONS {
            cloud.calls()?;
            let (cost, events) = contender.perform_aloud(operation)?;
            if let Some(told) = events.iter().find(|event| is_told(event)) {
                return Err(format!("{}: a throttle is told: {told}", operation.word()).into());
            }
            let calls = cloud.calls()?.log;
            let throttled = calls.iter().filter(|call| !is_taken(call)).count();
            all.push(Measured {
                operation,
                took: match operation {
                    Operation::Unchanged => cost.wall,
                    _ => executing(&events)?,
                },
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
    for operation in OPERATIONS {
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
            if all
                .iter()
                .any(|run| run.operation == operation && run.bound > 0.0)
            {
                of(|run| run.took / run.bound).to_string()
            } else {
                "–".to_owned()
            },
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

/// From so many milliseconds on, the next attempt of a throttled call is told.
const TOLD: u64 = 10_000;

fn is_taken(call: &CallRecord) -> bool {
    call.rule
        .as_deref()
        .is_none_or(|rule| !rule.starts_with("limit-"))
}

/// Seconds that the operation with the most calls takes at the rate that is allowed.
fn bound(calls: &[CallRecord], arguments: &Arguments) -> f64 {
    let mut taken: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for call in calls.iter().filter(|call| is_taken(call)) {
        *taken.entry((&call.service, &call.operation)).or_default() += 1;
    }
    let waits = taken.iter().map(|((_, operation), taken)| {
        let limit = if changes(operation) {
            arguments.changes()
        } else {
            arguments.reads()
        };
        f64::from(taken.saturating_sub(limit.saved_up)) / limit.per_second
    });
    waits.fold(0.0, f64::max)
}
