//! Removes what blocks the deletion of a Cloud Map service: instances that stay registered.
//!
//! ECS deregisters an instance when its task stops, but not always: some instances stay permanently (hashicorp/terraform-provider-aws#4853). Windlass
//! deregisters an instance whose ECS service is gone. Every other instance has an owner: Windlass names it and leaves it.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_servicediscovery::types::InstanceSummary;

use crate::prelude::*;
use crate::reads::chunks;

/// The attributes that ECS gives to the instances that it registers:
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-discovery.html>.
const ECS_CLUSTER: &str = "ECS_CLUSTER_NAME";
const ECS_SERVICE: &str = "ECS_SERVICE_NAME";

/// How many services DescribeServices takes.
const DESCRIBED: usize = 10;

/// An ECS service: the names of its cluster and of the service.
type EcsService = (String, String);

/// Deregisters the instances of a Cloud Map service that ECS has left behind.
pub async fn deregister(cx: &Context, service: &str) -> Result<()> {
    let instances = instances(cx, service).await?;
    let living = living(cx, instances.iter().filter_map(ecs_service).collect()).await?;
    for instance in &instances {
        let is_left = ecs_service(instance).is_some_and(|owner| !living.contains(&owner));
        if let Some(id) = instance.id.as_deref().filter(|_| is_left) {
            deregister_one(cx, service, id).await?;
        }
    }
    Ok(())
}

/// Describes the instances that are registered with a Cloud Map service.
pub async fn registered(cx: &Context, service: &str) -> Result<Vec<String>> {
    let instances = instances(cx, service).await?;
    let named = instances.iter().map(|instance| {
        let id = instance.id.as_deref().unwrap_or("…");
        match ecs_service(instance) {
            Some((cluster, service)) => {
                format!("instance {id} (ECS service {cluster}/{service})")
            }
            None => format!("instance {id}"),
        }
    });
    Ok(named.collect())
}

async fn instances(cx: &Context, service: &str) -> Result<Vec<InstanceSummary>> {
    let call = cx.servicediscovery().list_instances().service_id(service);
    let mut pages = call.into_paginator().send();
    let mut instances = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.named("servicediscovery:ListInstances")?;
        instances.extend(page.instances.unwrap_or_default());
    }
    Ok(instances)
}

/// The ECS service that registered an instance.
fn ecs_service(instance: &InstanceSummary) -> Option<EcsService> {
    let attributes = instance.attributes.as_ref()?;
    let of = |name: &str| attributes.get(name).cloned();
    Some((of(ECS_CLUSTER)?, of(ECS_SERVICE)?))
}

/// The ECS services that still run, or that are draining and deregister their tasks themselves.
async fn living(cx: &Context, asked: BTreeSet<EcsService>) -> Result<BTreeSet<EcsService>> {
    let mut by_cluster: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (cluster, service) in asked {
        by_cluster.entry(cluster).or_default().push(service);
    }
    let mut living = BTreeSet::new();
    for (cluster, services) in by_cluster {
        for services in chunks(&services, DESCRIBED) {
            let call = cx.ecs().describe_services().cluster(&cluster);
            let call = call.set_services(Some(services)).send().await;
            let answer = call.named("ecs:DescribeServices").found()?;
            let found = answer.and_then(|answer| answer.services);
            let found = found.into_iter().flatten();
            let active = found.filter(|service| service.status.as_deref() != Some("INACTIVE"));
            living.extend(active.filter_map(|one| Some((cluster.clone(), one.service_name?))));
        }
    }
    Ok(living)
}

async fn deregister_one(cx: &Context, service: &str, instance: &str) -> Result<()> {
    let call = cx.servicediscovery().deregister_instance();
    let call = call.service_id(service).instance_id(instance);
    let answer = call.send().await;
    match answer.named("servicediscovery:DeregisterInstance") {
        // Another call deregisters the instance, or has done so.
        Err(error)
            if error.class == ErrorClass::NotFound
                || error.code.as_deref() == Some("DuplicateRequest") =>
        {
            Ok(())
        }
        answer => answer.map(drop),
    }
}
