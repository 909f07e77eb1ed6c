//! `AWS::IAM::ManagedPolicy`: a policy that many roles, users and groups can carry.
//!
//! What surprises people: A change makes a new version. AWS keeps five versions; if there are five, the oldest one that is not in force goes. The
//! description can never change. A policy cannot be deleted while any role, user or group carries it, also those that the policy does not list.
//!
//! Not here: `AttachmentCount`, `PermissionsBoundaryUsageCount` and `UpdateDate` as outputs. They change whenever another user attaches or uses the
//! policy, so nothing can be built on them. Reference:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-managedpolicy.html>

use windlass_derive::Resource;

use super::names::{check_name, check_path};
use super::policy::{Allow, Identity, IntoPolicy, PolicyDocument, check_document, size};
use super::{GroupName, PolicyArn, PolicyId, RoleName, UserName};
use crate::codes;
use crate::resource::{Check, Samples};
use crate::stack::Checks;
use crate::value::Input;

/// The maximum length of a managed policy, in characters.
const MOST: usize = 6_144;

/// A policy that many roles, users and groups can carry.
///
/// ```
/// use windlass::aws::iam::{Allow, ManagedPolicy, Role, principal};
/// use windlass::resource::Declare;
///
/// # windlass::Stack::test("t", |cx| {
/// let traces = ManagedPolicy::new(Allow::actions(["xray:PutTraceSegments"]).on_anything()).declare(cx, "traces");
/// Role::assumed_by(principal::EcsTasks).managed_policy(traces.arn()).declare(cx, "role");
/// # Ok(())
/// # }, windlass::request::Request::offline("us-east-1"));
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::IAM::ManagedPolicy",
    id = "PolicyArn",
    outputs(
        arn: PolicyArn = "PolicyArn",
        policy_id: PolicyId = "PolicyId",
        default_version_id: String = "DefaultVersionId" changes,
        create_date: String = "CreateDate",
        is_attachable: bool = "IsAttachable",
    ),
    completes("Roles"),
    holds("Roles[]"),
    no_new
)]
pub struct ManagedPolicy {
    /// A description of the policy, up to 1,000 characters.
    #[field(replaces)]
    pub description: Option<Input<String>>,
    /// The groups that carry it.
    #[field(in_place, set)]
    pub groups: Vec<Input<GroupName>>,
    /// The name, up to 128 characters, unique in the account.
    #[field(replaces, physical_name(max = 128, also = "_+=,.@"))]
    pub managed_policy_name: Option<Input<String>>,
    /// The path in front of the name, which is part of the ARN. AWS's default is `/`.
    #[field(replaces, removal_default("\"/\""))]
    pub path: Option<Input<String>>,
    /// The policy document, up to 6,144 characters.
    #[field(in_place, no_setter)]
    pub policy_document: PolicyDocument,
    /// The roles that carry the policy. Alternatively, a role names the policy; both at once are not allowed.
    #[field(in_place, set)]
    pub roles: Vec<Input<RoleName>>,
    /// The users that carry it.
    #[field(in_place, set)]
    pub users: Vec<Input<UserName>>,
}

impl ManagedPolicy {
    /// A policy that is not attached yet.
    #[must_use]
    pub fn new(document: impl IntoPolicy<Identity>) -> Self {
        Self {
            description: None,
            groups: Vec::new(),
            managed_policy_name: None,
            path: None,
            policy_document: document.into_policy(),
            roles: Vec::new(),
            users: Vec::new(),
        }
    }
}

impl Check for ManagedPolicy {
    fn check(&self, checks: &mut Checks<'_>) {
        let name = self.managed_policy_name.as_ref();
        check_name(checks, "ManagedPolicyName", name, 128);
        check_path(checks, self.path.as_ref());
        checks.length("Description", self.description.as_ref(), 0..=1_000);
        check_document(checks, "PolicyDocument", &self.policy_document);
        let size = size(&self.policy_document.to_value());
        if size > MOST {
            checks.error(
                codes::POLICY_TOO_LONG,
                format!("a managed policy has {size} characters without white space, and AWS takes {MOST}"),
                "split it into several managed policies, or join actions of one service with `*`",
            );
        }
    }
}

impl Samples for ManagedPolicy {
    fn samples() -> Vec<Self> {
        let document = |action: &str| Allow::actions([action]).on_anything();
        let full = Self::new(document("xray:PutTraceSegments"))
            .managed_policy_name("traces")
            .path("/platform/")
            .description("Sends traces")
            .roles([
                RoleName::existing("api-task"),
                RoleName::existing("worker-task"),
            ])
            .users([UserName::existing("ada")])
            .groups([GroupName::existing("developers")]);
        let other = Self {
            policy_document: document("xray:*").into_policy(),
            ..full.clone()
        };
        vec![
            Self::new(document("xray:PutTraceSegments")),
            full.clone(),
            other,
            full.clone()
                .roles([RoleName::existing("api-task")])
                .users([UserName::existing("grace")])
                .groups([GroupName::existing("operators")]),
            full.clone().managed_policy_name("traces-2"),
            full.clone().path("/other/"),
            full.description("Sends traces, too"),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Request;
    use crate::resource::Declare;
    use crate::stack::Stack;

    #[test]
    fn a_policy_that_is_too_long_is_reported() {
        let declare = |policy: ManagedPolicy| {
            Stack::test(
                "t",
                |cx| {
                    policy.declare(cx, "policy");
                    Ok(())
                },
                Request::offline("us-east-1"),
            )
            .problems
        };
        let filled = |length: usize| {
            ManagedPolicy::new(Allow::actions(["s3:GetObject"]).on("x".repeat(length)))
        };
        let rest = size(&filled(0).policy_document.to_value());
        assert!(declare(filled(MOST - rest)).is_empty());
        let problems = declare(filled(MOST - rest + 1));
        assert_eq!(problems[0].code, codes::POLICY_TOO_LONG);
        assert!(
            problems[0].message.contains("6145 characters"),
            "{problems:?}"
        );
    }
}
