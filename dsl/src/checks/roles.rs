//! Role policies that two places give, roles that no principal may assume, and instance profiles whose role is not for EC2.
//!
//! Not here: problems that one policy document shows by itself, which its kind checks.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::address::Address;
use crate::aws::iam::policy::{trusts_service, trusts_somebody};
use crate::codes;
use crate::diagnostics::{Code, Diagnostic, SourceLine};
use crate::document::Document;
use crate::expr::Expr;

const ROLE: &str = "AWS::IAM::Role";
const ROLE_POLICY: &str = "AWS::IAM::RolePolicy";
const MANAGED_POLICY: &str = "AWS::IAM::ManagedPolicy";
const INSTANCE_PROFILE: &str = "AWS::IAM::InstanceProfile";

/// How another resource refers to a role or policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Named {
    /// A resource of this stack.
    Declared(Address),
    /// Another resource, by a name, an ARN or an expression.
    Elsewhere(String),
}

impl std::fmt::Display for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Declared(address) => write!(f, "`{address}`"),
            Self::Elsewhere(text) => write!(f, "`{}`", text.trim_matches('"')),
        }
    }
}

/// The resources of one kind, with their specs.
fn of_kind<'a>(
    document: &'a Document,
    kind: &'a str,
) -> impl Iterator<Item = (&'a Address, &'a SourceLine, Value)> {
    document
        .resources
        .iter()
        .filter(move |(_, declaration)| declaration.kind == kind)
        .map(|(address, declaration)| (address, &declaration.source, declaration.spec.to_value()))
}

/// The roles that declare a name, by which other resources may refer to them.
fn role_names(document: &Document) -> BTreeMap<String, Address> {
    of_kind(document, ROLE)
        .filter_map(|(address, _, spec)| {
            Some((spec["RoleName"].as_str()?.to_owned(), address.clone()))
        })
        .collect()
}

fn named(value: &Value, names: &BTreeMap<String, Address>) -> Named {
    if let Ok(Some(Expr::Ref { address, .. })) = Expr::of(value) {
        return Named::Declared(address);
    }
    match value.as_str().and_then(|name| names.get(name)) {
        Some(address) => Named::Declared(address.clone()),
        None => Named::Elsewhere(value.to_string()),
    }
}

fn members<'a>(spec: &'a Value, property: &str) -> impl Iterator<Item = &'a Value> {
    spec[property].as_array().into_iter().flatten()
}

/// Remembers the first declaration of each key, and makes a problem of every later one.
struct Once<'a, K> {
    first: BTreeMap<K, (&'a Address, &'a SourceLine)>,
    problems: Vec<Diagnostic>,
}

impl<'a, K: Ord> Once<'a, K> {
    fn new() -> Self {
        Self {
            first: BTreeMap::new(),
            problems: Vec::new(),
        }
    }

