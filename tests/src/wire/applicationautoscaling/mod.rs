//! Wire fixtures of Application Auto Scaling.

pub mod scalable_target;
pub mod scaling_policy;
