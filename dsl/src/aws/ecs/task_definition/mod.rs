//! `AWS::ECS::TaskDefinition`: what a task runs: containers, their size, network and roles.
//!
//! What surprises people: A revision never changes, so every change except one of tags registers a new revision of the same family, and Windlass then
//! moves services to it. Old revisions are history for a rollback and cost nothing, so Windlass keeps the last ten, and never deregisters the newest
//! one before another one runs. CPU and memory are numbers written as texts. ECS fills in defaults (a host port, `essential`, empty lists) that say
//! nothing about the author's intent.
//!
//! Not here: running it, which a service or a task does. Reference:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-taskdefinition.html>

mod check;
mod container;
mod environment;
mod fargate_size;
mod image;
mod linux;
mod logging;
mod port;
mod samples;
mod volume;

pub use container::{
    Container, ContainerCondition, ContainerDependency, ContainerDependencyResolved,
    ContainerHealthCheck, ContainerHealthCheckResolved, ContainerResolved, HostEntry,
    HostEntryResolved, MountPoint, MountPointResolved, NvidiaMpsAllocation,
    NvidiaMpsAllocationResolved, RepositoryCredentials, RepositoryCredentialsResolved,
    ResourceAmount, ResourceAmountResolved, ResourceRequirement, ResourceRequirementResolved,
    ResourceType, RestartPolicy, RestartPolicyResolved, SharingStrategy, SharingStrategyResolved,
    VersionConsistency, VolumeFrom, VolumeFromResolved,
};
pub use environment::{
    ContainerSecret, ContainerSecretResolved, EnvironmentFile, EnvironmentFileResolved,
    EnvironmentFileType, EnvironmentValue, EnvironmentVariable, EnvironmentVariableResolved,
    SecretOrigin, SecretPart,
};
pub use fargate_size::{FargateSize, TaskCpu, TaskMemory, UnsoldFargateSize};
pub use image::{Image, ImageError};
pub use linux::{
    Device, DevicePermission, DeviceResolved, KernelCapabilities, KernelCapabilitiesResolved,
    LinuxParameters, LinuxParametersResolved, SystemControl, SystemControlResolved, Tmpfs,
    TmpfsResolved, Ulimit, UlimitName, UlimitResolved,
};
pub use logging::{
    FirelensConfiguration, FirelensConfigurationResolved, FirelensType, LogConfiguration,
    LogConfigurationResolved, LogDriver,
};
pub use port::{
    AppProtocol, ContainerPort, ExposedPort, Listens, ListensResolved, NamedPort, PortMapping,
    PortMappingResolved, TransportProtocol,
};
pub use volume::{
    DockerVolumeConfiguration, DockerVolumeConfigurationResolved, DockerVolumeScope,
    EfsAuthorizationConfig, EfsAuthorizationConfigResolved, EfsVolumeConfiguration,
    EfsVolumeConfigurationResolved, FsxAuthorizationConfig, FsxAuthorizationConfigResolved,
    FsxWindowsFileServerVolumeConfiguration, FsxWindowsFileServerVolumeConfigurationResolved,
    HostVolume, HostVolumeResolved, S3FilesVolumeConfiguration, S3FilesVolumeConfigurationResolved,
    Volume, VolumeResolved, VolumeSource, VolumeSourceResolved, VolumeToggle,
};

use windlass_derive::{Block, Resource};

use super::TaskDefinitionArn;
use crate::aws::iam::principal::EcsTasks;
use crate::aws::iam::{RoleArn, RoleFor};
use crate::value::{Input, IntoInput, Tags};

crate::text_enum! {
    /// The network mode of a task's containers.
    pub enum NetworkMode {
        /// The task has a network interface of its own. Fargate has only this mode.
        Awsvpc = "awsvpc",
        /// Docker's virtual network on the instance. AWS's default for Linux on EC2.
        Bridge = "bridge",
        /// The instance's own network.
        Host = "host",
        /// No network.
        None = "none",
    }
    /// A platform that tasks must be able to run on. AWS refuses a task definition that cannot.
    pub enum Compatibility {
        Fargate = "FARGATE",
        /// EC2 instances of your own.
        Ec2 = "EC2",
        /// Machines outside AWS.
        External = "EXTERNAL",
        /// Instances that ECS manages.
        ManagedInstances = "MANAGED_INSTANCES",
    }
    /// The inter-process communication (IPC) namespace that the containers share.
    pub enum IpcMode {
        /// The namespace of the host.
        Host = "host",
        /// One namespace for the task.
        Task = "task",
        /// No sharing.
        None = "none",
    }
    /// The process (PID) namespace of the containers.
    pub enum PidMode {
        /// The namespace of the host.
        Host = "host",
        /// One namespace for the task.
        Task = "task",
    }
    /// Where tasks may be placed.
    pub enum TaskPlacementConstraintType {
        /// On instances that an expression describes.
        MemberOf = "memberOf",
    }
    /// What a proxy configuration is for.
    pub enum ProxyType {
        /// AWS App Mesh.
        AppMesh = "APPMESH",
    }
    /// The processor architecture.
    pub enum CpuArchitecture {
        /// Intel and AMD.
        X86_64 = "X86_64",
        /// Arm: Graviton.
        Arm64 = "ARM64",
    }
    /// The operating system.
    pub enum OperatingSystemFamily {
        Linux = "LINUX",
        WindowsServer2016Full = "WINDOWS_SERVER_2016_FULL",
        WindowsServer2019Full = "WINDOWS_SERVER_2019_FULL",
        WindowsServer2019Core = "WINDOWS_SERVER_2019_CORE",
        WindowsServer2004Core = "WINDOWS_SERVER_2004_CORE",
        /// Windows Server 20H2, core.
        WindowsServer20H2Core = "WINDOWS_SERVER_20H2_CORE",
        WindowsServer2022Full = "WINDOWS_SERVER_2022_FULL",
        WindowsServer2022Core = "WINDOWS_SERVER_2022_CORE",
        WindowsServer2025Full = "WINDOWS_SERVER_2025_FULL",
        WindowsServer2025Core = "WINDOWS_SERVER_2025_CORE",
    }
}

