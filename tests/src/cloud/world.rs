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

use super::arriving::Call;
use super::wordings::Wording;

/// Everything that exists, and everything that ever did.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// By identifier.
    pub objects: BTreeMap<String, Object>,
    /// Every identifier and output that was ever given, with the kind of what had it.
    pub ever: BTreeMap<String, String>,
    /// What went a short while ago: when, its identifier, and what it was. It may still hold what it used.
    pub lately: Vec<(Duration, String, Object)>,
    /// Calls that landed long after they were sent, because their process had died or was stopped.
    pub landings: Vec<Landing>,
    /// Leftovers of AWS's services, by the identifier of the resource that has them: AWS refuses its next deletion with these words.
    pub left: BTreeMap<String, Wording>,
    pub(super) made: u64,
    /// Calls of dead processes, when they were sent, and when they land.
    pub(super) on_their_way: Vec<(Duration, Duration, Call)>,
    /// What was deleted and the tagging API still lists: place and tags, by identifier.
    pub deleted: BTreeMap<String, (Place, BTreeMap<String, String>)>,
    /// What was deleted and can still be taken back, by kind and name.
    pub scheduled: BTreeMap<(String, String), Scheduled>,
}

/// A call that landed late, and was not refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landing {
    /// When it was sent.
    pub sent: Duration,
    /// When it landed.
    pub at: Duration,
    /// When who looks could find what it made, what it changed, or that something has gone.
    pub shows: Duration,
    /// For whom.
    pub address: Address,
    /// The kind.
    pub kind: String,
    /// Whether it made something: what it made, if it did.
    pub made: Option<String>,
    /// What it changed in place.
    pub changed: Vec<String>,
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
    /// When it shows, and to whom.
    pub shows: Shows,
    /// Until when its last change does not show, and what shows instead.
    pub stale: Option<(Duration, BTreeMap<String, Value>)>,
    /// How many more times it answers a poll with `pending`.
    pub pending: u32,
    /// What it has told since its last change. Every answer to a poll repeats all of it, as ECS does.
    pub log: Vec<String>,
    /// When it will be gone, if it is on its way out.
    pub gone_at: Option<Duration>,
}

/// When something shows, to each who may look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shows {
    /// To who looks for what a lost call made.
    pub finder: Duration,
    /// To who observes it or waits for it.
    pub observer: Duration,
    /// To calls of others that name it.
    pub user: Duration,
    /// To its own updates and its deletion.
    pub owner: Duration,
}

/// Who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Who looks for what a lost call made.
    Finder,
    /// Who observes it or waits for it.
    Observer,
    /// A call of something else that names it.
    User,
    /// Its own update or deletion.
    Owner,
}

impl Shows {
    /// When it shows to them.
    pub fn to(&self, audience: Audience) -> Duration {
        match audience {
            Audience::Finder => self.finder,
            Audience::Observer => self.observer,
            Audience::User => self.user,
            Audience::Owner => self.owner,
        }
    }
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
    /// The properties as AWS shows them now.
    pub(super) fn as_shown(&self, now: Duration) -> &BTreeMap<String, Value> {
        match &self.stale {
            Some((until, before)) if now < *until => before,
            _ => &self.properties,
        }
    }

    /// Every property in effect.
    pub(super) fn in_effect(&self) -> impl Iterator<Item = (&String, &Value)> {
        let before = self.before.iter().filter(|_| self.pending > 0);
        self.properties.iter().chain(before)
    }
}

/// How long the world remembers what has gone.
const REMEMBERED: Duration = Duration::from_secs(3600);

impl World {
    /// Lets go what is on its way out and whose time has come.
    pub(super) fn pass(&mut self, now: Duration) {
        let gone = |object: &Object| object.gone_at.filter(|at| *at <= now);
        let due: Vec<_> = self
            .objects
            .iter()
            .filter_map(|(id, object)| Some((gone(object)?, id.clone())))
            .collect();
        for (at, id) in due {
            self.bury(&id, at, None);
        }
        self.lately.retain(|(at, ..)| now < *at + REMEMBERED);
    }

    /// Takes something out of the world; a ghost of it may show for a while.
    pub(super) fn bury(&mut self, id: &str, at: Duration, ghost: Option<Duration>) {
        if let Some(mut object) = self.objects.remove(id) {
            object.stale = ghost.map(|until| (until, object.properties.clone()));
            self.lately.push((at, id.to_owned(), object));
        }
    }

    /// What shows although it is gone.
    pub(super) fn ghost(&self, id: &str, now: Duration) -> Option<&Object> {
        let shows = |object: &Object| object.stale.as_ref().is_some_and(|(until, _)| now < *until);
        let mut lately = self.lately.iter().rev();
        let found = lately.find(|(_, of, object)| of == id && shows(object));
        found.map(|(.., object)| object)
    }

    /// When the last of the calls of dead processes lands, if any is on its way.
    pub fn last_landing(&self) -> Option<Duration> {
        self.on_their_way.iter().map(|(_, at, _)| *at).max()
    }

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
