//! One state, in either keeper.
//!
//! Not here: the two keepers (`sqlite`, `objects`), nor what a held state takes (`leased`).

use std::path::{Path, PathBuf};

use windlass::address::Address;
use windlass::canonical::hex;
use windlass_state::identity::Lineage;
use windlass_state::journal::Journal;
use windlass_state::record::{Record, Settled, Settlement};
use windlass_state::snapshot::{SecretKey, Snapshot};

use crate::emergency::{Emergency, Left};
use crate::encryption::Key;
use crate::error::StoreError;
use crate::history::HistoryEntry;
use crate::holder::{Holder, TERM};
use crate::leased::{HeldStore, Superseded};
use crate::objects::Objects;
use crate::objects::connect::{S3Access, connect};
use crate::place::{At, Location};
use crate::sqlite::Database;
use crate::state::{LastGood, State};
use crate::stray::Stray;

/// Access to places outside this host.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// Access to Amazon S3.
    pub s3: Option<S3Access>,
    /// Decrypts an encrypted state, and encrypts a new one in an object store.
    pub key: Option<Key>,
}

/// The state of one stack and environment.
#[derive(Debug)]
pub struct Store {
    keeper: Keeper,
    location: Location,
    emergency: Option<PathBuf>,
}

/// Strays with their new addresses, and the records that add them.
type Found = (Vec<(Stray, Option<Address>)>, Vec<Record>);

#[derive(Debug)]
enum Keeper {
    Database(Database),
    Objects(Box<Objects>),
}

impl Store {
    /// Opens a state. Creates nothing.
    ///
    /// # Errors
    /// The place cannot be reached, or the key does not fit.
    pub async fn open(location: &Location, access: &Access) -> Result<Self, StoreError> {
        let keeper = match &location.at {
            At::File(file) => Keeper::Database(Database::at(file.clone())),
            At::Bucket(bucket) => {
                let store = connect(bucket, access.s3.as_ref())?;
                let prefix = [&bucket.prefix, &location.stack, &location.environment];
                let prefix = object_store::path::Path::from_iter(
                    prefix
                        .into_iter()
                        .flat_map(|part| part.split('/'))
                        .filter(|part| !part.is_empty()),
                );
                let place = location.to_string();
                let objects = Objects::open(store, prefix, place, access.key.clone(), TERM);
                Keeper::Objects(Box::new(objects.await?))
            }
        };
        Ok(Self::of(keeper, location.clone()))
    }

    fn of(keeper: Keeper, location: Location) -> Self {
        Self {
            keeper,
            location,
            emergency: None,
        }
    }

    #[cfg(test)]
    pub(crate) fn over(objects: Objects) -> Self {
        let location = Location::file(Path::new("unused"), "shop", "dev");
        Self::of(Keeper::Objects(Box::new(objects)), location)
    }

    /// Names a folder of this host for the emergency journal, which takes records if the store takes no more.
    #[must_use]
    pub fn with_emergency(mut self, folder: &Path) -> Self {
        self.emergency = Some(folder.to_owned());
        self
    }

    /// The place of the state.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Whether the user gave a key for a state that was begun without one, and is not encrypted.
    #[must_use]
    pub fn ignores_key(&self) -> bool {
        match &self.keeper {
            Keeper::Database(_) => false,
            Keeper::Objects(objects) => objects.ignores_key(),
        }
    }

    /// The state as it is, if there is one. Creates nothing.
    ///
    /// # Errors
    /// The state is damaged, newer than this version, or cannot be reached.
    pub async fn state(&self) -> Result<Option<Snapshot>, StoreError> {
        let state = self.read().await?;
        state.map(|state| self.completed(state)).transpose()
    }

    /// Adds the records that an earlier run could only keep on this host.
    fn completed(&self, state: State) -> Result<Snapshot, StoreError> {
        let State {
            mut snapshot, head, ..
        } = state;
        let left = self.left(&snapshot.lineage)?;
        let Some(left) = left else {
            return Ok(snapshot);
        };
        let records = match left.missing(&head) {
            Some(records) => records,
            None => self.strays(&left, &snapshot)?.1,
        };
        for record in records {
            snapshot
                .apply(&record)
                .map_err(|error| self.unfit(&error.to_string()))?;
        }
        Ok(snapshot)
    }

    /// The state as it is, to continue with. A new state gets a lineage of its own.
    ///
    /// # Errors
    /// The state was moved, is damaged, newer than this version, or cannot be reached.
    pub async fn load(&self) -> Result<Snapshot, StoreError> {
        let mut state = self.read().await?;
        if state.is_none() {
            self.begin().await?;
            // Two programs may have begun at once; one of them was first.
            state = self.read().await?;
        }
        let state = state.ok_or_else(|| self.unfit("the first snapshot is gone"))?;
        match state.moved {
            Some(to) => Err(StoreError::Moved { to }),
            None => self.completed(state),
        }
    }