/// What a task runs.
///
/// ```
/// use windlass::aws::ecs::{Container, TaskDefinition};
/// use windlass::request::Request;
/// use windlass::resource::Declare;
/// use windlass::stack::Stack;
///
/// let document = Stack::test("shop", |cx| {
///     let mut app = Container::new("app", windlass::image!("public.ecr.aws/nginx/nginx:1.27"));
///     app.port(80);
///     let task = TaskDefinition::fargate(windlass::fargate!(cpu: 256, memory: 512)).container(app).declare(cx, "task-definition");
///     cx.output("runs", task.arn().text());
///     Ok(())
/// }, Request::offline("us-east-1"));
/// assert!(document.problems.is_empty());
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::ECS::TaskDefinition",
    id = "TaskDefinitionArn",
    outputs(arn: TaskDefinitionArn = "TaskDefinitionArn"),
    kept = 10,
    no_new
)]
pub struct TaskDefinition {
    /// The name that all revisions have in common, up to 255 letters, digits, `-` and `_`.
    #[field(replaces, physical_name(max = 255, also = "_"))]
    pub family: Option<Input<String>>,
    /// The containers, at least one of them essential.
    #[field(replaces, keyed("Name"), no_setter)]
    pub container_definitions: Vec<Container>,
    /// The CPU units of a task; 1024 units are one virtual processor. Fargate requires it, and takes only certain values.
    #[field(replaces)]
    pub cpu: Option<Input<TaskCpu>>,
    /// The memory of a task, in MiB. Fargate requires it, and takes only values that fit the CPU.
    #[field(replaces)]
    pub memory: Option<Input<TaskMemory>>,
    /// The network mode of the containers. AWS's default is `bridge` on Linux.
    #[field(replaces)]
    pub network_mode: Option<Input<NetworkMode>>,
    /// The platforms that tasks must be able to run on.
    #[field(replaces, set)]
    pub requires_compatibilities: Vec<Input<Compatibility>>,
    /// The role with which ECS pulls images, writes logs and reads secrets for the task.
    #[field(replaces, takes(RoleFor<EcsTasks>))]
    pub execution_role_arn: Option<Input<RoleArn<EcsTasks>>>,
    /// The task role, for the containers' own code.
    #[field(replaces, takes(RoleFor<EcsTasks>))]
    pub task_role_arn: Option<Input<RoleArn<EcsTasks>>>,
    /// Operating system and processor. AWS's default is Linux on x86.
    #[field(replaces)]
    pub runtime_platform: Option<RuntimePlatform>,
    /// The ephemeral disk of a task, on Fargate.
    #[field(replaces)]
    pub ephemeral_storage: Option<EphemeralStorage>,
    /// Volumes that containers can mount.
    #[field(replaces, keyed("Name"))]
    pub volumes: Vec<Volume>,
    /// The inter-process communication (IPC) namespace that the containers share. Not on Fargate or Windows.
    #[field(replaces)]
    pub ipc_mode: Option<Input<IpcMode>>,
    /// The process (PID) namespace of the containers. On Fargate only `task`.
    #[field(replaces)]
    pub pid_mode: Option<Input<PidMode>>,
    /// Where tasks may be placed, at most 10. Not on Fargate.
    #[field(replaces, keyed("Expression"))]
    pub placement_constraints: Vec<TaskPlacementConstraint>,
    /// The proxy container of AWS App Mesh.
    #[field(replaces)]
    pub proxy_configuration: Option<ProxyConfiguration>,
    /// Elastic Inference accelerators. AWS no longer offers them to new users.
    #[field(replaces, keyed("DeviceName"))]
    pub inference_accelerators: Vec<InferenceAccelerator>,
    /// Whether AWS Fault Injection Service may act on tasks. AWS's default is `false`.
    #[field(replaces, removal_default("false"))]
    pub enable_fault_injection: Option<Input<bool>>,
    #[field(in_place)]
    pub tags: Tags,
}

