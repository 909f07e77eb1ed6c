//! A container of a task definition.
//!
//! Not here: its ports (`port`), environment and secrets (`environment`), kernel options (`linux`), and checks (`container_checks`).

use std::collections::BTreeMap;

use windlass_derive::Block;

use super::environment::{ContainerSecret, EnvironmentFile, EnvironmentVariable};
use super::image::Image;
use super::linux::{LinuxParameters, SystemControl, Ulimit};
use super::logging::{FirelensConfiguration, LogConfiguration};
use super::port::PortMapping;
use crate::value::{Input, IntoInput};

crate::text_enum! {
    /// What must have become of a container before another one starts.
    pub enum ContainerCondition {
        /// It has started.
        Start = "START",
        /// It has ended, whichever way. It must not be essential.
        Complete = "COMPLETE",
        /// It has ended with exit code 0. It must not be essential.
        Success = "SUCCESS",
        /// Its health check has passed.
        Healthy = "HEALTHY",
    }
    /// Whether the tag of an image is resolved to a digest once for a deployment.
    pub enum VersionConsistency {
        /// Once: all tasks of a deployment run the same image.
        Enabled = "enabled",
        /// Each task pulls what the tag means then.
        Disabled = "disabled",
    }
    /// What a container needs beyond CPU and memory.
    pub enum ResourceType {
        /// Whole GPUs, counted.
        Gpu = "GPU",
        /// An inference accelerator, by the device name in the task definition. AWS takes no new users of it.
        InferenceAccelerator = "InferenceAccelerator",
    }
}

/// A container.
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
    /// The image.
    pub image: Input<Image>,
    /// The command, in place of the image's own.
    pub command: Vec<Input<String>>,
    /// CPU units that are its own while CPU is scarce; 1024 for one virtual processor. AWS's default is 0.
    #[field(removal_default("0"))]
    pub cpu: Option<Input<u32>>,
    /// Credential specification files, as `credentialspec:…` or `credentialspecdomainless:…`.
    pub credential_specs: Vec<Input<String>>,
    /// Which containers must have got how far before this one starts.
    #[field(keyed("ContainerName"))]
    pub depends_on: Vec<ContainerDependency>,
    /// Whether it has no network. Windows containers take no value.
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
    /// Files of environment variables, at most 10; of two values for one name the first is taken.
    pub environment_files: Vec<EnvironmentFile>,
    /// Whether the task ends when it ends. AWS's default is `true`.
    #[field(removal_default("true"))]
    pub essential: Option<Input<bool>>,
    /// Lines for `/etc/hosts`. Not in `awsvpc` mode.
    #[field(keyed("Hostname"))]
    pub extra_hosts: Vec<HostEntry>,
    /// For a log router: how it routes.
    pub firelens_configuration: Option<FirelensConfiguration>,
    /// How ECS asks whether it is well.
    pub health_check: Option<ContainerHealthCheck>,
    /// Its host name. Not in `awsvpc` mode.
    pub hostname: Option<Input<String>>,
    /// Whether its standard input stays open. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub interactive: Option<Input<bool>>,
    /// Containers it can talk to by name, as `name` or `name:alias`, in `bridge` mode only.
    #[field(set)]
    pub links: Vec<Input<String>>,
    /// Linux's own options.
    pub linux_parameters: Option<LinuxParameters>,
    /// Where its log goes.
    pub log_configuration: Option<LogConfiguration>,
    /// The memory in MiB beyond which it is killed, from 6.
    pub memory: Option<Input<u32>>,
    /// The memory in MiB that is kept free for it, from 6.
    pub memory_reservation: Option<Input<u32>>,
    /// Where volumes appear in it.
    #[field(keyed("ContainerPath"))]
    pub mount_points: Vec<MountPoint>,
    /// What it listens on.
    #[field(set, no_setter)]
    pub port_mappings: Vec<PortMapping>,
    /// Whether it is root on the host. Not on Fargate. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub privileged: Option<Input<bool>>,
    /// Whether it gets a terminal. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub pseudo_terminal: Option<Input<bool>>,
    /// Whether it cannot write to its root file system. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub readonly_root_filesystem: Option<Input<bool>>,
    /// How ECS signs in to a private registry outside AWS.
    pub repository_credentials: Option<RepositoryCredentials>,
    /// What it needs beyond CPU and memory.
    #[field(keyed("Type"))]
    pub resource_requirements: Vec<ResourceRequirement>,
    /// Whether ECS starts it again in its task when it ends.
    pub restart_policy: Option<RestartPolicy>,
    /// Secrets for its environment.
    #[field(keyed("Name"), no_setter)]
    pub secrets: Vec<ContainerSecret>,
    /// After how many seconds a dependency that has not got there fails; on Fargate at most 120.
    pub start_timeout: Option<Input<u32>>,
    /// How many seconds it has between the stop signal and being killed; on Fargate at most 120. AWS's default is 30.
    pub stop_timeout: Option<Input<u32>>,
    /// Kernel parameters of its namespaces.
    #[field(keyed("Namespace"))]
    pub system_controls: Vec<SystemControl>,
    /// Limits on what its processes take.
    #[field(keyed("Name"))]
    pub ulimits: Vec<Ulimit>,
    /// The user it runs as: `user`, `uid`, `user:group`, `uid:gid`.
    pub user: Option<Input<String>>,
    /// Whether the image's tag is resolved once for a deployment. AWS's default is `enabled`.
    #[field(removal_default("\"enabled\""))]
    pub version_consistency: Option<Input<VersionConsistency>>,
    /// Containers whose volumes it takes over.
    #[field(keyed("SourceContainer"))]
    pub volumes_from: Vec<VolumeFrom>,
    /// The directory in which the command runs.
    pub working_directory: Option<Input<String>>,
}

