//! Application Auto Scaling: a file for each kind, and the identity that its kinds share.

mod configuration;
mod number;
mod scalable_target;
mod scaling_policy;
mod tags;
mod words;

pub use self::tags::Tags;

/// The visibility window: how many seconds after a create the service may still hide the new resource.
const VISIBLE_WITHIN: u64 = 60;
