//! CloudWatch Logs' tags, by ARN without `:*`.

use std::collections::BTreeMap;

use crate::prelude::*;
use crate::tagging::Tagging;

/// Tags by ARN.
pub struct Tags;

impl Single for Tags {
    type Key = String;
    type Item = BTreeMap<String, String>;

    async fn ask(clients: &Clients, arn: &String) -> Result<Option<Self::Item>> {
        let call = clients.logs().list_tags_for_resource().resource_arn(arn);
        let answer = call.send().await.named("logs:ListTagsForResource");
        let answer = answer.found()?;
        Ok(answer.map(|answer| answer.tags.unwrap_or_default().into_iter().collect()))
    }
}

impl Tagging for Tags {
    async fn set(cx: &Context, arn: &str, tags: BTreeMap<String, String>) -> Result<()> {
        let call = cx.logs().tag_resource().resource_arn(arn);
        let call = call.set_tags(Some(tags.into_iter().collect())).send().await;
        call.named("logs:TagResource").map(drop)
    }

    async fn remove(cx: &Context, arn: &str, keys: Vec<String>) -> Result<()> {
        let call = cx.logs().untag_resource().resource_arn(arn);
        let call = call.set_tag_keys(Some(keys)).send().await;
        call.named("logs:UntagResource").map(drop)
    }
}
