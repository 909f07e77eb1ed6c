//! The things in an answer, whatever its protocol: the items of its lists, in XML (`item` and `member`) and in JSON (elements of arrays).
//!
//! Not here: which of them are hidden or replaced (`lag`). A tokenizer of tags is enough for what AWS's services write: no comments, no CDATA.

use std::ops::Range;

use serde_json::Value;

/// An item of a list in XML.
#[derive(Debug)]
struct Item {
    range: Range<usize>,
    /// The item's own leaves, names and texts; not those of items within it.
    leaves: Vec<(String, String)>,
}

/// An answer without the items that have a leaf for which `is_hidden` is true; `None` if there are none.
pub(super) fn without(text: &str, is_hidden: impl Fn(&str) -> bool) -> Option<String> {
    if let Ok(mut value) = serde_json::from_str::<Value>(text) {
        let mut removed = false;
        prune(&mut value, &is_hidden, &mut removed);
        return removed.then(|| value.to_string());
    }
    let hidden = items(text)
        .into_iter()
        .filter(|item| item.leaves.iter().any(|(_, text)| is_hidden(text)));
    let ranges: Vec<_> = hidden.map(|item| (item.range, String::new())).collect();
    (!ranges.is_empty()).then(|| spliced(text, ranges))
}

/// An answer with some items replaced. `replacement` gets the name and text of a leaf that identifies an item, and the item itself.
pub(super) fn replaced(
    text: &str,
    is_identity: impl Fn(&str) -> bool,
    mut replacement: impl FnMut(&str, &str) -> Option<String>,
) -> Option<String> {
    if let Ok(mut value) = serde_json::from_str::<Value>(text) {
        let mut changed = false;
        replace(&mut value, &is_identity, &mut replacement, &mut changed);
        return changed.then(|| value.to_string());
    }
    let mut ranges = Vec::new();
    for item in items(text) {
        let identity = item.leaves.iter().find(|(name, _)| is_identity(name));
        if let Some((_, identity)) = identity
            && let Some(other) = replacement(identity, &text[item.range.clone()])
        {
            ranges.push((item.range, other));
        }
    }
    (!ranges.is_empty()).then(|| spliced(text, ranges))
}

/// The names and texts of all leaves.
pub(super) fn leaves(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    match serde_json::from_str::<Value>(text) {
        Ok(value) => json_leaves("", &value, &mut found),
        Err(_) => scan(
            text,
            |name, text| found.push((name.to_owned(), text.to_owned())),
            |_| {},
        ),
    }
    found
}

fn json_leaves(name: &str, value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => found.push((name.to_owned(), text.clone())),
        Value::Array(elements) => {
            for element in elements {
                json_leaves(name, element, found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                json_leaves(name, member, found);
            }
        }
        _ => {}
    }
}

/// Removes elements of arrays. Returns whether the rest has a hidden leaf of its own, outside of arrays.
fn prune(value: &mut Value, is_hidden: &impl Fn(&str) -> bool, removed: &mut bool) -> bool {
    match value {
        Value::String(text) => is_hidden(text),
        Value::Array(elements) => {
            let before = elements.len();
            elements.retain_mut(|element| !prune(element, is_hidden, removed));
            *removed |= elements.len() < before;
            false
        }
        Value::Object(members) => {
            let mut hidden = false;
            for member in members.values_mut() {
                hidden |= prune(member, is_hidden, removed);
            }
            hidden
        }
        _ => false,
    }
}

fn replace(
    value: &mut Value,
    is_identity: &impl Fn(&str) -> bool,
    replacement: &mut impl FnMut(&str, &str) -> Option<String>,
    changed: &mut bool,
) {
    match value {
        Value::Array(elements) => {
            for element in elements {
                let members = element.as_object();
                let identity = members.and_then(|members| {
                    let mut named = members.iter().filter(|(name, _)| is_identity(name));
                    named.find_map(|(_, text)| text.as_str())
                });
                let other =
                    identity.and_then(|identity| replacement(identity, &element.to_string()));
                match other.and_then(|text| serde_json::from_str(&text).ok()) {
                    Some(other) => {
                        *element = other;
                        *changed = true;
                    }
                    None => replace(element, is_identity, replacement, changed),
                }
            }
        }
        Value::Object(members) => {
            for member in members.values_mut() {
                replace(member, is_identity, replacement, changed);
            }
        }
        _ => {}
    }
}

/// All items of lists; each outer one after the items within it.
fn items(xml: &str) -> Vec<Item> {
    let mut found = Vec::new();
    scan(xml, |_, _| {}, |item| found.push(item));
    found
}

/// An element that is open.
struct Open<'a> {
    name: &'a str,
    start: usize,
    content: usize,
    has_elements: bool,
    leaves: Vec<(String, String)>,
}

