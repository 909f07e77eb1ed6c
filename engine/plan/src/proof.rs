//! Whether AWS applied an update: compares what was sent with what AWS has afterwards. The comparison is the plan's own.
//!
//! It leaves out what cannot be read, what AWS decides after the property is released, and what belongs to others. Not here: reading it.

use serde_json::{Map, Value};
use windlass::aws::elasticloadbalancingv2::{
    LISTENER_ATTRIBUTES, LOAD_BALANCER_ATTRIBUTES, TARGET_GROUP_ATTRIBUTES,
};
use windlass::canonical::CanonicalJson;
use windlass::schema::{Compare, FieldSchema, KindSchema, Read, Removal, Shape, flattened};
use windlass_state::snapshot::Recorded;

use crate::authored::authored;
use crate::compare::{member_key, members};
use crate::diff::{Sides, diff};
use crate::drift::Drifted;
use crate::driven::Driven;

/// One or several updates of a resource in one run.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The spec before the first update.
    pub before: CanonicalJson,
    /// The top-level properties that the updates changed, sorted.
    pub properties: Vec<String>,
}

impl Sent {
    /// The spec as it was sent, together with what the updates removed. A life cycle reads the attributes that a spec contains, so it also reads those
    /// that should be gone.
    #[must_use]
    pub fn everything(&self, recorded: &Recorded, schema: &KindSchema) -> CanonicalJson {
        let mut spec = recorded.applied.to_value();
        if let Some(spec) = spec.as_object_mut() {
            add_removed(schema.fields, spec, &self.before.to_value());
        }
        CanonicalJson::of(&spec)
    }

    /// The properties for which AWS has another value than was sent, in the schema's order.
    #[must_use]
    pub fn unmet(
        &self,
        schema: &KindSchema,
        recorded: &Recorded,
        driven: &[Driven],
        observed: &Value,
    ) -> Vec<Drifted> {
        let (mut sent, everything) = (
            recorded.applied.to_value(),
            self.everything(recorded, schema).to_value(),
        );
        Driven::keep_all(driven, &mut sent, &everything, observed);
        let sides = Sides {
            desired: &sent,
            applied: &everything,
            observed: Some(observed),
        };
        let found = diff(schema, sides, &recorded.options.owned_elsewhere);
        let changed = found.fields.into_iter().filter(|field| {
            let top = field.path.split(['.', '[']).next();
            self.properties
                .iter()
                .any(|name| Some(name.as_str()) == top)
        });
        let unmet = changed.map(|field| Drifted {
            path: field.path,
            recorded: field.after,
            observed: field.before,
        });
        unmet
            .filter(|unmet| !has_fallen_back(unmet, &sent))
            .collect()
    }

    /// The spec to record if AWS has another value: AWS's value, so that the next plan shows the same change again.
    #[must_use]
    pub fn standing(
        &self,
        schema: &KindSchema,
        recorded: &Recorded,
        unmet: &[Drifted],
        observed: &Value,
    ) -> CanonicalJson {
        let mut spec = recorded.applied.to_value();
        let everything = self.everything(recorded, schema).to_value();
        let there = authored(schema, &spec, &everything, Some(observed));
        for field in schema.fields() {
            let differs = |found: &Drifted| found.path.split(['.', '[']).next() == Some(field.name);
            let Some(spec) = spec.as_object_mut().filter(|_| unmet.iter().any(differs)) else {
                continue;
            };
            match there.get(field.name) {
                Some(value) => spec.insert(field.name.to_owned(), value.clone()),
                None if field.required => continue,
                None => spec.remove(field.name),
            };
        }
        CanonicalJson::of(&spec)
    }
}

/// Whether it is an attribute of Elastic Load Balancing that was removed: AWS continues to show it, with its default.
fn has_fallen_back(unmet: &Drifted, sent: &Value) -> bool {
    let Some(observed) = unmet.observed.as_ref().filter(|_| unmet.recorded.is_none()) else {
        return false;
    };
    let lists = [
        ("LoadBalancerAttributes", LOAD_BALANCER_ATTRIBUTES),
        ("ListenerAttributes", LISTENER_ATTRIBUTES),
        ("TargetGroupAttributes", TARGET_GROUP_ATTRIBUTES),
    ];
    let mut lists = lists.into_iter();
    let Some((_, rules)) = lists.find(|(list, _)| unmet.path.starts_with(list)) else {
        return false;
    };
    let mut rules = rules.iter();
    let rule = rules.find(|rule| observed["Key"] == rule.key);
    // Without a known default nothing was sent.
    rule.is_none_or(|rule| observed["Value"] == rule.default_for(sent))
}

/// Adds values that were in `before`, are not in `spec` any more, and must not be there afterwards.
fn add_removed(fields: &'static [FieldSchema], spec: &mut Map<String, Value>, before: &Value) {
    for field in flattened(fields) {
        let hidden = field.read == Read::Never || matches!(field.shape, Shape::Secret);
        let stays = matches!(field.removal, Removal::Keeps | Removal::Releases);
        let Some(before) = before.get(field.name).filter(|_| !hidden) else {
            continue;
        };
        let replaced = is_other_choice(fields, field, spec);
        match (spec.get_mut(field.name), field.shape) {
            (None, _) if !stays && !replaced => {
                spec.insert(field.name.to_owned(), before.clone());
            }
            (Some(Value::Object(inner)), Shape::Block(fields)) => {
                add_removed(fields, inner, before);
            }
            (Some(Value::Object(inner)), Shape::Map(_)) => {
                for (key, value) in before.as_object().into_iter().flatten() {
                    inner.entry(key).or_insert_with(|| value.clone());
                }
            }
            (Some(Value::Array(list)), _) => {
                add_members(field.compare, list, members(Some(before)))
            }
            _ => {}
        }
    }
}

/// Whether the property is one of a choice and the author writes another one: AWS takes the written one in its place.
fn is_other_choice(
    fields: &'static [FieldSchema],
    field: &FieldSchema,
    spec: &Map<String, Value>,
) -> bool {
    fields.iter().any(|holder| match holder.shape {
        Shape::Choice(variants) => {
            variants.iter().any(|variant| variant.name == field.name)
                && variants
                    .iter()
                    .any(|variant| spec.contains_key(variant.name))
        }
        _ => false,
    })
}

fn add_members(compare: Compare, list: &mut Vec<Value>, before: &[Value]) {
    let gone = |list: &[Value], old: &Value| match compare {
        Compare::Keyed(key) => {
            let name = member_key(old, key);
            !list.iter().any(|member| member_key(member, key) == name)
        }
        Compare::Set => !list.contains(old),
        _ => false,
    };
    for old in before {
        if gone(list, old) {
            list.push(old.clone());
        }
    }
}
