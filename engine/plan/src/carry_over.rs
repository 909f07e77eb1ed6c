//! Carry-over: in the spec of an existing resource, a property that the author may not change any more keeps its value.
//!
//! Not here: the comparison itself (`diff`).

use serde_json::{Map, Value};
use windlass::schema::{Change, FieldSchema, KindSchema, Owner, Shape, flattened};

use crate::diff::is_owned_elsewhere;

/// Keeps the existing value of a property that only counts at creation or belongs to another owner: the applied value, or, if an update is about to be
/// sent, the value that the owner has set meanwhile.
pub fn carry_over(
    schema: &KindSchema,
    desired: &mut Value,
    applied: &Value,
    observed: Option<&Value>,
    owned_elsewhere: &[String],
) {
    if let Some(desired) = desired.as_object_mut() {
        let path = String::new();
        block(
            schema.fields,
            &path,
            desired,
            applied,
            observed,
            owned_elsewhere,
        );
    }
}

fn block(
    fields: &'static [FieldSchema],
    path: &str,
    desired: &mut Map<String, Value>,
    applied: &Value,
    observed: Option<&Value>,
    owned: &[String],
) {
    for field in flattened(fields) {
        let name = field.name;
        let path = if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        };
        let (applied, observed) = (
            applied.get(name),
            observed.and_then(|observed| observed.get(name)),
        );
        if matches!(field.owner, Owner::AfterCreation(_)) || is_owned_elsewhere(owned, &path) {
            if let Some(standing) = observed.or(applied) {
                desired.insert(name.to_owned(), standing.clone());
            }
        } else if matches!(field.change, Change::AtCreationOnly) {
            match applied {
                Some(applied) => desired.insert(name.to_owned(), applied.clone()),
                None => desired.remove(name),
            };
        } else if let (Shape::Block(fields), Some(Value::Object(inner))) =
            (field.shape, desired.get_mut(name))
        {
            let applied = applied.unwrap_or(&Value::Null);
            block(fields, &path, inner, applied, observed, owned);
        }
    }
}

/// Writes AWS's default for a property that the author removed, so that the call contains what the plan shows. It does so within a block, too, because
/// AWS keeps values that an update of the block leaves out (aws-cdk#29088: managed scaling could not be switched off).
pub fn reset_removed(
    schema: &KindSchema,
    desired: &mut Value,
    applied: &Value,
    properties: &[String],
) {
    let whole = desired.clone();
    let Some(desired) = desired.as_object_mut() else {
        return;
    };
    let differs = |field: &&FieldSchema| properties.iter().any(|property| property == field.name);
    for field in flattened(schema.fields).filter(differs) {
        reset(field, desired, applied, &whole);
    }
}

/// One property of a block that the author writes.
fn reset(field: &FieldSchema, desired: &mut Map<String, Value>, applied: &Value, whole: &Value) {
    let Some(before) = applied.get(field.name) else {
        return;
    };
    match (desired.get_mut(field.name), field.shape) {
        (Some(Value::Object(inner)), Shape::Block(fields)) => {
            for field in flattened(fields) {
                reset(field, inner, before, whole);
            }
        }
        (None, _) => {
            let Some(default) = field.default_in(whole) else {
                return;
            };
            desired.insert(field.name.to_owned(), default);
            // AWS keeps values that a block's default does not contain.
            if desired[field.name].is_object() && matches!(field.shape, Shape::Block(_)) {
                reset(field, desired, applied, whole);
            }
        }
        _ => {}
    }
}
