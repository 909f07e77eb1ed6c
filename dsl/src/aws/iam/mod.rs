//! AWS Identity and Access Management: roles, what they may do, and who may assume them.

pub mod principal;
mod role_arn;

pub use principal::Principal;
pub use role_arn::RoleArn;

crate::ids! {
    /// The name of a role.
    RoleName = "";
    /// A managed policy.
    PolicyArn = "arn:";
    /// The name of an instance profile.
    InstanceProfileName = "";
    /// An instance profile.
    InstanceProfileArn = "arn:";
}
