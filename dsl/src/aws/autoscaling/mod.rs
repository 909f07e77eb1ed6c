//! Amazon EC2 Auto Scaling.

crate::ids! {
    /// The name of an Auto Scaling group.
    AutoScalingGroupName = "";
    /// An Auto Scaling group.
    AutoScalingGroupArn = "arn:";
}
