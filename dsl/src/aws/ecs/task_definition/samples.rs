//! Sample task definitions for the catalogue tests: one for EC2 with everything that a bridge network allows, one for Fargate, and their second values.

use super::*;
use crate::aws::ecs::{PortName, SsmParameterArn};
use crate::aws::logs::LogGroupName;
use crate::aws::secretsmanager::SecretArn;
use crate::resource::Samples;

/// Which of two values a property has.
#[derive(Clone, Copy, PartialEq)]
enum Pick {
    First,
    Second,
}

impl Pick {
    fn of<T: Copy>(self, values: &[T]) -> T {
        values[usize::from(self == Self::Second)]
    }

    fn text(self) -> &'static str {
        self.of(&["one", "two"])
    }

    fn number(self) -> u32 {
        self.of(&[32, 64])
    }

    fn truth(self) -> bool {
        self == Self::First
    }
}

fn secret(pick: Pick) -> SecretArn {
    let name = pick.text();
    SecretArn::existing(format!(
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:{name}"
    ))
}

fn parameter(pick: Pick) -> SsmParameterArn {
    let name = pick.text();
    SsmParameterArn::existing(format!(
        "arn:aws:ssm:us-east-1:123456789012:parameter/{name}"
    ))
}

fn role(name: &str) -> RoleArn<EcsTasks> {
    RoleArn::existing(format!("arn:aws:iam::123456789012:role/{name}"))
}

fn health(pick: Pick) -> ContainerHealthCheck {
    ContainerHealthCheck::shell(pick.text())
        .interval(pick.number())
        .timeout(pick.of(&[5, 6]))
        .retries(pick.of(&[3, 4]))
        .start_period(pick.number())
}

fn linux(pick: Pick) -> LinuxParameters {
    let text = pick.text();
    LinuxParameters::new()
        .capabilities(
            KernelCapabilities::new()
                .add([pick.of(&["NET_ADMIN", "SYS_PTRACE"])])
                .drop([pick.of(&["MKNOD", "CHOWN"])]),
        )
        .devices([Device::new(format!("/dev/{text}"))
            .container_path(format!("/dev/inside-{text}"))
            .permissions([pick.of(DevicePermission::ALL)])])
        .init_process_enabled(pick.truth())
        .max_swap(pick.number())
        .shared_memory_size(pick.number())
        .swappiness(pick.of(&[10_u8, 20]))
        .tmpfs([Tmpfs::new(format!("/tmp/{text}"), pick.number())
            .mount_options([pick.of(&["noexec", "nosuid"])])])
}

fn log(pick: Pick) -> LogConfiguration {
    LogConfiguration::awslogs(LogGroupName::existing("/ecs/app"), "us-east-1", pick.text())
}

fn splunk(pick: Pick) -> LogConfiguration {
    LogConfiguration::new(LogDriver::Splunk)
        .option("splunk-url", pick.text())
        .secret_options([ContainerSecret::new("splunk-token", secret(pick))])
}

