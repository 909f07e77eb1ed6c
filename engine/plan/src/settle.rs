//! What a spec becomes for a resource that exists already: what is not the author's to change any more keeps its value.
//!
//! Not here: the comparison itself (`diff`).

use serde_json::{Map, Value};
use windlass::schema::{Change, FieldSchema, KindSchema, Owner, Removal, Shape, flattened};

use crate::diff::is_owned_elsewhere;

/// Puts the standing value where a property only counts at creation or is owned elsewhere: what was applied, or, where an update is about
/// to be sent, what the owner has made of it meanwhile.
pub fn settle(
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

/// Writes AWS's default where the author removed a property that goes back to it, so that the update says so.
pub fn reset_removed(schema: &KindSchema, desired: &mut Value, properties: &[String]) {
    let Some(desired) = desired.as_object_mut() else {
        return;
    };
    for field in flattened(schema.fields) {
        if let Removal::Default(text) = field.removal
            && !desired.contains_key(field.name)
            && properties.iter().any(|property| property == field.name)
        {
            let default = serde_json::from_str(text)
                .expect("a default is JSON, as the catalogue tests prove");
            desired.insert(field.name.to_owned(), default);
        }
    }
}
