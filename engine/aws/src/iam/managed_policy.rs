//! The life cycle of `AWS::IAM::ManagedPolicy`. A change of the document creates a new version, which becomes the default at once. If AWS already
//! keeps five versions, Windlass first deletes the oldest version that is not the default. Each carrier needs its own call to attach the policy.
//!
//! Windlass neither observes nor detaches carriers that the policy's own spec never listed.

use std::collections::BTreeSet;

use aws_sdk_iam::operation::create_policy::builders::CreatePolicyFluentBuilder;
use aws_sdk_iam::types::{EntityType, ManagedPolicyDetail, Policy, PolicyScopeType, PolicyVersion};
use serde_json::Value;
use windlass::aws::iam::{ManagedPolicy, ManagedPolicyChange, ManagedPolicyResolved};
use windlass::value::Text;

use super::carriers::{Carrier, attach, detach};
use super::{VISIBLE_WITHIN, documents, tags};
use crate::prelude::*;
use crate::reads::worthwhile;
use crate::table::text;

lives!(ManagedPolicy => ManagedPolicyLifecycle);

pub struct ManagedPolicyLifecycle;

tables! { windlass::aws::iam => aws_sdk_iam;
    ManagedPolicy => create_policy | Policy {
        "Description" shown by description;
        "Groups" later, not shown;
        "ManagedPolicyName" as policy_name;
        "PolicyDocument" sent by documents::sent, not shown;
        "Roles" later, not shown;
        "Users" later, not shown;
    }
}

fn description(policy: &Policy) -> Option<&String> {
    policy.description.as_ref().filter(|text| !text.is_empty())
}

impl Described for Policy {
    fn id(&self) -> Option<String> {
        self.arn.clone()
    }

    fn outputs(&self) -> Outputs {
        let mut all = outputs([
            ("PolicyArn", self.id()),
            ("PolicyId", self.policy_id.clone()),
            ("DefaultVersionId", self.default_version_id.clone()),
            ("CreateDate", self.create_date.map(|date| date.to_string())),
        ]);
        all.insert("IsAttachable".to_owned(), self.is_attachable.into());
        all
    }

    fn properties(&self) -> Block {
        self.block()
    }
}

/// How many versions of a policy AWS keeps.
const VERSIONS: usize = 5;

/// How many calls it takes to read one policy alone.
const CALLS: usize = 2;

/// A policy with the document of its default version.
type InForce = (Policy, Value);

/// Policies by ARN, with the document of the default version. Windlass reads a few with separate calls, and many with the account's list.
struct Policies;

impl Query for Policies {
    type Key = String;
    type Item = InForce;
    /// One list answers for all keys.
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

    /// Reads one policy, because the list is eventually consistent and may not have been read to its end.
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

/// A policy from the account's list, by its ARN.
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

/// The groups, roles and users that carry a policy.
#[derive(Debug, Default)]
struct Carriers {
    groups: BTreeSet<String>,
    roles: BTreeSet<String>,
    users: BTreeSet<String>,
}

impl Carriers {
    /// Names the carriers, such as `role web` and `user jo`.
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

/// The carriers of policies, by the policies' ARNs.
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
        later::<_, CreatePolicyFluentBuilder>(spec)
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
        let properties = policy
            .properties()
            .list("Groups", among(&own.groups, &carriers.groups))
            .set("PolicyDocument", Some(document))
            .list("Roles", among(&own.roles, &carriers.roles))
            .list("Users", among(&own.users, &carriers.users));
        Ok(Some(Observed {
            properties,
            outputs: policy.outputs(),
        }))
    }

    async fn create(cx: &Context, spec: &ManagedPolicyResolved, intent: &IntentId) -> Result<Made> {
        const OPERATION: &str = "iam:CreatePolicy";
        let call = spec.fill(cx.iam().create_policy());
        let call = call.set_tags(Some(tags::alone(cx, intent)));
        let answer = call.send().await.named(OPERATION)?;
        made(answer.policy.as_ref(), OPERATION)
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &ManagedPolicyResolved,
        changes: &[ManagedPolicyChange],
    ) -> Result<Outputs> {
        let mut new = Outputs::new();
        let (arn, from) = (&subject.id, &subject.applied);
        for change in changes {
            match change {
                ManagedPolicyChange::PolicyDocument => new = new_version(cx, arn, to).await?,
                ManagedPolicyChange::Groups => {
                    carry(cx, arn, Carrier::Group, &from.groups, &to.groups).await?;
                }
                ManagedPolicyChange::Roles => {
                    carry(cx, arn, Carrier::Role, &from.roles, &to.roles).await?;
                }
                ManagedPolicyChange::Users => {
                    carry(cx, arn, Carrier::User, &from.users, &to.users).await?;
                }
            }
        }
        Ok(new)
    }

    /// Detaches the policy from the carriers of its own spec, and deletes its other versions. AWS refuses the deletion otherwise.
    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        let (arn, own) = (&subject.id, &subject.applied);
        carry(cx, arn, Carrier::Group, &own.groups, &[]).await?;
        carry(cx, arn, Carrier::Role, &own.roles, &[]).await?;
        carry(cx, arn, Carrier::User, &own.users, &[]).await?;
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
        // The list returns no tags.
        let policy = match arn {
            Some(arn) => policy(cx, &arn).await?,
            None => None,
        };
        Ok(FoundOne::by_name(
            policy.as_ref(),
            |policy| tags::are_of(policy.tags.as_deref(), intent),
            |policy| format!("the managed policy {}", policy.id().unwrap_or_default()),
            VISIBLE_WITHIN,
        ))
    }
}

/// Those of the spec's own carriers that really carry the policy.
fn among<'a, N: Text>(own: &'a [N], carriers: &BTreeSet<String>) -> Vec<&'a N> {
    let own = own.iter();
    own.filter(|name| carriers.contains(&text(*name))).collect()
}

/// Detaches the policy from carriers that the author no longer wants, and attaches it to all wanted carriers.
async fn carry<N: Text + PartialEq>(
    cx: &Context,
    arn: &str,
    carrier: Carrier,
    from: &[N],
    to: &[N],
) -> Result<()> {
    for name in from.iter().filter(|name| !to.contains(name)) {
        detach(cx, carrier, &text(name), arn).await?;
    }
    for name in to {
        attach(cx, carrier, &text(name), arn).await?;
    }
    Ok(())
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
    // Sorts by the number in `v1` and so on, which only grows, because AWS may return no dates.
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
