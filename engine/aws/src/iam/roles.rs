//! Reads of roles, for all kinds that need them: a few roles with one call each, many with lists. GetAccountAuthorizationDetails returns everything
//! except `Description` and `MaxSessionDuration`. Windlass reads these two separately, and only if the author wrote one of them.
//!
//! Not here: the conversion of the answers.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::types::{EntityType, Role, RoleDetail};
use serde_json::Value;

use super::documents;
use crate::prelude::*;
use crate::reads::{FEW, worthwhile};

/// A part of a role that has its own call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The role itself, with its tags.
    Role,
    /// The role with its description and its session duration.
    Described,
    /// The ARNs of its managed policies.
    Attached,
    /// One inline policy, by name.
    Inline(String),
}

/// AWS's answer about a part.
#[derive(Debug, Clone)]
pub enum Answer {
    /// The answer to [`Part::Role`] and [`Part::Described`].
    Role(Box<Role>),
    /// The answer to [`Part::Attached`].
    Attached(BTreeSet<String>),
    /// The answer to [`Part::Inline`].
    Inline(Value),
}

/// Parts of roles, by the role's name.
pub struct Roles;

impl Query for Roles {
    type Key = (String, Part);
    type Item = Answer;
    /// The lists answer for all keys.
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

    /// Reads one part, because the lists lag more than the calls for one role.
    async fn confirm(clients: &Clients, key: &Self::Key) -> Result<Option<Answer>> {
        one(clients, key).await
    }
}

async fn one(clients: &Clients, (role, part): &(String, Part)) -> Result<Option<Answer>> {
    match part {
        Part::Role | Part::Described => Ok(role_named(clients, role)
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

async fn listed(
    clients: &Clients,
    keys: &[(String, Part)],
) -> Result<Vec<((String, Part), Answer)>> {
    let wanted: BTreeSet<&str> = keys.iter().map(|(role, _)| role.as_str()).collect();
    let described = keys.iter().filter(|(_, part)| *part == Part::Described);
    let described: BTreeSet<&str> = described.map(|(role, _)| role.as_str()).collect();
    let details = details(clients, &wanted, worthwhile(keys.len()));
    let (details, described) =
        futures::future::try_join(details, descriptions(clients, &described)).await?;
    let answer = |(name, part): &(String, Part)| {
        let detail = details.get(name)?;
        Some(match part {
            Part::Role => Answer::Role(Box::new(role_of(detail, None)?)),
            Part::Described => {
                let described = described.get(name)?;
                Answer::Role(Box::new(role_of(detail, Some(described))?))
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

/// The members of a role that both lists return.
fn role_of(detail: &RoleDetail, described: Option<&Role>) -> Option<Role> {
    let role = Role::builder()
        .set_path(detail.path.clone())
        .set_role_name(detail.role_name.clone())
        .set_role_id(detail.role_id.clone())
        .set_arn(detail.arn.clone())
        .set_create_date(detail.create_date)
        .set_assume_role_policy_document(detail.assume_role_policy_document.clone())
        .set_permissions_boundary(detail.permissions_boundary.clone())
        .set_tags(detail.tags.clone())
        .set_description(described.and_then(|role| role.description.clone()))
        .set_max_session_duration(described.and_then(|role| role.max_session_duration));
    role.build().ok()
}

async fn details(
    clients: &Clients,
    wanted: &BTreeSet<&str>,
    worthwhile: usize,
) -> Result<BTreeMap<String, RoleDetail>> {
    let call = clients.iam().get_account_authorization_details();
    let mut pages = call
        .filter(EntityType::Role)
        .max_items(1_000)
        .into_paginator()
        .send();
    let mut found = BTreeMap::new();
    for _ in 0..worthwhile {
        let Some(page) = pages.next().await else {
            break;
        };
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
        if found.len() == wanted.len() {
            break;
        }
    }
    Ok(found)
}

/// Roles with their descriptions.
async fn descriptions(
    clients: &Clients,
    wanted: &BTreeSet<&str>,
) -> Result<BTreeMap<String, Role>> {
    if wanted.len() <= FEW {
        let roles = wanted.iter().map(|name| role_named(clients, name));
        let roles = futures::future::try_join_all(roles).await?.into_iter();
        return Ok(roles
            .flatten()
            .map(|role| (role.role_name.clone(), role))
            .collect());
    }
    let mut pages = clients
        .iam()
        .list_roles()
        .max_items(1_000)
        .into_paginator()
        .send();
    let mut found = BTreeMap::new();
    for _ in 0..worthwhile(wanted.len()) {
        let Some(page) = pages.next().await else {
            break;
        };
        let ours = page.named("iam:ListRoles")?.roles.into_iter();
        let ours = ours.filter(|role| wanted.contains(role.role_name.as_str()));
        found.extend(ours.map(|role| (role.role_name.clone(), role)));
        if found.len() == wanted.len() {
            break;
        }
    }
    Ok(found)
}
