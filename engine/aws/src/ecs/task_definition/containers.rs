//! Containers and what belongs to them, in both forms.

use aws_sdk_ecs::types::PortMapping;
use aws_sdk_ecs::types::builders::PortMappingBuilder;
use windlass::aws::ecs::ListensResolved;

use crate::ecs::form::{ToSdk, forms};
use crate::observed::Block;

forms! {
    ContainerResolved => ContainerDefinition {
        "Name": name, set_name;
        "Image": image, set_image;
        "Command": command, set_command;
        "Cpu": cpu, set_cpu;
        "CredentialSpecs": credential_specs, set_credential_specs;
        "DependsOn": depends_on, set_depends_on;
        "DisableNetworking": disable_networking, set_disable_networking;
        "DnsSearchDomains": dns_search_domains, set_dns_search_domains;
        "DnsServers": dns_servers, set_dns_servers;
        "DockerLabels": docker_labels, set_docker_labels;
        "DockerSecurityOptions": docker_security_options, set_docker_security_options;
        "EntryPoint": entry_point, set_entry_point;
        "Environment": environment, set_environment;
        "EnvironmentFiles": environment_files, set_environment_files;
        "Essential": essential, set_essential;
        "ExtraHosts": extra_hosts, set_extra_hosts;
        "FirelensConfiguration": firelens_configuration, set_firelens_configuration;
        "HealthCheck": health_check, set_health_check;
        "Hostname": hostname, set_hostname;
        "Interactive": interactive, set_interactive;
        "Links": links, set_links;
        "LinuxParameters": linux_parameters, set_linux_parameters;
        "LogConfiguration": log_configuration, set_log_configuration;
        "Memory": memory, set_memory;
        "MemoryReservation": memory_reservation, set_memory_reservation;
        "MountPoints": mount_points, set_mount_points;
        "PortMappings": port_mappings, set_port_mappings;
        "Privileged": privileged, set_privileged;
        "PseudoTerminal": pseudo_terminal, set_pseudo_terminal;
        "ReadonlyRootFilesystem": readonly_root_filesystem, set_readonly_root_filesystem;
        "RepositoryCredentials": repository_credentials, set_repository_credentials;
        "ResourceRequirements": resource_requirements, set_resource_requirements;
        "RestartPolicy": restart_policy, set_restart_policy;
        "Secrets": secrets, set_secrets;
        "StartTimeout": start_timeout, set_start_timeout;
        "StopTimeout": stop_timeout, set_stop_timeout;
        "SystemControls": system_controls, set_system_controls;
        "Ulimits": ulimits, set_ulimits;
        "User": user, set_user;
        "VersionConsistency": version_consistency, set_version_consistency;
        "VolumesFrom": volumes_from, set_volumes_from;
        "WorkingDirectory": working_directory, set_working_directory;
    }
    ContainerDependencyResolved => ContainerDependency (checked) {
        "ContainerName": container_name, set_container_name;
        "Condition": condition, set_condition;
    }
    HostEntryResolved => HostEntry (checked) {
        "Hostname": hostname, set_hostname;
        "IpAddress": ip_address, set_ip_address;
    }
    ContainerHealthCheckResolved => HealthCheck (checked) {
        "Command": command, set_command, always;
        "Interval": interval, set_interval;
        "Timeout": timeout, set_timeout;
        "Retries": retries, set_retries;
        "StartPeriod": start_period, set_start_period;
    }
    MountPointResolved => MountPoint {
        "SourceVolume": source_volume, set_source_volume;
        "ContainerPath": container_path, set_container_path;
        "ReadOnly": read_only, set_read_only;
    }
    VolumeFromResolved => VolumeFrom {
        "SourceContainer": source_container, set_source_container;
        "ReadOnly": read_only, set_read_only;
    }
    RepositoryCredentialsResolved => RepositoryCredentials (checked) {
        "CredentialsParameter": credentials_parameter, set_credentials_parameter;
    }
    ResourceRequirementResolved => ResourceRequirement (checked) {
        "Type": resource_type as r#type, set_type;
        "Value": value, set_value;
    }
    RestartPolicyResolved => ContainerRestartPolicy (checked) {
        "Enabled": enabled, set_enabled;
        "IgnoredExitCodes": ignored_exit_codes, set_ignored_exit_codes;
        "RestartAttemptPeriod": restart_attempt_period, set_restart_attempt_period;
    }
    EnvironmentVariableResolved => KeyValuePair {
        "Name": name, set_name;
        "Value": value, set_value;
    }
    EnvironmentFileResolved => EnvironmentFile (checked) {
        "Type": file_type as r#type, set_type;
        "Value": value, set_value;
    }
    ContainerSecretResolved => Secret (checked) {
        "Name": name, set_name;
        "ValueFrom": value_from, set_value_from;
    }
    LinuxParametersResolved => LinuxParameters {
        "Capabilities": capabilities, set_capabilities;
        "Devices": devices, set_devices;
        "InitProcessEnabled": init_process_enabled, set_init_process_enabled;
        "MaxSwap": max_swap, set_max_swap;
        "SharedMemorySize": shared_memory_size, set_shared_memory_size;
        "Swappiness": swappiness, set_swappiness;
        "Tmpfs": tmpfs, set_tmpfs;
    }
    KernelCapabilitiesResolved => KernelCapabilities {
        "Add": add, set_add;
        "Drop": drop, set_drop;
    }
    DeviceResolved => Device (checked) {
        "HostPath": host_path, set_host_path;
        "ContainerPath": container_path, set_container_path;
        "Permissions": permissions, set_permissions;
    }
    TmpfsResolved => Tmpfs (checked) {
        "ContainerPath": container_path, set_container_path;
        "Size": size, set_size;
        "MountOptions": mount_options, set_mount_options;
    }
    SystemControlResolved => SystemControl {
        "Namespace": namespace, set_namespace;
        "Value": value, set_value;
    }
    UlimitResolved => Ulimit (checked) {
        "Name": name, set_name;
        "SoftLimit": soft_limit, set_soft_limit;
        "HardLimit": hard_limit, set_hard_limit;
    }
    LogConfigurationResolved => LogConfiguration (checked) {
        "LogDriver": log_driver, set_log_driver;
        "Options": options, set_options;
        "SecretOptions": secret_options, set_secret_options;
    }
    FirelensConfigurationResolved => FirelensConfiguration (checked) {
        "Type": firelens_type as r#type, set_type;
        "Options": options, set_options;
    }
    PortMappingResolved => PortMapping {
        "HostPort": host_port, set_host_port;
        "Protocol": protocol, set_protocol;
        "Name": name, set_name;
        "AppProtocol": app_protocol, set_app_protocol;
        + listens: put_listens, see_listens;
    }
}

fn put_listens(mapping: PortMappingBuilder, listens: &ListensResolved) -> PortMappingBuilder {
    match listens {
        ListensResolved::ContainerPort(port) => mapping.set_container_port(port.to_sdk()),
        ListensResolved::ContainerPortRange(ports) => mapping.container_port_range(ports),
    }
}

fn see_listens(block: Block, mapping: &PortMapping) -> Block {
    block
        .set("ContainerPort", mapping.container_port)
        .set("ContainerPortRange", mapping.container_port_range.as_ref())
}
