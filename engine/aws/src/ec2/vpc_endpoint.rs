//! The life cycle of `AWS::EC2::VPCEndpoint`. What is attached to an endpoint changes by adding and removing members, not by whole lists.
//!
//! `PrivateDnsOnlyForInboundResolverEndpoint` is a boolean in the API. A deleted endpoint stays visible for a while, in state `deleted`.

use aws_sdk_ec2::types::{
    DnsOptionsSpecification, DnsRecordIpType, IpAddressType, ResourceType, State,
    VpcEndpoint as SdkEndpoint, VpcEndpointType,
};
use aws_smithy_types::date_time::Format;
use serde_json::{Value, json};
use windlass::aws::ec2::{
    DnsOptionsResolved, EndpointTargetResolved, PrivateDnsScope, VpcEndpoint, VpcEndpointChange,
    VpcEndpointResolved,
};
use windlass_engine::provider::{Deletion, ErrorClass, Failure, Outputs, Progress, Until};
use windlass_state::identity::IntentId;

use super::tags;
use crate::clients::Clients;
use crate::error::{Named, Result, incomplete};
use crate::lifecycle::{Context, FoundOne, Lifecycle, Made, Subject};
use crate::observed::{Block, Observed};
use crate::reads::{Answers, Query, Wants};
use crate::registry::lives;
use crate::wording::Wording;

lives!(VpcEndpoint => VpcEndpointLifecycle);

pub struct VpcEndpointLifecycle;

const DELETE: &str = "ec2:DeleteVpcEndpoints";

/// Endpoints by id, without those that are only remembered.
pub struct Endpoints;

impl Query for Endpoints {
    type Key = String;
    type Item = SdkEndpoint;
    /// Values that one EC2 filter takes.
    const BATCH: usize = 200;

    async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, SdkEndpoint)>> {
        let mut found = Vec::new();
        let mut pages = clients
            .ec2()
            .describe_vpc_endpoints()
            .filters(tags::filter("vpc-endpoint-id", keys))
            .into_paginator()
            .items()
            .send();
        while let Some(endpoint) = pages.next().await {
            let endpoint = endpoint.named("ec2:DescribeVpcEndpoints")?;
            if !is(&endpoint, "deleted") {
                found.extend(endpoint.vpc_endpoint_id.clone().map(|id| (id, endpoint)));
            }
        }
        Ok(found)
    }
}

/// AWS writes states in either case, by operation.
fn is(endpoint: &SdkEndpoint, state: &str) -> bool {
    endpoint
        .state
        .as_ref()
        .is_some_and(|given| given.as_str().eq_ignore_ascii_case(state))
}

