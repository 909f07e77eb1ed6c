//! AWS Secrets Manager: the kind of secrets, their values, replicas and restoration.

mod replicas;
mod restore;
mod secret;
mod value;
