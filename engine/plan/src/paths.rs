//! Values at paths such as `DefaultActions[].TargetGroupArn`, and the references there.
//!
//! Not here: what the paths mean, which `windlass::schema` says.

use serde_json::Value;
use windlass::canonical::CanonicalJson;

use crate::evaluate::each_reference;

/// Calls `visit` for every value at a path such as `DefaultActions[].TargetGroupArn`.
pub fn each_value<'v>(value: &'v Value, path: &str, visit: &mut dyn FnMut(&'v Value)) {
    let (segment, rest) = path.split_once('.').unwrap_or((path, ""));
    let (name, list) = match segment.strip_suffix("[]") {
        Some(name) => (name, true),
        None => (segment, false),
    };
    let Some(found) = value.get(name) else {
        return;
    };
    let mut go_on = |found: &'v Value| {
        if rest.is_empty() {
            visit(found);
        } else {
            each_value(found, rest, visit);
        }
    };
    match found {
        Value::Array(items) if list => items.iter().for_each(go_on),
        found => go_on(found),
    }
}

/// Calls `visit` with address and output of every reference at the paths of a template.
pub fn each_reference_at(template: &Value, paths: &[&str], visit: &mut dyn FnMut(&str, &str)) {
    for path in paths {
        each_value(template, path, &mut |value| each_reference(value, visit));
    }
}

/// Whether a template refers to an address at one of the paths.
pub fn refers(template: &CanonicalJson, paths: &[&str], to: &str) -> bool {
    // Most templates do not mention the address at all, and need not be parsed.
    if paths.is_empty() || !template.as_str().contains(to) {
        return false;
    }
    let mut found = false;
    each_reference_at(&template.to_value(), paths, &mut |address, _| {
        found |= address == to;
    });
    found
}
