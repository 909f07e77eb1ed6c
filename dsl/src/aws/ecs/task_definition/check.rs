//! Checks of one task definition: what AWS would refuse, as far as literals show it. Checks that also need services and roles are in `checks::ecs`.

use std::collections::BTreeSet;

use super::*;
use crate::codes;
use crate::resource::Check;
use crate::stack::Checks;

impl Check for TaskDefinition {
    fn check(&self, checks: &mut Checks<'_>) {
        crate::aws::ecs::check_name("Family", self.family.as_ref(), checks);
        let containers = &self.container_definitions;
        if containers.is_empty() {
            checks.invalid(
                "ContainerDefinitions",
                "is empty",
                "add one with `.container(Container::new(…))`",
            );
        } else if containers
            .iter()
            .all(|container| literal(&container.essential) == Some(false))
        {
            checks.invalid(
                "ContainerDefinitions",
                "has no essential container",
                "leave `essential` out for the container that the task is about",
            );
        }
        let storage = self.ephemeral_storage.as_ref();
        checks.range(
            "EphemeralStorage.SizeInGiB",
            storage.map(|storage| &storage.size_in_gib),
            21..=200,
        );
        if self.placement_constraints.len() > 10 {
            checks.invalid(
                "PlacementConstraints",
                format!("has {} members", self.placement_constraints.len()),
                "AWS takes at most 10",
            );
        }
        self.check_names(checks);
        self.check_gpus(checks);
        self.check_volumes(checks);
        self.check_sizes(checks);
        for container in containers {
            container.check(self, checks);
        }
        if self.is_for(Compatibility::Fargate) {
            self.check_fargate(checks);
        }
    }
}

impl TaskDefinition {
    /// Whether tasks must be able to run there.
    #[must_use]
    pub fn is_for(&self, compatibility: Compatibility) -> bool {
        let literals = self.requires_compatibilities.iter().map(Input::literal);
        literals.flatten().any(|known| known == compatibility)
    }

    fn check_names(&self, checks: &mut Checks<'_>) {
        let mut seen = BTreeSet::new();
        for name in self
            .container_definitions
            .iter()
            .filter_map(|c| c.name.literal())
        {
            if !seen.insert(name.clone()) {
                checks.invalid(
                    "ContainerDefinitions",
                    format!("has two containers named `{name}`"),
                    "give one of them another name",
                );
            }
        }
        let mut volumes = BTreeSet::new();
        for name in self
            .volumes
            .iter()
            .filter_map(|volume| volume.name.literal())
        {
            if !volumes.insert(name.clone()) {
                checks.invalid(
                    "Volumes",
                    format!("has two volumes named `{name}`"),
                    "give one of them another name",
                );
            }
        }
    }

    fn check_gpus(&self, checks: &mut Checks<'_>) {
        let requirements = self
            .container_definitions
            .iter()
            .flat_map(|container| &container.resource_requirements);
        let gpus = requirements
            .filter(|requirement| requirement.resource_type.literal() == Some(ResourceType::Gpu));
        let (shared, whole): (Vec<_>, Vec<_>) = gpus.partition(|requirement| {
            matches!(requirement.amount, ResourceAmount::SharingStrategy(_))
        });
        if !shared.is_empty() && !whole.is_empty() {
            checks.invalid(
                "ContainerDefinitions",
                "has containers with whole GPUs and others with shares of one",
                "all containers of a task share a GPU, or none does",
            );
        }
    }

    fn check_volumes(&self, checks: &mut Checks<'_>) {
        for volume in &self.volumes {
            volume.check(&format!("Volumes[{}]", shown(&volume.name)), checks);
        }
    }

