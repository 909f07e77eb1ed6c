//! Life cycles of Amazon ECS: a file or folder for each kind.

mod capacity_provider;
mod cluster;
mod cluster_capacity_provider_associations;
mod contents;
mod service;
mod tags;
mod task_definition;
mod words;

pub use self::tags::Tags;

/// The part of an ARN after the last `/`; a bare name stays as it is.
fn last_part(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}
