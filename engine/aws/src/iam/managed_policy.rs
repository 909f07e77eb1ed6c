//! The life cycle of `AWS::IAM::ManagedPolicy`. A change of the document is a new version that comes into force at once; of five versions
//! the oldest that is not in force goes first. Carriers are attached one call each.
//!
//! Carriers that its own spec never listed are neither observed nor removed.

use std::collections::BTreeSet;

use aws_sdk_iam::types::{EntityType, ManagedPolicyDetail, Policy, PolicyScopeType, PolicyVersion};
use serde_json::Value;
use windlass::aws::iam::{ManagedPolicy, ManagedPolicyChange, ManagedPolicyResolved};
use windlass_engine::provider::{Deletion, Outputs};
use windlass_state::identity::IntentId;

use super::{VISIBLE_WITHIN, documents, tags};
use crate::clients::Clients;
use crate::error::{Found as _, Named, Result, incomplete};
use crate::lifecycle::{Context, FoundOne, Lifecycle, Made, Subject};
use crate::observed::{Block, Observed, outputs};
use crate::reads::{Answers, Query, Single, Wants, worthwhile};
use crate::registry::lives;

lives!(ManagedPolicy => ManagedPolicyLifecycle);

pub struct ManagedPolicyLifecycle;

/// Versions of a policy that AWS keeps.
const VERSIONS: usize = 5;

/// Calls that one policy takes by itself.
const CALLS: usize = 2;

/// A policy with the document in force.
type InForce = (Policy, Value);

/// Policies by ARN, with the document in force: a few by themselves, many by the account's list.
struct Policies;

impl Query for Policies {
    type Key = String;
    type Item = InForce;
    /// The list answers all at once.
    const BATCH: usize = 10_000;

    async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, InForce)>> {
        let wanted: BTreeSet<String> = keys.into_iter().collect();
        let call = clients.iam().get_account_authorization_details();
        let mut pages = call
            .filter(EntityType::LocalManagedPolicy)
            .max_items(1_000)
            .into_paginator()
            .send();
        let mut found = Vec::new();
        for _ in 0..worthwhile(wanted.len() * CALLS) {
            let Some(page) = pages.next().await else {
                break;
            };
            let page = page.named("iam:GetAccountAuthorizationDetails")?;
            let policies = page.policies.unwrap_or_default().into_iter();
            let ours = policies.filter_map(in_force);
            found.extend(ours.filter(|(arn, _)| wanted.contains(arn)));
            if found.len() == wanted.len() {
                break;
            }
        }
        Ok(found)
    }

    /// The list lags behind, and may not have been read to its end.
    async fn confirm(clients: &Clients, arn: &String) -> Result<Option<InForce>> {
        let Some(policy) = policy(clients, arn).await? else {
            return Ok(None);
        };
        let version = policy.default_version_id.clone().unwrap_or_default();
        let call = clients.iam().get_policy_version().policy_arn(arn);
        let answer = call.version_id(version).send().await;
        let answer = answer.named("iam:GetPolicyVersion").found()?;
        let document = answer.and_then(|answer| answer.policy_version?.document);
        let document = document.map_or(Value::Null, |text| documents::value(&text));
        Ok(Some((policy, document)))
    }
}

/// A policy of the account's list, by its ARN.
fn in_force(detail: ManagedPolicyDetail) -> Option<(String, InForce)> {
    let arn = detail.arn.clone()?;
    let mut versions = detail.policy_version_list().iter();
    let version = versions.find(|version| version.is_default_version)?;
    let document = documents::value(version.document()?);
    let policy = Policy::builder()
        .arn(&arn)
        .set_policy_name(detail.policy_name)
        .set_policy_id(detail.policy_id)
        .set_path(detail.path)
        .set_default_version_id(detail.default_version_id)
        .set_attachment_count(detail.attachment_count)
        .set_permissions_boundary_usage_count(detail.permissions_boundary_usage_count)
        .is_attachable(detail.is_attachable)
        .set_description(detail.description)
        .set_create_date(detail.create_date)
        .set_update_date(detail.update_date)
        .build();
    Some((arn, (policy, document)))
}

