//! The life cycle of `AWS::SecretsManager::Secret`.
//!
//! The one attempt of CreateSecret carries a generated value. An update sends a value from outside, so that a secret restored from deletion gets it
//! as well. A secret that is scheduled for deletion counts as gone.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType, SecretListEntry, Tag};
use windlass::aws::secretsmanager::{
    ContentResolved, RecoveryResolved, Secret, SecretChange, SecretResolved,
};
use windlass_state::identity::INTENT_TAG;

use super::replicas::{Replicas, replicate, withdraw};
use super::restore::{DELETED_TAG, is_ours_deleted, mark, settle};
use super::value;
use crate::lifecycle::{creation_tags, tag_changes};
use crate::prelude::*;
use crate::reads::worthwhile;

lives!(Secret => SecretLifecycle);

pub struct SecretLifecycle;

/// The visibility window: how many seconds after a create the service may still hide the new resource.
const VISIBLE_WITHIN: u64 = 60;

tables! { windlass::aws::secretsmanager => aws_sdk_secretsmanager;
    Secret => create_secret | SecretListEntry {
        "Description" shown by description;
        "KmsKeyId" shown by kms_key_id;
        "ReplicaRegions" sent as add_replica_regions, not shown;
        "Type" as r#type, shown by secret_type;
        content { "SecretString" not sent; "GenerateSecretString" not sent; }
        recovery { "RecoveryWindowInDays" not sent; "ForceDeleteWithoutRecovery" not sent; }
    }
}

fn description(secret: &SecretListEntry) -> Option<&String> {
    filled(&secret.description)
}

fn kms_key_id(secret: &SecretListEntry) -> Option<&String> {
    filled(&secret.kms_key_id)
}

