//! The life cycle of `AWS::IAM::InstanceProfile`. CreateInstanceProfile carries no role; a role is taken out before another is put in.

use std::collections::BTreeSet;

use aws_sdk_iam::types::InstanceProfile as SdkProfile;
use windlass::aws::iam::{
    InstanceProfile, InstanceProfileChange, InstanceProfileResolved, RoleName,
};
use windlass_engine::provider::{Deletion, Outputs};
use windlass_state::identity::IntentId;

use super::{VISIBLE_WITHIN, tags};
use crate::clients::Clients;
use crate::error::{Found as _, Named, Result, incomplete};
use crate::lifecycle::{Context, FoundOne, Lifecycle, Made, Subject};
use crate::observed::{Block, Observed, outputs};
use crate::reads::{Answers, Query, Wants, worthwhile};
use crate::registry::lives;

lives!(InstanceProfile => InstanceProfileLifecycle);

pub struct InstanceProfileLifecycle;

/// Instance profiles by name: a few by themselves, many by the account's list, which has no tags.
struct Profiles;

impl Query for Profiles {
    type Key = String;
    type Item = SdkProfile;
    /// The list answers all at once.
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

    /// The list lags behind, and may not have been read to its end.
    async fn confirm(clients: &Clients, name: &String) -> Result<Option<SdkProfile>> {
        profile(clients, name).await
    }
}

impl Lifecycle for InstanceProfileLifecycle {
    type Kind = InstanceProfile;
    const DELETION: Deletion = Deletion::AtOnce;

    fn after_create(_: &InstanceProfileResolved) -> Vec<InstanceProfileChange> {
        vec![InstanceProfileChange::Roles]
    }

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        wants.want::<Profiles>(subject.id.clone());
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let Some(profile) = answers.get::<Profiles>(&subject.id)? else {
            return Ok(None);
        };
        let properties = Block::new()
            .set("InstanceProfileName", Some(&profile.instance_profile_name))
            .set("Path", Some(&profile.path))
            .list("Roles", profile.roles.iter().map(|role| &role.role_name));
        Ok(Some(Observed {
            properties,
            outputs: made(profile).outputs,
        }))
    }

    async fn create(
        cx: &Context,
        spec: &InstanceProfileResolved,
        intent: &IntentId,
    ) -> Result<Made> {
        const OPERATION: &str = "iam:CreateInstanceProfile";
        let answer = cx
            .iam()
            .create_instance_profile()
            .set_instance_profile_name(spec.instance_profile_name.clone())
            .set_path(spec.path.clone())
            .set_tags(Some(tags::alone(cx, intent)))
            .send()
            .await
            .named(OPERATION)?;
        let profile = answer.instance_profile.as_ref().map(made);
        profile.ok_or_else(|| incomplete(OPERATION, "instance profile"))
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
        Ok(match profile(cx, name).await? {
            Some(found) if tags::are_of(found.tags.as_deref(), intent) => {
                FoundOne::Ours(made(&found))
            }
            Some(found) => FoundOne::Foreign(format!("the instance profile {}", found.arn)),
            None => FoundOne::Nothing {
                visible_within: VISIBLE_WITHIN,
            },
        })
    }
}

/// It has room for one role, so whatever else is in it is taken out, even what somebody else put in.
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

fn made(profile: &SdkProfile) -> Made {
    Made {
        id: profile.instance_profile_name.clone(),
        outputs: outputs([
            (
                "InstanceProfileName",
                Some(profile.instance_profile_name.clone()),
            ),
            ("Arn", Some(profile.arn.clone())),
        ]),
    }
}
