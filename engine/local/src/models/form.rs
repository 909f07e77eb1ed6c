//! Reads a request of a query protocol (`Action=…&Tags.member.1.Key=…`) into the value that it encodes.
//!
//! <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html> and `…/aws-ec2-query-protocol.html`. Not here: whether the value fits (`check`).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Model, Reference, Shape};
use crate::operation::{Protocol, form_pairs};

/// The two ways to write members and lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Query,
    Ec2,
}

/// The content under one part of a name.
#[derive(Debug, Default)]
struct Node {
    text: Option<String>,
    parts: BTreeMap<String, Node>,
}

impl Dialect {
    pub(super) fn of(protocol: Protocol) -> Self {
        match protocol {
            Protocol::Ec2Query => Self::Ec2,
            _ => Self::Query,
        }
    }

    /// The name of a member on the wire.
    fn wire(self, name: &str, member: &Reference) -> String {
        match (self, &member.query_name, &member.location_name) {
            (Self::Query, _, location) => location.as_deref().unwrap_or(name).to_owned(),
            (Self::Ec2, Some(query), _) => query.clone(),
            (Self::Ec2, None, Some(location)) => capitalised(location),
            (Self::Ec2, None, None) => name.to_owned(),
        }
    }
}

/// The value of a form, by the names of the members; a parameter without a member is a fault.
pub(super) fn read(
    model: &Model,
    dialect: Dialect,
    shape: &str,
    form: &[u8],
    faults: &mut Vec<String>,
) -> Value {
    let mut root = Node::default();
    for (name, text) in form_pairs(std::str::from_utf8(form).unwrap_or_default()) {
        if name != "Action" && name != "Version" {
            let mut node = &mut root;
            for part in name.split('.') {
                node = node.parts.entry(part.to_owned()).or_default();
            }
            node.text = Some(text);
        }
    }
    value(model, dialect, shape, "", root, faults)
}

fn value(
    model: &Model,
    dialect: Dialect,
    name: &str,
    at: &str,
    node: Node,
    faults: &mut Vec<String>,
) -> Value {
    let Some(shape) = model.shape(name) else {
        return Value::Null;
    };
    match shape.r#type.as_str() {
        "structure" => structure(model, dialect, shape, at, node, faults),
        "list" => list(model, dialect, shape, at, node, faults),
        "map" => map(model, dialect, shape, at, node, faults),
        "boolean" => scalar(node, |text| text.parse().ok().map(Value::Bool)),
        "integer" | "long" => scalar(node, |text| text.parse::<i64>().ok().map(Value::from)),
        "float" | "double" => scalar(node, |text| text.parse::<f64>().ok().map(Value::from)),
        _ => scalar(node, |_| None),
    }
}

fn structure(
    model: &Model,
    dialect: Dialect,
    shape: &Shape,
    at: &str,
    mut node: Node,
    faults: &mut Vec<String>,
) -> Value {
    let mut members = Map::new();
    for (name, member) in &shape.members {
        let wire = dialect.wire(name, member);
        if let Some(part) = node.parts.remove(&wire) {
            let at = format!("{at}.{wire}");
            let value = value(model, dialect, &member.shape, &at, part, faults);
            members.insert(name.clone(), value);
        }
    }
    let at = at.trim_start_matches('.');
    let unknown = node.parts.keys();
    faults.extend(unknown.map(|key| format!("there is no `{key}` in `{at}`")));
    Value::Object(members)
}

