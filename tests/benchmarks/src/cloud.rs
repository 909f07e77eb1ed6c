//! A local cloud for one benchmark, with its own world, record of calls, and rules. Not here: the programs that call it.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use windlass_local::{
    CallRecord, Calls, Control, HOME_VARIABLE, Home, LocalCloud, PYTHON_VARIABLE, Rule,
};

/// A result. Any error in a benchmark ends the benchmark.
pub type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// The local cloud. It stops when this value is dropped.
#[derive(Debug)]
pub struct Cloud {
    engine: PathBuf,
    folder: tempfile::TempDir,
    python: PathBuf,
    runtime: tokio::runtime::Runtime,
    control: Control,
    /// The gateway's URL.
    pub endpoint: String,
}

impl Cloud {
    /// Starts a local cloud with the engine's own command.
    ///
    /// # Errors
    /// The local cloud does not start.
    pub fn start(engine: PathBuf) -> Outcome<Self> {
        let folder = tempfile::tempdir()?;
        let python = Home::from_environment()?.python().to_owned();
        let started = Command::new(&engine)
            .args(["local", "start"])
            .env(HOME_VARIABLE, folder.path())
            .env(PYTHON_VARIABLE, &python)
            .output()?;
        if !started.status.success() {
            return Err(String::from_utf8_lossy(&started.stderr).into());
        }
        let runtime = tokio::runtime::Runtime::new()?;
        let cloud = LocalCloud::new(Home::at(folder.path()).with_python(&python));
        let status = runtime.block_on(cloud.status())?;
        let status = status.ok_or("the local cloud does not answer")?;
        Ok(Self {
            engine,
            control: Control::of(&status)?,
            endpoint: status.endpoint,
            folder,
            python,
            runtime,
        })
    }

    /// A command of the engine that uses this cloud as its local cloud.
    #[must_use]
    pub fn engine(&self) -> Command {
        let mut command = Command::new(&self.engine);
        command
            .env(HOME_VARIABLE, self.folder.path())
            .env(PYTHON_VARIABLE, &self.python);
        command
    }

    /// Begins an empty world. Every call takes `latency` milliseconds longer, and ECS's tasks stay in each of their states for `step` milliseconds.
    ///
    /// # Errors
    /// The local cloud does not answer.
    pub fn begin(&self, latency: u64, step: u64) -> Outcome {
        self.runtime.block_on(self.control.reset())?;
        self.rule(&latency_of(latency), step)?;
        self.calls()?;
        Ok(())
    }

    /// From now on the cloud enforces these rate limits (token buckets). The buckets are full at first.
    ///
    /// # Errors
    /// The local cloud does not answer.
    pub fn limit(&self, latency: u64, step: u64, limits: &[Rule]) -> Outcome {
        // A removed rule removes its buckets.
        self.rule(&latency_of(latency), step)?;
        let mut rules = latency_of(latency);
        for limit in limits {
            rules.push(serde_json::to_value(limit)?);
        }
        self.rule(&rules, step)
    }

    fn rule(&self, rules: &[Value], step: u64) -> Outcome {
        let rules = serde_json::from_value(json!({"rules": rules, "ecs": {"step_ms": step}}))?;
        Ok(self.runtime.block_on(self.control.set_rules(&rules))?)
    }

    /// The calls since the previous request for them.
    ///
    /// # Errors
    /// The local cloud does not answer.
    pub fn calls(&self) -> Outcome<Calls> {
        Ok(self.runtime.block_on(self.control.take_calls())?)
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        let stopped = self.engine().args(["local", "stop"]).output();
        if let Err(error) = stopped {
            eprintln!("the local cloud could not be stopped: {error}");
        }
    }
}

fn latency_of(milliseconds: u64) -> Vec<Value> {
    match milliseconds {
        0 => Vec::new(),
        ms => vec![json!({"effect": {"kind": "latency", "ms": ms}})],
    }
}

/// How many seconds at least one call was in progress.
#[must_use]
pub fn under_way(calls: &[CallRecord]) -> f64 {
    let mut spans: Vec<_> = calls
        .iter()
        .map(|call| {
            let began = call.at.as_duration().as_secs_f64();
            (began, began + call.milliseconds / 1000.0)
        })
        .collect();
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut total, mut until) = (0.0, f64::NEG_INFINITY);
    for (began, ended) in spans {
        total += (ended - began.max(until)).max(0.0);
        until = until.max(ended);
    }
    total
}
