//! `AWS::EC2::VPC`: a virtual network.
//!
//! What surprises people: The address range cannot change afterwards. A tenancy can change from `dedicated` to `default` in place, but never back. DNS
//! host names need DNS support. Another mode of the encryption control replaces the VPC, as in CloudFormation; AWS itself lets a VPC go from `monitor` to
//! `enforce` in place, so change the mode by hand and then here, or not at all. AWS creates a route table, a network ACL and a security group with every VPC, and deletes them with it.
//!
//! Not here: further address ranges, which are `AWS::EC2::VPCCidrBlock`. Reference:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpc.html>

use ipnet::Ipv4Net;
use serde_json::{Value, json};
use windlass_derive::{Block, Resource};

use super::{IpamPoolId, NetworkAclId, SecurityGroupId, VpcId};
use crate::resource::{Check, Samples};
use crate::stack::Checks;
use crate::value::{Input, IntoInput, Tags};

crate::text_enum! {
    /// The tenancy: the hardware that instances run on unless they say otherwise.
    pub enum InstanceTenancy {
        /// Hardware that is shared with other accounts.
        Default = "default",
        /// Dedicated hardware.
        Dedicated = "dedicated",
        /// A dedicated host.
        Host = "host",
    }

    /// What AWS does about resources that let traffic through in clear text.
    pub enum EncryptionControlMode {
        /// AWS names them, and flow logs tell which traffic is encrypted.
        Monitor = "monitor",
        /// AWS keeps them out of the VPC.
        Enforce = "enforce",
    }

    /// Whether AWS lets one way out of a VPC carry traffic in clear text.
    pub enum EncryptionExclusion {
        /// AWS excludes it from the enforcement.
        Enable = "enable",
        /// AWS enforces encryption there, too.
        Disable = "disable",
    }
}

/// How AWS controls that traffic in a VPC is encrypted. Exclusions are for the mode `enforce`.
#[derive(Debug, Clone, Block)]
pub struct VpcEncryptionControl {
    /// Whether AWS only reports what is not encrypted, or enforces encryption.
    pub mode: Input<EncryptionControlMode>,
    /// Whether AWS excludes egress-only internet gateways. AWS's default is `disable`.
    #[field(never_read)]
    pub egress_only_internet_gateway_exclusion: Option<Input<EncryptionExclusion>>,
    /// Whether AWS excludes Amazon EFS. AWS's default is `disable`.
    #[field(never_read)]
    pub elastic_file_system_exclusion: Option<Input<EncryptionExclusion>>,
    /// Whether AWS excludes internet gateways. AWS's default is `disable`.
    #[field(never_read)]
    pub internet_gateway_exclusion: Option<Input<EncryptionExclusion>>,
    /// Whether AWS excludes AWS Lambda. AWS's default is `disable`.
    #[field(never_read)]
    pub lambda_exclusion: Option<Input<EncryptionExclusion>>,
    /// Whether AWS excludes NAT gateways. AWS's default is `disable`.
    #[field(never_read)]
    pub nat_gateway_exclusion: Option<Input<EncryptionExclusion>>,
    /// Whether AWS excludes virtual private gateways. AWS's default is `disable`.
    #[field(never_read)]
    pub virtual_private_gateway_exclusion: Option<Input<EncryptionExclusion>>,
    /// Whether AWS excludes Amazon VPC Lattice. AWS's default is `disable`.
    #[field(never_read)]
    pub vpc_lattice_exclusion: Option<Input<EncryptionExclusion>>,
    /// Whether AWS excludes peering connections. AWS's default is `disable`.
    #[field(never_read)]
    pub vpc_peering_exclusion: Option<Input<EncryptionExclusion>>,
}

