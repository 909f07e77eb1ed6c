//! What processes cost: processor time, memory, elapsed time. Not here: which programs run.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::process::{Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeVal;

/// What one program cost, including the processes that it started.
#[derive(Debug, Clone)]
pub struct Cost {
    /// Elapsed time in seconds.
    pub wall: f64,
    /// Seconds of processor time, user and system.
    pub cpu: f64,
    /// Peak memory: the most megabytes that all of its processes had at the same moment. 0 where the system does not report it.
    pub memory: f64,
}

/// How often the benchmark reads the memory.
const GLANCE: Duration = Duration::from_millis(20);

/// Seconds of processor time that this process has used.
#[must_use]
pub fn own_cpu() -> f64 {
    used(UsageWho::RUSAGE_SELF)
}

/// Runs a program to its end. Its processor time counts once the parent has waited for it, so no other child may run at the same time.
///
/// # Errors
/// The program cannot be started, or it fails. The error holds its last lines of output.
pub fn run(command: &mut Command) -> io::Result<(Cost, Output)> {
    let before = used(UsageWho::RUSAGE_CHILDREN);
    let began = Instant::now();
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let (id, ended) = (child.id(), AtomicBool::new(false));
    let (output, memory) = std::thread::scope(|scope| {
        let watcher = scope.spawn(|| most_memory(id, &ended));
        let output = child.wait_with_output();
        ended.store(true, Ordering::Relaxed);
        (output, watcher.join().unwrap_or(0.0))
    });
    let output = output?;
    let cost = Cost {
        wall: began.elapsed().as_secs_f64(),
        cpu: used(UsageWho::RUSAGE_CHILDREN) - before,
        memory,
    };
    succeeded(output.status, command, &output)?;
    Ok((cost, output))
}

fn succeeded(status: ExitStatus, command: &Command, output: &Output) -> io::Result<()> {
    if status.success() {
        return Ok(());
    }
    let said = [&output.stdout, &output.stderr].map(|text| end(&String::from_utf8_lossy(text)));
    let program = command.get_program().display();
    Err(io::Error::other(format!(
        "`{program}` ended with {status}:\n{}\n{}",
        said[0], said[1]
    )))
}

/// The last 20 lines.
fn end(text: &str) -> String {
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

fn used(who: UsageWho) -> f64 {
    let usage = getrusage(who).expect("every process may ask this of itself");
    let seconds = |of: fn(&Usage) -> TimeVal| {
        let time = of(&usage);
        time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6
    };
    seconds(Usage::user_time) + seconds(Usage::system_time)
}

/// Watches the memory of a process and its descendants until the process has ended.
fn most_memory(id: u32, ended: &AtomicBool) -> f64 {
    let mut most = 0.0_f64;
    while !ended.load(Ordering::Relaxed) {
        most = most.max(family(id).iter().map(|member| resident(*member)).sum());
        std::thread::sleep(GLANCE);
    }
    most
}

fn family(id: u32) -> BTreeSet<u32> {
    let (mut members, mut new) = (BTreeSet::new(), vec![id]);
    while let Some(member) = new.pop() {
        if members.insert(member) {
            new.extend(children(member));
        }
    }
    members
}

fn children(id: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{id}/task"));
    let threads = threads.into_iter().flatten().flatten();
    let lists =
        threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    let ids = lists.flat_map(|list| {
        let ids = list.split_whitespace().filter_map(|id| id.parse().ok());
        ids.collect::<Vec<u32>>()
    });
    ids.collect()
}

/// Resident memory in megabytes. Memory that two processes share counts twice.
fn resident(id: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) / 1000.0
}
