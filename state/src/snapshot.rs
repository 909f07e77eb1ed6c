//! The snapshot: everything believed to exist for one stack and environment.
//!
//! Not here: how it is kept, and how it is compared with the world.

use std::collections::BTreeMap;
use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::Sha256;
use windlass::address::Address;
use windlass::canonical::{CanonicalJson, hex};
use windlass::document::{Document, Options, Place};
use windlass::schema::Wait;

use crate::binding::Binding;
use crate::durations::Durations;
use crate::identity::{IntentId, Lineage, Owner};
use crate::record::Intent;
use crate::verdict::Verdict;

/// The version of snapshots and records that this crate writes. Older ones are read; newer ones are refused.
///
/// Since 2: the operations beside `up` and `destroy`, the settlement `believed`, and what the history says about each address.
/// Since 3: durations.
/// Since 4: creates that were settled as never sent, the version that wrote it, times by AWS's own clock, verdicts, tokens of requests, why and about what a run was.
pub const FORMAT: u32 = 4;

/// The version of Windlass that this is, such as `0.1.0`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Everything believed to exist for one stack and environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// [`FORMAT`].
    pub format: u32,
    /// The version of Windlass that wrote it, such as `0.1.0`. Empty in formats 1 to 3. An older version that meets a newer format reads no more than
    /// these two.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub written_by: String,
    /// The identity of this state.
    pub lineage: Lineage,
    /// The stack's name.
    pub stack: String,
    /// The environment.
    pub environment: String,
    /// How many records of the journal it contains: the sequence that the next intent gets.
    pub sequence: u64,
    /// Where the resources live. Absent before the first `up`.
    pub binding: Option<Binding>,
    /// The key of the hashes that stand for secrets.
    pub secret_key: SecretKey,
    /// The current generation of each resource.
    pub resources: BTreeMap<Address, Recorded>,
    /// Generations that are not current: to be deleted, or kept as history. Oldest first.
    pub old: BTreeMap<Address, Vec<OldGeneration>>,
    /// The last generation that an address had before it lost all of them. Generations never start again, because names, client tokens
    /// and intent tags are made from them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub retired: BTreeMap<Address, u32>,
    /// Answers to lookups, kept until they are refreshed.
    pub pins: BTreeMap<Address, Pin>,
    /// The availability zones that the program was told, by region.
    pub zones: BTreeMap<String, Vec<String>>,
    /// What the stack tells its user and other stacks.
    pub outputs: BTreeMap<String, Value>,
    /// How long steps took.
    #[serde(default, skip_serializing_if = "Durations::is_empty")]
    pub durations: Durations,
    /// Intents without an outcome, by sequence: what a killed run left open.
    pub open: BTreeMap<u64, Intent>,
    /// Creates that were settled as never sent, by sequence. AWS fences nothing: the call of a dead program can still arrive, and what it makes is known
    /// by its intent.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lost: BTreeMap<u64, Intent>,
}

/// One generation of a resource that is believed to exist.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// CloudFormation type name.
    pub kind: String,
    /// Counts up with every replacement, from 0.
    pub generation: u32,
    /// Account, role and region, all that is known of them.
    pub place: Place,
    /// AWS's identifier.
    pub physical_id: String,
    /// What AWS gave, by CloudFormation attribute name.
    pub outputs: BTreeMap<String, Value>,
    /// The spec as last declared, with its expressions.
    pub template: CanonicalJson,
    /// The spec as last sent, without expressions and secret values.
    pub applied: CanonicalJson,
    /// Everything that it waited for.
    pub depends_on: Vec<Address>,
    /// How the engine treats it; holds when the declaration is gone.
    pub options: Options,
    /// How far it has been waited for. A wait that was cut off is taken up again.
    pub waited: Wait,
    /// The properties at the top that may not be as `applied` says: the create call could not carry them and their update has not
    /// succeeded yet, or an update was cut off. The next plan sends them again.
    pub unfinished: Vec<String>,
    /// The intent that made or last changed it. Of what was imported and not changed since, one that was never sent.
    pub intent: IntentId,
    /// Whether it was there before us: an import recorded it, and no call of ours made it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub imported: bool,
    /// When AWS answered its create, or showed what a lost create had made, by AWS's own clock. Until AWS must show it, an answer that it does not
    /// exist proves nothing. Absent where that was long ago: in formats 1 to 3, and for what was imported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// When AWS answered its last update, by AWS's own clock: for a while answers can still be from before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<Timestamp>,
    /// The last that is known of its deployment, or of the task that it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Box<Verdict>>,
}

/// A generation that is not current.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OldGeneration {
    /// Why it is still here.
    pub why: OldReason,
    /// The resource.
    pub recorded: Recorded,
}

/// Why a generation that is not current is still here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OldReason {
    /// It was replaced and is to be deleted.
    Deposed,
    /// It is history to roll back to.
    Kept,
}

/// The answer to a lookup.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// Canonical JSON of what was asked; another question is asked anew.
    pub question: CanonicalJson,
    /// What AWS answered, by output name.
    pub outputs: BTreeMap<String, Value>,
}

/// The binary logarithm of scrypt's cost. A higher one is another hash, so it stands in front of each.
const SCRYPT_LOG_N: u8 = 13;

/// The key of the hashes that stand for secrets: 64 hex digits, random, one per state.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretKey(pub String);

