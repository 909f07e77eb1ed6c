//! The two programs that bring up the same platform. Not here: how they are measured (`process`), and the peer's platform itself (`peer`).

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::cloud::{Cloud, Outcome};
use crate::peer;
use crate::process::{Cost, run};

/// The release that one service gets in [`Operation::Change`], and that all services get in [`Operation::ChangeAll`].
const NEXT: &str = "1.28";

/// What a program has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Creates everything.
    Up,
    /// Checks whether anything has to be done. Nothing has.
    Unchanged,
    /// Gives one service another image.
    Change,
    /// Gives every service another image. The peer's platform has a setting for the image of one service only.
    ChangeAll,
    /// Deletes everything.
    Destroy,
}

impl Operation {
    /// The operations of both programs, in the order of a platform's life.
    pub const ALL: [Self; 4] = [Self::Up, Self::Unchanged, Self::Change, Self::Destroy];

    /// The name of the operation in a table.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Unchanged => "no change",
            Self::Change => "one image",
            Self::ChangeAll => "every image",
            Self::Destroy => "destroy",
        }
    }
}

/// A program with a platform of `services` services, in a folder of its own.
#[derive(Debug)]
pub struct Contender<'a> {
    cloud: &'a Cloud,
    folder: tempfile::TempDir,
    services: usize,
    program: Program,
}

/// Which program runs.
#[derive(Debug, Clone)]
pub enum Program {
    /// Windlass, with the stack's program.
    Windlass {
        /// The built program of `stacks/platform`.
        stack: PathBuf,
    },
    /// Terraform, the peer, with the folder of its plug-ins.
    Terraform {
        /// The program `terraform`.
        program: PathBuf,
        /// The folder for `terraform init -plugin-dir`.
        plugins: PathBuf,
    },
}

impl<'a> Contender<'a> {
    /// Prepares everything. The benchmark does not measure this.
    ///
    /// # Errors
    /// The program cannot be prepared.
    pub fn prepare(cloud: &'a Cloud, program: Program, services: usize) -> Outcome<Self> {
        let contender = Self {
            cloud,
            folder: tempfile::tempdir()?,
            services,
            program,
        };
        if let Program::Terraform { plugins, .. } = &contender.program {
            contender.write("1.27")?;
            let mut init = contender.terraform(["init", "-input=false"]);
            init.arg(format!("-plugin-dir={}", plugins.display()));
            run(&mut init)?;
        }
        Ok(contender)
    }

    /// Runs one operation to its end.
    ///
    /// # Errors
    /// The program fails.
    pub fn perform(&self, operation: Operation) -> Outcome<Cost> {
        Ok(self.perform_aloud(operation)?.0)
    }

    /// The same, with the events that Windlass reports.
    ///
    /// # Errors
    /// The program fails.
    pub fn perform_aloud(&self, operation: Operation) -> Outcome<(Cost, Vec<Value>)> {
        let mut command = match &self.program {
            Program::Windlass { stack } => self.windlass(stack, operation),
            Program::Terraform { .. } => {
                if operation == Operation::Change {
                    self.write(NEXT)?;
                }
                match operation {
                    Operation::Up | Operation::Change => {
                        self.terraform(["apply", "-auto-approve", "-input=false", "-no-color"])
                    }
                    Operation::Unchanged => {
                        self.terraform(["plan", "-detailed-exitcode", "-input=false", "-no-color"])
                    }
                    Operation::ChangeAll => return Err("the peer has one image to change".into()),
                    Operation::Destroy => {
                        self.terraform(["destroy", "-auto-approve", "-input=false", "-no-color"])
                    }
                }
            }
        };
        let (cost, output) = run(&mut command)?;
        let said = String::from_utf8_lossy(&output.stdout);
        let events = said
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        Ok((cost, events.collect()))
    }

    /// The plan of what [`Operation::Up`] would do, with its steps.
    ///
    /// # Errors
    /// The program is Terraform, or it writes no plan.
    pub fn plan(&self) -> Outcome<windlass_plan::plan::Plan> {
        let Program::Windlass { stack } = &self.program else {
            return Err("only Windlass's plans can be read".into());
        };
        let file = self.folder.path().join("plan.json");
        let mut preview = self.windlass(stack, Operation::Unchanged);
        preview.arg("--out").arg(&file);
        run(&mut preview)?;
        let mut saved: Value = serde_json::from_str(&std::fs::read_to_string(&file)?)?;
        Ok(serde_json::from_value(saved["plan"].take())?)
    }

    fn windlass(&self, stack: &Path, operation: Operation) -> Command {
        let mut command = self.cloud.engine();
        // The command with which the stack's program calls the engine, except for the folder, which belongs to the benchmark.
        command.arg("--program").arg(stack);
        command.arg("--stack-folder").arg(self.folder.path());
        command.args(["--stack-name", "platform"]);
        let (verb, yes) = match operation {
            Operation::Unchanged => ("preview", None),
            Operation::Up | Operation::Change | Operation::ChangeAll => ("up", Some("--yes")),
            Operation::Destroy => ("destroy", Some("--yes")),
        };
        command.args([verb, "--local", "--json"]).args(yes);
        if operation != Operation::Destroy {
            command.args(["--set", &format!("services={}", self.services)]);
        }
        match operation {
            Operation::Change => command.args(["--set", &format!("first-release={NEXT}")]),
            Operation::ChangeAll => command.args(["--set", &format!("release={NEXT}")]),
            Operation::Up | Operation::Unchanged | Operation::Destroy => &mut command,
        };
        command
    }

    fn write(&self, first_release: &str) -> Outcome {
        let platform = peer::platform(self.services, first_release, &self.cloud.endpoint);
        let text = serde_json::to_string_pretty(&platform)?;
        Ok(std::fs::write(
            self.folder.path().join("platform.tf.json"),
            text,
        )?)
    }

    // Terraform reads nothing of the user's own, and calls only the local cloud.
    fn terraform<const N: usize>(&self, arguments: [&str; N]) -> Command {
        let Program::Terraform { program, .. } = &self.program else {
            unreachable!("only the peer is called so");
        };
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.folder.path());
        let kept = ["PATH", "LD_LIBRARY_PATH"].map(|name| (name, std::env::var_os(name)));
        command.env_clear();
        for (name, value) in kept {
            command.env(name, value.as_deref().unwrap_or(OsStr::new("")));
        }
        command
            .env("HOME", self.folder.path())
            .env("CHECKPOINT_DISABLE", "1")
            .env("AWS_EC2_METADATA_DISABLED", "true");
        command
    }
}

/// How many seconds pass from the plan to the end of a run, by its events.
///
/// # Errors
/// The run did not get that far.
pub fn executing(events: &[Value]) -> Outcome<f64> {
    let at = |name: &str| {
        let mut events = events.iter();
        let event = events.find(|event| event["event"] == name);
        let event = event.ok_or_else(|| format!("there was no event `{name}`"))?;
        let at: jiff::Timestamp = event["at"].as_str().unwrap_or_default().parse()?;
        Outcome::Ok(at.as_duration().as_secs_f64())
    };
    Ok(at("run_finished")? - at("planned")?)
}
