//! IAM's tags: the same pairs for every kind, by another call for each.

use std::collections::BTreeMap;

use aws_sdk_iam::types::Tag;
use windlass::value::ResolvedTags;
use windlass_state::identity::{INTENT_TAG, IntentId};

use crate::lifecycle::{Context, creation_tags};

/// The SDK's form.
pub fn sdk(tags: BTreeMap<String, String>) -> Vec<Tag> {
    tags.into_iter()
        .map(|(key, value)| {
            let tag = Tag::builder().key(key).value(value).build();
            tag.expect("a tag with a key and a value is whole")
        })
        .collect()
}

/// The tags of kinds that take none of the author's.
pub fn alone(cx: &Context, intent: &IntentId) -> Vec<Tag> {
    sdk(creation_tags(cx, &ResolvedTags::default(), intent))
}

/// The pairs of an answer.
pub fn pairs(tags: Option<&[Tag]>) -> impl Iterator<Item = (String, String)> {
    tags.unwrap_or_default()
        .iter()
        .map(|tag| (tag.key.clone(), tag.value.clone()))
}

/// Whether an answer's tags say that an intent made it.
pub fn are_of(tags: Option<&[Tag]>, intent: &IntentId) -> bool {
    pairs(tags).any(|(key, value)| key == INTENT_TAG && value == intent.0)
}