impl VpcEncryptionControl {
    fn check(&self, checks: &mut Checks<'_>) {
        if self.mode.literal() != Some(EncryptionControlMode::Monitor) {
            return;
        }
        let exclusions = [
            (
                "EgressOnlyInternetGatewayExclusion",
                &self.egress_only_internet_gateway_exclusion,
            ),
            (
                "ElasticFileSystemExclusion",
                &self.elastic_file_system_exclusion,
            ),
            ("InternetGatewayExclusion", &self.internet_gateway_exclusion),
            ("LambdaExclusion", &self.lambda_exclusion),
            ("NatGatewayExclusion", &self.nat_gateway_exclusion),
            (
                "VirtualPrivateGatewayExclusion",
                &self.virtual_private_gateway_exclusion,
            ),
            ("VpcLatticeExclusion", &self.vpc_lattice_exclusion),
            ("VpcPeeringExclusion", &self.vpc_peering_exclusion),
        ];
        for (name, exclusion) in exclusions {
            if exclusion.is_some() {
                checks.invalid(
                    &format!("VpcEncryptionControl.{name}"),
                    "is given, but `Mode` is `monitor`",
                    "AWS takes exclusions with the mode `enforce` only",
                );
            }
        }
    }
}

/// A virtual network.
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::EC2::VPC",
    id = "VpcId",
    outputs(
        id: VpcId = "VpcId",
        cidr_block: Ipv4Net = "CidrBlock",
        default_security_group: SecurityGroupId = "DefaultSecurityGroup",
        default_network_acl: NetworkAclId = "DefaultNetworkAcl",
    ),
    waits(Ready),
    reference_wait = Ready,
    no_new
)]
pub struct Vpc {
    /// The IPv4 range, `/16` to `/28`.
    #[field(replaces)]
    pub cidr_block: Option<Input<Ipv4Net>>,
    /// The IPAM pool that AWS takes the IPv4 range from, in place of `CidrBlock`.
    #[field(replaces, never_read)]
    pub ipv4_ipam_pool_id: Option<Input<IpamPoolId>>,
    /// The prefix length of the range from the pool, 16 to 28.
    #[field(replaces, never_read)]
    pub ipv4_netmask_length: Option<Input<u8>>,
    /// Whether instances with public addresses get public host names. AWS's default is `false`.
    #[field(in_place, removal_default("false"))]
    pub enable_dns_hostnames: Option<Input<bool>>,
    /// Whether the Amazon DNS server answers in the VPC. AWS's default is `true`.
    #[field(in_place, removal_default("true"))]
    pub enable_dns_support: Option<Input<bool>>,
    /// The hardware that instances run on unless they say otherwise. AWS's default is `default`.
    #[field(
        replaces_if(leaves_default_tenancy, "the tenancy becomes anything but `default`"),
        removal_default("\"default\"")
    )]
    pub instance_tenancy: Option<Input<InstanceTenancy>>,
    /// How AWS controls that traffic is encrypted. Without it, AWS does what the account's settings say. Another mode replaces the VPC.
    #[field(replaces)]
    pub vpc_encryption_control: Option<VpcEncryptionControl>,
    /// Tags.
    #[field(in_place)]
    pub tags: Tags,
}

/// `ModifyVpcTenancy` can only change the tenancy to `default`.
fn leaves_default_tenancy(_old: &Value, new: &Value) -> bool {
    !(new.is_null() || *new == json!("default"))
}

impl Vpc {
    /// A VPC with an IPv4 range.
    #[must_use]
    pub fn new(cidr_block: impl IntoInput<Ipv4Net>) -> Self {
        Self {
            cidr_block: Some(cidr_block.into()),
            ..Self::empty()
        }
    }

    /// A VPC whose IPv4 range comes from an IPAM pool, with this prefix length, 16 to 28.
    #[must_use]
    pub fn from_ipam(pool: impl IntoInput<IpamPoolId>, netmask_length: impl IntoInput<u8>) -> Self {
        Self {
            ipv4_ipam_pool_id: Some(pool.into()),
            ipv4_netmask_length: Some(netmask_length.into()),
            ..Self::empty()
        }
    }

    fn empty() -> Self {
        Self {
            cidr_block: None,
            ipv4_ipam_pool_id: None,
            ipv4_netmask_length: None,
            enable_dns_hostnames: None,
            enable_dns_support: None,
            instance_tenancy: None,
            vpc_encryption_control: None,
            tags: Tags::default(),
        }
    }
}

