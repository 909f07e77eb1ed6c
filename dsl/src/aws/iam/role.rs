//! `AWS::IAM::Role`: an identity that others can assume, and what they may do then.
//!
//! What surprises people: IAM is eventually consistent: a role exists before all of AWS sees it, so AWS may answer an immediate use with "does not
//! exist". Role names are unique for the account, not for the region, and ignore case. A role that is created again under its old name is another role,
//! and trust policies that named the old one keep its dead id. Windlass leaves inline policies and attachments that others made, by hand or by
//! `RolePolicy` and `ManagedPolicy`, alone: a role owns only what its own spec lists, or listed last time.
//!
//! Not here: service-linked roles, which their services make. Reference:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html>

use std::marker::PhantomData;

use windlass_derive::{Block, Resource};

use super::names::{check_name, check_path};
use super::policy::{
    Allow, Condition, IntoPolicy, PolicyDocument, Trust, Who, check_document, size,
};
use super::principal::{Custom, Principal};
use super::{PolicyArn, RoleArn, RoleId, RoleName};
use crate::resource::{Check, Samples};
use crate::stack::Checks;
use crate::value::{Field, Input, IntoInput, Tags};

/// The maximum length of a trust policy in characters, after the account's quota is raised from 2,048.
const TRUST_POLICY: usize = 8_192;
/// The maximum length of all inline policies of a role together, in characters.
pub(crate) const INLINE_POLICIES: usize = 10_240;

/// A role that `P` can assume.
///
/// ```
/// use windlass::aws::iam::{Allow, Role, principal};
/// use windlass::resource::Declare;
///
/// # windlass::Stack::test("t", |cx| {
/// let role = Role::assumed_by(principal::EcsTasks)
///     .policy("read-uploads", Allow::actions(["s3:GetObject"]).on("arn:aws:s3:::uploads/*"))
///     .declare(cx, "api-task-role");
/// # let _ = role;
/// # Ok(())
/// # }, windlass::request::Request::offline("us-east-1"));
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::IAM::Role",
    id = "RoleName",
    outputs(
        name: RoleName = "RoleName",
        arn: RoleArn<P> = "Arn",
        role_id: RoleId = "RoleId",
    ),
    holds("ManagedPolicyArns[]", "PermissionsBoundary"),
    no_new
)]
pub struct Role<P: Principal = Custom> {
    /// The trust policy: who may assume the role.
    #[field(in_place, no_setter)]
    pub assume_role_policy_document: PolicyDocument<Trust>,
    /// A description of the role, up to 1,000 characters.
    #[field(in_place)]
    pub description: Option<Input<String>>,
    /// The managed policies of the role; 10, or up to 20 with a raised quota.
    #[field(in_place, set)]
    pub managed_policy_arns: Vec<Input<PolicyArn>>,
    /// The longest session, in seconds, 3,600 to 43,200. AWS's default is 3,600.
    #[field(in_place, removal_default("3600"))]
    pub max_session_duration: Option<Input<u32>>,
    /// The path in front of the name, which is part of the ARN. AWS's default is `/`.
    #[field(replaces, removal_default("\"/\""))]
    pub path: Option<Input<String>>,
    /// The permissions boundary: a managed policy that limits what all other policies can allow.
    #[field(in_place)]
    pub permissions_boundary: Option<Input<PolicyArn>>,
    /// The inline policies, by name.
    #[field(in_place, keyed("PolicyName"))]
    pub policies: Vec<InlinePolicy>,
    /// The name, up to 64 characters, unique in the account.
    #[field(replaces, physical_name(max = 64, also = "_+=,.@"))]
    pub role_name: Option<Input<String>>,
    #[field(in_place)]
    pub tags: Tags,
    #[field(skip)]
    assumed_by: PhantomData<fn() -> P>,
}

/// An inline policy: a policy that is part of a role.
#[derive(Debug, Clone, Block)]
#[block(no_new)]
pub struct InlinePolicy {
    /// The name, up to 128 characters, unique within the role.
    #[field(no_setter)]
    pub policy_name: Input<String>,
    /// The policy document.
    #[field(no_setter)]
    pub policy_document: PolicyDocument,
}

