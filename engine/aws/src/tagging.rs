//! Tags of services that keep them apart from what they are of: read and changed by ARN, for all kinds of the service alike.
//!
//! Not here: services that give tags with the thing itself, such as EC2, ECS and IAM.

use std::collections::BTreeMap;

use windlass::value::ResolvedTags;

use crate::error::Result;
use crate::lifecycle::{Context, tag_changes};
use crate::observed::Block;
use crate::reads::{Answers, Query, Wants};

/// A service's tags by ARN.
pub trait Tagging: Query<Key = String, Item = BTreeMap<String, String>> {
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

/// Wants the tags of a resource, where the author wrote some and AWS has given its ARN.
pub fn want<T: Tagging>(arn: &str, applied: &ResolvedTags, wants: &mut Wants) {
    if !applied.0.is_empty() && !arn.is_empty() {
        wants.want::<T>(arn);
    }
}

/// Adds the tags that were wanted.
pub fn observe<T: Tagging>(block: Block, arn: &str, answers: &Answers) -> Result<Block> {
    let tags = answers.get::<T>(&arn.to_owned())?;
    Ok(block.tags("Tags", tags.into_iter().flatten()))
}

/// Makes the tags of a resource what they should be. Tags that were never recorded are left alone.
pub async fn update<T: Tagging>(
    cx: &Context,
    arn: &str,
    from: &ResolvedTags,
    to: &ResolvedTags,
) -> Result<()> {
    let (set, removed) = tag_changes(from, to);
    if !removed.is_empty() {
        T::remove(cx, arn, removed).await?;
    }
    if !set.is_empty() {
        T::set(cx, arn, set).await?;
    }
    Ok(())
}
