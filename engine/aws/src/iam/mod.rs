//! AWS Identity and Access Management: a file for each kind, and the code that its kinds share: policy documents, attachments, tags, and reads of roles.
//!
//! IAM is eventually consistent: it answers from copies that lag by seconds. If a call reports a missing resource, another call of this run may have
//! created that resource a moment ago. The engine knows this, and waits.

mod carriers;
mod documents;
mod holders;
mod instance_profile;
mod managed_policy;
mod role;
mod role_policy;
mod roles;
mod tags;

/// The visibility window: how many seconds after a create IAM may still hide the new resource.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency>
const VISIBLE_WITHIN: u64 = 60;
