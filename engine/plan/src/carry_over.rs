//! Carrying over: in the spec of a resource that exists already, a property that is not the author's to change keeps its value.
//!
//! Not here: the comparison itself (`diff`).

use serde_json::{Map, Value};
use windlass::schema::{Change, FieldSchema, KindSchema, Owner, Shape, flattened};

use crate::diff::is_owned_elsewhere;

/// Puts the standing value where a property only counts at creation or is owned elsewhere: what was applied, or, where an update is about
/// to be sent, what the owner has made of it meanwhile.
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

/// Writes AWS's default where the author removed a property that goes back to it, so that the call says what the plan shows. Within a block, too:
/// AWS keeps what an update of the block leaves out (aws-cdk#29088: managed scaling could not be switched off).
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
            // AWS keeps what a block's default does not mention.
            if desired[field.name].is_object() && matches!(field.shape, Shape::Block(_)) {
                reset(field, desired, applied, whole);
            }
        }
        _ => {}
    }
}
