//! The life cycle of `AWS::Logs::LogGroup`. CreateLogGroup returns nothing, so the code here builds the ARNs. The call carries the encryption key,
//! the class, the deletion protection and the tags. Every other property has its own call.

use aws_sdk_cloudwatchlogs::operation::create_log_group::builders::CreateLogGroupFluentBuilder;
use serde_json::Value;
use windlass::aws::logs::{LogGroup, LogGroupChange, LogGroupResolved};
use windlass::canonical::CanonicalJson;
use windlass::partition;
use windlass_state::identity::INTENT_TAG;

use super::reads::{
    DataProtection, IndexPolicies, LogGroups, ResourcePolicies, json, resource_policy,
};
use super::tags::Tags;
use crate::lifecycle::creation_tags;
use crate::prelude::*;
use crate::reads::Single as _;
use crate::{applied_tags, tagging};

lives!(LogGroup => LogGroupLifecycle);

pub struct LogGroupLifecycle;

tables! { windlass::aws::logs => aws_sdk_cloudwatchlogs;
    LogGroup => create_log_group | LogGroup {
        "BearerTokenAuthenticationEnabled" later;
        "DataProtectionPolicy" later, not shown;
        "FieldIndexPolicies" later, not shown;
        "ResourcePolicyDocument" later, not shown;
        "RetentionInDays" later;
    }
}

/// The service's message about an encryption key that it may not use or does not see.
const KEY: &[&str] = &["does not exist or is not allowed"];

/// The visibility window: how many seconds after a create the service may still hide the new resource.
const VISIBLE_WITHIN: u64 = 60;

impl Lifecycle for LogGroupLifecycle {
    type Kind = LogGroup;
    const DELETION: Deletion = Deletion::AtOnce;
    const IS_LISTED: bool = true;
    const WORDINGS: &'static [Wording] = &[
        // A key policy that was written a moment ago does not apply everywhere yet.
        Wording::new(
            &["logs:CreateLogGroup", "logs:AssociateKmsKey"],
            &["InvalidParameterException"],
            ErrorClass::NotYet,
        )
        .saying(KEY),
        // AWS's newer message for the same case. <https://github.com/ministryofjustice/modernisation-platform/issues/7870>
        Wording::new(
            &["logs:CreateLogGroup", "logs:AssociateKmsKey"],
            &["AccessDeniedException"],
            ErrorClass::DeniedYet,
        )
        .saying(KEY),
        // A permission with a condition on the group's tags. IAM does not see new tags at once.
        // <https://github.com/hashicorp/terraform-provider-aws/issues/29325>
        Wording::new(
            &["logs:PutRetentionPolicy"],
            &["AccessDeniedException"],
            ErrorClass::DeniedYet,
        ),
    ];

    fn after_create(spec: &LogGroupResolved) -> Vec<LogGroupChange> {
        later::<_, CreateLogGroupFluentBuilder>(spec)
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
        let properties = group
            .block()
            .set(
                "DataProtectionPolicy",
                answers.get::<DataProtection>(&subject.id)?,
            )
            .list(
                "FieldIndexPolicies",
                answers.get::<IndexPolicies>(&subject.id)?,
            )
            .set("ResourcePolicyDocument", policy);
        let properties = applied_tags::observe(properties, &arn, &subject.applied.tags, answers)?;
        let arn = group.log_group_arn.as_deref().or(group.arn.as_deref());
        let arn = arn.unwrap_or_else(|| subject.output(GROUP_ARN));
        Ok(Some(Observed {
            properties,
            outputs: made(&subject.id, arn).outputs,
        }))
    }

    async fn create(cx: &Context, spec: &LogGroupResolved, intent: &IntentId) -> Result<Made> {
        let name = spec.log_group_name.clone().unwrap_or_default();
        let tags = creation_tags(cx, &spec.tags, intent);
        let call = spec.fill(cx.logs().create_log_group());
        let call = call.set_tags(Some(tags.into_iter().collect()));
        call.send().await.named("logs:CreateLogGroup")?;
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
                LogGroupChange::DataProtectionPolicy => {
                    put_data_protection_policy(cx, name, to).await?;
                }
                LogGroupChange::DeletionProtectionEnabled => {
                    let call = logs
                        .put_log_group_deletion_protection()
                        .log_group_identifier(name);
                    let protected = to.deletion_protection_enabled.unwrap_or(false);
                    let call = call.deletion_protection_enabled(protected).send().await;
                    call.named("logs:PutLogGroupDeletionProtection")?;
                }
                LogGroupChange::FieldIndexPolicies => put_index_policy(cx, name, to).await?,
                LogGroupChange::KmsKeyId => associate_kms_key(cx, name, to).await?,
                LogGroupChange::ResourcePolicyDocument => {
                    put_resource_policy(cx, subject.output(GROUP_ARN), to).await?;
                }
                LogGroupChange::RetentionInDays => put_retention_policy(cx, name, to).await?,
                LogGroupChange::Tags => {
                    let arn = subject.output(GROUP_ARN);
                    tagging::update::<Tags>(cx, arn, &subject.applied.tags, &to.tags).await?;
                }
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
        let arn = made.outputs.get(GROUP_ARN).and_then(Value::as_str);
        let arn = arn.unwrap_or_default().to_owned();
        let tags = Tags::ask(cx, &arn).await?.unwrap_or_default();
        Ok(if tags.get(INTENT_TAG) == Some(&intent.0) {
            FoundOne::Ours(made)
        } else {
            FoundOne::Foreign(format!("the log group {name}"))
        })
    }
}

/// The attribute that holds the ARN without `:*`.
const GROUP_ARN: &str = "LogGroupArn";

async fn put_data_protection_policy(cx: &Context, name: &str, to: &LogGroupResolved) -> Result<()> {
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

async fn put_index_policy(cx: &Context, name: &str, to: &LogGroupResolved) -> Result<()> {
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

async fn associate_kms_key(cx: &Context, name: &str, to: &LogGroupResolved) -> Result<()> {
    let Some(key) = &to.kms_key_id else {
        let call = cx.logs().disassociate_kms_key().log_group_name(name);
        return call.send().await.named("logs:DisassociateKmsKey").map(drop);
    };
    let call = cx.logs().associate_kms_key().log_group_name(name);
    let call = call.kms_key_id(key.as_str()).send().await;
    call.named("logs:AssociateKmsKey").map(drop)
}

/// AWS requires the revision of the policy that the call replaces, and no revision if there is none.
async fn put_resource_policy(cx: &Context, arn: &str, to: &LogGroupResolved) -> Result<()> {
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

async fn put_retention_policy(cx: &Context, name: &str, to: &LogGroupResolved) -> Result<()> {
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

async fn stands_under(cx: &Context, name: &str) -> Result<Option<Made>> {
    let found = LogGroups::fetch(cx, vec![name.to_owned()]).await?;
    Ok(found.into_iter().find_map(|(name, group)| {
        let arn = group.log_group_arn.or(group.arn)?;
        Some(made(&name, &arn))
    }))
}

/// The outputs with both forms of an ARN, from either form.
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