fn secret_type(secret: &SecretListEntry) -> Option<&String> {
    filled(&secret.r#type)
}

fn filled(text: &Option<String>) -> Option<&String> {
    text.as_ref().filter(|text| !text.is_empty())
}

impl Described for SecretListEntry {
    fn id(&self) -> Option<String> {
        self.arn.clone()
    }

    fn outputs(&self) -> Outputs {
        let made = made(self.arn(), self.name());
        made.map(|made| made.outputs).unwrap_or_default()
    }

    fn properties(&self) -> Block {
        let tags = self.tags.iter().flatten().filter_map(|tag| {
            let key = tag.key.clone().filter(|key| key != DELETED_TAG)?;
            Some((key, tag.value.clone().unwrap_or_default()))
        });
        self.block().tags("Tags", tags)
    }
}

/// Secrets that are not scheduled for deletion, by ARN.
struct Secrets;

impl Query for Secrets {
    type Key = String;
    type Item = SecretListEntry;
    /// One list answers for all keys.
    const BATCH: usize = 10_000;

    async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, SecretListEntry)>> {
        let keys: BTreeSet<String> = keys.into_iter().collect();
        let ours = Filter::builder()
            .key(FilterNameStringType::TagKey)
            .values(INTENT_TAG)
            .build();
        let call = clients
            .secretsmanager()
            .list_secrets()
            .filters(ours)
            .max_results(100);
        let mut pages = call.into_paginator().send();
        let mut found = Vec::new();
        for _ in 0..worthwhile(keys.len()) {
            let Some(page) = pages.next().await else {
                break;
            };
            let page = page.named("secretsmanager:ListSecrets")?;
            let secrets = page.secret_list.unwrap_or_default().into_iter();
            let named = secrets.filter_map(|secret| Some((secret.arn.clone()?, secret)));
            found.extend(named.filter(|(arn, _)| keys.contains(arn)));
            if found.len() == keys.len() {
                break;
            }
        }
        Ok(found)
    }

    /// Reads one secret, because the list is eventually consistent and may not have been read to its end.
    async fn confirm(clients: &Clients, arn: &String) -> Result<Option<SecretListEntry>> {
        let secret = described(clients, arn).await?;
        let secret = secret.filter(|secret| secret.deleted_date.is_none());
        Ok(secret.map(|secret| {
            SecretListEntry::builder()
                .set_arn(secret.arn)
                .set_name(secret.name)
                .set_description(secret.description)
                .set_kms_key_id(secret.kms_key_id)
                .set_type(secret.r#type)
                .set_tags(secret.tags)
                .build()
        }))
    }
}

impl Lifecycle for SecretLifecycle {
    type Kind = Secret;
    const DELETION: Deletion = Deletion::AtOnce;
    const IS_LISTED: bool = true;
    const WORDINGS: &'static [Wording] =
        &[Wording::new(&[], &["InvalidRequestException"], ErrorClass::NotFound).saying(WAITS)];

    fn after_create(spec: &SecretResolved) -> Vec<SecretChange> {
        match &spec.content {
            Some(ContentResolved::SecretString(_)) => vec![SecretChange::Content],
            Some(ContentResolved::GenerateSecretString(_)) | None => Vec::new(),
        }
    }

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        wants.want::<Secrets>(subject.id.clone());
        if !subject.applied.replica_regions.is_empty() {
            wants.want::<Replicas>(subject.id.clone());
        }
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let Some(secret) = answers.get::<Secrets>(&subject.id)? else {
            return Ok(None);
        };
        let copies = answers.get::<Replicas>(&subject.id)?.into_iter().flatten();
        let own = |region: &str| {
            let mut own = subject.applied.replica_regions.iter();
            own.any(|replica| replica.region == region)
        };
        let replicas = copies.filter(|(region, _)| own(region));
        let replicas = replicas.map(|(_, copy)| copy.block());
        Ok(Some(Observed {
            properties: secret.properties().list("ReplicaRegions", replicas),
            // The read accepts a name instead of an ARN, but references need the ARN.
            outputs: secret.outputs(),
        }))
    }

    async fn create(cx: &Context, spec: &SecretResolved, intent: &IntentId) -> Result<Made> {
        const OPERATION: &str = "secretsmanager:CreateSecret";
        let value = match &spec.content {
            Some(ContentResolved::GenerateSecretString(password)) => {
                Some(value::generated(cx, password).await?)
            }
            Some(ContentResolved::SecretString(_)) | None => None,
        };
        let result = spec
            .fill(cx.secretsmanager().create_secret())
            .client_request_token(&intent.0)
            .set_secret_string(value)
            .set_tags(Some(sdk_tags(creation_tags(cx, &spec.tags, intent))))
            .send()
            .await
            .named(OPERATION);
        match result {
            Ok(answer) => {
                made(answer.arn(), answer.name()).ok_or_else(|| incomplete(OPERATION, "secret ARN"))
            }
            Err(error) if error.class == ErrorClass::AlreadyExists || waits(&error.message) => {
                settle(cx, spec, intent, error).await
            }
            Err(error) => Err(error),
        }
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &SecretResolved,
        changes: &[SecretChange],
    ) -> Result<Outputs> {
        let mut call = cx
            .secretsmanager()
            .update_secret()
            .secret_id(&subject.id)
            .set_client_request_token(cx.token.clone());
        let mut described = false;
        for change in changes {
            match change {
                SecretChange::Description => {
                    call = call.description(to.description.clone().unwrap_or_default());
                    described = true;
                }
                // An empty text means AWS's own key.
                SecretChange::KmsKeyId => {
                    call = call.kms_key_id(to.kms_key_id.clone().unwrap_or_default());
                    described = true;
                }
                SecretChange::SecretType => {
                    call = call.r#type(to.secret_type.clone().unwrap_or_default());
                    described = true;
                }
                SecretChange::Content => match &to.content {
                    Some(ContentResolved::SecretString(secret)) => {
                        value::send(cx, &subject.id, secret).await?;
                    }
                    Some(ContentResolved::GenerateSecretString(_)) | None => {}
                },
                // `Recovery` only tells the engine how to delete.
                SecretChange::Recovery => {}
                SecretChange::ReplicaRegions => {
                    let gone = subject.applied.replica_regions.iter().filter(|old| {
                        !to.replica_regions
                            .iter()
                            .any(|new| new.region == old.region)
                    });
                    withdraw(
                        cx,
                        &subject.id,
                        gone.map(|old| old.region.clone()).collect(),
                    )
                    .await?;
                    replicate(cx, &subject.id, &to.replica_regions).await?;
                }
                SecretChange::Tags => tag(cx, subject, to).await?,
            }
        }
        if described {
            call.send().await.named("secretsmanager:UpdateSecret")?;
        }
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        let own = subject.applied.replica_regions.iter();
        withdraw(
            cx,
            &subject.id,
            own.map(|replica| replica.region.clone()).collect(),
        )
        .await?;
        let call = cx.secretsmanager().delete_secret().secret_id(&subject.id);
        let call = match &subject.applied.recovery {
            Some(RecoveryResolved::ForceDeleteWithoutRecovery(true)) => {
                call.force_delete_without_recovery(true)
            }
            Some(RecoveryResolved::RecoveryWindowInDays(days)) => {
                mark(cx, &subject.id).await?;
                call.recovery_window_in_days(i64::from(*days))
            }
            Some(RecoveryResolved::ForceDeleteWithoutRecovery(false)) | None => {
                mark(cx, &subject.id).await?;
                call
            }
        };
        call.send()
            .await
            .named("secretsmanager:DeleteSecret")
            .map(drop)
    }

    async fn find(cx: &Context, spec: &SecretResolved, intent: &IntentId) -> Result<FoundOne> {
        let name = spec.name.as_deref().unwrap_or_default();
        let secret = described(cx, name).await?;
        let nothing = FoundOne::Nothing {
            visible_within: VISIBLE_WITHIN,
        };
        let Some(secret) = secret.filter(|secret| secret.deleted_date.is_none()) else {
            return Ok(nothing);
        };
        let is =
            |tag: &Tag| tag.key() == Some(INTENT_TAG) && tag.value() == Some(intent.0.as_str());
        let ours = secret.tags().iter().any(is) || is_ours_deleted(&secret);
        let made = made(secret.arn(), secret.name());
        Ok(match made {
            Some(made) if ours => FoundOne::Ours(made),
            _ => FoundOne::Foreign(format!("the secret {}", secret.arn().unwrap_or(name))),
        })
    }
}