    fn check_sizes(&self, checks: &mut Checks<'_>) {
        let total = |of: fn(&Container) -> &Option<Input<u32>>| -> u32 {
            let containers = self.container_definitions.iter();
            containers
                .filter_map(|container| literal(of(container)))
                .sum()
        };
        if let Some(TaskCpu(cpu)) = literal(&self.cpu)
            && total(|container| &container.cpu) > cpu
        {
            checks.invalid(
                "Cpu",
                format!("is {cpu}, less than its containers have together"),
                "raise it, or give the containers less",
            );
        }
        if let Some(TaskMemory(memory)) = literal(&self.memory) {
            let reserved = total(|container| &container.memory_reservation);
            let largest = self
                .container_definitions
                .iter()
                .filter_map(|c| literal(&c.memory))
                .max();
            if reserved > memory || largest.is_some_and(|largest| largest > memory) {
                checks.invalid(
                    "Memory",
                    format!("is {memory}, less than its containers want"),
                    "raise it, or give the containers less",
                );
            }
        } else if self.memory.is_none() {
            for container in &self.container_definitions {
                if container.memory.is_none() && container.memory_reservation.is_none() {
                    checks.invalid(
                        &container.property("Memory"),
                        "is absent, and the task has no memory of its own",
                        "give the task or the container `memory`, or the container a `memory_reservation`",
                    );
                }
            }
        }
    }

    fn check_fargate(&self, checks: &mut Checks<'_>) {
        match &self.network_mode {
            Some(mode)
                if mode
                    .literal()
                    .is_none_or(|mode| mode == NetworkMode::Awsvpc) => {}
            mode => {
                let mode = mode
                    .as_ref()
                    .and_then(Input::literal)
                    .unwrap_or(NetworkMode::Bridge);
                checks.error(
                    codes::FARGATE_NETWORK_MODE,
                    format!("a Fargate task cannot have the network mode `{mode}`"),
                    "Fargate has `awsvpc` only: leave the mode to `TaskDefinition::fargate`",
                );
            }
        }
        match (literal(&self.cpu), literal(&self.memory)) {
            (Some(cpu), Some(memory)) => {
                if let Err(unsold) = FargateSize::new(cpu.0, memory.0) {
                    checks.invalid("Memory", format!("is {memory}"), unsold.to_string());
                }
            }
            _ if self.cpu.is_none() || self.memory.is_none() => checks.invalid(
                "Cpu",
                "or `Memory` is absent",
                "Fargate needs both: `TaskDefinition::fargate(fargate!(cpu: 256, memory: 512))`",
            ),
            _ => {}
        }
        let unavailable = [
            (
                "PlacementConstraints",
                !self.placement_constraints.is_empty(),
            ),
            ("IpcMode", self.ipc_mode.is_some()),
            (
                "InferenceAccelerators",
                !self.inference_accelerators.is_empty(),
            ),
            ("PidMode", literal(&self.pid_mode) == Some(PidMode::Host)),
        ];
        for (property, given) in unavailable {
            if given {
                not_on_fargate(property, checks);
            }
        }
        for volume in &self.volumes {
            let refused = match &volume.source {
                VolumeSource::Host(host) => host.source_path.is_some(),
                VolumeSource::DockerVolumeConfiguration(_)
                | VolumeSource::FsxWindowsFileServerVolumeConfiguration(_) => true,
                VolumeSource::EfsVolumeConfiguration(_)
                | VolumeSource::S3FilesVolumeConfiguration(_)
                | VolumeSource::ConfiguredAtLaunch(_) => false,
            };
            if refused {
                not_on_fargate(&format!("Volumes[{}]", shown(&volume.name)), checks);
            }
        }
        self.check_execution_role(checks);
    }

