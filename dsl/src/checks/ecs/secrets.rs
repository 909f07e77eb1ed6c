//! Whether the execution role of a task may read the task's secrets, as far as the stack's own policies show.
//!
//! The result is a warning, not an error, because a secret's own policy may allow what the role's policies do not.

use std::collections::BTreeMap;

use serde_json::Value;

use super::TASK_DEFINITION;
use crate::address::Address;
use crate::checks::declared::{Declared, of_kind, referenced, referred};
use crate::codes;
use crate::diagnostics::Diagnostic;
use crate::document::Document;
use crate::expr::Expr;

const ROLE: &str = "AWS::IAM::Role";
const SECRET: &str = "AWS::SecretsManager::Secret";

/// Reports secrets of this stack that a container gets and that its execution role, which also belongs to this stack, may not read.
pub(in crate::checks) fn readable_secrets(document: &Document) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let attached = attached(document);
    for task in of_kind(document, TASK_DEFINITION) {
        let Some(role) = referenced(document, &task.spec["ExecutionRoleArn"], ROLE) else {
            continue;
        };
        let mut policies = None;
        for (container, secret) in secrets(document, &task) {
            let policies = policies.get_or_insert_with(|| policies_of(document, &role, &attached));
            let Some(policies) = policies else { break };
            if policies.iter().any(|policy| allows(policy, &secret)) {
                continue;
            }
            let message = format!(
                "container `{container}` of `{}` is given secret `{}`, which role `{}` may not read",
                task.address, secret.address, role.address
            );
            problems.push(
                Diagnostic::warning(codes::SECRET_NOT_READABLE, message)
                    .at(task.source, "the secret is given here")
                    .at(role.source, "the execution role")
                    .help("allow the role `secretsmanager:GetSecretValue` on the secret's ARN"),
            );
        }
    }
    problems
}

/// The declared secrets that containers get, with the containers' names.
fn secrets<'a>(document: &'a Document, task: &Declared<'_>) -> Vec<(String, Declared<'a>)> {
    let mut found = Vec::new();
    for container in task.list("ContainerDefinitions") {
        let name = container["Name"].as_str().unwrap_or("…");
        let lists = [
            &container["Secrets"],
            &container["LogConfiguration"]["SecretOptions"],
        ];
        for given in lists.into_iter().filter_map(Value::as_array).flatten() {
            let whole = match Expr::of(&given["ValueFrom"]) {
                // A part of a secret: its ARN, followed by the part.
                Ok(Some(Expr::Join { join })) => join.into_iter().next().unwrap_or_default(),
                _ => given["ValueFrom"].clone(),
            };
            found.extend(
                referenced(document, &whole, SECRET).map(|secret| (name.to_owned(), secret)),
            );
        }
    }
    found
}

/// The policy documents of a role; `None` if the role has some that the stack does not show.
fn policies_of(
    document: &Document,
    role: &Declared<'_>,
    attached: &BTreeMap<Address, Vec<Value>>,
) -> Option<Vec<Value>> {
    let mut policies: Vec<Value> = Vec::new();
    for arn in role.list("ManagedPolicyArns") {
        let harmless = arn
            .as_str()
            .is_some_and(|arn| arn.ends_with("/AmazonECSTaskExecutionRolePolicy"));
        match referenced(document, arn, "AWS::IAM::ManagedPolicy") {
            Some(policy) => policies.push(policy.spec["PolicyDocument"].clone()),
            None if harmless => {}
            None => return None,
        }
    }
    let inline = role.list("Policies").iter();
    policies.extend(inline.map(|policy| policy["PolicyDocument"].clone()));
    policies.extend(attached.get(role.address).into_iter().flatten().cloned());
    Some(policies)
}

/// The documents of policies that name a role of this stack, by that role.
fn attached(document: &Document) -> BTreeMap<Address, Vec<Value>> {
    let mut attached: BTreeMap<Address, Vec<Value>> = BTreeMap::new();
    let mut attach = |role: &Value, policy: &Declared<'_>| {
        if let Some(role) = referred(role) {
            let policy = policy.spec["PolicyDocument"].clone();
            attached.entry(role).or_default().push(policy);
        }
    };
    for policy in of_kind(document, "AWS::IAM::RolePolicy") {
        attach(&policy.spec["RoleName"], &policy);
    }
    for policy in of_kind(document, "AWS::IAM::ManagedPolicy") {
        let roles = policy.list("Roles").iter();
        roles.for_each(|role| attach(role, &policy));
    }
    attached
}

