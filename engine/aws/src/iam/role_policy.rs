//! The life cycle of `AWS::IAM::RolePolicy`. PutRolePolicy both creates and updates, and overwrites any policy of the same name.
//!
//! The API has neither client tokens nor tags. After a lost create, Windlass recognizes the policy by its natural key (the role and the name) and by
//! its document.

use windlass::aws::iam::{RolePolicy, RolePolicyChange, RolePolicyResolved};

use super::roles::{Answer, Part, Roles};
use super::{VISIBLE_WITHIN, documents};
use crate::error::exists;
use crate::prelude::*;

lives!(RolePolicy => RolePolicyLifecycle);

pub struct RolePolicyLifecycle;

tables! { windlass::aws::iam => aws_sdk_iam;
    RolePolicy => put_role_policy | _ { "PolicyDocument" sent by documents::sent; }
}

fn key(spec: &RolePolicyResolved) -> (String, Part) {
    (
        spec.role_name.to_string(),
        Part::Inline(spec.policy_name.clone()),
    )
}

impl Lifecycle for RolePolicyLifecycle {
    type Kind = RolePolicy;
    const DELETION: Deletion = Deletion::AtOnce;
    const IS_MARKED: bool = false;
    const ENGINE_REPEATS: bool = true;

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        wants.want::<Roles>(key(&subject.applied));
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let Some(Answer::Inline(document)) = answers.get::<Roles>(&key(&subject.applied))? else {
            return Ok(None);
        };
        let properties = Block::new()
            .set("PolicyDocument", Some(document))
            .set("PolicyName", Some(&subject.applied.policy_name))
            .set("RoleName", Some(&subject.applied.role_name));
        Ok(Some(Observed {
            properties,
            outputs: Outputs::new(),
        }))
    }

    async fn create(cx: &Context, spec: &RolePolicyResolved, _: &IntentId) -> Result<Made> {
        // PutRolePolicy overwrites. A role that this stack creates has only the stack's inline policies, so only another role needs this check.
        if cx.is_literal("RoleName")
            && let FoundOne::Foreign(what) = find(cx, spec).await?
        {
            return Err(exists("iam:PutRolePolicy", &what));
        }
        put(cx, spec).await?;
        Ok(made(spec))
    }

    async fn update(
        cx: &Context,
        _: &Subject<Self>,
        to: &RolePolicyResolved,
        changes: &[RolePolicyChange],
    ) -> Result<Outputs> {
        for change in changes {
            match change {
                RolePolicyChange::PolicyDocument => put(cx, to).await?,
            }
        }
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        let spec = &subject.applied;
        let call = cx
            .iam()
            .delete_role_policy()
            .role_name(spec.role_name.as_str());
        let call = call.policy_name(&spec.policy_name).send().await;
        call.named("iam:DeleteRolePolicy").map(drop)
    }

    async fn find(cx: &Context, spec: &RolePolicyResolved, _: &IntentId) -> Result<FoundOne> {
        find(cx, spec).await
    }
}

async fn find(cx: &Context, spec: &RolePolicyResolved) -> Result<FoundOne> {
    Ok(match Roles::confirm(cx, &key(spec)).await? {
        Some(Answer::Inline(document)) if document == spec.policy_document => {
            FoundOne::Ours(made(spec))
        }
        Some(_) => FoundOne::Foreign(format!(
            "the inline policy {} of the role {}, which says something else",
            spec.policy_name, spec.role_name
        )),
        None => FoundOne::Nothing {
            visible_within: VISIBLE_WITHIN,
        },
    })
}

async fn put(cx: &Context, spec: &RolePolicyResolved) -> Result<()> {
    let call = spec.fill(cx.iam().put_role_policy());
    call.send().await.named("iam:PutRolePolicy").map(drop)
}

fn made(spec: &RolePolicyResolved) -> Made {
    Made {
        id: format!("{}|{}", spec.role_name, spec.policy_name),
        outputs: Outputs::new(),
    }
}
