//! What AWS refuses or treats specially, as tables. AWS's kinds and test kinds are in the same tables.
//!
//! Not here: what all kinds have in common (`provider`).

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::kinds::{CLUSTER, GATEWAY, NETWORK, PORT, REVISION, ROLE, SERVICE, SUBNET};
use super::operations::twin;
use super::wordings::{Wording, wording};

const VPC: &str = "AWS::EC2::VPC";
pub(super) const SUBNET_: &str = "AWS::EC2::Subnet";
const GROUP: &str = "AWS::EC2::SecurityGroup";
pub(super) const INGRESS: &str = "AWS::EC2::SecurityGroupIngress";
pub(super) const EGRESS: &str = "AWS::EC2::SecurityGroupEgress";
const ENDPOINT: &str = "AWS::EC2::VPCEndpoint";
pub(super) const ADDRESS: &str = "AWS::EC2::EIP";
const TEMPLATE: &str = "AWS::EC2::LaunchTemplate";
pub(super) const ATTACHMENT: &str = "AWS::EC2::VPCGatewayAttachment";
const TABLE_ASSOCIATION: &str = "AWS::EC2::SubnetRouteTableAssociation";
const INTERNET: &str = "AWS::EC2::InternetGateway";
const TABLE: &str = "AWS::EC2::RouteTable";
pub(super) const NAT: &str = "AWS::EC2::NatGateway";
pub(super) const BALANCER: &str = "AWS::ElasticLoadBalancingV2::LoadBalancer";
pub(super) const TARGETS: &str = "AWS::ElasticLoadBalancingV2::TargetGroup";
pub(super) const LISTENER: &str = "AWS::ElasticLoadBalancingV2::Listener";
pub(super) const RULE: &str = "AWS::ElasticLoadBalancingV2::ListenerRule";
const ECS_CLUSTER: &str = "AWS::ECS::Cluster";
pub(super) const ECS_SERVICE: &str = "AWS::ECS::Service";
pub(super) const CAPACITY: &str = "AWS::ECS::CapacityProvider";
const CAPACITY_OF_CLUSTER: &str = "AWS::ECS::ClusterCapacityProviderAssociations";
const NAMESPACE: &str = "AWS::ServiceDiscovery::PrivateDnsNamespace";
const HTTP_NAMESPACE: &str = "AWS::ServiceDiscovery::HttpNamespace";
const DISCOVERY: &str = "AWS::ServiceDiscovery::Service";
const IAM_ROLE: &str = "AWS::IAM::Role";
const PROFILE: &str = "AWS::IAM::InstanceProfile";
const ROLE_POLICY: &str = "AWS::IAM::RolePolicy";
pub(super) const SCALING_GROUP: &str = "AWS::AutoScaling::AutoScalingGroup";

pub(super) const DEPENDENCY: Wording = wording(
    "DependencyViolation",
    "resource {it} has a dependent object",
);
const ADDRESS_IN_USE: Wording = wording("InvalidIPAddress.InUse", "Address {it} is in use.");
const TARGETS_IN_USE: Wording = wording(
    "ResourceInUse",
    "Target group '{it}' is currently in use by a listener or a rule",
);
const HAS_SERVICES: Wording = wording(
    "ClusterContainsServicesException",
    "The Cluster cannot be deleted while Services are active.",
);
const HAS_INSTANCES: Wording = wording(
    "ClusterContainsContainerInstancesException",
    "The Cluster cannot be deleted while Container Instances are active or draining.",
);
const ECS_IN_USE: Wording = wording(
    "ResourceInUseException",
    "The specified resource is in-use and cannot be removed.",
);
const PROVIDER_IN_USE: Wording = wording(
    "ResourceInUseException",
    "The specified capacity provider is in use and cannot be removed.",
);
const GROUP_IN_USE: Wording = wording(
    "ResourceInUse",
    "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.",
);
const HAS_DISCOVERY: Wording = wording("ResourceInUse", "Namespace has associated services.");
const HAS_REGISTERED: Wording = wording(
    "ResourceInUse",
    "Service contains registered instances; delete the instances before deleting the service",
);
const DELETE_CONFLICT: Wording = Wording {
    status: 409,
    code: "DeleteConflict",
    message: "Cannot delete entity, must remove {by} first.",
};
const ROUTE_EXISTS: Wording = wording(
    "RouteAlreadyExists",
    "The route identified by {it} already exists.",
);
const PRIORITY_IN_USE: Wording = wording("PriorityInUse", "Priority of {it} is currently in use");
const DUPLICATE_LISTENER: Wording = wording(
    "DuplicateListener",
    "A listener already exists on this port for this load balancer: {it}",
);
const ALREADY_ASSOCIATED: Wording = wording(
    "Resource.AlreadyAssociated",
    "the specified association conflicts with an existing association {it}",
);
const CONFLICTING_DOMAIN: Wording = wording(
    "ConflictingDomainExists",
    "Cannot create the namespace: its domain conflicts with {it}",
);
const NAMESPACE_EXISTS: Wording =
    wording("NamespaceAlreadyExists", "Namespace {it} already exists");