/// Whether a policy allows reading a secret. A computed resource that is not a reference counts as allowed.
fn allows(policy: &Value, secret: &Declared<'_>) -> bool {
    let document = match Expr::of(policy) {
        Ok(Some(Expr::Json { json })) => json,
        Ok(Some(_)) => return true,
        _ => policy.clone(),
    };
    many(&document["Statement"]).any(|statement| {
        let action = many(&statement["Action"]).any(|action| {
            action.as_str().is_none_or(|action| {
                matches(
                    &action.to_ascii_lowercase(),
                    "secretsmanager:getsecretvalue",
                )
            })
        });
        let resource = many(&statement["Resource"]).any(|resource| match Expr::of(resource) {
            Ok(Some(Expr::Ref { address, .. })) => address == *secret.address,
            Ok(Some(_)) => true,
            _ => resource.as_str().is_some_and(|arn| arn.contains('*')),
        });
        statement["Effect"] == "Allow" && action && resource
    })
}

/// IAM writes a single value for a list with one member.
fn many(value: &Value) -> impl Iterator<Item = &Value> {
    match value {
        Value::Array(items) => items.iter(),
        Value::Null => [].iter(),
        one => std::slice::from_ref(one).iter(),
    }
}

/// Whether a pattern with `*` matches a text.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    if !pattern.contains('*') {
        return rest.is_empty();
    }
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.is_empty() || pattern.ends_with('*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Address;
    use crate::canonical::CanonicalJson;
    use crate::diagnostics::SourceLine;
    use crate::document::{Declaration, Options};
    use crate::request::Request;
    use crate::stack::Stack;
    use serde_json::json;

    fn document(policy: Value) -> Document {
        let mut document = Stack::test("t", |_| Ok(()), Request::offline("us-east-1"));
        let reference =
            |address: &str, output: &str| json!({"$windlass": {"ref": address, "output": output}});
        let secret = json!({"$windlass": {"join": [reference("secret", "Id"), ":password::"]}});
        let container = json!({"Name": "app", "Secrets": [{"Name": "DB", "ValueFrom": secret}]});
        for (address, kind, spec) in [
            ("secret", SECRET, json!({})),
            (
                "role",
                ROLE,
                json!({"Policies": [{"PolicyName": "p", "PolicyDocument": policy}]}),
            ),
            (
                "task",
                TASK_DEFINITION,
                json!({"ExecutionRoleArn": reference("role", "Arn"), "ContainerDefinitions": [container]}),
            ),
        ] {
            let source = SourceLine::caller();
            let declaration = Declaration {
                kind: kind.to_owned(),
                spec: CanonicalJson::of(&spec),
                depends_on: Vec::new(),
                place: None,
                options: Options::default(),
                source,
            };
            document
                .resources
                .insert(Address::parse(address).expect("an address"), declaration);
        }
        document
    }

    fn warns(action: &str, resource: Value) -> bool {
        let statement = json!({"Effect": "Allow", "Action": action, "Resource": resource});
        let found = readable_secrets(&document(json!({"Statement": [statement]})));
        found
            .iter()
            .any(|problem| problem.code == codes::SECRET_NOT_READABLE)
    }

    #[test]
    fn a_role_must_be_allowed_to_read() {
        let secret = json!({"$windlass": {"ref": "secret", "output": "Id"}});
        let other = json!({"$windlass": {"ref": "role", "output": "Arn"}});
        assert!(!warns("secretsmanager:GetSecretValue", secret.clone()));
        assert!(!warns("secretsmanager:Get*", json!("*")));
        assert!(!warns("*", json!([other.clone(), secret.clone()])));
        assert!(warns("secretsmanager:GetSecretValue", other));
        assert!(warns("secretsmanager:DescribeSecret", secret));
    }
}
