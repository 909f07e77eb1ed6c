//! The life cycle of `AWS::ServiceDiscovery::Service`.
//!
//! CreateService carries everything but the service's attributes. UpdateService deletes what it does not name, so it names everything.
//! Services are listed by namespace, which is how their namespace is known without asking about each.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_servicediscovery::types::{
    DnsConfig, DnsConfigChange, DnsRecord, FilterCondition, HealthCheckConfig,
    HealthCheckCustomConfig, HealthCheckType, RecordType, RoutingPolicy, Service as SdkService,
    ServiceChange as SdkChange, ServiceFilter, ServiceFilterName, ServiceSummary, ServiceType,
    ServiceTypeOption,
};
use windlass::aws::servicediscovery::{
    DnsConfigResolved, HealthCheckResolved, Route53HealthCheckResolved, Service, ServiceChange,
    ServiceResolved,
};
use windlass_engine::provider::{Deletion, ErrorClass, Outputs, Progress, Until};
use windlass_state::identity::IntentId;

use super::tags::Tags;
use super::{errors, leftovers, tags};
use crate::applied_tags;
use crate::clients::Clients;
use crate::error::{Found, Named, Result, incomplete};
use crate::lifecycle::{Context, FoundOne, Lifecycle, Made, Subject, existence};
use crate::observed::{Block, Observed, outputs};
use crate::reads::{Answers, Query, Single, Wants};
use crate::registry::lives;
use crate::tagging;
use crate::wording::Wording;

lives!(Service => ServiceLifecycle);

pub struct ServiceLifecycle;

/// What is known about a service, from the list or from its own answer.
pub struct Known {
    id: String,
    arn: Option<String>,
    name: Option<String>,
    namespace: Option<String>,
    of_type: Option<ServiceType>,
    description: Option<String>,
    dns: Option<DnsConfig>,
    asked: Option<HealthCheckConfig>,
    custom: Option<HealthCheckCustomConfig>,
}

/// Services by namespace and id.
pub struct Services;

impl Query for Services {
    type Key = (String, String);
    type Item = Known;
    /// One list answers for all services of a namespace.
    const BATCH: usize = 1000;

    fn groups(keys: BTreeSet<Self::Key>) -> Vec<Vec<Self::Key>> {
        let mut groups: BTreeMap<String, Vec<Self::Key>> = BTreeMap::new();
        for key in keys {
            groups.entry(key.0.clone()).or_default().push(key);
        }
        groups.into_values().collect()
    }

    async fn fetch(clients: &Clients, keys: Vec<Self::Key>) -> Result<Vec<(Self::Key, Known)>> {
        let Some((namespace, _)) = keys.into_iter().next() else {
            return Ok(Vec::new());
        };
        let found = list(clients, &namespace).await?.into_iter();
        let known = found.filter_map(|found| listed(found, &namespace));
        Ok(known
            .map(|known| ((namespace.clone(), known.id.clone()), known))
            .collect())
    }

    async fn confirm(clients: &Clients, (_, id): &Self::Key) -> Result<Option<Known>> {
        Ok(get(clients, id).await?.and_then(asked))
    }
}

/// The attributes of a service, by id.
pub struct Attributes;

impl Single for Attributes {
    type Key = String;
    type Item = BTreeMap<String, String>;

    async fn ask(clients: &Clients, id: &String) -> Result<Option<Self::Item>> {
        let request = clients.servicediscovery().get_service_attributes();
        let answer = request.service_id(id).send().await;
        let answer = answer
            .named("servicediscovery:GetServiceAttributes")
            .found()?;
        let attributes = answer.map(|answer| answer.service_attributes?.attributes);
        Ok(attributes.map(|attributes| attributes.unwrap_or_default().into_iter().collect()))
    }
}

impl Lifecycle for ServiceLifecycle {
    type Kind = Service;
    const DELETION: Deletion = Deletion::AtOnce;
    const WORDINGS: &'static [Wording] = errors::WORDINGS;

