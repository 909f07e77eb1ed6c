//! EC2's one way of tagging: at creation by a tag specification, afterwards by CreateTags and DeleteTags for any resource.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{Filter, ResourceType, Tag, TagSpecification};
use windlass::value::ResolvedTags;
use windlass_state::identity::{INTENT_TAG, IntentId};

use crate::error::{Named, Result};
use crate::lifecycle::{Context, FoundOne, Made, creation_tags, tag_changes};

/// How long after a create EC2's lists may still hide what it made, in seconds.
///
/// EC2's API is eventually consistent; its documentation asks for back-off up to minutes.
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

/// Makes the tags of a resource what they should be. Tags that were never recorded are left alone.
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

/// The pairs of an answer's tags.
pub fn pairs(tags: Option<&[Tag]>) -> impl Iterator<Item = (String, String)> {
    tags.unwrap_or_default()
        .iter()
        .filter_map(|tag| Some((tag.key.clone()?, tag.value.clone().unwrap_or_default())))
}

/// A filter by one name.
pub fn filter(name: &str, values: Vec<String>) -> Filter {
    Filter::builder()
        .name(name)
        .set_values(Some(values))
        .build()
}

/// The filter for what one intent made.
pub fn intent_filter(intent: &IntentId) -> Filter {
    filter(&format!("tag:{INTENT_TAG}"), vec![intent.0.clone()])
}

/// Those of a search by [`intent_filter`] that bear the intent's tag: not every endpoint filters as AWS does.
pub fn of_intent<'a, T>(
    found: &'a [T],
    tags: impl Fn(&T) -> Option<&[Tag]> + 'a,
    intent: &'a IntentId,
) -> impl Iterator<Item = &'a T> {
    let is_ours =
        |tag: &Tag| tag.key.as_deref() == Some(INTENT_TAG) && tag.value.as_ref() == Some(&intent.0);
    let of_one = move |one: &&T| tags(one).unwrap_or_default().iter().any(is_ours);
    found.iter().filter(of_one)
}

/// What a search by [`intent_filter`] has found.
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