const DISCOVERY_EXISTS: Wording = wording("ServiceAlreadyExists", "Service already exists: {it}");
const NO_BALANCER: Wording = wording(
    "InvalidParameterException",
    "The target group with targetGroupArn {it} does not have an associated load balancer.",
);
const NOT_IN_CLUSTER: Wording = wording(
    "InvalidParameterException",
    "The specified capacity provider {it} is not associated with the cluster.",
);
const AUTH_FAILURE: Wording = wording(
    "AuthFailure",
    "You do not have permission to access the specified resource.",
);

/// In use: a kind that AWS does not delete while another resource uses it. Columns: the used kind, its user, and AWS's error code.
///
/// The users come from the [API references](https://docs.aws.amazon.com/): `DeleteVpc`, `DeleteSubnet` and `DeleteSecurityGroup` (everything that has
/// a network interface there), `DeleteRouteTable`, `ReleaseAddress`, `DeleteTargetGroup` (actions that name it), ECS's `DeleteCluster` and
/// `DeleteCapacityProvider`, `DeleteAutoScalingGroup`, Cloud Map's `DeleteNamespace` and `DeleteService` (instances, which ECS registers), IAM's
/// `DeleteRole`, `DeletePolicy` and `DeleteInstanceProfile`.
pub const IN_USE: &[(&str, &str, Wording)] = &[
    (NETWORK, SUBNET, DEPENDENCY),
    (NETWORK, PORT, DEPENDENCY),
    (SUBNET, GATEWAY, DEPENDENCY),
    (SUBNET, SERVICE, DEPENDENCY),
    (CLUSTER, SERVICE, HAS_SERVICES),
    (VPC, SUBNET_, DEPENDENCY),
    (VPC, GROUP, DEPENDENCY),
    (VPC, TABLE, DEPENDENCY),
    (VPC, ATTACHMENT, DEPENDENCY),
    (VPC, ENDPOINT, DEPENDENCY),
    (INTERNET, ATTACHMENT, DEPENDENCY),
    (SUBNET_, NAT, DEPENDENCY),
    (SUBNET_, BALANCER, DEPENDENCY),
    (SUBNET_, ECS_SERVICE, DEPENDENCY),
    (SUBNET_, SCALING_GROUP, DEPENDENCY),
    (SUBNET_, ENDPOINT, DEPENDENCY),
    (TABLE, TABLE_ASSOCIATION, DEPENDENCY),
    (ADDRESS, NAT, ADDRESS_IN_USE),
    (GROUP, BALANCER, DEPENDENCY),
    (GROUP, ECS_SERVICE, DEPENDENCY),
    (GROUP, GROUP, DEPENDENCY),
    (GROUP, ENDPOINT, DEPENDENCY),
    (TARGETS, LISTENER, TARGETS_IN_USE),
    (TARGETS, RULE, TARGETS_IN_USE),
    (ECS_CLUSTER, ECS_SERVICE, HAS_SERVICES),
    (CAPACITY, ECS_SERVICE, ECS_IN_USE),
    (CAPACITY, CAPACITY_OF_CLUSTER, ECS_IN_USE),
    (SCALING_GROUP, CAPACITY, GROUP_IN_USE),
    (NAMESPACE, DISCOVERY, HAS_DISCOVERY),
    (HTTP_NAMESPACE, DISCOVERY, HAS_DISCOVERY),
    (DISCOVERY, ECS_SERVICE, HAS_REGISTERED),
    (IAM_ROLE, PROFILE, DELETE_CONFLICT),
    (IAM_ROLE, ROLE_POLICY, DELETE_CONFLICT),
    (IAM_ROLE, "AWS::IAM::ManagedPolicy", DELETE_CONFLICT),
    ("AWS::IAM::ManagedPolicy", IAM_ROLE, DELETE_CONFLICT),
];

