//! Refusals: what is in use, not found, not prepared, or already taken by another resource.
//!
//! Not here: the tables of which kind uses which (`rules`), and the error texts (`wordings`).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;
use windlass::document::Place;
use windlass::schema::KindSchema;

use super::operations::twin;
use super::provider::{Cloud, Result};
use super::rules::{self, LINGERS};
use super::wordings::{SCHEDULED, Wording, not_found_by, refusal};
use super::world::{Audience, Object, Scheduled, World, texts};

pub(super) type Properties = BTreeMap<String, Value>;

/// Decides on one call about one thing.
struct Judge<'a> {
    world: &'a World,
    id: &'a str,
    object: &'a Object,
    operation: &'a str,
}

impl<'a> Judge<'a> {
    fn refuse(&self, holder: Option<&String>, wording: Wording) -> Result<()> {
        match holder {
            None => Ok(()),
            Some(by) => {
                let kind = &self.object.kind;
                Err(refusal(kind, self.operation, wording, self.id, by))
            }
        }
    }

    fn users(&self, kind: &'static str) -> impl Iterator<Item = (&'a String, &'a Object)> {
        let id = self.id;
        let others = self.world.objects.iter();
        others.filter(move |(other, user)| *other != id && user.kind == kind)
    }

    fn user(&self, kind: &'static str, property: Option<&str>) -> Option<&'a String> {
        let mut users = self.users(kind);
        let found = users.find(|(_, user)| mentions(user, property, self.id, self.object));
        found.map(|(id, _)| id)
    }

    fn in_use(&self) -> Result<()> {
        let kind = &self.object.kind;
        for (_, user, wording) in rules::IN_USE.iter().filter(|rule| rule.0 == kind) {
            self.refuse(self.user(user, None), *wording)?;
        }
        for (_, user, property, wording) in rules::IN_USE_BY.iter().filter(|rule| rule.0 == kind) {
            self.refuse(self.user(user, Some(property)), *wording)?;
        }
        Ok(())
    }

    fn in_use_through(&self) -> Result<()> {
        let rules = rules::IN_USE_THROUGH.iter();
        for (_, through, user, wording) in rules.filter(|rule| rule.0 == self.object.kind) {
            let mut between = self
                .users(through)
                .filter(|(_, through)| names(through, self.object));
            let holder = between.find_map(|(id, through)| {
                self.users(user)
                    .find(|(_, user)| mentions(user, None, id, through))
            });
            self.refuse(holder.map(|(id, _)| id), *wording)?;
        }
        Ok(())
    }

    fn in_use_nearby(&self) -> Result<()> {
        let rules = rules::IN_USE_NEARBY.iter();
        for (_, between, user, wording) in rules.filter(|rule| rule.0 == self.object.kind) {
            let network = self.object.properties.get("VpcId");
            let mut between = self
                .users(between)
                .filter(|(_, between)| between.properties.get("VpcId") == network);
            let holder = between.find_map(|(id, between)| {
                self.users(user)
                    .find(|(_, user)| mentions(user, None, id, between))
            });
            self.refuse(holder.map(|(id, _)| id), *wording)?;
        }
        Ok(())
    }

    // What a deleted user leaves behind for a while, such as the network interfaces of its tasks.
    fn lingers(&self, now: Duration) -> Result<()> {
        for (_, user, for_so_long, wording) in
            LINGERS.iter().filter(|rule| rule.0 == self.object.kind)
        {
            let mut gone = self.world.lately.iter();
            let holder = gone.find(|(at, _, gone)| {
                gone.kind == *user
                    && now < *at + Duration::from_secs(*for_so_long)
                    && mentions(gone, None, self.id, self.object)
            });
            self.refuse(holder.map(|(_, id, _)| id), *wording)?;
        }
        Ok(())
    }
}

/// Refuses to delete a thing that is in use. Where such uses linger, also a thing that was in use until a moment before `now`.
pub(super) fn refuse_used(
    world: &World,
    id: &str,
    object: &Object,
    operation: &str,
    lingering: Option<Duration>,
) -> Result<()> {
    let judge = Judge {
        world,
        id,
        object,
        operation,
    };
    judge.in_use()?;
    judge.in_use_through()?;
    judge.in_use_nearby()?;
    lingering.map_or(Ok(()), |now| judge.lingers(now))?;
    refuse_lost_members(world, id, &Properties::new(), operation)
}

/// Records what AWS's services leave behind on the resources that a deleted resource used.
pub(super) fn leave_behind(world: &mut World, id: &str) {
    let user = &world.objects[id];
    let mut left = Vec::new();
    for (used, by, leaves, wording) in rules::LEFT_BEHIND {
        if user.kind == *by && leaves(&user.properties) {
            let objects = world.objects.iter();
            let objects = objects.filter(|(_, object)| object.kind == *used);
            let used = objects.filter(|(id, object)| mentions(user, None, id, object));
            left.extend(used.map(|(id, _)| (id.clone(), *wording)));
        }
    }
    world.left.extend(left);
}

/// An existing resource with the same settings. AWS answers the create call with it.
pub(super) fn answered_with<'w>(
    world: &'w World,
    schema: &KindSchema,
    place: &Place,
    given: &Properties,
) -> Option<(&'w String, &'w Object)> {
    let (_, key) = rules::ANSWERED_WITH
        .iter()
        .find(|(kind, _)| *kind == schema.kind)?;
    let tags = schema.tags().map(|tags| tags.name);
    let settings = |of: &Properties| {
        let mut of = of.clone();
        of.retain(|name, _| Some(name.as_str()) != tags);
        of
    };
    let same = settings(given);
    let mut objects = world.objects.iter();
    objects.find(|(_, object)| {
        object.kind == schema.kind
            && object.place == *place
            && object.gone_at.is_none()
            && key.iter().all(|name| given.contains_key(*name))
            && settings(&object.properties) == same
    })
}

