//! The blocks of a capacity provider in both forms. Creates, updates and answers have types of their own for the outermost ones.

use aws_sdk_ecs::types::{
    AutoScalingGroupProviderUpdate, CreateManagedInstancesProviderConfiguration,
    InstanceLaunchTemplate, InstanceLaunchTemplateUpdate, ManagedInstancesProvider,
    UpdateManagedInstancesProviderConfiguration,
};
use windlass::aws::ecs::{
    AutoScalingGroupProviderResolved, InstanceLaunchTemplateResolved,
    ManagedInstancesProviderResolved,
};

use crate::ecs::form::{Shown, ToSdk, forms};
use crate::observed::Block;

forms! {
    AutoScalingGroupProviderResolved => AutoScalingGroupProvider (checked) {
        "AutoScalingGroupArn": auto_scaling_group_arn, set_auto_scaling_group_arn;
        "ManagedScaling": managed_scaling, set_managed_scaling;
        "ManagedTerminationProtection": managed_termination_protection, set_managed_termination_protection;
        "ManagedDraining": managed_draining, set_managed_draining;
    }
    ManagedScalingResolved => ManagedScaling {
        "Status": status, set_status;
        "TargetCapacity": target_capacity, set_target_capacity;
        "MinimumScalingStepSize": minimum_scaling_step_size, set_minimum_scaling_step_size;
        "MaximumScalingStepSize": maximum_scaling_step_size, set_maximum_scaling_step_size;
        "InstanceWarmupPeriod": instance_warmup_period, set_instance_warmup_period;
    }
    InfrastructureOptimizationResolved => InfrastructureOptimization {
        "ScaleInAfter": scale_in_after, set_scale_in_after;
    }
    AutoRepairConfigurationResolved => AutoRepairConfiguration {
        "ActionsStatus": actions_status, set_actions_status;
    }
    InstanceLaunchTemplateResolved => InstanceLaunchTemplate (checked) {
        "Ec2InstanceProfileArn": ec2_instance_profile_arn, set_ec2_instance_profile_arn;
        "NetworkConfiguration": network_configuration, set_network_configuration;
        "CapacityOptionType": capacity_option_type, set_capacity_option_type;
        "CapacityReservations": capacity_reservations, set_capacity_reservations;
        "FipsEnabled": fips_enabled, set_fips_enabled;
        "InstanceMetadataTagsPropagation": instance_metadata_tags_propagation, set_instance_metadata_tags_propagation;
        "InstanceRequirements": instance_requirements, set_instance_requirements;
        "LocalStorageConfiguration": local_storage_configuration, set_local_storage_configuration;
        "Monitoring": monitoring, set_monitoring;
        "StorageConfiguration": storage_configuration, set_storage_configuration;
    }
    InstanceNetworkConfigurationResolved => ManagedInstancesNetworkConfiguration {
        "Subnets": subnets, set_subnets;
        "SecurityGroups": security_groups, set_security_groups;
    }
    CapacityReservationsResolved => CapacityReservationRequest {
        "ReservationGroupArn": reservation_group_arn, set_reservation_group_arn;
        "ReservationPreference": reservation_preference, set_reservation_preference;
    }
    LocalStorageConfigurationResolved => ManagedInstancesLocalStorageConfiguration {
        "UseLocalStorage": use_local_storage, set_use_local_storage;
    }
    InstanceStorageConfigurationResolved => ManagedInstancesStorageConfiguration {
        "StorageSizeGiB": storage_size_gib, set_storage_size_gib;
    }
    InstanceRequirementsResolved => InstanceRequirementsRequest {
        "VCpuCount": v_cpu_count, set_v_cpu_count;
        "MemoryMiB": memory_mib, set_memory_mib;
        "AcceleratorCount": accelerator_count, set_accelerator_count;
        "AcceleratorManufacturers": accelerator_manufacturers, set_accelerator_manufacturers;
        "AcceleratorNames": accelerator_names, set_accelerator_names;
        "AcceleratorTotalMemoryMiB": accelerator_total_memory_mib, set_accelerator_total_memory_mib;
        "AcceleratorTypes": accelerator_types, set_accelerator_types;
        "AllowedInstanceTypes": allowed_instance_types, set_allowed_instance_types;
        "BareMetal": bare_metal, set_bare_metal;
        "BaselineEbsBandwidthMbps": baseline_ebs_bandwidth_mbps, set_baseline_ebs_bandwidth_mbps;
        "BurstablePerformance": burstable_performance, set_burstable_performance;
        "CpuManufacturers": cpu_manufacturers, set_cpu_manufacturers;
        "ExcludedInstanceTypes": excluded_instance_types, set_excluded_instance_types;
        "InstanceGenerations": instance_generations, set_instance_generations;
        "LocalStorage": local_storage, set_local_storage;
        "LocalStorageTypes": local_storage_types, set_local_storage_types;
        "MaxSpotPriceAsPercentageOfOptimalOnDemandPrice": max_spot_price_as_percentage_of_optimal_on_demand_price, set_max_spot_price_as_percentage_of_optimal_on_demand_price;
        "MemoryGiBPerVCpu": memory_gib_per_v_cpu, set_memory_gib_per_v_cpu;
        "NetworkBandwidthGbps": network_bandwidth_gbps, set_network_bandwidth_gbps;
        "NetworkInterfaceCount": network_interface_count, set_network_interface_count;
        "OnDemandMaxPricePercentageOverLowestPrice": on_demand_max_price_percentage_over_lowest_price, set_on_demand_max_price_percentage_over_lowest_price;
        "RequireHibernateSupport": require_hibernate_support, set_require_hibernate_support;
        "SpotMaxPricePercentageOverLowestPrice": spot_max_price_percentage_over_lowest_price, set_spot_max_price_percentage_over_lowest_price;
        "TotalLocalStorageGB": total_local_storage_gb, set_total_local_storage_gb;
    }
    UnitRangeResolved => AcceleratorCountRequest {
        "Min": min, set_min;
        "Max": max, set_max;
    }
    UnitRangeResolved => AcceleratorTotalMemoryMiBRequest {
        "Min": min, set_min;
        "Max": max, set_max;
    }
    UnitRangeResolved => BaselineEbsBandwidthMbpsRequest {
        "Min": min, set_min;
        "Max": max, set_max;
    }
    UnitRangeResolved => NetworkInterfaceCountRequest {
        "Min": min, set_min;
        "Max": max, set_max;
    }
    UnitRangeFromResolved => MemoryMiBRequest (checked) {
        "Min": min, set_min;
        "Max": max, set_max;
    }
    UnitRangeFromResolved => VCpuCountRangeRequest (checked) {
        "Min": min, set_min;
        "Max": max, set_max;
    }
    GibRangeResolved => MemoryGiBPerVCpuRequest {
        "Min": min, set_min;
        "Max": max, set_max;
    }
    GibRangeResolved => NetworkBandwidthGbpsRequest {
        "Min": min, set_min;
        "Max": max, set_max;
    }
    GibRangeResolved => TotalLocalStorageGbRequest {
        "Min": min, set_min;
        "Max": max, set_max;
    }
}