    fn after_create(spec: &ServiceResolved) -> Vec<ServiceChange> {
        let written = !spec.service_attributes.is_empty();
        written
            .then_some(ServiceChange::ServiceAttributes)
            .into_iter()
            .collect()
    }

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        wants.want::<Services>(key(subject));
        applied_tags::want(subject.output("Arn"), &subject.applied.tags, wants);
        if !subject.applied.service_attributes.is_empty() {
            wants.want::<Attributes>(subject.id.as_str());
        }
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let Some(known) = answers.get::<Services>(&key(subject))? else {
            return Ok(None);
        };
        let api_only = known.of_type == Some(ServiceType::Http);
        let properties = Block::new()
            .set("NamespaceId", known.namespace.as_ref())
            .set("Name", known.name.as_ref())
            .set("Type", api_only.then_some("HTTP"))
            .set(
                "Description",
                known.description.as_ref().filter(|text| !text.is_empty()),
            )
            .block(
                "DnsConfig",
                known
                    .dns
                    .as_ref()
                    .filter(|dns| !dns.dns_records.is_empty())
                    .map(observed_dns),
            )
            .block(
                "HealthCheckConfig",
                known.asked.as_ref().map(observed_check),
            )
            .set(
                "HealthCheckCustomConfig",
                known.custom.as_ref().map(observed_custom),
            );
        let attributes = answers.get::<Attributes>(&subject.id)?;
        let properties = properties.set("ServiceAttributes", attributes);
        let (arn, applied) = (subject.output("Arn"), &subject.applied.tags);
        Ok(Some(Observed {
            properties: applied_tags::observe(properties, arn, applied, answers)?,
            outputs: outputs_of(&known.id, known.arn.clone()),
        }))
    }

    async fn create(cx: &Context, spec: &ServiceResolved, intent: &IntentId) -> Result<Made> {
        const OPERATION: &str = "servicediscovery:CreateService";
        let (asked, custom) = match &spec.health_check {
            Some(HealthCheckResolved::Route53(check)) => (Some(sdk_check(check)), None),
            Some(HealthCheckResolved::Custom(check)) => {
                let custom = HealthCheckCustomConfig::builder();
                #[expect(deprecated, reason = "AWS still takes it, and ignores it")]
                let custom = custom.set_failure_threshold(check.failure_threshold.map(int));
                (None, Some(custom.build()))
            }
            None => (None, None),
        };
        let dns = spec.dns_config.as_ref().map(|dns| {
            let config = DnsConfig::builder()
                .set_dns_records(Some(records(dns)))
                .set_routing_policy(
                    dns.routing_policy
                        .map(|policy| RoutingPolicy::from(policy.as_str())),
                );
            config
                .build()
                .expect("a configuration with records is whole")
        });
        let request = cx
            .servicediscovery()
            .create_service()
            .set_name(spec.name.clone())
            .namespace_id(spec.namespace_id.as_str())
            .creator_request_id(&intent.0)
            .set_type(
                spec.service_type
                    .map(|of| ServiceTypeOption::from(of.as_str())),
            )
            .set_description(spec.description.clone())
            .set_dns_config(dns)
            .set_health_check_config(asked)
            .set_health_check_custom_config(custom)
            .set_tags(tags::for_create(cx, &spec.tags, intent));
        let answer = request.send().await.named(OPERATION)?;
        answer
            .service
            .and_then(made)
            .ok_or_else(|| incomplete(OPERATION, "service id"))
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &ServiceResolved,
        changes: &[ServiceChange],
    ) -> Result<Outputs> {
        let mut modifies = false;
        for change in changes {
            match change {
                ServiceChange::Description
                | ServiceChange::DnsConfig
                | ServiceChange::HealthCheck => modifies = true,
                ServiceChange::ServiceAttributes => set_attributes(cx, subject, to).await?,
                ServiceChange::Tags => {
                    tagging::update::<Tags>(
                        cx,
                        subject.output("Arn"),
                        &subject.applied.tags,
                        &to.tags,
                    )
                    .await?;
                }
            }
        }
        if modifies {
            let dns = to.dns_config.as_ref().map(|dns| {
                let change = DnsConfigChange::builder().set_dns_records(Some(records(dns)));
                change.build().expect("a change with records is whole")
            });
            let check = match &to.health_check {
                Some(HealthCheckResolved::Route53(check)) => Some(sdk_check(check)),
                Some(HealthCheckResolved::Custom(_)) | None => None,
            };
            let change = SdkChange::builder()
                .description(to.description.clone().unwrap_or_default())
                .set_dns_config(dns)
                .set_health_check_config(check);
            let request = cx
                .servicediscovery()
                .update_service()
                .id(&subject.id)
                .service(change.build());
            request
                .send()
                .await
                .named("servicediscovery:UpdateService")?;
        }
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        let request = cx.servicediscovery().delete_service().id(&subject.id);
        let answer = request.send().await.named("servicediscovery:DeleteService");
        match answer {
            Err(refusal) if refusal.class == ErrorClass::InUse => {
                leftovers::deregister(cx, &subject.id).await?;
                Err(refusal)
            }
            answer => answer.map(drop),
        }
    }

    async fn who_uses(cx: &Context, subject: &Subject<Self>) -> Result<Vec<String>> {
        leftovers::registered(cx, &subject.id).await
    }

    async fn find(cx: &Context, spec: &ServiceResolved, intent: &IntentId) -> Result<FoundOne> {
        const VISIBLE_WITHIN: u64 = 60;
        let found = list(cx, spec.namespace_id.as_str()).await?;
        let named = found
            .into_iter()
            .filter(|service| service.name == spec.name)
            .filter_map(|service| service.id);
        for id in named {
            let Some(service) = get(cx, &id).await? else {
                continue;
            };
            if service.creator_request_id.as_deref() == Some(intent.0.as_str()) {
                let made =
                    made(service).ok_or_else(|| incomplete("servicediscovery:GetService", "id"))?;
                return Ok(FoundOne::Ours(made));
            }
            return Ok(FoundOne::Foreign(id));
        }
        Ok(FoundOne::Nothing {
            visible_within: VISIBLE_WITHIN,
        })
    }

    fn want_progress(subject: &Subject<Self>, _until: Until, wants: &mut Wants) {
        wants.want::<Services>(key(subject));
    }

    fn progress(subject: &Subject<Self>, until: Until, answers: &Answers) -> Result<Progress> {
        if let (Until::Reaches(_), Some(known)) = (until, answers.get::<Services>(&key(subject))?)
            && !shows(known, &subject.applied)
        {
            return Ok(Progress::Pending {
                status: "a change is taking effect".to_owned(),
                events: Vec::new(),
            });
        }
        existence(until, Self::observe(subject, answers)?)
    }
}

