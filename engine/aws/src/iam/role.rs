//! The life cycle of `AWS::IAM::Role`. CreateRole carries neither inline policies nor attachments; each of them has its own call.
//!
//! Inline policies and attachments that the role's own spec never listed belong to another owner: Windlass neither observes nor removes them.

use std::collections::BTreeSet;

use aws_sdk_iam::operation::create_role::builders::CreateRoleFluentBuilder;
use aws_sdk_iam::types::Role as SdkRole;
use serde_json::Value;
use windlass::aws::iam::{Role, RoleChange, RoleResolved};

use super::carriers::{Carrier, attach, detach};
use super::roles::{Answer, Part, Roles, role_named};
use super::{VISIBLE_WITHIN, documents, holders, tags};
use crate::lifecycle::{creation_tags, tag_changes};
use crate::prelude::*;

lives!(Role => RoleLifecycle);

pub struct RoleLifecycle;

tables! { windlass::aws::iam => aws_sdk_iam;
    InlinePolicy => put_role_policy | _ { "PolicyDocument" sent by documents::sent; }
    // Lists return neither `Description` nor `MaxSessionDuration`. Windlass shows both only if the author wrote one of them.
    Role => create_role | Role {
        "AssumeRolePolicyDocument" sent by documents::sent, shown by trust;
        "Description" not shown;
        "ManagedPolicyArns" later, not shown;
        "MaxSessionDuration" not shown;
        "PermissionsBoundary" shown by boundary;
        "Policies" later, not shown;
    }
}

fn trust(role: &SdkRole) -> Option<Value> {
    let document = role.assume_role_policy_document.as_deref();
    document.map(documents::value)
}

fn boundary(role: &SdkRole) -> Option<&String> {
    let boundary = role.permissions_boundary.as_ref()?;
    boundary.permissions_boundary_arn.as_ref()
}

impl Described for SdkRole {
    fn id(&self) -> Option<String> {
        Some(self.role_name.clone())
    }

    fn outputs(&self) -> Outputs {
        outputs([
            ("RoleName", self.id()),
            ("Arn", Some(self.arn.clone())),
            ("RoleId", Some(self.role_id.clone())),
        ])
    }

    fn properties(&self) -> Block {
        self.block().tags("Tags", tags::pairs(self.tags.as_deref()))
    }
}

impl Lifecycle for RoleLifecycle {
    type Kind = Role;
    const DELETION: Deletion = Deletion::AtOnce;
    const WORDINGS: &'static [Wording] = &[
        // IAM does not know a principal yet that was created a moment ago.
        Wording::new(
            &["iam:CreateRole", "iam:UpdateAssumeRolePolicy"],
            &["MalformedPolicyDocument"],
            ErrorClass::NotYet,
        )
        .saying(&["Invalid principal"]),
    ];

    fn after_create(spec: &RoleResolved) -> Vec<RoleChange> {
        later::<_, CreateRoleFluentBuilder>(spec)
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
        let properties = role
            .properties()
            .set("Description", description.filter(|text| !text.is_empty()))
            .list("ManagedPolicyArns", attached)
            .set(
                "MaxSessionDuration",
                described.and_then(|role| role.max_session_duration),
            )
            .list("Policies", inline);
        Ok(Some(Observed {
            properties,
            outputs: role.outputs(),
        }))
    }

    async fn create(cx: &Context, spec: &RoleResolved, intent: &IntentId) -> Result<Made> {
        const OPERATION: &str = "iam:CreateRole";
        let tags = tags::sdk(creation_tags(cx, &spec.tags, intent));
        let call = spec.fill(cx.iam().create_role()).set_tags(Some(tags));
        let answer = call.send().await.named(OPERATION)?;
        made(answer.role.as_ref(), OPERATION)
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
                // One UpdateRole call carries both, and resets to the default the one that it lacks.
                RoleChange::Description | RoleChange::MaxSessionDuration if described => {}
                RoleChange::Description | RoleChange::MaxSessionDuration => {
                    described = true;
                    let call = cx.iam().update_role().role_name(&subject.id);
                    let duration = to.max_session_duration.to_sdk();
                    call.description(to.description.clone().unwrap_or_default())
                        .max_session_duration(duration.unwrap_or(3_600))
                        .send()
                        .await
                        .named("iam:UpdateRole")?;
                }
                RoleChange::ManagedPolicyArns => attach_policies(cx, subject, to).await?,
                RoleChange::PermissionsBoundary => {
                    put_permissions_boundary(cx, subject, to).await?;
                }
                RoleChange::Policies => put_policies(cx, subject, to).await?,
                RoleChange::Tags => tag_role(cx, subject, to).await?,
            }
        }
        Ok(Outputs::new())
    }

    /// Removes the policies of the role's own spec, because AWS refuses the deletion otherwise. Policies of other owners block the deletion, and AWS
    /// reports that.
    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        for arn in &subject.applied.managed_policy_arns {
            detach(cx, Carrier::Role, &subject.id, arn.as_str()).await?;
        }
        for policy in &subject.applied.policies {
            delete_policy(cx, &subject.id, &policy.policy_name).await?;
        }
        let call = cx.iam().delete_role().role_name(&subject.id);
        call.send().await.named("iam:DeleteRole").map(drop)
    }

    async fn who_uses(cx: &Context, subject: &Subject<Self>) -> Result<Vec<String>> {
        holders::of_role(cx, &subject.id).await
    }

    async fn find(cx: &Context, spec: &RoleResolved, intent: &IntentId) -> Result<FoundOne> {
        let name = spec.role_name.as_deref().unwrap_or_default();
        Ok(FoundOne::by_name(
            role_named(cx, name).await?.as_ref(),
            |role| tags::are_of(role.tags.as_deref(), intent),
            |role| format!("the role {}", role.arn),
            VISIBLE_WITHIN,
        ))
    }
}

/// The part that reads the role itself. If the author wrote a description or a duration, it includes the members that lists lack.
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

async fn attach_policies(
    cx: &Context,
    subject: &Subject<RoleLifecycle>,
    to: &RoleResolved,
) -> Result<()> {
    let (role, wanted) = (&subject.id, own_arns(to));
    for arn in own_arns(&subject.applied).difference(&wanted) {
        detach(cx, Carrier::Role, role, arn).await?;
    }
    for arn in wanted {
        attach(cx, Carrier::Role, role, arn).await?;
    }
    Ok(())
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
            delete_policy(cx, &subject.id, &old.policy_name).await?;
        }
    }
    for policy in &to.policies {
        let call = policy.fill(cx.iam().put_role_policy());
        let call = call.role_name(&subject.id);
        call.send().await.named("iam:PutRolePolicy")?;
    }
    Ok(())
}

async fn delete_policy(cx: &Context, role: &str, name: &str) -> Result<()> {
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

async fn put_permissions_boundary(
    cx: &Context,
    subject: &Subject<RoleLifecycle>,
    to: &RoleResolved,
) -> Result<()> {
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

async fn tag_role(cx: &Context, subject: &Subject<RoleLifecycle>, to: &RoleResolved) -> Result<()> {
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