/// The same for users that use it through one property only. For example, AWS deletes a group's own rules with the group, but not the rules that name
/// the group as their other end.
pub const IN_USE_BY: &[(&str, &str, &str, Wording)] = &[
    (GROUP, INGRESS, "SourceSecurityGroupId", DEPENDENCY),
    (GROUP, EGRESS, "DestinationSecurityGroupId", DEPENDENCY),
];

/// The same for users that use it through a third resource: instances are in the groups, and in the cluster, that their launch template names.
/// `DeleteSecurityGroup`; `ClusterContainsContainerInstancesException` of ECS's `DeleteCluster`.
pub const IN_USE_THROUGH: &[(&str, &str, &str, Wording)] = &[
    (GROUP, TEMPLATE, SCALING_GROUP, DEPENDENCY),
    (ECS_CLUSTER, TEMPLATE, SCALING_GROUP, HAS_INSTANCES),
];

/// The same for users in the same network. Columns: the used kind, the kind that names the same network and that the user names, the user.
/// `DetachInternetGateway`: no public addresses may be mapped in the VPC.
pub const IN_USE_NEARBY: &[(&str, &str, &str, Wording)] = &[
    (ATTACHMENT, SUBNET_, NAT, DEPENDENCY),
    (ATTACHMENT, SUBNET_, BALANCER, DEPENDENCY),
];

/// Members that cannot be taken out of a list while a resource of the same cluster uses them. Columns: the kind with the list, the list, the user,
/// its property. ECS's `PutClusterCapacityProviders`.
pub const MEMBERS_IN_USE: &[(&str, &str, &str, &str, Wording)] = &[
    (
        ECS_CLUSTER,
        "CapacityProviders",
        ECS_SERVICE,
        "CapacityProviderStrategy",
        PROVIDER_IN_USE,
    ),
    (
        CAPACITY_OF_CLUSTER,
        "CapacityProviders",
        ECS_SERVICE,
        "CapacityProviderStrategy",
        PROVIDER_IN_USE,
    ),
];

/// A kind that can be used only after another kind names it, too. Columns: the user, the used kind, the other kinds. ECS's `CreateService`: the
/// target group needs a load balancer, the capacity provider its place in the cluster. What a NAT gateway needs is in `sharing`.
pub const NEEDS: &[(&str, &str, &[&str], Wording)] = &[
    (ECS_SERVICE, TARGETS, &[LISTENER, RULE], NO_BALANCER),
    (
        ECS_SERVICE,
        CAPACITY,
        &[ECS_CLUSTER, CAPACITY_OF_CLUSTER],
        NOT_IN_CLUSTER,
    ),
];

/// Idempotency: kinds whose create call takes a client token. The same token gives the same resource.
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

/// Properties that a create call cannot carry.
pub const AFTER_CREATE: &[(&str, &str)] = &[
    (NETWORK, "Names"),
    (VPC, "EnableDnsHostnames"),
    (VPC, "EnableDnsSupport"),
];

/// Properties whose combination only one resource can have, and AWS's error code. The properties of the kind's physical name are not listed here.
/// From the errors of `CreateRule` and `SetRulePriorities`, `CreateListener`, `AssociateRouteTable`, `CreateRoute`, `CreateNatGateway`,
/// `AttachInternetGateway`, Cloud Map's `CreatePrivateDnsNamespace`, `CreateHttpNamespace` and `CreateService`.
pub const UNIQUE: &[(&str, &[&str], Wording)] = &[
    (PORT, &["NetworkId", "Number"], ROUTE_EXISTS),
    (RULE, &["ListenerArn", "Priority"], PRIORITY_IN_USE),
    (LISTENER, &["LoadBalancerArn", "Port"], DUPLICATE_LISTENER),
    (TABLE_ASSOCIATION, &["SubnetId"], ALREADY_ASSOCIATED),
    (
        "AWS::EC2::Route",
        &["RouteTableId", "DestinationCidrBlock"],
        ROUTE_EXISTS,
    ),
    (NAT, &["AllocationId"], ALREADY_ASSOCIATED),
    (ATTACHMENT, &["InternetGatewayId"], ALREADY_ASSOCIATED),
    (NAMESPACE, &["Vpc", "Name"], CONFLICTING_DOMAIN),
    (HTTP_NAMESPACE, &["Name"], NAMESPACE_EXISTS),
    (DISCOVERY, &["NamespaceId", "Name"], DISCOVERY_EXISTS),
];

/// Kinds whose name stays taken while a deletion waits for its recovery window, unless this property is true. `CreateSecret` refuses the name with
/// `InvalidRequestException`. The provider restores a secret that we deleted.
pub const RECOVERABLE: &[(&str, &str)] =
    &[("AWS::SecretsManager::Secret", "ForceDeleteWithoutRecovery")];

