//! Refusals of what AWS refuses: what is in use, what is not prepared, names that are not free yet.
//!
//! Not here: the tables that say who uses what (`rules`), and what only one can have (`provider`).

use std::collections::BTreeMap;

use serde_json::Value;
use windlass::schema::KindSchema;
use windlass_engine::provider::{ErrorClass, ProviderError};

use super::provider::error;
use super::rules;
use super::world::{Object, Scheduled, World, texts};

type Result<T> = std::result::Result<T, ProviderError>;
type Properties = BTreeMap<String, Value>;

/// Refuses to remove what is in use.
pub(super) fn refuse_used(world: &World, id: &str, object: &Object, operation: &str) -> Result<()> {
    let refuse = |holder: Option<&String>, code: &str| match holder {
        None => Ok(()),
        Some(holder) => {
            let message = format!("{id} is used by {holder}");
            Err(error(ErrorClass::InUse, operation, code, &message))
        }
    };
    let users = |kind: &'static str| {
        let others = world.objects.iter().filter(move |(other, _)| *other != id);
        others.filter(move |(_, user)| user.kind == kind)
    };
    for (_, user, code) in rules::IN_USE.iter().filter(|rule| rule.0 == object.kind) {
        let holder = users(user).find(|(_, user)| mentions(user, None, id, object));
        refuse(holder.map(|(id, _)| id), code)?;
    }
    for (_, user, property, code) in rules::IN_USE_BY.iter().filter(|rule| rule.0 == object.kind) {
        let holder = users(user).find(|(_, user)| mentions(user, Some(property), id, object));
        refuse(holder.map(|(id, _)| id), code)?;
    }
    for (_, through, user, code) in rules::IN_USE_THROUGH
        .iter()
        .filter(|rule| rule.0 == object.kind)
    {
        let mut between = users(through).filter(|(_, through)| names(through, object));
        let holder = between.find_map(|(id, through)| {
            users(user).find(|(_, user)| mentions(user, None, id, through))
        });
        refuse(holder.map(|(id, _)| id), code)?;
    }
    for (_, between, user, code) in rules::IN_USE_NEARBY
        .iter()
        .filter(|rule| rule.0 == object.kind)
    {
        let network = object.properties.get("VpcId");
        let mut between =
            users(between).filter(|(_, between)| between.properties.get("VpcId") == network);
        let holder = between.find_map(|(id, between)| {
            users(user).find(|(_, user)| mentions(user, None, id, between))
        });
        refuse(holder.map(|(id, _)| id), code)?;
    }
    refuse_lost_members(world, id, &Properties::new(), operation)
}

/// Refuses to take members out of a list that others of the cluster use.
pub(super) fn refuse_lost_members(
    world: &World,
    id: &str,
    after: &Properties,
    operation: &str,
) -> Result<()> {
    let object = &world.objects[id];
    for (_, list, user, property) in rules::MEMBERS_IN_USE
        .iter()
        .filter(|rule| rule.0 == object.kind)
    {
        let members = |properties: &Properties| {
            let list = properties.get(*list).and_then(Value::as_array);
            list.cloned().unwrap_or_default()
        };
        let kept = members(after);
        let mut lost = members(&object.properties);
        lost.retain(|member| !kept.contains(member));
        let cluster = object.outputs.get("Cluster");
        for (holder, user) in world
            .objects
            .iter()
            .filter(|(_, other)| other.kind == *user)
        {
            let same = match cluster {
                Some(cluster) => user.properties.get("Cluster") == Some(cluster),
                None => mentions(user, Some("Cluster"), id, object),
            };
            let mut used = false;
            for (_, value) in user
                .in_effect()
                .filter(|(name, _)| name.as_str() == *property)
            {
                texts(value, &mut |text| {
                    used |= lost.iter().any(|lost| lost == text)
                });
            }
            if same && used {
                let message = format!("{lost:?} of {id} are used by {holder}");
                let code = "ResourceInUseException";
                return Err(error(ErrorClass::InUse, operation, code, &message));
            }
        }
    }
    Ok(())
}

/// Refuses to use what something else has to prepare first.
pub(super) fn refuse_unprepared(
    world: &World,
    kind: &str,
    given: &Properties,
    operation: &str,
) -> Result<()> {
    for (_, used, others, code) in rules::NEEDS.iter().filter(|rule| rule.0 == kind) {
        for (id, used) in world
            .objects
            .iter()
            .filter(|(_, object)| object.kind == *used)
        {
            let mut uses = false;
            for value in given.values() {
                texts(value, &mut |text| uses |= used.is_meant_by(id, text));
            }
            let mut objects = world.objects.values();
            let prepared = objects
                .any(|object| others.contains(&&*object.kind) && mentions(object, None, id, used));
            if uses && !prepared {
                let message = format!("{id} is not prepared");
                return Err(error(ErrorClass::Invalid, operation, code, &message));
            }
        }
    }
    Ok(())
}

/// The identifier of what we deleted under that name and take back.
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
        Some(Scheduled { id, .. }) => {
            let message = format!("{id} of this name is already scheduled for deletion");
            let code = "InvalidRequestException";
            Err(error(ErrorClass::AlreadyExists, operation, code, &message))
        }
    }
}

/// What keeps its name after its deletion.
pub(super) fn scheduled(id: &str, object: &Object) -> Option<((String, String), Scheduled)> {
    let (_, at_once) = rules::RECOVERABLE
        .iter()
        .find(|(kind, _)| *kind == object.kind)?;
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

/// Whether a text of the one holds what the other gives, as a script holds the name of a cluster.
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
