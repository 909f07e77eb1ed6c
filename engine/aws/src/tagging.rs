//! Tags of services that keep them apart from what they are of: changed by ARN, for all kinds of the service alike.
//!
//! Not here: reading them (`applied_tags`), and services that give tags with the thing itself, such as EC2, ECS and IAM.

use std::collections::BTreeMap;

use windlass::value::ResolvedTags;

use crate::error::Result;
use crate::lifecycle::{Context, tag_changes};

/// How a service changes tags, by ARN.
pub trait Tagging {
    /// Sets tags, whether they are there or not.
    fn set(
        cx: &Context,
        arn: &str,
        tags: BTreeMap<String, String>,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Removes tags, whether they are there or not.
    fn remove(
        cx: &Context,
        arn: &str,
        keys: Vec<String>,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// Makes the tags of a resource what they should be. Tags that were never recorded are left alone.
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
