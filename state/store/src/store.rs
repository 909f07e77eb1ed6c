//! One state, wherever it is kept.
//!
//! Not here: the two keepers (`sqlite`, `objects`), nor what a held one takes (`leased`).

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

/// What places outside this host need.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// How Amazon S3 is reached.
    pub s3: Option<S3Access>,
    /// Opens an encrypted state, and seals one that is begun in an object store.
    pub key: Option<Key>,
}

/// The state of one stack and environment.
#[derive(Debug)]
pub struct Store {
    keeper: Keeper,
    location: Location,
    emergency: Option<PathBuf>,
}

/// Strays with the addresses that they get, and the records that give them.
type Found = (Vec<(Stray, Option<Address>)>, Vec<Record>);

#[derive(Debug)]
enum Keeper {
    Database(Database),
    Objects(Box<Objects>),
}

impl Store {
    /// Reaches a state. Makes nothing.
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

    /// Names a folder of this host that takes records when the store takes none any more.
    #[must_use]
    pub fn with_emergency(mut self, folder: &Path) -> Self {
        self.emergency = Some(folder.to_owned());
        self
    }

    /// Where it is kept.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Whether a key was given for a state that was begun without one, and is not encrypted.
    #[must_use]
    pub fn ignores_key(&self) -> bool {
        match &self.keeper {
            Keeper::Database(_) => false,
            Keeper::Objects(objects) => objects.ignores_key(),
        }
    }

    /// The state as it is, if there is one. Makes nothing.
    ///
    /// # Errors
    /// It is damaged, newer than this version, or cannot be reached.
    pub async fn state(&self) -> Result<Option<Snapshot>, StoreError> {
        let state = self.read().await?;
        state.map(|state| self.completed(state)).transpose()
    }

    /// With what an earlier run could only keep on this host.
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

    /// The state as it is, to go on with. A new one gets a lineage of its own.
    ///
    /// # Errors
    /// It was moved, is damaged, newer than this version, or cannot be reached.
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

    /// The operations that were run, the newest first.
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

    /// What was believed when an operation had ended. Absent for an operation that never ended, or that is older than what is kept.
    ///
    /// # Errors
    /// See [`Store::state`].
    pub async fn believed_after(&self, number: i64) -> Result<Option<Snapshot>, StoreError> {
        match &self.keeper {
            Keeper::Database(database) => database.believed_after(number),
            Keeper::Objects(objects) => objects.believed_after(number).await,
        }
    }

    /// The operations that can be gone back to, the newest first.
    ///
    /// # Errors
    /// See [`Store::state`].
    pub async fn beliefs(&self) -> Result<Vec<i64>, StoreError> {
        match &self.keeper {
            Keeper::Database(database) => database.beliefs(),
            Keeper::Objects(objects) => objects.beliefs().await,
        }
    }

    /// Puts a snapshot in the place of everything that is believed, whether or not that can still be read. The history stays as far as it can be
    /// read.
    ///
    /// # Errors
    /// Another run has the state, it was moved, or it cannot be written; or the snapshot has this state's lineage and ends before it.
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

    /// Where the state goes on, if this is a copy that was left behind.
    ///
    /// # Errors
    /// See [`Store::state`].
    pub async fn moved(&self) -> Result<Option<String>, StoreError> {
        Ok(self.read().await?.and_then(|state| state.moved))
    }

    /// Takes the state for writing, and gives it as it is now: another writer may have changed it until this moment. What an earlier run could
    /// only keep on this host is put in.
    ///
    /// # Errors
    /// Another run that lives has it, it was moved, or see [`Store::state`].
    pub async fn hold(&self, holder: &Holder) -> Result<(HeldStore, Snapshot), StoreError> {
        let (held, state) = self.hold_any(holder).await?;
        if let Some(to) = state.moved {
            held.release().await;
            return Err(StoreError::Moved { to });
        }
        Ok((held, state.snapshot))
    }

    /// The same, also of a copy that was left behind.
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

    /// A held state with what an earlier run could only keep on this host, in the format of this version.
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
            // Another run went on meanwhile, and has settled what was open by looking. What it could not see is known here alone.
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

    /// What a run of this host made that the state does not know, and the records that make it known.
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

    /// Forgets everything that is kept here, for the local cloud after its reset.
    ///
    /// # Errors
    /// Another run has it, or it cannot be written.
    pub async fn clear(&self, holder: &Holder) -> Result<(), StoreError> {
        match &self.keeper {
            Keeper::Database(database) => database.clear(holder),
            Keeper::Objects(objects) => objects.clear(holder).await,
        }
    }

    /// The newest belief that can be read of a damaged state; `None` if it is sound, or nothing can be read.
    ///
    /// # Errors
    /// It cannot be reached.
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

    /// Puts a belief in the place of a damaged state. Gives where the damaged one is now, if it was put aside.
    ///
    /// # Errors
    /// Another run has the state, or it cannot be written.
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

    // Named after the lineage: another state at this place has nothing to do with it.
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