/// Operating system and processor.
#[derive(Debug, Clone, Block)]
pub struct RuntimePlatform {
    /// The processor. AWS's default is `X86_64`.
    #[field(removal_default("\"X86_64\""))]
    pub cpu_architecture: Option<Input<CpuArchitecture>>,
    /// The operating system. AWS's default is `LINUX`.
    #[field(removal_default("\"LINUX\""))]
    pub operating_system_family: Option<Input<OperatingSystemFamily>>,
}

/// The ephemeral disk of a task.
#[derive(Debug, Clone, Block)]
pub struct EphemeralStorage {
    /// The size in GiB, 21 to 200. Without this block the disk has 20.
    #[field(name = "SizeInGiB")]
    pub size_in_gib: Input<u32>,
}

/// Where tasks may be placed.
#[derive(Debug, Clone, Block)]
pub struct TaskPlacementConstraint {
    /// The type of the constraint.
    #[field(name = "Type")]
    pub constraint_type: Input<TaskPlacementConstraintType>,
    /// A cluster query, such as `attribute:ecs.instance-type =~ g5.*`.
    pub expression: Option<Input<String>>,
}

impl TaskPlacementConstraint {
    /// On instances that a cluster query describes.
    #[must_use]
    pub fn member_of(query: impl IntoInput<String>) -> Self {
        Self::new(TaskPlacementConstraintType::MemberOf).expression(query)
    }
}

/// The proxy container of AWS App Mesh.
#[derive(Debug, Clone, Block)]
pub struct ProxyConfiguration {
    pub container_name: Input<String>,
    /// Settings of the proxy, such as `IgnoredUID` and `AppPorts`.
    #[field(keyed("Name"))]
    pub proxy_configuration_properties: Vec<EnvironmentVariable>,
    /// The type of the proxy. AWS's default is `APPMESH`.
    #[field(name = "Type", removal_default("\"APPMESH\""))]
    pub proxy_type: Option<Input<ProxyType>>,
}

/// An Elastic Inference accelerator.
#[derive(Debug, Clone, Block)]
pub struct InferenceAccelerator {
    /// The name that a container's resource requirement refers to.
    pub device_name: Input<String>,
    /// The type of the accelerator, such as `eia2.medium`.
    pub device_type: Input<String>,
}

impl TaskDefinition {
    /// A task definition for Fargate, in a size that AWS offers: `fargate!(cpu: 256, memory: 512)`.
    #[must_use]
    pub fn fargate(size: FargateSize) -> Self {
        Self::on(Compatibility::Fargate, NetworkMode::Awsvpc)
            .cpu(size.cpu())
            .memory(size.memory())
    }

    /// A task definition for EC2 instances.
    #[must_use]
    pub fn ec2(network_mode: NetworkMode) -> Self {
        Self::on(Compatibility::Ec2, network_mode)
    }

    /// A task definition for machines outside AWS.
    #[must_use]
    pub fn external(network_mode: NetworkMode) -> Self {
        Self::on(Compatibility::External, network_mode)
    }

    /// A task definition for the given platform.
    #[must_use]
    pub fn on(compatibility: Compatibility, network_mode: NetworkMode) -> Self {
        Self {
            requires_compatibilities: vec![compatibility.into()],
            network_mode: Some(network_mode.into()),
            ..Self::empty()
        }
    }

    /// A task definition that does not state its platform. AWS's network mode is then `bridge` on Linux.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            family: None,
            container_definitions: Vec::new(),
            cpu: None,
            memory: None,
            network_mode: None,
            requires_compatibilities: Vec::new(),
            execution_role_arn: None,
            task_role_arn: None,
            runtime_platform: None,
            ephemeral_storage: None,
            volumes: Vec::new(),
            ipc_mode: None,
            pid_mode: None,
            placement_constraints: Vec::new(),
            proxy_configuration: None,
            inference_accelerators: Vec::new(),
            enable_fault_injection: None,
            tags: Tags::default(),
        }
    }

    /// Adds a container.
    #[must_use]
    pub fn container(mut self, container: Container) -> Self {
        self.container_definitions.push(container);
        self
    }

    /// Adds a volume.
    #[must_use]
    pub fn volume(mut self, volume: Volume) -> Self {
        self.volumes.push(volume);
        self
    }

    /// Runs on Arm processors.
    #[must_use]
    pub fn arm64(self) -> Self {
        self.runtime_platform(
            RuntimePlatform::new()
                .cpu_architecture(CpuArchitecture::Arm64)
                .operating_system_family(OperatingSystemFamily::Linux),
        )
    }
}
