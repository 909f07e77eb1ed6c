//! Recording an amendment on a state under lease, with which `state rm`, `state mv`, `state rollback` and `state import` end.
//!
//! Not here: what is amended.

use windlass_engine::amend::{Amendment, amend};
use windlass_engine::clock::SystemClock;
use windlass_state::snapshot::Snapshot;
use windlass_store::{HeldStore, Holder};

use crate::command::opened::new_run;
use crate::failure::Failure;

/// Records an amendment, and returns the state after it.
pub async fn record(
    held: &HeldStore,
    snapshot: Snapshot,
    amendment: Amendment,
) -> Result<Snapshot, Failure> {
    let (clock, run) = (SystemClock::start(), new_run());
    let who = Holder::this_process().to_string();
    Ok(amend(held, &clock, &run, &who, snapshot, amendment).await?)
}
