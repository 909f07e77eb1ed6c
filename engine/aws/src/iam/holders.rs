//! Finds what blocks the deletion of an IAM role: policies that another owner put on the role, and instance profiles that hold it.
//!
//! IAM answers `DeleteConflict` with the type of the holder, not its name: "must detach all policies first". A policy that an administrator attached
//! by hand stays until a person detaches it.

use crate::error::{Named, Result};
use crate::lifecycle::Context;

/// Policies on the role, inline and attached, and the instance profiles that hold it.
pub async fn of_role(cx: &Context, name: &str) -> Result<Vec<String>> {
    let mut holders = Vec::new();
    let call = cx.iam().list_attached_role_policies().role_name(name);
    let mut attached = call.into_paginator().items().send();
    while let Some(policy) = attached.next().await {
        holders.extend(policy.named("iam:ListAttachedRolePolicies")?.policy_arn);
    }
    let call = cx.iam().list_role_policies().role_name(name);
    let mut inline = call.into_paginator().items().send();
    while let Some(policy) = inline.next().await {
        let policy = policy.named("iam:ListRolePolicies")?;
        holders.push(format!("inline policy {policy}"));
    }
    let call = cx.iam().list_instance_profiles_for_role().role_name(name);
    let mut profiles = call.into_paginator().items().send();
    while let Some(profile) = profiles.next().await {
        let profile = profile.named("iam:ListInstanceProfilesForRole")?;
        holders.push(format!(
            "instance profile {}",
            profile.instance_profile_name
        ));
    }
    Ok(holders)
}
