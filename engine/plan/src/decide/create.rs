//! The decision to create: a first generation, or a next one if AWS does not have the last one any more.
//!
//! Not here: the next generation of a replacement (`replace`).

use serde_json::Value;
use windlass::canonical::CanonicalJson;

use super::Decider;
use super::case::Case;
use crate::decision::{Act, Decision};
use crate::evaluate::EvaluateError;
use crate::plan::{FieldChange, Reason};
use crate::resolve::resolve;

impl<'a> Decider<'a> {
    pub(super) fn create(&self, case: &Case<'a>) -> Result<Decision, EvaluateError> {
        let Case {
            node,
            address,
            declaration,
            schema,
            current: gone,
        } = *case;
        let generation = self.world.next_generation(node, address);
        let mut spec = resolve(declaration, schema, &self.document.default_tags, self)?;
        self.name(case, &mut spec, generation);
        Ok(Decision {
            act: Act::Create,
            generation,
            place: self.place(case),
            fields: sent(&spec),
            spec: CanonicalJson::of(&spec),
            depends_on: self.depends_on(case),
            reason: match gone {
                Some(_) => Reason::Vanished,
                None => Reason::Declared,
            },
            physical_id: None,
            moved_from: case.moved_from(),
        })
    }
}

/// All properties that a create sends.
fn sent(spec: &Value) -> Vec<FieldChange> {
    let properties = spec.as_object().into_iter().flatten();
    let mut fields: Vec<_> = properties
        .map(|(name, value)| FieldChange {
            path: name.clone(),
            before: None,
            after: Some(value.clone()),
            replaces: false,
            drift: false,
        })
        .collect();
    fields.sort_by(|a, b| a.path.cmp(&b.path));
    fields
}
