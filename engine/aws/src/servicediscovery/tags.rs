//! AWS Cloud Map's tags: one read and one way of changing them for all of its kinds.

use std::collections::BTreeMap;

use aws_sdk_servicediscovery::types::Tag;
use windlass::value::ResolvedTags;
use windlass_state::identity::IntentId;

use crate::clients::Clients;
use crate::error::{Found, Named, Result};
use crate::lifecycle::{Context, creation_tags, tag_changes};
use crate::observed::Block;
use crate::reads::{Answers, Query, Wants};

/// Tags by ARN.
pub struct Tags;

impl Query for Tags {
    type Key = String;
    type Item = BTreeMap<String, String>;
    const BATCH: usize = 1;

    async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, Self::Item)>> {
        let mut all = Vec::new();
        for key in keys {
            let answer = clients
                .servicediscovery()
                .list_tags_for_resource()
                .resource_arn(&key)
                .send()
                .await;
            if let Some(answer) = answer
                .named("servicediscovery:ListTagsForResource")
                .found()?
            {
                let tags = answer.tags.unwrap_or_default();
                all.push((
                    key,
                    tags.into_iter().map(|tag| (tag.key, tag.value)).collect(),
                ));
            }
        }
        Ok(all)
    }
}

/// Wants the tags of a resource, where the author wrote some.
pub fn want(arn: &str, applied: &ResolvedTags, wants: &mut Wants) {
    if !applied.0.is_empty() && !arn.is_empty() {
        wants.want::<Tags>(arn);
    }
}

/// Adds the tags that were wanted.
pub fn observe(block: Block, arn: &str, answers: &Answers) -> Result<Block> {
    let tags = answers.get::<Tags>(&arn.to_owned())?;
    Ok(block.tags("Tags", tags.into_iter().flatten()))
}

/// The tags of a create call.
pub fn for_create(tags: &ResolvedTags, intent: &IntentId) -> Option<Vec<Tag>> {
    Some(sdk_tags(creation_tags(tags, intent)))
}

fn sdk_tags(tags: BTreeMap<String, String>) -> Vec<Tag> {
    tags.into_iter()
        .map(|(key, value)| {
            Tag::builder()
                .key(key)
                .value(value)
                .build()
                .expect("a tag with key and value is whole")
        })
        .collect()
}

/// Makes the tags of a resource what they should be. Tags that were never recorded are left alone.
pub async fn update(cx: &Context, arn: &str, from: &ResolvedTags, to: &ResolvedTags) -> Result<()> {
    let (set, removed) = tag_changes(from, to);
    if !removed.is_empty() {
        let request = cx
            .servicediscovery()
            .untag_resource()
            .resource_arn(arn)
            .set_tag_keys(Some(removed));
        request
            .send()
            .await
            .named("servicediscovery:UntagResource")?;
    }
    if !set.is_empty() {
        let request = cx
            .servicediscovery()
            .tag_resource()
            .resource_arn(arn)
            .set_tags(Some(sdk_tags(set)));
        request.send().await.named("servicediscovery:TagResource")?;
    }
    Ok(())
}
