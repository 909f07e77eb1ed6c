//! The first question about an existing resource: is there nothing to do? The plan answers it without parsing a spec.
//!
//! Most resources of most plans end here, which keeps planning fast. Not here: the comparison of texts (`crate::unchanged`), and what differs
//! (`existing`).

use std::borrow::Cow;

use windlass::address::Address;

use super::Decider;
use super::case::Case;
use crate::decision::Fate;
use crate::resolve::is_placed;
use crate::unchanged::{Declared, stands};
use crate::world::{Current, written};

impl<'a> Decider<'a> {
    /// Whether nothing differs, as far as a comparison of texts can show.
    pub(super) fn is_unchanged(&self, case: &Case<'a>, current: Current<'a>) -> bool {
        let Case {
            address,
            declaration,
            schema,
            ..
        } = *case;
        let recorded = current.recorded;
        let declared = Declared {
            template: &declaration.spec,
            default_tags: &self.default_tags,
        };
        declaration.spec == recorded.template
            && declaration.kind == recorded.kind
            && declaration.options == recorded.options
            && recorded.unfinished.is_empty()
            && !case.is_unfinished()
            && !current.is_moved_to(address)
            && !self.is_asked(case)
            && is_placed(
                declaration,
                self.document,
                self.inputs.home(),
                &recorded.place,
            )
            && self.has_same_dependencies(case, &recorded.depends_on)
            && stands(
                schema,
                declared,
                &recorded.applied,
                current.properties(),
                &|address, output| self.unchanged_output(address, output),
            )
    }

    /// The text of an output that does not change in this plan.
    fn unchanged_output(&self, address: &str, output: &str) -> Option<Cow<'a, str>> {
        let Some(node) = self.graph.find(address) else {
            return self.inputs.lookups.get(address)?.get(output).map(written);
        };
        let same = self.fates[node.index()] == Fate::Same;
        self.world.declared(node).filter(|_| same)?.output(output)
    }

    /// Whether the resource waits for the same resources as recorded.
    pub(super) fn has_same_dependencies(&self, case: &Case<'a>, recorded: &[Address]) -> bool {
        let wanted = self.graph.dependencies(case.node).into_iter();
        let wanted = wanted.map(|(on, _)| self.graph.node(on).address);
        let mut recorded: Vec<_> = recorded.iter().map(|on| self.world.now(on)).collect();
        recorded.sort_unstable();
        recorded.dedup();
        wanted.eq(recorded)
    }
}