/// Whether a change that was sent has taken effect: UpdateService works in the background.
fn shows(known: &Known, applied: &ServiceResolved) -> bool {
    let ttl = |record: &DnsRecord| (record.r#type.as_str().to_owned(), record.ttl);
    let shown: BTreeMap<_, _> = known
        .dns
        .iter()
        .flat_map(|dns| &dns.dns_records)
        .map(ttl)
        .collect();
    let wanted = applied.dns_config.iter().flat_map(records);
    (applied.description.is_none() || known.description == applied.description)
        && wanted
            .map(|record| ttl(&record))
            .all(|(of, ttl)| shown.get(&of) == Some(&ttl))
}

async fn set_attributes(
    cx: &Context,
    subject: &Subject<ServiceLifecycle>,
    to: &ServiceResolved,
) -> Result<()> {
    let wanted = &to.service_attributes;
    let removed = subject
        .applied
        .service_attributes
        .keys()
        .filter(|key| !wanted.contains_key(*key));
    let removed: Vec<_> = removed.cloned().collect();
    if !removed.is_empty() {
        let request = cx
            .servicediscovery()
            .delete_service_attributes()
            .service_id(&subject.id)
            .set_attributes(Some(removed));
        request
            .send()
            .await
            .named("servicediscovery:DeleteServiceAttributes")?;
    }
    if !wanted.is_empty() {
        let request = cx
            .servicediscovery()
            .update_service_attributes()
            .service_id(&subject.id)
            .set_attributes(Some(wanted.clone().into_iter().collect()));
        request
            .send()
            .await
            .named("servicediscovery:UpdateServiceAttributes")?;
    }
    Ok(())
}

/// The services of a namespace.
pub async fn list(clients: &Clients, namespace: &str) -> Result<Vec<ServiceSummary>> {
    let filter = ServiceFilter::builder()
        .name(ServiceFilterName::NamespaceId)
        .values(namespace)
        .condition(FilterCondition::Eq)
        .build()
        .expect("a filter with name and values is whole");
    let mut pages = clients
        .servicediscovery()
        .list_services()
        .filters(filter)
        .into_paginator()
        .send();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        // A namespace that is gone has no services.
        let Some(page) = page.named("servicediscovery:ListServices").found()? else {
            break;
        };
        all.extend(page.services.unwrap_or_default());
    }
    Ok(all)
}

