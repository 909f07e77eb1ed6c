//! Which resources hold each other: AWS refuses to delete a resource that another one uses in certain ways, such as a subnet with a service's
//! interfaces.
//!
//! Not here: the order that follows from it (`letting`), and which order a replacement takes (`decide`).

use std::collections::BTreeSet;

use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass::schema::KindSchema;
use windlass_state::snapshot::{Recorded, Snapshot};

use crate::paths::{each_reference_at, refers};

/// The catalogue of kinds.
pub type Kinds<'s> = &'s dyn Fn(&str) -> Option<&'static KindSchema>;

/// A recorded generation, with the address under which it is recorded.
#[derive(Debug, Clone, Copy)]
pub struct Used<'a> {
    pub at: &'a Address,
    pub recorded: &'a Recorded,
}

/// Whether AWS refuses to delete one generation while another one uses it in the way that this template says.
pub fn holds(kinds: Kinds<'_>, kind: &str, template: &CanonicalJson, used: Used<'_>) -> bool {
    let (Some(user), Some(schema)) = (kinds(kind), kinds(&used.recorded.kind)) else {
        return false;
    };
    refers(template, user.holds, used.at.as_str()) || borrows(user, template, schema, used)
}

/// Whether the user borrows from this resource: the resource lends a list, and completes another resource that the user holds. Example: services hold
/// a cluster, and the association that completes it lends them capacity providers. So the association goes after the last service.
fn borrows(
    user: &KindSchema,
    template: &CanonicalJson,
    schema: &KindSchema,
    used: Used<'_>,
) -> bool {
    if schema.lends.is_empty() || schema.completes.is_empty() {
        return false;
    }
    let mut wholes = BTreeSet::new();
    let completing = used.recorded.template.to_value();
    each_reference_at(&completing, schema.completes, &mut |address, _| {
        wholes.insert(address.to_owned());
    });
    wholes
        .iter()
        .any(|whole| refers(template, user.holds, whole))
}

/// Whether a recorded generation needs one of these addresses, directly or indirectly.
pub fn needs(snapshot: &Snapshot, user: &Recorded, one_of: &BTreeSet<&Address>) -> bool {
    let mut stack: Vec<_> = user.depends_on.iter().collect();
    let mut seen = BTreeSet::new();
    while let Some(on) = stack.pop() {
        if one_of.contains(on) {
            return true;
        }
        if seen.insert(on) {
            stack.extend(snapshot.generations(on).flat_map(|on| &on.depends_on));
        }
    }
    false
}

/// Whether AWS refuses to delete a generation of this kind because of one that names it only indirectly.
pub fn holds_indirectly(schema: &KindSchema, user: &Recorded) -> bool {
    schema
        .held_by
        .is_some_and(|test| test(&user.kind, &user.applied.to_value()))
}
