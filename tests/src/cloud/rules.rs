//! What AWS refuses or treats specially, as tables. Catalogue kinds and test kinds stand in the same ones.
//!
//! Not here: what every kind has in common (`provider`).

use super::kinds::{CLUSTER, GATEWAY, NETWORK, PORT, REVISION, ROLE, SERVICE, SUBNET};

const VPC: &str = "AWS::EC2::VPC";
const SUBNET_: &str = "AWS::EC2::Subnet";
const GROUP: &str = "AWS::EC2::SecurityGroup";
const INGRESS: &str = "AWS::EC2::SecurityGroupIngress";
const EGRESS: &str = "AWS::EC2::SecurityGroupEgress";
const ENDPOINT: &str = "AWS::EC2::VPCEndpoint";
const ADDRESS: &str = "AWS::EC2::EIP";
const TEMPLATE: &str = "AWS::EC2::LaunchTemplate";
const ATTACHMENT: &str = "AWS::EC2::VPCGatewayAttachment";
const TABLE_ASSOCIATION: &str = "AWS::EC2::SubnetRouteTableAssociation";
const INTERNET: &str = "AWS::EC2::InternetGateway";
const TABLE: &str = "AWS::EC2::RouteTable";
const NAT: &str = "AWS::EC2::NatGateway";
const BALANCER: &str = "AWS::ElasticLoadBalancingV2::LoadBalancer";
const TARGETS: &str = "AWS::ElasticLoadBalancingV2::TargetGroup";
const LISTENER: &str = "AWS::ElasticLoadBalancingV2::Listener";
const RULE: &str = "AWS::ElasticLoadBalancingV2::ListenerRule";
const ECS_CLUSTER: &str = "AWS::ECS::Cluster";
const ECS_SERVICE: &str = "AWS::ECS::Service";
const CAPACITY: &str = "AWS::ECS::CapacityProvider";
const CAPACITY_OF_CLUSTER: &str = "AWS::ECS::ClusterCapacityProviderAssociations";
const NAMESPACE: &str = "AWS::ServiceDiscovery::PrivateDnsNamespace";
const HTTP_NAMESPACE: &str = "AWS::ServiceDiscovery::HttpNamespace";
const DISCOVERY: &str = "AWS::ServiceDiscovery::Service";
const IAM_ROLE: &str = "AWS::IAM::Role";
const PROFILE: &str = "AWS::IAM::InstanceProfile";
const ROLE_POLICY: &str = "AWS::IAM::RolePolicy";
const SCALING_GROUP: &str = "AWS::AutoScaling::AutoScalingGroup";

