//! Application Auto Scaling: how many tasks a service runs.

crate::ids! {
    /// A scaling policy.
    ScalingPolicyArn = "arn:";
}
