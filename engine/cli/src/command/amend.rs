//! `state rm`, `state mv` and `state rollback`: they change the recorded state, and nothing in AWS. They neither ask AWS nor run the program.
//!
//! Not here: import and refresh, which read AWS.

use serde_json::json;
use windlass::address::Address;
use windlass_engine::amend::Amendment;
use windlass_state::record::{HistoryLine, Operation, Settlement};
use windlass_state::rollback::RollBack;
use windlass_state::snapshot::Snapshot;
use windlass_store::HeldStore;

use crate::arguments::Amending;
use crate::command::history;
use crate::command::record::record;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render::{count, foreign, json, say};
use crate::stack::Stack;

/// Makes an amendment of the recorded state, if there is a state, and records it.
async fn amended<T>(
    stack: &Stack,
    amending: &Amending,
    make: impl FnOnce(&Snapshot) -> Result<(Amendment, T), Failure>,
) -> Result<T, Failure> {
    let which = &amending.reading.which;
    let store = history::existing(stack, which)
        .await?
        .ok_or_else(|| Failure::new(format!("`{}` has no state", which.env)))?;
    let work = async |held: &HeldStore, snapshot: Snapshot| {
        let (amendment, told) = make(&snapshot)?;
        record(held, snapshot, amendment).await?;
        Ok(told)
    };
    stack.holding(&store, amending.waiting, work).await
}

/// `state rm`.
pub async fn forget(
    stack: &Stack,
    addresses: &[Address],
    amending: &Amending,
) -> Result<Exit, Failure> {
    let mut addresses = addresses.to_vec();
    addresses.sort_unstable();
    addresses.dedup();
    let rows = amended(stack, amending, |snapshot| forgotten(snapshot, &addresses)).await?;
    if amending.reading.json {
        let rows = rows.iter().map(
            |(address, kind, id)| json!({"address": address, "kind": kind, "physical_id": id}),
        );
        json::print(&json!({"forgotten": rows.collect::<Vec<_>>()}));
    } else {
        for (address, kind, id) in rows {
            say!(
                "∅ {address:<38} {:<36} {}",
                kind.trim_start_matches("AWS::"),
                foreign::line(&id)
            );
        }
        say!("AWS keeps them. `windlass import ADDRESS ID` takes them back.");
    }
    Ok(Exit::Done)
}

/// An address, a kind, and AWS's identifier.
type Row = (Address, String, String);

fn forgotten(snapshot: &Snapshot, addresses: &[Address]) -> Result<(Amendment, Vec<Row>), Failure> {
    let absent = addresses
        .iter()
        .filter(|at| snapshot.generations(at).next().is_none());
    let absent: Vec<_> = absent.collect();
    if !absent.is_empty() {
        return Err(Failure::unrecorded(&absent));
    }
    let (mut settlements, mut changes, mut rows) = (Vec::new(), Vec::new(), Vec::new());
    for address in addresses {
        for recorded in snapshot.generations(address) {
            settlements.push(Settlement::Forgotten {
                address: address.clone(),
                generation: recorded.generation,
            });
            changes.push(HistoryLine {
                address: address.clone(),
                what: format!("forget {}", recorded.physical_id),
            });
            rows.push((
                address.clone(),
                recorded.kind.clone(),
                recorded.physical_id.clone(),
            ));
        }
    }
    let amendment = Amendment {
        operation: Operation::Forget,
        document: String::new(),
        summary: format!("{} forgotten", addresses.len()),
        changes,
        settlements,
    };
    Ok((amendment, rows))
}

/// `state mv`.
pub async fn relocate(
    stack: &Stack,
    from: &Address,
    to: &Address,
    amending: &Amending,
) -> Result<Exit, Failure> {
    let moves = amended(stack, amending, |snapshot| relocated(snapshot, from, to)).await?;
    if amending.reading.json {
        let moved = moves
            .iter()
            .map(|(from, to)| json!({"from": from, "to": to}));
        json::print(&json!({"moved": moved.collect::<Vec<_>>()}));
    } else {
        for (from, to) in moves {
            say!("→ {to:<38} was {from}");
        }
    }
    Ok(Exit::Done)
}

type Moves = Vec<(Address, Address)>;

