//! Tests a store before Windlass begins a state in it: the store must refuse a put whose condition does not hold. Everything else here depends on that.

use object_store::{Error, PutMode};
use windlass::canonical::hex;

use super::Objects;
use crate::error::StoreError;

impl Objects {
    /// Puts a test object, under conditions that hold and conditions that do not.
    ///
    /// # Errors
    /// The store does not honour the conditions, or cannot be used.
    pub(super) async fn probe(&self) -> Result<(), StoreError> {
        let path = self.at(&format!("probe-{}", hex(&rand::random::<[u8; 8]>())));
        let found = self.conditions(&path).await;
        self.delete(&path).await?;
        found
    }

    async fn conditions(&self, path: &object_store::path::Path) -> Result<(), StoreError> {
        let put = |text: &'static str, mode| self.put(path, text.into(), mode);
        let first = put("first", PutMode::Create)
            .await
            .map_err(|error| self.unable(error))?;
        match put("again", PutMode::Create).await {
            Ok(_) => return Err(self.lax("it overwrote an object that should not have been there")),
            Err(Error::AlreadyExists { .. }) => {}
            Err(error) => return Err(self.unable(error)),
        }
        put("second", PutMode::Update(first.clone()))
            .await
            .map_err(|error| self.unable(error))?;
        // The version that was just overwritten.
        match put("third", PutMode::Update(first)).await {
            Ok(_) => Err(self.lax("it overwrote a version that should have been another")),
            Err(Error::Precondition { .. }) => Ok(()),
            Err(error) => Err(self.unable(error)),
        }
    }

    fn unable(&self, error: Error) -> StoreError {
        match error {
            Error::NotImplemented { .. } | Error::NotSupported { .. } => {
                self.lax("it does not know them")
            }
            error => self.failed(error),
        }
    }

    fn lax(&self, what: &'static str) -> StoreError {
        StoreError::Unconditional {
            place: self.place.clone(),
            what,
        }
    }
}
