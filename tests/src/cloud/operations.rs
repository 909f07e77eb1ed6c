//! Which AWS operation creates, changes, deletes and shows each kind, with IAM's names: `ec2:CreateVpc`.
//!
//! Not here: what they answer (`wordings`).

use super::kinds::{CLUSTER, GATEWAY, NETWORK, PORT, REVISION, ROLE, SERVICE, SUBNET};

/// The operations of one kind.
#[derive(Debug, Clone, Copy)]
pub struct Operations {
    /// CloudFormation type name.
    pub kind: &'static str,
    /// The operation that creates it.
    pub create: &'static str,
    /// The operation that changes most of its properties.
    pub update: &'static str,
    /// The operation that deletes it.
    pub delete: &'static str,
    /// The operation that shows it.
    pub describe: &'static str,
    /// Properties that another operation changes, each with that operation.
    pub also: &'static [(&'static str, &'static str)],
}

const fn row(
    kind: &'static str,
    [create, update, delete, describe]: [&'static str; 4],
    also: &'static [(&'static str, &'static str)],
) -> Operations {
    Operations {
        kind,
        create,
        update,
        delete,
        describe,
        also,
    }
}

/// The AWS kind that a test kind behaves like: the test kind has the operations, error codes and classes of that AWS kind.
const TWINS: &[(&str, &str)] = &[
    (NETWORK, "AWS::EC2::VPC"),
    (SUBNET, "AWS::EC2::Subnet"),
    (GATEWAY, "AWS::EC2::NatGateway"),
    (PORT, "AWS::EC2::Route"),
    (ROLE, "AWS::IAM::Role"),
    (CLUSTER, "AWS::ECS::Cluster"),
    (REVISION, "AWS::ECS::TaskDefinition"),
    (SERVICE, "AWS::ECS::Service"),
];

/// The AWS kind of a kind: for a test kind its twin, for any other kind the kind itself.
pub fn twin(kind: &str) -> &str {
    let twin = TWINS.iter().find(|(test, _)| *test == kind);
    twin.map_or(kind, |(_, twin)| twin)
}

/// The operations of a kind.
///
/// # Panics
/// The table has no row for it.
pub fn of(kind: &str) -> &'static Operations {
    let twin = twin(kind);
    let row = OPERATIONS.iter().find(|row| row.kind == twin);
    row.unwrap_or_else(|| panic!("operations.rs has no row for {kind}"))
}

impl Operations {
    /// The operation that changes these properties: that of the first property with an operation of its own.
    pub fn changing(&self, properties: &[String]) -> &'static str {
        let own = |name: &String| self.also.iter().find(|(property, _)| property == name);
        properties
            .iter()
            .find_map(own)
            .map_or(self.update, |(_, operation)| operation)
    }
}

const ELB_TAGS: (&str, &str) = ("Tags", "elasticloadbalancing:AddTags");
const EC2_TAGS: (&str, &str) = ("Tags", "ec2:CreateTags");

