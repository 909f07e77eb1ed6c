//! Tags of services that store tags apart from their resources: one pair of calls changes tags by ARN, for all kinds of the service.
//!
//! Not here: reads of tags (`applied_tags`), and services that return tags with the resource, such as EC2, ECS and IAM.

use std::collections::BTreeMap;

use windlass::value::ResolvedTags;

use crate::error::Result;
use crate::lifecycle::{Context, tag_changes};

/// A service's calls that change tags, by ARN.
pub trait Tagging {
    /// Sets tags. The call succeeds if they are already set.
    fn set(
        cx: &Context,
        arn: &str,
        tags: BTreeMap<String, String>,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Removes tags. The call succeeds if they are already gone.
    fn remove(
        cx: &Context,
        arn: &str,
        keys: Vec<String>,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// Updates the tags of a resource. Windlass leaves alone tags that it never recorded.
pub async fn update<T: Tagging>(
    cx: &Context,
    arn: &str,
    from: &ResolvedTags,
    to: &ResolvedTags,
) -> Result<()> {
    let (set, removed) = tag_changes(cx, from, to);
    if !removed.is_empty() {
        T::remove(cx, arn, removed).await?;
    }
    if !set.is_empty() {
        T::set(cx, arn, set).await?;
    }
    Ok(())
}
