//! The enumerations of Amazon ECS's API. Not here: blocks, whose tables stand beside their kinds.

use crate::table::words;

words! { aws_sdk_ecs::types {
    AcceleratorManufacturer, AcceleratorName, AcceleratorType, ApplicationProtocol, AssignPublicIp,
    AutoRepairActionsStatus, AvailabilityZoneRebalancing, BareMetal, BurstablePerformance, CapacityOptionType,
    CapacityReservationPreference, ClusterSettingName, Compatibility, ContainerCondition, CpuArchitecture,
    CpuManufacturer, DeploymentControllerType, DeploymentLifecycleHookStage, DeploymentStrategy,
    DeviceCgroupPermission, EbsResourceType, EfsAuthorizationConfigIam, EfsTransitEncryption,
    EnvironmentFileType, ExecuteCommandLogging, FirelensConfigurationType, InstanceGeneration, IpcMode,
    LaunchType, LocalStorage, LocalStorageType, LogDriver, ManagedDraining, ManagedInstancesMonitoringOptions,
    ManagedScalingStatus, ManagedTerminationProtection, NetworkMode, OsFamily, PidMode,
    PlacementConstraintType, PlacementStrategyType, PropagateMiTags, PropagateTags, ProxyConfigurationType,
    ResourceType, SchedulingStrategy, Scope, ServiceConnectAccessLoggingFormat,
    ServiceConnectIncludeQueryParameters, TaskDefinitionPlacementConstraintType, TaskFilesystemType,
    TransportProtocol, UlimitName, VersionConsistency,
} }
