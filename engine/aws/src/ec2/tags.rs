//! EC2's tags: a tag specification at creation, then CreateTags and DeleteTags for any resource.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{Filter, ResourceType, Tag, TagSpecification};
use windlass::value::ResolvedTags;

use crate::lifecycle::{creation_tags, tag_changes};
use crate::prelude::*;

/// The visibility window: how many seconds after a create EC2's lists may still hide the new resource.
///
/// EC2's API is eventually consistent; its documentation recommends back-off of up to minutes.
/// <https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html>
pub const VISIBLE_WITHIN: u64 = 60;

/// The tags of a create call.
pub fn specification(
    cx: &Context,
    of: ResourceType,
    tags: &ResolvedTags,
    intent: &IntentId,
) -> TagSpecification {
    TagSpecification::builder()
        .resource_type(of)
        .set_tags(Some(sdk_tags(creation_tags(cx, tags, intent))))
        .build()
}

/// Updates the tags of a resource. Windlass leaves alone tags that it never recorded.
pub async fn update(cx: &Context, id: &str, from: &ResolvedTags, to: &ResolvedTags) -> Result<()> {
    let (set, removed) = tag_changes(cx, from, to);
    if !removed.is_empty() {
        let tags = removed
            .into_iter()
            .map(|key| Tag::builder().key(key).build())
            .collect();
        cx.ec2()
            .delete_tags()
            .resources(id)
            .set_tags(Some(tags))
            .send()
            .await
            .named("ec2:DeleteTags")?;
    }
    if !set.is_empty() {
        cx.ec2()
            .create_tags()
            .resources(id)
            .set_tags(Some(sdk_tags(set)))
            .send()
            .await
            .named("ec2:CreateTags")?;
    }
    Ok(())
}

/// The keys and values of an answer's tags.
pub fn pairs(tags: Option<&[Tag]>) -> impl Iterator<Item = (String, String)> {
    tags.unwrap_or_default()
        .iter()
        .filter_map(|tag| Some((tag.key.clone()?, tag.value.clone().unwrap_or_default())))
}

/// A filter with one name.
pub fn filter(name: &str, values: Vec<String>) -> Filter {
    Filter::builder()
        .name(name)
        .set_values(Some(values))
        .build()
}

/// The result of a search for a resource that one intent made.
pub fn ours_or_nothing(made: Option<Made>) -> FoundOne {
    let nothing = FoundOne::Nothing {
        visible_within: VISIBLE_WITHIN,
    };
    made.map_or(nothing, FoundOne::Ours)
}

fn sdk_tags(tags: BTreeMap<String, String>) -> Vec<Tag> {
    tags.into_iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect()
}
