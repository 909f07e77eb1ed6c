//! `AWS::EC2::Subnet`: a part of a VPC's range, in one availability zone.
//!
//! What surprises people: Neither range nor zone can change afterwards, and AWS keeps five addresses of every subnet for itself. A subnet is public or
//! private by the route table that it uses, not by a property of its own. An IPv6 range can be added and removed in place, but not exchanged: the old
//! range would have to go first, and AWS refuses that while an interface has an address in it.
//!
//! Where CloudFormation and AWS differ: AWS returns `EnableLniAtDeviceIndex`, so Windlass compares it.
//!
//! Not here: customer-owned addresses of Outposts, which CloudFormation does not know either. Reference:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-subnet.html>

use ipnet::{Ipv4Net, Ipv6Net};
use serde_json::Value;
use windlass_derive::{Block, Choice, Resource};

use super::{IpamPoolId, NetworkAclAssociationId, OutpostArn, SubnetId, VpcId};
use crate::resource::{Check, Samples};
use crate::stack::Checks;
use crate::value::{Input, IntoInput, Tags};

crate::text_enum! {
    /// What the host names of instances are made of.
    pub enum HostnameType {
        /// The private IPv4 address.
        IpName = "ip-name",
        /// The instance's id.
        ResourceName = "resource-name",
    }
    /// Which internet traffic VPC Block Public Access blocks for a subnet.
    pub enum InternetGatewayBlockMode {
        /// No traffic.
        Off = "off",
        /// All traffic.
        BlockBidirectional = "block-bidirectional",
        /// Traffic from the internet.
        BlockIngress = "block-ingress",
    }
}

/// The zone of a subnet.
#[derive(Debug, Clone, Choice)]
#[choice(replaces)]
pub enum SubnetZone {
    /// By name, such as `us-east-1a`. The same name means another place in each account.
    #[field(removal_keeps)]
    AvailabilityZone(Input<String>),
    /// By id, such as `use1-az1`. An id means the same place in all accounts.
    #[field(removal_keeps)]
    AvailabilityZoneId(Input<String>),
}

/// The host names that instances get.
#[derive(Debug, Clone, Block)]
pub struct PrivateDnsNameOptions {
    /// Whether DNS resolves the name with the instance's id to its IPv6 address. AWS's default is `false`.
    #[field(name = "EnableResourceNameDnsAAAARecord", removal_default("false"))]
    pub enable_resource_name_dns_aaaa_record: Option<Input<bool>>,
    /// Whether DNS resolves the name with the instance's id to its IPv4 address. AWS's default is `false`.
    #[field(name = "EnableResourceNameDnsARecord", removal_default("false"))]
    pub enable_resource_name_dns_a_record: Option<Input<bool>>,
    /// What host names are made of. AWS's default is `ip-name`; an IPv6-only subnet has `resource-name` only.
    #[field(removal_keeps)]
    pub hostname_type: Option<Input<HostnameType>>,
}

