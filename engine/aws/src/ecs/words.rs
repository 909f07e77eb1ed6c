//! The words and identifiers of Amazon ECS in both forms. Not here: blocks, whose tables stand beside their kinds.

use windlass::aws::autoscaling::AutoScalingGroupArn;
use windlass::aws::ec2::{SecurityGroupId, SubnetId};
use windlass::aws::ecs::{
    CapacityProviderName, ClusterName, EbsVolumeType, Image, Insights, PortName, TaskCpu,
    TaskDefinitionArn, TaskMemory,
};
use windlass::aws::elasticloadbalancingv2::{ListenerRuleArn, TargetGroupArn, TargetKind};
use windlass::aws::iam::{InstanceProfileArn, Principal, RoleArn};
use windlass::aws::logs::LogGroupName;
use windlass::aws::secretsmanager::SecretArn;
use windlass::aws::servicediscovery;

use super::form::{ToSdk, enumerations, identifiers};

enumerations! {
    AcceleratorManufacturer => AcceleratorManufacturer,
    AcceleratorName => AcceleratorName,
    AcceleratorType => AcceleratorType,
    AccessLogFormat => ServiceConnectAccessLoggingFormat,
    AppProtocol => ApplicationProtocol,
    AssignPublicIp => AssignPublicIp,
    AvailabilityZoneRebalancing => AvailabilityZoneRebalancing,
    CapacityOptionType => CapacityOptionType,
    ClusterSettingName => ClusterSettingName,
    Compatibility => Compatibility,
    ContainerCondition => ContainerCondition,
    CpuArchitecture => CpuArchitecture,
    CpuManufacturer => CpuManufacturer,
    DeploymentControllerType => DeploymentControllerType,
    DeploymentStrategy => DeploymentStrategy,
    DevicePermission => DeviceCgroupPermission,
    DockerVolumeScope => Scope,
    EbsResourceType => EbsResourceType,
    EnvironmentFileType => EnvironmentFileType,
    ExecuteCommandLogging => ExecuteCommandLogging,
    FilesystemType => TaskFilesystemType,
    FirelensType => FirelensConfigurationType,
    IncludeQueryParameters => ServiceConnectIncludeQueryParameters,
    Candidacy => BareMetal,
    Candidacy => BurstablePerformance,
    Candidacy => LocalStorage,
    InstanceGeneration => InstanceGeneration,
    InstanceMonitoring => ManagedInstancesMonitoringOptions,
    IpcMode => IpcMode,
    LaunchType => LaunchType,
    LifecycleStage => DeploymentLifecycleHookStage,
    LocalStorageType => LocalStorageType,
    LogDriver => LogDriver,
    NetworkMode => NetworkMode,
    OperatingSystemFamily => OsFamily,
    PidMode => PidMode,
    PlacementConstraintType => PlacementConstraintType,
    PlacementStrategyType => PlacementStrategyType,
    PropagateInstanceTags => PropagateMiTags,
    PropagateTags => PropagateTags,
    ProxyType => ProxyConfigurationType,
    ReservationPreference => CapacityReservationPreference,
    ResourceType => ResourceType,
    SchedulingStrategy => SchedulingStrategy,
    TaskPlacementConstraintType => TaskDefinitionPlacementConstraintType,
    Toggle => AutoRepairActionsStatus,
    Toggle => ManagedDraining,
    Toggle => ManagedScalingStatus,
    Toggle => ManagedTerminationProtection,
    TransportProtocol => TransportProtocol,
    UlimitName => UlimitName,
    VersionConsistency => VersionConsistency,
    VolumeToggle => EfsAuthorizationConfigIam,
    VolumeToggle => EfsTransitEncryption,
}

identifiers!(
    AutoScalingGroupArn,
    CapacityProviderName,
    ClusterName,
    EbsVolumeType,
    Image,
    Insights,
    InstanceProfileArn,
    ListenerRuleArn,
    LogGroupName,
    PortName,
    SecretArn,
    SecurityGroupId,
    SubnetId,
    TaskDefinitionArn,
    servicediscovery::NamespaceArn,
    servicediscovery::ServiceArn,
);

impl<P: Principal> ToSdk<String> for RoleArn<P> {
    fn to_sdk(&self) -> Option<String> {
        Some(self.as_str().to_owned())
    }
}

impl<T: TargetKind> ToSdk<String> for TargetGroupArn<T> {
    fn to_sdk(&self) -> Option<String> {
        Some(self.as_str().to_owned())
    }
}

impl ToSdk<String> for TaskCpu {
    fn to_sdk(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl ToSdk<String> for TaskMemory {
    fn to_sdk(&self) -> Option<String> {
        Some(self.to_string())
    }
}