fn list(
    model: &Model,
    dialect: Dialect,
    shape: &Shape,
    at: &str,
    mut node: Node,
    faults: &mut Vec<String>,
) -> Value {
    let Some(member) = &shape.member else {
        return Value::Null;
    };
    // The query protocol writes an empty list as `Name=`.
    if node.parts.is_empty() && node.text.as_deref() == Some("") {
        return Value::Array(Vec::new());
    }
    if dialect == Dialect::Query && !shape.flattened {
        let wire = member.location_name.as_deref().unwrap_or("member");
        node = node.parts.remove(wire).unwrap_or_default();
    }
    let mut items: Vec<(usize, Value)> = Vec::new();
    for (index, part) in node.parts {
        match index.parse() {
            Ok(index) => {
                let at = format!("{at}.{index}");
                let item = value(model, dialect, &member.shape, &at, part, faults);
                items.push((index, item));
            }
            Err(_) => faults.push(format!("`{at}.{index}` is no item of a list")),
        }
    }
    items.sort_by_key(|(index, _)| *index);
    items.into_iter().map(|(_, item)| item).collect()
}

fn map(
    model: &Model,
    dialect: Dialect,
    shape: &Shape,
    at: &str,
    mut node: Node,
    faults: &mut Vec<String>,
) -> Value {
    if !shape.flattened {
        node = node.parts.remove("entry").unwrap_or_default();
    }
    let mut entries = Map::new();
    for (_, mut entry) in node.parts {
        let key = entry.parts.remove("key").and_then(|key| key.text);
        let of = entry.parts.remove("value").zip(shape.value.as_ref());
        match (key, of) {
            (Some(key), Some((part, of))) => {
                let value = value(model, dialect, &of.shape, at, part, faults);
                entries.insert(key, value);
            }
            _ => faults.push(format!("an entry of `{at}` has no key or no value")),
        }
    }
    Value::Object(entries)
}

/// A text as a value of its shape. If it cannot be parsed, it stays a text, which then does not fit.
fn scalar(node: Node, parse: impl Fn(&str) -> Option<Value>) -> Value {
    match node.text {
        Some(text) => parse(&text).unwrap_or(Value::String(text)),
        // A scalar has no parts below it.
        None => Value::Object(
            node.parts
                .into_keys()
                .map(|key| (key, Value::Null))
                .collect(),
        ),
    }
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::model_of;
    use super::*;

    const MODEL: &str = r#"{"operations": {}, "shapes": {
        "In": {"type": "structure", "members": {
            "VpcId": {"shape": "Text", "locationName": "vpcId"},
            "TagSpecifications": {"shape": "Specs", "locationName": "TagSpecification"},
            "Size": {"shape": "Size"}, "On": {"shape": "On"}}},
        "Specs": {"type": "list", "member": {"shape": "Spec", "locationName": "item"}},
        "Spec": {"type": "structure", "members": {"Tags": {"shape": "Tags", "locationName": "Tag"}}},
        "Tags": {"type": "list", "member": {"shape": "Text"}},
        "Text": {"type": "string"}, "Size": {"type": "integer"}, "On": {"type": "boolean"}}}"#;

    fn read_as(dialect: Dialect, form: &str) -> (Value, Vec<String>) {
        let mut faults = Vec::new();
        let value = read(
            &model_of(MODEL),
            dialect,
            "In",
            form.as_bytes(),
            &mut faults,
        );
        (value, faults)
    }

    #[test]
    fn ec2_numbers_its_lists_at_once_and_capitalises() {
        let form = "Action=X&Version=1&VpcId=v&TagSpecification.1.Tag.2=b&TagSpecification.1.Tag.1=a%20c&Size=3&On=true";
        let (value, faults) = read_as(Dialect::Ec2, form);
        let expected = json!({"VpcId": "v", "Size": 3, "On": true, "TagSpecifications": [{"Tags": ["a c", "b"]}]});
        assert_eq!((value, faults), (expected, Vec::new()));
    }

    #[test]
    fn the_query_protocol_has_the_members_name_in_its_lists() {
        let form = "TagSpecification.item.1.Tag.member.1=a&Size=x&Colour=1";
        let (value, faults) = read_as(Dialect::Query, form);
        let expected = json!({"Size": "x", "TagSpecifications": [{"Tags": ["a"]}]});
        assert_eq!(value, expected);
        assert_eq!(faults, ["there is no `Colour` in ``"]);
    }
}