/// A part of a VPC's range, in one availability zone.
///
/// ```
/// use windlass::aws::ec2;
/// use windlass::cidr;
/// use windlass::resource::Declare;
///
/// # let stack = |cx: &mut windlass::Stack| -> windlass::Result {
/// let vpc = ec2::Vpc::new(cidr!("10.0.0.0/16")).declare(cx, "vpc");
/// let app = ec2::Subnet::new(vpc.id(), cidr!("10.0.1.0/24"))
///     .availability_zone(cx.zone(0))
///     .declare(cx, "app-a");
/// cx.output("subnet", app.id().text());
/// # Ok(())
/// # };
/// # assert_eq!(windlass::Stack::test("t", stack, windlass::request::Request::offline("us-east-1")).problems, []);
/// ```
///
/// Only the id of a VPC compiles:
///
/// ```compile_fail,E0277
/// use windlass::aws::ec2::{Subnet, SubnetId};
///
/// Subnet::new(SubnetId::existing("subnet-0a1"), windlass::cidr!("10.0.1.0/24"));
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::EC2::Subnet",
    id = "SubnetId",
    outputs(
        id: SubnetId = "SubnetId",
        zone: String = "AvailabilityZone",
        zone_id: String = "AvailabilityZoneId",
        cidr_block: Ipv4Net = "CidrBlock",
        ipv6_cidr_blocks: Vec<Ipv6Net> = "Ipv6CidrBlocks" changes,
        network_acl_association: NetworkAclAssociationId = "NetworkAclAssociationId" changes,
        internet_gateway_block_mode: InternetGatewayBlockMode = "BlockPublicAccessStates.InternetGatewayBlockMode" changes,
    ),
    waits(Ready),
    reference_wait = Ready,
    occupies("VpcId", "CidrBlock"),
    occupies("VpcId", "Ipv6CidrBlock"),
    holds("VpcId"),
    no_new
)]
pub struct Subnet {
    #[field(replaces)]
    pub vpc_id: Input<VpcId>,
    /// The zone. If absent, AWS chooses one.
    #[field(choice, no_setter)]
    pub zone: Option<SubnetZone>,
    /// The IPv4 range, `/16` to `/28`, inside the VPC's.
    #[field(replaces)]
    pub cidr_block: Option<Input<Ipv4Net>>,
    /// The IPAM pool that AWS takes the IPv4 range from, in place of `CidrBlock`.
    #[field(replaces, never_read)]
    pub ipv4_ipam_pool_id: Option<Input<IpamPoolId>>,
    /// The prefix length of the IPv4 range from the pool, 16 to 28.
    #[field(replaces, never_read)]
    pub ipv4_netmask_length: Option<Input<u8>>,
    /// The IPv6 range, `/44` to `/64` in steps of four, inside the VPC's.
    #[field(replaces_if(exchanges_range, "one range takes the place of another"))]
    pub ipv6_cidr_block: Option<Input<Ipv6Net>>,
    /// The IPAM pool that AWS takes the IPv6 range from, in place of `Ipv6CidrBlock`.
    #[field(replaces, never_read)]
    pub ipv6_ipam_pool_id: Option<Input<IpamPoolId>>,
    /// The prefix length of the IPv6 range from the pool, 44 to 64 in steps of four.
    #[field(replaces, never_read)]
    pub ipv6_netmask_length: Option<Input<u8>>,
    /// Whether the subnet is IPv6-only. AWS's default is `false`.
    #[field(replaces, removal_default("false"))]
    pub ipv6_native: Option<Input<bool>>,
    /// Whether new interfaces get an IPv6 address. AWS's default is `false`.
    #[field(in_place, removal_default("false"))]
    pub assign_ipv6_address_on_creation: Option<Input<bool>>,
    /// Whether the Amazon DNS server synthesizes IPv6 addresses (DNS64) for names that only have IPv4 ones. AWS's default is `false`.
    #[field(in_place, removal_default("false"))]
    pub enable_dns64: Option<Input<bool>>,
    /// The position, from 1, of the interfaces that become local network interfaces of an Outpost.
    #[field(in_place)]
    pub enable_lni_at_device_index: Option<Input<u32>>,
    /// Whether instances get a public IPv4 address at launch. AWS's default is `false`.
    #[field(in_place, removal_default("false"))]
    pub map_public_ip_on_launch: Option<Input<bool>>,
    /// The Outpost that holds the subnet. The zone is required together with it.
    #[field(replaces)]
    pub outpost_arn: Option<Input<OutpostArn>>,
    /// The host names that instances get. AWS's default depends on whether the subnet is IPv6-only.
    #[field(in_place)]
    pub private_dns_name_options_on_launch: Option<PrivateDnsNameOptions>,
    #[field(in_place)]
    pub tags: Tags,
}

/// AWS can associate and disassociate a range; it has no call that exchanges one for another.
fn exchanges_range(old: &Value, new: &Value) -> bool {
    !old.is_null() && !new.is_null() && old != new
}

impl Subnet {
    /// A subnet with an IPv4 range.
    #[must_use]
    pub fn new(vpc: impl IntoInput<VpcId>, cidr_block: impl IntoInput<Ipv4Net>) -> Self {
        Self {
            cidr_block: Some(cidr_block.into()),
            ..Self::empty(vpc.into())
        }
    }

    /// An IPv6-only subnet.
    #[must_use]
    pub fn ipv6_only(vpc: impl IntoInput<VpcId>, range: impl IntoInput<Ipv6Net>) -> Self {
        Self {
            ipv6_native: Some(true.into()),
            ipv6_cidr_block: Some(range.into()),
            ..Self::empty(vpc.into())
        }
    }

