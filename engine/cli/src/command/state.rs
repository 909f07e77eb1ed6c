//! `outputs`, `state list` and `state show`: what is believed, read only and without the stack's program.

use serde_json::json;

use crate::arguments::{Reading, State};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::stack::Stack;

/// `outputs`.
pub fn outputs(stack: &Stack, reading: &Reading) -> Result<Exit, Failure> {
    let outputs = stack
        .state(&reading.which)?
        .map(|snapshot| snapshot.outputs)
        .unwrap_or_default();
    if reading.json {
        crate::render::say!("{}", json!(outputs));
    } else {
        for (name, value) in outputs {
            crate::render::say!(
                "{name} = {}",
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            );
        }
    }
    Ok(Exit::Done)
}

/// `state list` and `state show`.
pub fn state(stack: &Stack, command: State) -> Result<Exit, Failure> {
    match command {
        State::List(reading) => list(stack, &reading),
        State::Show { address, reading } => {
            let snapshot = stack.state(&reading.which)?;
            let Some(recorded) = snapshot
                .as_ref()
                .and_then(|snapshot| snapshot.resources.get(&address))
            else {
                return Err(Failure::new(format!("the state knows no `{address}`"))
                    .help("`state list` shows what it knows"));
            };
            let old = snapshot
                .as_ref()
                .and_then(|snapshot| snapshot.old.get(&address));
            let document = json!({"address": address, "current": recorded, "old": old});
            let text = if reading.json {
                document.to_string()
            } else {
                format!("{document:#}")
            };
            crate::render::say!("{text}");
            Ok(Exit::Done)
        }
    }
}

fn list(stack: &Stack, reading: &Reading) -> Result<Exit, Failure> {
    let snapshot = stack.state(&reading.which)?;
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
        crate::render::say!("{}", json!({"resources": rows}));
        return Ok(Exit::Done);
    }
    let width = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or_default();
    let (first, second) = (
        width(&mut rows.iter().map(|row| row.0.as_str().len())),
        width(&mut rows.iter().map(|row| row.1.len())),
    );
    for (address, kind, id) in rows {
        crate::render::say!("{address:first$}  {kind:second$}  {id}");
    }
    Ok(Exit::Done)
}
