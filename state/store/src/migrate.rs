//! Migration of a state to another place: Windlass holds both while it copies, reads the copy back and compares it, and marks the source so that no run
//! continues with it.
//!
//! Not here: recorded states of earlier operations. They stay with the source; the history of operations is copied.

use crate::error::StoreError;
use crate::holder::Holder;
use crate::leased::HeldStore;
use crate::state::State;
use crate::store::Store;

/// Moves a state. If it is killed, it can be run again, because it marks the source last.
///
/// # Errors
/// The source has no state, was moved already or has records under way; the target has another state or a newer one; another run holds one of them, or
/// one of them cannot be used; the copy differs from the source.
pub async fn migrate(from: &Store, to: &Store, holder: &Holder) -> Result<(), StoreError> {
    if from.read().await?.is_none() {
        return Err(StoreError::Place {
            url: from.location().to_string(),
            why: "it holds no state".to_owned(),
        });
    }
    let (source, state) = from.hold_any(holder).await?;
    let result = match &state.moved {
        Some(there) => Err(StoreError::Moved { to: there.clone() }),
        None => copy(&source, &state, to, holder).await,
    };
    source.release().await;
    result
}

async fn copy(
    source: &HeldStore,
    state: &State,
    to: &Store,
    holder: &Holder,
) -> Result<(), StoreError> {
    // An earlier attempt of this migration may have begun the target, so the two are compared while the target is held.
    let there = to.read().await?;
    let (target, begun) = to.hold_any(holder).await?;
    let result = async {
        if there.is_some() {
            may_be_replaced(&begun, state, to)?;
        }
        target
            .put(&state.snapshot, Some(state.history.clone()))
            .await?;
        target.mark_moved(None).await?;
        let copied = to.read().await?;
        // Object stores remember fewer operations.
        let same = copied.is_some_and(|copied| {
            copied.snapshot == state.snapshot
                && state.history.ends_with(&copied.history)
                && copied.history.is_empty() == state.history.is_empty()
        });
        if !same {
            return Err(StoreError::Damaged {
                place: to.location().to_string(),
                what: "what is there is not what was copied".to_owned(),
            });
        }
        source.mark_moved(Some(to.location().to_string())).await
    }
    .await;
    target.release().await;
    result
}

fn may_be_replaced(there: &State, state: &State, to: &Store) -> Result<(), StoreError> {
    let occupied = |why: String| StoreError::Occupied {
        place: to.location().to_string(),
        why,
    };
    let (there, new) = (&there.snapshot, &state.snapshot);
    if there.lineage != new.lineage {
        // A state that was only read has recorded nothing.
        let untouched = there.sequence == 0 && there.resources.is_empty();
        return if untouched {
            Ok(())
        } else {
            Err(occupied(format!("its lineage is {}", there.lineage.0)))
        };
    }
    if there.sequence > new.sequence {
        return Err(occupied(format!(
            "it is newer, with {} records to {}",
            there.sequence, new.sequence
        )));
    }
    Ok(())
}
