//! Unblocks the deletion of a group whose instances cannot end: removes scale-in protection, and the lifecycle hook that ECS left behind.
//!
//! With managed termination protection, ECS protects the instances itself, and leaves them protected after the capacity provider is deleted
//! (aws/containers-roadmap#2862). With managed draining, ECS's default, ECS puts a lifecycle hook on the group. After the capacity provider is deleted, ECS no
//! longer answers the hook, and each instance stays `Terminating:Wait` for up to an hour (aws/containers-roadmap#2467, aws/aws-cdk#14732).
//! Not here: the author's own hooks, which run.

use aws_sdk_autoscaling::types::{AutoScalingGroup as SdkGroup, LifecycleState};
use aws_sdk_ecs::types::{CapacityProvider, CapacityProviderStatus, ManagedDraining};

use super::reads::Groups;
use crate::prelude::*;
use crate::reads::{chunks, pages};

/// The name of ECS's hook: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instance-draining.html>.
const ECS_HOOK: &str = "ecs-managed-draining-termination-hook";

/// How many instances one SetInstanceProtection call takes.
const PROTECTED: usize = 50;

/// Removes the protection and the hook. Call this after AWS has refused to delete the group because of its instances.
pub async fn let_go(cx: &Context, name: &str) -> Result<()> {
    let groups = Groups::fetch(cx, vec![name.to_owned()]).await?;
    let Some((_, group)) = groups.into_iter().find(|(found, _)| found == name) else {
        return Ok(());
    };
    unprotect(cx, name, &group).await?;
    let waits = |state: &LifecycleState| *state == LifecycleState::TerminatingWait;
    let mut instances = group.instances().iter();
    let is_held = instances.any(|instance| instance.lifecycle_state.as_ref().is_some_and(waits));
    if is_held && has_hook(cx, name).await? && !is_drained(cx, &group).await? {
        let call = cx.autoscaling().delete_lifecycle_hook();
        let call = call
            .auto_scaling_group_name(name)
            .lifecycle_hook_name(ECS_HOOK);
        call.send().await.named("autoscaling:DeleteLifecycleHook")?;
    }
    Ok(())
}

/// Removes scale-in protection. AWS accepts the call only for instances in service.
async fn unprotect(cx: &Context, name: &str, group: &SdkGroup) -> Result<()> {
    let protected = group.instances().iter().filter(|instance| {
        instance.protected_from_scale_in == Some(true)
            && instance.lifecycle_state == Some(LifecycleState::InService)
    });
    let ids: Vec<String> = protected
        .filter_map(|instance| instance.instance_id.clone())
        .collect();
    for ids in chunks(&ids, PROTECTED) {
        let call = cx.autoscaling().set_instance_protection();
        let call = call
            .auto_scaling_group_name(name)
            .set_instance_ids(Some(ids))
            .protected_from_scale_in(false);
        call.send()
            .await
            .named("autoscaling:SetInstanceProtection")?;
    }
    Ok(())
}

async fn has_hook(cx: &Context, name: &str) -> Result<bool> {
    let call = cx.autoscaling().describe_lifecycle_hooks();
    let call = call
        .auto_scaling_group_name(name)
        .lifecycle_hook_names(ECS_HOOK);
    let answer = call
        .send()
        .await
        .named("autoscaling:DescribeLifecycleHooks")?;
    let mut hooks = answer.lifecycle_hooks.into_iter().flatten();
    Ok(hooks.any(|hook| hook.lifecycle_hook_name.as_deref() == Some(ECS_HOOK)))
}

/// Whether a capacity provider, perhaps of another stack, still drains the group's instances. If so, ECS answers the hook.
async fn is_drained(cx: &Context, group: &SdkGroup) -> Result<bool> {
    let call = cx.ecs().describe_capacity_providers();
    let providers = pages(async |token| {
        let page = call.clone().set_next_token(token).send().await;
        let page = page.named("ecs:DescribeCapacityProviders")?;
        Ok((page.capacity_providers, page.next_token))
    })
    .await?;
    Ok(providers.iter().any(|provider| drains(provider, group)))
}

fn drains(provider: &CapacityProvider, group: &SdkGroup) -> bool {
    let over = provider.auto_scaling_group_provider.as_ref();
    provider.status == Some(CapacityProviderStatus::Active)
        && over.is_some_and(|over| {
            let arn = Some(over.auto_scaling_group_arn.as_str());
            let named =
                arn == group.auto_scaling_group_arn() || arn == group.auto_scaling_group_name();
            named && over.managed_draining != Some(ManagedDraining::Disabled)
        })
}
