//! What namespaces of both kinds have in common: they are made, changed and removed in the background, and read by one list.
//!
//! A create answers with an operation, which knows the namespace's id at once or a little later. Until then the operation's id stands for
//! the namespace, and the output `Id` says which one it became.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_servicediscovery::types::{
    FilterCondition, Namespace, NamespaceFilter, NamespaceFilterName, NamespaceProperties,
    NamespaceSummary, NamespaceType, Operation, OperationFilter, OperationFilterName,
    OperationStatus, OperationTargetType,
};
use windlass_engine::provider::{Failure, Outputs, Progress, Until};
use windlass_state::identity::IntentId;

use super::service;
use crate::clients::Clients;
use crate::error::{Found, Named, Result, incomplete};
use crate::lifecycle::{Context, FoundOne, Made};
use crate::observed::outputs;
use crate::reads::{Answers, Query, Single, Wants};

/// How long after a create a namespace may still be missing from the list: it is made in the background.
pub const VISIBLE_WITHIN: Duration = Duration::from_secs(180);

/// What is known about a namespace, from the list or from its own answer.
pub struct Known {
    pub id: String,
    pub arn: Option<String>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub hosted_zone: Option<String>,
    pub soa_ttl: Option<i64>,
}

impl Known {
    fn of(
        id: Option<String>,
        arn: Option<String>,
        name: Option<String>,
        description: Option<String>,
        properties: Option<NamespaceProperties>,
    ) -> Option<Self> {
        let dns = properties.and_then(|properties| properties.dns_properties);
        Some(Self {
            id: id?,
            arn,
            name,
            description,
            soa_ttl: dns
                .as_ref()
                .and_then(|dns| dns.soa.as_ref())
                .map(|soa| soa.ttl),
            hosted_zone: dns.and_then(|dns| dns.hosted_zone_id),
        })
    }

    fn listed(found: NamespaceSummary) -> Option<Self> {
        Self::of(
            found.id,
            found.arn,
            found.name,
            found.description,
            found.properties,
        )
    }

    fn asked(found: Namespace) -> Option<Self> {
        Self::of(
            found.id,
            found.arn,
            found.name,
            found.description,
            found.properties,
        )
    }

    /// Its attributes.
    pub fn outputs(&self) -> Outputs {
        outputs([
            ("Id", Some(self.id.clone())),
            ("Arn", self.arn.clone()),
            ("HostedZoneId", self.hosted_zone.clone()),
        ])
    }
}

/// Namespaces by id.
pub struct Namespaces;

impl Query for Namespaces {
    type Key = String;
    type Item = Known;
    /// One list answers for all; Cloud Map has no filter by id, and an account has 50 namespaces by default.
    const BATCH: usize = 1000;

    async fn fetch(clients: &Clients, _: Vec<String>) -> Result<Vec<(String, Known)>> {
        let known = list(clients, None)
            .await?
            .into_iter()
            .filter_map(Known::listed);
        Ok(known.map(|known| (known.id.clone(), known)).collect())
    }

    async fn confirm(clients: &Clients, key: &String) -> Result<Option<Known>> {
        Ok(get(clients, key).await?.and_then(Known::asked))
    }
}

/// Namespaces by id, each asked about by itself: one that is being removed shows so at once.
struct Each;

impl Single for Each {
    type Key = String;
    type Item = Known;

    async fn ask(clients: &Clients, id: &String) -> Result<Option<Known>> {
        Ok(get(clients, id).await?.and_then(Known::asked))
    }
}

/// Namespaces that are on their way out, by id: those that Cloud Map still shows, and those whose deletion it still works at. Until that is over the
/// name is taken in the VPC, and a namespace of the same name fails with `ConflictingDomainExists` (docker/ecs-plugin#186).
struct Leaving;

impl Single for Leaving {
    type Key = String;
    type Item = ();

