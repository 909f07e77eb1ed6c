//! `AWS::ElasticLoadBalancingV2::LoadBalancer`: an application, network or gateway load balancer.
//!
//! What surprises people: An application load balancer needs two zones. A network load balancer that was created without security groups can never get
//! any, and one that was created with some must always have some. The addresses of a network load balancer's subnets are fixed when the subnet is
//! enabled. AWS holds what the load balancer used (subnets, security groups) for some minutes after it is deleted.
//!
//! Not here: `EnableCapacityReservationProvisionStabilize`, which only tells CloudFormation's own handler whether to wait and is not a property of a
//! load balancer: Windlass always waits for a reservation. Outposts' customer-owned pools. Reference:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-elasticloadbalancingv2-loadbalancer.html>

mod check;
#[cfg(test)]
mod tests;

use std::net::{Ipv4Addr, Ipv6Addr};

use serde_json::Value;
use windlass_derive::{Block, Choice, Resource};

use super::{LoadBalancerArn, LoadBalancerAttribute, Switch};
use crate::aws::ec2::{AllocationId, IpamPoolId, SecurityGroupId, SubnetId};
use crate::aws::route53::HostedZoneId;
use crate::resource::Samples;
use crate::value::{Input, IntoInput, Tags};

crate::text_enum! {
    /// The type of a load balancer.
    pub enum LoadBalancerType {
        /// An application load balancer: it reads HTTP, and routes by the content.
        Application = "application",
        /// A network load balancer: it passes TCP, TLS, UDP and QUIC on.
        Network = "network",
        /// A gateway load balancer: it passes all traffic through virtual appliances.
        Gateway = "gateway",
    }

    /// Which clients can reach a load balancer.
    pub enum Scheme {
        /// Clients on the internet.
        InternetFacing = "internet-facing",
        /// Clients in the VPC or in networks connected to it.
        Internal = "internal",
    }

    /// The address family of a load balancer.
    pub enum IpAddressType {
        Ipv4 = "ipv4",
        /// IPv4 and IPv6.
        Dualstack = "dualstack",
        /// Public IPv6 and private IPv4 addresses; application load balancers that face the internet.
        DualstackWithoutPublicIpv4 = "dualstack-without-public-ipv4",
    }
}

