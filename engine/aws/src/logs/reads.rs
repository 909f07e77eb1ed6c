//! Reads of log groups: one call reads many groups. Properties that no list returns need one call for each group.

use std::collections::BTreeSet;

use aws_sdk_cloudwatchlogs::types::{IndexSource, LogGroup, PolicyScope, ResourcePolicy};
use serde_json::Value;

use crate::prelude::*;
use crate::reads::pages;

/// Log groups by name.
pub struct LogGroups;

impl Query for LogGroups {
    type Key = String;
    type Item = LogGroup;
    /// How many log groups one call names.
    const BATCH: usize = 50;

    async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, LogGroup)>> {
        let wanted: BTreeSet<String> = keys.iter().cloned().collect();
        let call = clients
            .logs()
            .describe_log_groups()
            .set_log_group_identifiers(Some(keys));
        let mut pages = call.into_paginator().items().send();
        let mut found = Vec::new();
        while let Some(group) = pages.next().await {
            let group = group.named("logs:DescribeLogGroups")?;
            let name = group
                .log_group_name
                .clone()
                .filter(|name| wanted.contains(name));
            found.extend(name.map(|name| (name, group)));
        }
        Ok(found)
    }
}

/// The data protection policies (masked data) of log groups, by name.
pub struct DataProtection;

impl Single for DataProtection {
    type Key = String;
    type Item = Value;

    async fn ask(clients: &Clients, name: &String) -> Result<Option<Value>> {
        let call = clients.logs().get_data_protection_policy();
        let call = call.log_group_identifier(name).send().await;
        let answer = call.named("logs:GetDataProtectionPolicy").found()?;
        Ok(answer.and_then(|answer| json(answer.policy_document.as_deref())))
    }
}

/// The index policies of log groups, by name: the indexed fields that a log group itself has. The account's index policies apply in addition.
pub struct IndexPolicies;

impl Single for IndexPolicies {
    type Key = String;
    type Item = Value;

    async fn ask(clients: &Clients, name: &String) -> Result<Option<Value>> {
        let call = clients.logs().describe_index_policies();
        let call = call.log_group_identifiers(name);
        let policies = pages(async |token| {
            let page = call.clone().set_next_token(token).send().await;
            let page = page.named("logs:DescribeIndexPolicies")?;
            Ok((page.index_policies, page.next_token))
        });
        let policies = policies.await.found()?.unwrap_or_default();
        let mut own = policies
            .iter()
            .filter(|p| p.source != Some(IndexSource::Account));
        Ok(own.find_map(|policy| json(policy.policy_document.as_deref())))
    }
}

/// The policies of log groups, by ARN without `:*`.
pub struct ResourcePolicies;

impl Single for ResourcePolicies {
    type Key = String;
    type Item = ResourcePolicy;

    async fn ask(clients: &Clients, arn: &String) -> Result<Option<ResourcePolicy>> {
        resource_policy(clients, arn).await
    }
}

/// The policy of a log group, if it has one.
pub async fn resource_policy(clients: &Clients, arn: &str) -> Result<Option<ResourcePolicy>> {
    let call = clients
        .logs()
        .describe_resource_policies()
        .resource_arn(arn);
    let call = call.policy_scope(PolicyScope::Resource);
    let policies = pages(async |token| {
        let page = call.clone().set_next_token(token).send().await;
        let page = page.named("logs:DescribeResourcePolicies")?;
        Ok((page.resource_policies, page.next_token))
    });
    let mut policies = policies.await.found()?.unwrap_or_default().into_iter();
    Ok(policies.find(|policy| policy.resource_arn.as_deref().is_none_or(|of| of == arn)))
}

/// A document as JSON. A text that is not JSON stays a text, so that it shows as a difference instead of an error.
pub fn json(text: Option<&str>) -> Option<Value> {
    let text = text?;
    Some(serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned())))
}
