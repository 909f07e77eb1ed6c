//! The shared keeper: a state as objects in Amazon S3, or another store with conditional writes.
//!
//! Below the state's prefix are `snapshot/NUMBER-WRITER`, `journal/NUMBER`, `lease`, and perhaps `key` and `moved`. Journal objects are numbered
//! without gaps. The keeper puts one only if its number is free: a taken number means that another run writes. A snapshot counts only once a journal
//! object names it, so that a dead writer's snapshot that arrives late changes nothing. `docs/decisions/0010` has the whole layout.
//!
//! Not here: reaching the store (`connect`), the lease (`lease`), writing (`writer`), the objects' form (`form`).

pub(crate) mod connect;
mod form;
mod lease;
mod probe;
mod repair;
mod snapshots;
#[cfg(test)]
mod tests;
mod writer;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{
    Error, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, UpdateVersion,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use windlass_state::record::Record;
use windlass_state::snapshot::{self, Snapshot};

use self::form::{Batch, FORMAT, Kept, LeaseForm, MovedForm, Reached, Unreadable};
use self::lease::ObjectLease;
use self::snapshots::Name;
use self::writer::ObjectWriter;
use crate::chain::Head;
use crate::encryption::{Key, Seal};
use crate::error::StoreError;
use crate::history::{self, HistoryEntry};
use crate::holder::Holder;
use crate::leased::Hands;
use crate::state::State;

/// How many objects are read at once.
const AT_ONCE: usize = 16;
/// A checkpoint may delete objects during a read; then the reader lists them again.
const TRIES: usize = 5;

/// A state in an object store.
#[derive(Debug, Clone)]
pub(crate) struct Objects {
    store: Arc<dyn ObjectStore>,
    prefix: Path,
    place: String,
    key: Option<Key>,
    seal: Arc<OnceLock<Seal>>,
    ignores_key: bool,
    term: Duration,
}

/// The content, and the number of the next journal object.
#[derive(Debug, Clone)]
struct Found {
    state: State,
    number: u64,
    /// The snapshots that count, oldest first.
    snapshots: Vec<Name>,
}

impl Objects {
    /// The state below a prefix. `key` decrypts it, or encrypts a new one; a state without encryption is read as it is.
    pub async fn open(
        store: Arc<dyn ObjectStore>,
        prefix: Path,
        place: String,
        key: Option<Key>,
        term: Duration,
    ) -> Result<Self, StoreError> {
        let mut objects = Self {
            store,
            prefix,
            place,
            key,
            seal: Arc::default(),
            ignores_key: false,
            term,
        };
        if let Some((sealed, _)) = objects.bytes(&objects.at("key")).await? {
            objects.unseal(&sealed)?;
        } else if objects.key.is_some() && !objects.snapshot_names().await?.is_empty() {
            objects.ignores_key = true;
        }
        Ok(objects)
    }

    fn unseal(&self, sealed: &[u8]) -> Result<(), StoreError> {
        let Some(key) = &self.key else {
            return Err(StoreError::Sealed {
                place: self.place.clone(),
                why: "no key was given".to_owned(),
            });
        };
        let seal = Seal::unwrap(sealed, key, &self.place)?;
        self.seal.get_or_init(|| seal);
        Ok(())
    }

    fn seal(&self) -> Option<&Seal> {
        self.seal.get()
    }

    /// Whether the user gave a key for a state that is not encrypted.
    pub fn ignores_key(&self) -> bool {
        self.ignores_key
    }

    // Another program may be faster; then its key becomes the state's.
    async fn lay_key(&self) -> Result<(), StoreError> {
        let (Some(key), None) = (&self.key, self.seal()) else {
            return Ok(());
        };
        let fresh = Seal::fresh();
        let wrapped = Bytes::from(fresh.wrap(key)?);
        match self.put(&self.at("key"), wrapped, PutMode::Create).await {
            Ok(_) => {
                self.seal.get_or_init(|| fresh);
                Ok(())
            }
            Err(Error::AlreadyExists { .. }) => match self.bytes(&self.at("key")).await? {
                Some((sealed, _)) => self.unseal(&sealed),
                None => Err(self.damaged("its key was taken away")),
            },
            Err(error) => Err(self.failed(error)),
        }
    }

    /// The content, if there is any. Creates nothing.
    pub async fn read(&self) -> Result<Option<State>, StoreError> {
        Ok(self.find().await?.map(|found| found.state))
    }