    /// The operations on the state, the newest first.
    ///
    /// # Errors
    /// See [`Store::state`].
    pub async fn history(&self) -> Result<Vec<HistoryEntry>, StoreError> {
        let mut history = self
            .read()
            .await?
            .map_or_else(Vec::new, |state| state.history);
        history.reverse();
        Ok(history)
    }

    /// The recorded state at the end of an operation. Absent for an operation that never ended, or that is older than what is kept.
    ///
    /// # Errors
    /// See [`Store::state`].
    pub async fn believed_after(&self, number: i64) -> Result<Option<Snapshot>, StoreError> {
        match &self.keeper {
            Keeper::Database(database) => database.believed_after(number),
            Keeper::Objects(objects) => objects.believed_after(number).await,
        }
    }

    /// The operations that a rollback can go back to, the newest first.
    ///
    /// # Errors
    /// See [`Store::state`].
    pub async fn beliefs(&self) -> Result<Vec<i64>, StoreError> {
        match &self.keeper {
            Keeper::Database(database) => database.beliefs(),
            Keeper::Objects(objects) => objects.beliefs().await,
        }
    }

    /// Replaces the whole recorded state by a snapshot, whether or not the old one can still be read. The history stays as far as it can be read.
    ///
    /// # Errors
    /// Another run holds the state, it was moved, or it cannot be written; or the snapshot has this state's lineage and ends before it.
    pub async fn replace(&self, holder: &Holder, snapshot: &Snapshot) -> Result<(), StoreError> {
        match self.read().await {
            Err(StoreError::Damaged { what, .. }) => {
                let good = self.last_good().await?;
                let good = LastGood::replaced(good, snapshot, what);
                self.repair(&good, holder).await.map(drop)
            }
            Err(error) => Err(error),
            Ok(_) => {
                let (held, _) = self.hold(holder).await?;
                let put = held.replace(snapshot).await;
                held.release().await;
                put
            }
        }
    }

    /// The new place, if this is a copy that was left behind.
    ///
    /// # Errors
    /// See [`Store::state`].
    pub async fn moved(&self) -> Result<Option<String>, StoreError> {
        Ok(self.read().await?.and_then(|state| state.moved))
    }

    /// Takes the state for writing, and returns it as it is now, because another writer may have changed it until this moment. Adds the records that an
    /// earlier run could only keep on this host.
    ///
    /// # Errors
    /// Another living run holds the state, it was moved, or see [`Store::state`].
    pub async fn hold(&self, holder: &Holder) -> Result<(HeldStore, Snapshot), StoreError> {
        let (held, state) = self.hold_any(holder).await?;
        if let Some(to) = state.moved {
            held.release().await;
            return Err(StoreError::Moved { to });
        }
        Ok((held, state.snapshot))
    }

    /// The same, also for a copy that was left behind.
    pub(crate) async fn hold_any(&self, holder: &Holder) -> Result<(HeldStore, State), StoreError> {
        if self.read().await?.is_none() {
            self.begin().await?;
        }
        let (hands, state) = match &self.keeper {
            Keeper::Database(database) => database.hold(holder)?,
            Keeper::Objects(objects) => objects.hold(holder).await?,
        };
        self.prepared(HeldStore::start(hands), state).await
    }

    /// A held state, with the records that an earlier run could only keep on this host, in the format of this version.
    async fn prepared(
        &self,
        held: HeldStore,
        mut state: State,
    ) -> Result<(HeldStore, State), StoreError> {
        let superseded = self.merge(&held, &mut state).await?;
        if state.outdated && state.moved.is_none() {
            held.rewrite(&state.snapshot).await?;
            (state.head, state.outdated) = (held.head().await?, false);
        }
        let held = match self.emergency_file(&state.snapshot.lineage) {
            Some(path) => {
                let (head, open) = (state.head.clone(), &state.snapshot.open);
                held.with_emergency(Emergency::beside(path, head, open))
            }
            None => held,
        };
        Ok((held.with_superseded(superseded), state))
    }

