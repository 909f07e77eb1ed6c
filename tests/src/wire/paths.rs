//! The leaves of a spec with their schema paths, and other values for them.

use serde_json::{Value, json};
use windlass::schema::{Change, FieldSchema, Read, Shape, flattened};

/// One leaf of a spec.
#[derive(Debug, Clone)]
pub struct Leaf {
    /// Path as in the facts, such as `ContainerDefinitions[].PortMappings[].HostPort`.
    pub path: String,
    /// Its place in this spec, as a JSON pointer.
    pub pointer: String,
    /// The top-level property that contains it.
    pub property: &'static str,
    /// Whether a change of the top-level property can happen in place.
    pub in_place: bool,
    /// Whether AWS returns it.
    pub returned: bool,
    shape: &'static Shape,
}

/// Every leaf of a spec.
pub fn leaves(fields: &'static [FieldSchema], spec: &Value) -> Vec<Leaf> {
    let mut found = Vec::new();
    for field in flattened(fields) {
        if let Some(value) = spec.get(field.name) {
            let in_place = matches!(field.change, Change::InPlace | Change::ReplacesIf { .. });
            let start = Leaf {
                path: field.name.to_owned(),
                pointer: format!("/{}", field.name),
                property: field.name,
                in_place,
                returned: field.read == Read::Returned,
                shape: field.shape,
            };
            descend(start, value, &mut found);
        }
    }
    found
}

fn descend(at: Leaf, value: &Value, found: &mut Vec<Leaf>) {
    match at.shape {
        Shape::Block(fields) | Shape::Choice(fields) => {
            for field in flattened(fields) {
                if let Some(value) = value.get(field.name) {
                    let in_place = match field.change {
                        Change::Inherit => at.in_place,
                        Change::InPlace | Change::ReplacesIf { .. } => true,
                        Change::Replaces | Change::AtCreationOnly => false,
                    };
                    let next = Leaf {
                        path: format!("{}.{}", at.path, field.name),
                        pointer: format!("{}/{}", at.pointer, field.name),
                        in_place,
                        returned: at.returned && field.read == Read::Returned,
                        shape: field.shape,
                        property: at.property,
                    };
                    descend(next, value, found);
                }
            }
        }
        Shape::List(of) => {
            for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                let path = if matches!(of, Shape::Block(_) | Shape::Choice(_)) {
                    format!("{}[]", at.path)
                } else {
                    at.path.clone()
                };
                descend(
                    Leaf {
                        path,
                        pointer: format!("{}/{index}", at.pointer),
                        shape: of,
                        ..at.clone()
                    },
                    item,
                    found,
                );
            }
        }
        Shape::Map(of) => {
            for (key, item) in value.as_object().into_iter().flatten() {
                let key = key.replace('~', "~0").replace('/', "~1");
                descend(
                    Leaf {
                        pointer: format!("{}/{key}", at.pointer),
                        shape: of,
                        ..at.clone()
                    },
                    item,
                    found,
                );
            }
        }
        Shape::Tags => {
            for (index, _) in value.as_array().into_iter().flatten().enumerate() {
                for part in ["Key", "Value"] {
                    found.push(Leaf {
                        path: format!("{}[].{part}", at.path),
                        pointer: format!("{}/{index}/{part}", at.pointer),
                        ..at.clone()
                    });
                }
            }
        }
        _ => found.push(at),
    }
}

/// The same spec with other values in one leaf, the most promising first. In the last one the leaf is missing. Values from the same path of other
/// samples come before invented ones, because only they fit an enumeration.
pub fn mutations(spec: &Value, leaf: &Leaf, others: &[Value]) -> Vec<Value> {
    let Some(value) = spec.pointer(&leaf.pointer) else {
        return Vec::new();
    };
    let mut values: Vec<Value> = others
        .iter()
        .filter(|other| *other != value)
        .cloned()
        .collect();
    match value {
        Value::Bool(value) => values.push(json!(!value)),
        Value::Number(number) => match number.as_i64() {
            Some(number) => values.extend([json!(number + 1), json!(number - 1)]),
            None => values.push(json!(number.as_f64().unwrap_or_default() + 0.5)),
        },
        Value::String(text) => {
            values.extend([json!(format!("{text}x")), json!(format!("x{text}"))])
        }
        Value::Object(object) => {
            let mut object = object.clone();
            object.insert("Zz".to_owned(), json!("zz"));
            values.push(Value::Object(object));
        }
        Value::Array(items) => values.push(json!([items.as_slice(), &[json!("zz")]].concat())),
        Value::Null => {}
    }
    let replaced = values.into_iter().map(|other| {
        let mut spec = spec.clone();
        if let Some(place) = spec.pointer_mut(&leaf.pointer) {
            *place = other;
        }
        spec
    });
    replaced.chain([without(spec, &leaf.pointer)]).collect()
}

fn without(spec: &Value, pointer: &str) -> Value {
    let mut spec = spec.clone();
    if let Some((parent, last)) = pointer.rsplit_once('/') {
        match spec.pointer_mut(parent) {
            Some(Value::Object(object)) => {
                object.remove(&last.replace("~1", "/").replace("~0", "~"));
            }
            Some(Value::Array(items)) => {
                if let Ok(index) = last.parse::<usize>() {
                    items.remove(index);
                }
            }
            _ => {}
        }
    }
    spec
}
