//! `history`: the operations on a state: who ran what, when, and how it ended. Read only, and without the stack's program.

use serde_json::{Value, json};
use windlass_state::record::RunResult;
use windlass_store::{HistoryEntry, Store};

use crate::arguments::{History, HistoryOf, Reading, Which};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render::{history as drawn, json, say};
use crate::stack::Stack;

/// `history` and `history show`.
pub async fn history(stack: &Stack, history: History) -> Result<Exit, Failure> {
    match history.one {
        None => all(stack, &history.reading).await,
        Some(HistoryOf::Show { number, reading }) => one(stack, number, &reading).await,
    }
}

/// The store, if there is a state. Creates none.
pub async fn existing(stack: &Stack, which: &Which) -> Result<Option<Store>, Failure> {
    if stack.state(which).await?.is_none() {
        return Ok(None);
    }
    Ok(Some(stack.store(which).await?))
}

async fn all(stack: &Stack, reading: &Reading) -> Result<Exit, Failure> {
    let (entries, kept) = match existing(stack, &reading.which).await? {
        Some(store) => (store.history().await?, store.beliefs().await?),
        None => Default::default(),
    };
    if reading.json {
        let entries = entries.iter().map(|entry| document(entry, &kept));
        json::print(&json!({"operations": entries.collect::<Vec<_>>()}));
    } else {
        for entry in &entries {
            say!("{}", drawn::line(entry));
        }
    }
    Ok(Exit::Done)
}

async fn one(stack: &Stack, number: i64, reading: &Reading) -> Result<Exit, Failure> {
    let found = match existing(stack, &reading.which).await? {
        Some(store) => {
            let entries = store.history().await?;
            let entry = entries.into_iter().find(|entry| entry.number == number);
            match entry {
                Some(entry) => Some((entry, store.beliefs().await?)),
                None => None,
            }
        }
        None => None,
    };
    let Some((entry, kept)) = found else {
        return Err(unknown(number));
    };
    if reading.json {
        let mut whole = document(&entry, &kept);
        whole["changes"] = json!(entry.started.changes);
        let failures = entry
            .finished
            .as_ref()
            .map(|ended| ended.failures.as_slice());
        whole["failures"] = json!(failures.unwrap_or_default());
        json::print(&whole);
    } else {
        say!("{}", drawn::whole(&entry, kept.contains(&number)));
    }
    Ok(Exit::Done)
}

/// The failure if there is no operation with that number.
pub fn unknown(number: i64) -> Failure {
    Failure::new(format!("the history has no operation {number}"))
        .help("`windlass history` lists those that it has")
}

fn document(entry: &HistoryEntry, kept: &[i64]) -> Value {
    let HistoryEntry {
        number,
        started,
        finished,
    } = entry;
    let result: Option<RunResult> = finished.as_ref().map(|ended| ended.result);
    json!({
        "number": number,
        "run": started.run,
        "operation": started.operation.as_str(),
        "who": started.who,
        "started": started.at,
        "ended": finished.as_ref().map(|ended| ended.at),
        "result": result,
        "summary": started.summary,
        "document": started.document,
        "plan": started.plan,
        "rollback": kept.contains(number),
    })
}
