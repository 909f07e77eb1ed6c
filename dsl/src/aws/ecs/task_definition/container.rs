//! A container of a task definition.
//!
//! Not here: its ports (`port`), environment and secrets (`environment`), kernel options (`linux`), and checks (`container_checks`).

use std::collections::BTreeMap;

use windlass_derive::{Block, Choice};

use super::environment::{ContainerSecret, EnvironmentFile, EnvironmentVariable};
use super::image::Image;
use super::linux::{LinuxParameters, SystemControl, Ulimit};
use super::logging::{FirelensConfiguration, LogConfiguration};
use super::port::PortMapping;
use crate::value::{Input, IntoInput};

crate::text_enum! {
    /// The state that a container must reach before another one starts.
    pub enum ContainerCondition {
        /// The container has started.
        Start = "START",
        /// The container has ended, with any exit code. It must not be essential.
        Complete = "COMPLETE",
        /// The container has ended with exit code 0. It must not be essential.
        Success = "SUCCESS",
        /// The container's health check has passed.
        Healthy = "HEALTHY",
    }
    /// Whether ECS resolves the tag of an image to a digest once per deployment.
    pub enum VersionConsistency {
        /// ECS resolves the tag once: all tasks of a deployment run the same image.
        Enabled = "enabled",
        /// Each task pulls the image that the tag names at that time.
        Disabled = "disabled",
    }
    /// A resource that a container needs beyond CPU and memory.
    pub enum ResourceType {
        /// A number of whole GPUs.
        Gpu = "GPU",
        /// An inference accelerator, by the device name in the task definition. AWS no longer offers it to new users.
        InferenceAccelerator = "InferenceAccelerator",
        /// All Neuron devices of the instance. On ECS Managed Instances only, and for one container of a task.
        NeuronDevice = "NeuronDevice",
    }
}

/// One container of a task.
///
/// ```
/// use windlass::aws::ecs::{Container, ContainerHealthCheck};
/// use windlass::aws::secretsmanager::SecretArn;
///
/// let password = SecretArn::existing("arn:aws:secretsmanager:us-east-1:123456789012:secret:db-0a1b2c");
/// let mut app = Container::new("app", windlass::image!("shop/api:1.4.2"))
///     .env("LOG_LEVEL", "info")
///     .secret("DB_PASSWORD", password)
///     .health_check(ContainerHealthCheck::shell("curl -f http://localhost:8080/healthz"));
/// let http = app.port(8080);
/// ```
#[derive(Debug, Clone, Block)]
pub struct Container {
    /// The name, up to 255 letters, digits, `-` and `_`.
    #[field(no_setter)]
    pub name: Input<String>,
    pub image: Input<Image>,
    /// The command, in place of the image's own.
    pub command: Vec<Input<String>>,
    /// CPU units that are reserved for the container while CPU is scarce; 1024 units are one virtual processor. AWS's default is 0.
    #[field(removal_default("0"))]
    pub cpu: Option<Input<u32>>,
    /// Credential specification files, as `credentialspec:…` or `credentialspecdomainless:…`.
    pub credential_specs: Vec<Input<String>>,
    /// The containers that must reach a certain state before this one starts.
    #[field(keyed("ContainerName"))]
    pub depends_on: Vec<ContainerDependency>,
    /// Whether the container has no network. Windows containers take no value.
    pub disable_networking: Option<Input<bool>>,
    /// Domains to search for names. Not in `awsvpc` mode.
    pub dns_search_domains: Vec<Input<String>>,
    /// Name servers. Not in `awsvpc` mode.
    pub dns_servers: Vec<Input<String>>,
    /// Labels of the container for Docker.
    pub docker_labels: BTreeMap<String, Input<String>>,
    /// SELinux or AppArmor options. Not on Fargate.
    #[field(set)]
    pub docker_security_options: Vec<Input<String>>,
    /// The entry point, in place of the image's own.
    pub entry_point: Vec<Input<String>>,
    /// Plain environment variables.
    #[field(keyed("Name"), no_setter)]
    pub environment: Vec<EnvironmentVariable>,
    /// Files of environment variables, at most 10. If two give a value for one name, the first one counts.
    pub environment_files: Vec<EnvironmentFile>,
    /// Whether the task stops when this container ends. AWS's default is `true`.
    #[field(removal_default("true"))]
    pub essential: Option<Input<bool>>,
    /// Lines for `/etc/hosts`. Not in `awsvpc` mode.
    #[field(keyed("Hostname"))]
    pub extra_hosts: Vec<HostEntry>,
    /// FireLens options, for a container that is a log router.
    pub firelens_configuration: Option<FirelensConfiguration>,
    /// The health check of the container.
    pub health_check: Option<ContainerHealthCheck>,
    /// The host name of the container. Not in `awsvpc` mode.
    pub hostname: Option<Input<String>>,
    /// Whether the container's standard input stays open. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub interactive: Option<Input<bool>>,
    /// Containers that this one can reach by name, as `name` or `name:alias`, in `bridge` mode only.
    #[field(set)]
    pub links: Vec<Input<String>>,
    /// Options that only Linux has.
    pub linux_parameters: Option<LinuxParameters>,
    /// Where the container's log goes.
    pub log_configuration: Option<LogConfiguration>,
    /// The hard memory limit in MiB, from 6. The system kills a container that exceeds it.
    pub memory: Option<Input<u32>>,
    /// The memory in MiB that is reserved for the container, from 6.
    pub memory_reservation: Option<Input<u32>>,
    /// The paths at which volumes are mounted in the container.
    #[field(keyed("ContainerPath"))]
    pub mount_points: Vec<MountPoint>,
    /// The ports that the container listens on.
    #[field(set, no_setter)]
    pub port_mappings: Vec<PortMapping>,
    /// Whether the container has root permissions on the host. Not on Fargate. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub privileged: Option<Input<bool>>,
    /// Whether the container gets a terminal. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub pseudo_terminal: Option<Input<bool>>,
    /// Whether the container's root file system is read-only. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub readonly_root_filesystem: Option<Input<bool>>,
    /// How ECS signs in to a private registry outside AWS.
    pub repository_credentials: Option<RepositoryCredentials>,
    /// Resources that the container needs beyond CPU and memory.
    #[field(keyed("Type"))]
    pub resource_requirements: Vec<ResourceRequirement>,
    /// Whether ECS restarts the container in its task when it ends.
    pub restart_policy: Option<RestartPolicy>,
    /// Secrets for the container's environment.
    #[field(keyed("Name"), no_setter)]
    pub secrets: Vec<ContainerSecret>,
    /// The timeout for a dependency to reach its state, in seconds; on Fargate at most 120.
    pub start_timeout: Option<Input<u32>>,
    /// The time between the stop signal and the kill, in seconds; on Fargate at most 120. AWS's default is 30.
    pub stop_timeout: Option<Input<u32>>,
    /// Kernel parameters of the container's namespaces.
    #[field(keyed("Namespace"))]
    pub system_controls: Vec<SystemControl>,
    /// Resource limits (ulimits) of the container's processes.
    #[field(keyed("Name"))]
    pub ulimits: Vec<Ulimit>,
    /// The user that the container runs as: `user`, `uid`, `user:group`, `uid:gid`.
    pub user: Option<Input<String>>,
    /// Whether ECS resolves the image's tag once per deployment. AWS's default is `enabled`.
    #[field(removal_default("\"enabled\""))]
    pub version_consistency: Option<Input<VersionConsistency>>,
    /// Containers whose volumes are mounted in this one, too.
    #[field(keyed("SourceContainer"))]
    pub volumes_from: Vec<VolumeFrom>,
    /// The directory in which the command runs.
    pub working_directory: Option<Input<String>>,
}

