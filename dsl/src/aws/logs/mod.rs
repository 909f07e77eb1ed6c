//! Amazon CloudWatch Logs.

crate::ids! {
    /// The name of a log group.
    LogGroupName = "";
    /// A log group.
    LogGroupArn = "arn:";
}
