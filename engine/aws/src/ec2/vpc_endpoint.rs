//! The life cycle of `AWS::EC2::VPCEndpoint`. Updates add and remove single members of an endpoint's attachments; no call replaces a whole list.
//!
//! `PrivateDnsOnlyForInboundResolverEndpoint` is a boolean in the API. AWS shows a deleted endpoint for a while, in state `deleted`.

use aws_sdk_ec2::types::{ResourceType, State, VpcEndpoint as SdkEndpoint};
use aws_smithy_types::date_time::Format;
use serde_json::{Value, json};
use windlass::aws::ec2::{VpcEndpoint, VpcEndpointChange, VpcEndpointResolved};
use windlass_engine::provider::Failure;

use super::filtered::{by_filter, found_by_intent};
use super::tags;
use crate::prelude::*;
use crate::services::own;

lives!(VpcEndpoint => VpcEndpointLifecycle);

pub struct VpcEndpointLifecycle;

const DELETE: &str = "ec2:DeleteVpcEndpoints";

tables! { windlass::aws::ec2 => aws_sdk_ec2;
    DnsOptions => DnsOptionsSpecification | DnsOptions {
        "PrivateDnsOnlyForInboundResolverEndpoint" by inbound_only;
    }
    VpcEndpoint => create_vpc_endpoint | VpcEndpoint {
        "PolicyDocument" by policy;
        "SecurityGroupIds" shown by security_groups;
    }
}

/// The scope of a private name, which is a boolean in the API.
mod inbound_only {
    use aws_sdk_ec2::types::DnsOptions;
    use windlass::aws::ec2::PrivateDnsScope;

    pub fn sent(scope: &Option<PrivateDnsScope>) -> Option<bool> {
        scope.map(|scope| scope == PrivateDnsScope::OnlyInboundResolver)
    }

    pub fn shown(dns: &DnsOptions) -> Option<PrivateDnsScope> {
        let only = dns.private_dns_only_for_inbound_resolver_endpoint?;
        Some(if only {
            PrivateDnsScope::OnlyInboundResolver
        } else {
            PrivateDnsScope::AllResolvers
        })
    }
}

/// A policy, which is a text in the API.
mod policy {
    use aws_sdk_ec2::types::VpcEndpoint;
    use serde_json::Value;

    pub fn sent(policy: &Option<Value>) -> Option<String> {
        policy.as_ref().map(Value::to_string)
    }

    pub fn shown(endpoint: &VpcEndpoint) -> Option<Value> {
        let text = endpoint.policy_document()?;
        Some(serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)))
    }
}

fn security_groups(endpoint: &SdkEndpoint) -> Option<Vec<&str>> {
    let groups = endpoint.groups().iter();
    let ids: Vec<_> = groups.filter_map(|group| group.group_id()).collect();
    (!ids.is_empty()).then_some(ids)
}

by_filter! {
    /// Endpoints by id, including deleted ones that AWS still shows.
    Endpoints: VpcEndpoint by "vpc-endpoint-id", describe_vpc_endpoints.filters, "ec2:DescribeVpcEndpoints"
}

impl Described for SdkEndpoint {
    fn id(&self) -> Option<String> {
        self.vpc_endpoint_id.clone()
    }

    fn outputs(&self) -> Outputs {
        let created = self
            .creation_timestamp
            .and_then(|at| at.fmt(Format::DateTime).ok());
        let entries: Vec<String> = self
            .dns_entries()
            .iter()
            .map(|entry| {
                let zone = entry.hosted_zone_id().unwrap_or_default();
                format!("{zone}:{}", entry.dns_name().unwrap_or_default())
            })
            .collect();
        let interfaces = json!(self.network_interface_ids());
        outputs([
            ("Id", self.id().map(Value::from)),
            ("CreationTimestamp", created.map(Value::from)),
            ("DnsEntries", Some(json!(entries))),
            ("NetworkInterfaceIds", Some(interfaces)),
        ])
    }