    /// A subnet whose IPv4 range comes from an IPAM pool, with this prefix length, 16 to 28.
    #[must_use]
    pub fn from_ipam(
        vpc: impl IntoInput<VpcId>,
        pool: impl IntoInput<IpamPoolId>,
        netmask_length: impl IntoInput<u8>,
    ) -> Self {
        Self {
            ipv4_ipam_pool_id: Some(pool.into()),
            ipv4_netmask_length: Some(netmask_length.into()),
            ..Self::empty(vpc.into())
        }
    }

    /// The zone by name, such as `us-east-1a`: `cx.zone(0)`.
    #[must_use]
    pub fn availability_zone(mut self, name: impl IntoInput<String>) -> Self {
        self.zone = Some(SubnetZone::AvailabilityZone(name.into()));
        self
    }

    /// The zone by id, such as `use1-az1`. An id means the same place in all accounts.
    #[must_use]
    pub fn availability_zone_id(mut self, id: impl IntoInput<String>) -> Self {
        self.zone = Some(SubnetZone::AvailabilityZoneId(id.into()));
        self
    }

    fn empty(vpc_id: Input<VpcId>) -> Self {
        Self {
            vpc_id,
            zone: None,
            cidr_block: None,
            ipv4_ipam_pool_id: None,
            ipv4_netmask_length: None,
            ipv6_cidr_block: None,
            ipv6_ipam_pool_id: None,
            ipv6_netmask_length: None,
            ipv6_native: None,
            assign_ipv6_address_on_creation: None,
            enable_dns64: None,
            enable_lni_at_device_index: None,
            map_public_ip_on_launch: None,
            outpost_arn: None,
            private_dns_name_options_on_launch: None,
            tags: Tags::default(),
        }
    }

    fn has_ipv6(&self) -> bool {
        self.ipv6_cidr_block.is_some() || self.ipv6_ipam_pool_id.is_some()
    }

    fn check_ipv4(&self, checks: &mut Checks<'_>) {
        if let Some(range) = self.cidr_block.as_ref().and_then(Input::literal) {
            let length = range.prefix_len();
            if !(16..=28).contains(&length) {
                checks.invalid(
                    "CidrBlock",
                    format!("is {range}, a /{length}"),
                    "AWS takes IPv4 ranges from /16 to /28",
                );
            } else if range.addr() != range.network() {
                checks.invalid(
                    "CidrBlock",
                    format!("is {range}, which has bits set behind its prefix"),
                    format!("write {}", range.trunc()),
                );
            }
        }
        if self.cidr_block.is_some() && self.ipv4_ipam_pool_id.is_some() {
            checks.invalid(
                "CidrBlock",
                "goes together with `Ipv4IpamPoolId`",
                "either the range is given, or the pool gives it",
            );
        }
        if self.ipv4_ipam_pool_id.is_none() && self.ipv4_netmask_length.is_some() {
            checks.invalid(
                "Ipv4NetmaskLength",
                "is given without `Ipv4IpamPoolId`",
                "it is the length of the range that a pool gives",
            );
        }
        checks.range(
            "Ipv4NetmaskLength",
            self.ipv4_netmask_length.as_ref(),
            16..=28,
        );
    }