/// Refuses to take members out of a list that other resources of the cluster use.
pub(super) fn refuse_lost_members(
    world: &World,
    id: &str,
    after: &Properties,
    operation: &str,
) -> Result<()> {
    let object = &world.objects[id];
    let rules = rules::MEMBERS_IN_USE.iter();
    for (_, list, user, property, wording) in rules.filter(|rule| rule.0 == object.kind) {
        let members = |properties: &Properties| {
            let list = properties.get(*list).and_then(Value::as_array);
            list.cloned().unwrap_or_default()
        };
        let kept = members(after);
        let mut lost = members(&object.properties);
        lost.retain(|member| !kept.contains(member));
        let cluster = object.outputs.get("Cluster");
        let users = world
            .objects
            .iter()
            .filter(|(_, other)| other.kind == *user);
        for (holder, user) in users {
            let same = match cluster {
                Some(cluster) => user.properties.get("Cluster") == Some(cluster),
                None => mentions(user, Some("Cluster"), id, object),
            };
            let mut used = false;
            let values = user
                .in_effect()
                .filter(|(name, _)| name.as_str() == *property);
            for (_, value) in values {
                texts(value, &mut |text| {
                    used |= lost.iter().any(|lost| lost == text)
                });
            }
            if same && used {
                return Err(refusal(&object.kind, operation, *wording, id, holder));
            }
        }
    }
    Ok(())
}

/// Refuses to use a thing that another resource has to prepare first.
pub(super) fn refuse_unprepared(
    world: &World,
    kind: &str,
    given: &Properties,
    operation: &str,
) -> Result<()> {
    for (_, used, others, wording) in rules::NEEDS.iter().filter(|rule| rule.0 == kind) {
        let candidates = world
            .objects
            .iter()
            .filter(|(_, object)| object.kind == *used);
        for (id, used) in candidates {
            let mut uses = false;
            for value in given.values() {
                texts(value, &mut |text| uses |= used.is_meant_by(id, text));
            }
            let mut objects = world.objects.values();
            let prepared = objects
                .any(|object| others.contains(&&*object.kind) && mentions(object, None, id, used));
            if uses && !prepared {
                return Err(refusal(kind, operation, *wording, id, ""));
            }
        }
    }
    Ok(())
}

impl Cloud {
    /// Refuses a call that names a resource that does not exist, or does not show yet: AWS answers both alike. It does not check literals that the
    /// world never gave.
    pub(super) fn refuse_missing(
        &self,
        world: &World,
        kind: &str,
        given: &Properties,
        operation: &str,
    ) -> Result<()> {
        let mut result = Ok(());
        for value in given.values() {
            texts(value, &mut |text| {
                if result.is_err() || !world.ever.contains_key(text) {
                    return;
                }
                let used = &world.ever[text];
                let mut objects = world.objects.iter();
                let meant = objects
                    .find(|(id, object)| object.kind == *used && object.is_meant_by(id, text));
                let shows = meant.is_some_and(|(_, object)| !self.hides(object, Audience::User));
                if !shows {
                    result = not_found_by(kind, operation, used, text).map_or(Ok(()), Err);
                }
            });
        }
        result
    }
}

