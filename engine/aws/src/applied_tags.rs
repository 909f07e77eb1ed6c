//! Reads tags of many resources at once: one call to the Resource Groups Tagging API asks about a hundred resources of any service. It serves
//! services whose own call returns the tags of one or few resources.
//!
//! The tagging API is eventually consistent, and the credentials may not be allowed to use it. So Windlass believes its answer only if the answer
//! shows all applied tags; additional tags do not matter. In every other case Windlass asks the service itself.
//!
//! Not here: changing tags (`tagging`), and services whose own calls return the tags of many resources.

use std::collections::BTreeMap;

use windlass::value::ResolvedTags;
use windlass_engine::provider::ErrorClass;

use crate::clients::Clients;
use crate::error::{Named, Result, invalid};
use crate::observed::Block;
use crate::reads::{Answers, Query, Single as _, Wants, chunks, few_at_once};
use crate::{applicationautoscaling, ecs, elasticloadbalancingv2, logs, servicediscovery};

/// The tags of one resource.
type Tags = BTreeMap<String, String>;

/// How many ARNs one call takes: <https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html>.
const BATCH: usize = 100;

/// The tags that the tagging API shows for these ARNs; empty if the credentials may not use the API. The answer can lack a resource that was created
/// a moment ago, and can still show one that was deleted a moment ago.
pub async fn shown(clients: &Clients, arns: &[String]) -> Result<BTreeMap<String, Tags>> {
    let asked = chunks(arns, BATCH).map(|arns| async {
        // A call by ARN has no pagination, and AWS leaves out ARNs that do not exist.
        let call = clients.tagging().get_resources();
        let call = call.set_resource_arn_list(Some(arns));
        match call.send().await.named("tag:GetResources") {
            Ok(answer) => Ok(answer.resource_tag_mapping_list.unwrap_or_default()),
            Err(error) if error.class == ErrorClass::Denied => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    });
    let found: Result<Vec<_>> = few_at_once(asked).await.into_iter().collect();
    let tagged = found?.into_iter().flatten().filter_map(|mapping| {
        let tags = mapping.tags.unwrap_or_default().into_iter();
        let tags = tags.map(|tag| (tag.key, tag.value)).collect();
        Some((mapping.resource_arn?, tags))
    });
    Ok(tagged.collect())
}

/// A resource's ARN, and the tags that Windlass applied.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Tagged {
    arn: String,
    applied: Tags,
}

impl Tagged {
    /// Whether `tags` contain all applied tags. Additional tags do not matter.
    fn agrees(&self, tags: &Tags) -> bool {
        let mut applied = self.applied.iter();
        applied.all(|(name, value)| tags.get(name) == Some(value))
    }
}

/// Tags by ARN, compared with the applied tags.
struct AppliedTags;

/// Asks for the tags of a resource, if the author wrote tags and AWS has returned the ARN.
pub fn want(arn: &str, applied: &ResolvedTags, wants: &mut Wants) {
    if !applied.0.is_empty() && !arn.is_empty() {
        wants.want::<AppliedTags>(key(arn, applied));
    }
}

/// Adds the observed tags. Before AWS has given the ARN, no API can read them, so the tags that the create call sent count as observed.
pub fn observe(
    block: Block,
    arn: &str,
    applied: &ResolvedTags,
    answers: &Answers,
) -> Result<Block> {
    if arn.is_empty() {
        return Ok(block.tags("Tags", &applied.0));
    }
    let tags = answers.get::<AppliedTags>(&key(arn, applied))?;
    Ok(block.tags("Tags", tags.into_iter().flatten().flatten()))
}

fn key(arn: &str, applied: &ResolvedTags) -> Tagged {
    Tagged {
        arn: arn.to_owned(),
        applied: applied.0.clone(),
    }
}

impl Query for AppliedTags {
    type Key = Tagged;
    /// `None` if there is no such resource.
    type Item = Option<Tags>;
    const BATCH: usize = BATCH;

    async fn fetch(clients: &Clients, keys: Vec<Tagged>) -> Result<Vec<(Tagged, Option<Tags>)>> {
        let arns: Vec<String> = keys.iter().map(|key| key.arn.clone()).collect();
        let mut seen = shown(clients, &arns).await?;
        let (mut told, mut differ, mut hidden) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        for key in keys {
            let tags = seen.remove(&key.arn);
            match tags.as_ref().map(|tags| key.agrees(tags)) {
                Some(true) => told.push((key, tags)),
                _ if service(&key.arn) != Some(BALANCING) => {}
                Some(false) => drop(differ.insert(key.arn.clone(), key)),
                None => drop(hidden.insert(key.arn.clone(), key)),
            }
        }
        // Elastic Load Balancing answers for several resources per call, but refuses the whole call if one of them is gone. A resource that the tagging API
        // showed is rarely gone, so `differ` and `hidden` are separate calls. If a call fails, `confirm` asks for each resource again and reports the error.
        let asked = [differ, hidden].map(|of| async {
            let arns: Vec<String> = of.keys().cloned().collect();
            let tags = elasticloadbalancingv2::tags_of(clients, &arns).await;
            let mut tags: BTreeMap<String, Tags> = tags.ok()?.into_iter().collect();
            let told = of.into_iter();
            Some(told.map(move |(arn, key)| (key, tags.remove(&arn))))
        });
        let asked = futures::future::join_all(asked).await;
        told.extend(asked.into_iter().flatten().flatten());
        Ok(told)
    }

    async fn confirm(clients: &Clients, key: &Tagged) -> Result<Option<Option<Tags>>> {
        let tags = match service(&key.arn) {
            Some(BALANCING) => {
                let arn = std::slice::from_ref(&key.arn);
                let tags = elasticloadbalancingv2::tags_of(clients, arn).await?;
                tags.into_iter().next().map(|(_, tags)| tags)
            }
            Some("application-autoscaling") => {
                applicationautoscaling::Tags::ask(clients, &key.arn).await?
            }
            Some("ecs") => ecs::Tags::ask(clients, &key.arn).await?,
            Some("logs") => logs::Tags::ask(clients, &key.arn).await?,
            Some("servicediscovery") => servicediscovery::Tags::ask(clients, &key.arn).await?,
            _ => {
                return Err(invalid(
                    "tag:GetResources",
                    format!("nothing else tells the tags of `{}`", key.arn),
                ));
            }
        };
        Ok(Some(tags))
    }
}

const BALANCING: &str = "elasticloadbalancing";

/// The service in an ARN.
fn service(arn: &str) -> Option<&str> {
    arn.split(':').nth(2)
}