    fn check_ipv6(&self, checks: &mut Checks<'_>) {
        let sold = |length: u8| (44..=64).contains(&length) && length.is_multiple_of(4);
        if let Some(range) = self.ipv6_cidr_block.as_ref().and_then(Input::literal) {
            if !sold(range.prefix_len()) {
                checks.invalid(
                    "Ipv6CidrBlock",
                    format!("is {range}, a /{}", range.prefix_len()),
                    "AWS takes IPv6 ranges from /44 to /64 in steps of four",
                );
            } else if range.addr() != range.network() {
                checks.invalid(
                    "Ipv6CidrBlock",
                    format!("is {range}, which has bits set behind its prefix"),
                    format!("write {}", range.trunc()),
                );
            }
        }
        let length = self.ipv6_netmask_length.as_ref().and_then(Input::literal);
        if let Some(length) = length.filter(|length| !sold(*length)) {
            checks.invalid(
                "Ipv6NetmaskLength",
                format!("is {length}"),
                "AWS takes 44 to 64 in steps of four",
            );
        }
        if self.ipv6_ipam_pool_id.is_none() && self.ipv6_netmask_length.is_some() {
            checks.invalid(
                "Ipv6NetmaskLength",
                "is given without `Ipv6IpamPoolId`",
                "it is the length of the range that a pool gives",
            );
        }
        if self.ipv6_cidr_block.is_some() && self.ipv6_ipam_pool_id.is_some() {
            checks.invalid(
                "Ipv6CidrBlock",
                "goes together with `Ipv6IpamPoolId`",
                "either the range is given, or the pool gives it",
            );
        }
        if is_true(self.assign_ipv6_address_on_creation.as_ref()) && !self.has_ipv6() {
            checks.invalid(
                "AssignIpv6AddressOnCreation",
                "is true, but the subnet has no IPv6 range",
                "give it an `Ipv6CidrBlock`",
            );
        }
    }

    fn check_native(&self, checks: &mut Checks<'_>) {
        if !is_true(self.ipv6_native.as_ref()) {
            if self.cidr_block.is_none() && self.ipv4_ipam_pool_id.is_none() {
                checks.invalid(
                    "CidrBlock",
                    "is missing",
                    "only a subnet with `Ipv6Native` needs no IPv4 range",
                );
            }
            return;
        }
        if self.cidr_block.is_some() || self.ipv4_ipam_pool_id.is_some() {
            checks.invalid(
                "Ipv6Native",
                "is true, but the subnet has an IPv4 range",
                "a subnet for IPv6 alone has none",
            );
        }
        if !self.has_ipv6() {
            checks.invalid(
                "Ipv6Native",
                "is true, but the subnet has no IPv6 range",
                "give it an `Ipv6CidrBlock`",
            );
        }
        if is_true(self.map_public_ip_on_launch.as_ref()) {
            checks.invalid(
                "MapPublicIpOnLaunch",
                "is true, but the subnet is for IPv6 alone",
                "only IPv4 has addresses to map",
            );
        }
    }
}

fn is_true(input: Option<&Input<bool>>) -> bool {
    input.and_then(Input::literal) == Some(true)
}

impl Check for Subnet {
    fn check(&self, checks: &mut Checks<'_>) {
        self.check_ipv4(checks);
        self.check_ipv6(checks);
        self.check_native(checks);
        let index = self.enable_lni_at_device_index.as_ref();
        if index.and_then(Input::literal) == Some(0) {
            checks.invalid(
                "EnableLniAtDeviceIndex",
                "is 0",
                "the primary interface, at 0, cannot be a local network interface; AWS takes 1 and up",
            );
        }
        if self.outpost_arn.is_some() && self.zone.is_none() {
            checks.invalid(
                "OutpostArn",
                "is given without a zone",
                "give the zone that the Outpost belongs to",
            );
        }
    }
}