/// The existing resource that is in the way of this one: it has the same name, or the same value of properties that only one resource can have.
pub(super) fn taken<'w>(
    world: &'w World,
    schema: &KindSchema,
    place: &Place,
    spec: &Properties,
    except: &BTreeSet<String>,
) -> Option<(&'w String, Option<Wording>)> {
    let name = schema.physical_name().map(|(field, _)| field.name);
    let name = name
        .filter(|_| !rules::shares_name(schema.kind) && !overwrites(schema.kind))
        .map(|name| (vec![name], rules::name_taken(twin(schema.kind))));
    let unique = rules::UNIQUE
        .iter()
        .filter(|(kind, ..)| *kind == schema.kind);
    let unique = unique.map(|(_, names, wording)| (names.to_vec(), Some(*wording)));
    for (names, wording) in name.into_iter().chain(unique) {
        if names.iter().any(|name| !spec.contains_key(*name)) {
            continue;
        }
        let alike = world.objects.iter().find(|(id, object)| {
            object.kind == schema.kind
                && !except.contains(*id)
                && object.place == *place
                && names
                    .iter()
                    .all(|name| object.properties.get(*name) == spec.get(*name))
        });
        if let Some((id, _)) = alike {
            return Some((id, wording));
        }
    }
    None
}

/// Refuses what another resource already has.
pub(super) fn refuse_taken(
    world: &World,
    schema: &KindSchema,
    place: &Place,
    given: &Properties,
    except: &BTreeSet<String>,
    operation: &str,
) -> Result<()> {
    match taken(world, schema, place, given, except) {
        None => Ok(()),
        Some((id, Some(wording))) => Err(refusal(schema.kind, operation, wording, id, id)),
        // AWS answers this create with the existing resource. The life cycle checks whose resource that is, and reports it itself.
        Some((id, None)) => Err(windlass_aws::exists(operation, id)),
    }
}

fn overwrites(kind: &str) -> bool {
    rules::OVERWRITES.iter().any(|(of, _)| *of == kind)
}

/// The identifier of a kind that AWS identifies by the given properties, so that a second create overwrites the first.
pub(super) fn natural_key(kind: &str, given: &Properties) -> Option<String> {
    let (_, names) = rules::OVERWRITES.iter().find(|(of, _)| *of == kind)?;
    let parts = names.iter().map(|name| match given.get(*name) {
        Some(Value::String(text)) => text.clone(),
        other => other.map(Value::to_string).unwrap_or_default(),
    });
    let name = kind.rsplit("::").next().unwrap_or(kind);
    Some(format!("{name}:{}", parts.collect::<Vec<_>>().join("|")))
}

/// The identifier of the resource that we deleted under this name and restore now.
pub(super) fn taken_back(
    world: &mut World,
    schema: &KindSchema,
    given: &Properties,
    operation: &str,
) -> Result<Option<String>> {
    let Some(key) = name(schema, given) else {
        return Ok(None);
    };
    match world.scheduled.get(&key) {
        None => Ok(None),
        Some(Scheduled { ours: true, .. }) => Ok(world.scheduled.remove(&key).map(|was| was.id)),
        // This is AWS's refusal with the class that the life cycle gives it after it has checked whose secret that is.
        Some(Scheduled { id, .. }) => Err(refusal(schema.kind, operation, SCHEDULED, id, "")
            .found_to_be(windlass_aws::exists(operation, id).class)),
    }
}

/// The kind and name that stay taken after this deletion, with the details of the deletion.
pub(super) fn scheduled(id: &str, object: &Object) -> Option<((String, String), Scheduled)> {
    let mut rows = rules::RECOVERABLE.iter();
    let (_, at_once) = rows.find(|(kind, _)| *kind == object.kind)?;
    if object.properties.get(*at_once) == Some(&Value::Bool(true)) {
        return None;
    }
    let schema = super::kinds::schema(&object.kind)?;
    let was = Scheduled {
        id: id.to_owned(),
        ours: true,
    };
    Some((name(schema, &object.properties)?, was))
}

fn name(schema: &KindSchema, properties: &Properties) -> Option<(String, String)> {
    let (field, _) = schema.physical_name()?;
    let name = properties.get(field.name)?.as_str()?;
    Some((schema.kind.to_owned(), name.to_owned()))
}

fn mentions(user: &Object, property: Option<&str>, id: &str, used: &Object) -> bool {
    let mut found = false;
    for (name, value) in user.in_effect() {
        if property.is_none_or(|property| property == name) {
            texts(value, &mut |text| found |= used.is_meant_by(id, text));
        }
    }
    found
}

/// Whether a text of `user` contains what `used` gives, as a script contains the name of a cluster.
fn names(user: &Object, used: &Object) -> bool {
    let given: Vec<_> = used.outputs.values().filter_map(Value::as_str).collect();
    let mut found = false;
    for (_, value) in user.in_effect() {
        texts(value, &mut |text| {
            found |= given.iter().any(|given| text.contains(given))
        });
    }
    found
}
