//! Wire fixtures of AWS Secrets Manager.

pub mod secret;