impl Samples for Subnet {
    fn samples() -> Vec<Self> {
        let vpc = |id: &str| VpcId::existing(id);
        let range = |text: &str| text.parse::<Ipv4Net>().expect("a range");
        let range6 = |text: &str| text.parse::<Ipv6Net>().expect("a range");
        let pool = |id: &str| IpamPoolId::existing(id);
        let outpost = |id: &str| {
            OutpostArn::existing(format!(
                "arn:aws:outposts:us-east-1:123456789012:outpost/{id}"
            ))
        };
        let names = |on: bool, made_of| {
            PrivateDnsNameOptions::new()
                .enable_resource_name_dns_aaaa_record(on)
                .enable_resource_name_dns_a_record(on)
                .hostname_type(made_of)
        };
        let full = Self::new(vpc("vpc-0a1"), range("10.0.1.0/24"))
            .availability_zone("us-east-1a")
            .ipv6_cidr_block(range6("2001:db8:1234:1a00::/64"))
            .ipv6_native(false)
            .assign_ipv6_address_on_creation(true)
            .enable_dns64(true)
            .enable_lni_at_device_index(1_u32)
            .map_public_ip_on_launch(true)
            .outpost_arn(outpost("op-0a1"))
            .private_dns_name_options_on_launch(names(true, HostnameType::ResourceName))
            .tag("Name", "app-a");
        let other = full
            .clone()
            .assign_ipv6_address_on_creation(false)
            .enable_dns64(false)
            .enable_lni_at_device_index(2_u32)
            .map_public_ip_on_launch(false)
            .private_dns_name_options_on_launch(names(false, HostnameType::IpName))
            .tag("Name", "other");
        let without_ipv6 = Self {
            ipv6_cidr_block: None,
            assign_ipv6_address_on_creation: None,
            ..full.clone()
        };
        let ipam = Self::from_ipam(vpc("vpc-0a1"), pool("ipam-pool-0a1"), 24)
            .ipv6_ipam_pool_id(pool("ipam-pool-0c3"))
            .ipv6_netmask_length(64);
        vec![
            Self::new(vpc("vpc-0a1"), range("10.0.1.0/24")),
            full.clone(),
            other,
            without_ipv6,
            full.clone().vpc_id(vpc("vpc-0b2")),
            full.clone().availability_zone("us-east-1b"),
            full.clone().availability_zone_id("use1-az1"),
            full.clone().availability_zone_id("use1-az2"),
            full.clone().cidr_block(range("10.0.2.0/24")),
            full.clone()
                .ipv6_cidr_block(range6("2001:db8:1234:1b00::/64")),
            full.outpost_arn(outpost("op-0b2")),
            Self::ipv6_only(vpc("vpc-0a1"), range6("2001:db8:1234:1a00::/64")),
            ipam.clone(),
            ipam.clone().ipv4_ipam_pool_id(pool("ipam-pool-0b2")),
            ipam.clone().ipv4_netmask_length(25),
            ipam.clone().ipv6_ipam_pool_id(pool("ipam-pool-0d4")),
            ipam.ipv6_netmask_length(60),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::problems;
    use super::*;
    use crate::cidr;

    fn app() -> Subnet {
        Subnet::new(VpcId::existing("vpc-0a1"), cidr!("10.0.1.0/24"))
    }

    #[test]
    fn ranges_that_aws_refuses_are_reported() {
        assert_eq!(problems(app()), [""; 0]);
        assert_eq!(
            problems(app().cidr_block(cidr!("10.0.0.0/29"))),
            ["`CidrBlock` of `it` is 10.0.0.0/29, a /29"]
        );
        assert_eq!(
            problems(app().ipv6_cidr_block(cidr!("2001:db8::/62"))),
            ["`Ipv6CidrBlock` of `it` is 2001:db8::/62, a /62"]
        );
        let parsed: Ipv4Net = "10.0.1.1/24".parse().expect("a range");
        assert_eq!(
            problems(app().cidr_block(parsed)),
            ["`CidrBlock` of `it` is 10.0.1.1/24, which has bits set behind its prefix"]
        );
    }

    #[test]
    fn what_needs_ipv6_is_reported_without_it() {
        assert_eq!(
            problems(app().assign_ipv6_address_on_creation(true)),
            ["`AssignIpv6AddressOnCreation` of `it` is true, but the subnet has no IPv6 range"]
        );
        assert_eq!(
            problems(app().ipv6_native(true)),
            [
                "`Ipv6Native` of `it` is true, but the subnet has an IPv4 range",
                "`Ipv6Native` of `it` is true, but the subnet has no IPv6 range"
            ]
        );
        let native = Subnet::ipv6_only(VpcId::existing("vpc-0a1"), cidr!("2001:db8::/64"));
        assert_eq!(problems(native.clone()), [""; 0]);
        assert_eq!(
            problems(native.map_public_ip_on_launch(true)),
            ["`MapPublicIpOnLaunch` of `it` is true, but the subnet is for IPv6 alone"]
        );
    }

    #[test]
    fn an_ipv6_range_comes_and_goes_in_place_but_is_not_exchanged() {
        let (none, one, two) = (
            Value::Null,
            Value::from("2001:db8::/64"),
            Value::from("2001:db8:0:1::/64"),
        );
        assert!(exchanges_range(&one, &two));
        assert!(!exchanges_range(&none, &one));
        assert!(!exchanges_range(&one, &none));
    }
}