impl InlinePolicy {
    /// A policy by its name.
    #[must_use]
    pub fn new(
        name: impl IntoInput<String>,
        document: impl IntoPolicy<super::policy::Identity>,
    ) -> Self {
        Self {
            policy_name: name.into(),
            policy_document: document.into_policy(),
        }
    }
}

impl<P: Principal> Role<P> {
    /// A role that a service can assume.
    #[must_use]
    pub fn assumed_by(principal: P) -> Self {
        const {
            assert!(
                P::SERVICE.is_some(),
                "this principal is no service: write its trust policy with `Role::trusting`"
            );
        }
        let _ = principal;
        let service = P::SERVICE.unwrap_or_default();
        Self::with_trust(Allow::assume_role().by(Who::service(service)).into_policy())
    }

    /// Adds a condition to every statement of the trust policy, such as the account for which a service acts.
    #[must_use]
    pub fn only_when(mut self, condition: Condition) -> Self {
        self.assume_role_policy_document.restrict(&condition);
        self
    }

    /// Adds an inline policy.
    #[must_use]
    pub fn policy(
        mut self,
        name: impl IntoInput<String>,
        document: impl IntoPolicy<super::policy::Identity>,
    ) -> Self {
        self.policies.push(InlinePolicy::new(name, document));
        self
    }

    /// Attaches a managed policy.
    #[must_use]
    pub fn managed_policy(mut self, arn: impl IntoInput<PolicyArn>) -> Self {
        self.managed_policy_arns.push(arn.into());
        self
    }

    fn with_trust(document: PolicyDocument<Trust>) -> Self {
        Self {
            assume_role_policy_document: document,
            description: None,
            managed_policy_arns: Vec::new(),
            max_session_duration: None,
            path: None,
            permissions_boundary: None,
            policies: Vec::new(),
            role_name: None,
            tags: Tags::default(),
            assumed_by: PhantomData,
        }
    }
}

impl Role<Custom> {
    /// A role with a trust policy that the author writes. Where a property takes a role for a certain service, convert the ARN with `trust_as`.
    #[must_use]
    pub fn trusting(document: impl IntoPolicy<Trust>) -> Self {
        Self::with_trust(document.into_policy())
    }
}

impl<P: Principal> Check for Role<P> {
    fn check(&self, checks: &mut Checks<'_>) {
        check_name(checks, "RoleName", self.role_name.as_ref(), 64);
        check_path(checks, self.path.as_ref());
        checks.length("Description", self.description.as_ref(), 0..=1_000);
        checks.range(
            "MaxSessionDuration",
            self.max_session_duration.as_ref(),
            3_600..=43_200,
        );
        if self.managed_policy_arns.len() > 20 {
            checks.invalid(
                "ManagedPolicyArns",
                format!("has {} policies", self.managed_policy_arns.len()),
                "a role carries 10 managed policies, or up to 20 where the account's quota is raised",
            );
        }
        check_document(
            checks,
            "AssumeRolePolicyDocument",
            &self.assume_role_policy_document,
        );
        let trust = size(&self.assume_role_policy_document.to_value());
        if trust > TRUST_POLICY {
            checks.invalid(
                "AssumeRolePolicyDocument",
                format!("has {trust} characters without white space"),
                "AWS takes 2,048, or up to 8,192 where the account's quota is raised",
            );
        }
        self.check_inline(checks);
    }
}

impl<P: Principal> Role<P> {
    fn check_inline(&self, checks: &mut Checks<'_>) {
        for policy in &self.policies {
            let property = match policy.policy_name.literal() {
                Some(name) => format!("Policies[{name}]"),
                None => "Policies[]".to_owned(),
            };
            check_name(checks, &property, Some(&policy.policy_name), 128);
            check_document(checks, &property, &policy.policy_document);
        }
        let documents = self
            .policies
            .iter()
            .filter_map(|p| p.policy_document.to_json());
        let together: usize = documents.map(|document| size(&document)).sum();
        if together > INLINE_POLICIES {
            checks.invalid(
                "Policies",
                format!("has {together} characters without white space"),
                "all inline policies of a role have 10,240 together; move some into an `iam::ManagedPolicy`",
            );
        }
    }
}

