//! Tags of services that tell those of one or few resources per call: whether they are as applied is asked for a hundred resources at once, whatever
//! service they belong to, by the Resource Groups Tagging API.
//!
//! That API follows the services with a delay, and the credentials may not be allowed to use it. So it is believed only where it shows all that was
//! applied, whatever else somebody may have added; about everything else the service itself is asked.
//!
//! Not here: changing tags (`tagging`), and services whose own calls tell the tags of many.

use std::collections::BTreeMap;

use aws_sdk_resourcegroupstagging::types::ResourceTagMapping;
use windlass::value::ResolvedTags;
use windlass_engine::provider::ErrorClass;

use crate::clients::Clients;
use crate::error::{Named, Result, invalid};
use crate::observed::Block;
use crate::reads::{Answers, Query, Single as _, Wants};
use crate::{ecs, elasticloadbalancingv2, logs, servicediscovery};

/// The tags of one resource.
type Tags = BTreeMap<String, String>;

/// A resource's ARN, and the tags that it was given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Tagged {
    arn: String,
    applied: Tags,
}

/// Tags by ARN.
struct AppliedTags;

/// Wants the tags of a resource, where the author wrote some and AWS has given its ARN.
pub fn want(arn: &str, applied: &ResolvedTags, wants: &mut Wants) {
    if !applied.0.is_empty() && !arn.is_empty() {
        wants.want::<AppliedTags>(key(arn, applied));
    }
}

/// Adds the tags that were wanted.
pub fn observe(
    block: Block,
    arn: &str,
    applied: &ResolvedTags,
    answers: &Answers,
) -> Result<Block> {
    let tags = answers.get::<AppliedTags>(&key(arn, applied))?;
    Ok(block.tags("Tags", tags.into_iter().flatten()))
}

fn key(arn: &str, applied: &ResolvedTags) -> Tagged {
    Tagged {
        arn: arn.to_owned(),
        applied: applied.0.clone(),
    }
}

impl Query for AppliedTags {
    type Key = Tagged;
    type Item = Tags;
    /// <https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html>
    const BATCH: usize = 100;

    async fn fetch(clients: &Clients, keys: Vec<Tagged>) -> Result<Vec<(Tagged, Tags)>> {
        let arns = keys.iter().map(|key| key.arn.clone()).collect();
        // By ARN there are no pages, and what does not exist is left out.
        let call = clients.tagging().get_resources();
        let call = call.set_resource_arn_list(Some(arns));
        let found = match call.send().await.named("tag:GetResources") {
            Ok(answer) => answer.resource_tag_mapping_list.unwrap_or_default(),
            Err(error) if error.class == ErrorClass::Denied => Vec::new(),
            Err(error) => return Err(error),
        };
        let mut seen: BTreeMap<String, Tags> = found.into_iter().filter_map(pairs).collect();
        let (mut agreed, mut balancing) = (Vec::new(), BTreeMap::new());
        for key in keys {
            let tags = seen.remove(&key.arn).filter(|tags| {
                let mut applied = key.applied.iter();
                applied.all(|(name, value)| tags.get(name) == Some(value))
            });
            match tags {
                Some(tags) => agreed.push((key, tags)),
                None if service(&key.arn) == Some(BALANCING) => {
                    balancing.insert(key.arn.clone(), key);
                }
                None => {}
            }
        }
        // It tells those of several. Where it refuses, `confirm` asks again and says so.
        let arns: Vec<String> = balancing.keys().cloned().collect();
        let tags = elasticloadbalancingv2::tags_of(clients, &arns).await;
        let tags = tags.unwrap_or_default().into_iter();
        agreed.extend(tags.filter_map(|(arn, tags)| Some((balancing.remove(&arn)?, tags))));
        Ok(agreed)
    }

    async fn confirm(clients: &Clients, key: &Tagged) -> Result<Option<Tags>> {
        match service(&key.arn) {
            Some(BALANCING) => {
                let arn = std::slice::from_ref(&key.arn);
                let tags = elasticloadbalancingv2::tags_of(clients, arn).await?;
                Ok(tags.into_iter().next().map(|(_, tags)| tags))
            }
            Some("ecs") => ecs::Tags::ask(clients, &key.arn).await,
            Some("logs") => logs::Tags::ask(clients, &key.arn).await,
            Some("servicediscovery") => servicediscovery::Tags::ask(clients, &key.arn).await,
            _ => Err(invalid(
                "tag:GetResources",
                format!("nothing else tells the tags of `{}`", key.arn),
            )),
        }
    }
}

const BALANCING: &str = "elasticloadbalancing";

/// The service that an ARN is of.
fn service(arn: &str) -> Option<&str> {
    arn.split(':').nth(2)
}

/// A resource's ARN and its tags.
fn pairs(mapping: ResourceTagMapping) -> Option<(String, Tags)> {
    let tags = mapping.tags.unwrap_or_default().into_iter();
    let tags = tags.map(|tag| (tag.key, tag.value)).collect();
    Some((mapping.resource_arn?, tags))
}
