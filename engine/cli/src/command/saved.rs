//! Saved plans: the files that `preview --out` writes, and that `up --plan` and `destroy --plan` carry out or refuse.
//!
//! Not here: making the plan again to compare the two.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use serde::{Deserialize, Serialize};
use windlass::address::Address;
use windlass_plan::plan::Plan;
use windlass_state::record::Operation;
use windlass_store::private;

use crate::arguments::{Access, Program};
use crate::exit::Exit;
use crate::failure::Failure;

/// The inputs of a plan other than the stack and AWS. They are saved with the plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// The parameters of the stack's program.
    pub parameters: BTreeMap<String, String>,
    /// `--target`.
    pub target: Vec<Address>,
    /// `--replace`.
    pub replace: Vec<Address>,
    /// `--new`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub new: bool,
}

/// A plan in a file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedPlan {
    /// The command of the plan.
    pub operation: Operation,
    /// The inputs of the plan.
    pub scope: Scope,
    pub plan: Plan,
}

impl Scope {
    /// The scope on the command line.
    pub fn of(program: &Program, access: &Access, replace: Vec<Address>) -> Self {
        Self {
            parameters: program.parameters(),
            target: access.target.clone(),
            replace,
            new: false,
        }
    }
}

impl SavedPlan {
    /// Reads a plan of that command.
    pub fn read(file: &Path, operation: Operation) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(file).map_err(|error| {
            Failure::new(format!("`{}` cannot be read: {error}", file.display()))
        })?;
        let saved: Self = serde_json::from_str(&text).map_err(|error| {
            Failure::new(format!(
                "`{}` holds no plan of this version: {error}",
                file.display()
            ))
            .help(format!("make it again with `{}`", maker(operation)))
        })?;
        if saved.operation != operation {
            let (made, asked) = (saved.operation.as_str(), operation.as_str());
            return Err(Failure::new(format!(
                "`{}` holds a plan of `{made}`, and this is `{asked}`",
                file.display()
            ))
            .exit(Exit::Usage)
            .help(format!("`{made} --plan` carries it out")));
        }
        Ok(saved)
    }

    pub fn write(&self, file: &Path) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(self).expect("a plan holds text keys only");
        let written = private::create(file).and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|error| {
            Failure::new(format!("`{}` cannot be written: {error}", file.display()))
        })
    }
}

/// The failure if the plan that is made now differs from the saved one.
pub fn stale(operation: Operation) -> Failure {
    Failure::new(
        "the saved plan is stale: the stack, the state or the world has changed since it was made",
    )
    .exit(Exit::Stale)
    .help(format!(
        "make it again with `{}` and look at it",
        maker(operation)
    ))
}

fn maker(operation: Operation) -> &'static str {
    match operation {
        Operation::Destroy => "preview --destroy --out",
        _ => "preview --out",
    }
}
