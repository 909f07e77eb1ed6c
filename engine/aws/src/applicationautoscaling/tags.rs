//! Application Auto Scaling's tags, which only scalable targets have.

use std::collections::BTreeMap;

use crate::prelude::*;
use crate::tagging::Tagging;

/// Tags by ARN.
pub struct Tags;

impl Single for Tags {
    type Key = String;
    type Item = BTreeMap<String, String>;

    async fn ask(clients: &Clients, arn: &String) -> Result<Option<Self::Item>> {
        let call = clients.application_autoscaling().list_tags_for_resource();
        let answer = call.resource_arn(arn).send().await;
        let answer = answer
            .named("application-autoscaling:ListTagsForResource")
            .found()?;
        Ok(answer.map(|answer| answer.tags.unwrap_or_default().into_iter().collect()))
    }
}

impl Tagging for Tags {
    async fn set(cx: &Context, arn: &str, tags: BTreeMap<String, String>) -> Result<()> {
        let call = cx.application_autoscaling().tag_resource();
        let call = call.resource_arn(arn);
        let call = call.set_tags(Some(tags.into_iter().collect())).send().await;
        call.named("application-autoscaling:TagResource").map(drop)
    }

    async fn remove(cx: &Context, arn: &str, keys: Vec<String>) -> Result<()> {
        let call = cx.application_autoscaling().untag_resource();
        let call = call.resource_arn(arn);
        let call = call.set_tag_keys(Some(keys)).send().await;
        call.named("application-autoscaling:UntagResource")
            .map(drop)
    }
}
