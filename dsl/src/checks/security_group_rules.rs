//! One rule of a security group has one owner. If two resources declare the same rule, AWS refuses the second one, or one owner removes what the other
//! wants.
//!
//! Not here: the same rule twice inside one group's spec, which the group's own check reports.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::address::Address;
use crate::codes;
use crate::diagnostics::Diagnostic;
use crate::document::{Declaration, Document};
use crate::expr::Expr;

/// The parts that identify a rule in AWS: the group, the direction, and everything in the rule except its description.
type Key = (String, &'static str, String);

/// Reports rules that two declarations own.
pub(super) fn one_owner(document: &Document) -> Vec<Diagnostic> {
    let mut owners: BTreeMap<Key, (&Address, &Declaration)> = BTreeMap::new();
    let mut problems = Vec::new();
    for (address, declaration) in &document.resources {
        for key in rules(address, declaration) {
            let place = declaration.place.as_ref();
            match owners.get(&key) {
                Some((first, _)) if *first == address => {}
                Some((_, other)) if other.place.as_ref() != place => {}
                Some((first, other)) => {
                    problems.push(twice(key.1, (address, declaration), (first, other)));
                }
                None => {
                    owners.insert(key, (address, declaration));
                }
            }
        }
    }
    problems
}

fn twice(
    direction: &str,
    (address, declaration): (&Address, &Declaration),
    (first, other): (&Address, &Declaration),
) -> Diagnostic {
    Diagnostic::error(
        codes::RULE_DECLARED_TWICE,
        format!("`{first}` and `{address}` declare the same {direction} rule of one security group"),
    )
    .at(&declaration.source, format!("`{address}` declares it here"))
    .at(&other.source, format!("`{first}` declares it here"))
    .help("a rule has one owner: keep one of the two; a different description does not make it another rule")
}

/// The rules that a declaration owns.
fn rules(address: &Address, declaration: &Declaration) -> Vec<Key> {
    let inline = [
        ("ingress", "SecurityGroupIngress"),
        ("egress", "SecurityGroupEgress"),
    ];
    match declaration.kind.as_str() {
        "AWS::EC2::SecurityGroup" => {
            let spec = declaration.spec.to_value();
            let group = Expr::Ref {
                address: address.clone(),
                output: "GroupId".to_owned(),
            };
            let group = group.to_value().to_string();
            inline
                .into_iter()
                .flat_map(|(direction, property)| {
                    let rules = spec[property].as_array().cloned().unwrap_or_default();
                    let group = group.clone();
                    rules
                        .into_iter()
                        .map(move |rule| (group.clone(), direction, natural_key(rule)))
                })
                .collect()
        }
        "AWS::EC2::SecurityGroupIngress" => vec![rule(declaration, "ingress")],
        "AWS::EC2::SecurityGroupEgress" => vec![rule(declaration, "egress")],
        _ => Vec::new(),
    }
}

fn rule(declaration: &Declaration, direction: &'static str) -> Key {
    let mut rule = declaration.spec.to_value();
    let mut group = Value::Null;
    if let Some(object) = rule.as_object_mut() {
        group = object
            .remove("GroupId")
            .unwrap_or_else(|| json!({"GroupName": object.remove("GroupName")}));
    }
    (group.to_string(), direction, natural_key(rule))
}

/// Everything in a rule except its description, as one text.
fn natural_key(rule: Value) -> String {
    let Value::Object(rule) = rule else {
        return rule.to_string();
    };
    let parts: Map<String, Value> = rule
        .into_iter()
        .filter(|(name, _)| name != "Description")
        .collect();
    Value::Object(parts).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::ec2::{
        Egress, Ingress, SecurityGroup, SecurityGroupEgress, SecurityGroupIngress,
    };
    use crate::request::Request;
    use crate::resource::Declare;
    use crate::stack::Stack;

    fn document(stack: impl FnOnce(&mut Stack) -> crate::Result) -> Document {
        Stack::test("t", stack, Request::offline("us-east-1"))
    }

    #[test]
    fn inline_and_as_a_resource_is_twice() {
        let document = document(|cx| {
            let web = SecurityGroup::new("Web")
                .ingress(Ingress::tcp(443).from_anywhere().description("the world"))
                .declare(cx, "web");
            SecurityGroupIngress::on(&web, Ingress::tcp(443).from_anywhere()).declare(cx, "https");
            SecurityGroupIngress::on(&web, Ingress::tcp(80).from_anywhere()).declare(cx, "http");
            SecurityGroupEgress::on(&web, Egress::tcp(443).to_anywhere()).declare(cx, "out");
            Ok(())
        });
        let [problem] = document.problems.as_slice() else {
            panic!("one problem, not {:?}", document.problems);
        };
        assert_eq!(problem.code, codes::RULE_DECLARED_TWICE);
        assert_eq!(
            problem.message,
            "`https` and `web` declare the same ingress rule of one security group"
        );
        assert_eq!(problem.labels.len(), 2);
    }

    #[test]
    fn the_same_rule_of_two_groups_is_fine() {
        let document = document(|cx| {
            for name in ["a", "b"] {
                SecurityGroup::new("x")
                    .ingress(Ingress::tcp(443).from_anywhere())
                    .declare(cx, name);
            }
            Ok(())
        });
        assert_eq!(document.problems, []);
    }
}
