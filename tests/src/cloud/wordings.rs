//! AWS's error answers as rows: status, code and text. The registry that classifies real answers also classifies these.
//!
//! Not here: when AWS refuses something (`rules`).

use windlass_engine::provider::{ClassedBy, ProviderError};

use super::operations::{self, twin};

/// An error answer of AWS. `{it}` is the place of the refused resource, `{by}` that of the resource in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wording {
    pub status: u16,
    pub code: &'static str,
    /// The text, in AWS's own words as far as they are public.
    pub message: &'static str,
}

/// A refusal with status 400, as most refusals have.
pub const fn wording(code: &'static str, message: &'static str) -> Wording {
    Wording {
        status: 400,
        code,
        message,
    }
}

const fn with(status: u16, code: &'static str, message: &'static str) -> Wording {
    Wording {
        status,
        code,
        message,
    }
}

/// AWS's answer, with the class that the registry gives it.
pub fn refusal(kind: &str, operation: &str, wording: Wording, it: &str, by: &str) -> ProviderError {
    let message = wording.message.replace("{it}", it).replace("{by}", by);
    let Wording { status, code, .. } = wording;
    answer(kind, operation, status, code, &message)
}

/// The same for an answer that is not in the tables.
pub fn answer(
    kind: &str,
    operation: &str,
    status: u16,
    code: &str,
    message: &str,
) -> ProviderError {
    ProviderError {
        class: windlass_aws::classed(twin(kind), operation, status, code, message),
        classed_by: ClassedBy::SharedTable,
        operation: operation.to_owned(),
        code: Some(code.to_owned()),
        message: message.to_owned(),
        request_id: None,
    }
}

/// A refusal that every service can give to any call.
pub fn common(operation: &str, wording: Wording) -> ProviderError {
    refusal("", operation, wording, "", "")
}

/// Expired credentials.
pub const EXPIRED: Wording = wording(
    "ExpiredToken",
    "The security token included in the request is expired",
);
/// Throttling: too many calls.
pub const THROTTLED: Wording = wording("Throttling", "Rate exceeded");
/// A permission that the credentials lack.
pub const DENIED: Wording = wording(
    "AccessDeniedException",
    "not authorized to perform tag:GetResources",
);
/// A name that a deleted secret still holds.
pub const SCHEDULED: Wording = wording(
    "InvalidRequestException",
    "You can't create this secret because a secret with this name is already scheduled for deletion.",
);

/// AWS's answer to a call about a resource that does not exist, or does not show yet.
pub fn not_found(kind: &str, operation: &str, it: &str) -> ProviderError {
    refusal(kind, operation, absence(kind), it, "")
}

/// AWS's answer to a create or update that names a resource that does not exist, or does not show yet. `None` where AWS does not check.
pub fn not_found_by(user: &str, operation: &str, used: &str, it: &str) -> Option<ProviderError> {
    let (of, about) = (twin(user), twin(used));
    let unchecked = |(user, used): &&(&str, &str)| of.starts_with(user) && about.starts_with(used);
    if UNCHECKED.iter().any(|row| unchecked(&row)) {
        return None;
    }
    let row = MISSING
        .iter()
        .find(|(user, used, _)| of.starts_with(user) && about == *used);
    let wording = row.map_or_else(|| absence(used), |(_, _, wording)| *wording);
    Some(refusal(user, operation, wording, it, ""))
}

fn absence(kind: &str) -> Wording {
    let twin = twin(kind);
    let row = ABSENT.iter().find(|(kind, _)| *kind == twin);
    row.unwrap_or_else(|| panic!("wordings.rs has no row for {kind}"))
        .1
}