    /// On EC2 the instance's own role may do these things. On Fargate there is no instance role.
    fn check_execution_role(&self, checks: &mut Checks<'_>) {
        if self.execution_role_arn.is_some() {
            return;
        }
        for container in &self.container_definitions {
            let name = shown(&container.name);
            let log = container.log_configuration.as_ref();
            let why = if log.is_some_and(|log| log.log_driver.literal() == Some(LogDriver::Awslogs))
            {
                "writes to CloudWatch Logs"
            } else if !container.secrets.is_empty()
                || log.is_some_and(|log| !log.secret_options.is_empty())
            {
                "has secrets"
            } else if container.repository_credentials.is_some() {
                "comes from a private registry"
            } else {
                continue;
            };
            checks.error(
                codes::EXECUTION_ROLE_MISSING,
                format!("container `{name}` {why}, but the task has no execution role"),
                "give the task definition an `.execution_role_arn(…)` that may do it",
            );
        }
    }
}

impl Container {
    fn property(&self, name: &str) -> String {
        format!("ContainerDefinitions[{}].{name}", shown(&self.name))
    }

    fn check(&self, task: &TaskDefinition, checks: &mut Checks<'_>) {
        crate::aws::ecs::check_name(&self.property("Name"), Some(&self.name), checks);
        checks.range(&self.property("Memory"), self.memory.as_ref(), 6..=u32::MAX);
        checks.range(
            &self.property("MemoryReservation"),
            self.memory_reservation.as_ref(),
            6..=u32::MAX,
        );
        if let (Some(most), Some(kept)) = (literal(&self.memory), literal(&self.memory_reservation))
            && kept > most
        {
            checks.invalid(
                &self.property("MemoryReservation"),
                format!("is {kept}, above the memory {most}"),
                "what is kept free cannot be more than the container may take",
            );
        }
        self.check_health(checks);
        self.check_resources(task, checks);
        self.check_environment(checks);
        self.check_others(task, checks);
        self.check_ports(task, checks);
        if literal(&task.network_mode) == Some(NetworkMode::Awsvpc) {
            self.check_awsvpc(checks);
        }
        if task.is_for(Compatibility::Fargate) {
            self.check_fargate(checks);
        }
    }

    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ResourceRequirement.html>
    fn check_resources(&self, task: &TaskDefinition, checks: &mut Checks<'_>) {
        let property = self.property("ResourceRequirements");
        for requirement in &self.resource_requirements {
            let kind = requirement.resource_type.literal();
            match &requirement.amount {
                ResourceAmount::SharingStrategy(strategy) => {
                    let share = &strategy.nvidia_mps;
                    let at = format!("{property}.SharingStrategy.NvidiaMps");
                    checks.range(&format!("{at}.Memory"), Some(&share.memory), 1..=u32::MAX);
                    checks.range(
                        &format!("{at}.MaxComputePercent"),
                        share.max_compute_percent.as_ref(),
                        1..=100,
                    );
                    if kind.is_some_and(|kind| kind != ResourceType::Gpu) {
                        checks.invalid(
                            &property,
                            "has a sharing strategy for something that is no GPU",
                            "use `ResourceRequirement::shared_gpu(…)`",
                        );
                    }
                    if task.is_for(Compatibility::External) {
                        checks.invalid(
                            &property,
                            "has a share of a GPU, for machines outside AWS",
                            "ECS shares GPUs on EC2 and on Managed Instances only",
                        );
                    }
                }
                ResourceAmount::Value(value) => {
                    let value = value.literal();
                    if kind == Some(ResourceType::NeuronDevice)
                        && value.is_some_and(|value| value != "ALL")
                    {
                        checks.invalid(
                            &property,
                            "has some Neuron devices of an instance",
                            "ECS gives all of them: use `ResourceRequirement::neuron_devices()`",
                        );
                    }
                }
            }
        }
    }