/// Who carries a policy.
#[derive(Debug, Default)]
struct Carriers {
    groups: BTreeSet<String>,
    roles: BTreeSet<String>,
    users: BTreeSet<String>,
}

impl Carriers {
    /// `role web`, `user jo`.
    fn named(&self) -> Vec<String> {
        let of = |what: &'static str, names: &BTreeSet<String>| -> Vec<String> {
            names.iter().map(|name| format!("{what} {name}")).collect()
        };
        [
            of("role", &self.roles),
            of("user", &self.users),
            of("group", &self.groups),
        ]
        .concat()
    }
}

/// Who carries policies, by the policies' ARNs.
struct Carried;

impl Single for Carried {
    type Key = String;
    type Item = Carriers;

    async fn ask(clients: &Clients, arn: &String) -> Result<Option<Carriers>> {
        let call = clients.iam().list_entities_for_policy().policy_arn(arn);
        let mut pages = call.into_paginator().send();
        let mut carriers = Carriers::default();
        while let Some(page) = pages.next().await {
            let Some(page) = page.named("iam:ListEntitiesForPolicy").found()? else {
                break;
            };
            let groups = page.policy_groups.unwrap_or_default();
            carriers
                .groups
                .extend(groups.into_iter().filter_map(|g| g.group_name));
            let roles = page.policy_roles.unwrap_or_default();
            carriers
                .roles
                .extend(roles.into_iter().filter_map(|r| r.role_name));
            let users = page.policy_users.unwrap_or_default();
            carriers
                .users
                .extend(users.into_iter().filter_map(|u| u.user_name));
        }
        Ok(Some(carriers))
    }
}

impl Lifecycle for ManagedPolicyLifecycle {
    type Kind = ManagedPolicy;
    const DELETION: Deletion = Deletion::AtOnce;