    async fn ask(clients: &Clients, id: &String) -> Result<Option<()>> {
        if get(clients, id).await?.is_some() {
            return Ok(Some(()));
        }
        let filter = |name: OperationFilterName, value: &str| {
            let filter = OperationFilter::builder().name(name).values(value);
            let filter = filter.condition(FilterCondition::Eq).build();
            filter.expect("a filter with name and values is whole")
        };
        let call = clients.servicediscovery().list_operations();
        let call = call
            .filters(filter(OperationFilterName::NamespaceId, id))
            .filters(filter(OperationFilterName::Type, "DELETE_NAMESPACE"));
        let mut pages = call.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.named("servicediscovery:ListOperations")?;
            let mut operations = page.operations.iter().flatten();
            let at_work = [OperationStatus::Submitted, OperationStatus::Pending];
            if operations.any(|one| one.status.as_ref().is_some_and(|is| at_work.contains(is))) {
                return Ok(Some(()));
            }
        }
        Ok(None)
    }
}

/// What creates have made, by their operation, and by the namespace's id where it is known already.
struct Creations;

/// A create's operation, as long as Cloud Map remembers it, and the namespace once it is made.
struct Creation {
    operation: Option<Operation>,
    namespace: Option<Known>,
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
            Some(id) => get(clients, &id).await?.and_then(Known::asked),
            None => None,
        };
        Ok(Some(Creation {
            operation,
            namespace,
        }))
    }
}

/// The namespaces that pass a filter.
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

/// What stands for a namespace: its own id, or the operation that makes it.
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

/// The id of a namespace, which changes and removals need.
pub async fn id_of(cx: &Context, physical_id: &str, outputs: &Outputs) -> Result<String> {
    match stand(physical_id, outputs) {
        Stand::Namespace(id) => Ok(id),
        Stand::Operation(id) => {
            let target = operation(cx, &id).await?.as_ref().and_then(target);
            target.ok_or_else(|| incomplete("servicediscovery:GetOperation", "namespace id"))
        }
    }
}

/// Its ARN, also where its creation has not been waited for to the end.
pub async fn arn_of(cx: &Context, physical_id: &str, outputs: &Outputs) -> Result<String> {
    if let Some(arn) = outputs.get("Arn").and_then(|arn| arn.as_str()) {
        return Ok(arn.to_owned());
    }
    let id = id_of(cx, physical_id, outputs).await?;
    let arn = get(cx, &id).await?.and_then(|namespace| namespace.arn);
    arn.ok_or_else(|| incomplete("servicediscovery:GetNamespace", "ARN"))
}

/// Says what must be asked to observe a namespace.
pub fn want(physical_id: &str, outputs: &Outputs, wants: &mut Wants) {
    match stand(physical_id, outputs) {
        Stand::Namespace(id) => wants.want::<Namespaces>(id),
        Stand::Operation(id) => wants.want::<Creations>((id, None)),
    }
}

/// The namespace, as it was answered.
pub fn known<'a>(
    physical_id: &str,
    outputs: &Outputs,
    answers: &'a Answers,
) -> Result<Option<&'a Known>> {
    match stand(physical_id, outputs) {
        Stand::Namespace(id) => answers.get::<Namespaces>(&id),
        Stand::Operation(id) => Ok(answers
            .get::<Creations>(&(id, None))?
            .and_then(|creation| creation.namespace.as_ref())),
    }
}

/// What a create has made, from the operation that it answered with.
///
/// An operation that cannot be asked about is no failure of the create: its own id stands for the namespace then.
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