    async fn find(&self) -> Result<Option<Found>, StoreError> {
        let mut tries = 0;
        loop {
            // Read before the listing: everything up to this position must be there.
            let reached = self.reached().await?;
            let (newest, found) = match self.newest_snapshot().await? {
                None => (None, Ok(None)),
                Some(newest) => (Some(newest.clone()), self.fold(newest).await.map(Some)),
            };
            let found = found.and_then(|found| self.caught_up(found, reached.as_ref()));
            match found {
                // A checkpoint may have deleted it meanwhile.
                Err(StoreError::Damaged { .. })
                    if tries < TRIES && self.newest_snapshot().await? != newest =>
                {
                    tries += 1;
                }
                found => return found,
            }
        }
    }

    async fn reached(&self) -> Result<Option<Reached>, StoreError> {
        let Some((bytes, _)) = self.bytes(&self.at("lease")).await? else {
            return Ok(None);
        };
        // A damaged lease has no holder; it only gives less information.
        let lease: Option<LeaseForm> = form::read(&bytes, self.seal()).ok();
        Ok(lease.and_then(|lease| lease.reached))
    }

    fn caught_up(
        &self,
        found: Option<Found>,
        reached: Option<&Reached>,
    ) -> Result<Option<Found>, StoreError> {
        match (found, reached) {
            (None, Some(_)) => Err(self.damaged("its snapshot is gone")),
            (Some(found), Some(reached)) if found.number < reached.number => {
                let lost = reached.number - found.number;
                Err(self.damaged(&format!(
                    "it fell behind: the last {lost} journal objects are missing"
                )))
            }
            (found, _) => Ok(found),
        }
    }

    async fn fold(&self, newest: Name) -> Result<Found, StoreError> {
        let kept: Kept = self.needed(&self.snapshot_at(&newest)).await?;
        let numbers = self.numbers("journal").await?;
        let numbers: Vec<_> = numbers.into_iter().filter(|n| *n >= kept.number).collect();
        let batches = futures::stream::iter(numbers.iter().map(|number| async move {
            let path = self.journal_at(*number);
            self.needed::<Batch>(&path).await
        }));
        let batches: Vec<Batch> = batches.buffered(AT_ONCE).try_collect().await?;
        let snapshots = self.counting(&newest, &kept).await?;
        let mut folding = Folding::of(kept, snapshots);
        for batch in &batches {
            folding.take_in(batch).map_err(|what| self.damaged(&what))?;
        }
        let mut found = folding.found;
        found.state.moved = self.moved().await?;
        Ok(found)
    }

    async fn moved(&self) -> Result<Option<String>, StoreError> {
        let moved: Option<(MovedForm, _)> = self.form(&self.at("moved")).await?;
        Ok(moved.map(|(moved, _)| moved.to))
    }

