//! The two programs that bring the same platform up. Not here: measuring them (`process`), and the peer's platform itself (`peer`).

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::cloud::{Cloud, Outcome};
use crate::peer;
use crate::process::{Cost, run};

/// The release that one service gets in [`Operation::Change`], and all in [`Operation::ChangeAll`].
const NEXT: &str = "1.28";

/// What is asked of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Make everything.
    Up,
    /// Look whether anything is to be done; nothing is.
    Unchanged,
    /// Give one service another image.
    Change,
    /// Give every service another image. The peer's platform knows the image of one only.
    ChangeAll,
    /// Remove everything.
    Destroy,
}

impl Operation {
    /// What both programs are asked, in the order in which a platform lives.
    pub const ALL: [Self; 4] = [Self::Up, Self::Unchanged, Self::Change, Self::Destroy];

    /// The operation in a table.
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

/// A program with a platform of so many services in a folder of its own.
#[derive(Debug)]
pub struct Contender<'a> {
    cloud: &'a Cloud,
    folder: tempfile::TempDir,
    services: usize,
    program: Program,
}

/// Which program.
#[derive(Debug, Clone)]
pub enum Program {
    /// Ours, with the stack's program.
    Windlass {
        /// `stacks/platform`, built.
        stack: PathBuf,
    },
    /// The peer, with the folder of its plug-ins.
    Terraform {
        /// `terraform`.
        program: PathBuf,
        /// What `terraform init` takes as `-plugin-dir`.
        plugins: PathBuf,
    },
}

impl<'a> Contender<'a> {
    /// Makes everything ready; nothing of that is measured.
    ///
    /// # Errors
    /// The program cannot be made ready.
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

    /// The same, with the events that Windlass tells of it.
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
    /// There is none.
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
        // As the stack's program calls the engine, but for the folder, which is one of ours.
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

    // Nothing of the user's own is read, and nothing but the local cloud is called.
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

/// Seconds from the plan to the end of a run, by its events.
///
/// # Errors
/// The run did not get so far.
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
