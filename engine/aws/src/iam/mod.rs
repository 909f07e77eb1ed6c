//! AWS Identity and Access Management: a file per kind, and what its kinds share: policy documents, tags, and how roles are read.
//!
//! IAM answers from copies that lag by seconds. What a call says is not there may have been made a moment ago by another call of
//! ours: the engine knows, and waits.

mod documents;
mod holders;
mod instance_profile;
mod managed_policy;
mod role;
mod role_policy;
mod roles;
mod tags;

/// How long after a create IAM may still hide what it made, in seconds.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency>
const VISIBLE_WITHIN: u64 = 60;
