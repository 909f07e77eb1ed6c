//! AWS Cloud Map's tags, which its calls read and change by ARN.

use std::collections::BTreeMap;

use aws_sdk_servicediscovery::types::Tag;
use windlass::value::ResolvedTags;

use crate::lifecycle::creation_tags;
use crate::prelude::*;
use crate::tagging::Tagging;

/// Tags by ARN.
pub struct Tags;

impl Single for Tags {
    type Key = String;
    type Item = BTreeMap<String, String>;

    async fn ask(clients: &Clients, arn: &String) -> Result<Option<Self::Item>> {
        let request = clients.servicediscovery().list_tags_for_resource();
        let answer = request.resource_arn(arn).send().await;
        let answer = answer
            .named("servicediscovery:ListTagsForResource")
            .found()?;
        let pairs = |tags: Vec<Tag>| tags.into_iter().map(|tag| (tag.key, tag.value)).collect();
        Ok(answer.map(|answer| pairs(answer.tags.unwrap_or_default())))
    }
}

impl Tagging for Tags {
    async fn set(cx: &Context, arn: &str, tags: BTreeMap<String, String>) -> Result<()> {
        let request = cx.servicediscovery().tag_resource().resource_arn(arn);
        let request = request.set_tags(Some(sdk_tags(tags))).send().await;
        request.named("servicediscovery:TagResource").map(drop)
    }

    async fn remove(cx: &Context, arn: &str, keys: Vec<String>) -> Result<()> {
        let request = cx.servicediscovery().untag_resource().resource_arn(arn);
        let request = request.set_tag_keys(Some(keys)).send().await;
        request.named("servicediscovery:UntagResource").map(drop)
    }
}

/// The tags of a create call.
pub fn for_create(cx: &Context, tags: &ResolvedTags, intent: &IntentId) -> Option<Vec<Tag>> {
    Some(sdk_tags(creation_tags(cx, tags, intent)))
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
