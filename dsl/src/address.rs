//! Addresses: the identity of everything that a stack declares. Not here: physical names, which AWS knows resources by.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The longest address, in bytes. The limit also bounds names and keys that are derived from addresses.
pub const MAX_LENGTH: usize = 256;

/// A slash-separated path such as `api/service`: it identifies one declared thing for its whole life.
///
/// Each segment starts with a letter or digit and continues with letters, digits, `.`, `_` and `-`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address(Arc<str>);

/// Why a text is not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// A segment is empty: the text is empty, starts or ends with `/`, or holds `//`.
    #[error("`{0}` has an empty segment")]
    EmptySegment(String),
    /// A segment holds a character outside letters, digits, `.`, `_` and `-`.
    #[error(
        "`{text}` holds {found:?}; an address takes letters, digits, `.`, `_` and `-`, and starts with a letter or digit"
    )]
    Character {
        /// The text as given.
        text: String,
        /// The first character that does not fit.
        found: char,
    },
    /// The text is longer than [`MAX_LENGTH`] bytes.
    #[error("`{0}` is longer than {MAX_LENGTH} bytes")]
    TooLong(String),
}

impl Address {
    /// Parses an address.
    ///
    /// # Errors
    /// The text breaks one of the rules of [`AddressError`].
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        if text.len() > MAX_LENGTH {
            return Err(AddressError::TooLong(text.to_owned()));
        }
        for segment in text.split('/') {
            let mut characters = segment.chars();
            let Some(first) = characters.next() else {
                return Err(AddressError::EmptySegment(text.to_owned()));
            };
            let inside = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
            let wrong = if first.is_ascii_alphanumeric() {
                characters.find(|c| !inside(c))
            } else {
                Some(first)
            };
            if let Some(found) = wrong {
                return Err(AddressError::Character {
                    text: text.to_owned(),
                    found,
                });
            }
        }
        Ok(Self(text.into()))
    }

    /// The address of `name` (one or more segments) below this one.
    ///
    /// # Errors
    /// The result breaks one of the rules of [`AddressError`].
    pub fn child(&self, name: &str) -> Result<Self, AddressError> {
        Self::parse(&format!("{}/{name}", self.0))
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last segment.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// Whether this address is `other` or lies below it.
    #[must_use]
    pub fn is_within(&self, other: &Address) -> bool {
        self.0
            .strip_prefix(other.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

// Addresses are ordered as their texts are.
impl std::borrow::Borrow<str> for Address {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0)
    }
}

impl TryFrom<String> for Address {
    type Error = AddressError;
    fn try_from(text: String) -> Result<Self, AddressError> {
        Self::parse(&text)
    }
}

impl std::str::FromStr for Address {
    type Err = AddressError;
    fn from_str(text: &str) -> Result<Self, AddressError> {
        Self::parse(text)
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.0.as_ref().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_checked() {
        assert_eq!(
            Address::parse("api/task-definition").map(|a| a.name().to_owned()),
            Ok("task-definition".to_owned())
        );
        assert!(matches!(
            Address::parse("a//b"),
            Err(AddressError::EmptySegment(_))
        ));
        assert!(matches!(
            Address::parse(""),
            Err(AddressError::EmptySegment(_))
        ));
        assert!(matches!(
            Address::parse("-a"),
            Err(AddressError::Character { found: '-', .. })
        ));
        assert!(matches!(
            Address::parse("a b"),
            Err(AddressError::Character { found: ' ', .. })
        ));
        assert!(matches!(
            Address::parse(&"a".repeat(257)),
            Err(AddressError::TooLong(_))
        ));
    }

    #[test]
    fn within_respects_segments() {
        let api = Address::parse("api").expect("valid");
        assert!(
            Address::parse("api/service")
                .expect("valid")
                .is_within(&api)
        );
        assert!(api.is_within(&api));
        assert!(!Address::parse("api-2").expect("valid").is_within(&api));
    }
}
