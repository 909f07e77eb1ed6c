//! IAM's tags: the same pairs for every kind, but each kind has its own calls.

use std::collections::BTreeMap;

use aws_sdk_iam::types::Tag;
use windlass::value::ResolvedTags;
use windlass_state::identity::{INTENT_TAG, IntentId};

use crate::lifecycle::{Context, creation_tags};

/// The tags in the SDK's form.
pub fn sdk(tags: BTreeMap<String, String>) -> Vec<Tag> {
    tags.into_iter()
        .map(|(key, value)| {
            let tag = Tag::builder().key(key).value(value).build();
            tag.expect("a tag with a key and a value is whole")
        })
        .collect()
}

/// The tags of kinds for which the author cannot write tags: only the engine's own.
pub fn alone(cx: &Context, intent: &IntentId) -> Vec<Tag> {
    sdk(creation_tags(cx, &ResolvedTags::default(), intent))
}

/// The keys and values of an answer's tags.
pub fn pairs(tags: Option<&[Tag]>) -> impl Iterator<Item = (String, String)> {
    tags.unwrap_or_default()
        .iter()
        .map(|tag| (tag.key.clone(), tag.value.clone()))
}

/// Whether an answer's tags show that an intent made the resource.
pub fn are_of(tags: Option<&[Tag]>, intent: &IntentId) -> bool {
    pairs(tags).any(|(key, value)| key == INTENT_TAG && value == intent.0)
}
