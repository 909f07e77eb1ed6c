//! Reads the progress of deployments, for all services that Windlass waits for.
//!
//! DescribeServices reports the progress of ten services with one call. Windlass reads the service deployments only after a deployment has ended,
//! with many of them per call. After a failure it also reads the stopped tasks.
//! Not here: the judgement of the answers (`rollout`).

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ecs::types::{
    DesiredStatus, Service as SdkService, ServiceDeployment, ServiceDeploymentStatus,
    ServiceRevision, Task,
};

use super::last_words::last_words;
use super::rollout::{by_others, is_rolling, primary, runs};
use super::sent::Sent;
use super::{by_cluster, describe};
use crate::ecs::last_part;
use crate::prelude::*;

/// The progress of deployments, by service.
pub struct Rollouts;

/// A service, and the revision that its deployment should reach.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub cluster: String,
    pub service: String,
    pub task_definition: Option<String>,
    /// The deployment that our call began, if ECS named it.
    pub sent: Option<Sent>,
}

/// The progress of one service's deployment.
pub struct Rollout {
    pub service: SdkService,
    /// Which service and which deployment the service's own answer describes.
    pub about: About,
    /// The newest service deployment, once the service reports that its deployment has ended or rolls back. `None` for one that is older than our own.
    pub deployment: Option<ServiceDeployment>,
    /// Whether the newest service deployment that ECS lists is older than our own.
    pub lags: bool,
    /// The revision that the deployment should have reached, if it did not succeed.
    pub target: Option<ServiceRevision>,
    /// Stopped tasks of our revision, if the deployment did not succeed.
    pub stopped: Vec<Task>,
    /// The last log lines of these tasks.
    pub last_words: Vec<(String, String)>,
}

/// Which service and which deployment an answer describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// An earlier service of the same name.
    AnotherService,
    /// The service before our call, or after ECS has rolled back to the earlier deployment, which looks the same.
    Before,
    /// Our deployment, or a later one.
    Ours,
}

impl About {
    fn of(service: &SdkService, sent: Option<&Sent>) -> Self {
        match sent {
            Some(sent) if sent.is_of_another(service) => Self::AnotherService,
            Some(sent) if !by_others(service) && !sent.is_shown_by(service) => Self::Before,
            _ => Self::Ours,
        }
    }
}

impl Query for Rollouts {
    type Key = Key;
    type Item = Rollout;
    /// How many services DescribeServices takes.
    const BATCH: usize = 10;

    fn groups(keys: BTreeSet<Key>) -> Vec<Vec<Key>> {
        by_cluster(keys, |key| &key.cluster)
    }

    async fn fetch(clients: &Clients, keys: Vec<Key>) -> Result<Vec<(Key, Rollout)>> {
        let pairs: Vec<_> = keys
            .iter()
            .map(|key| (key.cluster.clone(), key.service.clone()))
            .collect();
        let services = describe(clients, &pairs).await?;
        let described = keys.into_iter().filter_map(|key| {
            let service = services.get(&key.service)?.clone();
            Some((key, service))
        });
        let described: Vec<_> = described.collect();
        let current = current(clients, &described).await?;
        let rollouts = described.into_iter().map(|(key, service)| async {
            let rollout = rollout(clients, &key, service, &current).await?;
            Ok((key, rollout))
        });
        futures::future::try_join_all(rollouts).await
    }
}

/// Whether the service's own answer is enough, so that Windlass needs no further call.
fn says_all(service: &SdkService, key: &Key) -> bool {
    let ours = key.task_definition.as_deref();
    match About::of(service, key.sent.as_ref()) {
        About::AnotherService => true,
        About::Before => false,
        About::Ours => by_others(service) || (is_rolling(service) && runs(service, ours)),
    }
}

/// The current service deployments, by ARN, of all services whose own answer is not enough.
async fn current(
    clients: &Clients,
    services: &[(Key, SdkService)],
) -> Result<BTreeMap<String, ServiceDeployment>> {
    let ended = services.iter().filter(|(key, service)| {
        About::of(service, key.sent.as_ref()) == About::Ours && !says_all(service, key)
    });
    let arns = ended.filter_map(|(_, service)| service.current_service_deployment.clone());
    let described = deployments(clients, arns.collect()).await?.into_iter();
    Ok(described
        .filter_map(|one| Some((one.service_deployment_arn.clone()?, one)))
        .collect())
}

/// At most twenty service deployments, the limit of one call.
async fn deployments(clients: &Clients, arns: Vec<String>) -> Result<Vec<ServiceDeployment>> {
    if arns.is_empty() {
        return Ok(Vec::new());
    }
    let call = clients
        .ecs()
        .describe_service_deployments()
        .set_service_deployment_arns(Some(arns));
    let described = call.send().await;
    let described = described.named("ecs:DescribeServiceDeployments").found()?;
    let deployments = described.and_then(|described| described.service_deployments);
    Ok(deployments.unwrap_or_default())
}

