//! What a declaration refers to among the stack's own declarations, for checks that look at several of them.

use serde_json::Value;

use crate::address::Address;
use crate::document::{Declaration, Document};
use crate::expr::Expr;

/// A declaration with its spec.
#[derive(Debug)]
pub(super) struct Declared<'a> {
    pub address: &'a Address,
    pub declaration: &'a Declaration,
    pub spec: Value,
}

impl Declared<'_> {
    /// A list of the spec; empty where nothing was written.
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
        .map(|(address, declaration)| Declared {
            address,
            declaration,
            spec: declaration.spec.to_value(),
        })
}

/// The declaration of a kind that a value refers to; `None` for literals, computed values and other kinds.
pub(super) fn referenced<'a>(
    document: &'a Document,
    value: &Value,
    kind: &str,
) -> Option<Declared<'a>> {
    let Ok(Some(Expr::Ref { address, .. })) = Expr::of(value) else {
        return None;
    };
    let (address, declaration) = document.resources.get_key_value(&address)?;
    (declaration.kind == kind).then(|| Declared {
        address,
        declaration,
        spec: declaration.spec.to_value(),
    })
}
