//! Drift: changes that others made in AWS. The engine compares what it read with what it last applied, on the author's paths, without any program.
//!
//! Not here: what is declared now; only a plan compares with that.

use serde::Serialize;
use serde_json::Value;
use windlass::canonical::CanonicalJson;
use windlass::schema::{Compare, FieldSchema, KindSchema, Shape, default_compare, flattened};
use windlass_state::snapshot::Recorded;

use crate::authored::authored;
use crate::compare::members;
use crate::diff::{Sides, covers, diff, is_owned_elsewhere};
use crate::driven::Driven;

/// One property that others changed in AWS.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drifted {
    /// Path such as `ContainerDefinitions[app].Image`.
    pub path: String,
    /// The value that was applied; absent if there was none.
    pub recorded: Option<Value>,
    /// The value that AWS has; absent if it has none.
    pub observed: Option<Value>,
}

/// A member that others added to a list which is ours in part.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ForeignMember {
    /// Path of the list, such as `SecurityGroupIngress`.
    pub path: String,
    /// AWS's form of the member.
    pub member: Value,
}

/// The differences from what was applied. Properties that an earlier run left unfinished are not drift, and neither are those that AWS changes on
/// behalf of other resources.
#[must_use]
pub fn drifted(
    schema: &KindSchema,
    recorded: &Recorded,
    driven: &[Driven],
    observed: &Value,
) -> Vec<Drifted> {
    let found = compared(schema, recorded, driven, observed);
    let fields = found.fields.into_iter();
    let of_pending = |path: &str| {
        let top = path.split(['.', '[']).next().unwrap_or(path);
        recorded.unfinished.iter().any(|name| name == top)
    };
    fields
        .filter(|field| !of_pending(&field.path))
        .map(|field| Drifted {
            path: field.path,
            recorded: field.after,
            observed: field.before,
        })
        .collect()
}

fn compared(
    schema: &KindSchema,
    recorded: &Recorded,
    driven: &[Driven],
    observed: &Value,
) -> crate::diff::Diff {
    let mut applied = recorded.applied.to_value();
    let before = applied.clone();
    Driven::keep_all(driven, &mut applied, &before, observed);
    let sides = Sides {
        desired: &applied,
        applied: &applied,
        observed: Some(observed),
    };
    diff(schema, sides, &recorded.options.owned_elsewhere)
}

/// The spec to record after the values in AWS are accepted: what AWS has, on the author's paths. `None` if that is recorded already.
#[must_use]
pub fn accepted(
    schema: &KindSchema,
    recorded: &Recorded,
    driven: &[Driven],
    observed: &Value,
) -> Option<CanonicalJson> {
    let found = compared(schema, recorded, driven, observed);
    let changed = found.properties.iter();
    let changed: Vec<_> = changed
        .filter(|name| !recorded.unfinished.contains(*name))
        .collect();
    if changed.is_empty() {
        return None;
    }
    let mut applied = recorded.applied.to_value();
    let standing = authored(schema, &applied, &applied, Some(observed));
    let properties = applied.as_object_mut()?;
    for name in changed {
        match standing.get(name) {
            Some(value) => properties.insert(name.clone(), value.clone()),
            // A spec of the kind needs this property, whatever AWS has.
            None if schema.field(name).is_some_and(|field| field.required) => continue,
            None => properties.remove(name),
        };
    }
    Some(CanonicalJson::of(&applied)).filter(|accepted| *accepted != recorded.applied)
}

/// Members that others added to unordered lists that the author writes, as far as the kind shows them.
///
/// Keyed lists are left out: tags have many owners, and the other members of settings and attributes are AWS's own defaults.
#[must_use]
pub fn foreign(schema: &KindSchema, recorded: &Recorded, observed: &Value) -> Vec<ForeignMember> {
    let mut found = Vec::new();
    let applied = recorded.applied.to_value();
    let owned = &recorded.options.owned_elsewhere;
    within(schema.fields, "", &applied, observed, owned, &mut found);
    found
}

