//! Volumes of a task definition, which containers mount.

use std::collections::BTreeMap;

use windlass_derive::{Block, Choice};

use crate::stack::Checks;
use crate::value::{Input, IntoInput};

crate::text_enum! {
    /// The lifetime of a Docker volume.
    pub enum DockerVolumeScope {
        /// The volume lives as long as its task.
        Task = "task",
        /// The volume stays on the instance after the task.
        Shared = "shared",
    }
    /// A switch of volumes that AWS writes as a word: on or off.
    pub enum VolumeToggle {
        /// On.
        Enabled = "ENABLED",
        /// Off.
        Disabled = "DISABLED",
    }
}

/// A volume.
#[derive(Debug, Clone, Block)]
#[block(no_new)]
pub struct Volume {
    /// The name that mount points use.
    #[field(no_setter)]
    pub name: Input<String>,
    /// The source of the volume.
    #[field(choice, no_setter)]
    pub source: VolumeSource,
}

/// The source of a volume.
#[derive(Debug, Clone, Choice)]
pub enum VolumeSource {
    /// A directory: an empty one that lives as long as the task, or one of the host.
    Host(HostVolume),
    /// A Docker volume. Not on Fargate.
    DockerVolumeConfiguration(DockerVolumeConfiguration),
    /// An EFS file system.
    #[field(name = "EFSVolumeConfiguration")]
    EfsVolumeConfiguration(EfsVolumeConfiguration),
    /// An FSx for Windows file system. Not on Fargate.
    #[field(name = "FSxWindowsFileServerVolumeConfiguration")]
    FsxWindowsFileServerVolumeConfiguration(FsxWindowsFileServerVolumeConfiguration),
    /// An S3 Files file system.
    #[field(name = "S3FilesVolumeConfiguration")]
    S3FilesVolumeConfiguration(S3FilesVolumeConfiguration),
    /// An EBS volume whose settings come from the service; always `true`.
    ConfiguredAtLaunch(Input<bool>),
}

/// A directory of the host.
#[derive(Debug, Clone, Block)]
pub struct HostVolume {
    /// The path of the directory. If absent, an empty directory that lives as long as the task. Not on Fargate.
    pub source_path: Option<Input<String>>,
}

/// A Docker volume.
#[derive(Debug, Clone, Block)]
pub struct DockerVolumeConfiguration {
    /// Whether Docker creates the volume if it does not exist; for `shared` volumes only. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub autoprovision: Option<Input<bool>>,
    /// The volume driver. AWS's default is `local`.
    #[field(removal_default("\"local\""))]
    pub driver: Option<Input<String>>,
    /// Options for the driver.
    pub driver_opts: BTreeMap<String, Input<String>>,
    /// Labels of the volume.
    pub labels: BTreeMap<String, Input<String>>,
    /// The lifetime of the volume. AWS's default is `task`.
    #[field(removal_default("\"task\""))]
    pub scope: Option<Input<DockerVolumeScope>>,
}

/// An EFS file system.
#[derive(Debug, Clone, Block)]
pub struct EfsVolumeConfiguration {
    /// The file system, `fs-…`.
    #[field(name = "FilesystemId")]
    pub filesystem_id: Input<String>,
    /// The directory to mount. With an access point, leave it out or write `/`. AWS's default is `/`.
    #[field(removal_default("\"/\""))]
    pub root_directory: Option<Input<String>>,
    /// Whether traffic is encrypted. An access point or IAM authorization requires it. AWS's default is `DISABLED`.
    #[field(removal_default("\"DISABLED\""))]
    pub transit_encryption: Option<Input<VolumeToggle>>,
    /// The port for encrypted traffic. If absent, the mount helper chooses one.
    pub transit_encryption_port: Option<Input<u16>>,
    /// How access is authorised.
    pub authorization_config: Option<EfsAuthorizationConfig>,
}

/// How access to an EFS file system is authorised.
#[derive(Debug, Clone, Block)]
pub struct EfsAuthorizationConfig {
    /// The access point, `fsap-…`.
    pub access_point_id: Option<Input<String>>,
    /// Whether the task role authorizes the access. AWS's default is `DISABLED`.
    #[field(name = "IAM", removal_default("\"DISABLED\""))]
    pub iam: Option<Input<VolumeToggle>>,
}

/// An FSx for Windows file system.
#[derive(Debug, Clone, Block)]
pub struct FsxWindowsFileServerVolumeConfiguration {
    /// The file system, `fs-…`.
    pub file_system_id: Input<String>,
    /// The directory to mount.
    pub root_directory: Input<String>,
    /// The Active Directory account for the access.
    pub authorization_config: FsxAuthorizationConfig,
}