async fn rollout(
    clients: &Clients,
    key: &Key,
    service: SdkService,
    current: &BTreeMap<String, ServiceDeployment>,
) -> Result<Rollout> {
    let sent = key.sent.as_ref();
    let mut rollout = Rollout {
        about: About::of(&service, sent),
        deployment: None,
        lags: false,
        target: None,
        stopped: Vec::new(),
        last_words: Vec::new(),
        service,
    };
    if says_all(&rollout.service, key) {
        return Ok(rollout);
    }
    let is_ours = |found: &ServiceDeployment| sent.is_none_or(|sent| sent.reaches(found));
    let arn = rollout.service.current_service_deployment.as_ref();
    let current = arn.and_then(|arn| current.get(arn));
    let current = current.filter(|current| is_ours(current));
    if let Some(current) = current.filter(|current| is_last_word(current, &rollout.service)) {
        rollout.deployment = Some(current.clone());
        return Ok(rollout);
    }
    let newest = newest(clients, key).await?;
    rollout.lags = newest.as_ref().is_some_and(|newest| !is_ours(newest));
    if rollout.lags {
        return Ok(rollout);
    }
    rollout.deployment = newest;
    let succeeded = rollout
        .deployment
        .as_ref()
        .is_some_and(|deployment| deployment.status == Some(ServiceDeploymentStatus::Successful));
    if !succeeded {
        rollout.target = target(clients, rollout.deployment.as_ref()).await?;
        rollout.stopped = stopped(clients, key).await?;
        if has_failed(rollout.deployment.as_ref()) {
            rollout.last_words = last_words(clients, &rollout.stopped).await;
        }
    }
    Ok(rollout)
}

/// Whether the current deployment of a service is the newest one, and either in progress or successful. Then Windlass needs no further call.
///
/// ECS does not document which deployment is current after a rollback. The deployment of the tasks began before the service deployment ended. A
/// deployment that began later is the rollback of a newer one.
fn is_last_word(current: &ServiceDeployment, service: &SdkService) -> bool {
    let began = primary(service).and_then(|primary| primary.created_at);
    match (&current.status, began, current.finished_at) {
        (Some(ServiceDeploymentStatus::Pending | ServiceDeploymentStatus::InProgress), _, _) => {
            true
        }
        (Some(ServiceDeploymentStatus::Successful), Some(began), Some(ended)) => began <= ended,
        _ => false,
    }
}

/// Whether a deployment has failed for good. Until then, Windlass does not read the logs of its tasks.
fn has_failed(deployment: Option<&ServiceDeployment>) -> bool {
    use ServiceDeploymentStatus as Status;
    let status = deployment.and_then(|deployment| deployment.status.as_ref());
    matches!(
        status,
        None | Some(Status::RollbackSuccessful | Status::RollbackFailed | Status::Stopped)
    )
}

/// The newest deployment of a service. ECS lists the newest first.
async fn newest(clients: &Clients, key: &Key) -> Result<Option<ServiceDeployment>> {
    let call = clients
        .ecs()
        .list_service_deployments()
        .cluster(&key.cluster)
        .service(&key.service)
        .max_results(1);
    let mut token = None;
    let newest = loop {
        let page = call.clone().set_next_token(token).send().await;
        let page = page.named("ecs:ListServiceDeployments")?;
        let mut briefs = page.service_deployments.unwrap_or_default().into_iter();
        let newest = briefs.find_map(|brief| brief.service_deployment_arn);
        if newest.is_some() || page.next_token.is_none() {
            break newest;
        }
        token = page.next_token;
    };
    let Some(arn) = newest else {
        return Ok(None);
    };
    let described = deployments(clients, vec![arn.clone()]).await?;
    let mut described = described.into_iter();
    Ok(described.find(|deployment| deployment.service_deployment_arn() == Some(&arn)))
}

/// The revision that a deployment should reach.
async fn target(
    clients: &Clients,
    deployment: Option<&ServiceDeployment>,
) -> Result<Option<ServiceRevision>> {
    let revision = deployment.and_then(|deployment| deployment.target_service_revision.as_ref());
    let Some(arn) = revision.and_then(|revision| revision.arn.as_ref()) else {
        return Ok(None);
    };
    let call = clients
        .ecs()
        .describe_service_revisions()
        .service_revision_arns(arn);
    let described = call
        .send()
        .await
        .named("ecs:DescribeServiceRevisions")
        .found()?;
    let revisions = described.and_then(|described| described.service_revisions);
    let mut revisions = revisions.unwrap_or_default().into_iter();
    Ok(revisions.find(|revision| revision.service_revision_arn() == Some(arn)))
}

/// How many tasks one call describes: more than the cause of a failure needs.
const DESCRIBED: usize = 100;

/// Tasks of our revision that stopped in the last hour; ECS does not keep them longer.
async fn stopped(clients: &Clients, key: &Key) -> Result<Vec<Task>> {
    let mut pages = clients
        .ecs()
        .list_tasks()
        .cluster(&key.cluster)
        .service_name(last_part(&key.service))
        .desired_status(DesiredStatus::Stopped)
        .into_paginator()
        .items()
        .send();
    let mut arns = Vec::new();
    while arns.len() < DESCRIBED
        && let Some(arn) = pages.try_next().await.named("ecs:ListTasks")?
    {
        arns.push(arn);
    }
    if arns.is_empty() {
        return Ok(Vec::new());
    }
    let call = clients
        .ecs()
        .describe_tasks()
        .cluster(&key.cluster)
        .set_tasks(Some(arns));
    let tasks = call.send().await.named("ecs:DescribeTasks")?.tasks;
    let ours = |task: &Task| {
        key.task_definition.is_none() || task.task_definition_arn == key.task_definition
    };
    Ok(tasks.unwrap_or_default().into_iter().filter(ours).collect())
}