fn within(
    fields: &'static [FieldSchema],
    path: &str,
    applied: &Value,
    observed: &Value,
    owned: &[String],
    found: &mut Vec<ForeignMember>,
) {
    for field in flattened(fields) {
        let (Some(own), Some(seen)) = (applied.get(field.name), observed.get(field.name)) else {
            continue;
        };
        let path = match path {
            "" => field.name.to_owned(),
            path => format!("{path}.{}", field.name),
        };
        if is_owned_elsewhere(owned, &path) {
            continue;
        }
        match (field.compare, field.shape) {
            (Compare::Set, Shape::List(inner)) => {
                let compare = default_compare(inner);
                let mut rest: Vec<&Value> = members(Some(seen)).iter().collect();
                for own in members(Some(own)) {
                    let at = rest
                        .iter()
                        .position(|seen| covers(compare, inner, own, seen));
                    if let Some(at) = at {
                        rest.remove(at);
                    }
                }
                found.extend(rest.into_iter().map(|member| ForeignMember {
                    path: path.clone(),
                    member: member.clone(),
                }));
            }
            (Compare::Exact, Shape::Block(fields)) => {
                within(fields, &path, own, seen, owned, found);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;
    use windlass::aws::schema;
    use windlass::document::{Options, Place};
    use windlass::schema::Wait;
    use windlass_state::identity::IntentId;

    use super::*;

    const GROUP: &str = "AWS::EC2::SecurityGroup";

    fn recorded(applied: Value) -> Recorded {
        let applied = CanonicalJson::of(&applied);
        Recorded {
            kind: GROUP.to_owned(),
            generation: 0,
            place: Place::default(),
            physical_id: "sg-1".to_owned(),
            outputs: BTreeMap::new(),
            template: applied.clone(),
            applied,
            depends_on: Vec::new(),
            options: Options::default(),
            waited: Wait::Exists,
            unfinished: Vec::new(),
            intent: IntentId(String::new()),
            imported: false,
            since: None,
            changed: None,
            verdict: None,
        }
    }

    fn rule(port: u16) -> Value {
        json!({"CidrIp": "10.0.0.0/8", "FromPort": port, "ToPort": port, "IpProtocol": "tcp"})
    }

    fn group(ports: &[u16]) -> Value {
        let rules: Vec<_> = ports.iter().map(|port| rule(*port)).collect();
        json!({"GroupDescription": "web", "VpcId": "vpc-1", "SecurityGroupIngress": rules})
    }

    #[test]
    fn a_member_that_somebody_added_is_foreign_and_no_change_of_ours() {
        let schema = schema(GROUP).expect("it is in the catalogue");
        let recorded = recorded(group(&[80, 443]));
        let observed = group(&[443, 22, 80]);
        assert_eq!(drifted(schema, &recorded, &[], &observed), []);
        let foreign = foreign(schema, &recorded, &observed);
        assert_eq!(foreign.len(), 1);
        assert_eq!(foreign[0].path, "SecurityGroupIngress");
        assert_eq!(foreign[0].member, rule(22));
        assert_eq!(accepted(schema, &recorded, &[], &observed), None);
    }

    #[test]
    fn a_member_that_somebody_removed_is_drift_until_it_is_accepted() {
        let schema = schema(GROUP).expect("it is in the catalogue");
        let mut recorded = recorded(group(&[80, 443]));
        let observed = group(&[443]);
        let drift = drifted(schema, &recorded, &[], &observed);
        assert_eq!(drift.len(), 1);
        assert_eq!(drift[0].path, "SecurityGroupIngress");
        recorded.applied = accepted(schema, &recorded, &[], &observed).expect("it differs");
        assert_eq!(recorded.applied.to_value(), observed);
        assert_eq!(drifted(schema, &recorded, &[], &observed), []);
    }

    #[test]
    fn what_is_unfinished_is_no_drift_and_is_not_accepted() {
        let schema = schema(GROUP).expect("it is in the catalogue");
        let mut recorded = recorded(group(&[80, 443]));
        recorded.unfinished = vec!["SecurityGroupIngress".to_owned()];
        assert_eq!(drifted(schema, &recorded, &[], &group(&[443])), []);
        assert_eq!(accepted(schema, &recorded, &[], &group(&[443])), None);
    }
}
