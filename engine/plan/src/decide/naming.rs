//! The physical name in a spec: made for a new generation, and kept until the resource is replaced.
//!
//! Not here: the form of a name (`names`), and a name that both generations of a replacement would need (`replace`).

use serde_json::Value;

use super::Decider;
use super::case::Case;
use crate::names::Naming;
use crate::world::Current;

impl<'a> Decider<'a> {
    /// Adds the name of this generation to a spec without a name.
    pub(super) fn name(&self, case: &Case<'a>, spec: &mut Value, generation: u32) {
        let named = case.schema.physical_name();
        if let (Some((field, rule)), Some(spec)) = (named, spec.as_object_mut()) {
            spec.entry(field.name)
                .or_insert_with(|| Value::from(self.naming().name(rule, case.address, generation)));
        }
    }

    /// Keeps the name that the engine once made; returns whether the author names the resource.
    pub(super) fn keep_name(
        &self,
        case: &Case<'a>,
        current: Current<'a>,
        desired: &mut Value,
        applied: &Value,
    ) -> bool {
        let named = case.schema.physical_name();
        let (Some((field, rule)), Some(spec)) = (named, desired.as_object_mut()) else {
            return false;
        };
        if spec.contains_key(field.name) {
            return true;
        }
        let template = &current.recorded.template;
        let was_named =
            *template != case.declaration.spec && template.to_value().get(field.name).is_some();
        let name = match applied.get(field.name) {
            Some(name) if !was_named => name.clone(),
            _ => {
                let generation = self.world.next_generation(case.node, case.address);
                Value::from(self.naming().name(rule, case.address, generation))
            }
        };
        spec.insert(field.name.to_owned(), name);
        false
    }

    pub(super) fn naming(&self) -> Naming<'a> {
        let snapshot = self.inputs.snapshot;
        Naming {
            stack: &snapshot.stack,
            environment: &snapshot.environment,
            lineage: &snapshot.lineage,
        }
    }
}