impl Samples for Role<Custom> {
    fn samples() -> Vec<Self> {
        let trust = |service: &str| Allow::assume_role().by(Who::service(service));
        let read = || Allow::actions(["s3:GetObject"]).on("arn:aws:s3:::uploads/*");
        let arn = PolicyArn::managed_by_aws;
        let full = Self::trusting(trust("ecs-tasks.amazonaws.com"))
            .role_name("api-task")
            .path("/platform/")
            .description("What the API does")
            .max_session_duration(7_200u32)
            .permissions_boundary(arn("PowerUserAccess"))
            .managed_policy(arn("ReadOnlyAccess"))
            .managed_policy(arn("job-function/Billing"))
            .policy("read-uploads", read())
            .tag("Name", "api");
        let other_trust = Self {
            assume_role_policy_document: trust("ec2.amazonaws.com").into_policy(),
            ..full.clone()
        };
        vec![
            Self::trusting(trust("ecs-tasks.amazonaws.com")),
            full.clone(),
            full.clone()
                .description("Something else")
                .max_session_duration(3_600u32)
                .permissions_boundary(arn("AdministratorAccess"))
                .managed_policy_arns([arn("ReadOnlyAccess")])
                .policies([
                    InlinePolicy::new(
                        "read-uploads",
                        Allow::actions(["s3:GetObject", "s3:GetObjectTagging"]).on("*"),
                    ),
                    InlinePolicy::new(
                        "list-uploads",
                        Allow::actions(["s3:ListBucket"]).on("arn:aws:s3:::uploads"),
                    ),
                ])
                .tag("Name", "other"),
            other_trust,
            full.clone().role_name("api-task-2"),
            full.path("/other/"),
        ]
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::aws::iam::principal;
    use crate::request::Request;
    use crate::resource::{Declare, Resource};
    use crate::stack::Stack;
    use crate::value::Output;

    fn problems<P: Principal>(role: Role<P>) -> Vec<String> {
        let declare = |cx: &mut Stack| {
            role.declare(cx, "role");
            Ok(())
        };
        let document = Stack::test("t", declare, Request::offline("us-east-1"));
        document.problems.into_iter().map(|p| p.message).collect()
    }

    #[test]
    fn the_trust_policy_comes_from_the_type() {
        let role = Role::assumed_by(principal::EcsTasks)
            .only_when(Condition::equals("aws:SourceAccount", "123456789012"));
        assert_eq!(
            role.to_json(),
            json!({"AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [{
                    "Effect": "Allow",
                    "Action": ["sts:AssumeRole"],
                    "Principal": {"Service": ["ecs-tasks.amazonaws.com"]},
                    "Condition": {"StringEquals": {"aws:SourceAccount": ["123456789012"]}},
                }],
            }})
        );
        assert_eq!(problems(role), [""; 0]);
    }

    #[test]
    fn the_arn_knows_who_may_assume_the_role() {
        let mut cx = Stack::new("t", Request::offline("us-east-1"));
        let role = Role::assumed_by(principal::Ec2).declare(&mut cx, "role");
        let arn: Output<RoleArn<principal::Ec2>> = role.arn();
        assert_eq!(
            arn.to_value(),
            json!({"$windlass": {"ref": "role", "output": "Arn"}})
        );
    }

    #[test]
    fn what_aws_refuses_is_reported() {
        let role = Role::trusting(PolicyDocument::json(json!({
            "Version": "2026-11-23",
            "Statement": {"Effect": "Allow", "Action": "AssumeRole", "Resource": "*", "Principal": "*"},
        })))
        .role_name("my role")
        .path("platform")
        .max_session_duration(60u32)
        .policy("big", Allow::actions(["s3:GetObject"]).on("a".repeat(11_000)));
        assert_eq!(
            problems(role),
            [
                "`RoleName` of `role` has ' ' in it",
                "`Path` of `role` is `platform`",
                "`MaxSessionDuration` of `role` is 60",
                "`AssumeRolePolicyDocument` of `role` has the version `2026-11-23`",
                "`AssumeRolePolicyDocument` of `role` is malformed: statement 1 names `AssumeRole`, which is no action",
                "`AssumeRolePolicyDocument` of `role` is malformed: statement 1 has a `Resource`",
                "`Policies` of `role` has 11099 characters without white space",
                "nobody may assume the role `role`",
            ]
        );
    }
}
