//! Life cycles of Amazon ECS.

mod capacity_provider;
mod cluster;
mod cluster_capacity_provider_associations;
mod contents;
mod service;
mod tags;
mod task_definition;
mod words;

pub use self::tags::Tags;

/// What stands behind the last `/` of an ARN; a bare name as it is.
fn last_part(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}
