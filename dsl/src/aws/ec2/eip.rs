//! `AWS::EC2::EIP`: a public IPv4 address that belongs to the account until it is released.
//!
//! What surprises people: An address costs money even if nothing uses it. A released address is lost for good, unless AWS still has it (`Address` asks
//! AWS to give it back). An address cannot move between network border groups. An account has five addresses per Region unless it asks AWS for more.
//!
//! Where CloudFormation and AWS differ: CloudFormation calls `Address` and `TransferAddress` write-only, but both are the `PublicIp` that AWS returns,
//! so Windlass compares them. No AWS call returns the IPAM pool of an address. No AWS call updates `PublicIpv4Pool`.
//!
//! Not here: an address on a network interface or on a secondary private address, which is `AWS::EC2::EIPAssociation`. Reference:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-eip.html>

use std::net::Ipv4Addr;

use windlass_derive::Resource;

use super::{AllocationId, InstanceId, IpamPoolId};
use crate::resource::{Check, Samples};
use crate::stack::Checks;
use crate::value::{Input, IntoInput, Tags};

crate::text_enum! {
    /// The network that an address is for. AWS has retired the other value, EC2-Classic.
    pub enum AddressDomain {
        Vpc = "vpc",
    }
}

/// An Elastic IP address.
///
/// ```
/// use windlass::aws::ec2::{self, SubnetId};
/// use windlass::resource::Declare;
///
/// # let stack = |cx: &mut windlass::Stack| -> windlass::Result {
/// let address = ec2::Eip::new().tag("Name", "nat").declare(cx, "nat-address");
/// let subnet = SubnetId::existing("subnet-0a1b2c3d");
/// ec2::NatGateway::public(subnet, address.allocation_id()).declare(cx, "nat");
/// cx.output("egress", address.public_ip().text());
/// # Ok(())
/// # };
/// # assert_eq!(windlass::Stack::test("t", stack, windlass::request::Request::offline("us-east-1")).problems, []);
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::EC2::EIP",
    id = "AllocationId",
    outputs(
        allocation_id: AllocationId = "AllocationId",
        public_ip: Ipv4Addr = "PublicIp",
    ),
    exclusive("Address")
)]
pub struct Eip {
    /// A specific address: one that the account has released, or one from a pool of the account's own.
    #[field(replaces, removal_keeps)]
    pub address: Option<Input<Ipv4Addr>>,
    /// The network that the address is for. AWS's default, and the only remaining value, is `vpc`.
    #[field(creation_only, removal_default("\"vpc\""))]
    pub domain: Option<Input<AddressDomain>>,
    /// The instance that gets the address, on its primary private address.
    #[field(in_place)]
    pub instance_id: Option<Input<InstanceId>>,
    /// The IPAM pool that AWS takes the address from.
    #[field(replaces, never_read)]
    pub ipam_pool_id: Option<Input<IpamPoolId>>,
    /// The zones from which AWS advertises the address, such as `us-east-1` or `us-east-1-bos-1`. AWS's default is the Region.
    #[field(replaces)]
    pub network_border_group: Option<Input<String>>,
    /// The account's own pool (BYOIP) that AWS takes the address from. AWS's default is `amazon`.
    #[field(replaces, removal_default("\"amazon\""))]
    pub public_ipv4_pool: Option<Input<String>>,
    /// An address that another account transfers; Windlass accepts it instead of allocating a new one.
    #[field(replaces, removal_keeps)]
    pub transfer_address: Option<Input<Ipv4Addr>>,
    #[field(in_place)]
    pub tags: Tags,
}

impl Eip {
    /// Accepts the address that another account has offered to transfer.
    #[must_use]
    pub fn transferred(address: impl IntoInput<Ipv4Addr>) -> Self {
        Self::new().transfer_address(address)
    }
}

impl Check for Eip {
    fn check(&self, checks: &mut Checks<'_>) {
        if self.transfer_address.is_some() {
            let others = [
                ("Address", self.address.is_some()),
                ("IpamPoolId", self.ipam_pool_id.is_some()),
                ("NetworkBorderGroup", self.network_border_group.is_some()),
                ("PublicIpv4Pool", self.public_ipv4_pool.is_some()),
            ];
            for (other, _) in others.into_iter().filter(|(_, given)| *given) {
                checks.invalid(
                    "TransferAddress",
                    format!("goes together with `{other}`"),
                    format!(
                        "an address that is handed over is taken as it is; leave `{other}` out"
                    ),
                );
            }
        }
        if self.ipam_pool_id.is_some() && self.public_ipv4_pool.is_some() {
            checks.invalid(
                "IpamPoolId",
                "goes together with `PublicIpv4Pool`",
                "one pool gives the address; leave the other out",
            );
        }
    }
}

impl Samples for Eip {
    fn samples() -> Vec<Self> {
        let ip = |last: u8| Ipv4Addr::new(203, 0, 113, last);
        let full = Self::new()
            .address(ip(10))
            .domain(AddressDomain::Vpc)
            .instance_id(InstanceId::existing("i-0a1"))
            .network_border_group("us-east-1")
            .public_ipv4_pool("ipv4pool-ec2-0a1")
            .tag("Name", "nat");
        let from_pool = |pool: &str| Self::new().ipam_pool_id(IpamPoolId::existing(pool));
        vec![
            Self::new(),
            full.clone(),
            full.clone()
                .instance_id(InstanceId::existing("i-0b2"))
                .tag("Name", "other"),
            full.clone().address(ip(11)),
            full.clone().network_border_group("us-east-1-bos-1"),
            full.public_ipv4_pool("ipv4pool-ec2-0b2"),
            from_pool("ipam-pool-0a1"),
            from_pool("ipam-pool-0b2"),
            Self::transferred(ip(20)),
            Self::transferred(ip(21)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::problems;
    use super::*;

    #[test]
    fn an_address_comes_from_one_place() {
        let ip = Ipv4Addr::new(203, 0, 113, 10);
        assert_eq!(problems(Eip::transferred(ip)), [""; 0]);
        assert_eq!(
            problems(Eip::transferred(ip).public_ipv4_pool("ipv4pool-ec2-0a1")),
            ["`TransferAddress` of `it` goes together with `PublicIpv4Pool`"]
        );
        let pool = IpamPoolId::existing("ipam-pool-0a1");
        assert_eq!(
            problems(Eip::new().ipam_pool_id(pool).public_ipv4_pool("amazon")),
            ["`IpamPoolId` of `it` goes together with `PublicIpv4Pool`"]
        );
    }
}