    async fn merge(
        &self,
        held: &HeldStore,
        state: &mut State,
    ) -> Result<Option<Superseded>, StoreError> {
        let Some(left) = self.left(&state.snapshot.lineage)? else {
            return Ok(None);
        };
        match left.missing(&state.head) {
            Some(records) => {
                for record in &records {
                    state
                        .snapshot
                        .apply(record)
                        .map_err(|error| self.unfit(&error.to_string()))?;
                }
                held.append(records).await?;
                state.head = held.head().await?;
                left.remove()?;
                Ok(None)
            }
            // Another run went on meanwhile, and has settled what was open by looking. Only this host knows what that run could not see.
            None => {
                let (strays, records) = self.strays(&left, &state.snapshot)?;
                for record in &records {
                    state
                        .snapshot
                        .apply(record)
                        .map_err(|error| self.unfit(&error.to_string()))?;
                }
                if !records.is_empty() {
                    held.append(records).await?;
                    state.head = held.head().await?;
                }
                let file = left.set_aside()?;
                Ok(Some(Superseded { file, strays }))
            }
        }
    }

    /// The resources that a run of this host made and the state does not know, and the records that add them.
    fn strays(&self, left: &Left, snapshot: &Snapshot) -> Result<Found, StoreError> {
        let (mut after, mut found) = (snapshot.clone(), Found::default());
        for stray in left.strays(snapshot) {
            let settlement = stray.settlement(&after);
            let address = match &settlement {
                Some(Settlement::Believed { address, .. }) => Some(address.clone()),
                _ => None,
            };
            if let Some(settlement) = settlement {
                let record = Record::Settled(Box::new(Settled {
                    run: left.run(),
                    settlement,
                    at: jiff::Timestamp::now(),
                }));
                after
                    .apply(&record)
                    .map_err(|error| self.unfit(&error.to_string()))?;
                found.1.push(record);
            }
            found.0.push((stray, address));
        }
        Ok(found)
    }

    /// Deletes everything that is kept here, for the local cloud after its reset.
    ///
    /// # Errors
    /// Another run holds the state, or it cannot be written.
    pub async fn clear(&self, holder: &Holder) -> Result<(), StoreError> {
        match &self.keeper {
            Keeper::Database(database) => database.clear(holder),
            Keeper::Objects(objects) => objects.clear(holder).await,
        }
    }

    /// The newest recorded state that can be read of a damaged state; `None` if the state is sound, or nothing can be read.
    ///
    /// # Errors
    /// The state cannot be reached.
    pub async fn last_good(&self) -> Result<Option<LastGood>, StoreError> {
        let what = match self.read().await {
            Err(StoreError::Damaged { what, .. }) => what,
            Err(error) => return Err(error),
            Ok(_) => return Ok(None),
        };
        match &self.keeper {
            Keeper::Database(database) => Ok(database.last_good(what)),
            Keeper::Objects(objects) => objects.last_good(what).await,
        }
    }

    /// Replaces a damaged state by another recorded state. Returns the new place of the damaged one, if it was put aside.
    ///
    /// # Errors
    /// Another run holds the state, or it cannot be written.
    pub async fn repair(
        &self,
        good: &LastGood,
        holder: &Holder,
    ) -> Result<Option<String>, StoreError> {
        let (hands, aside) = match &self.keeper {
            Keeper::Database(database) => {
                let aside = database.set_aside(holder)?;
                database.begin(&good.snapshot)?;
                (database.hold(holder)?.0, Some(aside))
            }
            Keeper::Objects(objects) => (objects.hold_damaged(holder, good).await?, None),
        };
        let held = HeldStore::start(hands);
        let put = async {
            held.put(&good.snapshot, Some(good.history.clone())).await?;
            held.mark_moved(None).await
        };
        let put = put.await;
        held.release().await;
        put.map(|()| aside)
    }

    pub(crate) async fn read(&self) -> Result<Option<State>, StoreError> {
        match &self.keeper {
            Keeper::Database(database) => database.read(),
            Keeper::Objects(objects) => objects.read().await,
        }
    }

    async fn begin(&self) -> Result<(), StoreError> {
        let fresh = Snapshot::empty(
            Lineage(hex(&rand::random::<[u8; 16]>())),
            SecretKey(hex(&rand::random::<[u8; 32]>())),
            &self.location.stack,
            &self.location.environment,
        );
        match &self.keeper {
            Keeper::Database(database) => database.begin(&fresh),
            Keeper::Objects(objects) => objects.begin(&fresh).await,
        }
    }

    // Named after the lineage, so that another state at this place does not use it.
    fn emergency_file(&self, lineage: &Lineage) -> Option<PathBuf> {
        let folder = self.emergency.as_ref()?;
        Some(folder.join(format!(
            "{}-{}.journal",
            self.location.environment, lineage.0
        )))
    }

    fn left(&self, lineage: &Lineage) -> Result<Option<Left>, StoreError> {
        match self.emergency_file(lineage) {
            Some(path) => Left::read(&path),
            None => Ok(None),
        }
    }

    fn unfit(&self, what: &str) -> StoreError {
        StoreError::Damaged {
            place: self.location.to_string(),
            what: what.to_owned(),
        }
    }
}