#[rustfmt::skip]
const OPERATIONS: &[Operations] = &[
    row("AWS::ApplicationAutoScaling::ScalableTarget", ["application-autoscaling:RegisterScalableTarget", "application-autoscaling:RegisterScalableTarget", "application-autoscaling:DeregisterScalableTarget", "application-autoscaling:DescribeScalableTargets"], &[("ScheduledActions", "application-autoscaling:PutScheduledAction"), ("Tags", "application-autoscaling:TagResource")]),
    row("AWS::ApplicationAutoScaling::ScalingPolicy", ["application-autoscaling:PutScalingPolicy", "application-autoscaling:PutScalingPolicy", "application-autoscaling:DeleteScalingPolicy", "application-autoscaling:DescribeScalingPolicies"], &[]),
    row("AWS::AutoScaling::AutoScalingGroup", ["autoscaling:CreateAutoScalingGroup", "autoscaling:UpdateAutoScalingGroup", "autoscaling:DeleteAutoScalingGroup", "autoscaling:DescribeAutoScalingGroups"], &[("Tags", "autoscaling:CreateOrUpdateTags"), ("LifecycleHookSpecificationList", "autoscaling:PutLifecycleHook")]),
    row("AWS::EC2::EIP", ["ec2:AllocateAddress", "ec2:AssociateAddress", "ec2:ReleaseAddress", "ec2:DescribeAddresses"], &[EC2_TAGS]),
    row("AWS::EC2::InternetGateway", ["ec2:CreateInternetGateway", "ec2:CreateTags", "ec2:DeleteInternetGateway", "ec2:DescribeInternetGateways"], &[]),
    row("AWS::EC2::LaunchTemplate", ["ec2:CreateLaunchTemplate", "ec2:CreateLaunchTemplateVersion", "ec2:DeleteLaunchTemplate", "ec2:DescribeLaunchTemplateVersions"], &[("TagSpecifications", "ec2:CreateTags")]),
    row("AWS::EC2::NatGateway", ["ec2:CreateNatGateway", "ec2:AssociateNatGatewayAddress", "ec2:DeleteNatGateway", "ec2:DescribeNatGateways"], &[EC2_TAGS]),
    row("AWS::EC2::Route", ["ec2:CreateRoute", "ec2:ReplaceRoute", "ec2:DeleteRoute", "ec2:DescribeRouteTables"], &[]),
    row("AWS::EC2::RouteTable", ["ec2:CreateRouteTable", "ec2:CreateTags", "ec2:DeleteRouteTable", "ec2:DescribeRouteTables"], &[]),
    row("AWS::EC2::SecurityGroup", ["ec2:CreateSecurityGroup", "ec2:AuthorizeSecurityGroupIngress", "ec2:DeleteSecurityGroup", "ec2:DescribeSecurityGroups"], &[("SecurityGroupEgress", "ec2:AuthorizeSecurityGroupEgress"), EC2_TAGS]),
    row("AWS::EC2::SecurityGroupEgress", ["ec2:AuthorizeSecurityGroupEgress", "ec2:UpdateSecurityGroupRuleDescriptionsEgress", "ec2:RevokeSecurityGroupEgress", "ec2:DescribeSecurityGroupRules"], &[]),
    row("AWS::EC2::SecurityGroupIngress", ["ec2:AuthorizeSecurityGroupIngress", "ec2:UpdateSecurityGroupRuleDescriptionsIngress", "ec2:RevokeSecurityGroupIngress", "ec2:DescribeSecurityGroupRules"], &[]),
    row("AWS::EC2::Subnet", ["ec2:CreateSubnet", "ec2:ModifySubnetAttribute", "ec2:DeleteSubnet", "ec2:DescribeSubnets"], &[EC2_TAGS]),
    row("AWS::EC2::SubnetRouteTableAssociation", ["ec2:AssociateRouteTable", "ec2:ReplaceRouteTableAssociation", "ec2:DisassociateRouteTable", "ec2:DescribeRouteTables"], &[]),
    row("AWS::EC2::VPC", ["ec2:CreateVpc", "ec2:ModifyVpcAttribute", "ec2:DeleteVpc", "ec2:DescribeVpcs"], &[("InstanceTenancy", "ec2:ModifyVpcTenancy"), EC2_TAGS]),
    row("AWS::EC2::VPCEndpoint", ["ec2:CreateVpcEndpoint", "ec2:ModifyVpcEndpoint", "ec2:DeleteVpcEndpoints", "ec2:DescribeVpcEndpoints"], &[EC2_TAGS]),
    row("AWS::EC2::VPCGatewayAttachment", ["ec2:AttachInternetGateway", "ec2:AttachInternetGateway", "ec2:DetachInternetGateway", "ec2:DescribeInternetGateways"], &[]),
    row("AWS::ECS::CapacityProvider", ["ecs:CreateCapacityProvider", "ecs:UpdateCapacityProvider", "ecs:DeleteCapacityProvider", "ecs:DescribeCapacityProviders"], &[("Tags", "ecs:TagResource")]),
    row("AWS::ECS::Cluster", ["ecs:CreateCluster", "ecs:UpdateCluster", "ecs:DeleteCluster", "ecs:DescribeClusters"], &[("CapacityProviders", "ecs:PutClusterCapacityProviders"), ("DefaultCapacityProviderStrategy", "ecs:PutClusterCapacityProviders"), ("Tags", "ecs:TagResource")]),
    row("AWS::ECS::ClusterCapacityProviderAssociations", ["ecs:PutClusterCapacityProviders", "ecs:PutClusterCapacityProviders", "ecs:PutClusterCapacityProviders", "ecs:DescribeClusters"], &[]),
    row("AWS::ECS::Service", ["ecs:CreateService", "ecs:UpdateService", "ecs:DeleteService", "ecs:DescribeServices"], &[("Tags", "ecs:TagResource")]),
    row("AWS::ECS::TaskDefinition", ["ecs:RegisterTaskDefinition", "ecs:TagResource", "ecs:DeregisterTaskDefinition", "ecs:DescribeTaskDefinition"], &[]),
    row("AWS::ElasticLoadBalancingV2::Listener", ["elasticloadbalancing:CreateListener", "elasticloadbalancing:ModifyListener", "elasticloadbalancing:DeleteListener", "elasticloadbalancing:DescribeListeners"], &[("ListenerAttributes", "elasticloadbalancing:ModifyListenerAttributes"), ELB_TAGS]),
    row("AWS::ElasticLoadBalancingV2::ListenerRule", ["elasticloadbalancing:CreateRule", "elasticloadbalancing:ModifyRule", "elasticloadbalancing:DeleteRule", "elasticloadbalancing:DescribeRules"], &[("Priority", "elasticloadbalancing:SetRulePriorities"), ELB_TAGS]),
    row("AWS::ElasticLoadBalancingV2::LoadBalancer", ["elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:ModifyLoadBalancerAttributes", "elasticloadbalancing:DeleteLoadBalancer", "elasticloadbalancing:DescribeLoadBalancers"], &[("SecurityGroups", "elasticloadbalancing:SetSecurityGroups"), ("Subnets", "elasticloadbalancing:SetSubnets"), ("SubnetMappings", "elasticloadbalancing:SetSubnets"), ("IpAddressType", "elasticloadbalancing:SetIpAddressType"), ELB_TAGS]),
    row("AWS::ElasticLoadBalancingV2::TargetGroup", ["elasticloadbalancing:CreateTargetGroup", "elasticloadbalancing:ModifyTargetGroup", "elasticloadbalancing:DeleteTargetGroup", "elasticloadbalancing:DescribeTargetGroups"], &[("TargetGroupAttributes", "elasticloadbalancing:ModifyTargetGroupAttributes"), ("Targets", "elasticloadbalancing:RegisterTargets"), ELB_TAGS]),
    row("AWS::IAM::InstanceProfile", ["iam:CreateInstanceProfile", "iam:AddRoleToInstanceProfile", "iam:DeleteInstanceProfile", "iam:GetInstanceProfile"], &[]),
    row("AWS::IAM::ManagedPolicy", ["iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:GetPolicy"], &[("Roles", "iam:AttachRolePolicy")]),
    row("AWS::IAM::Role", ["iam:CreateRole", "iam:UpdateRole", "iam:DeleteRole", "iam:GetRole"], &[("AssumeRolePolicyDocument", "iam:UpdateAssumeRolePolicy"), ("ManagedPolicyArns", "iam:AttachRolePolicy"), ("Policies", "iam:PutRolePolicy"), ("PermissionsBoundary", "iam:PutRolePermissionsBoundary"), ("Tags", "iam:TagRole")]),
    row("AWS::IAM::RolePolicy", ["iam:PutRolePolicy", "iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:GetRolePolicy"], &[]),
    row("AWS::Logs::LogGroup", ["logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:DeleteLogGroup", "logs:DescribeLogGroups"], &[("KmsKeyId", "logs:AssociateKmsKey"), ("Tags", "logs:TagResource")]),
    row("AWS::SecretsManager::Secret", ["secretsmanager:CreateSecret", "secretsmanager:UpdateSecret", "secretsmanager:DeleteSecret", "secretsmanager:DescribeSecret"], &[("SecretString", "secretsmanager:PutSecretValue"), ("Tags", "secretsmanager:TagResource")]),
    row("AWS::ServiceDiscovery::HttpNamespace", ["servicediscovery:CreateHttpNamespace", "servicediscovery:UpdateHttpNamespace", "servicediscovery:DeleteNamespace", "servicediscovery:GetNamespace"], &[("Tags", "servicediscovery:TagResource")]),
    row("AWS::ServiceDiscovery::PrivateDnsNamespace", ["servicediscovery:CreatePrivateDnsNamespace", "servicediscovery:UpdatePrivateDnsNamespace", "servicediscovery:DeleteNamespace", "servicediscovery:GetNamespace"], &[("Tags", "servicediscovery:TagResource")]),
    row("AWS::ServiceDiscovery::Service", ["servicediscovery:CreateService", "servicediscovery:UpdateService", "servicediscovery:DeleteService", "servicediscovery:GetService"], &[("Tags", "servicediscovery:TagResource")]),
];

#[cfg(test)]
mod tests {
    use super::super::samples::catalogue;
    use super::*;

    #[test]
    fn every_kind_of_the_catalogue_has_its_operations() {
        for sampled in catalogue() {
            assert_eq!(of(sampled.schema.kind).kind, sampled.schema.kind);
        }
    }

    #[test]
    fn a_property_with_an_operation_of_its_own_is_changed_by_it() {
        let vpc = of("AWS::EC2::VPC");
        assert_eq!(vpc.changing(&["Tags".to_owned()]), "ec2:CreateTags");
        let dns = ["EnableDnsHostnames".to_owned()];
        assert_eq!(vpc.changing(&dns), "ec2:ModifyVpcAttribute");
    }
}
