//! Names that AWS allows once per account, or once per region: two resources cannot have the same one.
//!
//! Not here: names that are unique within another resource, such as those of a cluster's services.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::codes;
use crate::diagnostics::Diagnostic;
use crate::document::{Declaration, Document};

/// A kind whose names are unique: its property, AWS's word for such a thing, and whether the account has one name space for all regions,
/// case-insensitive.
const UNIQUE: &[(&str, &str, &str, bool)] = &[
    (
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "Name",
        "load balancers",
        false,
    ),
    (
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        "Name",
        "target groups",
        false,
    ),
    (
        "AWS::IAM::InstanceProfile",
        "InstanceProfileName",
        "instance profiles",
        true,
    ),
    (
        "AWS::IAM::ManagedPolicy",
        "ManagedPolicyName",
        "managed policies",
        true,
    ),
    ("AWS::IAM::Role", "RoleName", "roles", true),
    ("AWS::Logs::LogGroup", "LogGroupName", "log groups", false),
    ("AWS::SecretsManager::Secret", "Name", "secrets", false),
];

/// Reports names that two resources share.
pub(super) fn taken(document: &Document) -> Vec<Diagnostic> {
    let mut first = BTreeMap::new();
    let mut problems = Vec::new();
    for (address, declaration) in &document.resources {
        let Some((_, property, plural, global)) =
            UNIQUE.iter().find(|(kind, ..)| *kind == declaration.kind)
        else {
            continue;
        };
        let Value::String(name) = declaration.spec.to_value()[property].take() else {
            continue;
        };
        let room = room(document, declaration, *global);
        let key = if *global {
            name.to_lowercase()
        } else {
            name.clone()
        };
        let known = first
            .entry((declaration.kind.as_str(), room, key))
            .or_insert((address, declaration));
        if known.0 != address {
            problems.push(
                Diagnostic::error(codes::NAME_TAKEN, format!("two {plural} are named `{name}`"))
                    .at(&declaration.source, format!("`{address}` has the name"))
                    .at(&known.1.source, format!("`{}` has it, too", known.0))
                    .help("give one of them another name, or none: the engine then makes one that is unique"),
            );
        }
    }
    problems
}

/// The name space: the account, and the region unless all regions share one name space.
fn room(
    document: &Document,
    declaration: &Declaration,
    global: bool,
) -> (Option<String>, Option<String>) {
    let place = declaration.place.as_ref();
    let of = |part: fn(&crate::document::Place) -> &Option<String>| {
        place
            .and_then(|place| part(place).clone())
            .or_else(|| part(&document.place).clone())
    };
    let region = if global {
        None
    } else {
        of(|place| &place.region)
    };
    (of(|place| &place.account), region)
}

#[cfg(test)]
mod tests {
    use crate::aws::iam::{Role, principal};
    use crate::aws::logs::LogGroup;
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

    #[test]
    fn a_log_group_named_twice_is_reported_with_both_lines() {
        let found = problems(|cx| {
            LogGroup::new().log_group_name("/ecs/api").declare(cx, "a");
            LogGroup::new().log_group_name("/ecs/api").declare(cx, "b");
            LogGroup::new().log_group_name("/ecs/API").declare(cx, "c");
            LogGroup::new().declare(cx, "d");
            LogGroup::new().declare(cx, "e");
        });
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].code, codes::NAME_TAKEN);
        assert_eq!(found[0].message, "two log groups are named `/ecs/api`");
        assert_eq!(
            found[0].labels[0].source.line,
            found[0].labels[1].source.line + 1
        );
    }

    #[test]
    fn regions_have_log_groups_of_their_own_and_share_roles() {
        let role = || Role::assumed_by(principal::EcsTasks);
        let found = problems(|cx| {
            LogGroup::new().log_group_name("/ecs/api").declare(cx, "a");
            role().role_name("api").declare(cx, "role");
            cx.in_region("eu-west-1", |cx| {
                LogGroup::new().log_group_name("/ecs/api").declare(cx, "b");
                role().role_name("API").declare(cx, "role-2");
            });
        });
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].message, "two roles are named `API`");
    }
}
