//! Secret values: read from their source at the moment they are sent, and never kept.
//!
//! Not here: secrets that AWS generates itself.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use windlass::expr::SecretSource;
use windlass::value::SecretRef;
use windlass_state::snapshot::SecretKey;
use zeroize::Zeroizing;

/// A secret value. It cannot be printed or stored, and its memory is wiped when it is dropped.
pub struct SecretValue(Zeroizing<String>);

impl SecretValue {
    /// The value, for the one call that sends it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    fn copy(&self) -> Self {
        Self(self.0.clone())
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretValue(..)")
    }
}

/// Why a secret cannot be read. An error never contains the value.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The variable is not set, or not text.
    #[error("the environment variable `{0}` holds no text")]
    Variable(String),
    /// The file cannot be read.
    #[error("the secret file `{path}` cannot be read")]
    File {
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
    /// The value is not the one that was used for planning.
    #[error("{0:?} changed between the plan and now")]
    Changed(SecretSource),
}

/// Reads secrets from their sources. It remembers the values that it has read, so that it can remove them from texts of others.
#[derive(Debug, Clone)]
pub struct SecretReader {
    folder: PathBuf,
    key: SecretKey,
    read: Arc<Mutex<Vec<Known>>>,
}

/// A value that this run has read. Its slow hash is computed once.
#[derive(Debug)]
struct Known {
    value: SecretValue,
    hash: String,
}

/// The text that replaces a secret value.
const BLOT: &str = "(secret)";
/// Shorter values occur in texts by chance. Replacing them would show where they occur, and so reveal the value.
const SHORT: usize = 4;

impl SecretReader {
    /// A reader for one state. Relative paths are relative to the stack's folder.
    #[must_use]
    pub fn new(folder: PathBuf, key: SecretKey) -> Self {
        Self {
            folder,
            key,
            read: Arc::default(),
        }
    }

    /// The secret in the form that specs have after `resolve`: its source, and the hash of its value now.
    ///
    /// # Errors
    /// The source cannot be read.
    pub fn resolve(&self, source: &SecretSource) -> Result<SecretRef, SecretError> {
        let value = self.read(source)?;
        Ok(SecretRef {
            source: source.clone(),
            hash: self.hash(value),
        })
    }

    /// The hash that states of format 3 and older contain for the source's value now.
    ///
    /// # Errors
    /// The source cannot be read.
    pub fn quick_hash(&self, source: &SecretSource) -> Result<String, SecretError> {
        let value = self.read(source)?;
        Ok(self.key.quick_hash(value.expose().as_bytes()))
    }

    /// The value that was used for planning.
    ///
    /// # Errors
    /// The source cannot be read, or its value has changed since planning.
    pub fn reveal(&self, secret: &SecretRef) -> Result<SecretValue, SecretError> {
        let value = self.read(&secret.source)?;
        if self.hash(value.copy()) != secret.hash {
            return Err(SecretError::Changed(secret.source.clone()));
        }
        Ok(value)
    }

    /// A text of others, such as AWS's message about a value that it refuses, without the secret values that this run has read.
    #[must_use]
    pub fn blotted(&self, text: &str) -> String {
        let known = self.known();
        let mut text = text.to_owned();
        for value in known.iter().map(|known| known.value.expose()) {
            for form in forms(value) {
                if !form.is_empty() && text.contains(form.as_str()) {
                    if value.chars().count() < SHORT {
                        return "(left out: it may hold a secret)".to_owned();
                    }
                    text = text.replace(form.as_str(), BLOT);
                }
            }
        }
        text
    }

    fn hash(&self, value: SecretValue) -> String {
        let mut known = self.known();
        if let Some(known) = known.iter().find(|known| known.value.0 == value.0) {
            return known.hash.clone();
        }
        let hash = self.key.hash(value.expose().as_bytes());
        known.push(Known {
            value,
            hash: hash.clone(),
        });
        hash
    }

    fn known(&self) -> MutexGuard<'_, Vec<Known>> {
        self.read
            .lock()
            .expect("no thread panics while it holds this")
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

/// The forms that a value can have in an answer of AWS: as it is, inside JSON, and inside XML.
fn forms(value: &str) -> Vec<Zeroizing<String>> {
    let json = serde_json::to_string(value).expect("a text is JSON");
    let json = json.trim_start_matches('"').trim_end_matches('"');
    let xml = value
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    let mut forms: Vec<_> = [value.to_owned(), json.to_owned(), xml]
        .map(Zeroizing::new)
        .into();
    forms.dedup();
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(text: &str) -> (tempfile::TempDir, SecretReader, SecretSource) {
        let folder = tempfile::tempdir().expect("a folder can be made");
        std::fs::write(folder.path().join("secret"), text).expect("and written");
        let reader = SecretReader::new(folder.path().to_owned(), SecretKey("0".repeat(64)));
        let source = SecretSource::File("secret".to_owned());
        (folder, reader, source)
    }

    #[test]
    fn a_value_that_aws_quotes_is_blotted_out_in_every_form() {
        let (_folder, reader, source) = reader("p\"ss & <word>\n");
        reader.resolve(&source).expect("it can be read");
        for quoted in [
            "p\"ss & <word>",
            "p\\\"ss & <word>",
            "p&quot;ss &amp; &lt;word&gt;",
        ] {
            let text = format!("Value '{quoted}' failed to satisfy constraint");
            let blotted = reader.blotted(&text);
            assert_eq!(blotted, "Value '(secret)' failed to satisfy constraint");
        }
        assert_eq!(reader.blotted("no value"), "no value");
    }

    #[test]
    fn a_short_value_takes_the_whole_text_with_it() {
        let (_folder, reader, source) = reader("ab");
        reader.resolve(&source).expect("it can be read");
        let blotted = reader.blotted("the value ab is about too short");
        assert!(!blotted.contains("ab "), "{blotted}");
    }

    #[test]
    fn a_secret_that_changed_after_planning_is_not_sent() {
        let (folder, reader, source) = reader("before");
        let planned = reader.resolve(&source).expect("it can be read");
        assert!(reader.reveal(&planned).is_ok());
        std::fs::write(folder.path().join("secret"), "after").expect("written");
        assert!(matches!(
            reader.reveal(&planned),
            Err(SecretError::Changed(_))
        ));
    }
}