/// A load balancer.
///
/// ```
/// use windlass::aws::ec2::SubnetId;
/// use windlass::aws::elasticloadbalancingv2::{LoadBalancer, LoadBalancerAttribute};
/// use windlass::request::Request;
/// use windlass::resource::Declare;
/// use windlass::stack::Stack;
///
/// let document = Stack::test("shop", |cx| {
///     let public = ["subnet-0a1", "subnet-0b2"].map(SubnetId::existing);
///     let front = LoadBalancer::application(public)
///         .attribute(LoadBalancerAttribute::idle_timeout(120))
///         .declare(cx, "front");
///     cx.output("host", front.dns_name());
///     Ok(())
/// }, Request::offline("us-east-1"));
/// assert_eq!(document.problems, []);
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::ElasticLoadBalancingV2::LoadBalancer",
    id = "LoadBalancerArn",
    outputs(
        arn: LoadBalancerArn = "LoadBalancerArn",
        dns_name: String = "DNSName",
        canonical_hosted_zone_id: HostedZoneId = "CanonicalHostedZoneID",
        full_name: String = "LoadBalancerFullName",
        name: String = "LoadBalancerName",
    ),
    waits(Ready),
    replaces_when("SecurityGroups", gains_or_loses_security_groups, "a network load balancer gets its first security groups, or loses its last"),
    replaces_when("Subnets", gateway_leaves_subnet, "a gateway load balancer leaves a subnet"),
    replaces_when("SubnetMappings", gateway_leaves_subnet, "a gateway load balancer leaves a subnet"),
    exclusive_by(private_addresses, "SubnetMappings"),
    serves_one("SubnetMappings[].AllocationId"),
    stays_in("Subnets[]", "VpcId"),
    stays_in("SubnetMappings[].SubnetId", "VpcId"),
    holds("Subnets[]", "SubnetMappings[].SubnetId", "SubnetMappings[].AllocationId", "SecurityGroups[]"),
    no_new
)]
pub struct LoadBalancer {
    /// The name, at most 32 letters, digits and hyphens, not starting with `internal-`. If absent, the engine makes one.
    #[field(replaces, physical_name(max = 32))]
    pub name: Option<Input<String>>,
    /// The type of the load balancer; the constructors set it.
    #[field(name = "Type", replaces, removal_default("\"application\""), no_setter)]
    pub load_balancer_type: Input<LoadBalancerType>,
    /// Which clients can reach the load balancer. AWS's default is `internet-facing`; a gateway load balancer has none.
    #[field(replaces, removal_default("\"internet-facing\""))]
    pub scheme: Option<Input<Scheme>>,
    /// The subnets of the load balancer's addresses, one for each zone.
    #[field(choice, in_place)]
    pub subnets: LoadBalancerSubnets,
    /// The security groups of the load balancer. Without any, an application load balancer gets the VPC's default one.
    #[field(in_place, set)]
    pub security_groups: Vec<Input<SecurityGroupId>>,
    /// Whether the security groups' rules apply to traffic over AWS PrivateLink; network load balancers. AWS's default is `on`.
    #[field(in_place, removal_default("\"on\""))]
    pub enforce_security_group_inbound_rules_on_private_link_traffic: Option<Input<Switch>>,
    /// The address family of the load balancer. AWS's default is `ipv4`.
    #[field(in_place, removal_default("\"ipv4\""))]
    pub ip_address_type: Option<Input<IpAddressType>>,
    /// The IPAM pool of the public IPv4 addresses; application load balancers that face the internet.
    #[field(in_place)]
    pub ipv4_ipam_pool_id: Option<Input<IpamPoolId>>,
    /// Whether the load balancer uses an IPv6 prefix of each subnet as source address; dual-stack network load balancers with UDP. AWS's default is
    /// `off`.
    #[field(in_place, removal_default("\"off\""))]
    pub enable_prefix_for_ipv6_source_nat: Option<Input<Switch>>,
    /// The reserved minimum capacity.
    #[field(in_place)]
    pub minimum_load_balancer_capacity: Option<MinimumCapacity>,
    /// The attributes. An attribute that the author does not write has AWS's default.
    #[field(in_place, keyed("Key"))]
    pub load_balancer_attributes: Vec<LoadBalancerAttribute>,
    #[field(in_place)]
    pub tags: Tags,
}

/// The subnets of a load balancer's addresses.
#[derive(Debug, Clone, Choice)]
#[choice(in_place)]
pub enum LoadBalancerSubnets {
    /// Subnets, with addresses that AWS chooses.
    #[field(set)]
    Subnets(Vec<Input<SubnetId>>),
    /// Subnets, each with its addresses, which are fixed once the subnet is enabled.
    #[field(
        name = "SubnetMappings",
        keyed("SubnetId"),
        replaces_if(moves_an_address, "a subnet that stays gets another fixed address")
    )]
    Mapped(Vec<SubnetMapping>),
}

/// A subnet, with the addresses of the load balancer in it.
#[derive(Debug, Clone, Block)]
pub struct SubnetMapping {
    pub subnet_id: Input<SubnetId>,
    /// The Elastic IP address; network load balancers that face the internet.
    pub allocation_id: Option<Input<AllocationId>>,
    /// The private IPv4 address; internal network load balancers.
    #[field(name = "PrivateIPv4Address")]
    pub private_ipv4_address: Option<Input<Ipv4Addr>>,
    /// The IPv6 address; dual-stack network load balancers.
    #[field(name = "IPv6Address")]
    pub ipv6_address: Option<Input<Ipv6Addr>>,
    /// The `/80` prefix to use as source address, or `auto_assigned`; network load balancers with UDP.
    pub source_nat_ipv6_prefix: Option<Input<String>>,
}

/// Reserved capacity.
#[derive(Debug, Clone, Block)]
pub struct MinimumCapacity {
    /// Load balancer capacity units.
    pub capacity_units: Input<u32>,
}

/// AWS takes a subnet's fixed addresses only when the load balancer enables the subnet.
fn moves_an_address(old: &Value, new: &Value) -> bool {
    let mappings = |list: &Value| list.as_array().cloned().unwrap_or_default();
    let fixed = ["AllocationId", "PrivateIPv4Address"];
    mappings(new).iter().any(|new| {
        mappings(old).iter().any(|old| {
            old["SubnetId"] == new["SubnetId"] && fixed.iter().any(|key| old[*key] != new[*key])
        })
    })
}