/// Kinds that hold on to what they used for a while after their deletion. Columns: the used kind, the user, the time in seconds, AWS's error text.
///
/// `ReleaseAddress` answers `AuthFailure` for a moment after the NAT gateway shows as deleted (kubernetes/kops#938, sno-for-100#9). AWS deletes the
/// network interfaces of stopped tasks some time after their service.
pub const LINGERS: &[(&str, &str, u64, Wording)] = &[
    (ADDRESS, NAT, 15, AUTH_FAILURE),
    (SUBNET, SERVICE, 10, DEPENDENCY),
    (SUBNET_, ECS_SERVICE, 20, DEPENDENCY),
    (GROUP, ECS_SERVICE, 20, DEPENDENCY),
    (GROUP, BALANCER, 10, DEPENDENCY),
];

/// Whether a user with these properties leaves something behind.
type Leaves = fn(&BTreeMap<String, Value>) -> bool;

/// What one of AWS's own services leaves behind on a resource when a user of that resource is deleted. Columns: the used kind, the user, the test for
/// the user's properties, AWS's error text. Time removes none of it within an hour. The life cycle removes it once AWS has refused a deletion because
/// of it, so that the next attempt succeeds (`engine/aws`: `leaving.rs`, `leftovers.rs`).
///
/// The hook of managed draining (aws/containers-roadmap#2467) and protection from scale-in (#2862) stay on the group of a deleted capacity provider.
/// Instances stay registered with Cloud Map (hashicorp/terraform-provider-aws#4853).
pub const LEFT_BEHIND: &[(&str, &str, Leaves, Wording)] = &[
    (SCALING_GROUP, CAPACITY, keeps_instances, GROUP_IN_USE),
    (DISCOVERY, ECS_SERVICE, |_| true, HAS_REGISTERED),
];

/// The same for a property that is switched off: its effect on existing instances stays. `UpdateAutoScalingGroup`.
pub const LEFT_BY_CHANGE: &[(&str, &str, Wording)] = &[(
    SCALING_GROUP,
    "NewInstancesProtectedFromScaleIn",
    GROUP_IN_USE,
)];

/// Parts that AWS deletes together with their parent. Columns: the part, the property that names the parent, the parent. `DeleteListener` deletes a
/// listener's rules, and `DeregisterScalableTarget` deletes the policies of a target, as the API reference says for both.
pub const GOES_ALONG: &[(&str, &str, &str)] = &[
    (RULE, "ListenerArn", LISTENER),
    (
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "ScalingTargetId",
        "AWS::ApplicationAutoScaling::ScalableTarget",
    ),
];

/// Properties that make AWS delete a resource with everything in it. `DeleteAutoScalingGroup` with `ForceDelete`, which the life cycle also sets for
/// a group that protects its instances.
pub const DELETES_ALL: &[(&str, &str)] = &[
    (SCALING_GROUP, "ForceDelete"),
    (SCALING_GROUP, "NewInstancesProtectedFromScaleIn"),
];

// Managed draining is on unless the author switches it off.
fn keeps_instances(provider: &BTreeMap<String, Value>) -> bool {
    provider
        .get("AutoScalingGroupProvider")
        .is_some_and(|over| {
            over["ManagedDraining"] != "DISABLED"
                || over["ManagedTerminationProtection"] == "ENABLED"
        })
}

/// Kinds whose create call AWS answers with the existing resource if that has the same settings, and the properties by which AWS recognises it.
/// `CreateLoadBalancer`, `CreateTargetGroup`, `CreateListener`. If the author chose the name, the life cycle first checks whose resource that is.
pub const ANSWERED_WITH: &[(&str, &[&str])] = &[
    (BALANCER, &["Name"]),
    (TARGETS, &["Name"]),
    (LISTENER, &["LoadBalancerArn", "Port"]),
];

/// Kinds whose wait follows the deployment that the last call returned, so that the wait recognises an answer from before that call.
pub const FOLLOWS_DEPLOYMENT: &[&str] = &[SERVICE, ECS_SERVICE];

/// Kinds whose create call overwrites the existing resource with the same natural key, and the properties of that key. The delete of an older
/// generation then deletes the new one. `PutRolePolicy`, `PutScalingPolicy`, `RegisterScalableTarget`, `PutClusterCapacityProviders`.
pub const OVERWRITES: &[(&str, &[&str])] = &[
    (ROLE_POLICY, &["RoleName", "PolicyName"]),
    (
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        &[
            "PolicyName",
            "ScalingTargetId",
            "ResourceId",
            "ScalableDimension",
            "ServiceNamespace",
        ],
    ),
    (
        "AWS::ApplicationAutoScaling::ScalableTarget",
        &["ResourceId", "ScalableDimension", "ServiceNamespace"],
    ),
    (CAPACITY_OF_CLUSTER, &["Cluster"]),
];

