//! Encryption at rest, optional, with [age](https://age-encryption.org/v1). Each state has a key pair of its own: the state is encrypted to this key
//! pair, and the pair itself is encrypted with the user's passphrase or key. So a run derives the key from a slow passphrase once, not for each write.
//!
//! Guarantee: neither passphrase nor key is shown, logged or kept. Not here: integrity, which hashes protect in any case.

use std::path::Path;
use std::str::FromStr;

use age::secrecy::{ExposeSecret, SecretString};
use age::x25519::Identity;
use age::{DecryptError, scrypt};

use crate::error::StoreError;

/// The key that decrypts a state.
#[derive(Clone)]
pub enum Key {
    Passphrase(SecretString),
    /// An age identity, `AGE-SECRET-KEY-1…`.
    Identity(Identity),
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Passphrase(_) => "Passphrase(..)",
            Self::Identity(_) => "Identity(..)",
        })
    }
}

impl Key {
    /// A passphrase.
    ///
    /// # Errors
    /// It is empty.
    pub fn passphrase(text: &str) -> Result<Self, StoreError> {
        if text.is_empty() {
            return Err(unusable("the passphrase is empty"));
        }
        Ok(Self::Passphrase(text.to_owned().into()))
    }

    /// A passphrase from a file, without the line's end.
    ///
    /// # Errors
    /// The file cannot be read, or is empty.
    pub fn passphrase_file(path: &Path) -> Result<Self, StoreError> {
        let text = zeroize::Zeroizing::new(read(path)?);
        Self::passphrase(text.trim_end_matches(['\r', '\n']))
    }

    /// An identity from a file as `age-keygen` writes it.
    ///
    /// # Errors
    /// The file cannot be read, or contains no identity.
    pub fn identity_file(path: &Path) -> Result<Self, StoreError> {
        let text = zeroize::Zeroizing::new(read(path)?);
        let mut lines = text.lines().map(str::trim);
        let line = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
        let identity = line.and_then(|line| Identity::from_str(line).ok());
        identity.map(Self::Identity).ok_or_else(|| {
            unusable(&format!(
                "`{}` holds no age identity (AGE-SECRET-KEY-1…)",
                path.display()
            ))
        })
    }
}

/// The key pair of one state.
#[derive(Clone)]
pub(crate) struct Seal(Identity);

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal(..)")
    }
}

impl Seal {
    pub fn fresh() -> Self {
        Self(Identity::generate())
    }

    /// The key pair, encrypted with the user's key.
    pub fn wrap(&self, key: &Key) -> Result<Vec<u8>, StoreError> {
        let text = self.0.to_string();
        let plain = text.expose_secret().as_bytes();
        let sealed = match key {
            Key::Passphrase(passphrase) => {
                age::encrypt(&scrypt::Recipient::new(passphrase.clone()), plain)
            }
            Key::Identity(identity) => age::encrypt(&identity.to_public(), plain),
        };
        sealed.map_err(|error| unusable(&error.to_string()))
    }

    /// Decrypts the key pair.
    pub fn unwrap(sealed: &[u8], key: &Key, place: &str) -> Result<Self, StoreError> {
        let opened = match key {
            Key::Passphrase(passphrase) => {
                age::decrypt(&scrypt::Identity::new(passphrase.clone()), sealed)
            }
            Key::Identity(identity) => age::decrypt(identity, sealed),
        };
        let opened = opened.map(zeroize::Zeroizing::new).map_err(|error| {
            let why = match error {
                DecryptError::NoMatchingKeys
                | DecryptError::KeyDecryptionFailed
                | DecryptError::DecryptionFailed => "the key does not fit".to_owned(),
                other => format!("its key cannot be opened: {other}"),
            };
            StoreError::Sealed {
                place: place.to_owned(),
                why,
            }
        })?;
        let text = std::str::from_utf8(&opened).unwrap_or_default();
        Identity::from_str(text)
            .map(Self)
            .map_err(|_| StoreError::Damaged {
                place: place.to_owned(),
                what: "its key is not the one that was written".to_owned(),
            })
    }

    pub fn close(&self, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        age::encrypt(&self.0.to_public(), plain).map_err(|error| unusable(&error.to_string()))
    }

    /// Decrypts a content, if it is intact.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, DecryptError> {
        age::decrypt(&self.0, sealed)
    }
}

fn read(path: &Path) -> Result<String, StoreError> {
    std::fs::read_to_string(path)
        .map_err(|error| unusable(&format!("`{}` cannot be read: {error}", path.display())))
}

fn unusable(why: &str) -> StoreError {
    StoreError::Key {
        why: why.to_owned(),
    }
}
