//! Restores a deleted secret of ours that is still in its recovery window, when the stack wants a secret of that name again.
//!
//! A secret keeps its name until its recovery window has passed. Windlass tags a secret before it deletes it. So if a run dies between restoring and
//! tagging, the next run understands the situation: a live secret with this tag is one that Windlass restored.
//! Not here: secrets that no tag marks as ours, which Windlass leaves alone.

use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use aws_sdk_secretsmanager::types::Tag;
use windlass::aws::secretsmanager::SecretResolved;
use windlass_state::identity::INTENT_TAG;

use super::replicas::replicate;
use super::secret::{described, made, sdk_tags};
use crate::lifecycle::creation_tags;
use crate::prelude::*;

/// The tag of secrets that Windlass deleted.
pub const DELETED_TAG: &str = "windlass:deleted";

/// Whether Windlass made and deleted the secret, whether AWS still has it in deletion or a run of ours has restored it.
pub fn is_ours_deleted(secret: &DescribeSecretOutput) -> bool {
    let has = |key: &str| secret.tags().iter().any(|tag| tag.key() == Some(key));
    has(INTENT_TAG) && has(DELETED_TAG)
}

/// Whether a secret of this state is in deletion without our tag. Either it was deleted without a recovery window and AWS still shows it, or a person
/// has deleted it by hand. AWS can restore only the second one.
fn is_ours_unmarked(cx: &Context, secret: &DescribeSecretOutput) -> bool {
    let tags = secret.tags().iter();
    let tags = tags.filter_map(|tag| Some((tag.key.clone()?, tag.value.clone()?)));
    secret.deleted_date.is_some() && cx.owns(&tags.collect())
}

/// Tags a secret before its deletion.
pub async fn mark(cx: &Context, arn: &str) -> Result<()> {
    let tag = Tag::builder().key(DELETED_TAG).value("true").build();
    let call = cx.secretsmanager().tag_resource().secret_id(arn).tags(tag);
    call.send()
        .await
        .named("secretsmanager:TagResource")
        .map(drop)
}

/// Resolves a create that AWS refused because of the secret's name. Every call in it is safe to retry.
///
/// A later update sends a value from outside, as for every secret; a generated value stays as it was.
pub async fn settle(
    cx: &Context,
    spec: &SecretResolved,
    intent: &IntentId,
    refused: ProviderError,
) -> Result<Made> {
    let name = spec.name.as_deref().unwrap_or_default();
    // The secret was deleted without a recovery window, but its name is not free yet.
    let occupied = refused.clone().found_to_be(ErrorClass::NotYet);
    let Some(secret) = described(cx, name).await? else {
        return Err(occupied);
    };
    let marked = is_ours_deleted(&secret);
    if !marked && !is_ours_unmarked(cx, &secret) {
        return Err(refused.found_to_be(ErrorClass::AlreadyExists));
    }
    let made = made(secret.arn(), secret.name());
    let made = made.ok_or_else(|| refused.clone())?;
    if secret.deleted_date.is_some() {
        let call = cx.secretsmanager().restore_secret().secret_id(&made.id);
        match call.send().await.named("secretsmanager:RestoreSecret") {
            Err(error) if !marked && is_refusal(&error) => return Err(occupied),
            restored => restored.map(drop)?,
        }
    }
    let call = cx.secretsmanager().update_secret().secret_id(&made.id);
    call.client_request_token(&intent.0)
        .description(spec.description.clone().unwrap_or_default())
        .kms_key_id(spec.kms_key_id.clone().unwrap_or_default())
        .set_type(spec.secret_type.clone())
        .send()
        .await
        .named("secretsmanager:UpdateSecret")?;
    replicate(cx, &made.id, &spec.replica_regions).await?;
    let tags = creation_tags(cx, &spec.tags, intent);
    let stale: Vec<String> = secret
        .tags()
        .iter()
        .filter_map(|tag| tag.key.clone())
        .filter(|key| !key.starts_with("aws:") && !tags.contains_key(key))
        .collect();
    let call = cx.secretsmanager().tag_resource().secret_id(&made.id);
    let call = call.set_tags(Some(sdk_tags(tags))).send().await;
    call.named("secretsmanager:TagResource")?;
    // The tag goes last: until then, another run would repeat all of this.
    let call = cx.secretsmanager().untag_resource().secret_id(&made.id);
    let call = call.set_tag_keys(Some(stale)).send().await;
    call.named("secretsmanager:UntagResource")?;
    Ok(made)
}

fn is_refusal(error: &ProviderError) -> bool {
    matches!(error.class, ErrorClass::NotFound | ErrorClass::Invalid)
}