impl Check for Vpc {
    fn check(&self, checks: &mut Checks<'_>) {
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
                    format!("is {range}, which has host bits set"),
                    format!("write {}", range.trunc()),
                );
            }
        }
        checks.range(
            "Ipv4NetmaskLength",
            self.ipv4_netmask_length.as_ref(),
            16..=28,
        );
        let literal = |input: &Option<Input<bool>>| input.as_ref().and_then(Input::literal);
        if literal(&self.enable_dns_hostnames) == Some(true)
            && literal(&self.enable_dns_support) == Some(false)
        {
            checks.invalid(
                "EnableDnsHostnames",
                "is true, but `EnableDnsSupport` is false",
                "DNS host names need DNS support",
            );
        }
        if let Some(control) = &self.vpc_encryption_control {
            control.check(checks);
        }
    }
}

impl Samples for Vpc {
    fn samples() -> Vec<Self> {
        let range = |text: &str| text.parse::<Ipv4Net>().expect("a range");
        let pool = |id: &str| IpamPoolId::existing(id);
        let enforced = VpcEncryptionControl::new(EncryptionControlMode::Enforce)
            .egress_only_internet_gateway_exclusion(EncryptionExclusion::Enable)
            .elastic_file_system_exclusion(EncryptionExclusion::Enable)
            .internet_gateway_exclusion(EncryptionExclusion::Enable)
            .lambda_exclusion(EncryptionExclusion::Enable)
            .nat_gateway_exclusion(EncryptionExclusion::Enable)
            .virtual_private_gateway_exclusion(EncryptionExclusion::Enable)
            .vpc_lattice_exclusion(EncryptionExclusion::Disable)
            .vpc_peering_exclusion(EncryptionExclusion::Disable);
        let monitored = VpcEncryptionControl::new(EncryptionControlMode::Monitor);
        let full = Self::new(range("10.0.0.0/16"))
            .enable_dns_hostnames(true)
            .enable_dns_support(true)
            .instance_tenancy(InstanceTenancy::Dedicated)
            .vpc_encryption_control(enforced)
            .tag("Name", "main");
        vec![
            Self::new(range("10.0.0.0/16")),
            full.clone(),
            full.clone()
                .enable_dns_hostnames(false)
                .enable_dns_support(false)
                .instance_tenancy(InstanceTenancy::Default)
                .tag("Name", "other"),
            Self::new(range("10.1.0.0/16")),
            Self::from_ipam(pool("ipam-pool-0a1"), 20),
            Self::from_ipam(pool("ipam-pool-0b2"), 24),
            full.vpc_encryption_control(monitored),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Request;
    use crate::resource::Declare;
    use crate::stack::Stack;

    fn problems(vpc: Vpc) -> Vec<String> {
        let document = Stack::test(
            "t",
            |cx| {
                vpc.declare(cx, "vpc");
                Ok(())
            },
            Request::offline("us-east-1"),
        );
        document
            .problems
            .into_iter()
            .map(|problem| problem.message)
            .collect()
    }

    #[test]
    fn ranges_that_aws_refuses_are_reported() {
        let range = |text: &str| text.parse::<Ipv4Net>().expect("a range");
        assert_eq!(problems(Vpc::new(range("10.0.0.0/16"))), [""; 0]);
        assert_eq!(
            problems(Vpc::new(range("10.0.0.0/8"))),
            ["`CidrBlock` of `vpc` is 10.0.0.0/8, a /8"]
        );
        assert_eq!(
            problems(Vpc::new(range("10.0.1.0/16"))),
            ["`CidrBlock` of `vpc` is 10.0.1.0/16, which has host bits set"]
        );
    }

    #[test]
    fn exclusions_need_enforcement() {
        let vpc = |mode: EncryptionControlMode| {
            let control = VpcEncryptionControl::new(mode);
            Vpc::new("10.0.0.0/16".parse::<Ipv4Net>().expect("a range"))
                .vpc_encryption_control(control.nat_gateway_exclusion(EncryptionExclusion::Enable))
        };
        assert_eq!(problems(vpc(EncryptionControlMode::Enforce)), [""; 0]);
        assert_eq!(
            problems(vpc(EncryptionControlMode::Monitor)),
            [
                "`VpcEncryptionControl.NatGatewayExclusion` of `vpc` is given, but `Mode` is `monitor`"
            ]
        );
    }
}
