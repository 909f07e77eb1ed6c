//! AWS Secrets Manager.

mod restore;
mod secret;
mod value;
