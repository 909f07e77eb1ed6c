//! What exists in the simulated cloud, and the checks that tests run on it.
//!
//! Not here: how resources come into being (`provider`).

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
    /// All resources, by identifier.
    pub objects: BTreeMap<String, Object>,
    /// Every identifier and output that was ever given, with the kind of its resource.
    pub ever: BTreeMap<String, String>,
    /// Recently deleted resources: deletion time, identifier, and the resource. It may still hold what it used.
    pub lately: Vec<(Duration, String, Object)>,
    /// Calls that arrived long after they were sent, because their process had died or was stopped.
    pub landings: Vec<Landing>,
    /// What AWS's services left behind, by the identifier of the resource that has it: AWS refuses the next deletion of that resource with this error
    /// text.
    pub left: BTreeMap<String, Wording>,
    pub(super) made: u64,
    /// Calls of dead processes, when they were sent, and when they arrive.
    pub(super) on_their_way: Vec<(Duration, Duration, Call)>,
    /// Deleted resources that the tagging API still lists: place and tags, by identifier.
    pub deleted: BTreeMap<String, (Place, BTreeMap<String, String>)>,
    /// Deleted resources that can still be restored, by kind and name.
    pub scheduled: BTreeMap<(String, String), Scheduled>,
}

/// A call that arrived late and was not refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landing {
    /// When the process sent it.
    pub sent: Duration,
    /// When it arrived.
    pub at: Duration,
    /// When an observation could find what it made, what it changed, or that a resource is gone.
    pub shows: Duration,
    /// The address for which it was sent.
    pub address: Address,
    pub kind: String,
    /// The identifier of what it made, if it was a create.
    pub made: Option<String>,
    /// The identifiers of what it changed in place.
    pub changed: Vec<String>,
}

/// A deletion that waits for its recovery window.
#[derive(Debug, Clone)]
pub struct Scheduled {
    /// The identifier that the resource had.
    pub id: String,
    /// Whether Windlass deleted it.
    pub ours: bool,
}

/// One existing resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// The address for which it was made. AWS does not know this, but tests do.
    pub address: Address,
    /// CloudFormation type name.
    pub kind: String,
    /// Where.
    pub place: Place,
    pub properties: BTreeMap<String, Value>,
    /// The properties before its last change. They are in effect beside the new ones while the change is in progress: old tasks still run.
    pub before: BTreeMap<String, Value>,
    pub outputs: Outputs,
    /// The stack and address that own it. A kind that takes tags carries them in AWS, too.
    pub owner: Owner,
    /// The intent that made it.
    pub intent: String,
    /// When it was made.
    pub since: Duration,
    /// When it shows, for each audience.
    pub shows: Shows,
    /// Until when its last change does not show, and what shows instead.
    pub stale: Option<(Duration, BTreeMap<String, Value>)>,
    /// How many more polls AWS answers with `pending`.
    pub pending: u32,
    /// The messages since its last change. Every answer to a poll repeats all of them, as ECS does.
    pub log: Vec<String>,
    /// When it will be gone, if it is being deleted.
    pub gone_at: Option<Duration>,
}

/// When a resource shows, for each audience.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shows {
    /// To a search for what a lost call made.
    pub finder: Duration,
    /// To an observation or a wait.
    pub observer: Duration,
    /// To calls of other resources that name it.
    pub user: Duration,
    /// To its own updates and its deletion.
    pub owner: Duration,
}

/// The audiences: the different readers of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// A search for what a lost call made.
    Finder,
    /// An observation or a wait.
    Observer,
    /// A call of another resource that names it.
    User,
    /// Its own update or deletion.
    Owner,
}

impl Shows {
    /// When it shows to this audience.
    pub fn to(&self, audience: Audience) -> Duration {
        match audience {
            Audience::Finder => self.finder,
            Audience::Observer => self.observer,
            Audience::User => self.user,
            Audience::Owner => self.owner,
        }
    }
}

/// Whether an output is a name of the resource, rather than other information about it.
pub(super) fn names_it(output: &str) -> bool {
    let ends = ["Id", "Arn", "ARN", "Name"];
    ends.iter().any(|end| output.ends_with(end))
}

impl Object {
    /// Whether a text means this resource: its identifier, or one of its outputs that name it.
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

/// How long the world remembers deleted resources.
const REMEMBERED: Duration = Duration::from_secs(3600);

impl World {
    /// Deletes the resources whose deletion is due.
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

    /// Removes a resource from the world. A ghost of it may show for a while.
    pub(super) fn bury(&mut self, id: &str, at: Duration, ghost: Option<Duration>) {
        if let Some(mut object) = self.objects.remove(id) {
            object.stale = ghost.map(|until| (until, object.properties.clone()));
            self.lately.push((at, id.to_owned(), object));
        }
    }

    /// A resource that still shows although it is deleted.
    pub(super) fn ghost(&self, id: &str, now: Duration) -> Option<&Object> {
        let shows = |object: &Object| object.stale.as_ref().is_some_and(|(until, _)| now < *until);
        let mut lately = self.lately.iter().rev();
        let found = lately.find(|(_, of, object)| of == id && shows(object));
        found.map(|(.., object)| object)
    }

    /// When the last of the calls of dead processes arrives, if any is on its way.
    pub fn last_landing(&self) -> Option<Duration> {
        self.on_their_way.iter().map(|(_, at, _)| *at).max()
    }

    /// Existing resources that are in no state: lost, unless they are being deleted.
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

    /// Resources in the state that do not exist.
    pub fn phantoms(&self, snapshot: &Snapshot) -> Vec<String> {
        let ids = snapshot
            .everything()
            .map(|(_, recorded)| &recorded.physical_id);
        ids.filter(|id| !self.objects.contains_key(*id))
            .cloned()
            .collect()
    }

    /// Addresses with more than one existing resource, apart from kept history.
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

    /// What exists, without anything that depends on the order or number of attempts. Two equivalent worlds have the same picture.
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

    /// The resource that exists for an address, if there is exactly one.
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
