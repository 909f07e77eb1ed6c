//! The life cycle of `AWS::Logs::LogGroup`. CreateLogGroup answers nothing, so that the ARNs are put together here; everything but the key, the class and the deletion
//! protection has a call of its own.

use aws_sdk_cloudwatchlogs::types::LogGroupClass;
use serde_json::Value;
use windlass::aws::logs::{LogGroup, LogGroupChange, LogGroupResolved};
use windlass::canonical::CanonicalJson;
use windlass::partition;
use windlass_engine::provider::{Deletion, ErrorClass, Outputs};
use windlass_state::identity::{INTENT_TAG, IntentId};

use super::reads::{
    DataProtection, IndexPolicies, LogGroups, ResourcePolicies, json, resource_policy, tags,
};
use crate::applied_tags;
use crate::error::{Found as _, Named, Result, incomplete};
use crate::lifecycle::{Context, FoundOne, Lifecycle, Made, Subject, creation_tags, tag_changes};
use crate::observed::{Block, Observed, outputs};
use crate::reads::{Answers, Query, Wants};
use crate::registry::lives;
use crate::wording::Wording;

lives!(LogGroup => LogGroupLifecycle);

pub struct LogGroupLifecycle;

/// What the service says of a key that it may not use, or does not see.
const KEY: &[&str] = &["does not exist or is not allowed"];

/// How long after a create the service may still hide what it made, in seconds.
const VISIBLE_WITHIN: u64 = 60;

