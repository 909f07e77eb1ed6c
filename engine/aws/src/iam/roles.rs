//! How roles are read, for all kinds that look at them: a few by themselves, many by the two lists that hold everything of all roles.
//!
//! Not here: what a kind makes of a role.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::types::{EntityType, Role, RoleDetail};
use serde_json::Value;

use super::documents;
use crate::clients::Clients;
use crate::error::{Found, Named, Result};
use crate::reads::Query;

/// A part of a role that has a call of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The role itself with its tags.
    Role,
    /// The ARNs of its managed policies.
    Attached,
    /// One inline policy, by name.
    Inline(String),
}

/// What AWS says about a part.
#[derive(Debug, Clone)]
pub enum Answer {
    /// [`Part::Role`].
    Role(Box<Role>),
    /// [`Part::Attached`].
    Attached(BTreeSet<String>),
    /// [`Part::Inline`].
    Inline(Value),
}

/// Parts of roles, by the role's name.
pub struct Roles;

/// Up to so many roles, asking for each part is cheaper than listing all roles of the account.
const FEW: usize = 4;

impl Query for Roles {
    type Key = (String, Part);
    type Item = Answer;
    /// The lists answer all at once.
    const BATCH: usize = 10_000;

    async fn fetch(clients: &Clients, keys: Vec<Self::Key>) -> Result<Vec<(Self::Key, Answer)>> {
        let roles: BTreeSet<&String> = keys.iter().map(|(role, _)| role).collect();
        if roles.len() > FEW {
            return listed(clients, &keys).await;
        }
        let answers = keys.iter().map(|key| one(clients, key));
        let answers = futures::future::try_join_all(answers).await?;
        Ok(keys
            .into_iter()
            .zip(answers)
            .filter_map(|(key, answer)| Some((key, answer?)))
            .collect())
    }

    /// The lists lag behind by more than the calls for one role do.
    async fn confirm(clients: &Clients, key: &Self::Key) -> Result<Option<Answer>> {
        one(clients, key).await
    }
}

async fn one(clients: &Clients, (role, part): &(String, Part)) -> Result<Option<Answer>> {
    match part {
        Part::Role => Ok(role_named(clients, role)
            .await?
            .map(|role| Answer::Role(Box::new(role)))),
        Part::Attached => attached(clients, role).await.found(),
        Part::Inline(name) => {
            let call = clients
                .iam()
                .get_role_policy()
                .role_name(role)
                .policy_name(name);
            let answer = call.send().await.named("iam:GetRolePolicy").found()?;
            Ok(answer.map(|answer| Answer::Inline(documents::value(&answer.policy_document))))
        }
    }
}

/// A role with its tags, if there is one of that name.
pub async fn role_named(clients: &Clients, name: &str) -> Result<Option<Role>> {
    let call = clients.iam().get_role().role_name(name);
    let answer = call.send().await.named("iam:GetRole").found()?;
    Ok(answer.and_then(|answer| answer.role))
}

async fn attached(clients: &Clients, role: &str) -> Result<Answer> {
    let call = clients.iam().list_attached_role_policies().role_name(role);
    let mut pages = call.into_paginator().items().send();
    let mut arns = BTreeSet::new();
    while let Some(policy) = pages.next().await {
        arns.extend(policy.named("iam:ListAttachedRolePolicies")?.policy_arn);
    }
    Ok(Answer::Attached(arns))
}

/// GetAccountAuthorizationDetails holds everything but the description and the session's length; ListRoles holds those.
async fn listed(
    clients: &Clients,
    keys: &[(String, Part)],
) -> Result<Vec<((String, Part), Answer)>> {
    let wanted: BTreeSet<&str> = keys.iter().map(|(role, _)| role.as_str()).collect();
    let (details, roles) =
        futures::future::try_join(details(clients, &wanted), roles(clients, &wanted)).await?;
    let answer = |(name, part): &(String, Part)| {
        let detail = details.get(name)?;
        Some(match part {
            Part::Role => {
                let mut role = roles.get(name)?.clone();
                role.tags.clone_from(&detail.tags);
                role.permissions_boundary
                    .clone_from(&detail.permissions_boundary);
                Answer::Role(Box::new(role))
            }
            Part::Attached => Answer::Attached(
                detail
                    .attached_managed_policies()
                    .iter()
                    .filter_map(|policy| policy.policy_arn.clone())
                    .collect(),
            ),
            Part::Inline(name) => {
                let mut policies = detail.role_policy_list().iter();
                let policy = policies.find(|policy| policy.policy_name.as_ref() == Some(name))?;
                Answer::Inline(documents::value(policy.policy_document.as_deref()?))
            }
        })
    };
    Ok(keys
        .iter()
        .filter_map(|key| Some((key.clone(), answer(key)?)))
        .collect())
}

async fn details(
    clients: &Clients,
    wanted: &BTreeSet<&str>,
) -> Result<BTreeMap<String, RoleDetail>> {
    let call = clients.iam().get_account_authorization_details();
    let mut pages = call
        .filter(EntityType::Role)
        .max_items(1_000)
        .into_paginator()
        .send();
    let mut found = BTreeMap::new();
    while let Some(page) = pages.next().await {
        let page = page.named("iam:GetAccountAuthorizationDetails")?;
        for role in page.role_detail_list.unwrap_or_default() {
            if let Some(name) = role
                .role_name
                .clone()
                .filter(|name| wanted.contains(name.as_str()))
            {
                found.insert(name, role);
            }
        }
    }
    Ok(found)
}

async fn roles(clients: &Clients, wanted: &BTreeSet<&str>) -> Result<BTreeMap<String, Role>> {
    let mut pages = clients
        .iam()
        .list_roles()
        .max_items(1_000)
        .into_paginator()
        .items()
        .send();
    let mut found = BTreeMap::new();
    while let Some(role) = pages.next().await {
        let role = role.named("iam:ListRoles")?;
        if wanted.contains(role.role_name.as_str()) {
            found.insert(role.role_name.clone(), role);
        }
    }
    Ok(found)
}
