//! The life cycle of `AWS::ServiceDiscovery::Service`.
//!
//! CreateService carries everything except the service's attributes. UpdateService deletes every setting that it does not name, so it names all of
//! them. Windlass lists services by namespace, so it knows the namespace of each service without a further call.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_servicediscovery::operation::create_service::builders::CreateServiceFluentBuilder;
use aws_sdk_servicediscovery::types::{
    FilterCondition, Service as SdkService, ServiceChange as SdkChange, ServiceFilter,
    ServiceFilterName, ServiceSummary, ServiceType,
};
use windlass::aws::servicediscovery::{
    HealthCheckResolved, Service, ServiceChange, ServiceResolved,
};

use super::tags::Tags;
use super::{errors, leftovers, tags};
use crate::applied_tags;
use crate::lifecycle::existence;
use crate::prelude::*;
use crate::tagging;

lives!(Service => ServiceLifecycle);

pub struct ServiceLifecycle;

tables! { windlass::aws::servicediscovery => aws_sdk_servicediscovery;
    DnsRecord { "Type" as r#type; }
    DnsConfig { "DnsRecords" always; }
    DnsConfig => DnsConfigChange | _ { "DnsRecords" always; "RoutingPolicy" not sent; }
    Route53HealthCheck => HealthCheckConfig { "Type" as r#type; }
    Service => create_service | Service {
        "Type" as r#type, shown by api_only;
        "Description" shown by description;
        "DnsConfig" shown by dns_config;
        "ServiceAttributes" later, not shown;
        health_check { "HealthCheckCustomConfig" shown by custom_check; }
    }
}

/// The threshold of custom health checks, which the SDK marks as deprecated.
#[expect(
    deprecated,
    reason = "AWS still takes and returns it, and uses 1 whatever it is given"
)]
mod threshold {
    use crate::table::tables;

    tables! { windlass::aws::servicediscovery => aws_sdk_servicediscovery;
        CustomHealthCheck => HealthCheckCustomConfig;
    }
}

/// The type, if it is `HTTP`. Every service has a type, but specs write only this one.
fn api_only(service: &SdkService) -> Option<&str> {
    (service.r#type == Some(ServiceType::Http)).then_some("HTTP")
}

fn description(service: &SdkService) -> Option<&String> {
    let description = service.description.as_ref();
    description.filter(|text| !text.is_empty())
}

fn dns_config(service: &SdkService) -> Option<Block> {
    let dns = service.dns_config.as_ref();
    let dns = dns.filter(|dns| !dns.dns_records.is_empty());
    dns.map(Showing::block)
}

/// A custom health check without settings is a health check, too, so its block may be empty.
fn custom_check(service: &SdkService) -> Option<Block> {
    let check = service.health_check_custom_config.as_ref();
    check.map(Showing::block)
}

impl Described for SdkService {
    fn id(&self) -> Option<String> {
        self.id.clone()
    }

    fn outputs(&self) -> Outputs {
        outputs([("Id", self.id.clone()), ("Arn", self.arn.clone())])
    }

    fn properties(&self) -> Block {
        self.block()
    }
}

/// Services by namespace and id.
pub struct Services;

impl Query for Services {
    type Key = (String, String);
    type Item = SdkService;
    /// One list answers for all services of a namespace.
    const BATCH: usize = 1000;

    fn groups(keys: BTreeSet<Self::Key>) -> Vec<Vec<Self::Key>> {
        let mut groups: BTreeMap<String, Vec<Self::Key>> = BTreeMap::new();
        for key in keys {
            groups.entry(key.0.clone()).or_default().push(key);
        }
        groups.into_values().collect()
    }

    async fn fetch(
        clients: &Clients,
        keys: Vec<Self::Key>,
    ) -> Result<Vec<(Self::Key, SdkService)>> {
        let Some((namespace, _)) = keys.into_iter().next() else {
            return Ok(Vec::new());
        };
        let found = list(clients, &namespace).await?.into_iter();
        let named = found.filter_map(|found| {
            let key = (namespace.clone(), found.id.clone()?);
            Some((key, listed(found, &namespace)))
        });
        Ok(named.collect())
    }

    async fn confirm(clients: &Clients, (_, id): &Self::Key) -> Result<Option<SdkService>> {
        get(clients, id).await
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
        later::<_, CreateServiceFluentBuilder>(spec)
    }

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        wants.want::<Services>(key(subject));
        applied_tags::want(subject.output("Arn"), &subject.applied.tags, wants);
        if !subject.applied.service_attributes.is_empty() {
            wants.want::<Attributes>(subject.id.as_str());
        }
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let Some(service) = answers.get::<Services>(&key(subject))? else {
            return Ok(None);
        };
        let attributes = answers.get::<Attributes>(&subject.id)?;
        let properties = service.properties().set("ServiceAttributes", attributes);
        let (arn, applied) = (subject.output("Arn"), &subject.applied.tags);
        Ok(Some(Observed {
            properties: applied_tags::observe(properties, arn, applied, answers)?,
            outputs: service.outputs(),
        }))
    }

    async fn create(cx: &Context, spec: &ServiceResolved, intent: &IntentId) -> Result<Made> {
        const OPERATION: &str = "servicediscovery:CreateService";
        let request = spec
            .fill(cx.servicediscovery().create_service())
            .creator_request_id(&intent.0)
            .set_tags(tags::for_create(cx, &spec.tags, intent));
        let answer = request.send().await.named(OPERATION)?;
        made(answer.service.as_ref(), OPERATION)
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
            let check = match &to.health_check {
                Some(HealthCheckResolved::Route53(check)) => check.to_sdk(),
                Some(HealthCheckResolved::Custom(_)) | None => None,
            };
            let change = SdkChange::builder()
                .description(to.description.clone().unwrap_or_default())
                .set_dns_config(to.dns_config.to_sdk())
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
                let made = made(Some(&service), "servicediscovery:GetService")?;
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
            return Ok(pending("a change is taking effect"));
        }
        existence(until, Self::observe(subject, answers)?)
    }
}

/// Whether a sent change has taken effect: UpdateService works in the background.
fn shows(known: &SdkService, applied: &ServiceResolved) -> bool {
    let shown = known.dns_config.iter().flat_map(|dns| &dns.dns_records);
    let shown: BTreeMap<&str, i64> = shown
        .map(|record| (record.r#type.as_str(), record.ttl))
        .collect();
    let mut wanted = applied.dns_config.iter().flat_map(|dns| &dns.dns_records);
    (applied.description.is_none() || known.description == applied.description)
        && wanted
            .all(|record| shown.get(record.record_type.as_str()) == Some(&i64::from(record.ttl)))
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

/// Converts an entry of a namespace's list to the type of a single answer.
fn listed(found: ServiceSummary, namespace: &str) -> SdkService {
    SdkService::builder()
        .set_id(found.id)
        .set_arn(found.arn)
        .set_name(found.name)
        .namespace_id(namespace)
        .set_type(found.r#type)
        .set_description(found.description)
        .set_dns_config(found.dns_config)
        .set_health_check_config(found.health_check_config)
        .set_health_check_custom_config(found.health_check_custom_config)
        .build()
}

fn key(subject: &Subject<ServiceLifecycle>) -> (String, String) {
    (
        subject.applied.namespace_id.as_str().to_owned(),
        subject.id.clone(),
    )
}