impl Lifecycle for VpcEndpointLifecycle {
    type Kind = VpcEndpoint;
    const DELETION: Deletion = Deletion::InBackground;
    const WORDINGS: &'static [Wording] = &[
        Wording::new(&[DELETE], &["InvalidVpcEndpoint*"], ErrorClass::NotFound),
        // A route or table of it that is missing does not mean that the endpoint is gone.
        Wording::new(&[DELETE], &["*.NotFound"], ErrorClass::Invalid),
    ];

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        wants.want::<Endpoints>(subject.id.clone());
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let Some(endpoint) = answers.get::<Endpoints>(&subject.id)? else {
            return Ok(None);
        };
        if is(endpoint, "deleting") {
            return Ok(None);
        }
        Ok(Some(Observed {
            properties: properties(endpoint),
            outputs: endpoint_outputs(endpoint),
        }))
    }

    async fn create(cx: &Context, spec: &VpcEndpointResolved, intent: &IntentId) -> Result<Made> {
        const OPERATION: &str = "ec2:CreateVpcEndpoint";
        let call = cx
            .ec2()
            .create_vpc_endpoint()
            .client_token(&intent.0)
            .vpc_id(spec.vpc_id.as_str())
            .set_vpc_endpoint_type(
                spec.vpc_endpoint_type
                    .map(|kind| VpcEndpointType::from(kind.as_str())),
            )
            .set_service_region(spec.service_region.clone())
            .set_policy_document(spec.policy_document.as_ref().map(Value::to_string))
            .set_route_table_ids(texts(&spec.route_table_ids))
            .set_subnet_ids(texts(&spec.subnet_ids))
            .set_security_group_ids(texts(&spec.security_group_ids))
            .set_private_dns_enabled(spec.private_dns_enabled)
            .set_ip_address_type(
                spec.ip_address_type
                    .map(|kind| IpAddressType::from(kind.as_str())),
            )
            .set_dns_options(spec.dns_options.as_ref().map(dns_options))
            .tag_specifications(tags::specification(
                cx,
                ResourceType::VpcEndpoint,
                &spec.tags,
                intent,
            ));
        let call = match &spec.target {
            EndpointTargetResolved::ServiceName(name) => call.service_name(name),
            EndpointTargetResolved::ServiceNetworkArn(arn) => call.service_network_arn(arn),
            EndpointTargetResolved::ResourceConfigurationArn(arn) => {
                call.resource_configuration_arn(arn)
            }
        };
        let answer = call.send().await.named(OPERATION)?;
        answer
            .vpc_endpoint
            .as_ref()
            .and_then(made)
            .ok_or_else(|| incomplete(OPERATION, "endpoint id"))
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &VpcEndpointResolved,
        changes: &[VpcEndpointChange],
    ) -> Result<Outputs> {
        let from = &subject.applied;
        let mut call = cx.ec2().modify_vpc_endpoint().vpc_endpoint_id(&subject.id);
        let mut modifies = false;
        for change in changes {
            modifies |= *change != VpcEndpointChange::Tags;
            call = match change {
                VpcEndpointChange::PolicyDocument => match &to.policy_document {
                    Some(policy) => call.policy_document(policy.to_string()),
                    None => call.reset_policy(true),
                },
                VpcEndpointChange::RouteTableIds => {
                    let (add, remove) = members(&from.route_table_ids, &to.route_table_ids);
                    call.set_add_route_table_ids(add)
                        .set_remove_route_table_ids(remove)
                }
                VpcEndpointChange::SubnetIds => {
                    let (add, remove) = members(&from.subnet_ids, &to.subnet_ids);
                    call.set_add_subnet_ids(add).set_remove_subnet_ids(remove)
                }
                VpcEndpointChange::SecurityGroupIds => {
                    let (add, remove) = members(&from.security_group_ids, &to.security_group_ids);
                    call.set_add_security_group_ids(add)
                        .set_remove_security_group_ids(remove)
                }
                VpcEndpointChange::PrivateDnsEnabled => {
                    call.set_private_dns_enabled(to.private_dns_enabled)
                }
                VpcEndpointChange::IpAddressType => call.set_ip_address_type(
                    to.ip_address_type
                        .map(|kind| IpAddressType::from(kind.as_str())),
                ),
                VpcEndpointChange::DnsOptions => {
                    call.set_dns_options(to.dns_options.as_ref().map(dns_options))
                }
                VpcEndpointChange::Tags => {
                    tags::update(cx, &subject.id, &from.tags, &to.tags).await?;
                    call
                }
            };
        }
        if modifies {
            call.send().await.named("ec2:ModifyVpcEndpoint")?;
        }
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        let answer = cx
            .ec2()
            .delete_vpc_endpoints()
            .vpc_endpoint_ids(&subject.id)
            .send()
            .await
            .named(DELETE)?;
        // The call succeeds even where it deleted nothing.
        let Some(error) = answer.unsuccessful().first().and_then(|item| item.error()) else {
            return Ok(());
        };
        let code = error.code().unwrap_or_default().to_owned();
        let message = error.message().unwrap_or_default().to_owned();
        Err(windlass_engine::provider::ProviderError {
            class: crate::error::class_of(DELETE, &code, 400, &message),
            operation: DELETE.to_owned(),
            message,
            code: Some(code),
            request_id: None,
        })
    }

    async fn find(
        cx: &Context,
        _spec: &VpcEndpointResolved,
        intent: &IntentId,
    ) -> Result<FoundOne> {
        let endpoints = cx
            .ec2()
            .describe_vpc_endpoints()
            .filters(tags::intent_filter(intent))
            .into_paginator()
            .items()
            .send()
            .try_collect()
            .await
            .named("ec2:DescribeVpcEndpoints")?;
        let ours = tags::of_intent(&endpoints, |one| one.tags.as_deref(), intent)
            .filter(|endpoint| !is(endpoint, "deleted") && !is(endpoint, "deleting"))
            .find_map(made);
        Ok(tags::ours_or_nothing(ours))
    }

    fn progress(subject: &Subject<Self>, until: Until, answers: &Answers) -> Result<Progress> {
        let pending = |status: &str| Progress::Pending {
            status: status.to_owned(),
            events: Vec::new(),
        };
        let endpoint = answers.get::<Endpoints>(&subject.id)?;
        Ok(match (until, endpoint) {
            (Until::Gone, None) => Progress::Reached {
                outputs: Outputs::new(),
            },
            (Until::Gone, Some(endpoint)) => pending(state(endpoint)),
            (Until::Reaches(_), None) => pending("not visible yet"),
            (Until::Reaches(_), Some(endpoint)) => {
                if is(endpoint, "failed") || is(endpoint, "rejected") || is(endpoint, "expired") {
                    return Ok(Progress::Failed(failure(endpoint)));
                }
                if is(endpoint, "pending") || is(endpoint, "partial") {
                    pending(state(endpoint))
                } else {
                    // `pendingAcceptance` waits for a person at the other end.
                    Progress::Reached {
                        outputs: endpoint_outputs(endpoint),
                    }
                }
            }
        })
    }
}

fn state(endpoint: &SdkEndpoint) -> &str {
    endpoint.state.as_ref().map_or("unknown", State::as_str)
}

