//! Finds plain references in canonical text, and replaces them by values, without parsing.
//!
//! Not here: every other expression, which only `evaluate` understands.

use std::borrow::Cow;

use windlass::expr::MARK;

/// A reference in canonical text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Found<'t> {
    end: usize,
    address: &'t str,
    output: &'t str,
}

/// The address and output of every plain reference in a canonical text, in order.
pub fn references(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = expression(text, at)?;
            at = start + OPENING.len();
            if let Some(found) = reference(text, start) {
                at = found.end;
                return Some((found.address, found.output));
            }
        }
    })
}

/// The text with each reference replaced by its value, if it contains no other expression and `value` knows all references.
pub fn filled<'t>(
    text: &'t str,
    value: &dyn Fn(&str, &str) -> Option<Cow<'t, str>>,
) -> Option<Cow<'t, str>> {
    let Some(mut start) = expression(text, 0) else {
        return Some(Cow::Borrowed(text));
    };
    let mut filled = String::with_capacity(text.len());
    let mut done = 0;
    loop {
        let found = reference(text, start)?;
        filled.push_str(&text[done..start]);
        filled.push_str(&value(found.address, found.output)?);
        done = found.end;
        match expression(text, done) {
            Some(next) => start = next,
            None => break,
        }
    }
    filled.push_str(&text[done..]);
    Some(Cow::Owned(filled))
}

/// The beginning of every expression. Inside a text its quotes would be escaped, so it has no other meaning.
const OPENING: &str = "{\"$windlass\":";
const _: () = assert!(OPENING.len() == MARK.len() + 4, "the mark has changed");

/// Where the next expression begins, from `at` on. A search for one character is much faster than one for a text.
fn expression(text: &str, at: usize) -> Option<usize> {
    let mut dollars = text[at..].match_indices('$').map(|(dollar, _)| at + dollar);
    dollars.find_map(|dollar| {
        let start = dollar.checked_sub(2)?;
        text.as_bytes()[start..]
            .starts_with(OPENING.as_bytes())
            .then_some(start)
    })
}

/// The expression at `start`, if it is a plain reference.
fn reference(text: &str, start: usize) -> Option<Found<'_>> {
    let rest = &text[start + OPENING.len()..];
    let rest = rest.strip_prefix("{\"output\":\"")?;
    let (output, rest) = rest.split_once('"')?;
    let rest = rest.strip_prefix(",\"ref\":\"")?;
    let (address, rest) = rest.split_once('"')?;
    let rest = rest.strip_prefix("}}")?;
    let plain = !output.contains('\\') && !address.contains('\\');
    plain.then_some(Found {
        end: text.len() - rest.len(),
        address,
        output,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use windlass::canonical::CanonicalJson;

    use super::*;
    use crate::evaluate::each_reference;

    fn refer(address: &str) -> Value {
        json!({MARK: {"ref": address, "output": "Id"}})
    }

    #[test]
    fn the_same_references_are_found_as_in_the_tree() {
        let value = json!({
            "A": refer("a/x"),
            "B": [refer("b"), {"C": {MARK: {"join": ["x", refer("c"), "{\"$windlass\":"]}}}],
            "D": {MARK: {"index": 0, "of": refer("d")}},
            "E": "{\"$windlass\":{\"output\":\"Id\",\"ref\":\"e\"}}",
            "F": {MARK: {"secret": {"env": "F"}}},
        });
        let text = CanonicalJson::of(&value);
        let mut wanted = Vec::new();
        each_reference(&value, &mut |address, output| {
            wanted.push((address, output))
        });
        assert_eq!(references(text.as_str()).collect::<Vec<_>>(), wanted);
        assert_eq!(wanted.len(), 4);
    }

    #[test]
    fn values_take_the_place_of_references_and_of_nothing_else() {
        let of = |from: Value| {
            let text = CanonicalJson::of(&from);
            let filled = filled(text.as_str(), &|address, _| match address {
                "a" => Some(Cow::Borrowed("\"id-a\"")),
                "b" => Some(Cow::Borrowed("[1,2]")),
                _ => None,
            });
            filled.map(Cow::into_owned)
        };
        assert_eq!(
            of(json!({"A": [refer("a"), refer("b")], "B": "x"})),
            Some(r#"{"A":["id-a",[1,2]],"B":"x"}"#.to_owned())
        );
        assert_eq!(of(json!(["x"])), Some(r#"["x"]"#.to_owned()));
        assert_eq!(of(refer("c")), None);
        assert_eq!(of(json!({MARK: {"join": ["x", refer("a")]}})), None);
    }
}
