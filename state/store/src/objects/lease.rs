//! The lease of a state in an object store: an object that its holder writes again and again with conditional puts, each only if no other run has
//! written it meanwhile.
//!
//! The store's own clock tells whether a holder is dead: the holder has not written its lease for longer than the term. The clocks of hosts are not
//! compared. The holder counts its term from before its request, so it stops before another run may begin.
//!
//! Not here: when it is renewed.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use object_store::{Error, ObjectStoreExt, PutMode, UpdateVersion};
use windlass::canonical::hex;

use super::Objects;
use super::form::{self, FORMAT, LeaseForm, Reached};
use super::writer::ObjectWriter;
use crate::error::StoreError;
use crate::holder::{Deadline, Holder, Moment};
use crate::leased::{Hands, Lease};

/// How late a lease must be, beyond its term, before its holder counts as dead: stores tell time in seconds, and their servers differ a little.
const MARGIN: Duration = Duration::from_secs(3);

/// A lease that is ours.
pub struct ObjectLease {
    objects: Objects,
    form: LeaseForm,
    version: UpdateVersion,
    deadline: Arc<Deadline>,
    reached: Arc<Mutex<Option<Reached>>>,
}

impl ObjectLease {
    /// Takes the lease if it is free or its holder is dead.
    pub async fn take(objects: &Objects, holder: &Holder) -> Result<Self, StoreError> {
        let path = objects.at("lease");
        let there = objects.bytes(&path).await?;
        let (mode, reached) = match &there {
            None => (PutMode::Create, None),
            Some((bytes, version)) => {
                let lease: Option<LeaseForm> = form::read(bytes, objects.seal()).ok();
                if lease.as_ref().is_none_or(|lease| lease.holder.is_some())
                    && !is_dead(objects, lease.as_ref()).await?
                {
                    return Err(held(lease.as_ref()));
                }
                let reached = lease.and_then(|lease| lease.reached);
                (PutMode::Update(version.clone()), reached)
            }
        };
        let form = LeaseForm {
            format: FORMAT,
            token: hex(&rand::random::<[u8; 16]>()),
            holder: Some(holder.clone()),
            since: Timestamp::now(),
            term: u64::try_from(objects.term.as_millis()).unwrap_or(u64::MAX),
            beat: 0,
            reached: reached.clone(),
        };
        let asked = Moment::now();
        let bytes = form::write(&form, objects.seal())?;
        let version = match objects.put(&path, bytes.clone(), mode).await {
            Ok(version) => version,
            // The lease may be ours in spite of the error: a put that was sent twice conflicts with itself.
            Err(error) => match objects.bytes(&path).await? {
                Some((there, version)) if there == bytes => version,
                Some((there, _)) => {
                    return Err(held(form::read(&there, objects.seal()).ok().as_ref()));
                }
                None => return Err(objects.failed(error)),
            },
        };
        Ok(Self {
            objects: objects.clone(),
            form,
            version,
            deadline: Arc::new(Deadline::after(asked, objects.term)),
            reached: Arc::new(Mutex::new(reached)),
        })
    }

    pub fn token(&self) -> &str {
        &self.form.token
    }

    pub fn deadline(&self) -> &Deadline {
        &self.deadline
    }

    pub fn shared_deadline(&self) -> Arc<Deadline> {
        Arc::clone(&self.deadline)
    }

    /// The place where the writer notes the position of the journal; the next renewal writes it into the lease.
    pub fn note(&self) -> Arc<Mutex<Option<Reached>>> {
        Arc::clone(&self.reached)
    }

    pub fn reached(&self, reached: Reached) {
        *lock(&self.reached) = Some(reached);
    }

    pub fn hands(self, writer: ObjectWriter) -> Hands {
        Hands {
            writer: Box::new(writer),
            deadline: Arc::clone(&self.deadline),
            term: self.objects.term,
            lease: Box::new(self),
            last: None,
        }
    }

    /// Gives the lease back after another error.
    pub async fn give_back_quietly(mut self) {
        if let Err(error) = self.release().await {
            tracing::warn!(%error, "the lease could not be given back; it runs out by itself");
        }
    }

    /// Puts the lease again; returns the other holder if the lease is lost.
    async fn put(&mut self, next: LeaseForm) -> Result<Option<String>, StoreError> {
        let path = self.objects.at("lease");
        let bytes = form::write(&next, self.objects.seal())?;
        loop {
            let mode = PutMode::Update(self.version.clone());
            match self.objects.put(&path, bytes.clone(), mode).await {
                Ok(version) => {
                    (self.form, self.version) = (next, version);
                    return Ok(None);
                }
                Err(
                    Error::Precondition { .. }
                    | Error::AlreadyExists { .. }
                    | Error::NotFound { .. },
                ) => {}
                Err(error) => return Err(self.objects.failed(error)),
            }
            let Some((there, version)) = self.objects.bytes(&path).await? else {
                return Ok(Some("somebody who took the lease away".to_owned()));
            };
            match form::read::<LeaseForm>(&there, self.objects.seal()) {
                Ok(lease) if lease.token != self.form.token => return Ok(Some(named(&lease))),
                Err(_) => return Ok(Some("somebody unknown".to_owned())),
                // The object is our own put, or an earlier one whose answer was lost.
                Ok(_) => self.version = version,
            }
            if there == bytes {
                self.form = next;
                return Ok(None);
            }
        }
    }

    /// Removes the position of the journal from the lease, before the journal is deleted.
    pub async fn forget(&mut self) -> Result<(), StoreError> {
        *lock(&self.reached) = None;
        match self.put(self.next()).await? {
            None => Ok(()),
            Some(holder) => {
                self.deadline.lose(holder);
                Ok(self.deadline.held()?)
            }
        }
    }

    fn next(&self) -> LeaseForm {
        LeaseForm {
            beat: self.form.beat + 1,
            reached: lock(&self.reached).clone(),
            ..self.form.clone()
        }
    }
}

#[async_trait]
impl Lease for ObjectLease {
    async fn renew(&mut self) -> Result<Option<String>, StoreError> {
        self.put(self.next()).await
    }

    async fn release(&mut self) -> Result<(), StoreError> {
        let free = LeaseForm {
            holder: None,
            ..self.next()
        };
        // A lease of another holder is not given back.
        self.put(free).await.map(drop)
    }
}

/// Whether the lease was not renewed during its term, by the store's own clock.
async fn is_dead(objects: &Objects, lease: Option<&LeaseForm>) -> Result<bool, StoreError> {
    let term = lease.map_or(objects.term, |lease| Duration::from_millis(lease.term));
    // Both times are from the store: when the lease was put, and the time now.
    let clock = objects.at("clock");
    let token = hex(&rand::random::<[u8; 8]>());
    let now = async {
        let put = objects.put(&clock, token.into(), PutMode::Overwrite);
        put.await?;
        let now = objects.store.head(&clock).await?.last_modified;
        let put = objects
            .store
            .head(&objects.at("lease"))
            .await?
            .last_modified;
        Ok((now - put).to_std().unwrap_or_default())
    };
    let late = now.await.map_err(|error| objects.failed(error))?;
    Ok(late > term + MARGIN)
}

fn held(lease: Option<&LeaseForm>) -> StoreError {
    StoreError::Held {
        holder: lease.map_or_else(|| "somebody".to_owned(), named),
        since: lease.map_or_else(Timestamp::now, |lease| lease.since),
    }
}

fn named(lease: &LeaseForm) -> String {
    match &lease.holder {
        Some(holder) => holder.to_string(),
        None => "somebody who has ended since".to_owned(),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().expect("no thread panics while it holds this")
}
