//! Intended differences between the catalogue and CloudFormation's specifications, each with its reason. A reason without a difference fails the
//! test.

/// One difference and its reason. The path also covers the paths below it.
#[derive(Debug)]
pub struct Reason {
    pub kind: &'static str,
    pub path: &'static str,
    pub because: &'static str,
}

/// Every table.
pub const TABLES: &[&[Reason]] = &[
    ABSENT,
    NO_OUTPUT,
    OURS,
    NOT_REPLACED,
    NOT_REQUIRED,
    READ_ALL_THE_SAME,
];

/// Properties that CloudFormation has and the catalogue does not.
pub const ABSENT: &[Reason] = &[
    Reason {
        kind: "AWS::AutoScaling::AutoScalingGroup",
        path: "NotificationConfiguration",
        because: "the older form of `NotificationConfigurations`, for one topic",
    },
    Reason {
        kind: "AWS::AutoScaling::AutoScalingGroup",
        path: "Tags[].PropagateAtLaunch",
        because: "it is written where it is `false`, but the form of tags, one for all kinds, knows keys and values only",
    },
    Reason {
        kind: "AWS::EC2::LaunchTemplate",
        path: "TagSpecifications",
        because: "`Tags` here: `launch-template` is all that it can tag, and so tags of the stack reach it",
    },
    Reason {
        kind: "AWS::ElasticLoadBalancingV2::Listener",
        path: "DefaultActions[].AuthenticateOidcConfig.UseExistingClientSecret",
        because: "it spares a call the client secret, which the engine always has to send",
    },
    Reason {
        kind: "AWS::ElasticLoadBalancingV2::ListenerRule",
        path: "Actions[].AuthenticateOidcConfig.UseExistingClientSecret",
        because: "it spares a call the client secret, which the engine always has to send",
    },
    Reason {
        kind: "AWS::ElasticLoadBalancingV2::LoadBalancer",
        path: "EnableCapacityReservationProvisionStabilize",
        because: "it tells CloudFormation's own handler how long to wait; no call of AWS takes it",
    },
    Reason {
        kind: "AWS::ServiceDiscovery::Service",
        path: "DnsConfig.NamespaceId",
        because: "AWS has replaced it by `NamespaceId` of the service",
    },
];

/// Attributes that CloudFormation returns and that are not outputs here.
pub const NO_OUTPUT: &[Reason] = &[
    Reason {
        kind: "AWS::EC2::SecurityGroup",
        path: "Id",
        because: "the same text as `GroupId`, which is an output",
    },
    Reason {
        kind: "AWS::EC2::Subnet",
        path: "BlockPublicAccessStates",
        because: "an object whose one member, `InternetGatewayBlockMode`, is the output",
    },
    Reason {
        kind: "AWS::EC2::VPC",
        path: "CidrBlockAssociations",
        because: "further ranges come from `AWS::EC2::VPCCidrBlock` and are there only after whoever waits for the VPC",
    },
    Reason {
        kind: "AWS::EC2::VPC",
        path: "Ipv6CidrBlocks",
        because: "IPv6 ranges come from `AWS::EC2::VPCCidrBlock` and are there only after whoever waits for the VPC",
    },
    Reason {
        kind: "AWS::EC2::VPC",
        path: "VpcEncryptionControl",
        because: "how far AWS has come with the control, which changes by itself, so that nothing can be built on it",
    },
    Reason {
        kind: "AWS::IAM::ManagedPolicy",
        path: "AttachmentCount",
        because: "it changes whenever somebody else attaches the policy, so that nothing can be built on it",
    },
    Reason {
        kind: "AWS::IAM::ManagedPolicy",
        path: "PermissionsBoundaryUsageCount",
        because: "it changes whenever somebody else uses the policy as a boundary, so that nothing can be built on it",
    },
    Reason {
        kind: "AWS::IAM::ManagedPolicy",
        path: "UpdateDate",
        because: "it changes with every version, so that each update would reach all that refer to it",
    },
];