    fn check_health(&self, checks: &mut Checks<'_>) {
        if let Some(health) = &self.health_check {
            let property = |name: &str| self.property(&format!("HealthCheck.{name}"));
            checks.range(&property("Interval"), health.interval.as_ref(), 5..=300);
            checks.range(&property("Timeout"), health.timeout.as_ref(), 2..=60);
            checks.range(&property("Retries"), health.retries.as_ref(), 1..=10);
            checks.range(
                &property("StartPeriod"),
                health.start_period.as_ref(),
                0..=300,
            );
            let first = health.command.first().and_then(Input::literal);
            if first.is_none_or(|word| word != "CMD" && word != "CMD-SHELL") {
                checks.invalid(
                    &property("Command"),
                    "does not begin with `CMD` or `CMD-SHELL`",
                    "use `ContainerHealthCheck::shell(…)` or `::command_line(…)`",
                );
            }
        }
        if let Some(policy) = &self.restart_policy {
            checks.range(
                &self.property("RestartPolicy.RestartAttemptPeriod"),
                policy.restart_attempt_period.as_ref(),
                60..=1800,
            );
        }
    }

    fn check_environment(&self, checks: &mut Checks<'_>) {
        let plain = self.environment.iter().map(|variable| &variable.name);
        let secret = self.secrets.iter().map(|secret| &secret.name);
        let mut seen = BTreeSet::new();
        for name in plain.chain(secret).filter_map(Input::literal) {
            if !seen.insert(name.clone()) {
                checks.invalid(
                    &self.property("Environment"),
                    format!("gives `{name}` twice"),
                    "a name can be given once, plain or as a secret",
                );
            }
        }
        if self.environment_files.len() > 10 {
            checks.invalid(
                &self.property("EnvironmentFiles"),
                format!("has {} members", self.environment_files.len()),
                "AWS takes at most 10",
            );
        }
    }

    /// Checks what the container says about the task's other containers and volumes.
    fn check_others(&self, task: &TaskDefinition, checks: &mut Checks<'_>) {
        let containers = &task.container_definitions;
        let find = |name: &str| {
            let named = |c: &&Container| c.name.literal().is_none_or(|known| known == name);
            containers.iter().find(named)
        };
        for dependency in &self.depends_on {
            let Some(name) = dependency.container_name.literal() else {
                continue;
            };
            let property = self.property("DependsOn");
            let Some(other) = find(&name) else {
                checks.invalid(
                    &property,
                    format!("names `{name}`, which is no container of this task"),
                    "add the container, or mend the name",
                );
                continue;
            };
            match dependency.condition.literal() {
                Some(ContainerCondition::Healthy) if other.health_check.is_none() => checks.invalid(
                    &property,
                    format!("waits until `{name}` is healthy, but that container has no health check"),
                    format!("give `{name}` a `.health_check(…)`, or wait for its start"),
                ),
                Some(ContainerCondition::Complete | ContainerCondition::Success)
                    if literal(&other.essential) != Some(false) && other.essential.as_ref().is_none_or(|e| e.literal().is_some()) =>
                {
                    checks.invalid(
                        &property,
                        format!("waits until `{name}` has ended, but the task ends with that container"),
                        format!("make `{name}` not `essential`"),
                    );
                }
                _ => {}
            }
        }
        for source in self
            .volumes_from
            .iter()
            .filter_map(|from| from.source_container.literal())
        {
            if find(&source).is_none() {
                checks.invalid(
                    &self.property("VolumesFrom"),
                    format!("names `{source}`, which is no container of this task"),
                    "add the container, or mend the name",
                );
            }
        }
        for volume in self
            .mount_points
            .iter()
            .filter_map(|mount| mount.source_volume.literal())
        {
            let mut known = task.volumes.iter().map(|volume| volume.name.literal());
            if !known.any(|known| known.is_none_or(|known| known == volume)) {
                checks.invalid(
                    &self.property("MountPoints"),
                    format!("names `{volume}`, which is no volume of this task"),
                    "add it with `.volume(Volume::scratch(…))`, or mend the name",
                );
            }
        }
    }

