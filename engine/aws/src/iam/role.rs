//! The life cycle of `AWS::IAM::Role`. CreateRole carries neither inline policies nor attachments; each of them has a call of its own.
//!
//! Inline policies and attachments that the role's own spec never listed belong to somebody else: they are neither observed nor removed.

use std::collections::BTreeSet;

use aws_sdk_iam::types::Role as SdkRole;
use windlass::aws::iam::{Role, RoleChange, RoleResolved};
use windlass_engine::provider::{Deletion, ErrorClass, Outputs};
use windlass_state::identity::IntentId;

use super::roles::{Answer, Part, Roles, role_named};
use super::{VISIBLE_WITHIN, documents, holders, tags};
use crate::error::{Found as _, Named, Result, incomplete};
use crate::lifecycle::{Context, FoundOne, Lifecycle, Made, Subject, creation_tags, tag_changes};
use crate::observed::{Block, Observed, outputs};
use crate::reads::{Answers, Wants};
use crate::registry::lives;
use crate::wording::Wording;

lives!(Role => RoleLifecycle);

pub struct RoleLifecycle;

impl Lifecycle for RoleLifecycle {
    type Kind = Role;
    const DELETION: Deletion = Deletion::AtOnce;
    const WORDINGS: &'static [Wording] = &[
        // A principal that was made a moment ago is not known to IAM yet.
        Wording::new(
            &["iam:CreateRole", "iam:UpdateAssumeRolePolicy"],
            &["MalformedPolicyDocument"],
            ErrorClass::NotYet,
        )
        .saying(&["Invalid principal"]),
    ];

    fn after_create(spec: &RoleResolved) -> Vec<RoleChange> {
        let attached = !spec.managed_policy_arns.is_empty();
        let inline = !spec.policies.is_empty();
        let attached = attached.then_some(RoleChange::ManagedPolicyArns);
        attached
            .into_iter()
            .chain(inline.then_some(RoleChange::Policies))
            .collect()
    }

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        let mut want = |part| wants.want::<Roles>((subject.id.clone(), part));
        want(itself(&subject.applied));
        if !subject.applied.managed_policy_arns.is_empty() {
            want(Part::Attached);
        }
        for policy in &subject.applied.policies {
            want(Part::Inline(policy.policy_name.clone()));
        }
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let part = |part| answers.get::<Roles>(&(subject.id.clone(), part));
        let Some(Answer::Role(role)) = part(itself(&subject.applied))? else {
            return Ok(None);
        };
        let attached: Vec<&str> = match part(Part::Attached)? {
            Some(Answer::Attached(arns)) => own_arns(&subject.applied)
                .into_iter()
                .filter(|arn| arns.contains(*arn))
                .collect(),
            _ => Vec::new(),
        };
        let mut inline = Vec::new();
        for policy in &subject.applied.policies {
            if let Some(Answer::Inline(document)) = part(Part::Inline(policy.policy_name.clone()))?
            {
                let policy = Block::new()
                    .set("PolicyName", Some(&policy.policy_name))
                    .set("PolicyDocument", Some(document));
                inline.push(policy);
            }
        }
        let described = (itself(&subject.applied) == Part::Described).then_some(role);
        let description = described.and_then(|role| role.description.as_ref());
        let trust = role
            .assume_role_policy_document
            .as_deref()
            .map(documents::value);
        let boundary = role.permissions_boundary.as_ref();
        let properties = Block::new()
            .set("AssumeRolePolicyDocument", trust)
            .set("Description", description.filter(|text| !text.is_empty()))
            .list("ManagedPolicyArns", attached)
            .set(
                "MaxSessionDuration",
                described.and_then(|role| role.max_session_duration),
            )
            .set("Path", Some(&role.path))
            .set(
                "PermissionsBoundary",
                boundary.and_then(|b| b.permissions_boundary_arn.as_ref()),
            )
            .list("Policies", inline)
            .set("RoleName", Some(&role.role_name))
            .tags("Tags", tags::pairs(role.tags.as_deref()));
        Ok(Some(Observed {
            properties,
            outputs: made(role).outputs,
        }))
    }

    async fn create(cx: &Context, spec: &RoleResolved, intent: &IntentId) -> Result<Made> {
        const OPERATION: &str = "iam:CreateRole";
        let answer = cx
            .iam()
            .create_role()
            .set_role_name(spec.role_name.clone())
            .set_path(spec.path.clone())
            .assume_role_policy_document(documents::text(&spec.assume_role_policy_document))
            .set_description(spec.description.clone())
            .set_max_session_duration(spec.max_session_duration.map(whole))
            .set_permissions_boundary(spec.permissions_boundary.as_ref().map(ToString::to_string))
            .set_tags(Some(tags::sdk(creation_tags(cx, &spec.tags, intent))))
            .send()
            .await
            .named(OPERATION)?;
        let role = answer.role.as_ref().map(made);
        role.ok_or_else(|| incomplete(OPERATION, "role"))
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &RoleResolved,
        changes: &[RoleChange],
    ) -> Result<Outputs> {
        let mut described = false;
        for change in changes {
            match change {
                RoleChange::AssumeRolePolicyDocument => {
                    let document = documents::text(&to.assume_role_policy_document);
                    let call = cx.iam().update_assume_role_policy().role_name(&subject.id);
                    let call = call.policy_document(document).send().await;
                    call.named("iam:UpdateAssumeRolePolicy")?;
                }
                // One call carries both, and puts back to its default what it is not given.
                RoleChange::Description | RoleChange::MaxSessionDuration if described => {}
                RoleChange::Description | RoleChange::MaxSessionDuration => {
                    described = true;
                    let call = cx.iam().update_role().role_name(&subject.id);
                    call.description(to.description.clone().unwrap_or_default())
                        .max_session_duration(to.max_session_duration.map_or(3_600, whole))
                        .send()
                        .await
                        .named("iam:UpdateRole")?;
                }
                RoleChange::ManagedPolicyArns => attach(cx, subject, to).await?,
                RoleChange::PermissionsBoundary => bound(cx, subject, to).await?,
                RoleChange::Policies => put_policies(cx, subject, to).await?,
                RoleChange::Tags => tag(cx, subject, to).await?,
            }
        }
        Ok(Outputs::new())
    }

    /// Takes off what its own spec put on, without which AWS refuses. What others put on is in the way, and AWS says so.
    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        for arn in &subject.applied.managed_policy_arns {
            detach(cx, &subject.id, arn.as_str()).await?;
        }
        for policy in &subject.applied.policies {
            remove_policy(cx, &subject.id, &policy.policy_name).await?;
        }
        let call = cx.iam().delete_role().role_name(&subject.id);
        call.send().await.named("iam:DeleteRole").map(drop)
    }

    async fn who_uses(cx: &Context, subject: &Subject<Self>) -> Result<Vec<String>> {
        holders::of_role(cx, &subject.id).await
    }

    async fn find(cx: &Context, spec: &RoleResolved, intent: &IntentId) -> Result<FoundOne> {
        let name = spec.role_name.as_deref().unwrap_or_default();
        Ok(match role_named(cx, name).await? {
            Some(role) if tags::are_of(role.tags.as_deref(), intent) => FoundOne::Ours(made(&role)),
            Some(role) => FoundOne::Foreign(format!("the role {}", role.arn)),
            None => FoundOne::Nothing {
                visible_within: VISIBLE_WITHIN,
            },
        })
    }
}

