//! The enumerations of Amazon ECS's API. Not here: blocks, whose tables are in the files of their kinds.

use crate::table::words;

words! { aws_sdk_ecs::types {
    AcceleratorManufacturer, AcceleratorName, AcceleratorType, AccessType, ApplicationProtocol, AssignPublicIp,
    AutoRepairActionsStatus, AvailabilityZoneRebalancing, BareMetal, BurstablePerformance, CapacityOptionType,
    CapacityReservationPreference, ClusterSettingName, Compatibility, ContainerCondition, CpuArchitecture,
    CpuManufacturer, DeploymentControllerType, DeploymentLifecycleHookAction, DeploymentLifecycleHookStage,
    DeploymentLifecycleHookTargetType, DeploymentStrategy, DeviceCgroupPermission, EbsResourceType,
    EfsAuthorizationConfigIam, EfsTransitEncryption, EnvironmentFileType, ExecuteCommandLogging,
    FirelensConfigurationType, GatewayConnectorHealthCheckProtocol, InstanceGeneration, IpcMode, LaunchType,
    LocalStorage, LocalStorageType, LogDriver, ManagedDraining, ManagedInstancesMonitoringOptions,
    ManagedScalingStatus, ManagedTerminationProtection, NetworkMode, OsFamily, PidMode, PlacementConstraintType,
    PlacementStrategyType, PropagateMiTags, PropagateTags, ProxyConfigurationType, ResourceType,
    SchedulingStrategy, Scope, ServiceConnectAccessLoggingFormat, ServiceConnectContainerLogLevel,
    ServiceConnectIncludeQueryParameters, ServiceRevisionCleanup, TaskDefinitionPlacementConstraintType,
    TaskFilesystemType, ThresholdType, TransportProtocol, UlimitName, VersionConsistency,
} }
