//! The life cycle of `AWS::IAM::InstanceProfile`. CreateInstanceProfile carries no role. An update removes the old role before it adds another.

use std::collections::BTreeSet;

use aws_sdk_iam::operation::create_instance_profile::builders::CreateInstanceProfileFluentBuilder;
use aws_sdk_iam::types::InstanceProfile as SdkProfile;
use windlass::aws::iam::{
    InstanceProfile, InstanceProfileChange, InstanceProfileResolved, RoleName,
};

use super::{VISIBLE_WITHIN, tags};
use crate::prelude::*;
use crate::reads::worthwhile;

lives!(InstanceProfile => InstanceProfileLifecycle);

pub struct InstanceProfileLifecycle;

tables! { windlass::aws::iam => aws_sdk_iam;
    InstanceProfile => create_instance_profile | InstanceProfile { "Roles" later, shown by role_names; }
}

fn role_names(profile: &SdkProfile) -> Option<Vec<&str>> {
    let names = profile.roles.iter().map(|role| role.role_name.as_str());
    (!profile.roles.is_empty()).then(|| names.collect())
}

impl Described for SdkProfile {
    fn id(&self) -> Option<String> {
        Some(self.instance_profile_name.clone())
    }

    fn outputs(&self) -> Outputs {
        outputs([
            ("InstanceProfileName", self.id()),
            ("Arn", Some(self.arn.clone())),
        ])
    }

    fn properties(&self) -> Block {
        self.block()
    }
}

/// Instance profiles by name. Windlass reads a few with one call each, and many with the account's list, which has no tags.
struct Profiles;

impl Query for Profiles {
    type Key = String;
    type Item = SdkProfile;
    /// One list answers for all keys.
    const BATCH: usize = 10_000;

    async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, SdkProfile)>> {
        let wanted: BTreeSet<String> = keys.into_iter().collect();
        let call = clients.iam().list_instance_profiles().max_items(1_000);
        let (mut pages, mut found) = (call.into_paginator().send(), Vec::new());
        for _ in 0..worthwhile(wanted.len()) {
            let Some(page) = pages.next().await else {
                break;
            };
            let page = page.named("iam:ListInstanceProfiles")?;
            let all = page.instance_profiles.into_iter();
            let named = all.map(|profile| (profile.instance_profile_name.clone(), profile));
            found.extend(named.filter(|(name, _)| wanted.contains(name)));
            if found.len() == wanted.len() {
                break;
            }
        }
        Ok(found)
    }

    /// Reads one profile, because the list is eventually consistent and may not have been read to its end.
    async fn confirm(clients: &Clients, name: &String) -> Result<Option<SdkProfile>> {
        profile(clients, name).await
    }
}

impl Lifecycle for InstanceProfileLifecycle {
    type Kind = InstanceProfile;
    const DELETION: Deletion = Deletion::AtOnce;

    observed_by!(Profiles);

    fn after_create(spec: &InstanceProfileResolved) -> Vec<InstanceProfileChange> {
        later::<_, CreateInstanceProfileFluentBuilder>(spec)
    }

    async fn create(
        cx: &Context,
        spec: &InstanceProfileResolved,
        intent: &IntentId,
    ) -> Result<Made> {
        const OPERATION: &str = "iam:CreateInstanceProfile";
        let call = spec.fill(cx.iam().create_instance_profile());
        let call = call.set_tags(Some(tags::alone(cx, intent)));
        let answer = call.send().await.named(OPERATION)?;
        made(answer.instance_profile.as_ref(), OPERATION)
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &InstanceProfileResolved,
        changes: &[InstanceProfileChange],
    ) -> Result<Outputs> {
        for change in changes {
            match change {
                InstanceProfileChange::Roles => hold(cx, &subject.id, &to.roles).await?,
            }
        }
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        hold(cx, &subject.id, &[]).await?;
        let call = cx
            .iam()
            .delete_instance_profile()
            .instance_profile_name(&subject.id);
        call.send()
            .await
            .named("iam:DeleteInstanceProfile")
            .map(drop)
    }

    async fn find(
        cx: &Context,
        spec: &InstanceProfileResolved,
        intent: &IntentId,
    ) -> Result<FoundOne> {
        let name = spec.instance_profile_name.as_deref().unwrap_or_default();
        Ok(FoundOne::by_name(
            profile(cx, name).await?.as_ref(),
            |profile| tags::are_of(profile.tags.as_deref(), intent),
            |profile| format!("the instance profile {}", profile.arn),
            VISIBLE_WITHIN,
        ))
    }
}

/// Puts the wanted role into the profile. A profile has room for one role, so the function removes any other role, even one that another user added.
async fn hold(cx: &Context, name: &str, wanted: &[RoleName]) -> Result<()> {
    let held = profile(cx, name)
        .await?
        .map(|profile| profile.roles)
        .unwrap_or_default();
    let is_wanted = |role: &str| wanted.iter().any(|wanted| wanted.as_str() == role);
    for role in held.iter().filter(|role| !is_wanted(&role.role_name)) {
        take_out(cx, name, &role.role_name).await?;
    }
    let is_held = |role: &str| held.iter().any(|held| held.role_name == role);
    for role in wanted.iter().filter(|role| !is_held(role.as_str())) {
        let call = cx
            .iam()
            .add_role_to_instance_profile()
            .instance_profile_name(name);
        let call = call.role_name(role.as_str()).send().await;
        call.named("iam:AddRoleToInstanceProfile")?;
    }
    Ok(())
}

async fn take_out(cx: &Context, name: &str, role: &str) -> Result<()> {
    let call = cx
        .iam()
        .remove_role_from_instance_profile()
        .instance_profile_name(name);
    let call = call.role_name(role).send().await;
    call.named("iam:RemoveRoleFromInstanceProfile")
        .found()
        .map(drop)
}

async fn profile(clients: &Clients, name: &str) -> Result<Option<SdkProfile>> {
    let call = clients
        .iam()
        .get_instance_profile()
        .instance_profile_name(name);
    let answer = call.send().await.named("iam:GetInstanceProfile").found()?;
    Ok(answer.and_then(|answer| answer.instance_profile))
}
