//! Containers and what belongs to them, in both forms.

use crate::table::tables;

tables! { windlass::aws::ecs => aws_sdk_ecs;
    Container => ContainerDefinition;
    ContainerDependency;
    HostEntry;
    ContainerHealthCheck => HealthCheck { "Command" always; }
    MountPoint;
    VolumeFrom;
    RepositoryCredentials;
    ResourceRequirement { "Type" as r#type; }
    RestartPolicy => ContainerRestartPolicy;
    EnvironmentVariable => KeyValuePair;
    EnvironmentFile { "Type" as r#type; }
    ContainerSecret => Secret;
    LinuxParameters;
    KernelCapabilities;
    Device;
    Tmpfs;
    SystemControl;
    Ulimit;
    LogConfiguration;
    FirelensConfiguration { "Type" as r#type; }
    PortMapping;
}
