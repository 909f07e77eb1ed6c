//! AWS Identity and Access Management: roles, what they may do, and who may assume them.

mod instance_profile;
mod managed_policy;
mod names;
pub mod policy;
pub mod principal;
mod role;
mod role_arn;
mod role_policy;

pub use instance_profile::{
    InstanceProfile, InstanceProfileChange, InstanceProfileResolved, InstanceRole,
};
pub use managed_policy::{ManagedPolicy, ManagedPolicyChange, ManagedPolicyResolved};
pub use policy::{Allow, Condition, Deny, Operator, PolicyDocument, Statement, Who};
pub use principal::Principal;
pub use role::{InlinePolicy, InlinePolicyResolved, Role, RoleChange, RoleResolved};
pub use role_arn::{RoleArn, RoleFor};
pub use role_policy::{RolePolicy, RolePolicyChange, RolePolicyResolved};

crate::ids! {
    /// The name of a role.
    RoleName = "";
    /// A role's unique id, which no later role of the same name gets.
    RoleId = "AROA";
    /// A managed policy.
    PolicyArn = "arn:";
    /// The unique id of a managed policy.
    PolicyId = "ANPA";
    /// The name of a user.
    UserName = "";
    /// The name of a group.
    GroupName = "";
    /// The name of an instance profile.
    InstanceProfileName = "";
    /// An instance profile.
    InstanceProfileArn = "arn:";
}

impl PolicyArn {
    /// A policy that AWS manages, by its path and name, such as `service-role/AmazonECSTaskExecutionRolePolicy`.
    ///
    /// The ARN uses the partition of the resource that takes it: `arn:aws-cn:…` in `cn-north-1`.
    #[must_use]
    pub fn managed_by_aws(name: &str) -> Self {
        Self(format!("arn:aws:iam::aws:policy/{name}"))
    }
}
