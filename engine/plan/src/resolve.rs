//! From a declaration to its spec: expressions evaluated, default tags merged.
//!
//! Not here: the evaluator (`evaluate`) and physical names (`decide`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use windlass::document::{Declaration, Document, Place};
use windlass::expr::{Expr, MARK, SecretSource};
use windlass::schema::KindSchema;

use crate::compare::member_key;
use crate::evaluate::{Answers, EvaluateError, evaluate};

/// The spec of a declaration, with holes for values that are not known yet.
///
/// # Errors
/// An expression has no value.
pub fn resolve(
    declaration: &Declaration,
    schema: &KindSchema,
    default_tags: &BTreeMap<String, String>,
    answers: &dyn Answers,
) -> Result<Value, EvaluateError> {
    let mut spec = declaration.spec.to_value();
    if declaration.spec.as_str().contains(MARK) {
        evaluate(&mut spec, answers)?;
    }
    if let Some(tags) = schema.tags().filter(|_| !default_tags.is_empty())
        && let Some(spec) = spec.as_object_mut()
    {
        let own = spec
            .entry(tags.name)
            .or_insert_with(|| Value::Array(Vec::new()));
        merge_tags(own, default_tags);
    }
    Ok(spec)
}

/// The place of a declared resource: its own, or else the stack's, or else that of the credentials.
pub(crate) fn place(declaration: &Declaration, document: &Document, home: (&str, &str)) -> Place {
    let (account, role, region) = placed(declaration, document, home);
    Place {
        account: account.map(str::to_owned),
        role: role.map(str::to_owned),
        region: region.map(str::to_owned),
    }
}

/// All places in which a document declares resources.
#[must_use]
pub fn places(document: &Document, home: (&str, &str)) -> BTreeSet<Place> {
    let declared = document.resources.values();
    declared
        .map(|declaration| place(declaration, document, home))
        .collect()
}

/// Whether a declared resource has that place.
pub(crate) fn is_placed(
    declaration: &Declaration,
    document: &Document,
    home: (&str, &str),
    there: &Place,
) -> bool {
    let there = [&there.account, &there.role, &there.region].map(Option::as_deref);
    <[_; 3]>::from(placed(declaration, document, home)) == there
}

/// Account, role and region.
fn placed<'d>(
    declaration: &'d Declaration,
    document: &'d Document,
    (account, region): (&'d str, &'d str),
) -> (Option<&'d str>, Option<&'d str>, Option<&'d str>) {
    let pick = |of: fn(&Place) -> &Option<String>| {
        let own = declaration
            .place
            .as_ref()
            .and_then(|own| of(own).as_deref());
        own.or_else(|| of(&document.place).as_deref())
    };
    (
        pick(|place| &place.account).or(Some(account)),
        pick(|place| &place.role),
        pick(|place| &place.region).or(Some(region)),
    )
}

/// Adds the default tags that the resource does not set itself, and sorts all tags by key.
pub(crate) fn merge_tags(own: &mut Value, default_tags: &BTreeMap<String, String>) {
    let Some(tags) = own.as_array_mut() else {
        return;
    };
    let set: BTreeSet<_> = tags.iter().map(|tag| member_key(tag, "Key")).collect();
    for (key, value) in default_tags.iter().filter(|(key, _)| !set.contains(*key)) {
        tags.push(json!({"Key": key, "Value": value}));
    }
    tags.sort_by_cached_key(|tag| member_key(tag, "Key"));
}

/// The secrets that planning a document needs, each once, in order.
#[must_use]
pub fn needed_secrets(document: &Document) -> Vec<SecretSource> {
    let mut found = BTreeSet::new();
    for declaration in document.resources.values() {
        if declaration.spec.as_str().contains(MARK) {
            collect(&declaration.spec.to_value(), &mut found);
        }
    }
    for output in document.outputs.values() {
        collect(&output.value, &mut found);
    }
    found.into_iter().collect()
}

fn collect(value: &Value, found: &mut BTreeSet<SecretSource>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(object) => match Expr::of(value) {
            Ok(Some(Expr::Secret { secret })) => {
                found.insert(secret);
            }
            _ => object.values().for_each(|item| collect(item, found)),
        },
        _ => {}
    }
}
