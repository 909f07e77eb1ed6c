//! The decision about a resource that exists: compare the declaration with what is recorded and observed, then replace the resource, update it in
//! place, record the declaration, or leave it.
//!
//! Not here: a resource that is unchanged to the letter (`unchanged`), and how a replacement is made (`replace`).

use serde_json::Value;
use windlass::canonical::CanonicalJson;
use windlass::document::Place;

use super::Decider;
use super::case::Case;
use super::relocation::{is_place, relocation};
use super::replace_order::Succession;
use crate::authored::authored;
use crate::carry_over::{carry_over, reset_removed};
use crate::decision::{Act, Decision};
use crate::diff::{Diff, Sides, diff};
use crate::driven::Driven;
use crate::evaluate::EvaluateError;
use crate::plan::{Note, Reason};
use crate::resolve::resolve;
use crate::unfinished::{add_unfinished, pending, restore_unfinished};
use crate::world::Current;

/// An existing resource, with all results of its comparison.
pub(super) struct Existing<'a> {
    pub case: Case<'a>,
    pub current: Current<'a>,
    /// The desired spec.
    pub desired: Value,
    pub applied: Value,
    /// The observed properties; absent if they were not read.
    pub observed: Option<Value>,
    /// Whether the author names the resource.
    pub named: bool,
    /// The author's own values of properties that AWS changes on behalf of other resources.
    pub driven: Vec<(Driven, Value)>,
    pub found: Diff,
    pub place: Place,
}

impl<'a> Existing<'a> {
    /// Both generations of a replacement.
    pub fn succession(&self) -> Succession<'_, 'a> {
        Succession {
            case: &self.case,
            current: self.current,
            desired: &self.desired,
            applied: &self.applied,
        }
    }
}

impl<'a> Decider<'a> {
    /// `None` if nothing at all has to be done about the resource.
    pub(super) fn existing(
        &mut self,
        case: &Case<'a>,
        current: Current<'a>,
    ) -> Result<Option<Decision>, EvaluateError> {
        if self.is_unchanged(case, current) {
            return Ok(None);
        }
        let existing = self.compared(case, current)?;
        Ok(if self.is_asked(case) || existing.found.replaces() {
            Some(self.replace(existing))
        } else {
            self.in_place(existing)
        })
    }

    fn compared(
        &self,
        case: &Case<'a>,
        current: Current<'a>,
    ) -> Result<Existing<'a>, EvaluateError> {
        let Case {
            declaration,
            schema,
            ..
        } = *case;
        let mut desired = resolve(declaration, schema, &self.document.default_tags, self)?;
        let applied = current.recorded.applied.to_value();
        let observed = current.properties().map(CanonicalJson::to_value);
        let named = self.keep_name(case, current, &mut desired, &applied);
        let driven = self.keep_driven(case, &mut desired, &applied, observed.as_ref());
        let sides = Sides {
            desired: &desired,
            applied: &applied,
            observed: observed.as_ref(),
        };
        let mut found = diff(schema, sides, &declaration.options.owned_elsewhere);
        let place = self.place(case);
        found
            .fields
            .extend(relocation(declaration, current, &place));
        if found.properties.iter().any(|name| is_place(schema, name))
            && let Some(property) = self.moves_away(case, current)
        {
            for field in &mut found.fields {
                let top = field.path.split(['.', '[']).next();
                field.replaces |= top == Some(property);
            }
        }
        Ok(Existing {
            case: *case,
            current,
            desired,
            applied,
            observed,
            named,
            driven,
            found,
            place,
        })
    }

    /// The decision without a new generation.
    fn in_place(&mut self, mut existing: Existing<'a>) -> Option<Decision> {
        let (case, recorded) = (existing.case, existing.current.recorded);
        let Case {
            address,
            declaration,
            schema,
            ..
        } = case;
        let notes = existing.found.notes.drain(..).map(|text| Note {
            address: address.clone(),
            text,
            source: None,
        });
        self.notes.extend(notes);
        let moved_from = case.moved_from();
        let depends_on = self.depends_on(&case);
        let redeclared = declaration.spec != recorded.template
            || declaration.options != recorded.options
            || existing.place != recorded.place
            || !self.has_same_dependencies(&case, &recorded.depends_on);
        let unfinished = add_unfinished(
            &mut existing.found,
            &pending(schema, &recorded.unfinished),
            existing.observed.as_ref(),
            &existing.desired,
        );
        self.restore_driven(&mut existing);
        let act = if !existing.found.fields.is_empty() {
            update(&mut existing)
        } else if redeclared {
            Act::Redeclare
        } else if moved_from.is_some() || case.is_unfinished() {
            Act::Stay
        } else {
            return None;
        };
        let reason = match act {
            Act::Update { .. } if !unfinished => self.reason(&existing),
            _ => Reason::Unfinished,
        };
        Some(Decision {
            reason,
            spec: CanonicalJson::of(&spec_in_place(&existing, &act)),
            act,
            generation: recorded.generation,
            place: existing.place,
            depends_on,
            fields: existing.found.fields,
            physical_id: Some(recorded.physical_id.clone()),
            moved_from,
        })
    }
}

/// The update that the differences need.
fn update(existing: &mut Existing<'_>) -> Act {
    let Existing {
        case: Case { schema, .. },
        desired,
        applied,
        observed,
        found,
        ..
    } = existing;
    let before = authored(schema, desired, applied, observed.as_ref());
    reset_removed(schema, desired, applied, &found.properties);
    Act::Update {
        before: CanonicalJson::of(&before),
        properties: std::mem::take(&mut found.properties),
    }
}

/// The spec after the act: properties that the author may not change keep their values.
fn spec_in_place(existing: &Existing<'_>, act: &Act) -> Value {
    let Case {
        schema,
        declaration,
        ..
    } = existing.case;
    let updates = matches!(act, Act::Update { .. });
    let observed = existing.observed.as_ref().filter(|_| updates);
    let owned = &declaration.options.owned_elsewhere;
    let mut spec = existing.desired.clone();
    carry_over(schema, &mut spec, &existing.applied, observed, owned);
    let unfinished = &existing.current.recorded.unfinished;
    restore_unfinished(&mut spec, &existing.desired, unfinished);
    spec
}