impl ToSdk<AutoScalingGroupProviderUpdate> for AutoScalingGroupProviderResolved {
    fn to_sdk(&self) -> Option<AutoScalingGroupProviderUpdate> {
        let Self {
            auto_scaling_group_arn: _,
            managed_scaling,
            managed_termination_protection,
            managed_draining,
        } = self;
        let update = AutoScalingGroupProviderUpdate::builder()
            .set_managed_scaling(managed_scaling.to_sdk())
            .set_managed_termination_protection(managed_termination_protection.to_sdk())
            .set_managed_draining(managed_draining.to_sdk());
        Some(update.build())
    }
}

impl ToSdk<InstanceLaunchTemplateUpdate> for InstanceLaunchTemplateResolved {
    fn to_sdk(&self) -> Option<InstanceLaunchTemplateUpdate> {
        let Self {
            ec2_instance_profile_arn,
            network_configuration,
            capacity_option_type: _,
            capacity_reservations,
            fips_enabled: _,
            instance_metadata_tags_propagation,
            instance_requirements,
            local_storage_configuration,
            monitoring,
            storage_configuration,
        } = self;
        let update = InstanceLaunchTemplateUpdate::builder()
            .set_ec2_instance_profile_arn(ec2_instance_profile_arn.to_sdk())
            .set_network_configuration(network_configuration.to_sdk())
            .set_capacity_reservations(capacity_reservations.to_sdk())
            .set_instance_metadata_tags_propagation(*instance_metadata_tags_propagation)
            .set_instance_requirements(instance_requirements.to_sdk())
            .set_local_storage_configuration(local_storage_configuration.to_sdk())
            .set_monitoring(monitoring.to_sdk())
            .set_storage_configuration(storage_configuration.to_sdk());
        Some(update.build())
    }
}

/// The two requests differ in their types alone.
macro_rules! managed_instances {
    ($($request:ident: $template:ident),+) => {$(
        impl ToSdk<$request> for ManagedInstancesProviderResolved {
            fn to_sdk(&self) -> Option<$request> {
                let Self {
                    infrastructure_role_arn,
                    instance_launch_template,
                    propagate_tags,
                    infrastructure_optimization,
                    auto_repair_configuration,
                } = self;
                let template: Option<$template> = instance_launch_template.to_sdk();
                let request = $request::builder()
                    .set_infrastructure_role_arn(infrastructure_role_arn.to_sdk())
                    .set_instance_launch_template(template)
                    .set_propagate_tags(propagate_tags.to_sdk())
                    .set_infrastructure_optimization(infrastructure_optimization.to_sdk())
                    .set_auto_repair_configuration(auto_repair_configuration.to_sdk());
                Some(request.build().expect("the role is set"))
            }
        }
    )+};
}

managed_instances!(
    CreateManagedInstancesProviderConfiguration: InstanceLaunchTemplate,
    UpdateManagedInstancesProviderConfiguration: InstanceLaunchTemplateUpdate
);

impl Shown for ManagedInstancesProvider {
    fn shown(&self) -> Option<serde_json::Value> {
        let block = Block::new()
            .set(
                "InfrastructureRoleArn",
                self.infrastructure_role_arn.as_ref(),
            )
            .set(
                "InstanceLaunchTemplate",
                self.instance_launch_template.shown(),
            )
            .set("PropagateTags", self.propagate_tags.shown())
            .set(
                "InfrastructureOptimization",
                self.infrastructure_optimization.shown(),
            )
            .set(
                "AutoRepairConfiguration",
                self.auto_repair_configuration.shown(),
            );
        Some(block.into())
    }
}
