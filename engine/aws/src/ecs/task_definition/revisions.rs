//! Which revisions of task definitions are active: a list of the region's revisions, as long as the list needs fewer calls than describing each revision.
//!
//! Not here: the content of a revision, which never changes.

use std::collections::BTreeSet;

use aws_sdk_ecs::types::TaskDefinitionStatus;

use super::describe;
use crate::prelude::*;
use crate::reads::worthwhile;

/// Active revisions, by ARN.
pub struct Revisions;

impl Query for Revisions {
    type Key = String;
    type Item = ();
    /// One list answers for all keys.
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
        // The list has no filter for several families, so it can have many pages.
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

    /// Reads one revision, because the list is eventually consistent and may not have been read to its end.
    async fn confirm(clients: &Clients, arn: &String) -> Result<Option<()>> {
        Ok(describe(clients, arn).await?.map(drop))
    }
}