/// AWS's messages about a secret, or a name, that is scheduled for deletion. AWS has one error code for this and for other states of a secret.
const WAITS: &[&str] = &["scheduled for deletion", "marked for deletion"];

/// Whether AWS refused a call because of a scheduled deletion.
fn waits(message: &str) -> bool {
    WAITS.iter().any(|words| message.contains(words))
}

/// A secret by its ARN or name, scheduled for deletion or not.
pub(super) async fn described(clients: &Clients, id: &str) -> Result<Option<DescribeSecretOutput>> {
    let call = clients.secretsmanager().describe_secret().secret_id(id);
    call.send()
        .await
        .named("secretsmanager:DescribeSecret")
        .found()
}

async fn tag(cx: &Context, subject: &Subject<SecretLifecycle>, to: &SecretResolved) -> Result<()> {
    let (set, mut removed) = tag_changes(cx, &subject.applied.tags, &to.tags);
    // A secret that an unfinished run restored still has this tag.
    removed.push(DELETED_TAG.to_owned());
    let call = cx.secretsmanager().untag_resource().secret_id(&subject.id);
    let call = call.set_tag_keys(Some(removed)).send().await;
    call.named("secretsmanager:UntagResource")?;
    if !set.is_empty() {
        let call = cx.secretsmanager().tag_resource().secret_id(&subject.id);
        let call = call.set_tags(Some(sdk_tags(set))).send().await;
        call.named("secretsmanager:TagResource")?;
    }
    Ok(())
}

pub(super) fn sdk_tags(tags: BTreeMap<String, String>) -> Vec<Tag> {
    tags.into_iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect()
}

pub(super) fn made(arn: Option<&str>, name: Option<&str>) -> Option<Made> {
    let arn = arn?.to_owned();
    Some(Made {
        outputs: outputs([("Id", Some(arn.clone())), ("Name", name.map(str::to_owned))]),
        id: arn,
    })
}
