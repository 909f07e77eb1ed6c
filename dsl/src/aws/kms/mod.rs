//! AWS Key Management Service: the ids of its keys, which other services use for encryption.

crate::ids! {
    /// A key, or an alias of one, by its ARN.
    KeyArn = "arn:";
}
