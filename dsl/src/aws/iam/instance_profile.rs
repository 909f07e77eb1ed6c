//! `AWS::IAM::InstanceProfile`: lets an EC2 instance act as a role.
//!
//! What surprises people: A profile holds exactly one role. EC2 sees a new profile only after some seconds. After an exchange of the role, running
//! instances keep the old role for up to an hour.
//!
//! Not here: a type for the profile's principal; the constructor checks the role's principal. Reference:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-instanceprofile.html>

use windlass_derive::Resource;

use super::names::{check_name, check_path};
use super::principal::{Custom, Ec2};
use super::{InstanceProfileArn, InstanceProfileName, Role, RoleName};
use crate::resource::{Check, Handle, Samples};
use crate::stack::Checks;
use crate::value::{Input, Output};

/// Lets an EC2 instance act as a role.
///
/// ```
/// use windlass::aws::iam::{InstanceProfile, Role, principal};
/// use windlass::resource::Declare;
///
/// # windlass::Stack::test("t", |cx| {
/// let role = Role::assumed_by(principal::Ec2).declare(cx, "instance-role");
/// let profile = InstanceProfile::new(&role).declare(cx, "instance-profile");
/// # let _ = profile;
/// # Ok(())
/// # }, windlass::request::Request::offline("us-east-1"));
/// ```
///
/// A role that EC2 cannot assume does not compile:
///
/// ```compile_fail,E0277
/// # use windlass::aws::iam::{InstanceProfile, Role, principal};
/// # use windlass::resource::Declare;
/// # windlass::Stack::test("t", |cx| {
/// let role = Role::assumed_by(principal::EcsTasks).declare(cx, "task-role");
/// InstanceProfile::new(&role);
/// # Ok(())
/// # }, windlass::request::Request::offline("us-east-1"));
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::IAM::InstanceProfile",
    id = "InstanceProfileName",
    outputs(
        name: InstanceProfileName = "InstanceProfileName",
        arn: InstanceProfileArn = "Arn",
    ),
    holds("Roles[]"),
    no_new
)]
pub struct InstanceProfile {
    /// The name, up to 128 characters, unique in the account.
    #[field(replaces, physical_name(max = 128, also = "_+=,.@"))]
    pub instance_profile_name: Option<Input<String>>,
    /// The path in front of the name, which is part of the ARN. AWS's default is `/`.
    #[field(replaces, removal_default("\"/\""))]
    pub path: Option<Input<String>>,
    /// The role. AWS has a list here and takes one.
    #[field(in_place, required, no_setter)]
    pub roles: Vec<Input<RoleName>>,
}

/// A role for an instance profile: one that EC2 can assume, or one whose principal only the stack's checks or AWS can see.
#[diagnostic::on_unimplemented(
    message = "the role of an instance profile must be assumable by EC2, and `{Self}` is not",
    note = "declare the role with `Role::assumed_by(principal::Ec2)`, or give the name of one that exists: `RoleName::existing(\"…\")`"
)]
pub trait InstanceRole {
    /// The role's name.
    fn into_name(self) -> Input<RoleName>;
}

macro_rules! instance_roles {
    ($($principal:ty),+) => {$(
        impl InstanceRole for &Handle<Role<$principal>> {
            fn into_name(self) -> Input<RoleName> {
                self.name().into()
            }
        }
    )+};
}

instance_roles!(Ec2, Custom);

impl InstanceRole for RoleName {
    fn into_name(self) -> Input<RoleName> {
        self.into()
    }
}

impl InstanceRole for Output<RoleName> {
    fn into_name(self) -> Input<RoleName> {
        self.into()
    }
}

impl InstanceProfile {
    /// A profile that holds a role.
    #[must_use]
    pub fn new(role: impl InstanceRole) -> Self {
        Self {
            instance_profile_name: None,
            path: None,
            roles: vec![role.into_name()],
        }
    }
}

impl Check for InstanceProfile {
    fn check(&self, checks: &mut Checks<'_>) {
        let name = self.instance_profile_name.as_ref();
        check_name(checks, "InstanceProfileName", name, 128);
        check_path(checks, self.path.as_ref());
        if self.roles.len() != 1 {
            checks.invalid(
                "Roles",
                format!("has {} roles", self.roles.len()),
                "an instance profile holds exactly one",
            );
        }
    }
}

impl Samples for InstanceProfile {
    fn samples() -> Vec<Self> {
        let of = |role: &str| Self::new(RoleName::existing(role));
        let full = |role: &str| of(role).instance_profile_name("workers").path("/platform/");
        vec![
            of("worker-instance"),
            full("worker-instance"),
            full("gpu-instance"),
            full("worker-instance").instance_profile_name("gpu-workers"),
            full("worker-instance").path("/other/"),
        ]
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resource::Resource;

    #[test]
    fn the_role_is_a_list_of_one() {
        assert_eq!(
            InstanceProfile::samples()[0].to_json(),
            json!({"Roles": ["worker-instance"]})
        );
    }
}