    fn check_ports(&self, task: &TaskDefinition, checks: &mut Checks<'_>) {
        let own_interface = matches!(
            literal(&task.network_mode),
            Some(NetworkMode::Awsvpc | NetworkMode::Host)
        );
        let mut seen = BTreeSet::new();
        for mapping in &self.port_mappings {
            let Listens::ContainerPort(port) = &mapping.listens else {
                continue;
            };
            let Some(port) = port.literal() else { continue };
            let protocol = literal(&mapping.protocol).unwrap_or(TransportProtocol::Tcp);
            if !seen.insert((port, protocol)) {
                checks.invalid(
                    &self.property("PortMappings"),
                    format!("exposes port {port} twice"),
                    "expose it once, and use the handle as often as it is needed",
                );
            }
            if let Some(host) = literal(&mapping.host_port)
                && own_interface
                && host != port
            {
                checks.invalid(
                    &self.property("PortMappings"),
                    format!("gives port {port} the host port {host}"),
                    "with the network mode `awsvpc` or `host` both are the same; leave the host port out",
                );
            }
        }
    }

    fn check_awsvpc(&self, checks: &mut Checks<'_>) {
        let unavailable = [
            ("Links", !self.links.is_empty()),
            ("DnsServers", !self.dns_servers.is_empty()),
            ("DnsSearchDomains", !self.dns_search_domains.is_empty()),
            ("ExtraHosts", !self.extra_hosts.is_empty()),
            ("Hostname", self.hostname.is_some()),
        ];
        for (property, given) in unavailable {
            if given {
                checks.invalid(
                    &self.property(property),
                    "is given for the network mode `awsvpc`",
                    "leave it out; containers of one task reach each other on `localhost`",
                );
            }
        }
    }

    /// Options that Fargate does not have, by ECS's API reference (2026-11, botocore 1.43.11). It has `Tmpfs` since 2026-01-06 (aws/containers-roadmap#736).
    fn check_fargate(&self, checks: &mut Checks<'_>) {
        let linux = self.linux_parameters.as_ref();
        let with = |given: fn(&LinuxParameters) -> bool| linux.is_some_and(given);
        let gpu = |requirement: &ResourceRequirement| {
            requirement.resource_type.literal() == Some(ResourceType::Gpu)
        };
        let unavailable = [
            ("Privileged", literal(&self.privileged) == Some(true)),
            (
                "DockerSecurityOptions",
                !self.docker_security_options.is_empty(),
            ),
            (
                "ResourceRequirements",
                self.resource_requirements.iter().any(gpu),
            ),
            (
                "LinuxParameters.Devices",
                with(|linux| !linux.devices.is_empty()),
            ),
            (
                "LinuxParameters.MaxSwap",
                with(|linux| linux.max_swap.is_some()),
            ),
            (
                "LinuxParameters.Swappiness",
                with(|linux| linux.swappiness.is_some()),
            ),
            (
                "LinuxParameters.SharedMemorySize",
                with(|linux| linux.shared_memory_size.is_some()),
            ),
        ];
        for (property, given) in unavailable {
            if given {
                not_on_fargate(&self.property(property), checks);
            }
        }
        checks.range(
            &self.property("StartTimeout"),
            self.start_timeout.as_ref(),
            2..=120,
        );
        checks.range(
            &self.property("StopTimeout"),
            self.stop_timeout.as_ref(),
            2..=120,
        );
        let driver = self
            .log_configuration
            .as_ref()
            .and_then(|log| log.log_driver.literal());
        if let Some(driver) = driver
            && !matches!(
                driver,
                LogDriver::Awslogs | LogDriver::Awsfirelens | LogDriver::Splunk
            )
        {
            checks.invalid(
                &self.property("LogConfiguration.LogDriver"),
                format!("is `{driver}`"),
                "Fargate has `awslogs`, `awsfirelens` and `splunk`",
            );
        }
        // <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html>
        let prefixed = |log: &LogConfiguration| log.options.contains_key("awslogs-stream-prefix");
        if driver == Some(LogDriver::Awslogs)
            && !self.log_configuration.as_ref().is_some_and(prefixed)
        {
            checks.invalid(
                &self.property("LogConfiguration.Options"),
                "has no `awslogs-stream-prefix`, which Fargate demands",
                "`LogConfiguration::awslogs(group, region, prefix)` sets it",
            );
        }
    }
}

