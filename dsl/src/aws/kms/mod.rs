//! AWS Key Management Service: the names of its keys, which other services encrypt with.

crate::ids! {
    /// A key, or an alias of one, by its ARN.
    KeyArn = "arn:";
}
