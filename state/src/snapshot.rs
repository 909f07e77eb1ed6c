//! The snapshot: every resource that Windlass records as existing for one stack and environment.
//!
//! Not here: how the snapshot is kept, and how it is compared with AWS.

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

/// The version of snapshots and records that this crate writes. It reads older ones and refuses newer ones.
///
/// Since 2: the operations beside `up` and `destroy`, the settlement `believed`, and what the history says about each address. Since 3: durations.
/// Since 4: creates that were settled as never sent, the version that wrote the state, times by AWS's own clock, verdicts, tokens of requests, and why
/// and about what a run was.
pub const FORMAT: u32 = 4;

/// The version of this Windlass, such as `0.1.0`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Every resource that is recorded as existing, for one stack and environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// [`FORMAT`].
    pub format: u32,
    /// The version of Windlass that wrote the snapshot, such as `0.1.0`. Empty in formats 1 to 3. An older version that finds a newer format reads only
    /// these two fields.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub written_by: String,
    /// The identity of this state.
    pub lineage: Lineage,
    /// The stack's name.
    pub stack: String,
    pub environment: String,
    /// How many records of the journal the snapshot contains; it is the sequence of the next intent.
    pub sequence: u64,
    /// The place of the resources. Absent before the first `up`.
    pub binding: Option<Binding>,
    /// The key of the hashes of secrets.
    pub secret_key: SecretKey,
    /// The current generation of each resource.
    pub resources: BTreeMap<Address, Recorded>,
    /// Generations that are not current: to be deleted, or kept as history. Oldest first.
    pub old: BTreeMap<Address, Vec<OldGeneration>>,
    /// The last generation of an address that has no resource any more. Generations never start again, because names, client tokens and intent tags are
    /// made from them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub retired: BTreeMap<Address, u32>,
    /// Answers to lookups, kept until the user refreshes them.
    pub pins: BTreeMap<Address, Pin>,
    /// The availability zones that the program got, by region.
    pub zones: BTreeMap<String, Vec<String>>,
    /// The outputs of the stack, for its user and other stacks.
    pub outputs: BTreeMap<String, Value>,
    /// How long steps took.
    #[serde(default, skip_serializing_if = "Durations::is_empty")]
    pub durations: Durations,
    /// Intents without an outcome, by sequence: the calls that a killed run left open.
    pub open: BTreeMap<u64, Intent>,
    /// Creates that were settled as never sent, by sequence. AWS has no fencing: the call of a dead program can still arrive, and its intent identifies
    /// the resource that it makes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lost: BTreeMap<u64, Intent>,
}

/// One generation of a resource that is recorded as existing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// CloudFormation type name.
    pub kind: String,
    /// Counts up with every replacement, from 0.
    pub generation: u32,
    /// Account, role and region, as far as they are known.
    pub place: Place,
    /// AWS's identifier.
    pub physical_id: String,
    /// The attributes that AWS returned, by CloudFormation attribute name.
    pub outputs: BTreeMap<String, Value>,
    /// The spec as last declared, with its expressions.
    pub template: CanonicalJson,
    /// The spec as last sent, without expressions and secret values.
    pub applied: CanonicalJson,
    /// The resources that this one waited for.
    pub depends_on: Vec<Address>,
    /// Options of the resource for the engine. They remain in force after the declaration is removed.
    pub options: Options,
    /// The level that a wait has reached. The next run continues an interrupted wait.
    pub waited: Wait,
    /// The top-level properties that may differ from `applied`: the create call could not carry them and their update has not succeeded yet, or an
    /// update was interrupted. The next plan sends them again.
    pub unfinished: Vec<String>,
    /// The intent that made or last changed the resource. For an imported resource that was not changed since, one that was never sent.
    pub intent: IntentId,
    /// Whether the resource existed before Windlass managed it: an import recorded it, and no call of ours made it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub imported: bool,
    /// When AWS answered its create, or showed the resource of a lost create, by AWS's own clock. Until AWS must show the resource, the answer "does
    /// not exist" proves nothing. Absent if that was long ago: in formats 1 to 3, and for imported resources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// When AWS answered its last update, by AWS's own clock: for a while AWS may still answer with the old values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<Timestamp>,
    /// The last known verdict on its deployment, or on the task that it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Box<Verdict>>,
}

/// A generation that is not current.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OldGeneration {
    /// Why the generation is still recorded.
    pub why: OldReason,
    /// The resource.
    pub recorded: Recorded,
}

/// Why a generation that is not current is still recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OldReason {
    /// It was replaced, and Windlass will delete it.
    Deposed,
    /// It is history for a rollback.
    Kept,
}

/// The answer to a lookup.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// Canonical JSON of the question. If the program asks another question, the engine asks AWS again.
    pub question: CanonicalJson,
    /// AWS's answer, by output name.
    pub outputs: BTreeMap<String, Value>,
}

/// The binary logarithm of scrypt's cost. Another cost gives another hash, so each hash begins with the cost.
const SCRYPT_LOG_N: u8 = 13;

/// The key of the hashes of secrets: 64 hex digits, random, one per state.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretKey(pub String);

impl SecretKey {
    /// The hash that represents a value in the state: equal values have equal hashes within one state.
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

    /// The HMAC-SHA256 of a value, which states of format 3 and older contain. The engine uses it to tell whether such a state has this value.
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
    /// A state without resources.
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

    /// The owner of the resources of this state.
    #[must_use]
    pub fn owner(&self) -> Owner {
        Owner {
            stack: self.stack.clone(),
            environment: self.environment.clone(),
            lineage: self.lineage.clone(),
        }
    }

    /// The snapshot in the format that this crate writes, from any older format.
    #[must_use]
    pub fn upgraded(self) -> Self {
        Self {
            format: FORMAT.max(self.format),
            written_by: VERSION.to_owned(),
            ..self
        }
    }

    /// Replaces the hashes of secret values by other hashes of the same values. `hashes` maps from old to new ones.
    ///
    /// Both hashes represent one value, so AWS sees no change.
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

    /// Shares texts in memory: a template that equals the document's spec uses the document's text, and an applied spec that equals its template uses
    /// the template's text.
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

    /// The current value of a reference to a resource or lookup.
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

/// Replaces a text wherever it is the whole of a value.
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

/// The top-level properties that differ between two specs, sorted.
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
