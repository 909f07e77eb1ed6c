//! Finds what blocks the deletion of a network resource: interfaces, endpoints, groups and subnets, most of them of another owner.
//!
//! EC2 answers `DependencyViolation` without a name. Common holders that no stack manages are GuardDuty's endpoint and group in a VPC with Runtime
//! Monitoring (hashicorp/terraform-provider-aws#46747), and the interfaces of Lambda functions, instances and databases in a subnet.

use aws_sdk_ec2::types::{
    Address, NetworkInterface, SecurityGroup as SdkGroup, Tag, VpcEndpoint as SdkEndpoint,
};

use super::tags::filter;
use crate::error::{Named, Result};
use crate::lifecycle::Context;

const DESCRIBE_GROUPS: &str = "ec2:DescribeSecurityGroups";

/// The network interfaces that a filter such as `subnet-id` finds.
pub async fn interfaces(cx: &Context, by: &str, value: &str) -> Result<Vec<String>> {
    let found = described(cx, by, value).await?;
    Ok(found.iter().filter_map(interface).collect())
}

/// The interfaces of a VPC that have a public address. AWS refuses to detach an internet gateway while they exist.
pub async fn public_interfaces(cx: &Context, vpc: &str) -> Result<Vec<String>> {
    let found = described(cx, "vpc-id", vpc).await?;
    let public = |interface: &&NetworkInterface| {
        let association = interface.association.as_ref();
        association.is_some_and(|association| association.public_ip.is_some())
    };
    Ok(found.iter().filter(public).filter_map(interface).collect())
}

async fn described(cx: &Context, by: &str, value: &str) -> Result<Vec<NetworkInterface>> {
    let call = cx
        .ec2()
        .describe_network_interfaces()
        .filters(filter(by, vec![value.to_owned()]));
    let pages = call.into_paginator().items().send();
    pages
        .try_collect()
        .await
        .named("ec2:DescribeNetworkInterfaces")
}

/// The users of a security group: interfaces that have it, and other groups whose rules name it.
pub async fn of_group(cx: &Context, id: &str) -> Result<Vec<String>> {
    let mut holders = interfaces(cx, "group-id", id).await?;
    for by in ["ip-permission.group-id", "egress.ip-permission.group-id"] {
        let naming = groups(cx, by, id).await?;
        let naming = naming.iter().filter(|group| group.group_id() != Some(id));
        holders.extend(naming.filter_map(|group| Some(format!("a rule of {}", named(group)?))));
    }
    holders.sort();
    holders.dedup();
    Ok(holders)
}

/// The remaining content of a VPC: endpoints, groups and subnets. If there are no subnets, also the network interfaces.
pub async fn of_vpc(cx: &Context, id: &str) -> Result<Vec<String>> {
    let call = cx
        .ec2()
        .describe_vpc_endpoints()
        .filters(filter("vpc-id", vec![id.to_owned()]));
    let endpoints = call.into_paginator().items().send();
    let endpoints: Vec<SdkEndpoint> = endpoints
        .try_collect()
        .await
        .named("ec2:DescribeVpcEndpoints")?;
    let mut holders: Vec<String> = endpoints.iter().filter_map(endpoint).collect();
    let groups = groups(cx, "vpc-id", id).await?;
    let own = groups
        .iter()
        .filter(|group| group.group_name() != Some("default"));
    holders.extend(own.filter_map(named));
    let call = cx
        .ec2()
        .describe_subnets()
        .filters(filter("vpc-id", vec![id.to_owned()]));
    let mut subnets = call.into_paginator().items().send();
    while let Some(subnet) = subnets.next().await {
        holders.extend(subnet.named("ec2:DescribeSubnets")?.subnet_id);
    }
    holders.extend(interfaces(cx, "vpc-id", id).await?);
    Ok(holders)
}

/// The instance or interface that an address is associated with.
pub async fn of_address(cx: &Context, id: &str) -> Result<Vec<String>> {
    let answer = cx
        .ec2()
        .describe_addresses()
        .filters(filter("allocation-id", vec![id.to_owned()]))
        .send()
        .await
        .named("ec2:DescribeAddresses")?;
    let held = |address: &Address| {
        let instance = address.instance_id.clone().filter(|id| !id.is_empty());
        instance.or_else(|| address.network_interface_id.clone())
    };
    Ok(answer.addresses().iter().filter_map(held).collect())
}

async fn groups(cx: &Context, by: &str, value: &str) -> Result<Vec<SdkGroup>> {
    let call = cx
        .ec2()
        .describe_security_groups()
        .filters(filter(by, vec![value.to_owned()]));
    let pages = call.into_paginator().items().send();
    pages.try_collect().await.named(DESCRIBE_GROUPS)
}

/// Names an interface: `eni-0a1 (AWS Lambda VPC ENI-mail)`. AWS's services write the owner into the description. An interface without a description
/// gets the name of its instance or its creator.
fn interface(interface: &NetworkInterface) -> Option<String> {
    let id = interface.network_interface_id.as_ref()?;
    let attachment = interface.attachment.as_ref();
    let instance = attachment.and_then(|attachment| attachment.instance_id.as_deref());
    let whose = [
        interface.description.as_deref(),
        instance,
        interface.requester_id.as_deref(),
    ];
    let whose = whose.into_iter().flatten().find(|text| !text.is_empty());
    Some(with(id, whose))
}

/// Names an endpoint: `vpce-0a1 (GuardDuty's, …)`, `vpce-0a1 (com.amazonaws.eu-central-1.s3)`.
fn endpoint(endpoint: &SdkEndpoint) -> Option<String> {
    let id = endpoint.vpc_endpoint_id.as_ref()?;
    Some(match guards(endpoint.tags()) {
        true => with(id, Some(GUARD_DUTY)),
        false => with(id, endpoint.service_name.as_deref()),
    })
}

/// Names a group: `sg-0a1 (web)`.
fn named(group: &SdkGroup) -> Option<String> {
    let (id, name) = (group.group_id.as_ref()?, group.group_name());
    let guards = guards(group.tags())
        || name.is_some_and(|name| name.starts_with("GuardDutyManagedSecurityGroup"));
    Some(with(id, if guards { Some(GUARD_DUTY) } else { name }))
}

const GUARD_DUTY: &str = "GuardDuty's: turn off Runtime Monitoring's automated agent, or delete it";

/// Whether GuardDuty made the resource, by its tag. <https://docs.aws.amazon.com/guardduty/latest/ug/runtime-monitoring-agent-resource-clean-up.html>
fn guards(tags: &[Tag]) -> bool {
    let managed = |tag: &Tag| tag.key() == Some("GuardDutyManaged") && tag.value() == Some("true");
    tags.iter().any(managed)
}

fn with(id: &str, whose: Option<&str>) -> String {
    match whose {
        Some(whose) => format!("{id} ({whose})"),
        None => id.to_owned(),
    }
}
