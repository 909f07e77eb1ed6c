//! What exists in the simulated cloud, and what tests ask about it.
//!
//! Not here: how it comes about (`provider`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use std::time::Duration;
use windlass::address::Address;
use windlass::document::Place;
use windlass_engine::provider::Outputs;
use windlass_state::identity::{Owner, is_own_tag};
use windlass_state::snapshot::Snapshot;

/// Everything that exists, and everything that ever did.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// By identifier.
    pub objects: BTreeMap<String, Object>,
    /// Every identifier and output that was ever given.
    pub ever: BTreeSet<String>,
    pub(super) made: u64,
    /// What was deleted and can still be taken back, by kind and name.
    pub scheduled: BTreeMap<(String, String), Scheduled>,
}

/// A deletion that waits for its recovery window.
#[derive(Debug, Clone)]
pub struct Scheduled {
    /// The identifier that it had.
    pub id: String,
    /// Whether we deleted it.
    pub ours: bool,
}

/// One thing that exists.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// For whom it was made. AWS does not know this; tests do.
    pub address: Address,
    /// CloudFormation type name.
    pub kind: String,
    /// Where.
    pub place: Place,
    /// Its properties.
    pub properties: BTreeMap<String, Value>,
    /// Those before its last change, in effect beside the new ones while that is under way: old tasks still run.
    pub before: BTreeMap<String, Value>,
    /// What it gives.
    pub outputs: Outputs,
    /// Whose it is. What takes tags says so in AWS, too.
    pub owner: Owner,
    /// The intent that made it.
    pub intent: String,
    /// When it was made.
    pub since: Duration,
    /// How many more times it answers a poll with `pending`.
    pub pending: u32,
    /// What it has told since its last change. Every answer to a poll repeats all of it, as ECS does.
    pub log: Vec<String>,
    /// When it will be gone, if it is on its way out.
    pub gone_at: Option<Duration>,
}

/// Whether an output is a name of the resource, rather than something about it.
pub(super) fn names_it(output: &str) -> bool {
    let ends = ["Id", "Arn", "ARN", "Name"];
    ends.iter().any(|end| output.ends_with(end))
}

impl Object {
    /// Whether something refers to this by its identifier or anything it gives.
    pub fn is_meant_by(&self, id: &str, text: &str) -> bool {
        let mut outputs = self.outputs.iter();
        text == id || outputs.any(|(output, value)| names_it(output) && value == text)
    }
}

impl Object {
    /// Every property in effect.
    pub(super) fn in_effect(&self) -> impl Iterator<Item = (&String, &Value)> {
        let before = self.before.iter().filter(|_| self.pending > 0);
        self.properties.iter().chain(before)
    }
}

impl World {
    /// What exists and is in no state: lost for ever, unless it is on its way out.
    pub fn orphans(&self, snapshot: &Snapshot) -> Vec<String> {
        let known: BTreeSet<_> = snapshot
            .everything()
            .map(|(_, recorded)| recorded.physical_id.as_str())
            .collect();
        let lost = self
            .objects
            .iter()
            .filter(|(id, object)| object.gone_at.is_none() && !known.contains(id.as_str()));
        lost.map(|(id, _)| id.clone()).collect()
    }

    /// What is in the state and does not exist.
    pub fn phantoms(&self, snapshot: &Snapshot) -> Vec<String> {
        let ids = snapshot
            .everything()
            .map(|(_, recorded)| &recorded.physical_id);
        ids.filter(|id| !self.objects.contains_key(*id))
            .cloned()
            .collect()
    }

    /// Addresses for which more than one thing exists, but for kept history.
    pub fn duplicates(&self, snapshot: &Snapshot) -> Vec<Address> {
        let mut seen = BTreeMap::new();
        for (id, object) in &self.objects {
            let kept = snapshot.old.values().flatten();
            let kept = kept.into_iter().any(|old| old.recorded.physical_id == *id);
            if !kept && object.gone_at.is_none() {
                *seen.entry(object.address.clone()).or_insert(0) += 1;
            }
        }
        seen.retain(|_, count| *count > 1);
        seen.into_keys().collect()
    }

    /// What exists, without anything that depends on the order or number of attempts: two worlds that are alike have the same picture.
    pub fn picture(&self) -> BTreeMap<Address, Vec<(String, Value)>> {
        let mut names = BTreeMap::new();
        for (id, object) in &self.objects {
            names.insert(id.clone(), format!("<{}>", object.address));
            for (output, value) in &object.outputs {
                if let Some(text) = value.as_str().filter(|text| text.contains("sim-")) {
                    names.insert(text.to_owned(), format!("<{}.{output}>", object.address));
                }
            }
        }
        let mut picture: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for object in self.objects.values() {
            let mut value = Value::Object(object.properties.clone().into_iter().collect());
            if let Some(Value::Array(tags)) = value.get_mut("Tags") {
                tags.retain(|tag| !tag["Key"].as_str().is_some_and(is_own_tag));
            }
            replace(&mut value, &names);
            let entry = (object.kind.clone(), value);
            picture
                .entry(object.address.clone())
                .or_default()
                .push(entry);
        }
        for objects in picture.values_mut() {
            objects.sort_by_key(|(kind, value)| (kind.clone(), value.to_string()));
        }
        picture
    }

    /// The thing that exists for an address, if it is exactly one.
    pub fn at(&self, address: &str) -> Option<(&String, &Object)> {
        let mut found = self
            .objects
            .iter()
            .filter(|(_, object)| object.address.as_str() == address);
        found.next().filter(|_| found.next().is_none())
    }
}

fn replace(value: &mut Value, names: &BTreeMap<String, String>) {
    match value {
        Value::String(text) => {
            if let Some(name) = names.get(text) {
                text.clone_from(name);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, names)),
        Value::Object(items) => items.values_mut().for_each(|item| replace(item, names)),
        _ => {}
    }
}

/// Calls `visit` with every text inside a value.
pub(super) fn texts<'v>(value: &'v Value, visit: &mut dyn FnMut(&'v str)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, visit)),
        Value::Object(items) => items.values().for_each(|item| texts(item, visit)),
        _ => {}
    }
}