/// The Active Directory account for an FSx for Windows file system.
#[derive(Debug, Clone, Block)]
pub struct FsxAuthorizationConfig {
    /// The secret or parameter with the credentials, by ARN.
    pub credentials_parameter: Input<String>,
    pub domain: Input<String>,
}

/// An S3 Files file system.
#[derive(Debug, Clone, Block)]
pub struct S3FilesVolumeConfiguration {
    pub file_system_arn: Input<String>,
    pub access_point_arn: Option<Input<String>>,
    /// The directory to mount. With an access point, leave it out or write `/`. AWS's default is `/`.
    #[field(removal_default("\"/\""))]
    pub root_directory: Option<Input<String>>,
    /// The port for encrypted traffic. If absent, ECS chooses one.
    pub transit_encryption_port: Option<Input<u16>>,
}

impl Volume {
    /// An empty directory that lives as long as the task.
    #[must_use]
    pub fn scratch(name: impl IntoInput<String>) -> Self {
        Self::of(name, VolumeSource::Host(HostVolume::new()))
    }

    /// A directory of the host. Not on Fargate.
    #[must_use]
    pub fn host(name: impl IntoInput<String>, path: impl IntoInput<String>) -> Self {
        Self::of(
            name,
            VolumeSource::Host(HostVolume::new().source_path(path)),
        )
    }

    /// An EFS file system.
    #[must_use]
    pub fn efs(name: impl IntoInput<String>, efs: EfsVolumeConfiguration) -> Self {
        Self::of(name, VolumeSource::EfsVolumeConfiguration(efs))
    }

    /// An EBS volume whose settings the service gives when it starts a task.
    #[must_use]
    pub fn configured_at_launch(name: impl IntoInput<String>) -> Self {
        Self::of(name, VolumeSource::ConfiguredAtLaunch(true.into()))
    }

    /// What AWS refuses: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EFSVolumeConfiguration.html>, aws-cdk#10683.
    pub(super) fn check(&self, at: &str, checks: &mut Checks<'_>) {
        match &self.source {
            VolumeSource::EfsVolumeConfiguration(efs) => {
                efs.check(&format!("{at}.EfsVolumeConfiguration"), checks);
            }
            VolumeSource::S3FilesVolumeConfiguration(files) => check_directory(
                &format!("{at}.S3FilesVolumeConfiguration"),
                files.access_point_arn.is_some(),
                files.root_directory.as_ref(),
                checks,
            ),
            _ => {}
        }
    }

    /// Any volume.
    #[must_use]
    pub fn of(name: impl IntoInput<String>, source: VolumeSource) -> Self {
        Self {
            name: name.into(),
            source,
        }
    }
}

impl EfsVolumeConfiguration {
    fn check(&self, at: &str, checks: &mut Checks<'_>) {
        let access = self.authorization_config.as_ref();
        let point = access.is_some_and(|access| access.access_point_id.is_some());
        let by_role = access
            .and_then(|access| access.iam.as_ref())
            .and_then(Input::literal);
        let plain = match &self.transit_encryption {
            None => true,
            Some(encryption) => encryption.literal() == Some(VolumeToggle::Disabled),
        };
        let beside = match (point, by_role) {
            (true, _) => Some("an access point"),
            (_, Some(VolumeToggle::Enabled)) => Some("`IAM`"),
            _ => None,
        };
        if let Some(beside) = beside.filter(|_| plain) {
            checks.invalid(
                &format!("{at}.TransitEncryption"),
                format!("is not `ENABLED`, beside {beside}"),
                "add `.transit_encryption(VolumeToggle::Enabled)`",
            );
        } else if plain && self.transit_encryption_port.is_some() {
            checks.invalid(
                &format!("{at}.TransitEncryptionPort"),
                "is given without encryption",
                "add `.transit_encryption(VolumeToggle::Enabled)`, or leave the port out",
            );
        }
        check_directory(at, point, self.root_directory.as_ref(), checks);
    }
}

/// An access point has a directory of its own.
fn check_directory(
    at: &str,
    point: bool,
    directory: Option<&Input<String>>,
    checks: &mut Checks<'_>,
) {
    let directory = directory.and_then(Input::literal);
    if let Some(directory) = directory.filter(|directory| point && directory != "/") {
        checks.invalid(
            &format!("{at}.RootDirectory"),
            format!("is `{directory}`, beside an access point"),
            "leave it out: the access point has a directory of its own",
        );
    }
}
