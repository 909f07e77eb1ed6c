//! The base of an update: what was applied, overlaid with what was observed, on the author's paths only.
//!
//! Windlass leaves out members that others added, so that a life cycle that removes the difference never removes theirs.

use serde_json::{Map, Value};
use windlass::schema::{Compare, FieldSchema, KindSchema, Read, Shape, default_compare, flattened};

use crate::compare::{member_key, members};
use crate::diff::{covers, repeats};

/// The author's part of an existing spec.
pub fn authored(
    schema: &KindSchema,
    desired: &Value,
    applied: &Value,
    observed: Option<&Value>,
) -> Value {
    match observed {
        None => applied.clone(),
        Some(observed) => block(schema.fields, Some(desired), Some(applied), observed),
    }
}

fn block(
    fields: &'static [FieldSchema],
    desired: Option<&Value>,
    applied: Option<&Value>,
    current: &Value,
) -> Value {
    let mut found = Map::new();
    for field in flattened(fields) {
        let get = |side: Option<&'_ Value>| side.and_then(|value| value.get(field.name)).cloned();
        let (desired, applied) = (get(desired), get(applied));
        if desired.is_none() && applied.is_none() {
            continue;
        }
        let value = if field.read == Read::Never || matches!(field.shape, Shape::Secret) {
            applied
        } else {
            current.get(field.name).map(|current| {
                part(
                    field.compare,
                    field.shape,
                    desired.as_ref(),
                    applied.as_ref(),
                    current,
                )
            })
        };
        if let Some(value) = value {
            found.insert(field.name.to_owned(), value);
        }
    }
    Value::Object(found)
}

fn part(
    compare: Compare,
    shape: &'static Shape,
    desired: Option<&Value>,
    applied: Option<&Value>,
    current: &Value,
) -> Value {
    match (compare, shape) {
        (Compare::Exact, Shape::Block(fields) | Shape::Choice(fields)) if current.is_object() => {
            block(fields, desired, applied, current)
        }
        (Compare::Exact, Shape::Map(_)) => Value::Object(
            current
                .as_object()
                .into_iter()
                .flatten()
                .filter(|(key, _)| {
                    [desired, applied]
                        .iter()
                        .flatten()
                        .any(|side| side.get(key).is_some())
                })
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
        ),
        (Compare::Keyed(key), Shape::List(inner))
            if repeats(members(desired), key) || repeats(members(applied), key) =>
        {
            Value::Array(set(inner, desired, applied, current))
        }
        (Compare::Keyed(key), Shape::List(_) | Shape::Tags) => {
            let inner = match shape {
                Shape::List(inner) => inner,
                _ => &Shape::Json,
            };
            Value::Array(keyed(key, inner, desired, applied, current))
        }
        (Compare::Set, Shape::List(inner)) => Value::Array(set(inner, desired, applied, current)),
        _ => current.clone(),
    }
}

fn set(
    inner: &'static Shape,
    desired: Option<&Value>,
    applied: Option<&Value>,
    current: &Value,
) -> Vec<Value> {
    let compare = default_compare(inner);
    let covered =
        |want: &Value, by: &[Value]| by.iter().any(|old| covers(compare, inner, want, old));
    let old = members(applied);
    let new = members(desired).iter().filter(|want| !covered(want, old));
    let written = old.iter().chain(new);
    written
        .filter(|want| covered(want, members(Some(current))))
        .cloned()
        .collect()
}

fn keyed(
    key: &str,
    inner: &'static Shape,
    desired: Option<&Value>,
    applied: Option<&Value>,
    current: &Value,
) -> Vec<Value> {
    let find = |side: Option<&Value>, name: &str| {
        members(side)
            .iter()
            .find(|member| member_key(member, key) == name)
            .cloned()
    };
    members(Some(current))
        .iter()
        .filter_map(|member| {
            let name = member_key(member, key);
            let (desired, applied) = (find(desired, &name), find(applied, &name));
            if desired.is_none() && applied.is_none() {
                return None;
            }
            Some(part(
                Compare::Exact,
                inner,
                desired.as_ref(),
                applied.as_ref(),
                member,
            ))
        })
        .collect()
}