fn is_item(name: &str) -> bool {
    matches!(name, "item" | "member")
}

fn scan(xml: &str, mut leaf: impl FnMut(&str, &str), mut item: impl FnMut(Item)) {
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut at = 0;
    while let Some(start) = xml[at..].find('<').map(|found| at + found) {
        let Some(end) = xml[start..].find('>').map(|found| start + found + 1) else {
            return;
        };
        at = end;
        let tag = &xml[start + 1..end - 1];
        if tag.starts_with(['?', '!']) {
            continue;
        }
        if !tag.starts_with('/') {
            if let Some(parent) = open.last_mut() {
                parent.has_elements = true;
            }
            if !tag.ends_with('/') {
                open.push(Open {
                    name: tag.split_whitespace().next().unwrap_or(tag),
                    start,
                    content: end,
                    has_elements: false,
                    leaves: Vec::new(),
                });
            }
            continue;
        }
        let Some(mut closed) = open.pop() else {
            return;
        };
        if !closed.has_elements {
            let text = xml[closed.content..start].trim().to_owned();
            leaf(closed.name, &text);
            closed.leaves.push((closed.name.to_owned(), text));
        }
        if is_item(closed.name) {
            item(Item {
                range: closed.start..end,
                leaves: closed.leaves,
            });
        } else if let Some(parent) = open.last_mut() {
            parent.leaves.append(&mut closed.leaves);
        }
    }
}

/// The text with ranges replaced by other texts; of nested ranges, the outer one counts.
fn spliced(text: &str, mut ranges: Vec<(Range<usize>, String)>) -> String {
    ranges.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    let mut whole = String::with_capacity(text.len());
    let mut at = 0;
    for (range, other) in ranges {
        if range.start < at {
            continue;
        }
        whole.push_str(&text[at..range.start]);
        whole.push_str(&other);
        at = range.end;
    }
    whole.push_str(&text[at..]);
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    const VPCS: &str = "<?xml version=\"1.0\"?><R xmlns=\"u\"><vpcSet><item><vpcId>vpc-1</vpcId><tagSet><item><key>a</key></item></tagSet><x/></item>\
                        <item><vpcId>vpc-2</vpcId></item></vpcSet></R>";

    #[test]
    fn items_of_xml_go_with_what_is_in_them() {
        let without_1 = without(VPCS, |text| text == "vpc-1").expect("one is hidden");
        assert_eq!(
            without_1,
            "<?xml version=\"1.0\"?><R xmlns=\"u\"><vpcSet><item><vpcId>vpc-2</vpcId></item></vpcSet></R>"
        );
        let without_tag = without(VPCS, |text| text == "a").expect("a tag is hidden");
        assert!(without_tag.contains("vpc-1") && !without_tag.contains("key"));
        assert_eq!(without(VPCS, |text| text == "vpc-3"), None);
        let arns = "<Arns><member>arn:1</member><member>arn:2</member></Arns>";
        assert_eq!(
            without(arns, |text| text == "arn:1").as_deref(),
            Some("<Arns><member>arn:2</member></Arns>")
        );
    }

    #[test]
    fn elements_of_json_go_with_what_is_in_them() {
        let answer = r#"{"services":[{"arn":"a","events":[{"id":"e"}]},{"arn":"b","x":{"of":"a"}}],"arns":["a","c"]}"#;
        assert_eq!(
            without(answer, |text| text == "a").as_deref(),
            Some(r#"{"arns":["c"],"services":[]}"#)
        );
        assert_eq!(
            without(answer, |text| text == "e").as_deref(),
            Some(
                r#"{"arns":["a","c"],"services":[{"arn":"a","events":[]},{"arn":"b","x":{"of":"a"}}]}"#
            )
        );
        assert_eq!(without(r#"{"role":{"arn":"a"}}"#, |text| text == "a"), None);
    }

    #[test]
    fn items_are_replaced_by_their_identity() {
        let old =
            |identity: &str, _: &str| (identity == "vpc-2").then(|| "<item>old</item>".to_owned());
        let other = replaced(VPCS, |name| name == "vpcId", old).expect("one is replaced");
        assert!(other.contains("vpc-1") && other.contains("<item>old</item></vpcSet>"));
        let answer = r#"{"services":[{"serviceArn":"a","status":"NEW"}]}"#;
        let mut seen = Vec::new();
        let other = replaced(
            answer,
            |name| name == "serviceArn",
            |identity, item| {
                seen.push((identity.to_owned(), item.to_owned()));
                Some(r#"{"serviceArn":"a","status":"OLD"}"#.to_owned())
            },
        );
        assert_eq!(
            other.as_deref(),
            Some(r#"{"services":[{"serviceArn":"a","status":"OLD"}]}"#)
        );
        assert_eq!(seen[0].0, "a");
    }
}