async fn get(clients: &Clients, id: &str) -> Result<Option<SdkService>> {
    let answer = clients.servicediscovery().get_service().id(id).send().await;
    Ok(answer
        .named("servicediscovery:GetService")
        .found()?
        .and_then(|answer| answer.service))
}

fn listed(found: ServiceSummary, namespace: &str) -> Option<Known> {
    Some(Known {
        id: found.id?,
        arn: found.arn,
        name: found.name,
        namespace: Some(namespace.to_owned()),
        of_type: found.r#type,
        description: found.description,
        dns: found.dns_config,
        asked: found.health_check_config,
        custom: found.health_check_custom_config,
    })
}

fn asked(found: SdkService) -> Option<Known> {
    Some(Known {
        id: found.id?,
        arn: found.arn,
        name: found.name,
        namespace: found.namespace_id,
        of_type: found.r#type,
        description: found.description,
        dns: found.dns_config,
        asked: found.health_check_config,
        custom: found.health_check_custom_config,
    })
}

fn key(subject: &Subject<ServiceLifecycle>) -> (String, String) {
    (
        subject.applied.namespace_id.as_str().to_owned(),
        subject.id.clone(),
    )
}

fn int(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn records(dns: &DnsConfigResolved) -> Vec<DnsRecord> {
    let record = |record: &windlass::aws::servicediscovery::DnsRecordResolved| {
        let built = DnsRecord::builder()
            .r#type(RecordType::from(record.record_type.as_str()))
            .ttl(i64::from(record.ttl));
        built
            .build()
            .expect("a record with type and time to live is whole")
    };
    dns.dns_records.iter().map(record).collect()
}

fn sdk_check(check: &Route53HealthCheckResolved) -> HealthCheckConfig {
    let built = HealthCheckConfig::builder()
        .r#type(HealthCheckType::from(check.check_type.as_str()))
        .set_resource_path(check.resource_path.clone())
        .set_failure_threshold(check.failure_threshold.map(int));
    built.build().expect("a health check with a type is whole")
}

fn observed_dns(dns: &DnsConfig) -> Block {
    let records = dns.dns_records.iter();
    Block::new()
        .set(
            "RoutingPolicy",
            dns.routing_policy.as_ref().map(RoutingPolicy::as_str),
        )
        .list(
            "DnsRecords",
            records.map(|record| {
                Block::new()
                    .set("Type", Some(record.r#type.as_str()))
                    .set("TTL", Some(record.ttl))
            }),
        )
}

fn observed_check(check: &HealthCheckConfig) -> Block {
    Block::new()
        .set("Type", Some(check.r#type.as_str()))
        .set("ResourcePath", check.resource_path.as_ref())
        .set("FailureThreshold", check.failure_threshold)
}

fn observed_custom(check: &HealthCheckCustomConfig) -> Block {
    #[expect(deprecated, reason = "AWS still returns it")]
    let threshold = check.failure_threshold;
    Block::new().set("FailureThreshold", threshold)
}

fn made(found: SdkService) -> Option<Made> {
    let id = found.id?;
    Some(Made {
        outputs: outputs_of(&id, found.arn),
        id,
    })
}

fn outputs_of(id: &str, arn: Option<String>) -> Outputs {
    outputs([("Id", Some(id.to_owned())), ("Arn", arn)])
}
