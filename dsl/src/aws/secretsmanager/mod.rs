//! AWS Secrets Manager.

mod password;
mod secret;

pub use password::{Password, PasswordResolved};
pub use secret::{
    Content, ContentResolved, Recovery, RecoveryResolved, ReplicaRegion, ReplicaRegionResolved,
    Secret, SecretChange, SecretResolved,
};

crate::ids! {
    /// A secret.
    SecretArn = "arn:";
    /// The name of a secret.
    SecretName = "";
}