/// The state that another container must reach first.
#[derive(Debug, Clone, Block)]
pub struct ContainerDependency {
    /// The other container.
    pub container_name: Input<String>,
    /// The state that the other container must reach.
    pub condition: Input<ContainerCondition>,
}

/// A line for `/etc/hosts`.
#[derive(Debug, Clone, Block)]
pub struct HostEntry {
    /// The name.
    pub hostname: Input<String>,
    pub ip_address: Input<String>,
}

/// The health check of a container.
#[derive(Debug, Clone, Block)]
pub struct ContainerHealthCheck {
    /// `CMD` and a command with its arguments, or `CMD-SHELL` and one text for the container's shell.
    #[field(required)]
    pub command: Vec<Input<String>>,
    /// The seconds between two checks, 5 to 300. AWS's default is 30.
    #[field(removal_default("30"))]
    pub interval: Option<Input<u32>>,
    /// The timeout of a check, in seconds, 2 to 60. AWS's default is 5.
    #[field(removal_default("5"))]
    pub timeout: Option<Input<u32>>,
    /// How many checks in a row must fail, 1 to 10. AWS's default is 3.
    #[field(removal_default("3"))]
    pub retries: Option<Input<u32>>,
    /// The time after the start during which failures do not count, in seconds, 0 to 300. AWS's default is none.
    pub start_period: Option<Input<u32>>,
}

impl ContainerHealthCheck {
    /// A check by a line for the container's shell. Exit code 0 means healthy.
    #[must_use]
    pub fn shell(line: impl IntoInput<String>) -> Self {
        Self::new([Input::from("CMD-SHELL"), line.into()])
    }

    /// A check by a command and its arguments, without a shell.
    #[must_use]
    pub fn command_line(command: impl IntoIterator<Item = impl IntoInput<String>>) -> Self {
        let first = std::iter::once(Input::from("CMD"));
        Self::new(first.chain(command.into_iter().map(Into::into)))
    }
}

/// The path at which a volume is mounted in a container.
#[derive(Debug, Clone, Block)]
pub struct MountPoint {
    /// The volume of the task definition.
    pub source_volume: Input<String>,
    /// The path in the container.
    pub container_path: Input<String>,
    /// Whether the container can only read it. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub read_only: Option<Input<bool>>,
}

