//! Volumes and the task definition's other blocks, in both forms.

use aws_sdk_ecs::types::Volume;
use aws_sdk_ecs::types::builders::VolumeBuilder;
use windlass::aws::ecs::VolumeSourceResolved;

use crate::ecs::form::{Shown, ToSdk, forms};
use crate::observed::Block;

forms! {
    RuntimePlatformResolved => RuntimePlatform {
        "CpuArchitecture": cpu_architecture, set_cpu_architecture;
        "OperatingSystemFamily": operating_system_family, set_operating_system_family;
    }
    EphemeralStorageResolved => EphemeralStorage {
        "SizeInGiB": size_in_gib, set_size_in_gib;
    }
    TaskPlacementConstraintResolved => TaskDefinitionPlacementConstraint {
        "Type": constraint_type as r#type, set_type;
        "Expression": expression, set_expression;
    }
    ProxyConfigurationResolved => ProxyConfiguration (checked) {
        "ContainerName": container_name, set_container_name;
        "ProxyConfigurationProperties": proxy_configuration_properties as properties, set_properties;
        "Type": proxy_type as r#type, set_type;
    }
    VolumeResolved => Volume {
        "Name": name, set_name;
        + source: put_source, see_source;
    }
    HostVolumeResolved => HostVolumeProperties {
        "SourcePath": source_path, set_source_path;
    }
    DockerVolumeConfigurationResolved => DockerVolumeConfiguration {
        "Autoprovision": autoprovision, set_autoprovision;
        "Driver": driver, set_driver;
        "DriverOpts": driver_opts, set_driver_opts;
        "Labels": labels, set_labels;
        "Scope": scope, set_scope;
    }
    EfsVolumeConfigurationResolved => EfsVolumeConfiguration (checked) {
        "FilesystemId": filesystem_id as file_system_id, set_file_system_id;
        "RootDirectory": root_directory, set_root_directory;
        "TransitEncryption": transit_encryption, set_transit_encryption;
        "TransitEncryptionPort": transit_encryption_port, set_transit_encryption_port;
        "AuthorizationConfig": authorization_config, set_authorization_config;
    }
    EfsAuthorizationConfigResolved => EfsAuthorizationConfig {
        "AccessPointId": access_point_id, set_access_point_id;
        "IAM": iam, set_iam;
    }
    FsxWindowsFileServerVolumeConfigurationResolved => FSxWindowsFileServerVolumeConfiguration (checked) {
        "FileSystemId": file_system_id, set_file_system_id;
        "RootDirectory": root_directory, set_root_directory;
        "AuthorizationConfig": authorization_config, set_authorization_config;
    }
    FsxAuthorizationConfigResolved => FSxWindowsFileServerAuthorizationConfig (checked) {
        "CredentialsParameter": credentials_parameter, set_credentials_parameter;
        "Domain": domain, set_domain;
    }
    S3FilesVolumeConfigurationResolved => S3FilesVolumeConfiguration (checked) {
        "FileSystemArn": file_system_arn, set_file_system_arn;
        "AccessPointArn": access_point_arn, set_access_point_arn;
        "RootDirectory": root_directory, set_root_directory;
        "TransitEncryptionPort": transit_encryption_port, set_transit_encryption_port;
    }
}

fn put_source(volume: VolumeBuilder, source: &VolumeSourceResolved) -> VolumeBuilder {
    match source {
        VolumeSourceResolved::Host(host) => volume.set_host(host.to_sdk()),
        VolumeSourceResolved::DockerVolumeConfiguration(docker) => {
            volume.set_docker_volume_configuration(docker.to_sdk())
        }
        VolumeSourceResolved::EfsVolumeConfiguration(efs) => {
            volume.set_efs_volume_configuration(efs.to_sdk())
        }
        VolumeSourceResolved::FsxWindowsFileServerVolumeConfiguration(fsx) => {
            volume.set_fsx_windows_file_server_volume_configuration(fsx.to_sdk())
        }
        VolumeSourceResolved::S3FilesVolumeConfiguration(s3) => {
            volume.set_s3files_volume_configuration(s3.to_sdk())
        }
        VolumeSourceResolved::ConfiguredAtLaunch(configured) => {
            volume.set_configured_at_launch(configured.to_sdk())
        }
    }
}

fn see_source(block: Block, volume: &Volume) -> Block {
    let fsx = &volume.fsx_windows_file_server_volume_configuration;
    block
        .set("Host", volume.host.shown())
        .set(
            "DockerVolumeConfiguration",
            volume.docker_volume_configuration.shown(),
        )
        .set(
            "EFSVolumeConfiguration",
            volume.efs_volume_configuration.shown(),
        )
        .set("FSxWindowsFileServerVolumeConfiguration", fsx.shown())
        .set(
            "S3FilesVolumeConfiguration",
            volume.s3files_volume_configuration.shown(),
        )
        .set("ConfiguredAtLaunch", volume.configured_at_launch)
}

/// Elastic Inference, which the SDK calls deprecated.
#[expect(
    deprecated,
    reason = "Elastic Inference takes no new users, and CloudFormation still knows it"
)]
mod elastic_inference {
    use crate::ecs::form::forms;

    forms! {
        InferenceAcceleratorResolved => InferenceAccelerator (checked) {
            "DeviceName": device_name, set_device_name;
            "DeviceType": device_type, set_device_type;
        }
    }
}