/// Blocks whose update changes only the given members and keeps the others: `UpdateCapacityProvider` (aws/aws-cdk#29088), `UpdateService`.
pub const KEEPS_MEMBERS: &[(&str, &str)] = &[
    (CAPACITY, "AutoScalingGroupProvider"),
    (ECS_SERVICE, "DeploymentConfiguration"),
];

/// Kinds that calls can use only after a while, even without faults, and that time in seconds.
const SLOW_TO_SHOW: &[(&str, u64)] = &[(ROLE, 5), (IAM_ROLE, 5)];

/// After what time calls can use a kind, without faults.
pub fn usable_after(kind: &str) -> Duration {
    let row = SLOW_TO_SHOW.iter().find(|(of, _)| *of == kind);
    row.map_or(Duration::ZERO, |(_, seconds)| Duration::from_secs(*seconds))
}

/// After what time a search finds what was made, without faults.
pub const FINDABLE_AFTER: Duration = Duration::from_secs(10);

/// Visibility window: the most seconds for which AWS may hide what it has made, by the start of the kind's name. The first row that fits counts.
const VISIBLE_WITHIN: &[(&str, u64)] = &[
    ("AWS::ServiceDiscovery::Service", 60),
    ("AWS::ServiceDiscovery::", 180),
    ("AWS::", 60),
];

/// The longest time for which AWS may hide a new resource of this kind.
pub fn visible_within(kind: &str) -> Duration {
    let twin = twin(kind);
    let row = VISIBLE_WITHIN.iter().find(|(of, _)| twin.starts_with(of));
    Duration::from_secs(row.map_or(60, |(_, seconds)| *seconds))
}

/// AWS's refusal of a name that is taken, by AWS's own kind. `None` where AWS answers the create with the existing resource.
pub fn name_taken(kind: &str) -> Option<Wording> {
    let row = NAME_TAKEN.iter().find(|(of, _)| *of == kind);
    row.map(|(_, wording)| *wording)
}

const fn conflict(message: &'static str) -> Wording {
    Wording {
        status: 409,
        code: "EntityAlreadyExists",
        message,
    }
}

/// The texts are from the errors of each create operation. `CreateCluster` answers with the existing cluster.
#[rustfmt::skip]
const NAME_TAKEN: &[(&str, Wording)] = &[
    (SCALING_GROUP, wording("AlreadyExists", "AutoScalingGroup by this name already exists - A group with the name {it} already exists")),
    (TEMPLATE, wording("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.")),
    (GROUP, wording("InvalidGroup.Duplicate", "The security group '{it}' already exists")),
    (CAPACITY, wording("ClientException", "A capacity provider with the specified name {it} already exists.")),
    (ECS_SERVICE, wording("InvalidParameterException", "Creation of service was not idempotent.")),
    (BALANCER, wording("DuplicateLoadBalancerName", "A load balancer with the same name '{it}' exists, but with different settings")),
    (TARGETS, wording("DuplicateTargetGroupName", "A target group with the same name '{it}' exists, but with different settings")),
    (PROFILE, conflict("Instance Profile {it} already exists.")),
    ("AWS::IAM::ManagedPolicy", conflict("A policy called {it} already exists. Duplicate names are not allowed.")),
    (IAM_ROLE, conflict("Role with name {it} already exists.")),
    ("AWS::Logs::LogGroup", wording("ResourceAlreadyExistsException", "The specified log group already exists")),
    ("AWS::SecretsManager::Secret", wording("ResourceExistsException", "The operation failed because the secret {it} already exists.")),
    (HTTP_NAMESPACE, NAMESPACE_EXISTS),
    (NAMESPACE, CONFLICTING_DOMAIN),
    (DISCOVERY, DISCOVERY_EXISTS),
];

/// Kinds whose deletion takes a while, in addition to those that have waits.
pub const SLOW_TO_GO: &[&str] = &[GATEWAY, NAT, BALANCER, ECS_SERVICE, SCALING_GROUP];

/// Whether several resources may have the same name, as the revisions of a family and the services of different namespaces.
pub fn shares_name(kind: &str) -> bool {
    [REVISION, "AWS::ECS::TaskDefinition", DISCOVERY].contains(&kind)
}