fn not_on_fargate(property: &str, checks: &mut Checks<'_>) {
    checks.invalid(
        property,
        "does not exist on Fargate",
        "leave it out, or run the task on instances",
    );
}

fn literal<T: crate::value::Literal>(input: &Option<Input<T>>) -> Option<T> {
    input.as_ref().and_then(Input::literal)
}

fn shown(name: &Input<String>) -> String {
    name.literal().unwrap_or_else(|| "…".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::secretsmanager::SecretArn;
    use crate::request::Request;
    use crate::resource::Declare;
    use crate::stack::Stack;

    fn problems(task: TaskDefinition) -> Vec<String> {
        let document = Stack::test(
            "t",
            |cx| {
                task.declare(cx, "task");
                Ok(())
            },
            Request::offline("us-east-1"),
        );
        let problems = document.problems.into_iter();
        problems.map(|problem| problem.message).collect()
    }

    fn app() -> Container {
        Container::new("app", crate::image!("nginx"))
    }

    fn fargate() -> TaskDefinition {
        TaskDefinition::fargate(crate::fargate!(cpu: 256, memory: 512))
    }

    #[test]
    fn every_sample_is_in_order() {
        use crate::resource::Samples as _;
        for sample in TaskDefinition::samples() {
            assert_eq!(problems(sample), [""; 0]);
        }
    }

    #[test]
    fn a_gpu_is_whole_or_shared_for_all_containers() {
        let share = || ResourceRequirement::shared_gpu(NvidiaMpsAllocation::new(1024));
        let container = |name: &str, requirement: ResourceRequirement| {
            Container::new(name, crate::image!("shop/train:1"))
                .memory(64)
                .resource_requirements([requirement])
        };
        let task = || TaskDefinition::ec2(NetworkMode::Bridge);
        let shared = task()
            .container(container("one", share()))
            .container(container("two", share()));
        assert_eq!(problems(shared), [""; 0]);
        let mixed = task()
            .container(container("one", share()))
            .container(container("two", ResourceRequirement::gpus(1)));
        assert_eq!(
            problems(mixed),
            [
                "`ContainerDefinitions` of `task` has containers with whole GPUs and others with shares of one"
            ]
        );
        let share = NvidiaMpsAllocation::new(1024).max_compute_percent(101);
        let beyond = container("one", ResourceRequirement::shared_gpu(share));
        assert_eq!(
            problems(task().container(beyond)),
            [
                "`ContainerDefinitions[one].ResourceRequirements.SharingStrategy.NvidiaMps.MaxComputePercent` of `task` is 101"
            ]
        );
    }

    #[test]
    fn fargate_has_one_network_mode_and_few_sizes() {
        assert_eq!(problems(fargate().container(app())), [""; 0]);
        assert_eq!(
            problems(fargate().network_mode(NetworkMode::Bridge).container(app())),
            ["a Fargate task cannot have the network mode `bridge`"]
        );
        assert_eq!(
            problems(fargate().memory(4096).container(app())),
            ["`Memory` of `task` is 4096"]
        );
    }

    #[test]
    fn secrets_need_an_execution_role() {
        let secret =
            SecretArn::existing("arn:aws:secretsmanager:us-east-1:123456789012:secret:db-0a1b2c");
        let task = fargate().container(app().secret("DB", secret.clone()));
        assert_eq!(
            problems(task.clone()),
            ["container `app` has secrets, but the task has no execution role"]
        );
        let role = RoleArn::existing("arn:aws:iam::123456789012:role/execution");
        assert_eq!(problems(task.execution_role_arn(role)), [""; 0]);
        let twice = TaskDefinition::ec2(NetworkMode::Bridge)
            .container(app().memory(64).env("DB", "x").secret("DB", secret));
        assert_eq!(
            problems(twice),
            ["`ContainerDefinitions[app].Environment` of `task` gives `DB` twice"]
        );
    }

    #[test]
    fn fargate_takes_tmpfs_and_no_swap() {
        let with =
            |linux: LinuxParameters| problems(fargate().container(app().linux_parameters(linux)));
        let tmpfs = LinuxParameters::new().tmpfs([Tmpfs::new("/run", 64u32)]);
        assert_eq!(with(tmpfs), [""; 0]);
        assert_eq!(with(LinuxParameters::new().max_swap(64u32)).len(), 1);
    }

    #[test] // aws-cdk#10683
    fn an_access_point_wants_encryption_and_no_directory() {
        let efs = || EfsVolumeConfiguration::new("fs-0a1");
        let point = || EfsAuthorizationConfig::new().access_point_id("fsap-0a1");
        let with = |efs| problems(fargate().container(app()).volume(Volume::efs("data", efs)));
        let encrypted = efs().transit_encryption(VolumeToggle::Enabled);
        assert_eq!(
            with(encrypted.clone().authorization_config(point())),
            [""; 0]
        );
        assert_eq!(
            with(efs().authorization_config(point())),
            [
                "`Volumes[data].EfsVolumeConfiguration.TransitEncryption` of `task` is not `ENABLED`, beside an access point"
            ]
        );
        let by_role = EfsAuthorizationConfig::new().iam(VolumeToggle::Enabled);
        assert_eq!(
            with(efs().authorization_config(by_role)),
            [
                "`Volumes[data].EfsVolumeConfiguration.TransitEncryption` of `task` is not `ENABLED`, beside `IAM`"
            ]
        );
        assert_eq!(
            with(
                encrypted
                    .authorization_config(point())
                    .root_directory("/data")
            ),
            [
                "`Volumes[data].EfsVolumeConfiguration.RootDirectory` of `task` is `/data`, beside an access point"
            ]
        );
        assert_eq!(
            with(efs().transit_encryption_port(2049)),
            [
                "`Volumes[data].EfsVolumeConfiguration.TransitEncryptionPort` of `task` is given without encryption"
            ]
        );
    }

    #[test]
    fn an_access_point_of_s3_files_has_a_directory_of_its_own() {
        let with = |files| {
            let source = VolumeSource::S3FilesVolumeConfiguration(files);
            problems(
                fargate()
                    .container(app())
                    .volume(Volume::of("data", source)),
            )
        };
        let files = || {
            S3FilesVolumeConfiguration::new(
                "arn:aws:s3files:us-east-1:123456789012:file-system/fs-0a1",
            )
        };
        let point =
            "arn:aws:s3files:us-east-1:123456789012:file-system/fs-0a1/access-point/fsap-0a1";
        assert_eq!(with(files().root_directory("/data")), [""; 0]);
        assert_eq!(with(files().access_point_arn(point)), [""; 0]);
        assert_eq!(
            with(files().access_point_arn(point).root_directory("/data")),
            [
                "`Volumes[data].S3FilesVolumeConfiguration.RootDirectory` of `task` is `/data`, beside an access point"
            ]
        );
    }

    #[test]
    fn containers_that_wait_for_each_other_must_fit() {
        let waits = |on: &str, condition| {
            problems(
                fargate().container(app()).container(
                    Container::new("side", crate::image!("side"))
                        .essential(false)
                        .after(on, condition),
                ),
            )
        };
        assert_eq!(waits("app", ContainerCondition::Start), [""; 0]);
        assert_eq!(
            waits("db", ContainerCondition::Start),
            [
                "`ContainerDefinitions[side].DependsOn` of `task` names `db`, which is no container of this task"
            ]
        );
        assert_eq!(waits("app", ContainerCondition::Healthy).len(), 1);
        assert_eq!(waits("app", ContainerCondition::Success).len(), 1);
    }
}