/// What must have become of another container first.
#[derive(Debug, Clone, Block)]
pub struct ContainerDependency {
    /// The other container.
    pub container_name: Input<String>,
    /// What must have become of it.
    pub condition: Input<ContainerCondition>,
}

/// A line for `/etc/hosts`.
#[derive(Debug, Clone, Block)]
pub struct HostEntry {
    /// The name.
    pub hostname: Input<String>,
    /// The address.
    pub ip_address: Input<String>,
}

/// How ECS asks a container whether it is well.
#[derive(Debug, Clone, Block)]
pub struct ContainerHealthCheck {
    /// `CMD` and a command with its arguments, or `CMD-SHELL` and one text for the container's shell.
    #[field(required)]
    pub command: Vec<Input<String>>,
    /// The seconds between two checks, 5 to 300. AWS's default is 30.
    #[field(removal_default("30"))]
    pub interval: Option<Input<u32>>,
    /// After how many seconds a check has failed, 2 to 60. AWS's default is 5.
    #[field(removal_default("5"))]
    pub timeout: Option<Input<u32>>,
    /// How many checks in a row must fail, 1 to 10. AWS's default is 3.
    #[field(removal_default("3"))]
    pub retries: Option<Input<u32>>,
    /// For how many seconds after the start failures do not count, 0 to 300. There is none by default.
    pub start_period: Option<Input<u32>>,
}

impl ContainerHealthCheck {
    /// A check by a line for the container's shell; exit code 0 means well.
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

/// Where a volume appears in a container.
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

/// A container whose volumes another one takes over.
#[derive(Debug, Clone, Block)]
pub struct VolumeFrom {
    /// The container that has the volumes.
    pub source_container: Input<String>,
    /// Whether they can only be read. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub read_only: Option<Input<bool>>,
}

/// How ECS signs in to a private registry outside AWS.
#[derive(Debug, Clone, Block)]
pub struct RepositoryCredentials {
    /// The secret with user name and password. The execution role must be allowed to read it.
    pub credentials_parameter: Input<crate::aws::secretsmanager::SecretArn>,
}

/// What a container needs beyond CPU and memory.
#[derive(Debug, Clone, Block)]
pub struct ResourceRequirement {
    /// What it is.
    #[field(name = "Type")]
    pub resource_type: Input<ResourceType>,
    /// For GPUs how many, else the device name.
    pub value: Input<String>,
}

impl ResourceRequirement {
    /// So many whole GPUs.
    #[must_use]
    pub fn gpus(count: u32) -> Self {
        Self::new(ResourceType::Gpu, count.to_string())
    }
}

/// Whether ECS starts a container again in its task when it ends.
#[derive(Debug, Clone, Block)]
pub struct RestartPolicy {
    /// Whether it does.
    pub enabled: Input<bool>,
    /// Exit codes after which it does not, at most 50.
    #[field(set)]
    pub ignored_exit_codes: Vec<Input<i32>>,
    /// How many seconds it must have run to be started again, 60 to 1800. AWS's default is 300.
    #[field(removal_default("300"))]
    pub restart_attempt_period: Option<Input<u32>>,
}

impl Container {
    /// Starts after another container has got that far.
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

    /// Sends its log to a log group, under streams that begin with the container's name.
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