    fn say(
        &mut self,
        key: K,
        at: (&'a Address, &'a SourceLine),
        problem: impl FnOnce() -> (Code, String, &'static str),
    ) {
        let Some((earlier, line)) = self.first.get(&key) else {
            self.first.insert(key, at);
            return;
        };
        let (code, message, help) = problem();
        let mut problem = Diagnostic::error(code, message).at(at.1, format!("given by `{}`", at.0));
        if *earlier != at.0 {
            problem = problem.at(line, format!("given by `{earlier}` already"));
        }
        self.problems.push(problem.help(help));
    }
}

/// Reports managed policies that two declarations attach to one role: the removal of either would detach the policy that the other wants.
pub(super) fn attached_twice(document: &Document) -> Vec<Diagnostic> {
    let names = role_names(document);
    let mut once = Once::new();
    let mut attach = |role: Named, policy: Named, at| {
        let problem = || {
            let message = format!("role {role} carries the managed policy {policy} twice");
            let help = "name it in the role's `managed_policy` or in the policy's `roles`, once";
            (codes::POLICY_ATTACHED_TWICE, message, help)
        };
        once.say((role.clone(), policy.clone()), at, problem);
    };
    for (address, source, spec) in of_kind(document, ROLE) {
        for policy in members(&spec, "ManagedPolicyArns") {
            let role = Named::Declared(address.clone());
            attach(role, named(policy, &BTreeMap::new()), (address, source));
        }
    }
    for (address, source, spec) in of_kind(document, MANAGED_POLICY) {
        for role in members(&spec, "Roles") {
            let policy = Named::Declared(address.clone());
            attach(named(role, &names), policy, (address, source));
        }
    }
    once.problems
}

/// Reports two inline policies of one name on one role: the later one would overwrite the earlier one.
pub(super) fn inline_twice(document: &Document) -> Vec<Diagnostic> {
    let names = role_names(document);
    let mut once = Once::new();
    let mut put = |role: Named, name: &Value, at| {
        let problem = || {
            let name = name
                .as_str()
                .map_or_else(|| name.to_string(), str::to_owned);
            let message = format!("role {role} has two inline policies named `{name}`");
            let help =
                "give one of them another name, or put the statements of both into one policy";
            (codes::INLINE_POLICY_TWICE, message, help)
        };
        once.say((role.clone(), name.to_string()), at, problem);
    };
    for (address, source, spec) in of_kind(document, ROLE) {
        for policy in members(&spec, "Policies") {
            let role = Named::Declared(address.clone());
            put(role, &policy["PolicyName"], (address, source));
        }
    }
    for (address, source, spec) in of_kind(document, ROLE_POLICY) {
        let role = named(&spec["RoleName"], &names);
        put(role, &spec["PolicyName"], (address, source));
    }
    once.problems
}

/// Reports roles that no principal may assume.
pub(super) fn trusting_nobody(document: &Document) -> Vec<Diagnostic> {
    of_kind(document, ROLE)
        .filter(|(_, _, spec)| !trusts_somebody(&spec["AssumeRolePolicyDocument"]))
        .map(|(address, source, _)| {
            Diagnostic::error(
                codes::ROLE_TRUSTS_NOBODY,
                format!("nobody may assume the role `{address}`"),
            )
            .at(source, "its trust policy allows `sts:AssumeRole` to no principal")
            .help("say who may: `Role::assumed_by(principal::EcsTasks)`, or `Role::trusting(Allow::assume_role().by(Who::service(\"…\")))`")
        })
        .collect()
}

/// Reports instance profiles whose role EC2 cannot assume, where the types do not show it.
pub(super) fn not_for_instances(document: &Document) -> Vec<Diagnostic> {
    let names = role_names(document);
    let mut problems = Vec::new();
    for (address, source, spec) in of_kind(document, INSTANCE_PROFILE) {
        for role in members(&spec, "Roles") {
            let Named::Declared(role) = named(role, &names) else {
                continue;
            };
            let Some(declaration) = document.resources.get(&role).filter(|d| d.kind == ROLE) else {
                continue;
            };
            let trust = &declaration.spec.to_value()["AssumeRolePolicyDocument"];
            if !trusts_service(trust, "ec2.amazonaws.com") {
                problems.push(
                    Diagnostic::error(
                        codes::INSTANCE_ROLE_NOT_FOR_EC2,
                        format!("EC2 cannot assume `{role}`, the role of the instance profile `{address}`"),
                    )
                    .at(source, "the profile is declared here")
                    .at(&declaration.source, "this role's trust policy does not name `ec2.amazonaws.com`")
                    .help("declare the role with `Role::assumed_by(principal::Ec2)`"),
                );
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::aws::iam::{
        Allow, InstanceProfile, ManagedPolicy, PolicyArn, PolicyDocument, Role, RoleName,
        RolePolicy, principal,
    };
    use crate::codes;
    use crate::diagnostics::Diagnostic;
    use crate::request::Request;
    use crate::resource::Declare;
    use crate::stack::Stack;

    fn problems(stack: impl FnOnce(&mut Stack)) -> Vec<Diagnostic> {
        let stack = |cx: &mut Stack| {
            stack(cx);
            Ok(())
        };
        Stack::test("t", stack, Request::offline("us-east-1")).problems
    }

    fn publish() -> crate::aws::iam::Statement {
        Allow::actions(["sns:Publish"]).on_anything()
    }

    #[test]
    fn a_policy_that_role_and_policy_both_attach_is_reported() {
        let found = problems(|cx| {
            let worker = Role::assumed_by(principal::EcsTasks)
                .role_name("worker")
                .declare(cx, "worker");
            let both = [RoleName::existing("worker"), RoleName::existing("api")];
            let policy = ManagedPolicy::new(publish())
                .roles(both)
                .declare(cx, "policy");
            Role::assumed_by(principal::EcsTasks)
                .role_name("api")
                .managed_policy(policy.arn())
                .managed_policy(PolicyArn::managed_by_aws("ReadOnlyAccess"))
                .declare(cx, "api");
            let _ = worker;
        });
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].code, codes::POLICY_ATTACHED_TWICE);
        assert_eq!(
            found[0].message,
            "role `api` carries the managed policy `policy` twice"
        );
        assert_eq!(found[0].labels.len(), 2);
    }

    #[test]
    fn two_inline_policies_of_one_name_are_reported() {
        let found = problems(|cx| {
            let role = Role::assumed_by(principal::EcsTasks)
                .policy("publish", publish())
                .declare(cx, "role");
            RolePolicy::new(role.name(), "publish", publish()).declare(cx, "again");
            RolePolicy::new(role.name(), "other", publish()).declare(cx, "other");
            RolePolicy::new(RoleName::existing("elsewhere"), "other", publish())
                .declare(cx, "elsewhere");
        });
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].code, codes::INLINE_POLICY_TWICE);
        assert_eq!(
            found[0].message,
            "role `role` has two inline policies named `publish`"
        );
    }

    #[test]
    fn a_role_that_nobody_may_assume_is_reported() {
        let found = problems(|cx| {
            let trust = json!({"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": []}}]});
            Role::trusting(PolicyDocument::json(trust)).declare(cx, "role");
        });
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].code, codes::ROLE_TRUSTS_NOBODY);
    }

    #[test]
    fn a_profile_with_a_role_for_somebody_else_is_reported() {
        let found = problems(|cx| {
            let tasks = Role::assumed_by(principal::EcsTasks).declare(cx, "tasks");
            InstanceProfile::new(tasks.name()).declare(cx, "wrong");
            let instances = Role::assumed_by(principal::Ec2).declare(cx, "instances");
            InstanceProfile::new(instances.name()).declare(cx, "right");
        });
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].code, codes::INSTANCE_ROLE_NOT_FOR_EC2);
        assert_eq!(
            found[0].message,
            "EC2 cannot assume `tasks`, the role of the instance profile `wrong`"
        );
    }
}
