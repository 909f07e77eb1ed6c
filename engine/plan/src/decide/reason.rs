//! Why an existing resource changes: a change in AWS, a change by the author, or a change of a resource that it refers to.
//!
//! Not here: reasons that come with a decision, such as a replacement that the user asked for.

use std::collections::BTreeSet;

use windlass::address::Address;

use super::Decider;
use super::existing::Existing;
use crate::decision::Fate;
use crate::evaluate::each_reference;
use crate::plan::Reason;

impl<'a> Decider<'a> {
    pub(super) fn reason(&self, existing: &Existing<'a>) -> Reason {
        let Existing {
            case,
            current,
            found,
            ..
        } = existing;
        if !found.fields.is_empty() && found.fields.iter().all(|field| field.drift) {
            return Reason::Drifted;
        }
        let declaration = case.declaration;
        if declaration.spec != current.recorded.template {
            return Reason::Changed;
        }
        let template = declaration.spec.to_value();
        let mut addresses = BTreeSet::new();
        for field in found.fields.iter().filter(|field| !field.drift) {
            let end = field.path.find(['.', '[']).unwrap_or(field.path.len());
            if let Some(property) = template.get(&field.path[..end]) {
                each_reference(property, &mut |address, _| {
                    addresses.extend(Address::parse(address));
                });
            }
        }
        // A reference to a resource that changes in this plan explains the difference. Without such a reference, an earlier change explains it.
        let changing: Vec<_> = addresses
            .iter()
            .filter(|address| {
                self.graph
                    .find(address.as_str())
                    .is_some_and(|on| matches!(self.fates[on.index()], Fate::New | Fate::Updated))
            })
            .cloned()
            .collect();
        match (changing.is_empty(), addresses.is_empty()) {
            (false, _) => Reason::Dependency {
                addresses: changing,
            },
            (true, false) => Reason::Dependency {
                addresses: addresses.into_iter().collect(),
            },
            (true, true) => Reason::Changed,
        }
    }
}
