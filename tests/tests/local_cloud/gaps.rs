//! What moto, behind our gateway, does not do as AWS does it: the one table of it.
//!
//! The test fails for a gap that is not listed, and for a listed one that is closed.

/// What moto does to a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moto {
    /// It takes the property and does not give it back as it was.
    Loses,
    /// It refuses the call; samples are walked without the property.
    Refuses,
    /// It refuses the call, and nothing is left of a sample without the property: such samples are not walked.
    Bars,
    /// It refuses to delete what is gone with an error that is not AWS's.
    ErrsOnDelete,
}

/// A gap.
#[derive(Debug)]
pub struct Gap {
    pub kind: &'static str,
    /// As `ContainerDefinitions[].Image`; with `=VALUE` only that value; `Ports[Name]` are all items with that member.
    pub path: &'static str,
    pub moto: Moto,
    pub why: &'static str,
}

/// Every gap.
pub const GAPS: &[Gap] = &[
    errs_on_delete(
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "delete",
        "ValidationException instead of ObjectNotFoundException",
    ),
    errs_on_delete(
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "delete",
        "ValidationException instead of ObjectNotFoundException",
    ),
    loses(
        "AWS::AutoScaling::AutoScalingGroup",
        "AvailabilityZoneDistribution",
        "neither CreateAutoScalingGroup nor UpdateAutoScalingGroup reads it",
    ),
    loses(
        "AWS::AutoScaling::AutoScalingGroup",
        "AvailabilityZoneImpairmentPolicy",
        "neither CreateAutoScalingGroup nor UpdateAutoScalingGroup reads it",
    ),
    loses(
        "AWS::AutoScaling::AutoScalingGroup",
        "CapacityReservationSpecification",
        "neither CreateAutoScalingGroup nor UpdateAutoScalingGroup reads it",
    ),
    loses(
        "AWS::AutoScaling::AutoScalingGroup",
        "Context",
        "neither CreateAutoScalingGroup nor UpdateAutoScalingGroup reads it",
    ),
    loses(
        "AWS::AutoScaling::AutoScalingGroup",
        "DefaultInstanceWarmup",
        "neither CreateAutoScalingGroup nor UpdateAutoScalingGroup reads it",
    ),
    loses(
        "AWS::AutoScaling::AutoScalingGroup",
        "DeletionProtection",
        "neither CreateAutoScalingGroup nor UpdateAutoScalingGroup reads it",
    ),
    loses(
        "AWS::AutoScaling::AutoScalingGroup",
        "DesiredCapacityType",
        "neither CreateAutoScalingGroup nor UpdateAutoScalingGroup reads it",
    ),
    loses(
        "AWS::AutoScaling::AutoScalingGroup",
        "InstanceLifecyclePolicy",
        "neither CreateAutoScalingGroup nor UpdateAutoScalingGroup reads it",
    ),
    loses(
        "AWS::AutoScaling::AutoScalingGroup",
        "InstanceMaintenancePolicy",
        "neither CreateAutoScalingGroup nor UpdateAutoScalingGroup reads it",
    ),
    loses(
        "AWS::AutoScaling::AutoScalingGroup",
        "LifecycleHookSpecificationList[]",
        "CreateAutoScalingGroup reads no hooks",
    ),
    loses(
        "AWS::AutoScaling::AutoScalingGroup",
        "LifecycleHookSpecificationList[].DefaultResult",
        "DescribeLifecycleHooks does not give it",
    ),
    loses(
        "AWS::AutoScaling::AutoScalingGroup",
        "LifecycleHookSpecificationList[].HeartbeatTimeout",
        "DescribeLifecycleHooks does not give it",
    ),
    loses(
        "AWS::AutoScaling::AutoScalingGroup",
        "LifecycleHookSpecificationList[].LifecycleTransition",
        "DescribeLifecycleHooks does not give it",
    ),
    loses(
        "AWS::AutoScaling::AutoScalingGroup",
        "LifecycleHookSpecificationList[].NotificationMetadata",
        "PutLifecycleHook does not read it",
    ),
    loses(
        "AWS::AutoScaling::AutoScalingGroup",
        "LifecycleHookSpecificationList[].NotificationTargetARN",
        "PutLifecycleHook does not read it",
    ),
    loses(
        "AWS::AutoScaling::AutoScalingGroup",
        "LifecycleHookSpecificationList[].RoleARN",
        "PutLifecycleHook does not read it",
    ),
    loses(
        "AWS::AutoScaling::AutoScalingGroup",
        "MaxInstanceLifetime",
        "neither CreateAutoScalingGroup nor UpdateAutoScalingGroup reads it",
    ),
    refuses(
        "AWS::AutoScaling::AutoScalingGroup",
        "MetricsCollection",
        "DisableMetricsCollection is not implemented",
    ),
    refuses(
        "AWS::AutoScaling::AutoScalingGroup",
        "NotificationConfigurations",
        "PutNotificationConfiguration is not implemented",
    ),
    loses(
        "AWS::AutoScaling::AutoScalingGroup",
        "CapacityRebalance",
        "UpdateAutoScalingGroup does not read it",
    ),
    loses(
        "AWS::AutoScaling::AutoScalingGroup",
        "Cooldown",
        "UpdateAutoScalingGroup does not read it",
    ),
    loses(
        "AWS::AutoScaling::AutoScalingGroup",
        "PlacementGroup",
        "UpdateAutoScalingGroup does not read it",
    ),
    loses(
        "AWS::AutoScaling::AutoScalingGroup",
        "TerminationPolicies",
        "UpdateAutoScalingGroup does not read it",
    ),
    loses(
        "AWS::AutoScaling::AutoScalingGroup",
        "ServiceLinkedRoleARN",
        "neither CreateAutoScalingGroup nor UpdateAutoScalingGroup reads it",
    ),
    refuses(
        "AWS::AutoScaling::AutoScalingGroup",
        "TrafficSources",
        "AttachTrafficSources is not implemented",
    ),
    loses(
        "AWS::EC2::EIP",
        "NetworkBorderGroup",
        "AllocateAddress ignores it",
    ),
    loses(
        "AWS::EC2::EIP",
        "PublicIpv4Pool",
        "AllocateAddress ignores it",
    ),
    bars(
        "AWS::EC2::EIP",
        "TransferAddress",
        "AcceptAddressTransfer is not implemented",
    ),
    loses(
        "AWS::EC2::LaunchTemplate",
        "Tags[]",
        "DescribeLaunchTemplates gives the tags of the creation, whatever CreateTags has added",
    ),
    loses(
        "AWS::EC2::NatGateway",
        "AvailabilityMode",
        "CreateNatGateway does not read it",
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
    loses(
        "AWS::EC2::SecurityGroupEgress",
        "Description",
        "DescribeSecurityGroupRules gives no descriptions",
    ),
    loses(
        "AWS::EC2::SecurityGroupIngress",
        "Description",
        "DescribeSecurityGroupRules gives no descriptions",
    ),
    loses(
        "AWS::EC2::Subnet",
        "EnableDns64",
        "ModifySubnetAttribute takes it and keeps nothing",
    ),
    loses(
        "AWS::EC2::Subnet",
        "EnableLniAtDeviceIndex",
        "ModifySubnetAttribute takes it and keeps nothing",
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
    loses(
        "AWS::EC2::Subnet",
        "PrivateDnsNameOptionsOnLaunch.EnableResourceNameDnsAAAARecord",
        "ModifySubnetAttribute ignores it",
    ),
    loses(
        "AWS::EC2::Subnet",
        "PrivateDnsNameOptionsOnLaunch.HostnameType",
        "it is `ip-name` whatever ModifySubnetAttribute says",
    ),
    bars(
        "AWS::EC2::VPC",
        "Ipv4IpamPoolId",
        "CreateVpc demands a CIDR block: moto has no IPAM",
    ),
    loses(
        "AWS::EC2::VPCEndpoint",
        "DnsOptions",
        "CreateVpcEndpoint does not read it",
    ),
    loses(
        "AWS::EC2::VPCEndpoint",
        "IpAddressType",
        "CreateVpcEndpoint does not read it",
    ),
    loses(
        "AWS::EC2::VPCEndpoint",
        "ServiceRegion",
        "CreateVpcEndpoint does not read it",
    ),
    loses(
        "AWS::ElasticLoadBalancingV2::Listener",
        "MutualAuthentication",
        "CreateListener ignores it",
    ),
    loses(
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        "Transforms[]",
        "CreateRule ignores it",
    ),
    loses(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "IpAddressType",
        "DescribeLoadBalancers does not give what was asked for",
    ),
    refuses(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "Ipv4IpamPoolId",
        "ModifyIpPools is not implemented",
    ),
    refuses(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "MinimumLoadBalancerCapacity",
        "ModifyCapacityReservation is not implemented",
    ),
    loses(
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        "TargetControlPort",
        "CreateTargetGroup ignores it",
    ),
    loses(
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        "Targets",
        "DescribeTargetHealth gives a target without its zone",
    ),
    loses(
        "AWS::Logs::LogGroup",
        "DeletionProtectionEnabled",
        "CreateLogGroup ignores it, and DescribeLogGroups does not give it",
    ),
    loses(
        "AWS::Logs::LogGroup",
        "LogGroupClass",
        "CreateLogGroup ignores it, and DescribeLogGroups does not give it",
    ),
    refuses(
        "AWS::Logs::LogGroup",
        "BearerTokenAuthenticationEnabled",
        "PutBearerTokenAuthentication is not implemented",
    ),
    refuses(
        "AWS::Logs::LogGroup",
        "DataProtectionPolicy",
        "PutDataProtectionPolicy is not implemented",
    ),
    refuses(
        "AWS::Logs::LogGroup",
        "FieldIndexPolicies",
        "PutIndexPolicy is not implemented",
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
    bars(
        "AWS::ServiceDiscovery::PrivateDnsNamespace",
        "Name=store.internal",
        "a VPC has one private namespace in moto, whatever its name",
    ),
];

const fn loses(kind: &'static str, path: &'static str, why: &'static str) -> Gap {
    Gap {
        kind,
        path,
        moto: Moto::Loses,
        why,
    }
}

const fn refuses(kind: &'static str, path: &'static str, why: &'static str) -> Gap {
    Gap {
        kind,
        path,
        moto: Moto::Refuses,
        why,
    }
}

const fn bars(kind: &'static str, path: &'static str, why: &'static str) -> Gap {
    Gap {
        kind,
        path,
        moto: Moto::Bars,
        why,
    }
}

const fn errs_on_delete(kind: &'static str, path: &'static str, why: &'static str) -> Gap {
    Gap {
        kind,
        path,
        moto: Moto::ErrsOnDelete,
        why,
    }
}
