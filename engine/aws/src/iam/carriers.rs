//! Managed policies on roles, users and groups: each pair has its own call to attach and to detach.
//!
//! Not here: which carrier has which policy; the specs of both sides say so.

use crate::prelude::*;

/// A resource that can carry managed policies.
#[derive(Debug, Clone, Copy)]
pub enum Carrier {
    Group,
    Role,
    User,
}

/// Attaches a policy. The call succeeds if the policy is already attached.
pub async fn attach(cx: &Context, carrier: Carrier, name: &str, policy: &str) -> Result<()> {
    match carrier {
        Carrier::Group => {
            let call = cx.iam().attach_group_policy().group_name(name);
            let call = call.policy_arn(policy).send().await;
            call.named("iam:AttachGroupPolicy").map(drop)
        }
        Carrier::Role => {
            let call = cx.iam().attach_role_policy().role_name(name);
            let call = call.policy_arn(policy).send().await;
            call.named("iam:AttachRolePolicy").map(drop)
        }
        Carrier::User => {
            let call = cx.iam().attach_user_policy().user_name(name);
            let call = call.policy_arn(policy).send().await;
            call.named("iam:AttachUserPolicy").map(drop)
        }
    }
}

/// Detaches a policy. The function succeeds if the policy is already detached.
pub async fn detach(cx: &Context, carrier: Carrier, name: &str, policy: &str) -> Result<()> {
    let detached = match carrier {
        Carrier::Group => {
            let call = cx.iam().detach_group_policy().group_name(name);
            let call = call.policy_arn(policy).send().await;
            call.named("iam:DetachGroupPolicy").map(drop)
        }
        Carrier::Role => {
            let call = cx.iam().detach_role_policy().role_name(name);
            let call = call.policy_arn(policy).send().await;
            call.named("iam:DetachRolePolicy").map(drop)
        }
        Carrier::User => {
            let call = cx.iam().detach_user_policy().user_name(name);
            let call = call.policy_arn(policy).send().await;
            call.named("iam:DetachUserPolicy").map(drop)
        }
    };
    detached.found().map(drop)
}
