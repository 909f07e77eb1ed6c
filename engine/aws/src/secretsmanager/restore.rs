//! Taking back a secret of ours that still waits for its deletion, when it is wanted again under its name.
//!
//! A secret keeps its name until its recovery window has passed. What we delete is marked with a tag first, so that a run which died between
//! restoring and tagging is understood by the next one: what is alive and still marked was restored by us.
//! Not here: secrets that nothing marks as ours, which are left alone.

use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use aws_sdk_secretsmanager::types::Tag;
use windlass::aws::secretsmanager::SecretResolved;
use windlass_engine::provider::{ErrorClass, ProviderError};
use windlass_state::identity::{INTENT_TAG, IntentId};

use super::secret::{described, made, replicate, sdk_tags};
use crate::error::{Named, Result};
use crate::lifecycle::{Context, Made, creation_tags};

/// The tag of secrets that we deleted.
pub const DELETED_TAG: &str = "windlass:deleted";

/// Whether a secret is ours and was deleted by us, whether AWS has begun with it or a run of ours has taken it back.
pub fn is_ours_deleted(secret: &DescribeSecretOutput) -> bool {
    let has = |key: &str| secret.tags().iter().any(|tag| tag.key() == Some(key));
    has(INTENT_TAG) && has(DELETED_TAG)
}

/// Whether a secret of this state waits for its deletion without our mark: it was deleted without a recovery window and AWS still shows it, or
/// somebody has deleted it by hand. Only the second can be restored.
fn is_ours_unmarked(cx: &Context, secret: &DescribeSecretOutput) -> bool {
    let tags = secret.tags().iter();
    let tags = tags.filter_map(|tag| Some((tag.key.clone()?, tag.value.clone()?)));
    secret.deleted_date.is_some() && cx.owns(&tags.collect())
}

/// Marks a secret before its deletion.
pub async fn mark(cx: &Context, arn: &str) -> Result<()> {
    let tag = Tag::builder().key(DELETED_TAG).value("true").build();
    let call = cx.secretsmanager().tag_resource().secret_id(arn).tags(tag);
    call.send()
        .await
        .named("secretsmanager:TagResource")
        .map(drop)
}

/// Settles a create that AWS refused because of the secret's name. Every call of it may be sent again.
///
/// A value from outside is sent afterwards like any other; a generated one stays what it was.
pub async fn settle(
    cx: &Context,
    spec: &SecretResolved,
    intent: &IntentId,
    refused: ProviderError,
) -> Result<Made> {
    let name = spec.name.as_deref().unwrap_or_default();
    // Deleted without a recovery window, but the name is not free yet.
    let occupied = ProviderError {
        class: ErrorClass::NotYet,
        ..refused.clone()
    };
    let Some(secret) = described(cx, name).await? else {
        return Err(occupied);
    };
    let marked = is_ours_deleted(&secret);
    if !marked && !is_ours_unmarked(cx, &secret) {
        return Err(ProviderError {
            class: ErrorClass::AlreadyExists,
            ..refused
        });
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
    // The mark goes last: until then, another run would settle all this once more.
    let call = cx.secretsmanager().untag_resource().secret_id(&made.id);
    let call = call.set_tag_keys(Some(stale)).send().await;
    call.named("secretsmanager:UntagResource")?;
    Ok(made)
}

fn is_refusal(error: &ProviderError) -> bool {
    matches!(error.class, ErrorClass::NotFound | ErrorClass::Invalid)
}
