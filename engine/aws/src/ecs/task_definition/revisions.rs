//! Which revisions of task definitions are active: a list of the region's, as long as that is cheaper than describing each.
//!
//! Not here: what is in a revision, which never changes.

use std::collections::BTreeSet;

use aws_sdk_ecs::types::TaskDefinitionStatus;

use super::describe;
use crate::clients::Clients;
use crate::error::{Named, Result};
use crate::reads::{Query, worthwhile};

/// Active revisions, by ARN.
pub struct Revisions;

impl Query for Revisions {
    type Key = String;
    type Item = ();
    /// The list answers all at once.
    const BATCH: usize = 100_000;

    async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, ())>> {
        let mut pages = clients
            .ecs()
            .list_task_definitions()
            .status(TaskDefinitionStatus::Active)
            .max_results(100)
            .into_paginator()
            .send();
        let mut left: BTreeSet<String> = keys.into_iter().collect();
        let mut found = Vec::new();
        // There is no filter for several families.
        for _ in 0..worthwhile(left.len()) {
            let Some(page) = pages.next().await else {
                break;
            };
            let page = page.named("ecs:ListTaskDefinitions")?;
            let listed = page.task_definition_arns.unwrap_or_default().into_iter();
            found.extend(listed.filter(|arn| left.remove(arn)).map(|arn| (arn, ())));
            if left.is_empty() {
                break;
            }
        }
        Ok(found)
    }

    /// The list lags behind, and may not have been read to its end.
    async fn confirm(clients: &Clients, arn: &String) -> Result<Option<()>> {
        Ok(describe(clients, arn).await?.map(drop))
    }
}