/// AWS's error for a resource that does not exist, by kind. From the error tables of each service's API reference.
#[rustfmt::skip]
const ABSENT: &[(&str, Wording)] = &[
    ("AWS::ApplicationAutoScaling::ScalableTarget", wording("ObjectNotFoundException", "No scalable target registered for service namespace: ecs, resource ID: {it}, scalable dimension: ecs:service:DesiredCount")),
    ("AWS::ApplicationAutoScaling::ScalingPolicy", wording("ObjectNotFoundException", "No scaling policy found for service namespace: ecs, resource ID: {it}")),
    ("AWS::AutoScaling::AutoScalingGroup", wording("ValidationError", "AutoScalingGroup name not found - {it}")),
    ("AWS::EC2::EIP", wording("InvalidAllocationID.NotFound", "The allocation ID '{it}' does not exist")),
    ("AWS::EC2::InternetGateway", wording("InvalidInternetGatewayID.NotFound", "The internetGateway ID '{it}' does not exist")),
    ("AWS::EC2::LaunchTemplate", wording("InvalidLaunchTemplateId.NotFound", "The specified launch template, with template ID {it}, does not exist.")),
    ("AWS::EC2::NatGateway", wording("NatGatewayNotFound", "The Nat Gateway {it} was not found")),
    ("AWS::EC2::Route", wording("InvalidRoute.NotFound", "no route {it} in its route table")),
    ("AWS::EC2::RouteTable", wording("InvalidRouteTableID.NotFound", "The routeTable ID '{it}' does not exist")),
    ("AWS::EC2::SecurityGroup", wording("InvalidGroup.NotFound", "The security group '{it}' does not exist")),
    ("AWS::EC2::SecurityGroupEgress", wording("InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '{it}' does not exist")),
    ("AWS::EC2::SecurityGroupIngress", wording("InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '{it}' does not exist")),
    ("AWS::EC2::Subnet", wording("InvalidSubnetID.NotFound", "The subnet ID '{it}' does not exist")),
    ("AWS::EC2::SubnetRouteTableAssociation", wording("InvalidAssociationID.NotFound", "The association ID '{it}' does not exist")),
    ("AWS::EC2::VPC", wording("InvalidVpcID.NotFound", "The vpc ID '{it}' does not exist")),
    ("AWS::EC2::VPCEndpoint", wording("InvalidVpcEndpointId.NotFound", "The Vpc Endpoint Id '{it}' does not exist")),
    ("AWS::EC2::VPCGatewayAttachment", wording("Gateway.NotAttached", "resource {it} is not attached to network")),
    ("AWS::ECS::CapacityProvider", wording("ClientException", "The specified capacity provider does not exist. Specify a valid name or ARN and try again.")),
    ("AWS::ECS::Cluster", wording("ClusterNotFoundException", "Cluster not found.")),
    ("AWS::ECS::ClusterCapacityProviderAssociations", wording("ClusterNotFoundException", "Cluster not found.")),
    ("AWS::ECS::Service", wording("ServiceNotFoundException", "Service not found.")),
    ("AWS::ECS::TaskDefinition", wording("ClientException", "Unable to describe task definition.")),
    ("AWS::ElasticLoadBalancingV2::Listener", wording("ListenerNotFound", "One or more listeners not found")),
    ("AWS::ElasticLoadBalancingV2::ListenerRule", wording("RuleNotFound", "One or more rules not found")),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", wording("LoadBalancerNotFound", "One or more load balancers not found")),
    ("AWS::ElasticLoadBalancingV2::TargetGroup", wording("TargetGroupNotFound", "Target groups '{it}' not found")),
    ("AWS::IAM::InstanceProfile", with(404, "NoSuchEntity", "Instance Profile {it} cannot be found.")),
    ("AWS::IAM::ManagedPolicy", with(404, "NoSuchEntity", "Policy {it} does not exist or is not attachable.")),
    ("AWS::IAM::Role", with(404, "NoSuchEntity", "The role with name {it} cannot be found.")),
    ("AWS::IAM::RolePolicy", with(404, "NoSuchEntity", "The role policy with name {it} cannot be found.")),
    ("AWS::Logs::LogGroup", wording("ResourceNotFoundException", "The specified log group does not exist.")),
    ("AWS::SecretsManager::Secret", wording("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")),
    ("AWS::ServiceDiscovery::HttpNamespace", wording("NamespaceNotFound", "The namespace {it} can't be found.")),
    ("AWS::ServiceDiscovery::PrivateDnsNamespace", wording("NamespaceNotFound", "The namespace {it} can't be found.")),
    ("AWS::ServiceDiscovery::Service", wording("ServiceNotFound", "Service not found: {it}")),
];