/// The role itself, with what lists lack where the author wrote some of it.
fn itself(spec: &RoleResolved) -> Part {
    match (&spec.description, spec.max_session_duration) {
        (None, None) => Part::Role,
        _ => Part::Described,
    }
}

fn own_arns(spec: &RoleResolved) -> BTreeSet<&str> {
    spec.managed_policy_arns
        .iter()
        .map(|arn| arn.as_str())
        .collect()
}

async fn attach(cx: &Context, subject: &Subject<RoleLifecycle>, to: &RoleResolved) -> Result<()> {
    let wanted = own_arns(to);
    for arn in own_arns(&subject.applied).difference(&wanted) {
        detach(cx, &subject.id, arn).await?;
    }
    for arn in wanted {
        let call = cx.iam().attach_role_policy().role_name(&subject.id);
        call.policy_arn(arn)
            .send()
            .await
            .named("iam:AttachRolePolicy")?;
    }
    Ok(())
}

async fn detach(cx: &Context, role: &str, arn: &str) -> Result<()> {
    let call = cx
        .iam()
        .detach_role_policy()
        .role_name(role)
        .policy_arn(arn);
    call.send()
        .await
        .named("iam:DetachRolePolicy")
        .found()
        .map(drop)
}

async fn put_policies(
    cx: &Context,
    subject: &Subject<RoleLifecycle>,
    to: &RoleResolved,
) -> Result<()> {
    for old in &subject.applied.policies {
        if !to
            .policies
            .iter()
            .any(|new| new.policy_name == old.policy_name)
        {
            remove_policy(cx, &subject.id, &old.policy_name).await?;
        }
    }
    for policy in &to.policies {
        let call = cx.iam().put_role_policy().role_name(&subject.id);
        call.policy_name(&policy.policy_name)
            .policy_document(documents::text(&policy.policy_document))
            .send()
            .await
            .named("iam:PutRolePolicy")?;
    }
    Ok(())
}

async fn remove_policy(cx: &Context, role: &str, name: &str) -> Result<()> {
    let call = cx
        .iam()
        .delete_role_policy()
        .role_name(role)
        .policy_name(name);
    call.send()
        .await
        .named("iam:DeleteRolePolicy")
        .found()
        .map(drop)
}

async fn bound(cx: &Context, subject: &Subject<RoleLifecycle>, to: &RoleResolved) -> Result<()> {
    let Some(boundary) = &to.permissions_boundary else {
        let call = cx
            .iam()
            .delete_role_permissions_boundary()
            .role_name(&subject.id);
        let gone = call.send().await.named("iam:DeleteRolePermissionsBoundary");
        return gone.found().map(drop);
    };
    let call = cx
        .iam()
        .put_role_permissions_boundary()
        .role_name(&subject.id);
    let call = call.permissions_boundary(boundary.as_str()).send().await;
    call.named("iam:PutRolePermissionsBoundary").map(drop)
}

async fn tag(cx: &Context, subject: &Subject<RoleLifecycle>, to: &RoleResolved) -> Result<()> {
    let (set, removed) = tag_changes(cx, &subject.applied.tags, &to.tags);
    if !removed.is_empty() {
        let call = cx.iam().untag_role().role_name(&subject.id);
        call.set_tag_keys(Some(removed))
            .send()
            .await
            .named("iam:UntagRole")?;
    }
    if !set.is_empty() {
        let call = cx.iam().tag_role().role_name(&subject.id);
        call.set_tags(Some(tags::sdk(set)))
            .send()
            .await
            .named("iam:TagRole")?;
    }
    Ok(())
}

fn made(role: &SdkRole) -> Made {
    Made {
        id: role.role_name.clone(),
        outputs: outputs([
            ("RoleName", Some(role.role_name.clone())),
            ("Arn", Some(role.arn.clone())),
            ("RoleId", Some(role.role_id.clone())),
        ]),
    }
}

/// Seconds of a session, which IAM bounds far below the limit of the type.
fn whole(seconds: u32) -> i32 {
    i32::try_from(seconds).unwrap_or(i32::MAX)
}
