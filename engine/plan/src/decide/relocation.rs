//! Differences that move a resource: to another kind, account, region, or network. Such a move needs a new generation.
//!
//! Not here: other differences that replace, which `diff` finds.

use std::collections::BTreeSet;

use serde_json::Value;
use windlass::address::Address;
use windlass::document::{Declaration, Place};
use windlass::schema::KindSchema;

use super::Decider;
use super::case::Case;
use crate::paths::each_reference_at;
use crate::plan::FieldChange;
use crate::serving::values;
use crate::world::Current;

impl<'a> Decider<'a> {
    /// The property, otherwise changed in place, whose change moves the resource to a place that it can only reach by a replacement.
    pub(super) fn moves_away(&self, case: &Case<'a>, current: Current<'a>) -> Option<&'static str> {
        let mut places = case.schema.stays_in.iter();
        let leaves = places.find(|place| {
            let (mut before, mut after) = (BTreeSet::new(), BTreeSet::new());
            let was = current.recorded.template.to_value();
            let had = values(&current.recorded.applied.to_value(), &[place.path]);
            each_reference_at(&was, &[place.path], &mut |address, output| {
                let on = Address::parse(address).ok();
                let on = on.and_then(|on| self.world.giving(&on, output, &had));
                let spec = on.map(|on| on.applied.to_value());
                before.extend(spec.and_then(|spec| Some(spec.get(place.property)?.to_string())));
            });
            let declared = case.declaration.spec.to_value();
            each_reference_at(&declared, &[place.path], &mut |address, _| {
                after.extend(self.lies_in(address, place.property));
            });
            !before.is_empty() && !after.is_empty() && before.is_disjoint(&after)
        });
        let path = leaves?.path;
        Some(path.split(['.', '[']).next().unwrap_or(path))
    }

    fn lies_in(&self, address: &str, property: &str) -> Option<String> {
        let on = self.graph.find(address)?;
        let spec = match self.decisions.get(&on) {
            Some(decision) => &decision.spec,
            None => &self.world.declared(on)?.recorded.applied,
        };
        Some(spec.to_value().get(property)?.to_string())
    }
}

/// Whether a property says where the resource is, so that a change may need a replacement.
pub(super) fn is_place(schema: &KindSchema, property: &str) -> bool {
    let mut places = schema.stays_in.iter();
    places.any(|place| place.path.split(['.', '[']).next() == Some(property))
}

/// Another kind, account or region needs a new generation.
pub(super) fn relocation(
    declaration: &Declaration,
    current: Current<'_>,
    place: &Place,
) -> Vec<FieldChange> {
    let recorded = current.recorded;
    let sides = [
        ("Type", Some(&recorded.kind), Some(&declaration.kind)),
        (
            "Account",
            recorded.place.account.as_ref(),
            place.account.as_ref(),
        ),
        (
            "Region",
            recorded.place.region.as_ref(),
            place.region.as_ref(),
        ),
    ];
    sides
        .into_iter()
        .filter(|(_, before, after)| before.is_some() && before != after)
        .map(|(path, before, after)| FieldChange {
            path: path.to_owned(),
            before: before.map(|text| Value::from(text.as_str())),
            after: after.map(|text| Value::from(text.as_str())),
            replaces: true,
            drift: false,
        })
        .collect()
}