/// A private address belongs to one network interface of its subnet.
fn private_addresses(spec: &Value) -> Vec<Vec<Value>> {
    let mappings = spec["SubnetMappings"].as_array().into_iter().flatten();
    mappings
        .filter_map(|mapping| {
            let address = mapping.get("PrivateIPv4Address")?;
            Some(vec![mapping["SubnetId"].clone(), address.clone()])
        })
        .collect()
}

fn gains_or_loses_security_groups(old: &Value, new: &Value) -> bool {
    let is_network = |spec: &Value| spec["Type"] == "network";
    let has_some = |spec: &Value| {
        spec["SecurityGroups"]
            .as_array()
            .is_some_and(|groups| !groups.is_empty())
    };
    is_network(old) && is_network(new) && has_some(old) != has_some(new)
}

fn gateway_leaves_subnet(old: &Value, new: &Value) -> bool {
    let is_gateway = |spec: &Value| spec["Type"] == "gateway";
    is_gateway(old) && is_gateway(new) && {
        let kept = subnets(new);
        subnets(old).iter().any(|subnet| !kept.contains(subnet))
    }
}

/// The subnets of a spec's JSON form, from either of the two properties.
fn subnets(spec: &Value) -> Vec<Value> {
    let list = |property: &str| spec[property].as_array().cloned().unwrap_or_default();
    let mapped = list("SubnetMappings")
        .into_iter()
        .map(|mapping| mapping["SubnetId"].clone());
    list("Subnets").into_iter().chain(mapped).collect()
}

impl From<Vec<SubnetMapping>> for LoadBalancerSubnets {
    fn from(mappings: Vec<SubnetMapping>) -> Self {
        Self::Mapped(mappings)
    }
}

impl LoadBalancerSubnets {
    /// Subnets, with addresses that AWS chooses.
    #[must_use]
    pub fn of(subnets: impl IntoIterator<Item = impl IntoInput<SubnetId>>) -> Self {
        Self::Subnets(subnets.into_iter().map(Into::into).collect())
    }

    fn len(&self) -> usize {
        match self {
            Self::Subnets(subnets) => subnets.len(),
            Self::Mapped(mappings) => mappings.len(),
        }
    }
}

impl LoadBalancer {
    /// An application load balancer. Its subnets must be in at least two zones.
    #[must_use]
    pub fn application(subnets: impl IntoIterator<Item = impl IntoInput<SubnetId>>) -> Self {
        Self::over(
            LoadBalancerType::Application,
            LoadBalancerSubnets::of(subnets),
        )
    }

    /// A network load balancer. If it will ever need security groups, it must have some from the start.
    #[must_use]
    pub fn network(subnets: impl IntoIterator<Item = impl IntoInput<SubnetId>>) -> Self {
        Self::over(LoadBalancerType::Network, LoadBalancerSubnets::of(subnets))
    }

    /// A gateway load balancer.
    #[must_use]
    pub fn gateway(subnets: impl IntoIterator<Item = impl IntoInput<SubnetId>>) -> Self {
        Self::over(LoadBalancerType::Gateway, LoadBalancerSubnets::of(subnets))
    }

    /// A network load balancer with fixed addresses.
    #[must_use]
    pub fn network_at(mappings: impl IntoIterator<Item = SubnetMapping>) -> Self {
        let mappings: Vec<_> = mappings.into_iter().collect();
        Self::over(LoadBalancerType::Network, mappings.into())
    }

    /// A load balancer whose type is only known at run time.
    #[must_use]
    pub fn over(load_balancer_type: LoadBalancerType, subnets: LoadBalancerSubnets) -> Self {
        Self {
            name: None,
            load_balancer_type: load_balancer_type.into(),
            scheme: None,
            subnets,
            security_groups: Vec::new(),
            enforce_security_group_inbound_rules_on_private_link_traffic: None,
            ip_address_type: None,
            ipv4_ipam_pool_id: None,
            enable_prefix_for_ipv6_source_nat: None,
            minimum_load_balancer_capacity: None,
            load_balancer_attributes: Vec::new(),
            tags: Tags::default(),
        }
    }

