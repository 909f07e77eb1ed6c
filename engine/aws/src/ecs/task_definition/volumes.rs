//! Volumes and the task definition's other blocks, as request and as answer.

use crate::table::tables;

tables! { windlass::aws::ecs => aws_sdk_ecs;
    RuntimePlatform;
    EphemeralStorage;
    TaskPlacementConstraint => TaskDefinitionPlacementConstraint { "Type" as r#type; }
    ProxyConfiguration { "ProxyConfigurationProperties" as properties; "Type" as r#type; }
    Volume {
        source {
            "FSxWindowsFileServerVolumeConfiguration" as fsx_windows_file_server_volume_configuration;
            "S3FilesVolumeConfiguration" as s3files_volume_configuration;
        }
    }
    HostVolume => HostVolumeProperties;
    DockerVolumeConfiguration;
    EfsVolumeConfiguration { "FilesystemId" as file_system_id; }
    EfsAuthorizationConfig;
    FsxWindowsFileServerVolumeConfiguration => FSxWindowsFileServerVolumeConfiguration;
    FsxAuthorizationConfig => FSxWindowsFileServerAuthorizationConfig;
    S3FilesVolumeConfiguration;
}

/// Elastic Inference, which the SDK marks as deprecated, and the blocks that refer to it.
#[expect(
    deprecated,
    reason = "Elastic Inference takes no new users, and CloudFormation still knows it"
)]
mod elastic_inference {
    use crate::table::tables;

    tables! { windlass::aws::ecs => aws_sdk_ecs;
        InferenceAccelerator;
        TaskDefinition => register_task_definition | TaskDefinition;
    }
}
