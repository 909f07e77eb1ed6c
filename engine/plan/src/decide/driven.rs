//! Properties that AWS changes on behalf of other resources: the plan leaves AWS's part alone, and records the author's.
//!
//! Not here: which properties these are (`crate::driven`).

use serde_json::Value;
use windlass::canonical::CanonicalJson;

use super::Decider;
use super::case::Case;
use super::existing::Existing;
use crate::driven::Driven;
use crate::plan::Note;

impl<'a> Decider<'a> {
    /// Replaces AWS's part of driven properties by the observed values; returns the author's own values of these properties.
    pub(super) fn keep_driven(
        &self,
        case: &Case<'a>,
        desired: &mut Value,
        applied: &Value,
        observed: Option<&Value>,
    ) -> Vec<(Driven, Value)> {
        let driven = self.drivers.at(case.address).iter();
        let kept = driven.filter_map(|driven| {
            let own = driven.keep(desired, applied, observed?)?;
            Some((driven.clone(), own))
        });
        kept.collect()
    }

    /// Records the author's own value if nothing is sent, so that the author's next change can be distinguished from AWS's. Adds a note if the author
    /// changed it now.
    pub(super) fn restore_driven(&mut self, existing: &mut Existing<'a>) {
        let Existing {
            case,
            current,
            desired,
            driven,
            found,
            ..
        } = existing;
        for (driven, own) in std::mem::take(driven) {
            if found.properties.iter().any(|name| name == driven.property) {
                continue;
            }
            let written = |spec: &CanonicalJson| spec.member(driven.property).map(str::to_owned);
            if written(&case.declaration.spec) != written(&current.recorded.template) {
                self.notes.push(Note {
                    address: case.address.clone(),
                    text: driven.note(),
                    source: None,
                });
            }
            if let Some(spec) = desired.as_object_mut() {
                spec.insert(driven.property.to_owned(), own);
            }
        }
    }
}
