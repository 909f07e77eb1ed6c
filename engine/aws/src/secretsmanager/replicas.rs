//! Replicas of a secret in other regions: each has its own encryption key, and no call changes that key.

use std::collections::BTreeMap;

use aws_sdk_secretsmanager::types::{ReplicaRegionType, ReplicationStatusType};
use windlass::aws::secretsmanager::ReplicaRegionResolved;

use super::secret::described;
use crate::prelude::*;

tables! { windlass::aws::secretsmanager => aws_sdk_secretsmanager;
    ReplicaRegion => ReplicaRegionType | ReplicationStatusType;
}

/// The replicas of a secret by region, by the secret's ARN. No list returns them.
pub struct Replicas;

impl Single for Replicas {
    type Key = String;
    type Item = BTreeMap<String, ReplicationStatusType>;

    async fn ask(clients: &Clients, arn: &String) -> Result<Option<Self::Item>> {
        copies(clients, arn).await.map(Some)
    }
}

async fn copies(clients: &Clients, arn: &str) -> Result<BTreeMap<String, ReplicationStatusType>> {
    let secret = described(clients, arn).await?;
    let copies = secret.and_then(|secret| secret.replication_status);
    let copies = copies.into_iter().flatten();
    Ok(copies
        .filter_map(|copy| Some((copy.region.clone()?, copy)))
        .collect())
}

/// Creates missing replicas, and creates replicas again whose key differs. Windlass leaves replicas in other regions alone.
pub async fn replicate(cx: &Context, arn: &str, wanted: &[ReplicaRegionResolved]) -> Result<()> {
    if wanted.is_empty() {
        return Ok(());
    }
    let copies = copies(cx, arn).await?;
    let is_there = |wanted: &ReplicaRegionResolved| {
        let copy = copies.get(&wanted.region);
        // If the author names no key, any key of the replica is right.
        copy.is_some_and(|copy| wanted.kms_key_id.is_none() || copy.kms_key_id == wanted.kms_key_id)
    };
    let missing: Vec<_> = wanted.iter().filter(|wanted| !is_there(wanted)).collect();
    let other = missing
        .iter()
        .filter(|wanted| copies.contains_key(&wanted.region));
    withdraw(cx, arn, other.map(|wanted| wanted.region.clone()).collect()).await?;
    if missing.is_empty() {
        return Ok(());
    }
    let regions: Vec<ReplicaRegionType> = missing.into_iter().filter_map(ToSdk::to_sdk).collect();
    let call = cx
        .secretsmanager()
        .replicate_secret_to_regions()
        .secret_id(arn);
    let call = call.set_add_replica_regions(Some(regions)).send().await;
    call.named("secretsmanager:ReplicateSecretToRegions")
        .map(drop)
}

/// Removes replicas.
pub async fn withdraw(cx: &Context, arn: &str, regions: Vec<String>) -> Result<()> {
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
