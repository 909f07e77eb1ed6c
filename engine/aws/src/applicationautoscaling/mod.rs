//! Application Auto Scaling: a file per kind, and the identity that its kinds share.

mod configuration;
mod number;
mod observed_configuration;
mod scalable_target;
mod scaling_policy;

/// How long after a create the service may still hide what it made, in seconds.
const VISIBLE_WITHIN: u64 = 60;