    fn after_create(spec: &ManagedPolicyResolved) -> Vec<ManagedPolicyChange> {
        [
            (spec.groups.is_empty(), ManagedPolicyChange::Groups),
            (spec.roles.is_empty(), ManagedPolicyChange::Roles),
            (spec.users.is_empty(), ManagedPolicyChange::Users),
        ]
        .into_iter()
        .filter_map(|(empty, change)| (!empty).then_some(change))
        .collect()
    }

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        wants.want::<Policies>(subject.id.clone());
        if !Self::after_create(&subject.applied).is_empty() {
            wants.want::<Carried>(subject.id.clone());
        }
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let Some((policy, document)) = answers.get::<Policies>(&subject.id)? else {
            return Ok(None);
        };
        let none = Carriers::default();
        let carriers = answers.get::<Carried>(&subject.id)?.unwrap_or(&none);
        let own = &subject.applied;
        let groups = own
            .groups
            .iter()
            .filter(|name| carriers.groups.contains(name.as_str()));
        let roles = own
            .roles
            .iter()
            .filter(|name| carriers.roles.contains(name.as_str()));
        let users = own
            .users
            .iter()
            .filter(|name| carriers.users.contains(name.as_str()));
        let properties = Block::new()
            .set(
                "Description",
                policy.description.as_ref().filter(|text| !text.is_empty()),
            )
            .list("Groups", groups)
            .set("ManagedPolicyName", policy.policy_name.as_ref())
            .set("Path", policy.path.as_ref())
            .set("PolicyDocument", Some(document))
            .list("Roles", roles)
            .list("Users", users);
        Ok(Some(Observed {
            properties,
            outputs: attributes(policy),
        }))
    }

    async fn create(cx: &Context, spec: &ManagedPolicyResolved, intent: &IntentId) -> Result<Made> {
        const OPERATION: &str = "iam:CreatePolicy";
        let answer = cx
            .iam()
            .create_policy()
            .set_policy_name(spec.managed_policy_name.clone())
            .set_path(spec.path.clone())
            .set_description(spec.description.clone())
            .policy_document(documents::text(&spec.policy_document))
            .set_tags(Some(tags::alone(cx, intent)))
            .send()
            .await
            .named(OPERATION)?;
        let policy = answer.policy.as_ref().and_then(made);
        policy.ok_or_else(|| incomplete(OPERATION, "policy ARN"))
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &ManagedPolicyResolved,
        changes: &[ManagedPolicyChange],
    ) -> Result<Outputs> {
        let mut new = Outputs::new();
        let from = &subject.applied;
        let arn = &subject.id;
        for change in changes {
            match change {
                ManagedPolicyChange::PolicyDocument => new = new_version(cx, arn, to).await?,
                ManagedPolicyChange::Groups => {
                    for name in from.groups.iter().filter(|name| !to.groups.contains(name)) {
                        detach_group(cx, arn, name.as_str()).await?;
                    }
                    for name in &to.groups {
                        let call = cx.iam().attach_group_policy().group_name(name.as_str());
                        let call = call.policy_arn(arn).send().await;
                        call.named("iam:AttachGroupPolicy")?;
                    }
                }
                ManagedPolicyChange::Roles => {
                    for name in from.roles.iter().filter(|name| !to.roles.contains(name)) {
                        detach_role(cx, arn, name.as_str()).await?;
                    }
                    for name in &to.roles {
                        let call = cx.iam().attach_role_policy().role_name(name.as_str());
                        let call = call.policy_arn(arn).send().await;
                        call.named("iam:AttachRolePolicy")?;
                    }
                }
                ManagedPolicyChange::Users => {
                    for name in from.users.iter().filter(|name| !to.users.contains(name)) {
                        detach_user(cx, arn, name.as_str()).await?;
                    }
                    for name in &to.users {
                        let call = cx.iam().attach_user_policy().user_name(name.as_str());
                        let call = call.policy_arn(arn).send().await;
                        call.named("iam:AttachUserPolicy")?;
                    }
                }
            }
        }
        Ok(new)
    }

    /// Takes it from those whom its own spec lists, and removes its other versions, without which AWS refuses.
    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        let (arn, own) = (&subject.id, &subject.applied);
        for name in &own.groups {
            detach_group(cx, arn, name.as_str()).await?;
        }
        for name in &own.roles {
            detach_role(cx, arn, name.as_str()).await?;
        }
        for name in &own.users {
            detach_user(cx, arn, name.as_str()).await?;
        }
        for version in versions(cx, arn).await? {
            if !version.is_default_version {
                delete_version(cx, arn, &version).await?;
            }
        }
        let call = cx.iam().delete_policy().policy_arn(arn);
        call.send().await.named("iam:DeletePolicy").map(drop)
    }

    async fn who_uses(cx: &Context, subject: &Subject<Self>) -> Result<Vec<String>> {
        let carriers = Carried::ask(cx, &subject.id).await?.unwrap_or_default();
        Ok(carriers.named())
    }

    async fn find(
        cx: &Context,
        spec: &ManagedPolicyResolved,
        intent: &IntentId,
    ) -> Result<FoundOne> {
        let call = cx.iam().list_policies().scope(PolicyScopeType::Local);
        let call = call.path_prefix(spec.path.as_deref().unwrap_or("/"));
        let mut pages = call.into_paginator().items().send();
        let mut arn = None;
        while let Some(listed) = pages.next().await {
            let listed = listed.named("iam:ListPolicies")?;
            if listed.policy_name == spec.managed_policy_name {
                arn = listed.arn;
                break;
            }
        }
        // The list has no tags.
        let policy = match arn {
            Some(arn) => policy(cx, &arn).await?,
            None => None,
        };
        Ok(match &policy {
            Some(policy) if tags::are_of(policy.tags.as_deref(), intent) => {
                let made = made(policy);
                made.map_or_else(
                    || Err(incomplete("iam:GetPolicy", "policy ARN")),
                    |made| Ok(FoundOne::Ours(made)),
                )?
            }
            Some(policy) => FoundOne::Foreign(format!(
                "the managed policy {}",
                policy.arn.as_deref().unwrap_or_default()
            )),
            None => FoundOne::Nothing {
                visible_within: VISIBLE_WITHIN,
            },
        })
    }
}

