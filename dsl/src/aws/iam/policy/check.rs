//! What AWS would refuse in a policy document, as far as its literals show it.
//!
//! Not here: whether an action exists.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Effect, Operator, PolicyDocument, Purpose, Version};
use crate::expr::MARK;
use crate::stack::Checks;

/// The statements of a document, which can be one statement or a list.
fn statements(document: &Value) -> &[Value] {
    match document.get("Statement") {
        Some(Value::Array(list)) => list,
        Some(one @ Value::Object(_)) => std::slice::from_ref(one),
        _ => &[],
    }
}

/// The characters that AWS counts: all except white space. Expressions count as nothing, so the result is the minimum size of the document.
pub(crate) fn size(value: &Value) -> usize {
    match value {
        Value::Object(object) if object.contains_key(MARK) => 0,
        Value::Object(object) => {
            let inside: usize = object
                .iter()
                .map(|(key, value)| text_size(key) + 1 + size(value))
                .sum();
            inside + object.len().saturating_sub(1) + 2
        }
        Value::Array(items) => {
            items.iter().map(size).sum::<usize>() + items.len().saturating_sub(1) + 2
        }
        Value::String(text) => text_size(text),
        other => other.to_string().len(),
    }
}

fn text_size(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count() + 2
}

/// The service principals in the statements with this effect.
fn named_services(document: &Value, effect: Effect) -> Vec<&str> {
    statements(document)
        .iter()
        .filter(|statement| statement["Effect"] == effect.as_str())
        .flat_map(|statement| texts(&statement["Principal"]["Service"]))
        .collect()
}

/// Whether a trust policy allows any principal: `Allow`, an action of `sts`, and a principal.
pub(crate) fn trusts_somebody(document: &Value) -> bool {
    statements(document).iter().any(|statement| {
        statement["Effect"] == Effect::Allow.as_str()
            && !empty(&statement["Principal"])
            && (statement.get("NotAction").is_some()
                || texts(&statement["Action"]).any(|action| {
                    action == "*" || action == "sts:*" || action.starts_with("sts:Assume")
                }))
    })
}

/// Whether a trust policy allows a service. An expression counts as yes.
pub(crate) fn trusts_service(document: &Value, service: &str) -> bool {
    document.to_string().contains(MARK)
        || statements(document)
            .iter()
            .any(|statement| statement["Principal"] == "*")
        || named_services(document, Effect::Allow).contains(&service)
}

fn empty(principal: &Value) -> bool {
    match principal {
        Value::Null => true,
        Value::Object(sorts) => sorts
            .values()
            .all(|list| list.as_array().is_some_and(Vec::is_empty)),
        _ => false,
    }
}

/// One text or a list of texts. Expressions are left out.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let list = match value {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    list.iter().filter_map(Value::as_str)
}

/// Reports what AWS would refuse in the document of a property.
pub(crate) fn check_document<U: Purpose>(
    checks: &mut Checks<'_>,
    property: &str,
    document: &PolicyDocument<U>,
) {
    let value = document.to_value();
    if let Some(version) = value.get("Version").and_then(Value::as_str)
        && !Version::ALL.iter().any(|known| known.as_str() == version)
    {
        checks.invalid(
            property,
            format!("has the version `{version}`"),
            "the version of the policy language is 2012-10-17, which is no date to be kept up",
        );
    }
    if value.get("Statement").is_none() {
        checks.invalid(
            property,
            "has no `Statement`",
            "a policy needs at least one statement",
        );
    }
    let mut sids = BTreeSet::new();
    for (position, statement) in statements(&value).iter().enumerate() {
        if let Some(sid) = statement["Sid"].as_str()
            && !sids.insert(sid)
        {
            checks.invalid(
                property,
                format!("has two statements with the `Sid` `{sid}`"),
                "a `Sid` is unique within its policy; give one of them another, or none",
            );
        }
        let name = statement["Sid"].as_str().map_or_else(
            || format!("statement {}", position + 1),
            |sid| format!("statement `{sid}`"),
        );
        Statement {
            checks,
            property,
            name,
            statement,
        }
        .check::<U>();
    }
}

struct Statement<'a, 'b, 'c> {
    checks: &'a mut Checks<'b>,
    property: &'c str,
    name: String,
    statement: &'c Value,
}