/// Looks for the namespace that a create with this token has made. Only HTTP namespaces have their name to themselves, so that another one
/// in its place would be somebody else's.
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
            let known = Known::asked(whole)
                .ok_or_else(|| incomplete("servicediscovery:GetNamespace", "id"))?;
            return Ok(FoundOne::Ours(Made {
                outputs: known.outputs(),
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

/// Begins the removal.
pub async fn delete(cx: &Context, physical_id: &str, outputs: &Outputs) -> Result<()> {
    let id = id_of(cx, physical_id, outputs).await?;
    let request = cx.servicediscovery().delete_namespace().id(&id);
    let answer = request.send().await;
    answer.named("servicediscovery:DeleteNamespace").map(drop)
}

/// The services of a namespace. Those that ECS Service Connect makes are no resources of any program (sst/sst#5678).
pub async fn who_uses(cx: &Context, physical_id: &str, outputs: &Outputs) -> Result<Vec<String>> {
    let id = id_of(cx, physical_id, outputs).await?;
    let services = service::list(cx, &id).await?.into_iter();
    let named = services.filter_map(|service| {
        let name = service.name.unwrap_or_default();
        Some(format!("Cloud Map service {} ({name})", service.id?))
    });
    Ok(named.collect())
}

/// The operation that makes a namespace which has never been seen whole.
fn unfinished(outputs: &Outputs) -> Option<String> {
    let create = outputs.get("CreateOperation")?.as_str()?.to_owned();
    (!outputs.contains_key("Arn")).then_some(create)
}

/// What is asked to know how far a namespace has got.
enum Question {
    Each(String),
    Leaving(String),
    Creation((String, Option<String>)),
}

fn question(physical_id: &str, outputs: &Outputs, until: Until) -> Question {
    let create = unfinished(outputs).filter(|_| until != Until::Gone);
    match (create, stand(physical_id, outputs)) {
        (Some(create), Stand::Namespace(id)) => Question::Creation((create, Some(id))),
        (None, Stand::Namespace(id)) if until == Until::Gone => Question::Leaving(id),
        (None, Stand::Namespace(id)) => Question::Each(id),
        (_, Stand::Operation(id)) => Question::Creation((id, None)),
    }
}

/// Says what must be asked to know how far a namespace has got.
pub fn want_progress(physical_id: &str, outputs: &Outputs, until: Until, wants: &mut Wants) {
    match question(physical_id, outputs, until) {
        Question::Each(id) => wants.want::<Each>(id),
        Question::Leaving(id) => wants.want::<Leaving>(id),
        Question::Creation(key) => wants.want::<Creations>(key),
    }
}

/// How far a namespace has got. `settled` says whether it shows what was last sent: changes take effect in the background too.
pub fn progress(
    physical_id: &str,
    outputs: &Outputs,
    until: Until,
    answers: &Answers,
    settled: impl Fn(&Known) -> bool,
) -> Result<Progress> {
    let pending = |status: &str| Progress::Pending {
        status: status.to_owned(),
        events: Vec::new(),
    };
    let (creation, namespace) = match question(physical_id, outputs, until) {
        Question::Leaving(id) => {
            return Ok(match answers.get::<Leaving>(&id)? {
                Some(()) => pending("being removed"),
                None => Progress::Reached {
                    outputs: Outputs::new(),
                },
            });
        }
        Question::Each(id) => (None, answers.get::<Each>(&id)?),
        Question::Creation(key) => (answers.get::<Creations>(&key)?, None),
    };
    let operation = creation.and_then(|creation| creation.operation.as_ref());
    let made = creation.and_then(|creation| creation.namespace.as_ref());
    let namespace = namespace.or(made);
    let state = operation.and_then(|operation| operation.status.as_ref());
    Ok(match (until, namespace, state) {
        (Until::Gone, Some(_), _) => pending("being removed"),
        (Until::Gone, None, _) => Progress::Reached {
            outputs: Outputs::new(),
        },
        (_, _, Some(OperationStatus::Fail)) => failed(operation),
        (_, Some(namespace), None | Some(OperationStatus::Success)) if settled(namespace) => {
            Progress::Reached {
                outputs: namespace.outputs(),
            }
        }
        (_, Some(_), None | Some(OperationStatus::Success)) => pending("a change is taking effect"),
        (_, _, Some(state)) => pending(&state.as_str().to_lowercase()),
        (_, None, None) => pending("not visible yet"),
    })
}

fn failed(operation: Option<&Operation>) -> Progress {
    let cause = operation.and_then(|operation| {
        let said = [&operation.error_code, &operation.error_message];
        let said: Vec<&str> = said.into_iter().flatten().map(String::as_str).collect();
        (!said.is_empty()).then(|| said.join(": "))
    });
    let is_taken = cause
        .as_ref()
        .is_some_and(|cause| cause.contains("ConflictingDomainExists"));
    let help = is_taken.then(|| {
        "another private hosted zone of the VPC has that name. If a namespace has just been deleted, run the same again in a minute"
            .to_owned()
    });
    let words = ["cause", "help"].into_iter().zip([cause, help]);
    Progress::Failed(Failure {
        summary: "AWS Cloud Map could not make the namespace".to_owned(),
        details: words
            .filter_map(|(word, text)| Some((word.to_owned(), text?)))
            .collect(),
        rolled_back: true,
    })
}