fn relocated(
    snapshot: &Snapshot,
    from: &Address,
    to: &Address,
) -> Result<(Amendment, Moves), Failure> {
    let moves = moves(snapshot, from, to);
    if moves.is_empty() {
        return Err(Failure::unrecorded(&[from]));
    }
    let amendment = Amendment {
        operation: Operation::Move,
        document: String::new(),
        summary: format!("{} moved from {from} to {to}", moves.len()),
        changes: moves
            .iter()
            .map(|(from, to)| HistoryLine {
                address: to.clone(),
                what: format!("move from {from}"),
            })
            .collect(),
        settlements: moves
            .iter()
            .map(|(from, to)| Settlement::Moved {
                from: from.clone(),
                to: to.clone(),
            })
            .collect(),
    };
    Ok((amendment, moves))
}

/// The resource itself, or else everything below that address.
fn moves(snapshot: &Snapshot, from: &Address, to: &Address) -> Moves {
    if snapshot.resources.contains_key(from) {
        return vec![(from.clone(), to.clone())];
    }
    let below = snapshot.resources.keys().filter(|at| at.is_within(from));
    let moved = below.filter_map(|at| {
        let rest = at.as_str().strip_prefix(from.as_str())?;
        let to = Address::parse(&format!("{to}{rest}")).ok()?;
        Some((at.clone(), to))
    });
    moved.collect()
}

/// `state rollback`.
pub async fn roll_back(stack: &Stack, number: i64, amending: &Amending) -> Result<Exit, Failure> {
    let then = believed_after(stack, number, amending).await?;
    let back = amended(stack, amending, |snapshot| {
        rolled_back(snapshot, &then, number)
    });
    let RollBack {
        changed,
        back,
        unclaimed,
        forgotten,
        ..
    } = back.await?;
    if amending.reading.json {
        json::print(
            &json!({"operation": number, "changed": changed, "back": back, "unclaimed": unclaimed, "forgotten": forgotten}),
        );
        return Ok(Exit::Done);
    }
    for (sign, what, addresses) in [
        (
            "~",
            "believed as then; the next `up` makes sure of it",
            &changed,
        ),
        ("+", "believed again", &back),
        (
            "!",
            "made since; the next `up` adopts or deletes it",
            &unclaimed,
        ),
        ("∅", "imported since; forgotten, AWS keeps it", &forgotten),
    ] {
        for address in addresses {
            say!("{sign} {address:<38} {what}");
        }
    }
    say!(
        "Back to what was believed after operation {number}. AWS was not changed; look at `windlass preview` before the next `up`."
    );
    Ok(Exit::Done)
}

async fn believed_after(
    stack: &Stack,
    number: i64,
    amending: &Amending,
) -> Result<Snapshot, Failure> {
    let Some(store) = history::existing(stack, &amending.reading.which).await? else {
        return Err(history::unknown(number));
    };
    let history = store.history().await?;
    if !history.iter().any(|entry| entry.number == number) {
        return Err(history::unknown(number));
    }
    if let Some(then) = store.believed_after(number).await? {
        return Ok(then);
    }
    let kept = store.beliefs().await?;
    let kept: Vec<_> = kept.iter().map(ToString::to_string).collect();
    Err(Failure::new(format!(
        "what was believed after operation {number} is not kept"
    ))
    .help(format!("these can be gone back to: {}", kept.join(", "))))
}

fn rolled_back(
    snapshot: &Snapshot,
    then: &Snapshot,
    number: i64,
) -> Result<(Amendment, RollBack), Failure> {
    if !snapshot.open.is_empty() {
        return Err(Failure::new(format!(
            "{} of an earlier run have no outcome yet",
            count(snapshot.open.len(), "call")
        ))
        .help("`windlass refresh`, as every `up`, settles what became of them"));
    }
    let mut back = RollBack::between(snapshot, then);
    let line = |what: &'static str| {
        move |address: &Address| HistoryLine {
            address: address.clone(),
            what: what.to_owned(),
        }
    };
    let changes = (back.changed.iter().map(line("believed as then")))
        .chain(back.back.iter().map(line("believed again")))
        .chain(
            back.forgotten
                .iter()
                .map(line("forgotten, it was imported since")),
        );
    let amendment = Amendment {
        operation: Operation::RollBack,
        document: String::new(),
        summary: format!("back to what was believed after {number}"),
        changes: changes.collect(),
        settlements: std::mem::take(&mut back.settlements),
    };
    Ok((amendment, back))
}