/// Services with error texts of their own for a given resource that they do not find. Columns: the user's kind or its first part, the used kind.
///
/// Sources: the rows of hashicorp/terraform-provider-aws#16888, #11693, #30994 (`VPCEndpoint`), terraform-aws-modules/terraform-aws-ecs#414
/// (`Role is not valid`), hashicorp/terraform#15066 (cluster), moto's and field reports' "Error retrieving security group information".
#[rustfmt::skip]
const MISSING: &[(&str, &str, Wording)] = &[
    ("AWS::EC2::VPCEndpoint", "AWS::EC2::VPC", wording("InvalidVpcId.NotFound", "The Vpc Id {it} does not exist")),
    ("AWS::EC2::VPCEndpoint", "AWS::EC2::Subnet", wording("InvalidSubnetId.NotFound", "The subnet ID '{it}' does not exist")),
    ("AWS::EC2::VPCEndpoint", "AWS::EC2::RouteTable", wording("InvalidRouteTableId.NotFound", "The route table {it} does not exist")),
    ("AWS::EC2::VPCEndpoint", "AWS::EC2::SecurityGroup", wording("InvalidSecurityGroupId.NotFound", "The security group '{it}' does not exist")),
    ("AWS::EC2::NatGateway", "AWS::EC2::Subnet", wording("InvalidSubnetID.NotFound", "The subnet ID '{it}' does not exist")),
    ("AWS::EC2::Route", "AWS::EC2::NatGateway", wording("InvalidNatGatewayID.NotFound", "The natGateway ID '{it}' does not exist")),
    // The network of the test kind `PORT` takes the place of a route's route table.
    ("AWS::EC2::Route", "AWS::EC2::VPC", wording("InvalidRouteTableID.NotFound", "The routeTable ID '{it}' does not exist")),
    ("AWS::ElasticLoadBalancingV2::", "AWS::EC2::VPC", wording("ValidationError", "The VPC ID '{it}' is not found")),
    ("AWS::ElasticLoadBalancingV2::", "AWS::EC2::Subnet", wording("SubnetNotFound", "The subnet ID '{it}' does not exist")),
    ("AWS::ElasticLoadBalancingV2::", "AWS::EC2::SecurityGroup", wording("InvalidSecurityGroup", "One or more security groups are invalid")),
    ("AWS::ECS::Service", "AWS::EC2::SecurityGroup", wording("InvalidParameterException", "Error retrieving security group information for [{it}]: The security group '{it}' does not exist (ErrorCode: InvalidGroup.NotFound)")),
    ("AWS::ECS::Service", "AWS::EC2::Subnet", wording("InvalidParameterException", "Error retrieving subnet information for [{it}]: The subnet ID '{it}' does not exist (ErrorCode: InvalidSubnetID.NotFound)")),
    ("AWS::ECS::Service", "AWS::ECS::TaskDefinition", wording("ClientException", "TaskDefinition not found.")),
    ("AWS::ECS::Service", "AWS::ElasticLoadBalancingV2::TargetGroup", wording("InvalidParameterException", "Unable to assume role and validate the specified targetGroupArn. Please verify that the ECS service role being passed has the proper permissions.")),
    ("AWS::ECS::Service", "AWS::IAM::Role", wording("InvalidParameterException", "Unable to assume role and validate the specified targetGroupArn. Please verify that the ECS service role being passed has the proper permissions.")),
    ("AWS::ECS::Service", "AWS::ECS::CapacityProvider", wording("InvalidParameterException", "The specified capacity provider '{it}' was not found. Specify a valid name or ARN and try again.")),
    ("AWS::ECS::TaskDefinition", "AWS::IAM::Role", wording("ClientException", "Role is not valid")),
    ("AWS::ApplicationAutoScaling::ScalableTarget", "AWS::ECS::Service", wording("ValidationException", "ECS service doesn't exist: {it}")),
    ("AWS::ApplicationAutoScaling::ScalableTarget", "AWS::ECS::Cluster", wording("ValidationException", "ECS service doesn't exist: {it}")),
    ("AWS::AutoScaling::AutoScalingGroup", "AWS::EC2::Subnet", wording("ValidationError", "The subnet ID '{it}' does not exist")),
    ("AWS::AutoScaling::AutoScalingGroup", "AWS::EC2::LaunchTemplate", wording("ValidationError", "You must use a valid fully-formed launch template. The specified launch template, with template ID {it}, does not exist.")),
    ("AWS::AutoScaling::AutoScalingGroup", "AWS::IAM::InstanceProfile", wording("ValidationError", "You must use a valid fully-formed launch template. Value ({it}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name")),
    ("AWS::AutoScaling::AutoScalingGroup", "AWS::ElasticLoadBalancingV2::TargetGroup", wording("ValidationError", "Provided Target Groups '{it}' may not be valid. Please ensure they exist and try again.")),
];

/// Pairs for which AWS does not check whether the used resource exists: the user, the used. A policy may name anything. AWS looks for a task
/// definition's log group and secrets when a task starts, and for a launch template's parts when an instance starts.
const UNCHECKED: &[(&str, &str)] = &[
    ("AWS::IAM::", "AWS::Logs::"),
    ("AWS::IAM::", "AWS::SecretsManager::"),
    ("AWS::IAM::", "AWS::ECS::"),
    ("AWS::IAM::", "AWS::EC2::"),
    ("AWS::ECS::TaskDefinition", "AWS::Logs::"),
    ("AWS::ECS::TaskDefinition", "AWS::SecretsManager::"),
    ("AWS::EC2::LaunchTemplate", "AWS::"),
    // No report shows how ECS words it.
    ("AWS::ECS::CapacityProvider", "AWS::AutoScaling::"),
];

/// A value that AWS does not accept.
pub const NOT_VALID: Wording = wording("ValidationError", "the value is not valid");

/// A property that no AWS call changes.
pub fn unchangeable(kind: &str, property: &str) -> ProviderError {
    let text = "{it} cannot be changed in place";
    let operation = operations::of(kind).update;
    refusal(
        kind,
        operation,
        wording("InvalidParameterValue", text),
        property,
        "",
    )
}

#[cfg(test)]
mod tests {
    use windlass_engine::provider::ErrorClass;

    use super::super::samples::catalogue;
    use super::*;

    #[test]
    fn every_kind_of_the_catalogue_has_words_for_its_absence() {
        for sampled in catalogue() {
            let kind = sampled.schema.kind;
            let error = not_found(kind, operations::of(kind).delete, "it");
            assert_eq!(error.class, ErrorClass::NotFound, "{kind}: {error}");
        }
    }
}