/// Properties that CloudFormation does not have.
pub const OURS: &[Reason] = &[
    Reason {
        kind: "AWS::AutoScaling::AutoScalingGroup",
        path: "ForceDelete",
        because: "a parameter of `DeleteAutoScalingGroup`: whether the group goes with the instances in it",
    },
    Reason {
        kind: "AWS::EC2::LaunchTemplate",
        path: "Tags",
        because: "CloudFormation's `TagSpecifications`, in the form that all kinds have",
    },
    Reason {
        kind: "AWS::SecretsManager::Secret",
        path: "RecoveryWindowInDays",
        because: "a parameter of `DeleteSecret`: for how long the secret can be had back",
    },
    Reason {
        kind: "AWS::SecretsManager::Secret",
        path: "ForceDeleteWithoutRecovery",
        because: "a parameter of `DeleteSecret`: that the name is free at once",
    },
];

/// Properties that CloudFormation calls create-only, always or under a condition, and whose change does not always replace the resource here.
pub const NOT_REPLACED: &[Reason] = &[
    Reason {
        kind: "AWS::AutoScaling::AutoScalingGroup",
        path: "LaunchConfigurationName",
        because: "`UpdateAutoScalingGroup` takes it; CloudFormation replaces only where an update policy of its own asks for that",
    },
    Reason {
        kind: "AWS::AutoScaling::AutoScalingGroup",
        path: "LaunchTemplate",
        because: "`UpdateAutoScalingGroup` takes it; CloudFormation replaces only where an update policy of its own asks for that",
    },
    Reason {
        kind: "AWS::AutoScaling::AutoScalingGroup",
        path: "MixedInstancesPolicy",
        because: "`UpdateAutoScalingGroup` takes it; CloudFormation replaces only where an update policy of its own asks for that",
    },
    Reason {
        kind: "AWS::AutoScaling::AutoScalingGroup",
        path: "VPCZoneIdentifier",
        because: "`UpdateAutoScalingGroup` takes it; CloudFormation replaces only where an update policy of its own asks for that",
    },
];

/// Properties that CloudFormation requires and the catalogue does not.
pub const NOT_REQUIRED: &[Reason] = &[];

/// Properties that CloudFormation calls write-only, although the catalogue expects AWS to return them.
pub const READ_ALL_THE_SAME: &[Reason] = &[
    Reason {
        kind: "AWS::ApplicationAutoScaling::ScalingPolicy",
        path: "ScalingTargetId",
        because: "`DescribeScalingPolicies` returns resource, dimension and namespace, which the id is made of",
    },
    Reason {
        kind: "AWS::ApplicationAutoScaling::ScalingPolicy",
        path: "TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification.ResourceLabel",
        because: "`DescribeScalingPolicies` returns the metric with its label",
    },
    Reason {
        kind: "AWS::EC2::EIP",
        path: "Address",
        because: "it is the `PublicIp` that `DescribeAddresses` returns",
    },
    Reason {
        kind: "AWS::EC2::EIP",
        path: "TransferAddress",
        because: "it is the `PublicIp` that `DescribeAddresses` returns",
    },
    Reason {
        kind: "AWS::EC2::LaunchTemplate",
        path: "LaunchTemplateData",
        because: "`DescribeLaunchTemplateVersions` returns the data of the default version",
    },
    Reason {
        kind: "AWS::EC2::LaunchTemplate",
        path: "VersionDescription",
        because: "`DescribeLaunchTemplateVersions` returns the description of the default version",
    },
    Reason {
        kind: "AWS::EC2::Subnet",
        path: "EnableLniAtDeviceIndex",
        because: "`DescribeSubnets` returns the index",
    },
    Reason {
        kind: "AWS::ECS::Cluster",
        path: "ServiceConnectDefaults",
        because: "`DescribeClusters` returns the namespace of the defaults",
    },
    Reason {
        kind: "AWS::ECS::Service",
        path: "ServiceConnectConfiguration",
        because: "`DescribeServices` returns it with the primary deployment",
    },
    Reason {
        kind: "AWS::ECS::Service",
        path: "VolumeConfigurations",
        because: "`DescribeServices` returns them with the primary deployment",
    },
    Reason {
        kind: "AWS::ElasticLoadBalancingV2::ListenerRule",
        path: "ListenerArn",
        because: "the ARN of the rule, which `DescribeRules` returns, holds that of the listener",
    },
];
