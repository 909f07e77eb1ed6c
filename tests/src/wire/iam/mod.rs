//! Wire fixtures of AWS Identity and Access Management.

pub mod instance_profile;
pub mod managed_policy;
pub mod role;
pub mod role_policy;
