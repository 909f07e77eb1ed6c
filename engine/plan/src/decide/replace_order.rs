//! The order of a replacement: create-before-delete, or delete-before-create.
//!
//! Not here: whether something is replaced at all (`existing`), and what is replaced along with what (`following`).

use serde_json::Value;
use windlass::address::Address;
use windlass::schema::{Handover, KindSchema, ReplaceOrder};
use windlass_state::snapshot::Recorded;

use super::Decider;
use super::case::Case;
use crate::decision::Act;
use crate::evaluate::each_reference;
use crate::exclusive::clash;
use crate::holding::{Used, holds, holds_indirectly, needs};
use crate::world::Current;

/// The two generations of a replacement.
#[derive(Clone, Copy)]
pub(super) struct Succession<'s, 'a> {
    pub case: &'s Case<'a>,
    /// The old generation.
    pub current: Current<'a>,
    /// The spec of the next generation.
    pub desired: &'s Value,
    /// The spec of the old generation, as applied.
    pub applied: &'s Value,
}

impl<'a> Decider<'a> {
    /// Delete-first spreads to resources that are replaced along with this one and hold it. It is also the only order if both generations would have a
    /// value that only one can have.
    pub(super) fn replace_order(&self, succession: &Succession<'_, 'a>) -> ReplaceOrder {
        let Succession {
            case,
            current,
            desired,
            applied,
        } = *succession;
        let schema = case.schema;
        let spreads = self.goes_before(succession);
        let stays =
            current.recorded.kind == schema.kind && current.recorded.place == self.place(case);
        let passed_on = clash(schema, desired, applied, &|value| self.is_apart(value))
            .is_some_and(|clash| clash.handover != Handover::Occupied);
        let hands_over = || self.has_to_hand_over(succession);
        if spreads || (stays && (passed_on || hands_over())) {
            return ReplaceOrder::DeleteFirst;
        }
        case.declaration.options.replace.unwrap_or(schema.replace)
    }

    /// Whether the resource has to go first because it holds a resource that goes first. Or because it cannot exist beside its next generation (it has
    /// a fixed name), while a resource that it uses goes first.
    fn goes_before(&self, succession: &Succession<'_, 'a>) -> bool {
        let Succession {
            current,
            desired,
            applied,
            ..
        } = *succession;
        let recorded = current.recorded;
        let goes_first = |on: &Address| {
            let on = self.graph.find(self.world.now(on).as_str());
            let on = on.and_then(|on| self.decisions.get(&on));
            on.is_some_and(|on| on.act == Act::Replace(ReplaceOrder::DeleteFirst))
        };
        let schema = self.inputs.schema;
        let fixed = || {
            let named = schema(&recorded.kind).and_then(KindSchema::physical_name);
            named.is_some_and(|(field, _)| {
                recorded.template.to_value().get(field.name).is_some()
                    && desired.get(field.name) == applied.get(field.name)
            })
        };
        let mut first = recorded.depends_on.iter().filter(|on| goes_first(on));
        let held = first.any(|on| {
            let used = self.world.current(on);
            fixed()
                || used.is_some_and(|used| {
                    let used = Used {
                        at: used.at,
                        recorded: used.recorded,
                    };
                    holds(schema, &recorded.kind, &recorded.template, used)
                })
        });
        held || self.goes_before_indirectly(recorded)
    }

    fn goes_before_indirectly(&self, recorded: &Recorded) -> bool {
        let kinds = self.inputs.schema;
        let holds = |at: &Address| {
            let used = self.world.current(at);
            let schema = used.and_then(|used| kinds(&used.recorded.kind));
            schema.is_some_and(|schema| holds_indirectly(schema, recorded))
        };
        let mut first = self.first_of_all.clone();
        first.retain(|at| holds(at));
        !first.is_empty() && needs(self.inputs.snapshot, recorded, &first)
    }

    /// Whether the user asked to replace the resource.
    pub(super) fn is_asked(&self, case: &Case<'a>) -> bool {
        self.inputs.replace.contains(case.address) || self.following.contains_key(&case.node)
    }

    /// Whether a value that is not known yet will certainly differ from the old one: it comes from a new generation that exists beside the old one, and
    /// it is not just a copy of a value in the spec.
    pub(super) fn is_apart(&self, value: &Value) -> bool {
        let mut apart = false;
        each_reference(value, &mut |address, output| {
            let Some(on) = self.graph.find(address) else {
                return;
            };
            let decision = self.decisions.get(&on);
            let beside =
                decision.is_some_and(|on| on.act == Act::Replace(ReplaceOrder::CreateFirst));
            let field = self.graph.node(on).schema.field(output);
            apart |= beside && field.is_none_or(|field| field.name_rule.is_some());
        });
        apart
    }
}
