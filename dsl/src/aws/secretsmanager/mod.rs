//! AWS Secrets Manager.

crate::ids! {
    /// A secret.
    SecretArn = "arn:";
}
