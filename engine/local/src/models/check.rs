//! Validates a value against a shape of a model. Names are those that the wire uses.
//!
//! Not here: reading the value from a request (`form`).

use std::collections::BTreeSet;

use regex::Regex;
use serde_json::Value;

use super::{Model, Shape};

/// Adds every violation of a shape in a value. `at` is the position of the value, such as `.tags[0]`.
pub(super) fn check(model: &Model, shape: &str, at: &str, value: &Value, faults: &mut Vec<String>) {
    let Some(shape) = model.shape(shape).filter(|shape| !shape.document) else {
        return;
    };
    let mut fault = |what: String| faults.push(format!("{}: {what}", place(at)));
    match (shape.r#type.as_str(), value) {
        ("structure", Value::Object(members)) => structure(model, shape, at, members, faults),
        ("list", Value::Array(items)) => {
            bounded(shape, items.len(), "items", &mut fault);
            if let Some(member) = &shape.member {
                for (index, item) in items.iter().enumerate() {
                    check(
                        model,
                        &member.shape,
                        &format!("{at}[{index}]"),
                        item,
                        faults,
                    );
                }
            }
        }
        ("map", Value::Object(entries)) => {
            bounded(shape, entries.len(), "entries", &mut fault);
            if let Some(of) = &shape.value {
                for (key, value) in entries {
                    check(model, &of.shape, &format!("{at}[{key:?}]"), value, faults);
                }
            }
        }
        ("string", Value::String(text)) => string(shape, text, &mut fault),
        ("integer" | "long" | "float" | "double", Value::Number(number)) => {
            let number = number.as_f64().unwrap_or_default();
            let is_whole = matches!(shape.r#type.as_str(), "integer" | "long");
            if is_whole && number.fract() != 0.0 {
                fault(format!("{number} is no whole number"));
            }
            if shape.min.is_some_and(|min| number < min)
                || shape.max.is_some_and(|max| number > max)
            {
                fault(format!("{number} is not between {}", bounds(shape)));
            }
        }
        ("boolean", Value::Bool(_))
        | ("blob", Value::String(_))
        | ("timestamp", Value::Number(_) | Value::String(_)) => {}
        (expected, _) => fault(format!(
            "a {expected} is expected, and it is {}",
            kind(value)
        )),
    }
}

fn structure(
    model: &Model,
    shape: &Shape,
    at: &str,
    given: &serde_json::Map<String, Value>,
    faults: &mut Vec<String>,
) {
    let mut known = BTreeSet::new();
    for (name, member) in &shape.members {
        let wire = member.location_name.as_deref().unwrap_or(name);
        // A value that was read from a form has the member's own name.
        let value = given
            .get_key_value(name)
            .or_else(|| given.get_key_value(wire));
        match value {
            // JSON's `null` is the same as an absent member.
            Some((key, Value::Null)) if !shape.required.contains(name) => {
                known.insert(key.as_str());
            }
            Some((key, value)) => {
                known.insert(key.as_str());
                check(model, &member.shape, &format!("{at}.{key}"), value, faults);
            }
            None if shape.required.contains(name) => {
                faults.push(format!("{}: `{wire}` is missing", place(at)));
            }
            None => {}
        }
    }
    let unknown = given.keys().filter(|key| !known.contains(key.as_str()));
    faults.extend(unknown.map(|key| format!("{}: there is no `{key}`", place(at))));
}

fn string(shape: &Shape, text: &str, fault: &mut impl FnMut(String)) {
    bounded(shape, text.chars().count(), "characters", fault);
    if !shape.r#enum.is_empty() && !shape.r#enum.iter().any(|word| word == text) {
        fault(format!("`{text}` is none of {}", shape.r#enum.join(", ")));
    }
    // Some patterns use features that this regex engine does not have, such as look-ahead; these patterns are not checked.
    let pattern = shape
        .pattern
        .as_deref()
        .and_then(|text| Regex::new(text).ok());
    if pattern.is_some_and(|pattern| !pattern.is_match(text)) {
        let pattern = shape.pattern.as_deref().unwrap_or_default();
        fault(format!("`{text}` does not match {pattern}"));
    }
}

fn bounded(shape: &Shape, length: usize, what: &str, fault: &mut impl FnMut(String)) {
    #[expect(clippy::cast_precision_loss, reason = "no request is that long")]
    let size = length as f64;
    if shape.min.is_some_and(|min| size < min) || shape.max.is_some_and(|max| size > max) {
        fault(format!("{length} {what} are not between {}", bounds(shape)));
    }
}

fn bounds(shape: &Shape) -> String {
    let bound = |bound: Option<f64>| bound.map_or("any".to_owned(), |bound| bound.to_string());
    format!("{} and {}", bound(shape.min), bound(shape.max))
}

fn place(at: &str) -> &str {
    match at.trim_start_matches('.') {
        "" => "the request",
        inside => inside,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::model_of;
    use super::*;

    const MODEL: &str = r#"{"operations": {}, "shapes": {
        "In": {"type": "structure", "required": ["name"], "members": {
            "name": {"shape": "Name"}, "size": {"shape": "Size"}, "mode": {"shape": "Mode"}, "tags": {"shape": "Tags"}}},
        "Name": {"type": "string", "min": 1, "max": 3, "pattern": "^[a-z]+$"},
        "Size": {"type": "integer", "min": 1, "max": 9},
        "Mode": {"type": "string", "enum": ["ON", "OFF"]},
        "Tags": {"type": "list", "max": 1, "member": {"shape": "Name"}}}}"#;

    fn faults(value: Value) -> Vec<String> {
        let mut faults = Vec::new();
        check(&model_of(MODEL), "In", "", &value, &mut faults);
        faults
    }

    #[test]
    fn what_fits_has_no_faults() {
        let fits = json!({"name": "abc", "size": 9, "mode": "ON", "tags": ["a"]});
        assert_eq!(faults(fits), [""; 0]);
    }

    #[test]
    fn every_fault_is_named() {
        let told = faults(json!({"size": 10, "mode": "on", "tags": ["A", "b"], "colour": 1}));
        let all = told.join("\n");
        for part in [
            "the request: `name` is missing",
            "size: 10 is not between 1 and 9",
            "mode: `on` is none of ON, OFF",
            "tags: 2 items are not between any and 1",
            "tags[0]: `A` does not match",
            "the request: there is no `colour`",
        ] {
            assert!(all.contains(part), "{part}: {all}");
        }
        assert_eq!(told.len(), 6, "{all}");
        assert_eq!(
            faults(json!({"name": 1})),
            ["name: a string is expected, and it is a number"]
        );
    }
}
