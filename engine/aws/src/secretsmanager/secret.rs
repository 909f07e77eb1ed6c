//! The life cycle of `AWS::SecretsManager::Secret`.
//!
//! A generated value goes with CreateSecret, in its one attempt; a value from outside is sent by an update, so that it is sent, too, to a secret that was
//! taken back from deletion. What waits for its deletion counts as gone.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType, ReplicaRegionType, Tag};
use windlass::aws::secretsmanager::{
    ContentResolved, RecoveryResolved, ReplicaRegionResolved, Secret, SecretChange, SecretResolved,
};
use windlass_engine::provider::{Deletion, ErrorClass, Outputs};
use windlass_state::identity::{INTENT_TAG, IntentId};

use super::restore::{DELETED_TAG, is_ours_deleted, mark, settle};
use super::value;
use crate::clients::Clients;
use crate::error::{Found as _, Named, Result, incomplete};
use crate::lifecycle::{Context, FoundOne, Lifecycle, Made, Subject, creation_tags, tag_changes};
use crate::observed::{Block, Observed, outputs};
use crate::reads::{Answers, Query, Single, Wants, worthwhile};
use crate::registry::lives;
use crate::wording::Wording;

lives!(Secret => SecretLifecycle);

pub struct SecretLifecycle;

/// How long after a create the service may still hide what it made, in seconds.
const VISIBLE_WITHIN: u64 = 60;

/// What is known about a secret, without its value.
struct Facts {
    arn: Option<String>,
    name: Option<String>,
    description: Option<String>,
    kms_key_id: Option<String>,
    secret_type: Option<String>,
    tags: Vec<Tag>,
}

/// Secrets that do not wait for their deletion, by ARN.
struct Secrets;

impl Query for Secrets {
    type Key = String;
    type Item = Facts;
    /// The list answers all at once.
    const BATCH: usize = 10_000;

    async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, Facts)>> {
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
            for secret in page.secret_list.unwrap_or_default() {
                let Some(arn) = secret.arn.filter(|arn| keys.contains(arn)) else {
                    continue;
                };
                let facts = Facts {
                    arn: Some(arn.clone()),
                    name: secret.name,
                    description: secret.description,
                    kms_key_id: secret.kms_key_id,
                    secret_type: secret.r#type,
                    tags: secret.tags.unwrap_or_default(),
                };
                found.push((arn, facts));
            }
            if found.len() == keys.len() {
                break;
            }
        }
        Ok(found)
    }

    /// The list lags behind, and may not have been read to its end.
    async fn confirm(clients: &Clients, arn: &String) -> Result<Option<Facts>> {
        let secret = described(clients, arn).await?;
        let secret = secret.filter(|secret| secret.deleted_date.is_none());
        Ok(secret.map(|secret| Facts {
            arn: secret.arn,
            name: secret.name,
            description: secret.description,
            kms_key_id: secret.kms_key_id,
            secret_type: secret.r#type,
            tags: secret.tags.unwrap_or_default(),
        }))
    }
}

/// The copies of a secret in other regions, which no list returns: regions and their keys.
struct Replicas;

impl Single for Replicas {
    type Key = String;
    type Item = BTreeMap<String, Option<String>>;

    async fn ask(clients: &Clients, arn: &String) -> Result<Option<Self::Item>> {
        copies(clients, arn).await.map(Some)
    }
}

