//! Windlass beside Terraform: both bring up the same platform over one gateway. Measured: calls, processor time, memory, elapsed time.
//! `cargo run --release -p windlass-benchmarks --bin wire -- --peer terraform --plugins DIR`.
//!
//! Not here: AWS. The programs reach only loopback addresses. Without a Terraform program the benchmark measures Windlass alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use serde::{Deserialize, Serialize};
use windlass_benchmarks::cloud::{Cloud, Outcome};
use windlass_benchmarks::contender::{Contender, Operation, Program};
use windlass_benchmarks::programs::Programs;
use windlass_benchmarks::table::{Spread, Table};

#[derive(Debug, Parser)]
struct Arguments {
    /// Sizes of the platform.
    #[arg(long, value_delimiter = ',', default_value = "10,40,100")]
    services: Vec<usize>,
    /// Milliseconds that every call takes longer.
    #[arg(long, value_delimiter = ',', default_value = "0,50")]
    latency: Vec<u64>,
    /// Only these programs.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Who::Windlass, Who::WithoutWait, Who::Terraform])]
    programs: Vec<Who>,
    /// How often each is measured, the programs in turn.
    #[arg(long, default_value_t = 3)]
    runs: usize,
    #[command(flatten)]
    windlass: Programs,
    /// The peer, `terraform`.
    #[arg(long, env = "WINDLASS_BENCHMARK_PEER")]
    peer: Option<PathBuf>,
    /// The folder of the peer's plug-ins, as `terraform init -plugin-dir` takes it.
    #[arg(long, env = "WINDLASS_BENCHMARK_PLUGINS")]
    plugins: Option<PathBuf>,
    /// Adds each measurement to this file, and makes the tables of everything in it.
    #[arg(long, default_value = "wire.jsonl")]
    record: PathBuf,
    /// Only makes the tables.
    #[arg(long)]
    tables: bool,
}

/// The programs that the benchmark compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
enum Who {
    /// As it is: a deployment is followed to its end.
    Windlass,
    /// Tasks start at once, so that there is nothing to wait for, as the peer does not wait.
    WithoutWait,
    /// The peer.
    Terraform,
}

impl Who {
    const fn word(self) -> &'static str {
        match self {
            Self::Windlass => "Windlass",
            Self::WithoutWait => "Windlass, tasks at once",
            Self::Terraform => "Terraform",
        }
    }
}

/// How long ECS's tasks stay in one state, in milliseconds.
const STEP: u64 = 250;

/// One operation of one run.
#[derive(Debug, Serialize, Deserialize)]
struct Measured {
    services: usize,
    latency: u64,
    who: Who,
    operation: String,
    wall: f64,
    cpu: f64,
    memory: f64,
    calls: u64,
    operations: BTreeMap<String, u64>,
}

fn main() -> Outcome {
    let arguments = Arguments::parse();
    if !arguments.tables {
        measure_all(&arguments)?;
    }
    let text = std::fs::read_to_string(&arguments.record)?;
    let all = text.lines().map(serde_json::from_str);
    tables(&all.collect::<Result<Vec<Measured>, _>>()?);
    Ok(())
}

fn measure_all(arguments: &Arguments) -> Outcome {
    let (cloud, windlass) = arguments.windlass.start()?;
    let terraform = arguments.peer.clone().zip(arguments.plugins.clone());
    if terraform.is_none() {
        eprintln!("Terraform is left out: it needs `--peer` and `--plugins`.");
    }
    let mut programs = vec![
        (Who::Windlass, windlass.clone()),
        (Who::WithoutWait, windlass),
    ];
    programs.extend(
        terraform
            .map(|(program, plugins)| (Who::Terraform, Program::Terraform { program, plugins })),
    );
    programs.retain(|(who, _)| arguments.programs.contains(who));
    let mut record = File::options()
        .create(true)
        .append(true)
        .open(&arguments.record)?;
    for services in &arguments.services {
        for latency in &arguments.latency {
            for _ in 0..arguments.runs {
                for (who, program) in &programs {
                    let life = live(&cloud, *who, program, *services, *latency)?;
                    for measured in life {
                        writeln!(record, "{}", serde_json::to_string(&measured)?)?;
                    }
                }
            }
        }
    }
    Ok(())
}

