//! What AWS refuses or treats specially, as tables. Catalogue kinds and test kinds stand in the same ones.
//!
//! Not here: what every kind has in common (`provider`).

use super::kinds::{CLUSTER, GATEWAY, NETWORK, PORT, REVISION, ROLE, SERVICE, SUBNET};

const VPC: &str = "AWS::EC2::VPC";
const SUBNET_: &str = "AWS::EC2::Subnet";
const GROUP: &str = "AWS::EC2::SecurityGroup";
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
const NAMESPACE: &str = "AWS::ServiceDiscovery::PrivateDnsNamespace";
const HTTP_NAMESPACE: &str = "AWS::ServiceDiscovery::HttpNamespace";
const DISCOVERY: &str = "AWS::ServiceDiscovery::Service";
const IAM_ROLE: &str = "AWS::IAM::Role";
const PROFILE: &str = "AWS::IAM::InstanceProfile";
const SCALING_GROUP: &str = "AWS::AutoScaling::AutoScalingGroup";

/// What cannot go while somebody uses it: the used kind, its user, and AWS's error code.
pub const IN_USE: &[(&str, &str, &str)] = &[
    (NETWORK, SUBNET, "DependencyViolation"),
    (NETWORK, PORT, "DependencyViolation"),
    (SUBNET, GATEWAY, "DependencyViolation"),
    (SUBNET, SERVICE, "DependencyViolation"),
    (CLUSTER, SERVICE, "ClusterContainsServicesException"),
    (VPC, SUBNET_, "DependencyViolation"),
    (VPC, GROUP, "DependencyViolation"),
    (VPC, TABLE, "DependencyViolation"),
    (VPC, "AWS::EC2::VPCGatewayAttachment", "DependencyViolation"),
    (VPC, "AWS::EC2::VPCEndpoint", "DependencyViolation"),
    (
        INTERNET,
        "AWS::EC2::VPCGatewayAttachment",
        "DependencyViolation",
    ),
    (SUBNET_, NAT, "DependencyViolation"),
    (SUBNET_, BALANCER, "DependencyViolation"),
    (SUBNET_, ECS_SERVICE, "DependencyViolation"),
    (SUBNET_, SCALING_GROUP, "DependencyViolation"),
    (SUBNET_, "AWS::EC2::VPCEndpoint", "DependencyViolation"),
    (
        TABLE,
        "AWS::EC2::SubnetRouteTableAssociation",
        "DependencyViolation",
    ),
    ("AWS::EC2::EIP", NAT, "InvalidIPAddress.InUse"),
    (GROUP, BALANCER, "DependencyViolation"),
    (GROUP, ECS_SERVICE, "DependencyViolation"),
    (GROUP, GROUP, "DependencyViolation"),
    (GROUP, "AWS::EC2::VPCEndpoint", "DependencyViolation"),
    (TARGETS, LISTENER, "ResourceInUse"),
    (TARGETS, RULE, "ResourceInUse"),
    (ECS_CLUSTER, ECS_SERVICE, "ClusterContainsServicesException"),
    (CAPACITY, ECS_SERVICE, "ResourceInUseException"),
    (
        CAPACITY,
        "AWS::ECS::ClusterCapacityProviderAssociations",
        "ResourceInUseException",
    ),
    (SCALING_GROUP, CAPACITY, "ResourceInUse"),
    (NAMESPACE, DISCOVERY, "ResourceInUse"),
    (HTTP_NAMESPACE, DISCOVERY, "ResourceInUse"),
    (IAM_ROLE, PROFILE, "DeleteConflict"),
    (IAM_ROLE, "AWS::IAM::RolePolicy", "DeleteConflict"),
    (IAM_ROLE, "AWS::IAM::ManagedPolicy", "DeleteConflict"),
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

/// Properties that together can be taken only once: those of the kind's physical name come on top.
pub const UNIQUE: &[(&str, &[&str])] = &[(PORT, &["NetworkId", "Number"])];

/// Kinds whose users see them only after a while: the seconds it takes.
pub const SLOW_TO_SHOW: &[(&str, u64)] = &[(ROLE, 5), (IAM_ROLE, 5)];

/// Kinds whose deletion takes a while, beyond those that have waits.
pub const SLOW_TO_GO: &[&str] = &[GATEWAY, NAT, BALANCER, ECS_SERVICE, SCALING_GROUP];

/// Whether many may have one name, as the revisions of a family.
pub fn shares_name(kind: &str) -> bool {
    kind == REVISION || kind == "AWS::ECS::TaskDefinition"
}
