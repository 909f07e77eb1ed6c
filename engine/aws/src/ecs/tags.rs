//! ECS's tags: in the create call, then by TagResource and UntagResource.

use std::collections::BTreeMap;

use aws_sdk_ecs::types::Tag;
use windlass::value::ResolvedTags;
use windlass_state::identity::INTENT_TAG;

use crate::lifecycle::{creation_tags, tag_changes};
use crate::prelude::*;

/// The visibility window: how many seconds after a create ECS's lists may still hide the new resource.
///
/// The API is eventually consistent. <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html>
pub const VISIBLE_WITHIN: u64 = 60;

/// Tags by ARN.
pub struct Tags;

impl Single for Tags {
    type Key = String;
    type Item = BTreeMap<String, String>;

    async fn ask(clients: &Clients, arn: &String) -> Result<Option<Self::Item>> {
        let call = clients.ecs().list_tags_for_resource().resource_arn(arn);
        let answer = call.send().await.named("ecs:ListTagsForResource").found()?;
        Ok(answer.map(|answer| pairs(answer.tags.as_deref()).collect()))
    }
}

/// The tags of a create call.
pub fn created(cx: &Context, tags: &ResolvedTags, intent: &IntentId) -> Vec<Tag> {
    sdk_tags(&creation_tags(cx, tags, intent))
}

/// Updates the tags of a resource. Windlass leaves alone tags that it never recorded.
pub async fn update(cx: &Context, arn: &str, from: &ResolvedTags, to: &ResolvedTags) -> Result<()> {
    let (set, removed) = tag_changes(cx, from, to);
    if !removed.is_empty() {
        let call = cx.ecs().untag_resource().resource_arn(arn);
        call.set_tag_keys(Some(removed))
            .send()
            .await
            .named("ecs:UntagResource")?;
    }
    if !set.is_empty() {
        let call = cx.ecs().tag_resource().resource_arn(arn);
        call.set_tags(Some(sdk_tags(&set)))
            .send()
            .await
            .named("ecs:TagResource")?;
    }
    Ok(())
}

/// The keys and values of an answer's tags.
pub fn pairs(tags: Option<&[Tag]>) -> impl Iterator<Item = (String, String)> {
    tags.unwrap_or_default()
        .iter()
        .filter_map(|tag| Some((tag.key.clone()?, tag.value.clone().unwrap_or_default())))
}

/// Whether the tags show that this intent made the resource.
pub fn are_of(tags: Option<&[Tag]>, intent: &IntentId) -> bool {
    pairs(tags).any(|(key, value)| key == INTENT_TAG && value == intent.0)
}

impl ToSdk<Vec<Tag>> for ResolvedTags {
    fn to_sdk(&self) -> Option<Vec<Tag>> {
        (!self.0.is_empty()).then(|| sdk_tags(&self.0))
    }
}

impl Showing for Tag {
    fn block(&self) -> Block {
        Block::new()
            .set("Key", self.key.as_ref())
            .set("Value", self.value.as_ref())
    }
}

fn sdk_tags(tags: &BTreeMap<String, String>) -> Vec<Tag> {
    tags.iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect()
}