/// What cannot go while somebody uses it: the used kind, its user, and AWS's error code.
///
/// Users are those of the [API references](https://docs.aws.amazon.com/): `DeleteVpc`, `DeleteSubnet` and `DeleteSecurityGroup` (whatever
/// has a network interface there), `DeleteRouteTable`, `ReleaseAddress`, `DeleteTargetGroup` (actions that name it), ECS's `DeleteCluster`
/// and `DeleteCapacityProvider`, `DeleteAutoScalingGroup`, Cloud Map's `DeleteNamespace` and `DeleteService` (instances, which ECS
/// registers), IAM's `DeleteRole`, `DeletePolicy` and `DeleteInstanceProfile`.
pub const IN_USE: &[(&str, &str, &str)] = &[
    (NETWORK, SUBNET, "DependencyViolation"),
    (NETWORK, PORT, "DependencyViolation"),
    (SUBNET, GATEWAY, "DependencyViolation"),
    (SUBNET, SERVICE, "DependencyViolation"),
    (CLUSTER, SERVICE, "ClusterContainsServicesException"),
    (VPC, SUBNET_, "DependencyViolation"),
    (VPC, GROUP, "DependencyViolation"),
    (VPC, TABLE, "DependencyViolation"),
    (VPC, ATTACHMENT, "DependencyViolation"),
    (VPC, ENDPOINT, "DependencyViolation"),
    (INTERNET, ATTACHMENT, "DependencyViolation"),
    (SUBNET_, NAT, "DependencyViolation"),
    (SUBNET_, BALANCER, "DependencyViolation"),
    (SUBNET_, ECS_SERVICE, "DependencyViolation"),
    (SUBNET_, SCALING_GROUP, "DependencyViolation"),
    (SUBNET_, ENDPOINT, "DependencyViolation"),
    (TABLE, TABLE_ASSOCIATION, "DependencyViolation"),
    (ADDRESS, NAT, "InvalidIPAddress.InUse"),
    (GROUP, BALANCER, "DependencyViolation"),
    (GROUP, ECS_SERVICE, "DependencyViolation"),
    (GROUP, GROUP, "DependencyViolation"),
    (GROUP, ENDPOINT, "DependencyViolation"),
    (TARGETS, LISTENER, "ResourceInUse"),
    (TARGETS, RULE, "ResourceInUse"),
    (ECS_CLUSTER, ECS_SERVICE, "ClusterContainsServicesException"),
    (CAPACITY, ECS_SERVICE, "ResourceInUseException"),
    (CAPACITY, CAPACITY_OF_CLUSTER, "ResourceInUseException"),
    (SCALING_GROUP, CAPACITY, "ResourceInUse"),
    (NAMESPACE, DISCOVERY, "ResourceInUse"),
    (HTTP_NAMESPACE, DISCOVERY, "ResourceInUse"),
    (DISCOVERY, ECS_SERVICE, "ResourceInUse"),
    (IAM_ROLE, PROFILE, "DeleteConflict"),
    (IAM_ROLE, ROLE_POLICY, "DeleteConflict"),
    (IAM_ROLE, "AWS::IAM::ManagedPolicy", "DeleteConflict"),
    ("AWS::IAM::ManagedPolicy", IAM_ROLE, "DeleteConflict"),
];

/// The same for users of which only one property holds it: a group's own rules go with it, but not those that name it as their other end.
pub const IN_USE_BY: &[(&str, &str, &str, &str)] = &[
    (
        GROUP,
        INGRESS,
        "SourceSecurityGroupId",
        "DependencyViolation",
    ),
    (
        GROUP,
        EGRESS,
        "DestinationSecurityGroupId",
        "DependencyViolation",
    ),
];

/// The same for users that use it by a third: instances are in the groups, and in the cluster, that their launch template names.
/// `DeleteSecurityGroup`; `ClusterContainsContainerInstancesException` of ECS's `DeleteCluster`.
pub const IN_USE_THROUGH: &[(&str, &str, &str, &str)] = &[
    (GROUP, TEMPLATE, SCALING_GROUP, "DependencyViolation"),
    (
        ECS_CLUSTER,
        TEMPLATE,
        SCALING_GROUP,
        "ClusterContainsContainerInstancesException",
    ),
];

/// What cannot go while something in the same network lives on it: the used kind, the kind that names the same network and is named by the
/// user, the user. `DetachInternetGateway`: no public addresses may be mapped in the VPC.
pub const IN_USE_NEARBY: &[(&str, &str, &str, &str)] = &[
    (ATTACHMENT, SUBNET_, NAT, "DependencyViolation"),
    (ATTACHMENT, SUBNET_, BALANCER, "DependencyViolation"),
];

/// Members that cannot be taken out of a list while somebody of the same cluster uses them: the kind with the list, the list, the user,
/// its property. ECS's `PutClusterCapacityProviders`.
pub const MEMBERS_IN_USE: &[(&str, &str, &str, &str)] = &[
    (
        ECS_CLUSTER,
        "CapacityProviders",
        ECS_SERVICE,
        "CapacityProviderStrategy",
    ),
    (
        CAPACITY_OF_CLUSTER,
        "CapacityProviders",
        ECS_SERVICE,
        "CapacityProviderStrategy",
    ),
];

