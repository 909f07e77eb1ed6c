//! The blocks of a capacity provider. Creates, updates and answers have different types for the outermost blocks.

use crate::ecs::last_part;
use crate::table::tables;

tables! { windlass::aws::ecs => aws_sdk_ecs;
    AutoScalingGroupProvider;
    ManagedScaling;
    InfrastructureOptimization;
    AutoRepairConfiguration;
    InstanceLaunchTemplate;
    InstanceNetworkConfiguration => ManagedInstancesNetworkConfiguration;
    CapacityReservations => CapacityReservationRequest;
    LocalStorageConfiguration => ManagedInstancesLocalStorageConfiguration;
    InstanceStorageConfiguration => ManagedInstancesStorageConfiguration;
    InstanceRequirements => InstanceRequirementsRequest;
    UnitRange => AcceleratorCountRequest;
    UnitRange => AcceleratorTotalMemoryMiBRequest;
    UnitRange => BaselineEbsBandwidthMbpsRequest;
    UnitRange => NetworkInterfaceCountRequest;
    UnitRangeFrom => MemoryMiBRequest;
    UnitRangeFrom => VCpuCountRangeRequest;
    GibRange => MemoryGiBPerVCpuRequest;
    GibRange => NetworkBandwidthGbpsRequest;
    GibRange => TotalLocalStorageGbRequest;
    AutoScalingGroupProvider => AutoScalingGroupProviderUpdate | _ { "AutoScalingGroupArn" not sent; }
    InstanceLaunchTemplate => InstanceLaunchTemplateUpdate | _ { "CapacityOptionType" not sent; "FipsEnabled" not sent; }
    ManagedInstancesProvider => CreateManagedInstancesProviderConfiguration | ManagedInstancesProvider;
    ManagedInstancesProvider => UpdateManagedInstancesProviderConfiguration | _;
    CapacityProvider => create_capacity_provider | CapacityProvider { "ClusterName" sent as cluster, shown by cluster; }
}

/// The cluster's name. AWS answers with the cluster's ARN.
fn cluster(provider: &aws_sdk_ecs::types::CapacityProvider) -> Option<&str> {
    provider.cluster.as_deref().map(last_part)
}
