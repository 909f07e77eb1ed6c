//! The network of a load balancer: its subnets, addresses, security groups and IPAM pool, and the calls that change them.
//!
//! AWS returns subnets with their addresses in one form. Windlass shows them in the form that the author wrote.

use aws_sdk_elasticloadbalancingv2::types::{
    AvailabilityZone, EnablePrefixForIpv6SourceNatEnum, IpAddressType, IpamPools,
    LoadBalancer as SdkLoadBalancer, RemoveIpamPoolEnum,
};
use windlass::aws::ec2::IpamPoolId;
use windlass::aws::elasticloadbalancingv2::{
    LoadBalancerResolved, LoadBalancerSubnetsResolved, SubnetMappingResolved,
};

use crate::ec2::tags::filter;
use crate::elasticloadbalancingv2::read;
use crate::prelude::*;
use crate::reads::Query as _;

tables! { windlass::aws::elasticloadbalancingv2 => aws_sdk_elasticloadbalancingv2;
    SubnetMapping => SubnetMapping | _;
}

/// AWS's block for the one IPAM pool.
pub fn pools(pool: &Option<IpamPoolId>) -> Option<IpamPools> {
    let pool = pool.as_ref()?;
    let pools = IpamPools::builder().ipv4_ipam_pool_id(pool.as_str());
    Some(pools.build())
}

pub fn pool(found: &SdkLoadBalancer) -> Option<&str> {
    let pools = found.ipam_pools.as_ref()?;
    pools.ipv4_ipam_pool_id.as_deref()
}

/// The changes that SetSubnets and SetIpAddressType carry. Both calls take the address type; only SetSubnets takes the prefixes.
#[derive(Default)]
pub struct Network {
    pub subnets: bool,
    pub source_nat: bool,
    pub address_type: bool,
}

impl Network {
    /// Sends the changes, if there are any.
    pub async fn send(self, cx: &Context, arn: &str, to: &LoadBalancerResolved) -> Result<()> {
        let of = || to.ip_address_type.to_sdk().unwrap_or(IpAddressType::Ipv4);
        let address_type = self.address_type.then(of);
        if self.subnets || self.source_nat {
            let off = self.source_nat;
            let off = off.then_some(EnablePrefixForIpv6SourceNatEnum::Off);
            let nat = to.enable_prefix_for_ipv6_source_nat.to_sdk().or(off);
            let request = cx
                .elbv2()
                .set_subnets()
                .load_balancer_arn(arn)
                .set_ip_address_type(address_type)
                .set_enable_prefix_for_ipv6_source_nat(nat);
            let request = match &to.subnets {
                LoadBalancerSubnetsResolved::Subnets(subnets) => {
                    request.set_subnets(Some(subnets.to_sdk().unwrap_or_default()))
                }
                LoadBalancerSubnetsResolved::Mapped(mappings) => {
                    request.set_subnet_mappings(Some(mappings.to_sdk().unwrap_or_default()))
                }
            };
            request
                .send()
                .await
                .named("elasticloadbalancing:SetSubnets")?;
        } else if address_type.is_some() {
            let request = cx
                .elbv2()
                .set_ip_address_type()
                .load_balancer_arn(arn)
                .set_ip_address_type(address_type);
            request
                .send()
                .await
                .named("elasticloadbalancing:SetIpAddressType")?;
        }
        Ok(())
    }
}

/// Sets the security groups, and whether they apply to AWS PrivateLink.
pub async fn set_security_groups(cx: &Context, arn: &str, to: &LoadBalancerResolved) -> Result<()> {
    let groups: Option<Vec<String>> = to.security_groups.to_sdk();
    let groups = match groups {
        Some(groups) => groups,
        None => default_security_group(cx, arn).await?,
    };
    let enforce = to
        .enforce_security_group_inbound_rules_on_private_link_traffic
        .to_sdk();
    let request = cx
        .elbv2()
        .set_security_groups()
        .load_balancer_arn(arn)
        .set_security_groups(Some(groups))
        .set_enforce_security_group_inbound_rules_on_private_link_traffic(enforce);
    request
        .send()
        .await
        .named("elasticloadbalancing:SetSecurityGroups")
        .map(drop)
}

