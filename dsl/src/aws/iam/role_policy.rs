//! `AWS::IAM::RolePolicy`: one inline policy of a role, as a resource of its own.
//!
//! What surprises people: AWS does not distinguish it from a member of the role's `Policies`, so a name can be in one of the two places only.
//! `PutRolePolicy` overwrites any policy that already has the name.
//!
//! Not here: inline policies of users and groups. Reference:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-rolepolicy.html>

use windlass_derive::Resource;

use super::RoleName;
use super::names::check_name;
use super::policy::{Allow, Identity, IntoPolicy, PolicyDocument, check_document, size};
use super::role::INLINE_POLICIES;
use crate::resource::{Check, Samples};
use crate::stack::Checks;
use crate::value::{Input, IntoInput};

/// An inline policy of a role.
///
/// ```
/// use windlass::aws::iam::{Allow, Role, RolePolicy, principal};
/// use windlass::resource::Declare;
///
/// # windlass::Stack::test("t", |cx| {
/// let role = Role::assumed_by(principal::EcsTasks).declare(cx, "role");
/// RolePolicy::new(role.name(), "publish", Allow::actions(["sns:Publish"]).on("arn:aws:sns:*:*:orders"))
///     .declare(cx, "publish");
/// # Ok(())
/// # }, windlass::request::Request::offline("us-east-1"));
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::IAM::RolePolicy",
    id = "RoleName|PolicyName",
    completes("RoleName"),
    exclusive("RoleName", "PolicyName"),
    holds("RoleName"),
    no_new
)]
pub struct RolePolicy {
    /// The policy document. CloudFormation lets it be absent; IAM does not.
    #[field(in_place, no_setter)]
    pub policy_document: PolicyDocument,
    /// The name, up to 128 characters, unique within the role.
    #[field(replaces, no_setter)]
    pub policy_name: Input<String>,
    #[field(replaces, no_setter)]
    pub role_name: Input<RoleName>,
}

impl RolePolicy {
    /// An inline policy of a role, by its name.
    #[must_use]
    pub fn new(
        role: impl IntoInput<RoleName>,
        name: impl IntoInput<String>,
        document: impl IntoPolicy<Identity>,
    ) -> Self {
        Self {
            policy_document: document.into_policy(),
            policy_name: name.into(),
            role_name: role.into(),
        }
    }
}

impl Check for RolePolicy {
    fn check(&self, checks: &mut Checks<'_>) {
        check_name(checks, "PolicyName", Some(&self.policy_name), 128);
        check_name(checks, "RoleName", Some(&self.role_name), 64);
        check_document(checks, "PolicyDocument", &self.policy_document);
        let size = size(&self.policy_document.to_value());
        if size > INLINE_POLICIES {
            checks.invalid(
                "PolicyDocument",
                format!("has {size} characters without white space"),
                "all inline policies of a role have 10,240 together; use an `iam::ManagedPolicy`",
            );
        }
    }
}

impl Samples for RolePolicy {
    fn samples() -> Vec<Self> {
        let policy = |role: &str, name: &str, action: &str| {
            Self::new(
                RoleName::existing(role),
                name,
                Allow::actions([action]).on_anything(),
            )
        };
        vec![
            policy("api-task", "publish", "sns:Publish"),
            policy("api-task", "publish", "sns:Subscribe"),
            policy("api-task", "publish-orders", "sns:Publish"),
            policy("worker-task", "publish", "sns:Publish"),
        ]
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resource::Resource;

    #[test]
    fn users_of_the_role_wait_for_it() {
        assert_eq!(RolePolicy::SCHEMA.completes, ["RoleName"]);
        assert_eq!(
            RolePolicy::samples()[0].to_json(),
            json!({
                "RoleName": "api-task",
                "PolicyName": "publish",
                "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["sns:Publish"], "Resource": ["*"]}]},
            })
        );
    }
}