/// What can only be used once another kind names it, too: the user, the used kind, the others. ECS's `CreateService`: the target group
/// needs a load balancer, the capacity provider its place in the cluster. `CreateNatGateway`: the subnet's network needs its gateway.
pub const NEEDS: &[(&str, &str, &[&str], &str)] = &[
    (
        ECS_SERVICE,
        TARGETS,
        &[LISTENER, RULE],
        "InvalidParameterException",
    ),
    (
        ECS_SERVICE,
        CAPACITY,
        &[ECS_CLUSTER, CAPACITY_OF_CLUSTER],
        "InvalidParameterException",
    ),
];

/// Kinds whose create call takes a client token: the same token gives the same resource.
pub const TAKES_TOKEN: &[&str] = &[
    SERVICE,
    NAT,
    TABLE,
    "AWS::EC2::VPCEndpoint",
    "AWS::EC2::LaunchTemplate",
    ECS_SERVICE,
    NAMESPACE,
    HTTP_NAMESPACE,
    DISCOVERY,
];

/// What a create call cannot carry.
pub const AFTER_CREATE: &[(&str, &str)] = &[
    (NETWORK, "Names"),
    (VPC, "EnableDnsHostnames"),
    (VPC, "EnableDnsSupport"),
];

/// Properties that together can be taken only once, and AWS's error code: those of the kind's physical name come on top. From the errors
/// of `CreateRule` and `SetRulePriorities`, `CreateListener`, `AssociateRouteTable`, `CreateRoute`, `CreateNatGateway`,
/// `AttachInternetGateway`, Cloud Map's `CreatePrivateDnsNamespace`, `CreateHttpNamespace` and `CreateService`.
pub const UNIQUE: &[(&str, &[&str], &str)] = &[
    (PORT, &["NetworkId", "Number"], "AlreadyExists"),
    (RULE, &["ListenerArn", "Priority"], "PriorityInUse"),
    (LISTENER, &["LoadBalancerArn", "Port"], "DuplicateListener"),
    (
        TABLE_ASSOCIATION,
        &["SubnetId"],
        "Resource.AlreadyAssociated",
    ),
    (
        "AWS::EC2::Route",
        &["RouteTableId", "DestinationCidrBlock"],
        "RouteAlreadyExists",
    ),
    (NAT, &["AllocationId"], "Resource.AlreadyAssociated"),
    (
        ATTACHMENT,
        &["InternetGatewayId"],
        "Resource.AlreadyAssociated",
    ),
    (NAMESPACE, &["Vpc", "Name"], "ConflictingDomainExists"),
    (HTTP_NAMESPACE, &["Name"], "NamespaceAlreadyExists"),
    (DISCOVERY, &["NamespaceId", "Name"], "ServiceAlreadyExists"),
];

/// Kinds whose name stays taken while a deletion waits for its recovery window, unless this property is true. `CreateSecret` refuses the
/// name with `InvalidRequestException`; the provider takes back what we deleted.
pub const RECOVERABLE: &[(&str, &str)] =
    &[("AWS::SecretsManager::Secret", "ForceDeleteWithoutRecovery")];

/// Kinds whose users see them only after a while: the seconds it takes.
pub const SLOW_TO_SHOW: &[(&str, u64)] = &[(ROLE, 5), (IAM_ROLE, 5)];

/// Kinds whose deletion takes a while, beyond those that have waits.
pub const SLOW_TO_GO: &[&str] = &[GATEWAY, NAT, BALANCER, ECS_SERVICE, SCALING_GROUP];

/// Whether many may have one name, as the revisions of a family and the services of different namespaces.
pub fn shares_name(kind: &str) -> bool {
    [REVISION, "AWS::ECS::TaskDefinition", DISCOVERY].contains(&kind)
}