/// The security group of an application load balancer for which the author names none: the VPC's default group.
async fn default_security_group(cx: &Context, arn: &str) -> Result<Vec<String>> {
    const OPERATION: &str = "ec2:DescribeSecurityGroups";
    let found = read::LoadBalancers::fetch(cx, vec![arn.to_owned()]).await?;
    let vpc = found.into_iter().find_map(|(_, found)| found.vpc_id);
    let request = cx
        .ec2()
        .describe_security_groups()
        .filters(filter("vpc-id", vpc.into_iter().collect()))
        .filters(filter("group-name", vec!["default".to_owned()]));
    let group = request.into_paginator().items().send().try_next().await;
    let group = group.named(OPERATION)?.and_then(|group| group.group_id);
    group
        .map(|group| vec![group])
        .ok_or_else(|| incomplete(OPERATION, "default security group"))
}

/// Sets or removes the IPAM pool.
pub async fn set_pool(cx: &Context, arn: &str, to: &LoadBalancerResolved) -> Result<()> {
    let request = cx.elbv2().modify_ip_pools().load_balancer_arn(arn);
    let request = match pools(&to.ipv4_ipam_pool_id) {
        Some(pools) => request.ipam_pools(pools),
        None => request.remove_ipam_pools(RemoveIpamPoolEnum::Ipv4),
    };
    request
        .send()
        .await
        .named("elasticloadbalancing:ModifyIpPools")
        .map(drop)
}

/// Adds the subnets in the form that the author wrote.
pub fn observed_subnets(
    block: Block,
    found: &SdkLoadBalancer,
    applied: &LoadBalancerSubnetsResolved,
) -> Block {
    let zones = found.availability_zones.as_deref().unwrap_or_default();
    match applied {
        LoadBalancerSubnetsResolved::Subnets(_) => block.list(
            "Subnets",
            zones.iter().filter_map(|zone| zone.subnet_id.as_ref()),
        ),
        LoadBalancerSubnetsResolved::Mapped(applied) => block.list(
            "SubnetMappings",
            zones.iter().map(|zone| observed_mapping(zone, applied)),
        ),
    }
}

fn observed_mapping(zone: &AvailabilityZone, applied: &[SubnetMappingResolved]) -> Block {
    const AUTO: &str = "auto_assigned";
    let address = zone.load_balancer_addresses.iter().flatten().next();
    let applied = applied
        .iter()
        .find(|mapping| Some(mapping.subnet_id.as_str()) == zone.subnet_id.as_deref());
    let prefix = zone
        .source_nat_ipv6_prefixes
        .iter()
        .flatten()
        .next()
        .map(|prefix| {
            // For `AUTO`, AWS returns the prefix that it picked.
            let picked = applied
                .is_some_and(|mapping| mapping.source_nat_ipv6_prefix.as_deref() == Some(AUTO));
            if picked { AUTO } else { prefix.as_str() }
        });
    let ipv6 = address.and_then(|address| address.ipv6_address.as_ref());
    // An IPv6 address has several spellings; the spec has the shortest one.
    let ipv6 = ipv6.map(|text| {
        text.parse().map_or_else(
            |_| text.clone(),
            |parsed: std::net::Ipv6Addr| parsed.to_string(),
        )
    });
    Block::new()
        .set("SubnetId", zone.subnet_id.as_ref())
        .set(
            "AllocationId",
            address.and_then(|address| address.allocation_id.as_ref()),
        )
        .set(
            "PrivateIPv4Address",
            address.and_then(|address| address.private_ipv4_address.as_ref()),
        )
        .set("IPv6Address", ipv6)
        .set("SourceNatIpv6Prefix", prefix)
}
