//! Finds all resources with a state's tags, even those that the state does not record: with the Resource Groups Tagging API, and with the services themselves.
//!
//! The tagging API is eventually consistent. It lists deleted resources for hours, and does not list every kind. So it names candidates, and each
//! candidate's service says whether the resource exists.
//! Not here: the use of the result, which the engine decides.

use std::collections::BTreeMap;

use aws_sdk_resourcegroupstagging::types::TagFilter;
use windlass_engine::provider::Tagged;

use crate::clients::Clients;
use crate::error::{Found as _, Named, Result};
use crate::reads::Single as _;
use crate::{ec2, elasticloadbalancingv2, logs, servicediscovery};

/// All resources with all of these tags, from the tagging API.
pub async fn tagged(clients: &Clients, tags: &BTreeMap<String, String>) -> Result<Vec<Tagged>> {
    let filters = tags.iter().map(|(key, value)| {
        let filter = TagFilter::builder().key(key).values(value);
        filter.build()
    });
    let call = clients.tagging().get_resources().resources_per_page(100);
    let call = call.set_tag_filters(Some(filters.collect()));
    let (mut pages, mut found) = (call.into_paginator().send(), Vec::new());
    while let Some(page) = pages.next().await {
        let page = page.named("tag:GetResources")?;
        let listed = page.resource_tag_mapping_list.unwrap_or_default();
        found.extend(listed.into_iter().filter_map(|mapping| {
            let tags = mapping.tags.unwrap_or_default().into_iter();
            Some(Tagged {
                arn: mapping.resource_arn?,
                tags: tags.map(|tag| (tag.key, tag.value)).collect(),
            })
        }));
    }
    Ok(found)
}

/// How many resources of one service Windlass reads one by one, until it finds one that exists.
const ASKED: usize = 5;

/// The first of these resources that its own service shows. Amazon EC2 comes first, because one call reads many.
pub async fn alive(clients: &Clients, found: &[Tagged]) -> Result<Option<Tagged>> {
    let of = |service: &str| -> Vec<&Tagged> {
        let all = found.iter();
        all.filter(|tagged| part(&tagged.arn, 2) == service)
            .collect()
    };
    let in_ec2 = of("ec2");
    let ids = |kind: &str| -> Vec<String> {
        let named = in_ec2
            .iter()
            .filter_map(|tagged| part(&tagged.arn, 5).split_once('/'));
        named
            .filter(|(of, _)| *of == kind)
            .map(|(_, id)| id.to_owned())
            .collect()
    };
    if let Some(id) = ec2::first_alive(clients, ids).await? {
        let tail = format!("/{id}");
        let there = found.iter().find(|tagged| tagged.arn.ends_with(&tail));
        return Ok(there.cloned());
    }
    for service in [
        "elasticloadbalancing",
        "ecs",
        "logs",
        "secretsmanager",
        "servicediscovery",
    ] {
        for tagged in of(service).into_iter().take(ASKED) {
            if is_alive(clients, service, &tagged.arn).await? {
                return Ok(Some(tagged.clone()));
            }
        }
    }
    Ok(None)
}

async fn is_alive(clients: &Clients, service: &str, arn: &str) -> Result<bool> {
    let key = arn.to_owned();
    Ok(match service {
        "elasticloadbalancing" => {
            let tags = elasticloadbalancingv2::tags_of(clients, &[key]).await?;
            !tags.is_empty()
        }
        // An INACTIVE cluster keeps its tags for a while, and so do services and task definitions.
        "ecs" if part(arn, 5).starts_with("cluster/") => {
            let call = clients.ecs().describe_clusters().clusters(arn);
            let answer = call.send().await.named("ecs:DescribeClusters")?;
            let mut found = answer.clusters.unwrap_or_default().into_iter();
            found.any(|cluster| cluster.status.as_deref() == Some("ACTIVE"))
        }
        "logs" => logs::Tags::ask(clients, &key).await?.is_some(),
        "servicediscovery" => servicediscovery::Tags::ask(clients, &key).await?.is_some(),
        "secretsmanager" => {
            let call = clients.secretsmanager().describe_secret().secret_id(arn);
            let secret = call.send().await.named("secretsmanager:DescribeSecret");
            let secret = secret.found()?;
            secret.is_some_and(|secret| secret.deleted_date.is_none())
        }
        _ => false,
    })
}

/// One part of an ARN. The last part, with the type and name of the resource, has number 5.
fn part(arn: &str, number: usize) -> &str {
    arn.splitn(6, ':').nth(number).unwrap_or_default()
}
