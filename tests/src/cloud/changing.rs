//! What an update does. Not here: whether it arrives (`arriving`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use windlass::schema::{Change, KindSchema, Removal, Shape, flattened};
use windlass_engine::provider::{Outputs, UpdateRequest};

use super::kinds::schema;
use super::making::{pending, properties, tag};
use super::provider::{Cloud, Result};
use super::refusing::{self, Properties};
use super::sharing::Wanted;
use super::wordings::{Wording, not_found, unchangeable};
use super::world::{Object, World};
use super::{invent, operations, rules};

impl Cloud {
    pub(super) fn change(&self, request: &UpdateRequest<'_>) -> Result<Outputs> {
        let target = request.target;
        let (kind, id) = (target.kind.as_str(), &target.physical_id);
        let schema = schema(kind).expect("only known kinds are planned");
        let operation = operations::of(kind).changing(request.properties);
        let mut world = self.world();
        let spec = properties(request.spec.to_value());
        self.refuse_hidden(&world, kind, id, operation)?;
        self.refuse_missing(&world, kind, &spec, operation)?;
        refusing::refuse_unprepared(&world, kind, &spec, operation)?;
        let wanted = Wanted {
            world: &world,
            kind,
            id: Some(id),
            given: &spec,
            operation,
        };
        wanted.refuse_shared()?;
        exchange(&mut world, request, schema, operation)?;
        let Some(object) = world.objects.get_mut(id) else {
            return Err(not_found(kind, operation, id));
        };
        let before = object.properties.clone();
        let deaf = self.faults().deaf;
        let heard = request
            .properties
            .iter()
            .filter(|name| !deaf.contains(*name));
        for name in heard {
            let field = schema.field(name);
            let field = field.ok_or_else(|| unchangeable(kind, name))?;
            if matches!(field.change, Change::Replaces) {
                return Err(unchangeable(kind, name));
            }
            let kept = rules::KEEPS_MEMBERS.contains(&(kind, name.as_str()));
            let old = object.properties.get(name).filter(|_| kept).cloned();
            set(&mut object.properties, name, spec.get(name), field.removal);
            if let (Some(old), Some(new)) = (old, object.properties.get_mut(name)) {
                keep_members(field.shape, &old, new);
            }
            if schema.tags().is_some_and(|tags| tags.name == name) {
                tag(&mut object.properties, name, &object.intent, request.owner);
            }
        }
        object.stale = self.staleness(kind).map(|until| (until, before.clone()));
        object.before = before;
        object.pending = pending(schema);
        object.log.clear();
        let outputs = invent::outputs(schema, id, &object.properties);
        object.outputs.clone_from(&outputs);
        let left = switched_off(object).filter(|_| self.faults().lingers);
        world.left.extend(left.map(|wording| (id.clone(), wording)));
        drop(world);
        self.note("update", &target.address);
        Ok(outputs)
    }
}

/// AWS's refusal for what instances keep although the update has just switched their group's property off.
fn switched_off(object: &Object) -> Option<Wording> {
    let mut rows = rules::LEFT_BY_CHANGE.iter();
    let off = rows.find(|(kind, name, _)| {
        let on = |of: &Properties| of.get(*name) == Some(&Value::Bool(true));
        object.kind == *kind && on(&object.before) && !on(&object.properties)
    });
    off.map(|(.., wording)| *wording)
}

fn set(properties: &mut Properties, name: &str, value: Option<&Value>, removal: Removal) {
    match (value, removal) {
        (Some(value), _) => {
            properties.insert(name.to_owned(), value.clone());
        }
        (None, Removal::Keeps) => {}
        (None, _) => {
            properties.remove(name);
        }
    }
}

// Members that the call does not give keep their values, except for those that AWS clears.
fn keep_members(shape: &Shape, old: &Value, new: &mut Value) {
    let (Shape::Block(fields), Value::Object(old), Value::Object(new)) = (shape, old, new) else {
        return;
    };
    for field in flattened(fields) {
        let (name, old) = (field.name, old.get(field.name));
        match (old, new.get_mut(name)) {
            (Some(old), Some(new)) => keep_members(field.shape, old, new),
            (Some(old), None) if !matches!(field.removal, Removal::Clears) => {
                new.insert(name.to_owned(), old.clone());
            }
            _ => {}
        }
    }
}

// A call can take a value that only one resource may have if the only resources that have it give it up in the same call.
fn exchange(
    world: &mut World,
    request: &UpdateRequest<'_>,
    schema: &KindSchema,
    operation: &str,
) -> Result<()> {
    let spec = properties(request.spec.to_value());
    let own = request.properties.iter();
    let own = own.map(|name| (name.clone(), spec.get(name).cloned()));
    let id = &request.target.physical_id;
    let mut moved: Vec<(&String, BTreeMap<String, Option<Value>>)> = vec![(id, own.collect())];
    moved.extend(request.partners.iter().map(|partner| {
        let value = Some(partner.value.clone());
        (
            &partner.physical_id,
            [(partner.property.clone(), value)].into(),
        )
    }));
    let all: BTreeSet<_> = moved.iter().map(|(id, _)| (*id).clone()).collect();
    let mut after = Vec::new();
    for (id, to) in moved {
        let object = world.objects.get(id);
        let object = object.ok_or_else(|| not_found(schema.kind, operation, id))?;
        let mut properties = object.properties.clone();
        for (name, value) in to {
            match value {
                Some(value) => properties.insert(name, value),
                None => properties.remove(&name),
            };
        }
        refusing::refuse_taken(world, schema, &object.place, &properties, &all, operation)?;
        refusing::refuse_lost_members(world, id, &properties, operation)?;
        after.push((id, properties));
    }
    // The first is the resource itself. Its change continues like any other.
    for (id, properties) in after.into_iter().skip(1) {
        let partner = world.objects.get_mut(id).expect("it was there just now");
        partner.properties = properties;
    }
    Ok(())
}