async fn policy(clients: &Clients, arn: &str) -> Result<Option<Policy>> {
    let call = clients.iam().get_policy().policy_arn(arn);
    let answer = call.send().await.named("iam:GetPolicy").found()?;
    Ok(answer.and_then(|answer| answer.policy))
}

async fn new_version(cx: &Context, arn: &str, to: &ManagedPolicyResolved) -> Result<Outputs> {
    let mut old: Vec<_> = versions(cx, arn).await?;
    let full = old.len() >= VERSIONS;
    old.retain(|version| !version.is_default_version);
    // The numbers in `v1` … only grow, also where AWS gives no dates.
    old.sort_by_key(|version| number(version.version_id.as_deref().unwrap_or_default()));
    if let Some(oldest) = old.first().filter(|_| full) {
        delete_version(cx, arn, oldest).await?;
    }
    let call = cx
        .iam()
        .create_policy_version()
        .policy_arn(arn)
        .set_as_default(true);
    let call = call
        .policy_document(documents::text(&to.policy_document))
        .send()
        .await;
    let version = call.named("iam:CreatePolicyVersion")?.policy_version;
    let id = version.and_then(|version| version.version_id);
    Ok(outputs([("DefaultVersionId", id)]))
}

fn number(version: &str) -> u64 {
    version.trim_start_matches('v').parse().unwrap_or(u64::MAX)
}

async fn versions(cx: &Context, arn: &str) -> Result<Vec<PolicyVersion>> {
    let call = cx.iam().list_policy_versions().policy_arn(arn);
    let mut pages = call.into_paginator().items().send();
    let mut found = Vec::new();
    while let Some(version) = pages.next().await {
        found.push(version.named("iam:ListPolicyVersions")?);
    }
    Ok(found)
}

async fn delete_version(cx: &Context, arn: &str, version: &PolicyVersion) -> Result<()> {
    let call = cx.iam().delete_policy_version().policy_arn(arn);
    let call = call.set_version_id(version.version_id.clone()).send().await;
    call.named("iam:DeletePolicyVersion").found().map(drop)
}

async fn detach_group(cx: &Context, arn: &str, name: &str) -> Result<()> {
    let call = cx
        .iam()
        .detach_group_policy()
        .group_name(name)
        .policy_arn(arn);
    call.send()
        .await
        .named("iam:DetachGroupPolicy")
        .found()
        .map(drop)
}

async fn detach_role(cx: &Context, arn: &str, name: &str) -> Result<()> {
    let call = cx
        .iam()
        .detach_role_policy()
        .role_name(name)
        .policy_arn(arn);
    call.send()
        .await
        .named("iam:DetachRolePolicy")
        .found()
        .map(drop)
}

async fn detach_user(cx: &Context, arn: &str, name: &str) -> Result<()> {
    let call = cx
        .iam()
        .detach_user_policy()
        .user_name(name)
        .policy_arn(arn);
    call.send()
        .await
        .named("iam:DetachUserPolicy")
        .found()
        .map(drop)
}

fn made(policy: &Policy) -> Option<Made> {
    Some(Made {
        id: policy.arn.clone()?,
        outputs: attributes(policy),
    })
}

fn attributes(policy: &Policy) -> Outputs {
    let mut all = outputs([
        ("PolicyArn", policy.arn.clone()),
        ("PolicyId", policy.policy_id.clone()),
        ("DefaultVersionId", policy.default_version_id.clone()),
        (
            "CreateDate",
            policy.create_date.map(|date| date.to_string()),
        ),
    ]);
    all.insert("IsAttachable".to_owned(), policy.is_attachable.into());
    all
}