impl Lifecycle for SecretLifecycle {
    type Kind = Secret;
    const DELETION: Deletion = Deletion::AtOnce;
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
        let none = BTreeMap::new();
        let copies = answers.get::<Replicas>(&subject.id)?.unwrap_or(&none);
        let own = |region: &str| {
            let mut own = subject.applied.replica_regions.iter();
            own.any(|replica| replica.region == region)
        };
        let replicas = copies
            .iter()
            .filter(|(region, _)| own(region))
            .map(|(region, key)| {
                Block::new()
                    .set("Region", Some(region))
                    .set("KmsKeyId", key.as_ref())
            });
        let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let tags = secret.tags.iter().filter_map(|tag| {
            let key = tag.key.clone().filter(|key| key != DELETED_TAG)?;
            Some((key, tag.value.clone().unwrap_or_default()))
        });
        let properties = Block::new()
            .set("Description", filled(&secret.description))
            .set("KmsKeyId", filled(&secret.kms_key_id))
            .set("Name", secret.name.as_ref())
            .list("ReplicaRegions", replicas)
            .tags("Tags", tags)
            .set("Type", filled(&secret.secret_type));
        // Asking takes a name for an ARN; what others refer to is the ARN.
        let found = made(secret.arn.as_deref(), secret.name.as_deref());
        Ok(Some(Observed {
            properties,
            outputs: found.map(|made| made.outputs).unwrap_or_default(),
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
        let replicas = spec.replica_regions.iter().map(replica).collect();
        let result = cx
            .secretsmanager()
            .create_secret()
            .set_name(spec.name.clone())
            .client_request_token(&intent.0)
            .set_description(spec.description.clone())
            .set_kms_key_id(spec.kms_key_id.clone())
            .set_secret_string(value)
            .set_tags(Some(sdk_tags(creation_tags(cx, &spec.tags, intent))))
            .set_add_replica_regions(Some(replicas).filter(|all: &Vec<_>| !all.is_empty()))
            .set_type(spec.secret_type.clone())
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
                // An empty text is AWS's own key.
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
                // It only says how the deletion is to be done.
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

/// What AWS says where a secret, or one of its name, waits for its deletion: it has one code for this and for other states that a secret cannot
/// be in.
const WAITS: &[&str] = &["scheduled for deletion", "marked for deletion"];

/// Whether AWS refused a call for that.
fn waits(message: &str) -> bool {
    WAITS.iter().any(|words| message.contains(words))
}

/// A secret by its ARN or name, whether it waits for its deletion or not.
pub(super) async fn described(clients: &Clients, id: &str) -> Result<Option<DescribeSecretOutput>> {
    let call = clients.secretsmanager().describe_secret().secret_id(id);
    call.send()
        .await
        .named("secretsmanager:DescribeSecret")
        .found()
}

async fn copies(clients: &Clients, arn: &str) -> Result<BTreeMap<String, Option<String>>> {
    let secret = described(clients, arn).await?;
    let copies = secret
        .and_then(|secret| secret.replication_status)
        .unwrap_or_default();
    let copies = copies.into_iter();
    Ok(copies
        .filter_map(|copy| Some((copy.region?, copy.kms_key_id)))
        .collect())
}

/// Makes the copies that are missing, and makes anew those whose key is another. Copies of other regions are left alone.
pub(super) async fn replicate(
    cx: &Context,
    arn: &str,
    wanted: &[ReplicaRegionResolved],
) -> Result<()> {
    if wanted.is_empty() {
        return Ok(());
    }
    let copies = copies(cx, arn).await?;
    let is_there = |wanted: &ReplicaRegionResolved| {
        let key = copies.get(&wanted.region);
        // Without a key of the author's, AWS's own stands there.
        key.is_some_and(|key| wanted.kms_key_id.is_none() || *key == wanted.kms_key_id)
    };
    let missing: Vec<_> = wanted.iter().filter(|wanted| !is_there(wanted)).collect();
    let other = missing
        .iter()
        .filter(|wanted| copies.contains_key(&wanted.region));
    withdraw(cx, arn, other.map(|wanted| wanted.region.clone()).collect()).await?;
    if missing.is_empty() {
        return Ok(());
    }
    let regions = missing.into_iter().map(replica).collect();
    let call = cx
        .secretsmanager()
        .replicate_secret_to_regions()
        .secret_id(arn);
    let call = call.set_add_replica_regions(Some(regions)).send().await;
    call.named("secretsmanager:ReplicateSecretToRegions")
        .map(drop)
}

async fn withdraw(cx: &Context, arn: &str, regions: Vec<String>) -> Result<()> {
    if regions.is_empty() {
        return Ok(());
    }
    let call = cx
        .secretsmanager()
        .remove_regions_from_replication()
        .secret_id(arn);
    let call = call.set_remove_replica_regions(Some(regions)).send().await;
    call.named("secretsmanager:RemoveRegionsFromReplication")
        .map(drop)
}

async fn tag(cx: &Context, subject: &Subject<SecretLifecycle>, to: &SecretResolved) -> Result<()> {
    let (set, mut removed) = tag_changes(cx, &subject.applied.tags, &to.tags);
    // What a run took back and could not finish still carries the mark.
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

fn replica(replica: &ReplicaRegionResolved) -> ReplicaRegionType {
    ReplicaRegionType::builder()
        .region(&replica.region)
        .set_kms_key_id(replica.kms_key_id.clone())
        .build()
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
