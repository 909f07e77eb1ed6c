//! The decision to replace: a next generation, and what forbids one, such as protection or a fixed name that the old one still has.
//!
//! Not here: whether a resource is replaced (`existing`), which generation goes first (`replace_order`), and what is replaced along with it
//! (`following`).

use serde_json::Value;
use windlass::canonical::CanonicalJson;
use windlass::codes;
use windlass::diagnostics::Diagnostic;
use windlass::schema::{OldGenerations, ReplaceOrder};

use super::Decider;
use super::case::Case;
use super::existing::Existing;
use crate::decision::{Act, Decision};
use crate::exclusive::clash;
use crate::plan::{FieldChange, Reason};

impl<'a> Decider<'a> {
    pub(super) fn replace(&mut self, mut existing: Existing<'a>) -> Decision {
        let (case, recorded) = (existing.case, existing.current.recorded);
        let Case {
            node,
            address,
            declaration,
            schema,
            ..
        } = case;
        let generation = self.world.next_generation(node, address);
        let order = self.replace_order(&existing.succession());
        if declaration.options.protect {
            self.problems.push(protected(&case, &existing.found.fields));
        }
        let beside = order == ReplaceOrder::CreateFirst
            && recorded.kind == declaration.kind
            && recorded.place == existing.place;
        let occupied = beside
            .then(|| {
                let apart = |value: &Value| self.is_apart(value);
                clash(schema, &existing.desired, &existing.applied, &apart)
            })
            .flatten();
        if let Some(occupied) = occupied {
            self.problems.push(taken(&case, occupied.properties));
        }
        self.name_successor(&mut existing, generation, beside);
        let asked = self.inputs.replace.contains(address);
        let follows = self.following.get(&node);
        Decision {
            act: Act::Replace(order),
            generation,
            spec: CanonicalJson::of(&existing.desired),
            depends_on: self.depends_on(&case),
            reason: match follows {
                _ if asked => Reason::Asked,
                Some(owners) => Reason::Dependency {
                    addresses: owners.iter().cloned().collect(),
                },
                None => self.reason(&existing),
            },
            place: existing.place,
            fields: existing.found.fields,
            physical_id: Some(recorded.physical_id.clone()),
            moved_from: case.moved_from(),
        }
    }

    /// Gives the next generation a name of its own, unless the author names the resource. `beside`: both generations exist for a while.
    fn name_successor(&mut self, existing: &mut Existing<'a>, generation: u32, beside: bool) {
        let Existing {
            case,
            desired,
            applied,
            named,
            found,
            ..
        } = existing;
        let Some((field, rule)) = case.schema.physical_name() else {
            return;
        };
        let kept = matches!(case.schema.old_generations, OldGenerations::Kept(_));
        let before = applied.get(field.name).cloned();
        if *named {
            let clash = beside
                && !kept
                && !case.schema.is_unique_within(field.name)
                && before.as_ref() == desired.get(field.name);
            if clash {
                self.problems.push(name_taken(case, field.name));
            }
        } else if !kept {
            let name = Value::from(self.naming().name(rule, case.address, generation));
            found.fields.retain(|change| change.path != field.name);
            found.fields.push(FieldChange {
                path: field.name.to_owned(),
                before,
                after: Some(name.clone()),
                replaces: false,
                drift: false,
            });
            if let Some(spec) = desired.as_object_mut() {
                spec.insert(field.name.to_owned(), name);
            }
        }
    }
}

fn protected(case: &Case<'_>, fields: &[FieldChange]) -> Diagnostic {
    let because: Vec<_> = fields
        .iter()
        .filter(|field| field.replaces)
        .map(|field| format!("`{}`", field.path))
        .collect();
    let because = if because.is_empty() {
        "as asked".to_owned()
    } else {
        format!("because of {}", because.join(", "))
    };
    Diagnostic::error(
        codes::PROTECTED,
        format!(
            "`{}` is protected, and would be replaced {because}",
            case.address
        ),
    )
    .at(&case.declaration.source, "protected here")
    .help("take the change back, or take `.protect()` away if the resource may be lost")
}

fn name_taken(case: &Case<'_>, property: &str) -> Diagnostic {
    let message = format!(
        "`{}` is replaced, and its new generation would need the fixed `{property}` while the old one still has it",
        case.address
    );
    Diagnostic::error(codes::NAME_FIXED, message)
        .at(&case.declaration.source, "named here")
        .help("leave the name to the engine, give another one, or delete first: `.replace_order(ReplaceOrder::DeleteFirst)`")
}

fn taken(case: &Case<'_>, properties: &[&str]) -> Diagnostic {
    let property = properties.last().copied().unwrap_or_default();
    let message = format!(
        "`{}` is replaced, and its new generation would need the same `{property}` while the old one still has it",
        case.address
    );
    Diagnostic::error(codes::NAME_FIXED, message)
        .at(&case.declaration.source, "declared here")
        .help(format!("give it another `{property}`; or delete first, with `.replace_order(ReplaceOrder::DeleteFirst)`, once nothing uses it"))
}
