//! Wire fixtures of Amazon CloudWatch Logs.

pub mod log_group;
