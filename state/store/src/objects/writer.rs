//! Writes to a held state in an object store: one put for each group of records, under the next number, only if that number is free.
//!
//! Not here: grouping, and renewing the lease.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use object_store::PutMode;
use object_store::path::Path;
use serde_json::value::RawValue;
use windlass_state::record::Record;
use windlass_state::snapshot::Snapshot;

use super::form::{self, Batch, FORMAT, Kept, MovedForm, Named, Reached};
use super::lease::ObjectLease;
use super::snapshots::Name;
use super::{Found, Objects, newest};
use crate::chain::Head;
use crate::error::StoreError;
use crate::history::{self, HistoryEntry};
use crate::holder::{Deadline, Holder};
use crate::leased::Writer;
use crate::state::{BELIEFS, HISTORY};

/// The pause between two tries of a write.
const PAUSE: Duration = Duration::from_millis(250);

pub struct ObjectWriter {
    objects: Objects,
    token: String,
    holder: Holder,
    deadline: Arc<Deadline>,
    reached: Arc<Mutex<Option<Reached>>>,
    number: u64,
    head: Head,
    history: Vec<HistoryEntry>,
    /// The snapshots that count, oldest first.
    snapshots: Vec<Name>,
    /// Set if it is unknown whether a write arrived: then no other write may follow.
    halted: Option<String>,
}

impl ObjectWriter {
    pub(super) fn new(
        objects: Objects,
        found: Found,
        lease: &ObjectLease,
        holder: &Holder,
    ) -> Self {
        Self {
            objects,
            token: lease.token().to_owned(),
            holder: holder.clone(),
            deadline: lease.shared_deadline(),
            reached: lease.note(),
            number: found.number,
            head: found.state.head,
            history: found.state.history,
            snapshots: found.snapshots,
            halted: None,
        }
    }

    /// Writes a journal object, and advances the number.
    async fn write(
        &mut self,
        records: Vec<Box<RawValue>>,
        names: Option<Named>,
        then: Head,
    ) -> Result<(), StoreError> {
        let batch = Batch {
            format: FORMAT,
            number: self.number,
            writer: self.token.clone(),
            holder: self.holder.clone(),
            after: self.head.clone(),
            records,
            names,
        };
        let bytes = form::write(&batch, self.objects.seal())?;
        let path = self.objects.journal_at(self.number);
        self.put_once(&path, bytes).await?;
        self.moved_on(then);
        Ok(())
    }

    fn moved_on(&mut self, head: Head) {
        self.number += 1;
        self.head = head;
        *self
            .reached
            .lock()
            .expect("no thread panics while it holds this") = Some(Reached {
            number: self.number,
            head: self.head.clone(),
        });
    }

    /// Puts an object under a name that must be free, and retries while the state is ours.
    async fn put_once(&mut self, path: &Path, bytes: Bytes) -> Result<(), StoreError> {
        if let Some(halted) = &self.halted {
            return Err(StoreError::Halted(halted.clone()));
        }
        self.deadline.held()?;
        loop {
            let put = self.objects.put(path, bytes.clone(), PutMode::Create);
            let Err(error) = put.await else {
                return Ok(());
            };
            // The answer may have been lost, or an earlier copy of this very put may have been first.
            let error = self.objects.failed(error);
            match self.objects.bytes(path).await {
                Ok(Some((there, _))) if there == bytes => return Ok(()),
                Ok(Some((there, _))) => {
                    let other: Option<Batch> = form::read(&there, self.objects.seal()).ok();
                    let holder = other.map_or_else(
                        || "another run".to_owned(),
                        |batch| batch.holder.to_string(),
                    );
                    self.deadline.lose(holder);
                    self.halted = Some("the state was taken over".to_owned());
                    self.deadline.held()?;
                }
                Ok(None) | Err(_) if self.deadline.held().is_err() => {
                    self.halted = Some(error.to_string());
                    return Err(error);
                }
                Ok(None) | Err(_) => {
                    tracing::warn!(%error, %path, "the write is tried again");
                    tokio::time::sleep(PAUSE).await;
                    if self.deadline.held().is_err() {
                        self.halted = Some(error.to_string());
                        return Err(error);
                    }
                }
            }
        }
    }

    async fn put_snapshot(&mut self, snapshot: &Snapshot, head: Head) -> Result<(), StoreError> {
        let name = Name::by(self.number, &self.token);
        let earlier = self.snapshots.iter().map(Name::to_string);
        let kept = Kept {
            format: FORMAT,
            number: self.number,
            head: head.clone(),
            snapshot: snapshot.clone(),
            history: newest(&self.history, HISTORY),
            earlier: earlier.collect(),
        };
        let bytes = form::write(&kept, self.objects.seal())?;
        self.put_once(&self.objects.snapshot_at(&name), bytes)
            .await?;
        // From here on the snapshot counts, if the number is still free.
        let named = Named {
            snapshot: name.to_string(),
            head: head.clone(),
        };
        self.write(Vec::new(), Some(named), head).await?;
        self.snapshots.push(name);
        if let Err(error) = self.tidy().await {
            tracing::warn!(%error, "what is no longer needed could not be deleted; a later run does it");
        }
        Ok(())
    }

    // The snapshot before the newest one stays usable, because its journal is kept, too. Snapshots that do not count are deleted: their number is
    // taken.
    async fn tidy(&mut self) -> Result<(), StoreError> {
        let old = self.snapshots.len().saturating_sub(BELIEFS);
        self.snapshots.drain(..old);
        for name in self.objects.snapshot_names().await? {
            if name.number() < self.number && !self.snapshots.contains(&name) {
                self.objects
                    .delete(&self.objects.snapshot_at(&name))
                    .await?;
            }
        }
        let Some(needed) = self.snapshots.iter().rev().nth(1) else {
            return Ok(());
        };
        for number in self.objects.numbers("journal").await? {
            if number < needed.number() {
                self.objects
                    .delete(&self.objects.journal_at(number))
                    .await?;
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Writer for ObjectWriter {
    async fn append(&mut self, records: &[Record]) -> Result<(), StoreError> {
        let mut head = self.head.clone();
        let mut texts = Vec::with_capacity(records.len());
        for record in records {
            let text =
                serde_json::value::to_raw_value(record).expect("records hold text keys only");
            head = head.then(text.get());
            texts.push(text);
        }
        self.write(texts, None, head).await?;
        for record in records {
            history::take_in(&mut self.history, record);
        }
        Ok(())
    }

    async fn checkpoint(&mut self, snapshot: &Snapshot) -> Result<(), StoreError> {
        self.put_snapshot(snapshot, self.head.clone()).await
    }

    async fn replace(
        &mut self,
        snapshot: &Snapshot,
        history: Option<&[HistoryEntry]>,
    ) -> Result<(), StoreError> {
        if let Some(history) = history {
            self.history = history.to_vec();
        }
        self.put_snapshot(snapshot, Head::of(snapshot)).await
    }

    async fn mark_moved(&mut self, to: Option<&str>) -> Result<(), StoreError> {
        self.deadline.held()?;
        let path = self.objects.at("moved");
        match to {
            None => self.objects.delete(&path).await,
            Some(to) => {
                let form = MovedForm {
                    format: FORMAT,
                    to: to.to_owned(),
                };
                self.objects.put_form(&path, &form).await
            }
        }
    }

    fn head(&self) -> Head {
        self.head.clone()
    }
}
