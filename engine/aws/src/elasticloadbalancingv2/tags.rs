//! Elastic Load Balancing's tags, and how they prove who made a resource.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::types::Tag;
use windlass::value::ResolvedTags;
use windlass_state::identity::INTENT_TAG;

use super::read::BATCH;
use crate::error::exists;
use crate::lifecycle::creation_tags;
use crate::prelude::*;
use crate::reads::{all_or_each, chunks, few_at_once};
use crate::tagging::Tagging;

/// The visibility window: how many seconds after a create a list may still hide the new resource.
pub const VISIBLE_WITHIN: u64 = 60;

/// Elastic Load Balancing's calls for tags.
pub struct Tags;

/// The tags of those resources that exist, by ARN.
pub async fn tags_of(
    clients: &Clients,
    arns: &[String],
) -> Result<Vec<(String, BTreeMap<String, String>)>> {
    let asked = chunks(arns, BATCH).map(|arns| {
        all_or_each(arns, |arns| async {
            let call = clients.elbv2().describe_tags();
            let answer = call.set_resource_arns(Some(arns)).send().await;
            let answer = answer.named("elasticloadbalancing:DescribeTags")?;
            let described = answer.tag_descriptions.unwrap_or_default().into_iter();
            let tags = described.filter_map(|of| Some((of.resource_arn?, pairs(of.tags))));
            Ok(tags.collect())
        })
    });
    let answers = few_at_once(asked).await;
    let answers: Result<Vec<Vec<_>>> = answers.into_iter().collect();
    Ok(answers?.into_iter().flatten().collect())
}

impl Tagging for Tags {
    async fn set(cx: &Context, arn: &str, tags: BTreeMap<String, String>) -> Result<()> {
        let request = cx.elbv2().add_tags().resource_arns(arn);
        let request = request.set_tags(Some(sdk_tags(tags))).send().await;
        request.named("elasticloadbalancing:AddTags").map(drop)
    }

    async fn remove(cx: &Context, arn: &str, keys: Vec<String>) -> Result<()> {
        let request = cx.elbv2().remove_tags().resource_arns(arn);
        let request = request.set_tag_keys(Some(keys)).send().await;
        request.named("elasticloadbalancing:RemoveTags").map(drop)
    }
}

fn pairs(tags: Option<Vec<Tag>>) -> BTreeMap<String, String> {
    tags.unwrap_or_default()
        .into_iter()
        .filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())))
        .collect()
}

/// The tags of a create call.
pub fn for_create(cx: &Context, tags: &ResolvedTags, intent: &IntentId) -> Option<Vec<Tag>> {
    Some(sdk_tags(creation_tags(cx, tags, intent)))
}

fn sdk_tags(tags: BTreeMap<String, String>) -> Vec<Tag> {
    tags.into_iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect()
}

/// Refuses a create if another owner's resource is already in its place. If the settings are equal, Elastic Load Balancing answers a create with the
/// existing resource, even if it belongs to another owner. A later delete would then remove that owner's resource. Terraform checks first for the
/// same reason: hashicorp/terraform-provider-aws#26977.
pub async fn refuse_anothers(
    cx: &Context,
    operation: &'static str,
    there: Option<Made>,
) -> Result<()> {
    let Some(made) = there else {
        return Ok(());
    };
    let tags = tags_of(cx, std::slice::from_ref(&made.id)).await?;
    match tags.first() {
        Some((_, tags)) if !cx.owns(tags) => Err(exists(operation, &made.id)),
        // The resource is gone by now, or this state made it.
        _ => Ok(()),
    }
}

/// Judges the resource in the place of a lost create: it is ours if it carries the intent's tag.
pub async fn judge(cx: &Context, found: Option<Made>, intent: &IntentId) -> Result<FoundOne> {
    let Some(made) = found else {
        return Ok(FoundOne::Nothing {
            visible_within: VISIBLE_WITHIN,
        });
    };
    let tags = tags_of(cx, std::slice::from_ref(&made.id)).await?;
    let ours = tags
        .iter()
        .any(|(_, tags)| tags.get(INTENT_TAG) == Some(&intent.0));
    Ok(if ours {
        FoundOne::Ours(made)
    } else {
        FoundOne::Foreign(made.id)
    })
}
