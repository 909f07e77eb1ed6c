//! `AWS::ECS::TaskDefinition`: what runs: containers, their size, network and roles.
//!
//! What surprises people: a revision never changes, so every change but one of tags registers a new one of the same family, and
//! services are then moved to it; old revisions are history to roll back to, which costs nothing, so the last ten are kept and the newest
//! is never deregistered before another one runs; numbers of CPU and memory are texts; and ECS fills in defaults (a host port, `essential`,
//! empty lists) that say nothing about the author's intent.
//!
//! Not here: running it, which a service or a task does.
//! Reference: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-taskdefinition.html>

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
    HostEntryResolved, MountPoint, MountPointResolved, RepositoryCredentials,
    RepositoryCredentialsResolved, ResourceRequirement, ResourceRequirementResolved, ResourceType,
    RestartPolicy, RestartPolicyResolved, VersionConsistency, VolumeFrom, VolumeFromResolved,
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
    /// How containers are connected to the network.
    pub enum NetworkMode {
        /// The task has a network interface of its own. The only one on Fargate.
        Awsvpc = "awsvpc",
        /// Docker's virtual network on the instance. AWS's default for Linux on EC2.
        Bridge = "bridge",
        /// The instance's own network.
        Host = "host",
        /// No network.
        None = "none",
    }
    /// What a task definition must be able to run on. AWS refuses one that cannot.
    pub enum Compatibility {
        /// Fargate.
        Fargate = "FARGATE",
        /// Instances of one's own.
        Ec2 = "EC2",
        /// Machines outside AWS.
        External = "EXTERNAL",
        /// Instances that ECS manages.
        ManagedInstances = "MANAGED_INSTANCES",
    }
    /// Whose inter-process communication the containers share.
    pub enum IpcMode {
        /// The host's.
        Host = "host",
        /// That of the task.
        Task = "task",
        /// None.
        None = "none",
    }
    /// Whose processes the containers see.
    pub enum PidMode {
        /// The host's.
        Host = "host",
        /// Those of the task.
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
    /// The processor.
    pub enum CpuArchitecture {
        /// Intel and AMD.
        X86_64 = "X86_64",
        /// Arm: Graviton.
        Arm64 = "ARM64",
    }
    /// The operating system.
    pub enum OperatingSystemFamily {
        /// Linux.
        Linux = "LINUX",
        /// Windows Server 2016, full.
        WindowsServer2016Full = "WINDOWS_SERVER_2016_FULL",
        /// Windows Server 2019, full.
        WindowsServer2019Full = "WINDOWS_SERVER_2019_FULL",
        /// Windows Server 2019, core.
        WindowsServer2019Core = "WINDOWS_SERVER_2019_CORE",
        /// Windows Server 2004, core.
        WindowsServer2004Core = "WINDOWS_SERVER_2004_CORE",
        /// Windows Server 20H2, core.
        WindowsServer20H2Core = "WINDOWS_SERVER_20H2_CORE",
        /// Windows Server 2022, full.
        WindowsServer2022Full = "WINDOWS_SERVER_2022_FULL",
        /// Windows Server 2022, core.
        WindowsServer2022Core = "WINDOWS_SERVER_2022_CORE",
        /// Windows Server 2025, full.
        WindowsServer2025Full = "WINDOWS_SERVER_2025_FULL",
        /// Windows Server 2025, core.
        WindowsServer2025Core = "WINDOWS_SERVER_2025_CORE",
    }
}

