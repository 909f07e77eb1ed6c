//! Declarations with their specs, and what they refer to within the stack, for checks that look at several declarations.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::address::Address;
use crate::diagnostics::SourceLine;
use crate::document::{Declaration, Document};
use crate::expr::Expr;
use crate::resource::Resource;

/// A declaration with its spec read.
#[derive(Debug)]
pub(super) struct Declared<'a> {
    pub kind: &'a str,
    pub address: &'a Address,
    pub source: &'a SourceLine,
    pub spec: Value,
}

impl<'a> Declared<'a> {
    /// Reads a declaration's spec.
    pub fn of(address: &'a Address, declaration: &'a Declaration) -> Self {
        Self {
            kind: &declaration.kind,
            address,
            source: &declaration.source,
            spec: declaration.spec.to_value(),
        }
    }

    /// Whether the declaration is of this kind.
    pub fn is<R: Resource>(&self) -> bool {
        self.kind == R::SCHEMA.kind
    }

    /// A property as a literal of the type that AWS takes.
    pub fn literal<T: DeserializeOwned>(&self, property: &str) -> Option<T> {
        T::deserialize(self.spec.get(property)?).ok()
    }

    /// Whether the author wrote a property.
    pub fn gives(&self, property: &str) -> bool {
        self.spec.get(property).is_some()
    }

    /// A list of the spec; empty if the author wrote none.
    pub fn list(&self, property: &str) -> &[Value] {
        self.spec[property].as_array().map_or(&[], Vec::as_slice)
    }
}

/// All declarations of one kind.
pub(super) fn of_kind<'a>(
    document: &'a Document,
    kind: &'static str,
) -> impl Iterator<Item = Declared<'a>> {
    let resources = document.resources.iter();
    resources
        .filter(move |(_, declaration)| declaration.kind == kind)
        .map(|(address, declaration)| Declared::of(address, declaration))
}

/// The declaration of a kind that a value refers to; `None` for literals, computed values and other kinds.
pub(super) fn referenced<'a>(
    document: &'a Document,
    value: &Value,
    kind: &str,
) -> Option<Declared<'a>> {
    let address = referred(value)?;
    let (address, declaration) = document.resources.get_key_value(&address)?;
    (declaration.kind == kind).then(|| Declared::of(address, declaration))
}

/// The address that a value refers to; `None` for literals and computed values.
pub(super) fn referred(value: &Value) -> Option<Address> {
    match Expr::of(value) {
        Ok(Some(Expr::Ref { address, .. })) => Some(address),
        _ => None,
    }
}

/// Orders two declarations by their place in the source, so that the later one is the one to fix.
pub(super) fn in_source_order<'d, 'a>(
    one: &'d Declared<'a>,
    other: &'d Declared<'a>,
) -> (&'d Declared<'a>, &'d Declared<'a>) {
    if (one.source, one.address) <= (other.source, other.address) {
        (one, other)
    } else {
        (other, one)
    }
}

/// Pairs each declaration with the first one that has the same key.
pub(super) fn repeated<'d, 'a: 'd, K: Ord>(
    declared: impl Iterator<Item = (K, &'d Declared<'a>)>,
) -> Vec<(&'d Declared<'a>, &'d Declared<'a>)> {
    let mut groups: BTreeMap<K, Vec<&Declared<'a>>> = BTreeMap::new();
    for (key, declared) in declared {
        groups.entry(key).or_default().push(declared);
    }
    let mut pairs = Vec::new();
    for mut group in groups.into_values() {
        group.sort_by_key(|declared| (declared.source, declared.address));
        pairs.extend(group[1..].iter().map(|later| (group[0], *later)));
    }
    pairs
}