    /// Keeps a first snapshot, unless another program was faster. Tests the store before.
    pub async fn begin(&self, fresh: &Snapshot) -> Result<(), StoreError> {
        self.probe().await?;
        self.lay_key().await?;
        let first = Kept {
            format: FORMAT,
            number: 0,
            head: Head::of(fresh),
            snapshot: fresh.clone(),
            history: Vec::new(),
            earlier: Vec::new(),
        };
        let bytes = form::write(&first, self.seal())?;
        let path = self.snapshot_at(&Name::first());
        match self.put(&path, bytes, PutMode::Create).await {
            Ok(_) | Err(Error::AlreadyExists { .. }) => Ok(()),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// The recorded state at the end of that operation.
    pub async fn believed_after(&self, number: i64) -> Result<Option<Snapshot>, StoreError> {
        let mut kept = self.beliefs_kept().await?.into_iter();
        let found = kept.find(|(after, _)| *after == number);
        Ok(found.map(|(_, snapshot)| snapshot.upgraded()))
    }

    /// The operations that a rollback can go back to, the newest first.
    pub async fn beliefs(&self) -> Result<Vec<i64>, StoreError> {
        let kept = self.beliefs_kept().await?;
        Ok(kept.into_iter().rev().map(|(after, _)| after).collect())
    }

    /// The first snapshot after the end of each operation that still has one, oldest first.
    async fn beliefs_kept(&self) -> Result<Vec<(i64, Snapshot)>, StoreError> {
        let names = self.all_that_count().await?;
        let kept = futures::stream::iter(names).map(|name| async move {
            // A snapshot that was deleted meanwhile, or that is damaged, does not count.
            match self.form::<Kept>(&self.snapshot_at(&name)).await {
                Ok(kept) => Ok(kept.map(|(kept, _)| kept)),
                Err(StoreError::Damaged { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        });
        let kept: Vec<Option<Kept>> = kept.buffered(AT_ONCE).try_collect().await?;
        let mut beliefs: Vec<(i64, Snapshot)> = Vec::new();
        for kept in kept.into_iter().flatten() {
            let Some(last) = kept.history.last() else {
                continue;
            };
            let known = beliefs
                .last()
                .is_some_and(|(after, _)| *after == last.number);
            if last.finished.is_some() && !known {
                beliefs.push((last.number, kept.snapshot));
            }
        }
        Ok(beliefs)
    }

    /// Takes the lease, and marks the journal so that an earlier holder cannot continue.
    pub async fn hold(&self, holder: &Holder) -> Result<(Hands, State), StoreError> {
        let lease = ObjectLease::take(self, holder).await?;
        match self.fence(&lease, holder).await {
            Ok(found) => {
                let state = found.state.clone();
                let writer = ObjectWriter::new(self.clone(), found, &lease, holder);
                Ok((lease.hands(writer), state))
            }
            Err(error) => {
                lease.give_back_quietly().await;
                Err(error)
            }
        }
    }

    async fn fence(&self, lease: &ObjectLease, holder: &Holder) -> Result<Found, StoreError> {
        loop {
            lease.deadline().held()?;
            let mut found = self
                .find()
                .await?
                .ok_or_else(|| self.damaged("its snapshot is gone"))?;
            let mark = Batch {
                format: FORMAT,
                number: found.number,
                writer: lease.token().to_owned(),
                holder: holder.clone(),
                after: found.state.head.clone(),
                records: Vec::new(),
                names: None,
            };
            let bytes = form::write(&mark, self.seal())?;
            let path = self.journal_at(found.number);
            match self.put(&path, bytes.clone(), PutMode::Create).await {
                Ok(_) => {}
                // A write of the last holder arrived late, or our write arrived and its answer was lost.
                Err(error) => match self.bytes(&path).await? {
                    Some((there, _)) if there == bytes => {}
                    Some(_) => continue,
                    None => return Err(self.failed(error)),
                },
            }
            found.number += 1;
            lease.reached(Reached {
                number: found.number,
                head: found.state.head.clone(),
            });
            return Ok(found);
        }
    }

    /// Deletes everything that is kept here.
    pub async fn clear(&self, holder: &Holder) -> Result<(), StoreError> {
        let mut lease = ObjectLease::take(self, holder).await?;
        lease.forget().await?;
        // The newest first, so that an interrupted deletion leaves an earlier state and not a broken one.
        for number in self.numbers("journal").await?.into_iter().rev() {
            self.delete(&self.journal_at(number)).await?;
        }
        for name in self.snapshot_names().await?.into_iter().rev() {
            self.delete(&self.snapshot_at(&name)).await?;
        }
        // The lease is deleted last; deleting it gives it back.
        for name in ["moved", "key", "clock", "lease"] {
            self.delete(&self.at(name)).await?;
        }
        Ok(())
    }

    /// The numbers of the objects in a folder, ascending. Objects without a number are not ours.
    async fn numbers(&self, folder: &str) -> Result<Vec<u64>, StoreError> {
        let names = self.names(folder).await?;
        let mut numbers: Vec<u64> = names.iter().filter_map(|name| name.parse().ok()).collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    async fn names(&self, folder: &str) -> Result<Vec<String>, StoreError> {
        let listed = self.store.list(Some(&self.at(folder)));
        let metas: Vec<ObjectMeta> = listed
            .try_collect()
            .await
            .map_err(|error| self.failed(error))?;
        let name = |meta: &ObjectMeta| meta.location.filename().map(str::to_owned);
        Ok(metas.iter().filter_map(name).collect())
    }

    async fn needed<T: DeserializeOwned>(&self, path: &Path) -> Result<T, StoreError> {
        match self.form(path).await? {
            Some((form, _)) => Ok(form),
            None => Err(self.damaged(&format!("`{path}` is missing"))),
        }
    }

    async fn form<T: DeserializeOwned>(
        &self,
        path: &Path,
    ) -> Result<Option<(T, UpdateVersion)>, StoreError> {
        let Some((bytes, version)) = self.bytes(path).await? else {
            return Ok(None);
        };
        match form::read(&bytes, self.seal()) {
            Ok(form) => Ok(Some((form, version))),
            Err(Unreadable::Damaged(what)) => Err(self.damaged(&format!("`{path}`: {what}"))),
            Err(Unreadable::Sealed) => Err(StoreError::Sealed {
                place: self.place.clone(),
                why: format!("its key is gone, which `{path}` is sealed with"),
            }),
            Err(Unreadable::Newer {
                found,
                known,
                written_by,
            }) => Err(StoreError::Newer {
                place: self.place.clone(),
                found,
                known,
                written_by,
            }),
        }
    }

    async fn bytes(&self, path: &Path) -> Result<Option<(Bytes, UpdateVersion)>, StoreError> {
        let got = match self.store.get(path).await {
            Ok(got) => got,
            Err(Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(self.failed(error)),
        };
        let version = UpdateVersion {
            e_tag: got.meta.e_tag.clone(),
            version: got.meta.version.clone(),
        };
        let bytes = got.bytes().await.map_err(|error| self.failed(error))?;
        Ok(Some((bytes, version)))
    }

    async fn put(
        &self,
        path: &Path,
        bytes: Bytes,
        mode: PutMode,
    ) -> object_store::Result<UpdateVersion> {
        let options = PutOptions {
            mode,
            ..PutOptions::default()
        };
        let put = self
            .store
            .put_opts(path, PutPayload::from_bytes(bytes), options);
        put.await.map(UpdateVersion::from)
    }

    async fn put_form(&self, path: &Path, form: &impl Serialize) -> Result<(), StoreError> {
        let bytes = form::write(form, self.seal())?;
        let put = self.put(path, bytes, PutMode::Overwrite).await;
        put.map(drop).map_err(|error| self.failed(error))
    }

    async fn delete(&self, path: &Path) -> Result<(), StoreError> {
        match self.store.delete(path).await {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.failed(error)),
        }
    }

    fn at(&self, name: &str) -> Path {
        self.prefix.clone().join(name)
    }

    fn snapshot_at(&self, name: &Name) -> Path {
        self.at("snapshot").join(name.as_str())
    }

    fn journal_at(&self, number: u64) -> Path {
        self.at("journal").join(format!("{number:012}"))
    }

    fn failed(&self, cause: Error) -> StoreError {
        StoreError::Objects {
            place: self.place.clone(),
            cause: Box::new(cause),
        }
    }

    fn damaged(&self, what: &str) -> StoreError {
        StoreError::Damaged {
            place: self.place.clone(),
            what: what.to_owned(),
        }
    }
}

/// Applies one journal object after the other to a snapshot.
struct Folding {
    found: Found,
}

impl Folding {
    fn of(kept: Kept, snapshots: Vec<Name>) -> Self {
        Self {
            found: Found {
                snapshots,
                number: kept.number,
                state: State {
                    head: kept.head,
                    outdated: kept.snapshot.format < snapshot::FORMAT,
                    snapshot: kept.snapshot.upgraded(),
                    history: kept.history,
                    moved: None,
                },
            },
        }
    }

    fn take_in(&mut self, batch: &Batch) -> Result<(), String> {
        let Found {
            state,
            number,
            snapshots,
        } = &mut self.found;
        if batch.number != *number {
            return Err(format!("journal object {number} is missing"));
        }
        if let Some(named) = &batch.names {
            let begins_here = snapshots.last().is_some_and(|last| *last == named.snapshot);
            if !begins_here && named.head != state.head {
                return Err(format!(
                    "the snapshot that journal object {number} names is missing"
                ));
            }
            if !begins_here {
                snapshots.extend(Name::of(&named.snapshot));
            }
            *number += 1;
            return Ok(());
        }
        if batch.after != state.head {
            return Err(format!(
                "journal object {number} does not follow the one before it"
            ));
        }
        for text in &batch.records {
            let record: Record = serde_json::from_str(text.get())
                .map_err(|error| format!("journal object {number}: {error}"))?;
            state
                .snapshot
                .apply(&record)
                .map_err(|error| format!("journal object {number} does not fit: {error}"))?;
            state.head = state.head.then(text.get());
            history::take_in(&mut state.history, &record);
        }
        *number += 1;
        Ok(())
    }
}

fn newest(history: &[HistoryEntry], keep: usize) -> Vec<HistoryEntry> {
    history[history.len().saturating_sub(keep)..].to_vec()
}