/// What runs.
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
    /// The CPU units of a task; 1024 for one virtual processor. On Fargate required and one of a few.
    #[field(replaces)]
    pub cpu: Option<Input<TaskCpu>>,
    /// The memory of a task, in MiB. On Fargate required and fitting the CPU.
    #[field(replaces)]
    pub memory: Option<Input<TaskMemory>>,
    /// How containers are connected to the network. AWS's default is `bridge` on Linux.
    #[field(replaces)]
    pub network_mode: Option<Input<NetworkMode>>,
    /// What it must be able to run on.
    #[field(replaces, set)]
    pub requires_compatibilities: Vec<Input<Compatibility>>,
    /// The role with which ECS pulls images, writes logs and reads secrets for the task.
    #[field(replaces, takes(RoleFor<EcsTasks>))]
    pub execution_role_arn: Option<Input<RoleArn<EcsTasks>>>,
    /// The role that the containers' own code has.
    #[field(replaces, takes(RoleFor<EcsTasks>))]
    pub task_role_arn: Option<Input<RoleArn<EcsTasks>>>,
    /// Operating system and processor. AWS's default is Linux on x86.
    #[field(replaces)]
    pub runtime_platform: Option<RuntimePlatform>,
    /// The task's own disk, on Fargate.
    #[field(replaces)]
    pub ephemeral_storage: Option<EphemeralStorage>,
    /// What containers can mount.
    #[field(replaces, keyed("Name"))]
    pub volumes: Vec<Volume>,
    /// Whose inter-process communication the containers share. Not on Fargate or Windows.
    #[field(replaces)]
    pub ipc_mode: Option<Input<IpcMode>>,
    /// Whose processes the containers see. On Fargate only `task`.
    #[field(replaces)]
    pub pid_mode: Option<Input<PidMode>>,
    /// Where tasks may be placed, at most 10. Not on Fargate.
    #[field(replaces, keyed("Expression"))]
    pub placement_constraints: Vec<TaskPlacementConstraint>,
    /// The proxy container of AWS App Mesh.
    #[field(replaces)]
    pub proxy_configuration: Option<ProxyConfiguration>,
    /// Elastic Inference accelerators. AWS takes no new users of it.
    #[field(replaces, keyed("DeviceName"))]
    pub inference_accelerators: Vec<InferenceAccelerator>,
    /// Whether AWS Fault Injection Service may act on tasks. AWS's default is `false`.
    #[field(replaces, removal_default("false"))]
    pub enable_fault_injection: Option<Input<bool>>,
    /// Tags.
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

/// The task's own disk.
#[derive(Debug, Clone, Block)]
pub struct EphemeralStorage {
    /// Its size in GiB, 21 to 200; without the block it has 20.
    #[field(name = "SizeInGiB")]
    pub size_in_gib: Input<u32>,
}

/// Where tasks may be placed.
#[derive(Debug, Clone, Block)]
pub struct TaskPlacementConstraint {
    /// What sort of constraint it is.
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
    /// The container.
    pub container_name: Input<String>,
    /// Its settings, such as `IgnoredUID` and `AppPorts`.
    #[field(keyed("Name"))]
    pub proxy_configuration_properties: Vec<EnvironmentVariable>,
    /// What it is for. AWS's default is `APPMESH`.
    #[field(name = "Type", removal_default("\"APPMESH\""))]
    pub proxy_type: Option<Input<ProxyType>>,
}

/// An Elastic Inference accelerator.
#[derive(Debug, Clone, Block)]
pub struct InferenceAccelerator {
    /// The name that a container's resource requirement uses.
    pub device_name: Input<String>,
    /// Its type, such as `eia2.medium`.
    pub device_type: Input<String>,
}

impl TaskDefinition {
    /// For Fargate, in a size that AWS sells: `fargate!(cpu: 256, memory: 512)`.
    #[must_use]
    pub fn fargate(size: FargateSize) -> Self {
        Self::on(Compatibility::Fargate, NetworkMode::Awsvpc)
            .cpu(size.cpu())
            .memory(size.memory())
    }

    /// For EC2 instances.
    #[must_use]
    pub fn ec2(network_mode: NetworkMode) -> Self {
        Self::on(Compatibility::Ec2, network_mode)
    }

    /// For machines outside AWS.
    #[must_use]
    pub fn external(network_mode: NetworkMode) -> Self {
        Self::on(Compatibility::External, network_mode)
    }

    /// For whatever it will be run on.
    #[must_use]
    pub fn on(compatibility: Compatibility, network_mode: NetworkMode) -> Self {
        Self {
            requires_compatibilities: vec![compatibility.into()],
            network_mode: Some(network_mode.into()),
            ..Self::empty()
        }
    }

    /// One that says nothing about what it runs on. AWS's network mode is then `bridge` on Linux.
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