impl Lifecycle for LogGroupLifecycle {
    type Kind = LogGroup;
    const DELETION: Deletion = Deletion::AtOnce;
    const WORDINGS: &'static [Wording] = &[
        // A key policy that was written a moment ago does not hold everywhere yet.
        Wording::new(
            &["logs:CreateLogGroup", "logs:AssociateKmsKey"],
            &["InvalidParameterException"],
            ErrorClass::NotYet,
        )
        .saying(KEY),
        // The same in AWS's newer words. <https://github.com/ministryofjustice/modernisation-platform/issues/7870>
        Wording::new(
            &["logs:CreateLogGroup", "logs:AssociateKmsKey"],
            &["AccessDeniedException"],
            ErrorClass::DeniedYet,
        )
        .saying(KEY),
        // A permission that asks for the group's tags, which IAM does not see at once.
        // <https://github.com/hashicorp/terraform-provider-aws/issues/29325>
        Wording::new(
            &["logs:PutRetentionPolicy"],
            &["AccessDeniedException"],
            ErrorClass::DeniedYet,
        ),
    ];

    fn after_create(spec: &LogGroupResolved) -> Vec<LogGroupChange> {
        [
            (
                spec.bearer_token_authentication_enabled.is_some(),
                LogGroupChange::BearerTokenAuthenticationEnabled,
            ),
            (
                spec.data_protection_policy.is_some(),
                LogGroupChange::DataProtectionPolicy,
            ),
            (
                !spec.field_index_policies.is_empty(),
                LogGroupChange::FieldIndexPolicies,
            ),
            (
                spec.resource_policy_document.is_some(),
                LogGroupChange::ResourcePolicyDocument,
            ),
            (
                spec.retention_in_days.is_some(),
                LogGroupChange::RetentionInDays,
            ),
        ]
        .into_iter()
        .filter_map(|(given, change)| given.then_some(change))
        .collect()
    }

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        wants.want::<LogGroups>(subject.id.clone());
        let applied = &subject.applied;
        applied_tags::want(subject.output(GROUP_ARN), &applied.tags, wants);
        if applied.data_protection_policy.is_some() {
            wants.want::<DataProtection>(subject.id.clone());
        }
        if !applied.field_index_policies.is_empty() {
            wants.want::<IndexPolicies>(subject.id.clone());
        }
        if applied.resource_policy_document.is_some() {
            wants.want::<ResourcePolicies>(subject.output(GROUP_ARN));
        }
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let Some(group) = answers.get::<LogGroups>(&subject.id)? else {
            return Ok(None);
        };
        let arn = subject.output(GROUP_ARN).to_owned();
        let policy = answers.get::<ResourcePolicies>(&arn)?;
        let policy = policy.and_then(|policy| json(policy.policy_document.as_deref()));
        let properties = Block::new()
            .set(
                "BearerTokenAuthenticationEnabled",
                group.bearer_token_authentication_enabled,
            )
            .set(
                "DataProtectionPolicy",
                answers.get::<DataProtection>(&subject.id)?,
            )
            .set(
                "DeletionProtectionEnabled",
                group.deletion_protection_enabled,
            )
            .list(
                "FieldIndexPolicies",
                answers.get::<IndexPolicies>(&subject.id)?,
            )
            .set("KmsKeyId", group.kms_key_id.as_ref())
            .set(
                "LogGroupClass",
                group.log_group_class.as_ref().map(LogGroupClass::as_str),
            )
            .set("LogGroupName", group.log_group_name.as_ref())
            .set("ResourcePolicyDocument", policy)
            .set("RetentionInDays", group.retention_in_days);
        let properties = applied_tags::observe(properties, &arn, &subject.applied.tags, answers)?;
        let arn = group.log_group_arn.as_deref().or(group.arn.as_deref());
        let arn = arn.unwrap_or_else(|| subject.output(GROUP_ARN));
        Ok(Some(Observed {
            properties,
            outputs: made(&subject.id, arn).outputs,
        }))
    }

    async fn create(cx: &Context, spec: &LogGroupResolved, intent: &IntentId) -> Result<Made> {
        let class = spec
            .log_group_class
            .map(|class| LogGroupClass::from(class.as_str()));
        let name = spec.log_group_name.clone().unwrap_or_default();
        cx.logs()
            .create_log_group()
            .log_group_name(&name)
            .set_kms_key_id(spec.kms_key_id.as_ref().map(ToString::to_string))
            .set_log_group_class(class)
            .set_deletion_protection_enabled(spec.deletion_protection_enabled)
            .set_tags(Some(
                creation_tags(cx, &spec.tags, intent).into_iter().collect(),
            ))
            .send()
            .await
            .named("logs:CreateLogGroup")?;
        match &cx.account {
            Some(account) => {
                let (partition, region) = (partition::of_region(cx.region()), cx.region());
                let arn = format!("arn:{partition}:logs:{region}:{account}:log-group:{name}");
                Ok(made(&name, &arn))
            }
            None => {
                let found = stands_under(cx, &name).await?;
                found.ok_or_else(|| incomplete("logs:DescribeLogGroups", "log group"))
            }
        }
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &LogGroupResolved,
        changes: &[LogGroupChange],
    ) -> Result<Outputs> {
        let (name, logs) = (&subject.id, cx.logs());
        for change in changes {
            match change {
                LogGroupChange::BearerTokenAuthenticationEnabled => {
                    let call = logs
                        .put_bearer_token_authentication()
                        .log_group_identifier(name);
                    call.bearer_token_authentication_enabled(
                        to.bearer_token_authentication_enabled.unwrap_or(false),
                    )
                    .send()
                    .await
                    .named("logs:PutBearerTokenAuthentication")?;
                }
                LogGroupChange::DataProtectionPolicy => mask(cx, name, to).await?,
                LogGroupChange::DeletionProtectionEnabled => {
                    let call = logs
                        .put_log_group_deletion_protection()
                        .log_group_identifier(name);
                    let protected = to.deletion_protection_enabled.unwrap_or(false);
                    let call = call.deletion_protection_enabled(protected).send().await;
                    call.named("logs:PutLogGroupDeletionProtection")?;
                }
                LogGroupChange::FieldIndexPolicies => index(cx, name, to).await?,
                LogGroupChange::KmsKeyId => encrypt(cx, name, to).await?,
                LogGroupChange::ResourcePolicyDocument => {
                    share(cx, subject.output(GROUP_ARN), to).await?;
                }
                LogGroupChange::RetentionInDays => keep(cx, name, to).await?,
                LogGroupChange::Tags => tag(cx, subject, to).await?,
            }
        }
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        let call = cx.logs().delete_log_group().log_group_name(&subject.id);
        call.send().await.named("logs:DeleteLogGroup").map(drop)
    }

    async fn find(cx: &Context, spec: &LogGroupResolved, intent: &IntentId) -> Result<FoundOne> {
        let name = spec.log_group_name.as_deref().unwrap_or_default();
        let Some(made) = stands_under(cx, name).await? else {
            return Ok(FoundOne::Nothing {
                visible_within: VISIBLE_WITHIN,
            });
        };
        let arn = made
            .outputs
            .get(GROUP_ARN)
            .and_then(Value::as_str)
            .unwrap_or_default();
        let tags = tags(cx, arn).await?.unwrap_or_default();
        Ok(if tags.get(INTENT_TAG) == Some(&intent.0) {
            FoundOne::Ours(made)
        } else {
            FoundOne::Foreign(format!("the log group {name}"))
        })
    }
}

/// The attribute that holds the ARN without `:*`.
const GROUP_ARN: &str = "LogGroupArn";

async fn mask(cx: &Context, name: &str, to: &LogGroupResolved) -> Result<()> {
    let Some(policy) = &to.data_protection_policy else {
        let call = cx
            .logs()
            .delete_data_protection_policy()
            .log_group_identifier(name);
        let gone = call.send().await.named("logs:DeleteDataProtectionPolicy");
        return gone.found().map(drop);
    };
    let call = cx
        .logs()
        .put_data_protection_policy()
        .log_group_identifier(name);
    let call = call.policy_document(text(policy)).send().await;
    call.named("logs:PutDataProtectionPolicy").map(drop)
}

