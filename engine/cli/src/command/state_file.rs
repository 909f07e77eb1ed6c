//! `state export` and `state import`: a state as one document, with a hash of itself.
//!
//! Not here: taking over resources, which the command `import` does.

use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use windlass::canonical::CanonicalJson;
use windlass_engine::amend::Amendment;
use windlass_state::record::Operation;
use windlass_state::snapshot::{FORMAT, Snapshot, VERSION};
use windlass_store::{HeldStore, Holder, private};

use crate::arguments::{Amending, Which};
use crate::command::record::record;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render::{count, json, say};
use crate::stack::Stack;

/// A state in a file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exported {
    /// The format of the snapshot.
    windlass_state: u32,
    /// SHA-256 of the snapshot's canonical text.
    hash: String,
    /// The snapshot.
    state: Value,
}

/// What the user accepts about a file.
#[derive(Debug, Clone, Copy)]
pub struct Accepts {
    /// Another stack, environment or lineage.
    pub other_lineage: bool,
    /// A sequence that is behind the state's.
    pub older: bool,
}

/// `state export`.
pub async fn export(stack: &Stack, which: &Which, out: Option<&Path>) -> Result<Exit, Failure> {
    let Some(snapshot) = stack.state(which).await? else {
        return Err(Failure::new(format!("`{}` has no state", which.env)));
    };
    let state = serde_json::to_value(&snapshot).expect("a snapshot holds text keys only");
    let exported = Exported {
        windlass_state: FORMAT,
        hash: CanonicalJson::of(&state).hash(),
        state,
    };
    match out {
        None => json::pretty(&exported),
        Some(file) => {
            let text =
                serde_json::to_string_pretty(&exported).expect("a snapshot holds text keys only");
            let written = private::create(file).and_then(|mut file| writeln!(file, "{text}"));
            written.map_err(|error| {
                Failure::new(format!("`{}` cannot be written: {error}", file.display()))
            })?;
            let resources = count(snapshot.resources.len(), "resource");
            crate::render::tell!("{resources} written to `{}`.", file.display());
        }
    }
    Ok(Exit::Done)
}

/// `state import`.
pub async fn import(
    stack: &Stack,
    file: &Path,
    accepts: Accepts,
    amending: &Amending,
) -> Result<Exit, Failure> {
    let Amending { reading, waiting } = amending;
    let which = &reading.which;
    let mut snapshot = read(file)?;
    names_match(stack, &snapshot, which, accepts)?;
    let store = stack.store(which).await?;
    // This command is a way out for a state that cannot be read, so a failed read is not an error.
    if let Ok(now) = store.load().await {
        fits(&snapshot, &now, accepts)?;
        // Client tokens come from the sequence, so a sequence must not be used twice.
        snapshot.sequence = snapshot.sequence.max(now.sequence);
    }
    store.replace(&Holder::this_process(), &snapshot).await?;
    let resources = snapshot.resources.len();
    let amendment = Amendment {
        operation: Operation::Restore,
        document: String::new(),
        summary: format!("{} believed from a file", count(resources, "resource")),
        changes: Vec::new(),
        settlements: Vec::new(),
    };
    let work = async |held: &HeldStore, snapshot| record(held, snapshot, amendment).await;
    let snapshot = stack.holding(&store, *waiting, work).await?;
    if reading.json {
        json::print(
            &json!({"lineage": snapshot.lineage, "sequence": snapshot.sequence, "resources": resources}),
        );
    } else {
        say!(
            "{} believed from `{}`. AWS was not changed; look at `windlass preview` before the next `up`.",
            count(resources, "resource"),
            file.display()
        );
    }
    Ok(Exit::Done)
}

fn read(file: &Path) -> Result<Snapshot, Failure> {
    let wrong = |what: String| Failure::new(format!("`{}` {what}", file.display()));
    let text =
        std::fs::read_to_string(file).map_err(|error| wrong(format!("cannot be read: {error}")))?;
    let exported: Exported = serde_json::from_str(&text)
        .map_err(|error| wrong(format!("holds no exported state: {error}")))?;
    if exported.windlass_state > FORMAT {
        let writer = exported.state["written_by"].as_str();
        return Err(wrong(format!(
            "was written by Windlass {}, in format {}, and this is Windlass {VERSION}, which reads up to format {FORMAT}",
            writer.unwrap_or("of a newer version"),
            exported.windlass_state
        ))
        .help("use that version or a newer one"));
    }
    if CanonicalJson::of(&exported.state).hash() != exported.hash {
        return Err(wrong(
            "is not what was exported: its hash differs".to_owned(),
        ));
    }
    let snapshot: Snapshot = serde_json::from_value(exported.state)
        .map_err(|error| wrong(format!("holds no state of this version: {error}")))?;
    let snapshot = snapshot.upgraded();
    if let Err(violations) = snapshot.verify() {
        let violations: Vec<_> = violations.iter().map(ToString::to_string).collect();
        return Err(wrong(format!(
            "does not hold together: {}",
            violations.join("; ")
        )));
    }
    Ok(snapshot)
}

fn names_match(
    stack: &Stack,
    file: &Snapshot,
    which: &Which,
    accepts: Accepts,
) -> Result<(), Failure> {
    let (name, environment) = (stack.name(), &which.env);
    if accepts.other_lineage || (file.stack == name && file.environment == *environment) {
        return Ok(());
    }
    Err(Failure::new(format!(
        "the file is the state of {} ({}), and this is {name} ({environment})",
        file.stack, file.environment
    ))
    .help("say `--other-lineage` if it is to be believed here all the same"))
}

fn fits(file: &Snapshot, now: &Snapshot, accepts: Accepts) -> Result<(), Failure> {
    let untouched = now.sequence == 0;
    if file.lineage != now.lineage && !untouched && !accepts.other_lineage {
        return Err(Failure::new(format!(
            "the file is of the lineage {}, and the state of {}: they are not about the same resources",
            file.lineage.0, now.lineage.0
        ))
        .help("say `--other-lineage` if what the state knows now may be forgotten"));
    }
    if file.lineage == now.lineage && file.sequence < now.sequence && !accepts.older {
        return Err(Failure::new(format!(
            "the file is older than the state: it ends at {}, and the state at {}",
            file.sequence, now.sequence
        ))
        .help("say `--older` if what came since may be forgotten, or go back with `windlass state rollback`, which keeps it known"));
    }
    Ok(())
}