    /// Makes the load balancer internal: the internet cannot reach it.
    #[must_use]
    pub fn internal(self) -> Self {
        self.scheme(Scheme::Internal)
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attribute(mut self, attribute: LoadBalancerAttribute) -> Self {
        self.load_balancer_attributes.push(attribute);
        self
    }
}

impl Samples for LoadBalancer {
    fn samples() -> Vec<Self> {
        let subnets =
            |ids: &[&str]| LoadBalancerSubnets::of(ids.iter().map(|id| SubnetId::existing(*id)));
        let group = |id: &str| SecurityGroupId::existing(id);
        let application = Self::application(["subnet-0a1", "subnet-0b2"].map(SubnetId::existing))
            .name("front")
            .scheme(Scheme::InternetFacing)
            .security_groups([group("sg-0a1")])
            .ip_address_type(IpAddressType::Dualstack)
            .ipv4_ipam_pool_id(IpamPoolId::existing("ipam-pool-0a1"))
            .minimum_load_balancer_capacity(MinimumCapacity::new(100))
            .attribute(LoadBalancerAttribute::idle_timeout(120))
            .attribute(LoadBalancerAttribute::http2(false))
            .tag("Name", "front");
        let mapping = |subnet: &str, address: &str| {
            SubnetMapping::new(SubnetId::existing(subnet))
                .allocation_id(AllocationId::existing(address))
        };
        let network = Self::network_at([
            mapping("subnet-0a1", "eipalloc-0a1"),
            mapping("subnet-0b2", "eipalloc-0b2"),
        ])
        .security_groups([group("sg-0a1")])
        .enforce_security_group_inbound_rules_on_private_link_traffic(Switch::Off)
        .ip_address_type(IpAddressType::Dualstack)
        .enable_prefix_for_ipv6_source_nat(Switch::On)
        .minimum_load_balancer_capacity(MinimumCapacity::new(5500))
        .attribute(LoadBalancerAttribute::cross_zone(true));
        let internal = |address: Ipv4Addr| {
            let v6 = Ipv6Addr::new(0x2600, 0x1f18, 0, 0, 0, 0, 0, 0x10);
            Self::network_at([SubnetMapping::new(SubnetId::existing("subnet-0a1"))
                .private_ipv4_address(address)
                .ipv6_address(v6)
                .source_nat_ipv6_prefix("auto_assigned")])
            .internal()
        };
        vec![
            Self::application(["subnet-0a1", "subnet-0b2"].map(SubnetId::existing)),
            application.clone(),
            application
                .clone()
                .subnets(subnets(&["subnet-0b2", "subnet-0c3"]))
                .security_groups([group("sg-0a1"), group("sg-0b2")])
                .ip_address_type(IpAddressType::DualstackWithoutPublicIpv4)
                .ipv4_ipam_pool_id(IpamPoolId::existing("ipam-pool-0b2"))
                .minimum_load_balancer_capacity(MinimumCapacity::new(200))
                .load_balancer_attributes([
                    LoadBalancerAttribute::idle_timeout(60),
                    LoadBalancerAttribute::deletion_protection(true),
                ])
                .tag("Name", "other"),
            application.clone().name("other"),
            application.clone().scheme(Scheme::Internal),
            network.clone(),
            network
                .clone()
                .subnets(vec![
                    mapping("subnet-0a1", "eipalloc-0a1"),
                    mapping("subnet-0b2", "eipalloc-0b2"),
                    mapping("subnet-0c3", "eipalloc-0c3"),
                ])
                .enforce_security_group_inbound_rules_on_private_link_traffic(Switch::On)
                .enable_prefix_for_ipv6_source_nat(Switch::Off)
                .ip_address_type(IpAddressType::Ipv4),
            network.clone().subnets(vec![
                mapping("subnet-0a1", "eipalloc-0d4"),
                mapping("subnet-0b2", "eipalloc-0b2"),
            ]),
            internal(Ipv4Addr::new(10, 0, 0, 10)),
            internal(Ipv4Addr::new(10, 0, 0, 11)),
            Self::gateway([SubnetId::existing("subnet-0a1")]),
        ]
    }
}