async fn index(cx: &Context, name: &str, to: &LogGroupResolved) -> Result<()> {
    let Some(policy) = to.field_index_policies.first() else {
        let call = cx.logs().delete_index_policy().log_group_identifier(name);
        return call
            .send()
            .await
            .named("logs:DeleteIndexPolicy")
            .found()
            .map(drop);
    };
    let call = cx.logs().put_index_policy().log_group_identifier(name);
    let call = call.policy_document(text(policy)).send().await;
    call.named("logs:PutIndexPolicy").map(drop)
}

async fn encrypt(cx: &Context, name: &str, to: &LogGroupResolved) -> Result<()> {
    let Some(key) = &to.kms_key_id else {
        let call = cx.logs().disassociate_kms_key().log_group_name(name);
        return call.send().await.named("logs:DisassociateKmsKey").map(drop);
    };
    let call = cx.logs().associate_kms_key().log_group_name(name);
    let call = call.kms_key_id(key.as_str()).send().await;
    call.named("logs:AssociateKmsKey").map(drop)
}

/// AWS wants to be told which revision is replaced, and nothing where there is none.
async fn share(cx: &Context, arn: &str, to: &LogGroupResolved) -> Result<()> {
    let old = resource_policy(cx, arn).await?;
    let revision = old.as_ref().and_then(|policy| policy.revision_id.clone());
    let Some(policy) = &to.resource_policy_document else {
        if old.is_none() {
            return Ok(());
        }
        let call = cx.logs().delete_resource_policy().resource_arn(arn);
        let call = call.set_expected_revision_id(revision).send().await;
        return call.named("logs:DeleteResourcePolicy").found().map(drop);
    };
    let call = cx.logs().put_resource_policy().resource_arn(arn);
    call.policy_document(text(policy))
        .set_expected_revision_id(revision)
        .send()
        .await
        .named("logs:PutResourcePolicy")
        .map(drop)
}

async fn keep(cx: &Context, name: &str, to: &LogGroupResolved) -> Result<()> {
    let Some(span) = to.retention_in_days else {
        let call = cx.logs().delete_retention_policy().log_group_name(name);
        return call
            .send()
            .await
            .named("logs:DeleteRetentionPolicy")
            .map(drop);
    };
    let call = cx.logs().put_retention_policy().log_group_name(name);
    let call = call.retention_in_days(i32::from(span.days())).send().await;
    call.named("logs:PutRetentionPolicy").map(drop)
}

async fn tag(
    cx: &Context,
    subject: &Subject<LogGroupLifecycle>,
    to: &LogGroupResolved,
) -> Result<()> {
    let (set, removed) = tag_changes(cx, &subject.applied.tags, &to.tags);
    let arn = subject.output(GROUP_ARN);
    if !removed.is_empty() {
        let call = cx.logs().untag_resource().resource_arn(arn);
        let call = call.set_tag_keys(Some(removed)).send().await;
        call.named("logs:UntagResource")?;
    }
    if !set.is_empty() {
        let call = cx.logs().tag_resource().resource_arn(arn);
        let call = call.set_tags(Some(set.into_iter().collect())).send().await;
        call.named("logs:TagResource")?;
    }
    Ok(())
}

async fn stands_under(cx: &Context, name: &str) -> Result<Option<Made>> {
    let found = LogGroups::fetch(cx, vec![name.to_owned()]).await?;
    Ok(found.into_iter().find_map(|(name, group)| {
        let arn = group.log_group_arn.or(group.arn)?;
        Some(made(&name, &arn))
    }))
}

/// Both forms of an ARN, from either.
fn made(name: &str, arn: &str) -> Made {
    let bare = arn.strip_suffix(":*").unwrap_or(arn);
    Made {
        id: name.to_owned(),
        outputs: outputs([
            ("LogGroupName", Some(name.to_owned())),
            ("Arn", Some(format!("{bare}:*"))),
            (GROUP_ARN, Some(bare.to_owned())),
        ]),
    }
}

fn text(document: &Value) -> String {
    CanonicalJson::of(document).as_str().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_an_arn_come_from_either() {
        let bare = "arn:aws:logs:us-east-1:123456789012:log-group:/ecs/api";
        let from_bare = made("/ecs/api", bare);
        assert_eq!(from_bare, made("/ecs/api", &format!("{bare}:*")));
        assert_eq!(from_bare.outputs["Arn"], format!("{bare}:*"));
        assert_eq!(from_bare.outputs[GROUP_ARN], bare);
    }
}
