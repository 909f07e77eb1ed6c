//! The one table of moto's open gaps behind our gateway. The local cloud reports the lost properties to the engine, so that no run takes a lost
//! property for a change that AWS ignored.
//!
//! A test walks every kind through its life; it fails for a gap that is not listed, and for a listed one that is closed. `docs/local-cloud.md` contains
//! the table, too. Not here: the gaps that are closed (`gaps`, `moto/mends/`).

/// Moto's behaviour for a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moto {
    /// Moto accepts the property and does not return it as it was.
    Loses,
    /// Moto refuses the call; the tests use samples without the property.
    Refuses,
    /// Moto refuses the call, and nothing remains of a sample without the property, so the tests leave such samples out.
    Bars,
    /// Moto refuses to delete a missing resource, with an error that is not AWS's.
    ErrsOnDelete,
}

/// A gap.
#[derive(Debug)]
pub struct OpenGap {
    /// CloudFormation's name of the kind.
    pub kind: &'static str,
    /// A path such as `ContainerDefinitions[].Image`; with `=VALUE` only that value; `Ports[Name]` are all items with that member.
    pub path: &'static str,
    /// Moto's behaviour.
    pub moto: Moto,
    /// The cause.
    pub why: &'static str,
}

/// Every gap, by kind.
pub const OPEN_GAPS: &[OpenGap] = &[
    bars(
        "AWS::EC2::EIP",
        "TransferAddress",
        "AcceptAddressTransfer is not implemented",
    ),
    loses(
        "AWS::EC2::NatGateway",
        "PrivateIpAddress",
        "CreateNatGateway does not read it, and makes up another",
    ),
    loses(
        "AWS::EC2::NatGateway",
        "SecondaryAllocationIds",
        "CreateNatGateway does not read it",
    ),
    refuses(
        "AWS::EC2::NatGateway",
        "SecondaryPrivateIpAddressCount",
        "AssignPrivateNatGatewayAddress is not implemented",
    ),
    loses(
        "AWS::EC2::NatGateway",
        "SecondaryPrivateIpAddresses",
        "CreateNatGateway does not read it",
    ),
    bars(
        "AWS::EC2::NatGateway",
        "VpcId",
        "CreateNatGateway demands a subnet: moto has no regional gateways",
    ),
    loses(
        "AWS::EC2::Route",
        "CarrierGatewayId",
        "ReplaceRoute does not read it",
    ),
    bars(
        "AWS::EC2::Subnet",
        "Ipv4IpamPoolId",
        "CreateSubnet fails without a CIDR block: moto has no IPAM",
    ),
    loses(
        "AWS::EC2::Subnet",
        "Ipv6CidrBlock",
        "CreateSubnet keeps it and DescribeSubnets gives no such association in a VPC without a range of IPv6",
    ),
    loses("AWS::EC2::Subnet", "OutpostArn", "CreateSubnet ignores it"),
    bars(
        "AWS::EC2::VPC",
        "Ipv4IpamPoolId",
        "CreateVpc demands a CIDR block: moto has no IPAM",
    ),
    bars(
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        "Conditions[].SourceIpConfig.IpAddressType",
        "CreateRule demands ranges: moto has no rules of network load balancers",
    ),
    loses(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "IpAddressType",
        "DescribeLoadBalancers does not give what was asked for",
    ),
    loses(
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        "Targets",
        "DescribeTargetHealth gives a target without its zone",
    ),
    loses(
        "AWS::SecretsManager::Secret",
        "ReplicaRegions[].KmsKeyId",
        "DescribeSecret gives a replica's region and status only",
    ),
    loses(
        "AWS::SecretsManager::Secret",
        "Type",
        "CreateSecret ignores it",
    ),
    errs_on_delete(
        "AWS::SecretsManager::Secret",
        "delete",
        "the words of its InvalidRequestException are not AWS's",
    ),
];

const fn loses(kind: &'static str, path: &'static str, why: &'static str) -> OpenGap {
    OpenGap {
        kind,
        path,
        moto: Moto::Loses,
        why,
    }
}

const fn refuses(kind: &'static str, path: &'static str, why: &'static str) -> OpenGap {
    OpenGap {
        kind,
        path,
        moto: Moto::Refuses,
        why,
    }
}

const fn bars(kind: &'static str, path: &'static str, why: &'static str) -> OpenGap {
    OpenGap {
        kind,
        path,
        moto: Moto::Bars,
        why,
    }
}

const fn errs_on_delete(kind: &'static str, path: &'static str, why: &'static str) -> OpenGap {
    OpenGap {
        kind,
        path,
        moto: Moto::ErrsOnDelete,
        why,
    }
}
