//! Repair of a damaged state: finds the newest recorded state that can still be read, from the snapshot that leads furthest.
//!
//! Not here: writing it down, which a held store does as with any other recorded state.

use super::form::Reached;
use super::lease::ObjectLease;
use super::snapshots::Name;
use super::writer::ObjectWriter;
use super::{Folding, Found, Objects};
use crate::chain::Head;
use crate::error::StoreError;
use crate::holder::Holder;
use crate::leased::Hands;
use crate::state::{LastGood, State};

impl Objects {
    /// The newest recorded state that can be read, if there is any, of a state that [`Objects::read`] finds damaged.
    pub async fn last_good(&self, what: String) -> Result<Option<LastGood>, StoreError> {
        let mut best: Option<State> = None;
        for name in self.candidates().await? {
            if let Some(state) = self.as_far_as_it_goes(&name).await? {
                let further = best
                    .as_ref()
                    .is_none_or(|best| best.snapshot.sequence <= state.snapshot.sequence);
                if further {
                    best = Some(state);
                }
            }
        }
        let head = self.reached().await?.map(|reached| reached.head);
        Ok(best.map(|best| LastGood::of(best.snapshot, best.history, head.as_ref(), what)))
    }

    async fn as_far_as_it_goes(&self, name: &Name) -> Result<Option<State>, StoreError> {
        let kept = match self.needed(&self.snapshot_at(name)).await {
            Ok(kept) => kept,
            Err(StoreError::Damaged { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut folding = Folding::of(kept, vec![name.clone()]);
        for number in self.numbers("journal").await? {
            if number < folding.found.number {
                continue;
            }
            let batch = match self.needed(&self.journal_at(number)).await {
                Ok(batch) => batch,
                Err(StoreError::Damaged { .. }) => break,
                Err(error) => return Err(error),
            };
            if folding.take_in(&batch).is_err() {
                break;
            }
        }
        Ok(Some(folding.found.state))
    }

    /// Takes the lease of a damaged state, to replace its content. Numbers continue after everything that is there.
    pub async fn hold_damaged(
        &self,
        holder: &Holder,
        good: &LastGood,
    ) -> Result<Hands, StoreError> {
        let lease = ObjectLease::take(self, holder).await?;
        let journal = self.numbers("journal").await?;
        let snapshots = self.candidates().await?;
        let all = self.snapshot_names().await?;
        let reached = self.reached().await?.map_or(0, |reached| reached.number);
        let put = all.last().map(Name::number);
        let last = journal.last().copied().max(put);
        let number = last.map_or(0, |last| last + 1).max(reached);
        let head = Head::of(&good.snapshot);
        lease.reached(Reached {
            number,
            head: head.clone(),
        });
        let found = Found {
            number,
            snapshots,
            state: State {
                snapshot: good.snapshot.clone(),
                outdated: false,
                head,
                history: good.history.clone(),
                moved: None,
            },
        };
        let writer = ObjectWriter::new(self.clone(), found, &lease, holder);
        Ok(lease.hands(writer))
    }
}