/// Everything that a container on EC2 can have. Its name does not change, because the name tells containers apart.
fn everything(pick: Pick) -> Container {
    let (text, number) = (pick.text(), pick.number());
    Container::new(
        "app",
        Image::parse(format!("shop/{text}:1")).expect("an image"),
    )
    .command(["serve", text])
    .cpu(number)
    .credential_specs([format!("credentialspec:arn:aws:s3:::specs/{text}.json")])
    .after(
        "side",
        pick.of(&[ContainerCondition::Start, ContainerCondition::Complete]),
    )
    .dns_search_domains([text])
    .dns_servers([pick.of(&["10.0.0.2", "10.0.0.3"])])
    .docker_labels([("label", text)])
    .docker_security_options([pick.of(&["no-new-privileges", "apparmor:docker"])])
    .entry_point(["/bin/sh", text])
    .env("PLAIN", text)
    .environment_files([EnvironmentFile::in_s3(format!(
        "arn:aws:s3:::files/{text}.env"
    ))])
    .extra_hosts([HostEntry::new("db", pick.of(&["10.0.0.4", "10.0.0.5"]))])
    .health_check(health(pick))
    .hostname(text)
    .interactive(pick.truth())
    .links([pick.of(&["side", "side:other"])])
    .linux_parameters(linux(pick))
    .log_configuration(log(pick))
    .memory(number * 4)
    .memory_reservation(number)
    .mount_points([MountPoint::new("scratch", "/scratch").read_only(pick.truth())])
    .expose(
        PortMapping::new(8080_u16)
            .host_port(pick.of(&[80_u16, 81]))
            .name(PortName::existing(text))
            .app_protocol(pick.of(AppProtocol::ALL)),
    )
    .expose(
        PortMapping::range(pick.of(&["6000-6009", "7000-7009"]))
            .protocol(pick.of(TransportProtocol::ALL)),
    )
    .privileged(pick.truth())
    .pseudo_terminal(pick.truth())
    .readonly_root_filesystem(pick.truth())
    .repository_credentials(RepositoryCredentials::new(secret(pick)))
    .resource_requirements([match pick {
        Pick::First => ResourceRequirement::gpus(1),
        Pick::Second => ResourceRequirement::inference_accelerator("eia"),
    }])
    .restart_policy(
        RestartPolicy::new(true)
            .ignored_exit_codes([pick.of(&[0, 1])])
            .restart_attempt_period(pick.of(&[60_u32, 120])),
    )
    .secret("SECRET", secret(pick))
    .secret("PARAMETER", parameter(pick))
    .start_timeout(number)
    .stop_timeout(number)
    .system_controls([SystemControl::new(
        "net.core.somaxconn",
        pick.of(&["1024", "2048"]),
    )])
    .ulimits([Ulimit::new(
        pick.of(&[UlimitName::Nofile, UlimitName::Nproc]),
        pick.of(&[1024, 2048]),
        pick.of(&[4096, 8192]),
    )])
    .user(pick.of(&["1000", "1001"]))
    .version_consistency(pick.of(VersionConsistency::ALL))
    .volumes_from([VolumeFrom::new("side").read_only(pick.truth())])
    .working_directory(pick.of(&["/one", "/two"]))
}

fn router(pick: Pick) -> Container {
    Container::new("side", crate::image!("router:1"))
        .essential(false)
        .memory_reservation(64)
        .firelens_configuration(
            FirelensConfiguration::new(pick.of(FirelensType::ALL))
                .options([("enable-ecs-log-metadata", pick.of(&["true", "false"]))]),
        )
        .log_configuration(splunk(pick))
}

fn docker(pick: Pick) -> VolumeSource {
    VolumeSource::DockerVolumeConfiguration(
        DockerVolumeConfiguration::new()
            .autoprovision(pick.truth())
            .driver(pick.of(&["local", "rexray"]))
            .driver_opts([("option", pick.text())])
            .labels([("label", pick.text())])
            .scope(pick.of(&[DockerVolumeScope::Shared, DockerVolumeScope::Task])),
    )
}

fn efs(pick: Pick) -> EfsVolumeConfiguration {
    EfsVolumeConfiguration::new(pick.of(&["fs-0a1", "fs-0b2"]))
        .root_directory("/")
        .transit_encryption(VolumeToggle::Enabled)
        .transit_encryption_port(pick.of(&[2049_u16, 2050]))
        .authorization_config(
            EfsAuthorizationConfig::new()
                .access_point_id(pick.of(&["fsap-0a1", "fsap-0b2"]))
                .iam(pick.of(VolumeToggle::ALL)),
        )
}

fn fsx(pick: Pick) -> VolumeSource {
    let text = pick.text();
    let account = FsxAuthorizationConfig::new(secret(pick).to_string(), text);
    VolumeSource::FsxWindowsFileServerVolumeConfiguration(
        FsxWindowsFileServerVolumeConfiguration::new(pick.of(&["fs-0c3", "fs-0d4"]), text, account),
    )
}

fn s3_files(pick: Pick) -> VolumeSource {
    let text = pick.text();
    let base = format!("arn:aws:s3files:us-east-1:123456789012:file-system/{text}");
    let files = S3FilesVolumeConfiguration::new(base.clone())
        .root_directory(pick.of(&["/", "/data"]))
        .transit_encryption_port(pick.of(&[2049_u16, 2050]));
    // An access point has a directory of its own.
    VolumeSource::S3FilesVolumeConfiguration(match pick {
        Pick::First => files.access_point_arn(format!("{base}/access-point/{text}")),
        Pick::Second => files,
    })
}