    fn properties(&self) -> Block {
        self.block().tags("Tags", tags::pairs(self.tags.as_deref()))
    }

    fn stays(&self) -> bool {
        !is(self, "deleted") && !is(self, "deleting")
    }
}

/// Compares states without regard to case: AWS's operations do not agree on it.
fn is(endpoint: &SdkEndpoint, state: &str) -> bool {
    endpoint
        .state
        .as_ref()
        .is_some_and(|given| given.as_str().eq_ignore_ascii_case(state))
}

impl Lifecycle for VpcEndpointLifecycle {
    type Kind = VpcEndpoint;
    const DELETION: Deletion = Deletion::InBackground;
    const TIMING: Timing = Timing::USUAL.polled(250, 8_000).taking(45, 1);
    const IS_LISTED: bool = true;
    const WORDINGS: &'static [Wording] = &[
        Wording::new(&[DELETE], &["InvalidVpcEndpoint*"], ErrorClass::NotFound),
        // A missing route or route table of the endpoint does not mean that the endpoint is gone.
        Wording::new(&[DELETE], &["*.NotFound"], ErrorClass::Invalid),
    ];

    fn bucket(_: Action) -> Option<Limit> {
        Some(own(4, 0.3))
    }

    observed_by!(Endpoints);
    found_by_intent!(Endpoints);

    async fn create(cx: &Context, spec: &VpcEndpointResolved, intent: &IntentId) -> Result<Made> {
        const OPERATION: &str = "ec2:CreateVpcEndpoint";
        let tags = tags::specification(cx, ResourceType::VpcEndpoint, &spec.tags, intent);
        let call = spec.fill(cx.ec2().create_vpc_endpoint());
        let call = call.client_token(&intent.0).tag_specifications(tags);
        let answer = call.send().await.named(OPERATION)?;
        made(answer.vpc_endpoint.as_ref(), OPERATION)
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
                VpcEndpointChange::IpAddressType => {
                    call.set_ip_address_type(to.ip_address_type.to_sdk())
                }
                VpcEndpointChange::DnsOptions => call.set_dns_options(to.dns_options.to_sdk()),
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
        // The call succeeds even if it deleted nothing.
        let Some(error) = answer.unsuccessful().first().and_then(|item| item.error()) else {
            return Ok(());
        };
        let code = error.code().unwrap_or_default().to_owned();
        let message = error.message().unwrap_or_default().to_owned();
        Err(windlass_engine::provider::ProviderError {
            class: crate::error::class_of(DELETE, &code, 400, &message),
            classed_by: windlass_engine::provider::ClassedBy::SharedTable,
            operation: DELETE.to_owned(),
            message,
            code: Some(code),
            request_id: None,
        })
    }

    fn progress(subject: &Subject<Self>, until: Until, answers: &Answers) -> Result<Progress> {
        let endpoint = answers.get::<Endpoints>(&subject.id)?;
        // AWS still shows deleted endpoints for a while.
        let endpoint = endpoint.filter(|endpoint| !is(endpoint, "deleted"));
        Ok(match (until, endpoint) {
            (Until::Gone, None) => reached(Outputs::new()),
            (Until::Gone, Some(endpoint)) => pending(state(endpoint)),
            (Until::Reaches(_), None) => pending("not visible yet"),
            (Until::Reaches(_), Some(endpoint)) => {
                if is(endpoint, "failed") || is(endpoint, "rejected") || is(endpoint, "expired") {
                    return Ok(Progress::Failed(failure(endpoint)));
                }
                if is(endpoint, "pending") || is(endpoint, "partial") {
                    pending(state(endpoint))
                } else {
                    // `pendingAcceptance` waits for a person on the service's side.
                    reached(endpoint.outputs())
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

type Members = Option<Vec<String>>;

/// The members to add, and the members to remove.
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
