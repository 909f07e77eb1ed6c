//! Amazon EC2 Auto Scaling.

pub mod auto_scaling_group;

pub use auto_scaling_group::{
    AutoScalingGroup, AutoScalingGroupChange, AutoScalingGroupResolved, GroupTags,
    ResolvedGroupTag, ResolvedGroupTags,
};

crate::ids! {
    /// The name of an Auto Scaling group.
    AutoScalingGroupName = "";
    /// An Auto Scaling group.
    AutoScalingGroupArn = "arn:";
}
