//! Finds what blocks the deletion of a cluster: services, tasks and container instances that are no resources of the stack, or are slow to end.

use super::last_part;
use crate::clients::Clients;
use crate::error::{Named, Result};

/// Describes the content of a cluster, with identifiers.
pub async fn of(clients: &Clients, cluster: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let services = clients.ecs().list_services().cluster(cluster);
    let mut services = services.into_paginator().items().send();
    while let Some(arn) = services.next().await {
        found.push(format!(
            "service {}",
            last_part(&arn.named("ecs:ListServices")?)
        ));
    }
    let tasks = clients.ecs().list_tasks().cluster(cluster);
    let mut tasks = tasks.into_paginator().items().send();
    while let Some(arn) = tasks.next().await {
        found.push(format!("task {}", last_part(&arn.named("ecs:ListTasks")?)));
    }
    let instances = clients.ecs().list_container_instances().cluster(cluster);
    let mut instances = instances.into_paginator().items().send();
    while let Some(arn) = instances.next().await {
        found.push(format!(
            "container instance {}",
            last_part(&arn.named("ecs:ListContainerInstances")?)
        ));
    }
    Ok(found)
}
