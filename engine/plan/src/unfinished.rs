//! Unfinished properties: those that a create call or an import could not send, so that an update has to.
//!
//! The scenario: `CreateVpc` takes no `EnableDnsHostnames`. The state records the property as unfinished until an update has sent it. Not here: an
//! interrupted wait, which `decide` handles.

use serde_json::Value;
use windlass::schema::{Change, FieldSchema, KindSchema};

use crate::diff::Diff;
use crate::plan::FieldChange;

/// Whether an update may contain this property.
pub fn changes_in_place(field: &FieldSchema) -> bool {
    matches!(field.change, Change::InPlace | Change::ReplacesIf { .. })
}

/// The unfinished properties that an update can send.
pub fn pending<'r>(schema: &KindSchema, unfinished: &'r [String]) -> Vec<&'r String> {
    let names = unfinished.iter();
    names
        .filter(|name| schema.field(name).is_some_and(changes_in_place))
        .collect()
}

/// Adds pending properties to a difference; returns whether the update contains nothing else.
pub fn add_unfinished(
    found: &mut Diff,
    pending: &[&String],
    observed: Option<&Value>,
    desired: &Value,
) -> bool {
    // AWS shows another value because no call has sent the declared one, so the difference is not drift.
    for field in &mut found.fields {
        let top = field.path.split(['.', '[']).next();
        if pending.iter().any(|name| Some(name.as_str()) == top) {
            field.drift = false;
        }
    }
    let others = found.properties.iter().any(|name| !pending.contains(&name));
    for name in pending {
        let name = *name;
        if !found.properties.contains(name) {
            found.properties.push(name.clone());
            found.fields.push(FieldChange {
                path: name.clone(),
                before: observed.and_then(|seen| seen.get(name)).cloned(),
                after: desired.get(name).cloned(),
                replaces: false,
                drift: false,
            });
        }
    }
    !pending.is_empty() && !others
}

/// Writes the declared values of unfinished properties, so that the update sends them.
pub fn restore_unfinished(spec: &mut Value, wanted: &Value, unfinished: &[String]) {
    let Some(spec) = spec.as_object_mut() else {
        return;
    };
    for name in unfinished {
        match wanted.get(name) {
            Some(value) => spec.insert(name.clone(), value.clone()),
            None => spec.remove(name),
        };
    }
}