impl SecretKey {
    /// What stands for a value in the state: equal values have equal hashes within one state.
    ///
    /// The key is in the state, so that a reader of the state can try values. That is why the hash is slow: one guess takes about
    /// [`SCRYPT_LOG_N`]'s 15 ms and 8 MiB of memory (RFC 7914), where the HMAC of format 3 took 3 µs.
    #[must_use]
    pub fn hash(&self, value: &[u8]) -> String {
        let parameters =
            scrypt::Params::new(SCRYPT_LOG_N, 8, 1, 32).expect("these parameters are in range");
        let mut out = [0; 32];
        scrypt::scrypt(value, self.0.as_bytes(), &parameters, &mut out)
            .expect("32 bytes are a valid length");
        format!("scrypt:{SCRYPT_LOG_N}:{}", hex(&out))
    }

    /// The HMAC-SHA256 that states of format 3 and older hold, to tell whether they hold it of this value.
    #[must_use]
    pub fn quick_hash(&self, value: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_bytes())
            .expect("HMAC takes keys of any length");
        mac.update(value);
        hex(&mac.finalize().into_bytes())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(..)")
    }
}

impl Snapshot {
    /// A state that believes in nothing.
    #[must_use]
    pub fn empty(lineage: Lineage, secret_key: SecretKey, stack: &str, environment: &str) -> Self {
        Self {
            format: FORMAT,
            written_by: VERSION.to_owned(),
            lineage,
            stack: stack.to_owned(),
            environment: environment.to_owned(),
            sequence: 0,
            binding: None,
            secret_key,
            resources: BTreeMap::new(),
            old: BTreeMap::new(),
            retired: BTreeMap::new(),
            pins: BTreeMap::new(),
            zones: BTreeMap::new(),
            outputs: BTreeMap::new(),
            durations: Durations::default(),
            open: BTreeMap::new(),
            lost: BTreeMap::new(),
        }
    }

    /// Whose the resources of this state are.
    #[must_use]
    pub fn owner(&self) -> Owner {
        Owner {
            stack: self.stack.clone(),
            environment: self.environment.clone(),
            lineage: self.lineage.clone(),
        }
    }

    /// The same in the format that this crate writes, whichever older one it was read from.
    #[must_use]
    pub fn upgraded(self) -> Self {
        Self {
            format: FORMAT.max(self.format),
            written_by: VERSION.to_owned(),
            ..self
        }
    }

    /// Holds another hash of the same secret values. `hashes` goes from what is held to what is to be held.
    ///
    /// Both stand for one value, so that nothing that AWS could see changes.
    pub fn rehash(&mut self, hashes: &BTreeMap<String, String>) {
        let old = self.old.values_mut().flatten().map(|old| &mut old.recorded);
        for recorded in self.resources.values_mut().chain(old) {
            let text = recorded.applied.as_str();
            let found = hashes
                .iter()
                .filter(|(before, _)| text.contains(before.as_str()));
            let found: Vec<_> = found.collect();
            if found.is_empty() {
                continue;
            }
            let mut applied = recorded.applied.to_value();
            for (before, after) in found {
                replace(&mut applied, before, after);
            }
            recorded.applied = CanonicalJson::of(&applied);
        }
    }

    /// Holds what is declared as it was before in one text together with the document, and what was sent as it was declared in one text.
    pub fn share_texts(&mut self, document: &Document) {
        for (address, recorded) in &mut self.resources {
            if let Some(declared) = document.resources.get(address)
                && declared.spec == recorded.template
            {
                recorded.template = declared.spec.clone();
            }
            if recorded.applied == recorded.template {
                recorded.applied = recorded.template.clone();
            }
        }
    }

    /// The generation of that number, current or old.
    #[must_use]
    pub fn generation(&self, address: &Address, generation: u32) -> Option<&Recorded> {
        self.generations(address)
            .find(|recorded| recorded.generation == generation)
    }

    /// What a reference to a resource or lookup gives now.
    #[must_use]
    pub fn output(&self, address: &Address, output: &str) -> Option<&Value> {
        let resource = self
            .resources
            .get(address)
            .map(|recorded| &recorded.outputs);
        let pin = || self.pins.get(address).map(|pin| &pin.outputs);
        resource.or_else(pin)?.get(output)
    }

    /// Every generation of an address, oldest first.
    pub fn generations<'a>(&'a self, address: &Address) -> impl Iterator<Item = &'a Recorded> {
        let old = self.old.get(address).into_iter().flatten();
        old.map(|old| &old.recorded)
            .chain(self.resources.get(address))
    }

    /// The number that the next generation of an address gets.
    #[must_use]
    pub fn next_generation(&self, address: &Address) -> u32 {
        let known = self.generations(address).map(|known| known.generation);
        known
            .chain(self.retired.get(address).copied())
            .max()
            .map_or(0, |last| last + 1)
    }

    /// Every generation of every resource, current ones first, each in order of addresses.
    pub fn everything(&self) -> impl Iterator<Item = (&Address, &Recorded)> {
        let old = self.old.iter().flat_map(|(address, generations)| {
            generations.iter().map(move |old| (address, &old.recorded))
        });
        self.resources.iter().chain(old)
    }
}

/// Replaces a text wherever it is all of a value.
fn replace(value: &mut Value, before: &str, after: &str) {
    match value {
        Value::String(text) if text == before => after.clone_into(text),
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| replace(item, before, after)),
        Value::Object(members) => {
            let members = members.values_mut();
            members.for_each(|member| replace(member, before, after));
        }
        _ => {}
    }
}

/// The properties at the top that differ between two specs, sorted.
#[must_use]
pub fn differing(before: &CanonicalJson, after: &CanonicalJson) -> Vec<String> {
    if before == after {
        return Vec::new();
    }
    let (before, after) = (before.to_value(), after.to_value());
    let (Value::Object(before), Value::Object(after)) = (&before, &after) else {
        return Vec::new();
    };
    let names = before.keys().chain(after.keys());
    let differ = names.filter(|name| before.get(*name) != after.get(*name));
    let differ: std::collections::BTreeSet<_> = differ.cloned().collect();
    differ.into_iter().collect()
}
