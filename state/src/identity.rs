//! The identifiers of state: lineages, runs and intents. Not here: addresses, which the program gives.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use windlass::address::Address;
use windlass::canonical::hex;

use crate::record::Action;

/// The identity of one state for its whole life: 32 hex digits, random.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lineage(pub String);

/// One run of `up` or `destroy`: 16 hex digits, random.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub String);

/// The identity of one intent: the client token where AWS takes one, and the tag `windlass:intent` where AWS takes tags at creation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IntentId(pub String);

/// The tag that carries an [`IntentId`].
pub const INTENT_TAG: &str = "windlass:intent";
/// The tag that carries a [`Lineage`].
pub const LINEAGE_TAG: &str = "windlass:lineage";
/// The tag that carries the stack's name.
pub const STACK_TAG: &str = "windlass:stack";
/// The tag that carries the environment.
pub const ENVIRONMENT_TAG: &str = "windlass:environment";

/// Whether a tag belongs to the engine: stacks cannot set keys that begin with `windlass:`, and comparisons leave them out.
#[must_use]
pub fn is_own_tag(key: &str) -> bool {
    key.starts_with("windlass:")
}

/// The owner of a resource: the state that made it, and the stack and environment of that state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The stack's name.
    pub stack: String,
    pub environment: String,
    /// The state's identity.
    pub lineage: Lineage,
}

impl Owner {
    /// The owner as tags, in a form that every AWS service takes.
    #[must_use]
    pub fn tags(&self) -> BTreeMap<String, String> {
        let tags = [
            (STACK_TAG, tag_value(&self.stack)),
            (ENVIRONMENT_TAG, tag_value(&self.environment)),
            (LINEAGE_TAG, tag_value(&self.lineage.0)),
        ];
        tags.map(|(key, value)| (key.to_owned(), value)).into()
    }
}

/// The maximum length of a tag's value, in characters: <https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html>.
const LONGEST_VALUE: usize = 256;

/// A text as the value of a tag. Characters that every service takes stay as they are. All others become `-`, and a hash of the whole text follows, so
/// that two texts never share a value: `a b!` becomes `a b--` and eight hex digits.
#[must_use]
pub fn tag_value(text: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || " +-=._:/@".contains(c);
    let is_trimmed = text.trim() == text;
    if is_trimmed && text.len() <= LONGEST_VALUE && text.chars().all(allowed) {
        return text.to_owned();
    }
    let hash = &hex(&Sha256::digest(text.as_bytes()))[..8];
    let legal = text.trim().chars();
    let legal = legal.map(|c| if allowed(c) { c } else { '-' });
    let legal: String = legal.take(LONGEST_VALUE - 1 - hash.len()).collect();
    format!("{legal}-{hash}")
}

impl IntentId {
    /// 32 hex digits of SHA-256 over everything that identifies an intent. The same attempt always has the same id.
    #[must_use]
    pub fn of(
        lineage: &Lineage,
        address: &Address,
        generation: u32,
        action: Action,
        attempt: u32,
    ) -> Self {
        let attempts = Attempts::of(lineage, address, generation, action);
        Self(hex(&attempts.digest(attempt)))
    }

    /// The bytes of the id; `None` if the text is not such an id.
    #[must_use]
    pub fn digest(&self) -> Option<Digest> {
        let bytes = (self.0.as_bytes().chunks(2)).map(|pair| {
            let pair = std::str::from_utf8(pair).ok()?;
            u8::from_str_radix(pair, 16).ok()
        });
        let bytes: Option<Vec<u8>> = bytes.collect();
        bytes?.try_into().ok()
    }
}

/// The bytes of an intent's id.
pub type Digest = [u8; 16];

/// The ids of all attempts at one action; thousands of them are cheap to compute.
#[derive(Debug, Clone)]
pub struct Attempts(Sha256);

impl Attempts {
    /// The attempts at one action on one generation of an address.
    #[must_use]
    pub fn of(lineage: &Lineage, address: &Address, generation: u32, action: Action) -> Self {
        let mut digest = Sha256::new();
        for part in [
            lineage.0.as_str(),
            address.as_str(),
            &generation.to_string(),
            action.as_str(),
        ] {
            add(&mut digest, part);
        }
        Self(digest)
    }

    /// The id of one attempt, as bytes.
    #[must_use]
    pub fn digest(&self, attempt: u32) -> Digest {
        let mut digest = self.0.clone();
        add(&mut digest, &attempt.to_string());
        let mut id = Digest::default();
        id.copy_from_slice(&digest.finalize()[..16]);
        id
    }
}

fn add(digest: &mut Sha256, part: &str) {
    digest.update((part.len() as u64).to_be_bytes());
    digest.update(part.as_bytes());
}

impl fmt::Display for IntentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_an_owner_are_ones_that_aws_takes() {
        assert_eq!(tag_value("shop-api.v2"), "shop-api.v2");
        assert_eq!(tag_value(""), "");
        for odd in ["review/17!", "bücher", " shop", "a\u{7}b", &"x".repeat(400)] {
            let value = tag_value(odd);
            assert!(value.len() <= LONGEST_VALUE, "{value}");
            assert_eq!(tag_value(&value), value, "it is legal by now");
        }
        assert_ne!(tag_value("a!b"), tag_value("a?b"));
        let owner = Owner {
            stack: "shop".to_owned(),
            environment: "dev".to_owned(),
            lineage: Lineage("0".repeat(32)),
        };
        let keys: Vec<_> = owner.tags().into_keys().collect();
        assert_eq!(keys, [ENVIRONMENT_TAG, LINEAGE_TAG, STACK_TAG]);
        assert!(keys.iter().all(|key| is_own_tag(key)));
    }
}
