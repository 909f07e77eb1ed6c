//! `outputs`, `state list`, `state show` and `state verify`: they show the recorded state, read only and without the stack's program.
//!
//! Not here: changing it (`amend`), and files of it (`state_file`).

use serde_json::json;
use windlass::address::Address;
use windlass_state::snapshot::Snapshot;

use crate::arguments::{Reading, State};
use crate::command::history::existing;
use crate::command::{amend, migrate, repair, state_file};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render::{count, foreign, json};
use crate::stack::Stack;

/// `outputs`.
pub async fn outputs(stack: &Stack, reading: &Reading) -> Result<Exit, Failure> {
    let outputs = stack
        .state(&reading.which)
        .await?
        .map(|snapshot| snapshot.outputs)
        .unwrap_or_default();
    if reading.json {
        json::print(&outputs);
    } else {
        for (name, value) in outputs {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            crate::render::say!("{name} = {}", foreign::shown(&text));
        }
    }
    Ok(Exit::Done)
}

/// Everything below `state`.
pub async fn state(stack: &Stack, command: State) -> Result<Exit, Failure> {
    match command {
        State::List(reading) => list(stack, &reading).await,
        State::Show { address, reading } => show(stack, &address, &reading).await,
        State::Rm {
            addresses,
            amending,
        } => amend::forget(stack, &addresses, &amending).await,
        State::Mv { from, to, amending } => amend::relocate(stack, &from, &to, &amending).await,
        State::Verify(reading) => verify(stack, &reading).await,
        State::Rollback { number, amending } => amend::roll_back(stack, number, &amending).await,
        State::Export { out, which } => state_file::export(stack, &which, out.as_deref()).await,
        State::Migrate { to, reading } => migrate::migrate(stack, &to, &reading).await,
        State::Repair { yes, which } => repair::repair(stack, &which, yes).await,
        State::Import {
            file,
            other_lineage,
            older,
            amending,
        } => {
            let accepts = state_file::Accepts {
                other_lineage,
                older,
            };
            state_file::import(stack, &file, accepts, &amending).await
        }
    }
}

async fn show(stack: &Stack, address: &Address, reading: &Reading) -> Result<Exit, Failure> {
    let snapshot = stack.state(&reading.which).await?;
    let current = snapshot.as_ref().and_then(|s| s.resources.get(address));
    let old = snapshot.as_ref().and_then(|s| s.old.get(address));
    if current.is_none() && old.is_none() {
        return Err(Failure::unrecorded(&[address]));
    }
    let document = json!({"address": address, "current": current, "old": old});
    if reading.json {
        json::print(&document);
    } else {
        json::pretty(&document);
    }
    Ok(Exit::Done)
}

/// Reads everything that is kept, and checks its invariants.
async fn verify(stack: &Stack, reading: &Reading) -> Result<Exit, Failure> {
    let absent = || Failure::new(format!("`{}` has no state", reading.which.env));
    let store = existing(stack, &reading.which).await?.ok_or_else(absent)?;
    let snapshot = store.state().await?.ok_or_else(absent)?;
    let (history, beliefs) = (store.history().await?, store.beliefs().await?);
    let mut wrong: Vec<String> = Vec::new();
    let violations = |snapshot: &Snapshot| snapshot.verify().err().unwrap_or_default();
    wrong.extend(violations(&snapshot).iter().map(ToString::to_string));
    for number in &beliefs {
        if let Some(earlier) = store.believed_after(*number).await? {
            let violations = violations(&earlier);
            wrong.extend(
                violations
                    .iter()
                    .map(|v| format!("after operation {number}: {v}")),
            );
        }
    }
    if !wrong.is_empty() {
        return Err(Failure::new(format!("the state does not hold together: {}", wrong.join("; ")))
            .help("`windlass state rollback N` goes back to an earlier belief; `windlass history` lists them"));
    }
    if reading.json {
        json::print(&json!({
            "sequence": snapshot.sequence, "resources": snapshot.resources.len(), "open": snapshot.open.len(),
            "operations": history.len(), "rollback": beliefs,
        }));
    } else {
        crate::render::say!(
            "The state is what was written, and holds together: {}, {}, {} to go back to.",
            count(snapshot.resources.len(), "resource"),
            count(history.len(), "operation"),
            count(beliefs.len(), "belief"),
        );
        if !snapshot.open.is_empty() {
            crate::render::say!(
                "{} without an outcome: the next run settles what became of them.",
                count(snapshot.open.len(), "call")
            );
        }
    }
    Ok(Exit::Done)
}

async fn list(stack: &Stack, reading: &Reading) -> Result<Exit, Failure> {
    let snapshot = stack.state(&reading.which).await?;
    let resources = snapshot.as_ref().map(|snapshot| &snapshot.resources);
    let rows: Vec<_> = resources
        .into_iter()
        .flatten()
        .map(|(address, recorded)| (address, &recorded.kind, &recorded.physical_id))
        .collect();
    if reading.json {
        let rows: Vec<_> = rows
            .iter()
            .map(|(address, kind, id)| json!({"address": address, "kind": kind, "physical_id": id}))
            .collect();
        json::print(&json!({"resources": rows}));
        return Ok(Exit::Done);
    }
    let width = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or_default();
    let (first, second) = (
        width(&mut rows.iter().map(|row| row.0.as_str().len())),
        width(&mut rows.iter().map(|row| row.1.len())),
    );
    for (address, kind, id) in rows {
        crate::render::say!("{address:first$}  {kind:second$}  {}", foreign::line(id));
    }
    Ok(Exit::Done)
}
