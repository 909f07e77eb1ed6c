//! Updates in two parts, with the users' own change between them: an update that lends list members to other resources (a cluster's capacity providers)
//! removes old members only after the users' change. An update that AWS refuses before the users' change comes after it as a whole.
//!
//! Not here: which steps wait for which (`order`).

use serde_json::Value;
use windlass::canonical::CanonicalJson;
use windlass::schema::KindSchema;

use crate::plan::StepAction;

/// An update in two parts.
#[derive(Debug)]
pub struct Parted {
    /// The part before the users' change; absent if the update only removes members.
    pub before: Option<StepAction>,
    /// The part after the users' change.
    pub after: StepAction,
}

/// Splits an update that removes members from a lent list.
pub fn part(schema: &'static KindSchema, update: &StepAction) -> Option<Parted> {
    let StepAction::Update {
        spec,
        before,
        properties,
        ..
    } = update
    else {
        return None;
    };
    if !schema.lends.iter().any(|lent| has(properties, lent)) {
        return None;
    }
    let (mut both, old) = (spec.to_value(), before.to_value());
    let (mut lost, mut grown) = (Vec::new(), false);
    for list in schema.lends.iter().filter(|lent| has(properties, lent)) {
        let was = members(&old, list);
        let mut kept = members(&both, list);
        grown |= kept.iter().any(|member| !was.contains(member));
        let gone: Vec<_> = was.into_iter().filter(|old| !kept.contains(old)).collect();
        if !gone.is_empty() {
            lost.push((*list).to_owned());
            kept.extend(gone);
            both[*list] = Value::Array(kept);
        }
    }
    if lost.is_empty() {
        return None;
    }
    let only_takes_away = !grown && properties.iter().all(|property| lost.contains(property));
    let with = |to: CanonicalJson, which: Vec<String>| {
        let mut action = update.clone();
        if let StepAction::Update {
            spec, properties, ..
        } = &mut action
        {
            (*spec, *properties) = (to, which);
        }
        action
    };
    Some(Parted {
        before: (!only_takes_away).then(|| with(CanonicalJson::of(&both), properties.clone())),
        after: with(spec.clone(), lost),
    })
}

/// Whether AWS takes an update only after the resource's users have changed.
pub fn last(schema: &'static KindSchema, update: &StepAction) -> bool {
    let StepAction::Update {
        spec,
        before,
        properties,
        ..
    } = update
    else {
        return false;
    };
    let mut changes = schema.users_first.iter();
    changes.any(|change| {
        let value = |of: &CanonicalJson| {
            let spec = of.to_value();
            spec.get(change.property).cloned().unwrap_or_default()
        };
        has(properties, change.property) && (change.test)(&value(before), &value(spec))
    })
}

fn has(properties: &[String], lent: &str) -> bool {
    properties.iter().any(|property| property == lent)
}

fn members(spec: &Value, list: &str) -> Vec<Value> {
    let list = spec.get(list).and_then(Value::as_array);
    list.cloned().unwrap_or_default()
}
