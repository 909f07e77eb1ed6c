//! Replacements that follow another one: a resource that serves one owner at a time (a target group serves one load balancer) is replaced together with
//! its owner. If it cannot be, the owner's old generation goes first.
//!
//! Not here: the order in which it is handed over (`serving`).

use std::collections::{BTreeMap, BTreeSet};

use petgraph::graph::NodeIndex;
use windlass::address::Address;
use windlass::schema::{ReplaceOrder, ServesOne};

use super::Decider;
use super::case::Case;
use super::replace_order::Succession;
use crate::decision::{Act, Fate};
use crate::paths::each_reference_at;
use crate::serving::{Owners, values};

/// Declared resources that are replaced because of other resources, and which those are.
pub type Following = BTreeMap<NodeIndex, BTreeSet<Address>>;

/// Resources that a next generation beside the old one would take away from the old one.
struct Contested {
    /// Declared resources that can be replaced along with it.
    declared: BTreeSet<NodeIndex>,
    /// Whether there is a resource that cannot.
    other: bool,
}

impl<'a> Decider<'a> {
    /// Whether the old generation has to go first, because both generations would use a resource that serves one owner and that cannot be replaced
    /// along with them.
    pub(super) fn has_to_hand_over(&self, succession: &Succession<'_, 'a>) -> bool {
        let mut sets = succession.case.schema.serves_one.iter();
        sets.any(|set| {
            let contested = self.contested(set, succession);
            contested.other || (!set.follows && !contested.declared.is_empty())
        })
    }

    /// All resources that have to be replaced along with their owners, in addition to those that are replaced already.
    pub fn followers(&self) -> Following {
        let mut following = Following::new();
        for (node, decision) in &self.decisions {
            let case = Case::of(self.graph, self.world, *node);
            let beside = decision.act == Act::Replace(ReplaceOrder::CreateFirst);
            let serves = beside && !case.schema.serves_one.is_empty();
            let (true, Some(current)) = (serves, case.current) else {
                continue;
            };
            let succession = Succession {
                case: &case,
                current,
                desired: &decision.spec.to_value(),
                applied: &current.recorded.applied.to_value(),
            };
            for set in case.schema.serves_one.iter().filter(|set| set.follows) {
                for follower in self.contested(set, &succession).declared {
                    let owners = following.entry(follower).or_default();
                    owners.insert(case.address.clone());
                }
            }
        }
        following
    }

    fn contested(&self, set: &ServesOne, succession: &Succession<'_, 'a>) -> Contested {
        let Succession {
            case,
            desired,
            applied,
            ..
        } = *succession;
        let mut contested = Contested {
            declared: BTreeSet::new(),
            other: false,
        };
        let had = values(applied, set.members);
        let mut both = values(desired, set.members);
        both.retain(|value| had.contains(value));
        if both.is_empty() || self.keeps_owner(set, succession) {
            return contested;
        }
        let template = case.declaration.spec.to_value();
        each_reference_at(&template, set.members, &mut |address, output| {
            let Some(on) = self.graph.find(address) else {
                return;
            };
            let stays = matches!(
                self.fates[on.index()],
                Fate::Same | Fate::Updated | Fate::Unfinished
            );
            let given = self.world.declared(on).filter(|_| stays);
            let given = given.and_then(|on| Some(on.output(output)?.into_owned()));
            if given.is_some_and(|given| both.remove(&given)) {
                contested.declared.insert(on);
            }
        });
        contested.other = !both.is_empty();
        contested
    }

    fn keeps_owner(&self, set: &ServesOne, succession: &Succession<'_, 'a>) -> bool {
        let Succession {
            case,
            current,
            desired,
            applied,
        } = *succession;
        let owners = Owners {
            graph: self.graph,
            world: self.world,
            decisions: &self.decisions,
        };
        let declared = &case.declaration.spec;
        let before = owners.before(set.owner, &current.recorded.template, applied);
        let after = owners.after(set.owner, declared, desired);
        before.is_some() && before == after
    }
}
