//! The blocks of a service in both forms: network, load balancing, registries, volumes and placement.

use aws_sdk_ecs::types::LoadBalancer;
use aws_sdk_ecs::types::builders::LoadBalancerBuilder;
use windlass::aws::ecs::BalancerResolved;

use crate::ecs::form::{ToSdk, forms};
use crate::observed::Block;

forms! {
    ServiceRegistryResolved => ServiceRegistry {
        "RegistryArn": registry_arn, set_registry_arn;
        "ContainerName": container_name, set_container_name;
        "ContainerPort": container_port, set_container_port;
        "Port": port, set_port;
    }
    VpcLatticeConfigurationResolved => VpcLatticeConfiguration (checked) {
        "RoleArn": role_arn, set_role_arn;
        "TargetGroupArn": target_group_arn, set_target_group_arn;
        "PortName": port_name, set_port_name;
    }
    PlacementConstraintResolved => PlacementConstraint {
        "Type": constraint_type as r#type, set_type;
        "Expression": expression, set_expression;
    }
    PlacementStrategyResolved => PlacementStrategy {
        "Type": strategy_type as r#type, set_type;
        "Field": field, set_field;
    }
    NetworkConfigurationResolved => NetworkConfiguration {
        "AwsvpcConfiguration": awsvpc_configuration, set_awsvpc_configuration;
    }
    AwsvpcConfigurationResolved => AwsVpcConfiguration (checked) {
        "Subnets": subnets, set_subnets, always;
        "SecurityGroups": security_groups, set_security_groups;
        "AssignPublicIp": assign_public_ip, set_assign_public_ip;
    }
    ServiceLoadBalancerResolved => LoadBalancer {
        "ContainerName": container_name, set_container_name;
        "ContainerPort": container_port, set_container_port;
        "AdvancedConfiguration": advanced_configuration, set_advanced_configuration;
        + by: put_by, see_by;
    }
    AdvancedConfigurationResolved => AdvancedConfiguration {
        "AlternateTargetGroupArn": alternate_target_group_arn, set_alternate_target_group_arn;
        "ProductionListenerRule": production_listener_rule, set_production_listener_rule;
        "TestListenerRule": test_listener_rule, set_test_listener_rule;
        "RoleArn": role_arn, set_role_arn;
    }
    ServiceVolumeConfigurationResolved => ServiceVolumeConfiguration (checked) {
        "Name": name, set_name;
        "ManagedEBSVolume": managed_ebs_volume, set_managed_ebs_volume;
    }
    ManagedEbsVolumeResolved => ServiceManagedEbsVolumeConfiguration (checked) {
        "RoleArn": role_arn, set_role_arn;
        "Encrypted": encrypted, set_encrypted;
        "FilesystemType": filesystem_type, set_filesystem_type;
        "Iops": iops, set_iops;
        "KmsKeyId": kms_key_id, set_kms_key_id;
        "SizeInGiB": size_in_gib, set_size_in_gib;
        "SnapshotId": snapshot_id, set_snapshot_id;
        "TagSpecifications": tag_specifications, set_tag_specifications;
        "Throughput": throughput, set_throughput;
        "VolumeInitializationRate": volume_initialization_rate, set_volume_initialization_rate;
        "VolumeType": volume_type, set_volume_type;
    }
    EbsTagSpecificationResolved => EbsTagSpecification (checked) {
        "ResourceType": resource_type, set_resource_type;
        "PropagateTags": propagate_tags, set_propagate_tags;
        "Tags": tags, set_tags;
    }
}

fn put_by(balancer: LoadBalancerBuilder, by: &BalancerResolved) -> LoadBalancerBuilder {
    match by {
        BalancerResolved::TargetGroupArn(arn) => balancer.set_target_group_arn(arn.to_sdk()),
        BalancerResolved::LoadBalancerName(name) => balancer.load_balancer_name(name),
    }
}

fn see_by(block: Block, balancer: &LoadBalancer) -> Block {
    block
        .set("TargetGroupArn", balancer.target_group_arn.as_ref())
        .set("LoadBalancerName", balancer.load_balancer_name.as_ref())
}