/// A container whose volumes are mounted in another one.
#[derive(Debug, Clone, Block)]
pub struct VolumeFrom {
    /// The container that has the volumes.
    pub source_container: Input<String>,
    /// Whether the volumes are read-only. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub read_only: Option<Input<bool>>,
}

/// How ECS signs in to a private registry outside AWS.
#[derive(Debug, Clone, Block)]
pub struct RepositoryCredentials {
    /// The secret with user name and password. The execution role must be allowed to read it.
    pub credentials_parameter: Input<crate::aws::secretsmanager::SecretArn>,
}

/// A resource that a container needs beyond CPU and memory.
#[derive(Debug, Clone, Block)]
pub struct ResourceRequirement {
    /// The type of the resource.
    #[field(name = "Type")]
    pub resource_type: Input<ResourceType>,
    /// How much of it.
    #[field(choice)]
    pub amount: ResourceAmount,
}

/// How much of a resource a container needs.
#[derive(Debug, Clone, Choice)]
pub enum ResourceAmount {
    /// For GPUs how many, or `ALL`; for Neuron devices `ALL`; for an inference accelerator its device name.
    Value(Input<String>),
    /// A share of a GPU. Not on Fargate, and not on machines outside AWS.
    SharingStrategy(SharingStrategy),
}

/// How containers share a GPU.
#[derive(Debug, Clone, Block)]
pub struct SharingStrategy {
    /// By NVIDIA's Multi-Process Service (MPS).
    pub nvidia_mps: NvidiaMpsAllocation,
}

/// What a container gets of a GPU that NVIDIA's Multi-Process Service shares.
#[derive(Debug, Clone, Block)]
pub struct NvidiaMpsAllocation {
    /// How much of the GPU's memory the container gets, in MiB, at least 1. One GPU must hold what all containers of the task get.
    pub memory: Input<u32>,
    /// How much of the GPU's computing capacity the container can use at most, in percent, 1 to 100. AWS's default is what the instance's MPS server
    /// says, usually 100.
    pub max_compute_percent: Option<Input<u32>>,
}

impl ResourceRequirement {
    /// A number of whole GPUs.
    #[must_use]
    pub fn gpus(count: u32) -> Self {
        Self::new(
            ResourceType::Gpu,
            ResourceAmount::Value(count.to_string().into()),
        )
    }

    /// A share of a GPU.
    #[must_use]
    pub fn shared_gpu(share: NvidiaMpsAllocation) -> Self {
        let strategy = SharingStrategy::new(share);
        Self::new(ResourceType::Gpu, ResourceAmount::SharingStrategy(strategy))
    }

    /// All Neuron devices of the instance.
    #[must_use]
    pub fn neuron_devices() -> Self {
        Self::new(
            ResourceType::NeuronDevice,
            ResourceAmount::Value("ALL".into()),
        )
    }

    /// An inference accelerator, by the device name in the task definition.
    #[must_use]
    pub fn inference_accelerator(device: impl IntoInput<String>) -> Self {
        Self::new(
            ResourceType::InferenceAccelerator,
            ResourceAmount::Value(device.into()),
        )
    }
}

/// Whether ECS restarts a container in its task when it ends.
#[derive(Debug, Clone, Block)]
pub struct RestartPolicy {
    /// Whether ECS restarts the container.
    pub enabled: Input<bool>,
    /// Exit codes after which ECS does not restart the container, at most 50.
    #[field(set)]
    pub ignored_exit_codes: Vec<Input<i32>>,
    /// How long the container must have run before ECS restarts it, in seconds, 60 to 1800. AWS's default is 300.
    #[field(removal_default("300"))]
    pub restart_attempt_period: Option<Input<u32>>,
}

impl Container {
    /// Starts this container after another one has reached a certain state.
    #[must_use]
    pub fn after(
        mut self,
        container: impl IntoInput<String>,
        condition: ContainerCondition,
    ) -> Self {
        self.depends_on
            .push(ContainerDependency::new(container, condition));
        self
    }

    /// Mounts a volume of the task definition.
    #[must_use]
    pub fn mount(mut self, volume: impl IntoInput<String>, path: impl IntoInput<String>) -> Self {
        self.mount_points.push(MountPoint::new(volume, path));
        self
    }

    /// Sends the container's log to a log group, in streams that begin with the container's name.
    #[must_use]
    pub fn log_to(
        mut self,
        group: impl IntoInput<crate::aws::logs::LogGroupName>,
        region: impl IntoInput<String>,
    ) -> Self {
        let prefix = self.name.clone();
        self.log_configuration = Some(LogConfiguration::awslogs(group, region, prefix));
        self
    }

    /// Reserves whole GPUs.
    #[must_use]
    pub fn gpus(mut self, count: u32) -> Self {
        self.resource_requirements
            .push(ResourceRequirement::gpus(count));
        self
    }
}
