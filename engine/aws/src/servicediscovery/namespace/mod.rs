//! The common part of both kinds of namespaces: AWS creates, changes and deletes them in the background, and one list reads them.
//!
//! A create answers with an operation. The operation has the namespace's id at once or a little later. Until then, Windlass uses the operation's id
//! as the namespace's identifier, and the output `Id` has the namespace's own id.
//!
//! Not here: the progress of a namespace (`waits`).

mod waits;

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_servicediscovery::types::{
    FilterCondition, Namespace, NamespaceFilter, NamespaceFilterName, NamespaceSummary,
    NamespaceType, Operation, OperationStatus, OperationTargetType,
};

pub use self::waits::{progress, want_progress};
use super::service;
use crate::prelude::*;

/// The visibility window: how long after a create the list may still lack a namespace, because AWS creates it in the background.
pub const VISIBLE_WITHIN: Duration = Duration::from_secs(180);

/// The attributes of a namespace.
pub fn attributes(namespace: &Namespace) -> Outputs {
    let properties = namespace.properties.as_ref();
    let dns = properties.and_then(|properties| properties.dns_properties.as_ref());
    outputs([
        ("Id", namespace.id.clone()),
        ("Arn", namespace.arn.clone()),
        (
            "HostedZoneId",
            dns.and_then(|dns| dns.hosted_zone_id.clone()),
        ),
    ])
}

/// The description of a namespace, unless it is empty.
pub fn description(namespace: &Namespace) -> Option<&String> {
    let description = namespace.description.as_ref();
    description.filter(|text| !text.is_empty())
}

/// Converts an entry of the list to the type of a single answer.
fn listed(found: NamespaceSummary) -> Namespace {
    Namespace::builder()
        .set_id(found.id)
        .set_arn(found.arn)
        .set_name(found.name)
        .set_description(found.description)
        .set_properties(found.properties)
        .build()
}

/// Namespaces by id.
pub struct Namespaces;

impl Query for Namespaces {
    type Key = String;
    type Item = Namespace;
    /// One list answers for all keys: Cloud Map has no filter by id, and an account has 50 namespaces by default.
    const BATCH: usize = 1000;

    async fn fetch(clients: &Clients, _: Vec<String>) -> Result<Vec<(String, Namespace)>> {
        let found = list(clients, None).await?.into_iter();
        let named = found.filter_map(|found| Some((found.id.clone()?, listed(found))));
        Ok(named.collect())
    }

    async fn confirm(clients: &Clients, id: &String) -> Result<Option<Namespace>> {
        get(clients, id).await
    }
}

/// The results of creates, by the id of their operation, and by the namespace's id if it is known already.
struct Creations;

/// A create's operation, as long as Cloud Map remembers it, and the namespace after it is created.
struct Creation {
    operation: Option<Operation>,
    namespace: Option<Namespace>,
}

impl Single for Creations {
    type Key = (String, Option<String>);
    type Item = Creation;

    async fn ask(clients: &Clients, (id, known): &Self::Key) -> Result<Option<Creation>> {
        let operation = operation(clients, id).await?;
        let id = match &operation {
            Some(at_work) if at_work.status != Some(OperationStatus::Success) => None,
            Some(done) => target(done),
            None => known.clone(),
        };
        let namespace = match id {
            Some(id) => get(clients, &id).await?,
            None => None,
        };
        Ok(Some(Creation {
            operation,
            namespace,
        }))
    }
}

/// The namespaces that match a filter.
async fn list(clients: &Clients, filter: Option<NamespaceFilter>) -> Result<Vec<NamespaceSummary>> {
    let request = clients
        .servicediscovery()
        .list_namespaces()
        .set_filters(filter.map(|filter| vec![filter]));
    let mut pages = request.into_paginator().send();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        all.extend(
            page.named("servicediscovery:ListNamespaces")?
                .namespaces
                .unwrap_or_default(),
        );
    }
    Ok(all)
}

async fn get(clients: &Clients, id: &str) -> Result<Option<Namespace>> {
    let answer = clients
        .servicediscovery()
        .get_namespace()
        .id(id)
        .send()
        .await;
    Ok(answer
        .named("servicediscovery:GetNamespace")
        .found()?
        .and_then(|answer| answer.namespace))
}

async fn operation(clients: &Clients, id: &str) -> Result<Option<Operation>> {
    let answer = clients
        .servicediscovery()
        .get_operation()
        .operation_id(id)
        .send()
        .await;
    Ok(answer
        .named("servicediscovery:GetOperation")
        .found()?
        .and_then(|answer| answer.operation))
}

fn target(operation: &Operation) -> Option<String> {
    operation
        .targets
        .as_ref()?
        .get(&OperationTargetType::Namespace)
        .cloned()
}

/// What a recorded identifier names: the namespace itself, or the operation that creates it.
enum Stand {
    Namespace(String),
    Operation(String),
}

fn stand(physical_id: &str, outputs: &Outputs) -> Stand {
    let known = outputs.get("Id").and_then(|id| id.as_str());
    let id = known.unwrap_or(physical_id).to_owned();
    if id.starts_with("ns-") {
        Stand::Namespace(id)
    } else {
        Stand::Operation(id)
    }
}

