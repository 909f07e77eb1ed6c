//! Equality of two values, by the form that the schema gives them. Both sides of every comparison pass through here.
//!
//! Not here: whose value counts, which `diff` knows.

use std::borrow::Cow;

use serde_json::Value;
use windlass::schema::{Compare, Shape};

use crate::policy;

/// Whether AWS would take a value as absent: absent, null, an empty text, list or map.
pub fn is_blank(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::Array(items)) => items.is_empty(),
        Some(Value::Object(object)) => object.values().all(|value| is_blank(Some(value))),
        Some(_) => false,
    }
}

/// Whether two values are the same when they are compared as a whole.
pub fn same(compare: Compare, shape: &Shape, a: &Value, b: &Value) -> bool {
    if a == b {
        return true;
    }
    match compare {
        Compare::Policy => policy::canonical(a) == policy::canonical(b),
        Compare::JsonText => json(a) == json(b),
        Compare::CaseInsensitive => match (a.as_str(), b.as_str()) {
            (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
            _ => false,
        },
        Compare::Spellings(pairs) => match (a.as_str(), b.as_str()) {
            (Some(a), Some(b)) => spelt(pairs, a) == spelt(pairs, b),
            _ => false,
        },
        Compare::Exact | Compare::Set | Compare::Keyed(_) => match shape {
            Shape::Policy => policy::canonical(a) == policy::canonical(b),
            Shape::Bool | Shape::Integer | Shape::Number => same_json(&parsed(a), &parsed(b)),
            _ => same_json(a, b),
        },
    }
}

/// The spelling in which AWS returns a text.
fn spelt<'t>(pairs: &'static [(&'static str, &'static str)], text: &'t str) -> &'t str {
    let pair = pairs.iter().find(|(ours, _)| *ours == text);
    pair.map_or(text, |(_, answered)| answered)
}

/// Some answers contain numbers and booleans as texts.
fn parsed(value: &Value) -> Cow<'_, Value> {
    match value {
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            Ok(parsed @ (Value::Number(_) | Value::Bool(_))) => Cow::Owned(parsed),
            _ => Cow::Borrowed(value),
        },
        _ => Cow::Borrowed(value),
    }
}

fn json(value: &Value) -> Cow<'_, Value> {
    match value {
        Value::String(text) => match serde_json::from_str(text) {
            Ok(parsed) => Cow::Owned(parsed),
            Err(_) => Cow::Borrowed(value),
        },
        _ => Cow::Borrowed(value),
    }
}

/// Equality of JSON in which `1` and `1.0` are one number.
fn same_json(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => x == y || x.as_f64() == y.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_json(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| same_json(a, b)))
        }
        _ => a == b,
    }
}

/// The key that identifies a member of a keyed list, as text.
pub fn member_key(member: &Value, key: &str) -> String {
    match member.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

/// The members of a list. AWS sometimes returns a single value for a list of one; then that value is the member.
pub fn members(value: Option<&Value>) -> &[Value] {
    match value {
        None | Some(Value::Null) => &[],
        Some(Value::Array(items)) => items,
        Some(single) => std::slice::from_ref(single),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn forms_do_not_count() {
        let exact = |shape: &Shape, a: Value, b: Value| same(Compare::Exact, shape, &a, &b);
        assert!(exact(&Shape::Number, json!(1), json!(1.0)));
        assert!(exact(&Shape::Integer, json!(80), json!("80")));
        assert!(exact(&Shape::Bool, json!(true), json!("true")));
        assert!(!exact(&Shape::Text, json!("80"), json!(80)));
        assert!(!exact(&Shape::Integer, json!(80), json!("81")));
        assert!(!same(
            Compare::JsonText,
            &Shape::Text,
            &json!(r#"{"a": 1}"#),
            &json!(r#"{"a": 2}"#)
        ));
        assert!(same(
            Compare::JsonText,
            &Shape::Text,
            &json!(r#"{"a": 1, "b": 2}"#),
            &json!(r#"{"b":2,"a":1}"#)
        ));
        assert!(same(
            Compare::CaseInsensitive,
            &Shape::Text,
            &json!("HTTP"),
            &json!("http")
        ));
        let spellings = Compare::Spellings(&[("cpu", "CPU"), ("host", "instanceId")]);
        let spelt = |a: &str, b: &str| same(spellings, &Shape::Text, &json!(a), &json!(b));
        assert!(spelt("cpu", "CPU") && spelt("instanceId", "host"));
        assert!(!spelt("cpu", "memory") && !spelt("CPU", "Cpu"));
        assert!(!same(
            Compare::Exact,
            &Shape::Text,
            &json!("HTTP"),
            &json!("http")
        ));
    }
}