fn failure(endpoint: &SdkEndpoint) -> Failure {
    let error = endpoint.last_error();
    let details = [
        ("cause", error.and_then(|error| error.message())),
        ("cause", endpoint.failure_reason()),
    ];
    Failure {
        summary: format!("the endpoint is {}", state(endpoint)),
        details: details
            .into_iter()
            .filter_map(|(word, text)| Some((word.to_owned(), text?.to_owned())))
            .collect(),
        rolled_back: false,
    }
}

fn properties(endpoint: &SdkEndpoint) -> Block {
    let policy = endpoint.policy_document().map(|text| {
        serde_json::from_str::<Value>(text).unwrap_or_else(|_| Value::String(text.to_owned()))
    });
    let dns = endpoint.dns_options().map(|dns| {
        let scope = dns
            .private_dns_only_for_inbound_resolver_endpoint
            .map(|only| {
                if only {
                    PrivateDnsScope::OnlyInboundResolver
                } else {
                    PrivateDnsScope::AllResolvers
                }
            });
        Block::new()
            .set(
                "DnsRecordIpType",
                dns.dns_record_ip_type.as_ref().map(DnsRecordIpType::as_str),
            )
            .set("PrivateDnsOnlyForInboundResolverEndpoint", scope)
            .set("PrivateDnsPreference", dns.private_dns_preference())
            .list(
                "PrivateDnsSpecifiedDomains",
                dns.private_dns_specified_domains(),
            )
    });
    let groups = endpoint
        .groups()
        .iter()
        .filter_map(|group| group.group_id());
    Block::new()
        .set("VpcId", endpoint.vpc_id())
        .set(
            "VpcEndpointType",
            endpoint
                .vpc_endpoint_type
                .as_ref()
                .map(VpcEndpointType::as_str),
        )
        .set("ServiceName", endpoint.service_name())
        .set("ServiceNetworkArn", endpoint.service_network_arn())
        .set(
            "ResourceConfigurationArn",
            endpoint.resource_configuration_arn(),
        )
        .set("ServiceRegion", endpoint.service_region())
        .set("PolicyDocument", policy)
        .list("RouteTableIds", endpoint.route_table_ids())
        .list("SubnetIds", endpoint.subnet_ids())
        .list("SecurityGroupIds", groups)
        .set("PrivateDnsEnabled", endpoint.private_dns_enabled)
        .set(
            "IpAddressType",
            endpoint.ip_address_type.as_ref().map(IpAddressType::as_str),
        )
        .block("DnsOptions", dns)
        .tags("Tags", tags::pairs(endpoint.tags.as_deref()))
}

fn dns_options(options: &DnsOptionsResolved) -> DnsOptionsSpecification {
    let domains = &options.private_dns_specified_domains;
    DnsOptionsSpecification::builder()
        .set_dns_record_ip_type(
            options
                .dns_record_ip_type
                .map(|kind| DnsRecordIpType::from(kind.as_str())),
        )
        .set_private_dns_only_for_inbound_resolver_endpoint(
            options
                .private_dns_only_for_inbound_resolver_endpoint
                .map(|scope| scope == PrivateDnsScope::OnlyInboundResolver),
        )
        .set_private_dns_preference(options.private_dns_preference.map(|word| word.to_string()))
        .set_private_dns_specified_domains((!domains.is_empty()).then(|| domains.clone()))
        .build()
}

fn texts<T: ToString>(ids: &[T]) -> Option<Vec<String>> {
    (!ids.is_empty()).then(|| ids.iter().map(ToString::to_string).collect())
}

type Members = Option<Vec<String>>;

/// The members to add and to remove.
fn members<T: ToString + PartialEq>(from: &[T], to: &[T]) -> (Members, Members) {
    let without = |these: &[T], those: &[T]| {
        let left: Vec<String> = these
            .iter()
            .filter(|one| !those.contains(one))
            .map(ToString::to_string)
            .collect();
        (!left.is_empty()).then_some(left)
    };
    (without(to, from), without(from, to))
}

fn made(endpoint: &SdkEndpoint) -> Option<Made> {
    Some(Made {
        id: endpoint.vpc_endpoint_id.clone()?,
        outputs: endpoint_outputs(endpoint),
    })
}

fn endpoint_outputs(endpoint: &SdkEndpoint) -> Outputs {
    let created = endpoint
        .creation_timestamp
        .and_then(|at| at.fmt(Format::DateTime).ok());
    let entries: Vec<String> = endpoint
        .dns_entries()
        .iter()
        .map(|entry| {
            let zone = entry.hosted_zone_id().unwrap_or_default();
            format!("{zone}:{}", entry.dns_name().unwrap_or_default())
        })
        .collect();
    let mut outputs = Outputs::new();
    outputs.extend(
        endpoint
            .vpc_endpoint_id()
            .map(|id| ("Id".to_owned(), json!(id))),
    );
    outputs.extend(created.map(|at| ("CreationTimestamp".to_owned(), json!(at))));
    outputs.insert("DnsEntries".to_owned(), json!(entries));
    outputs.insert(
        "NetworkInterfaceIds".to_owned(),
        json!(endpoint.network_interface_ids()),
    );
    outputs
}
