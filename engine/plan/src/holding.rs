//! Who holds whom: AWS refuses to delete what something else still uses in certain ways, such as a subnet with a service's interfaces.
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

/// A recorded generation, with the address that it is recorded under.
#[derive(Debug, Clone, Copy)]
pub struct Used<'a> {
    pub at: &'a Address,
    pub recorded: &'a Recorded,
}

/// Whether AWS refuses to delete one generation while another uses it as this template says.
pub fn holds(kinds: Kinds<'_>, kind: &str, template: &CanonicalJson, used: Used<'_>) -> bool {
    let (Some(user), Some(schema)) = (kinds(kind), kinds(&used.recorded.kind)) else {
        return false;
    };
    refers(template, user.holds, used.at.as_str()) || borrows(user, template, schema, used)
}

/// Who is held by a cluster's services also lends them its capacity providers: a list that is lent goes with its last user.
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

/// Whether a recorded generation needs one of these, however indirectly.
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

/// Whether AWS refuses to delete a generation of this kind for one that names it only through others.
pub fn holds_indirectly(schema: &KindSchema, user: &Recorded) -> bool {
    schema
        .held_by
        .is_some_and(|test| test(&user.kind, &user.applied.to_value()))
}