impl Statement<'_, '_, '_> {
    fn check<U: Purpose>(&mut self) {
        let statement = self.statement;
        // Some services take more in their resource policies.
        let strict = !(U::PRINCIPALS && U::RESOURCES);
        if let Some(sid) = statement["Sid"].as_str()
            && strict
            && !sid.chars().all(|c| c.is_ascii_alphanumeric())
        {
            self.refuse(
                "has characters other than ASCII letters and digits in its `Sid`",
                "leave out the others",
            );
        }
        let effects = Effect::ALL.iter().map(|effect| effect.as_str());
        if !effects
            .into_iter()
            .any(|effect| statement["Effect"] == effect)
        {
            self.refuse(
                "has no `Effect` that AWS knows",
                "the effect is `Allow` or `Deny`",
            );
        }
        self.actions();
        self.conditions();
        self.one_of("Resource", "NotResource", U::RESOURCES, U::NAME);
        self.one_of("Principal", "NotPrincipal", U::PRINCIPALS, U::NAME);
    }

    fn actions(&mut self) {
        self.one_of("Action", "NotAction", true, "every policy");
        let named = texts(&self.statement["Action"]).chain(texts(&self.statement["NotAction"]));
        let odd: Vec<_> = named
            .filter(|action| *action != "*" && !is_action(action))
            .map(|action| format!("`{action}`"))
            .collect();
        if !odd.is_empty() {
            self.refuse(
                &format!("names {}, which is no action", odd.join(", ")),
                "an action is written `service:Action`, such as `s3:GetObject` or `s3:Get*`",
            );
        }
    }

    fn conditions(&mut self) {
        let Some(conditions) = self.statement["Condition"].as_object() else {
            return;
        };
        let odd: Vec<_> = conditions
            .keys()
            .filter(|operator| Operator::within(operator).is_none())
            .map(|operator| format!("`{operator}`"))
            .collect();
        if !odd.is_empty() {
            self.refuse(
                &format!("has the condition {}", odd.join(", ")),
                "IAM has no such condition operator",
            );
        }
    }

    /// The element or its negation must be there exactly once, or not at all.
    fn one_of(&mut self, element: &str, negated: &str, wanted: bool, by: &str) {
        let given = [element, negated]
            .iter()
            .filter(|name| self.statement.get(**name).is_some())
            .count();
        match (wanted, given) {
            (true, 1) | (false, 0) => {}
            (true, 0) => self.refuse(
                &format!("has no `{element}`"),
                &format!("{by} needs it in each statement"),
            ),
            (true, _) => self.refuse(
                &format!("has both `{element}` and `{negated}`"),
                "a statement takes one of them",
            ),
            (false, _) => self.refuse(&format!("has a `{element}`"), &format!("{by} takes none")),
        }
    }

    fn refuse(&mut self, why: &str, help: &str) {
        let why = format!("is malformed: {} {why}", self.name);
        self.checks.invalid(self.property, why, help);
    }
}

fn is_action(text: &str) -> bool {
    let service = |text: &str| {
        !text.is_empty()
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '*' | '?'))
    };
    text.split_once(':')
        .is_some_and(|(prefix, action)| service(prefix) && service(action))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn size_leaves_out_white_space_and_expressions() {
        let plain =
            json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Sid": "a b"}, 1]});
        assert_eq!(
            size(&plain),
            plain
                .to_string()
                .chars()
                .filter(|c| !c.is_whitespace())
                .count()
        );
        assert_eq!(
            size(&json!({"R": {"$windlass": {"ref": "a", "output": "Arn"}}})),
            6
        );
    }

    #[test]
    fn who_is_trusted_is_seen() {
        let allow = json!({"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}});
        assert!(trusts_somebody(&allow));
        assert!(trusts_service(&allow, "ec2.amazonaws.com"));
        assert!(!trusts_service(&allow, "ecs.amazonaws.com"));
        let mut deny = allow.clone();
        deny["Statement"]["Effect"] = json!("Deny");
        assert!(!trusts_somebody(&deny));
        let mut nobody = allow;
        nobody["Statement"]["Principal"] = json!({"AWS": []});
        assert!(!trusts_somebody(&nobody));
    }

    #[test]
    fn actions_have_a_service_and_a_name() {
        assert!(is_action("s3:Get*"));
        assert!(is_action("ecs:*"));
        assert!(!is_action("GetObject"));
        assert!(!is_action("s3:"));
        assert!(!is_action("s3 : GetObject"));
    }
}
