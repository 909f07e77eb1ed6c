//! Checks that the world is what a program declares: one resource for each address, every property as written, and no other resource of ours.
//!
//! It looks at the world alone. What the engine believes does not matter here.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use windlass::expr::Expr;
use windlass::schema::{
    Change, FieldSchema, OldGenerations, Owner, Read, Removal, Shape, flattened,
};

use crate::cloud::kinds::schema;
use crate::cloud::{Object, Program, World};

/// Differences that no run is to blame for, because no run could know about them.
#[derive(Debug, Default)]
pub struct Excuses {
    /// The identifiers of resources that a late update of a dead process changed. Windlass cannot correct properties there that AWS never returns or
    /// that the program does not write: the engine compares neither.
    pub changed_late: BTreeSet<String>,
}

/// What is wrong with the world. Empty if the world is as declared. `program` is `None` if nothing is declared.
pub fn judge(world: &World, program: Option<&Program>, excuses: &Excuses) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut by_address: BTreeMap<&str, Vec<(&String, &Object)>> = BTreeMap::new();
    for (id, object) in world
        .objects
        .iter()
        .filter(|(_, object)| object.gone_at.is_none())
    {
        by_address
            .entry(object.address.as_str())
            .or_default()
            .push((id, object));
    }
    for things in by_address.values_mut() {
        things.sort_by_key(|(id, object)| (object.since, (*id).clone()));
    }
    let declared: BTreeSet<&str> = program
        .iter()
        .flat_map(|program| program.document().resources.keys())
        .map(|address| address.as_str())
        .collect();
    for (address, things) in &by_address {
        let ids: Vec<_> = things.iter().map(|(id, _)| id.as_str()).collect();
        if !declared.contains(address) {
            wrong.push(format!("{address} is not declared, and there is {ids:?}"));
        } else if things.len() > 1 + kept(things[0].1) {
            wrong.push(format!(
                "{address} is there {} times: {ids:?}",
                things.len()
            ));
        }
    }
    for (address, declaration) in program
        .iter()
        .flat_map(|program| &program.document().resources)
    {
        match by_address
            .get(address.as_str())
            .and_then(|things| things.last())
        {
            None => wrong.push(format!("{address} is not there")),
            Some((id, object)) => {
                let late = excuses.changed_late.contains(*id);
                let spec = declaration.spec.to_value();
                let differences = differences(&spec, object, &by_address, late);
                let told = differences.into_iter();
                wrong.extend(told.map(|difference| format!("{address} ({id}): {difference}")));
            }
        }
    }
    wrong
}

fn kept(object: &Object) -> usize {
    match schema(&object.kind).map(|schema| schema.old_generations) {
        Some(OldGenerations::Kept(count)) => usize::try_from(count).expect("a few"),
        _ => 0,
    }
}

type Things<'w> = BTreeMap<&'w str, Vec<(&'w String, &'w Object)>>;

fn differences(
    spec: &Value,
    object: &Object,
    things: &Things<'_>,
    changed_late: bool,
) -> Vec<String> {
    let schema = schema(&object.kind).expect("only known kinds are made");
    let should = resolved(spec, things);
    let is = Value::Object(object.properties.clone().into_iter().collect());
    let mut wrong = Vec::new();
    compare("", schema.fields, &is, &should, changed_late, &mut wrong);
    wrong
}

// Written properties have the written value, and all others have AWS's default.
fn compare(
    path: &str,
    fields: &'static [FieldSchema],
    is: &Value,
    should: &Value,
    changed_late: bool,
    wrong: &mut Vec<String>,
) {
    for field in flattened(fields) {
        if is_not_ours(field) || (changed_late && field.read == Read::Never) {
            continue;
        }
        let path = format!("{path}{}", field.name);
        let is = is.get(field.name).map(|value| plain(field, value));
        let should = should.get(field.name);
        if let Shape::Block(members) = field.shape {
            // A block that one side lacks counts as a block without members.
            let none = Value::Object(serde_json::Map::new());
            let is = is.as_ref().unwrap_or(&none);
            // What the author removed falls back to AWS's default. Members of that default may have defaults of their own.
            let default = field.default_in(&Value::Null);
            let falls_back = matches!(field.removal, Removal::Default(_) | Removal::DefaultBy(_));
            let default = default.filter(|_| should.is_none() && falls_back);
            let default = default.map(|default| shown(default, is));
            let should = should.or(default.as_ref()).unwrap_or(&none);
            let whole = should == &none && stays(field, is);
            if !whole && is.is_object() && should.is_object() {
                compare(
                    &format!("{path}."),
                    members,
                    is,
                    should,
                    changed_late,
                    wrong,
                );
                continue;
            }
        }
        let fine = match (&is, should) {
            (Some(is), Some(should)) => is == should,
            (None, None) => true,
            (Some(is), None) => {
                let emptied = *is == Value::Array(Vec::new());
                field.name_rule.is_some() || emptied || changed_late || stays(field, is)
            }
            // A written value that AWS has anyway need not be sent.
            (None, Some(should)) => stays(field, should),
        };
        if !fine {
            let show = |value: Option<&Value>| value.map_or("nothing".to_owned(), Value::to_string);
            wrong.push(format!(
                "{path} is {} and not {}",
                show(is.as_ref()),
                show(should)
            ));
        }
    }
}

// The part of a default that is about the members that exist.
fn shown(default: Value, is: &Value) -> Value {
    let Value::Object(members) = default else {
        return default;
    };
    let members = members.into_iter();
    let there = members.filter_map(|(name, default)| {
        let is = is.get(&name)?;
        Some((name, shown(default, is)))
    });
    Value::Object(there.collect())
}

fn is_not_ours(field: &FieldSchema) -> bool {
    matches!(field.change, Change::AtCreationOnly) || matches!(field.owner, Owner::AfterCreation(_))
}

fn stays(field: &FieldSchema, is: &Value) -> bool {
    match field.removal {
        Removal::Keeps | Removal::Releases => true,
        Removal::Default(_) | Removal::DefaultBy(_) => field
            .default_in(&Value::Null)
            .is_some_and(|default| default == *is),
        Removal::Clears => false,
    }
}

// The value without what the engine adds.
fn plain(field: &FieldSchema, value: &Value) -> Value {
    let mut value = value.clone();
    if matches!(field.shape, Shape::Tags)
        && let Value::Array(tags) = &mut value
    {
        tags.retain(|tag| {
            !tag["Key"]
                .as_str()
                .is_some_and(|key| key.starts_with("windlass:"))
        });
    }
    value
}

// The value with the world's outputs in place of references.
fn resolved(value: &Value, things: &Things<'_>) -> Value {
    if let Ok(Some(Expr::Ref { address, output })) = Expr::of(value) {
        let thing = things
            .get(address.as_str())
            .and_then(|things| things.last());
        let given = thing.and_then(|(_, object)| object.outputs.get(&output));
        return given.cloned().unwrap_or(Value::Null);
    }
    if let Ok(Some(Expr::Join { join })) = Expr::of(value) {
        let parts = join.iter().map(|part| resolved(part, things));
        let parts = parts.map(|part| part.as_str().unwrap_or_default().to_owned());
        return Value::String(parts.collect());
    }
    match value {
        Value::Array(items) => items.iter().map(|item| resolved(item, things)).collect(),
        Value::Object(items) => {
            let items = items.iter();
            items
                .map(|(name, item)| (name.clone(), resolved(item, things)))
                .collect()
        }
        plain => plain.clone(),
    }
}
