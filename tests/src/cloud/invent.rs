//! Invented values of the kind that AWS would give, the same each time.
//!
//! Not here: whether the values are of use outside the simulated cloud.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use windlass::schema::{FieldSchema, KindSchema, Read, Shape, flattened};
use windlass_engine::provider::Outputs;

/// The identifier of the n-th resource of the world.
pub fn id(schema: &KindSchema, number: u64) -> String {
    let name = schema.kind.rsplit("::").next().unwrap_or("thing");
    format!("sim-{}-{number:06x}", name.to_lowercase())
}

/// The outputs of a resource: the property of the same name, the identifier for the first output, and invented text for the rest.
pub fn outputs(schema: &KindSchema, id: &str, properties: &BTreeMap<String, Value>) -> Outputs {
    let outputs = schema.outputs.iter().enumerate().map(|(index, output)| {
        let value = match properties.get(output.name) {
            Some(value) => value.clone(),
            None if output.name.ends_with("Arn") => {
                json!(format!("arn:sim:::{id}/{}", output.name))
            }
            None if index == 0 => json!(id),
            None => json!(format!("{id}/{}", output.name)),
        };
        (output.name.to_owned(), value)
    });
    outputs.collect()
}

/// The properties as AWS returns them: without those that AWS never returns, and with defaults for those that the author did not write.
pub fn returned(schema: &KindSchema, properties: &BTreeMap<String, Value>) -> Value {
    let mut value = Value::Object(properties.clone().into_iter().collect());
    conceal(schema.fields, &mut value);
    let written = value.clone();
    for field in schema.fields() {
        if field.read == Read::Returned
            && value.get(field.name).is_none()
            && let Some(default) = field.default_in(&written)
        {
            value[field.name] = default;
        }
    }
    value
}

fn conceal(fields: &'static [FieldSchema], value: &mut Value) {
    let Value::Object(object) = value else {
        return;
    };
    for field in flattened(fields) {
        if field.read == Read::Never {
            object.remove(field.name);
        } else if let Some(value) = object.get_mut(field.name) {
            conceal_within(field.shape, value);
        }
    }
}

fn conceal_within(shape: &'static Shape, value: &mut Value) {
    match (shape, value) {
        (Shape::Block(fields), value) => conceal(fields, value),
        (Shape::List(shape), Value::Array(items)) => {
            items
                .iter_mut()
                .for_each(|item| conceal_within(shape, item));
        }
        (Shape::Map(shape), Value::Object(items)) => {
            items
                .values_mut()
                .for_each(|item| conceal_within(shape, item));
        }
        _ => {}
    }
}
