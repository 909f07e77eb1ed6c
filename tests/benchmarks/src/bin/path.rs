//! The critical path: how long `up` takes, compared with the longest chain of its own steps. `cargo run --release -p windlass-benchmarks --bin path`.
//!
//! The time of a step comes from the engine's own event, and the order of steps from the plan. Not here: how long other programs take (`wire`).

use clap::Parser;
use serde_json::Value;
use windlass_benchmarks::cloud::{Cloud, Outcome, under_way};
use windlass_benchmarks::contender::{Contender, Operation, Program, executing};
use windlass_benchmarks::programs::Programs;
use windlass_benchmarks::table::{Spread, Table};
use windlass_plan::plan::Plan;

#[derive(Debug, Parser)]
struct Arguments {
    /// Sizes of the platform.
    #[arg(long, value_delimiter = ',', default_value = "10,100")]
    services: Vec<usize>,
    /// Milliseconds that every call takes longer.
    #[arg(long, value_delimiter = ',', default_value = "0,50")]
    latency: Vec<u64>,
    /// How often each is measured.
    #[arg(long, default_value_t = 3)]
    runs: usize,
    #[command(flatten)]
    windlass: Programs,
}

/// All in seconds.
struct Measured {
    wall: f64,
    executing: f64,
    chain: f64,
    calling: f64,
}

fn main() -> Outcome {
    let arguments = Arguments::parse();
    let (cloud, stack) = arguments.windlass.start()?;
    let mut table = Table::with([
        "services",
        "latency, ms",
        "wall of `up`, s",
        "from the plan to the end, s",
        "longest chain, s",
        "ratio",
        "of the whole of `up`",
        "no call under way, s",
    ]);
    for services in &arguments.services {
        for latency in &arguments.latency {
            let runs = (0..arguments.runs).map(|_| measure(&cloud, &stack, *services, *latency));
            let runs = runs.collect::<Outcome<Vec<_>>>()?;
            let of = |value: fn(&Measured) -> f64| Spread::of(runs.iter().map(value));
            table.row([
                services.to_string(),
                latency.to_string(),
                of(|run| run.wall).to_string(),
                of(|run| run.executing).to_string(),
                of(|run| run.chain).to_string(),
                of(|run| run.executing / run.chain).to_string(),
                of(|run| run.wall / run.chain).to_string(),
                of(|run| run.wall - run.calling).to_string(),
            ]);
        }
    }
    print!("{table}");
    Ok(())
}

fn measure(cloud: &Cloud, stack: &Program, services: usize, latency: u64) -> Outcome<Measured> {
    cloud.begin(latency, 250)?;
    let contender = Contender::prepare(cloud, stack.clone(), services)?;
    // The emulator takes a second or two for the first calls in a new world.
    contender.perform(Operation::Up)?;
    contender.perform(Operation::Destroy)?;
    let plan = contender.plan()?;
    cloud.calls()?;
    let (cost, events) = contender.perform_aloud(Operation::Up)?;
    let calls = cloud.calls()?;
    contender.perform(Operation::Destroy)?;
    Ok(Measured {
        wall: cost.wall,
        executing: executing(&events)?,
        chain: longest_chain(&plan, &events),
        calling: under_way(&calls.log),
    })
}

/// The duration in seconds of the slowest chain of steps, with the measured time of each step.
fn longest_chain(plan: &Plan, events: &[Value]) -> f64 {
    let mut took = vec![0.0; plan.steps.len()];
    for event in events.iter().filter(|event| event["event"] == "step_done") {
        let step = event["step"]
            .as_u64()
            .and_then(|step| usize::try_from(step).ok());
        let milliseconds = event["milliseconds"].as_f64();
        if let (Some(step), Some(milliseconds)) = (step, milliseconds) {
            took[step] = milliseconds / 1000.0;
        }
    }
    let mut until: Vec<f64> = Vec::with_capacity(took.len());
    for (step, took) in plan.steps.iter().zip(took) {
        let before = step.after.iter().map(|before| until[*before]);
        until.push(took + before.fold(0.0, f64::max));
    }
    until.into_iter().fold(0.0, f64::max)
}
