//! The enumerations of Amazon EC2's API that only launch templates and instance requirements use. `ec2::words` has the enumerations that other kinds share.

use crate::table::words;

words! { aws_sdk_ec2::types {
    AcceleratorManufacturer, AcceleratorName, AcceleratorType, AmdSevSnpSpecification, BareMetal,
    BurstablePerformance, CapacityReservationPreference, CpuManufacturer, InstanceBandwidthWeighting,
    InstanceGeneration, InstanceInterruptionBehavior, InstanceType, LaunchTemplateAutoRecoveryState,
    LaunchTemplateHttpTokensState, LaunchTemplateInstanceMetadataEndpointState,
    LaunchTemplateInstanceMetadataProtocolIpv6, LaunchTemplateInstanceMetadataTagsState, LocalStorage,
    LocalStorageType, MarketType, NestedVirtualizationSpecification, ResourceType, ShutdownBehavior, SpotInstanceType,
    VolumeType,
} }