fn on_ec2(pick: Pick) -> TaskDefinition {
    TaskDefinition::ec2(NetworkMode::Bridge)
        .family("app")
        .container(everything(pick))
        .container(router(pick))
        .cpu(pick.number() * 8)
        .memory(pick.number() * 32)
        .execution_role_arn(role(&format!("execution-{}", pick.text())))
        .task_role_arn(role(&format!("task-{}", pick.text())))
        .volume(Volume::scratch("scratch"))
        .volume(Volume::host("host", pick.of(&["/one", "/two"])))
        .volume(Volume::of("docker", docker(pick)))
        .ipc_mode(pick.of(&[IpcMode::Task, IpcMode::Host]))
        .pid_mode(pick.of(&[PidMode::Task, PidMode::Host]))
        .placement_constraints([TaskPlacementConstraint::member_of(pick.of(&[
            "attribute:ecs.os-type == linux",
            "attribute:ecs.os-type == windows",
        ]))])
        .inference_accelerators([InferenceAccelerator::new(
            "eia",
            pick.of(&["eia2.medium", "eia2.large"]),
        )])
        .enable_fault_injection(pick.truth())
        .tag("Team", pick.text())
}

fn on_fargate(pick: Pick) -> TaskDefinition {
    let mut app = Container::new("app", crate::image!("shop/api:1.4.2"));
    app.port(8080);
    let size = pick.of(&[
        crate::fargate!(cpu: 256, memory: 512),
        crate::fargate!(cpu: 512, memory: 1024),
    ]);
    let platform = RuntimePlatform::new()
        .cpu_architecture(pick.of(CpuArchitecture::ALL))
        .operating_system_family(OperatingSystemFamily::Linux);
    TaskDefinition::fargate(size)
        .family("app")
        .container(app.mount("efs", "/data"))
        .runtime_platform(platform)
        .ephemeral_storage(EphemeralStorage::new(pick.of(&[50_u32, 100])))
        .volume(Volume::efs("efs", efs(pick)))
        .volume(Volume::of("s3", s3_files(pick)))
        .volume(Volume::configured_at_launch("ebs"))
}

fn on_windows(pick: Pick) -> TaskDefinition {
    let family = pick.of(&[
        OperatingSystemFamily::WindowsServer2022Core,
        OperatingSystemFamily::WindowsServer2025Core,
    ]);
    let app = Container::new("app", crate::image!("shop/windows:1"));
    TaskDefinition::ec2(NetworkMode::Awsvpc)
        .family("app")
        .container(app.memory(1024).mount("fsx", r"C:\data"))
        .runtime_platform(RuntimePlatform::new().operating_system_family(family))
        .volume(Volume::of("fsx", fsx(pick)))
}

fn with_proxy(pick: Pick) -> TaskDefinition {
    let app = Container::new("app", crate::image!("shop/api:1.4.2"));
    let envoy = Container::new("envoy", crate::image!("envoy:1"));
    let port = EnvironmentVariable::new("AppPorts", pick.of(&["8080", "8081"]));
    let proxy = ProxyConfiguration::new(pick.of(&["envoy", "app"]))
        .proxy_configuration_properties([port])
        .proxy_type(ProxyType::AppMesh);
    TaskDefinition::fargate(crate::fargate!(cpu: 256, memory: 512))
        .family("app")
        .container(app)
        .container(envoy)
        .proxy_configuration(proxy)
}

fn isolated(pick: Pick) -> TaskDefinition {
    let app = Container::new("app", crate::image!("shop/batch:1"));
    TaskDefinition::ec2(pick.of(&[NetworkMode::None, NetworkMode::Host]))
        .family("app")
        .container(app.memory(64).disable_networking(pick.truth()))
}

fn on_a_shared_gpu() -> TaskDefinition {
    let app = Container::new("app", crate::image!("shop/train:1"));
    let share = NvidiaMpsAllocation::new(1024).max_compute_percent(50);
    TaskDefinition::ec2(NetworkMode::Bridge)
        .family("app")
        .container(
            app.memory(64)
                .resource_requirements([ResourceRequirement::shared_gpu(share)]),
        )
}

impl Samples for TaskDefinition {
    fn samples() -> Vec<Self> {
        use Pick::{First, Second};
        let smallest = Container::new("app", crate::image!("nginx")).memory(64);
        vec![
            Self::empty().container(smallest),
            on_ec2(First),
            on_ec2(Second),
            on_ec2(First).tag("Team", "other"),
            on_ec2(First).family("other"),
            on_ec2(First).requires_compatibilities([Compatibility::External]),
            on_fargate(First),
            on_fargate(Second),
            on_windows(First),
            on_windows(Second),
            with_proxy(First),
            with_proxy(Second),
            isolated(First),
            isolated(Second),
            on_a_shared_gpu(),
        ]
    }
}