/// The life of a platform, from nothing to nothing.
fn live(
    cloud: &Cloud,
    who: Who,
    program: &Program,
    services: usize,
    latency: u64,
) -> Outcome<Vec<Measured>> {
    let step = if who == Who::WithoutWait { 1 } else { STEP };
    cloud.begin(latency, step)?;
    let contender = Contender::prepare(cloud, program.clone(), services)?;
    let mut life = Vec::new();
    for operation in Operation::ALL {
        cloud.calls()?;
        let cost = contender.perform(operation)?;
        let calls = cloud.calls()?;
        eprintln!(
            "{} × {services}, {latency} ms: {}, {:.1} s",
            who.word(),
            operation.word(),
            cost.wall
        );
        life.push(Measured {
            services,
            latency,
            who,
            operation: operation.word().to_owned(),
            wall: cost.wall,
            cpu: cost.cpu,
            memory: cost.memory,
            calls: calls.total,
            operations: calls.operations,
        });
    }
    Ok(life)
}

fn tables(all: &[Measured]) {
    let sizes: BTreeSet<_> = all.iter().map(|one| (one.services, one.latency)).collect();
    for (services, latency) in sizes {
        let here: Vec<_> = all
            .iter()
            .filter(|one| (one.services, one.latency) == (services, latency))
            .collect();
        println!("### {services} services, {latency} ms\n\n{}", costs(&here));
    }
    let services: BTreeSet<usize> = all.iter().map(|one| one.services).collect();
    for services in services {
        let here: Vec<_> = all.iter().filter(|one| one.services == services).collect();
        println!(
            "### Calls of {services} services by operation\n\n{}",
            operations(&here)
        );
    }
}

fn costs(here: &[&Measured]) -> Table {
    let mut table = Table::with([
        "operation",
        "program",
        "runs",
        "calls",
        "calls per resource",
        "CPU, s",
        "MB",
        "wall, s",
        "the peer's calls",
        "its CPU",
        "its wall",
    ]);
    for operation in Operation::ALL {
        let of = |who: Who| {
            let runs = here.iter().copied();
            let runs = runs.filter(|one| one.who == who && one.operation == operation.word());
            runs.collect::<Vec<_>>()
        };
        let peer = of(Who::Terraform);
        for who in [Who::Windlass, Who::WithoutWait, Who::Terraform] {
            let runs = of(who);
            let Some(first) = runs.first() else { continue };
            let spread =
                |value: fn(&Measured) -> f64| Spread::of(runs.iter().map(|run| value(run)));
            // The programs take turns, so a machine that is slow for a while is slow for both.
            let times = |value: fn(&Measured) -> f64| {
                if who == Who::Terraform || peer.is_empty() {
                    return String::new();
                }
                let turns = peer.iter().zip(&runs);
                let ratios = turns.map(|(peer, run)| value(peer) / value(run));
                format!("{:.1} ×", Spread::of(ratios))
            };
            let calls = spread(|run| count(run.calls));
            table.row([
                operation.word().to_owned(),
                who.word().to_owned(),
                runs.len().to_string(),
                format!("{calls:.0}"),
                format!(
                    "{:.2}",
                    calls.median / count(resources(who, first.services))
                ),
                format!("{:.2}", spread(|run| run.cpu)),
                format!("{:.0}", spread(|run| run.memory)),
                format!("{:.1}", spread(|run| run.wall)),
                times(|run| count(run.calls)),
                times(|run| run.cpu),
                times(|run| run.wall),
            ]);
        }
    }
    table
}

fn operations(here: &[&Measured]) -> Table {
    const PROGRAMS: [Who; 2] = [Who::Windlass, Who::Terraform];
    let columns = Operation::ALL.iter().flat_map(|operation| {
        PROGRAMS.map(|who| {
            let runs = here.iter().copied();
            let runs = runs.filter(|one| one.who == who && one.operation == operation.word());
            (operation, who, runs.collect::<Vec<_>>())
        })
    });
    let columns: Vec<_> = columns.collect();
    let heads = columns.iter().map(|(operation, who, _)| match who {
        Who::Terraform => who.word(),
        _ => operation.word(),
    });
    let mut table = Table::with(std::iter::once("API operation").chain(heads));
    let names = columns.iter().flat_map(|(_, _, runs)| runs);
    let names: BTreeSet<_> = names.flat_map(|run| run.operations.keys()).collect();
    for name in names {
        let cells = columns.iter().map(|(_, _, runs)| {
            let calls = runs.iter().map(|run| run.operations.get(name).copied());
            let calls: Vec<_> = calls.map(Option::unwrap_or_default).collect();
            if calls.iter().all(|calls| *calls == 0) {
                return String::new();
            }
            format!("{:.0}", Spread::of(calls.into_iter().map(count)))
        });
        table.row(std::iter::once(format!("`{name}`")).chain(cells));
    }
    table
}

/// Terraform has no resource for the attachment of the internet gateway.
fn resources(who: Who, services: usize) -> u64 {
    let shared = if who == Who::Terraform { 27 } else { 28 };
    (shared + 12 * services) as u64
}

fn count(number: u64) -> f64 {
    number as f64
}
