//! Secret values: read from their source at the moment they are sent, and never kept.
//!
//! Not here: secrets that AWS makes itself.

use std::fmt;
use std::path::PathBuf;

use windlass::expr::SecretSource;
use windlass::value::SecretRef;
use windlass_state::snapshot::SecretKey;
use zeroize::Zeroizing;

/// A secret value. It has no form that can be printed or kept, and is wiped when dropped.
pub struct SecretValue(Zeroizing<String>);

impl SecretValue {
    /// The value, for the one call that sends it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretValue(..)")
    }
}

/// Why a secret cannot be read. Never holds the value.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The variable is not set, or not text.
    #[error("the environment variable `{0}` holds no text")]
    Variable(String),
    /// The file cannot be read.
    #[error("the secret file `{path}` cannot be read")]
    File {
        /// Its path.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// The value is not the one that was planned with.
    #[error("{0:?} changed between the plan and now")]
    Changed(SecretSource),
}

/// Reads secrets from where their sources say.
#[derive(Debug, Clone)]
pub struct SecretReader {
    folder: PathBuf,
    key: SecretKey,
}

impl SecretReader {
    /// A reader for one state. Files are relative to the stack's folder.
    #[must_use]
    pub fn new(folder: PathBuf, key: SecretKey) -> Self {
        Self { folder, key }
    }

    /// The secret as specs hold it after `resolve`: its source, and the hash of its value now.
    ///
    /// # Errors
    /// The source cannot be read.
    pub fn resolve(&self, source: &SecretSource) -> Result<SecretRef, SecretError> {
        let value = self.read(source)?;
        Ok(SecretRef {
            source: source.clone(),
            hash: self.key.hash(value.expose().as_bytes()),
        })
    }

    /// The value that was planned with.
    ///
    /// # Errors
    /// The source cannot be read, or holds another value than at planning.
    pub fn reveal(&self, secret: &SecretRef) -> Result<SecretValue, SecretError> {
        let value = self.read(&secret.source)?;
        if self.key.hash(value.expose().as_bytes()) != secret.hash {
            return Err(SecretError::Changed(secret.source.clone()));
        }
        Ok(value)
    }

    fn read(&self, source: &SecretSource) -> Result<SecretValue, SecretError> {
        let text = match source {
            SecretSource::Env(variable) => {
                std::env::var(variable).map_err(|_| SecretError::Variable(variable.clone()))?
            }
            SecretSource::File(path) => {
                let path = self.folder.join(path);
                let mut text = std::fs::read_to_string(&path)
                    .map_err(|cause| SecretError::File { path, cause })?;
                if text.ends_with('\n') {
                    text.pop();
                }
                text
            }
        };
        Ok(SecretValue(Zeroizing::new(text)))
    }
}