/// The id of a namespace, which changes and deletions need.
pub async fn id_of(cx: &Context, physical_id: &str, outputs: &Outputs) -> Result<String> {
    match stand(physical_id, outputs) {
        Stand::Namespace(id) => Ok(id),
        Stand::Operation(id) => {
            let target = operation(cx, &id).await?.as_ref().and_then(target);
            target.ok_or_else(|| incomplete("servicediscovery:GetOperation", "namespace id"))
        }
    }
}

/// The ARN of a namespace, even if no wait has seen its creation complete.
pub async fn arn_of(cx: &Context, physical_id: &str, outputs: &Outputs) -> Result<String> {
    if let Some(arn) = outputs.get("Arn").and_then(|arn| arn.as_str()) {
        return Ok(arn.to_owned());
    }
    let id = id_of(cx, physical_id, outputs).await?;
    let arn = get(cx, &id).await?.and_then(|namespace| namespace.arn);
    arn.ok_or_else(|| incomplete("servicediscovery:GetNamespace", "ARN"))
}

/// Adds the questions that observe a namespace.
pub fn want(physical_id: &str, outputs: &Outputs, wants: &mut Wants) {
    match stand(physical_id, outputs) {
        Stand::Namespace(id) => wants.want::<Namespaces>(id),
        Stand::Operation(id) => wants.want::<Creations>((id, None)),
    }
}

/// The namespace from the answers.
pub fn known<'a>(
    physical_id: &str,
    outputs: &Outputs,
    answers: &'a Answers,
) -> Result<Option<&'a Namespace>> {
    match stand(physical_id, outputs) {
        Stand::Namespace(id) => answers.get::<Namespaces>(&id),
        Stand::Operation(id) => Ok(answers
            .get::<Creations>(&(id, None))?
            .and_then(|creation| creation.namespace.as_ref())),
    }
}

/// The result of a create, from the operation in its answer.
///
/// If the read of the operation fails, the create has not failed: the operation's id is then the identifier of the namespace.
pub async fn made(
    cx: &Context,
    operation_id: Option<String>,
    create: &'static str,
) -> Result<Made> {
    let operation_id = operation_id.ok_or_else(|| incomplete(create, "operation id"))?;
    let id = operation(cx, &operation_id)
        .await
        .ok()
        .flatten()
        .as_ref()
        .and_then(target);
    let known = BTreeMap::from([("CreateOperation".to_owned(), operation_id.clone().into())]);
    Ok(match id {
        Some(id) => Made {
            outputs: outputs([("Id", Some(id.clone()))])
                .into_iter()
                .chain(known)
                .collect(),
            id,
        },
        None => Made {
            id: operation_id,
            outputs: known,
        },
    })
}

/// Looks for the namespace that a create with this token made. Only HTTP namespaces have unique names, so only there a namespace of the same name can
/// belong to another owner.
pub async fn find(
    cx: &Context,
    of: NamespaceType,
    name: &str,
    intent: &IntentId,
) -> Result<FoundOne> {
    let filter = NamespaceFilter::builder()
        .name(NamespaceFilterName::Name)
        .values(name)
        .condition(FilterCondition::Eq)
        .build()
        .expect("a filter with name and values is whole");
    let mut foreign = None;
    for found in list(cx, Some(filter)).await? {
        let fits = found.name.as_deref() == Some(name) && found.r#type.as_ref() == Some(&of);
        let (Some(id), true) = (found.id, fits) else {
            continue;
        };
        let Some(whole) = get(cx, &id).await? else {
            continue;
        };
        if whole.creator_request_id.as_deref() == Some(intent.0.as_str()) {
            return Ok(FoundOne::Ours(Made {
                outputs: attributes(&whole),
                id,
            }));
        }
        foreign = Some(id);
    }
    Ok(match foreign {
        Some(id) if of == NamespaceType::Http => FoundOne::Foreign(id),
        _ => FoundOne::Nothing {
            visible_within: VISIBLE_WITHIN.as_secs(),
        },
    })
}

/// Begins the deletion.
pub async fn delete(cx: &Context, physical_id: &str, outputs: &Outputs) -> Result<()> {
    let id = id_of(cx, physical_id, outputs).await?;
    let request = cx.servicediscovery().delete_namespace().id(&id);
    let answer = request.send().await;
    answer.named("servicediscovery:DeleteNamespace").map(drop)
}

/// Names the services of a namespace. No program declares the services that ECS Service Connect creates (sst/sst#5678).
pub async fn who_uses(cx: &Context, physical_id: &str, outputs: &Outputs) -> Result<Vec<String>> {
    let id = id_of(cx, physical_id, outputs).await?;
    let services = service::list(cx, &id).await?.into_iter();
    let named = services.filter_map(|service| {
        let name = service.name.unwrap_or_default();
        Some(format!("Cloud Map service {} ({name})", service.id?))
    });
    Ok(named.collect())
}
