//! EBS volumes that a service makes for each of its tasks.

use windlass_derive::Block;

use super::PropagateTags;
use crate::aws::iam::principal::Ecs;
use crate::aws::iam::{RoleArn, RoleFor};
use crate::stack::Checks;
use crate::value::{Input, Tags};

crate::text_enum! {
    /// The file system of a volume.
    pub enum FilesystemType {
        Ext3 = "ext3",
        Ext4 = "ext4",
        Xfs = "xfs",
        /// NTFS, for Windows.
        Ntfs = "ntfs",
    }
    /// The type of a volume.
    pub enum EbsVolumeType {
        /// General purpose, with performance that you choose.
        Gp3 = "gp3",
        /// General purpose, with performance that depends on the size.
        Gp2 = "gp2",
        /// Provisioned performance.
        Io1 = "io1",
        /// Provisioned performance, more durable.
        Io2 = "io2",
        /// Magnetic, for throughput.
        St1 = "st1",
        /// Magnetic, seldom used.
        Sc1 = "sc1",
        /// Magnetic, previous generation.
        Standard = "standard",
    }
    /// The resource that ECS tags.
    pub enum EbsResourceType {
        Volume = "volume",
    }
}

/// A volume of the task definition whose settings come from the service.
#[derive(Debug, Clone, Block)]
pub struct ServiceVolumeConfiguration {
    /// The volume's name in the task definition.
    pub name: Input<String>,
    /// The EBS volume that each task gets.
    #[field(name = "ManagedEBSVolume")]
    pub managed_ebs_volume: ManagedEbsVolume,
}

/// The EBS volume that each task gets.
#[derive(Debug, Clone, Block)]
pub struct ManagedEbsVolume {
    /// The role with which ECS creates and attaches volumes.
    #[field(takes(RoleFor<Ecs>))]
    pub role_arn: Input<RoleArn<Ecs>>,
    /// Whether the volume is encrypted. If absent, the account's default applies.
    pub encrypted: Option<Input<bool>>,
    /// The file system. AWS's default is `xfs`; `ntfs` for Windows.
    pub filesystem_type: Option<Input<FilesystemType>>,
    /// I/O operations per second (IOPS).
    pub iops: Option<Input<u32>>,
    /// The KMS key that encrypts the volume, by id, ARN or alias.
    pub kms_key_id: Option<Input<String>>,
    /// The size in GiB; required without a snapshot.
    #[field(name = "SizeInGiB")]
    pub size_in_gib: Option<Input<u32>>,
    /// The snapshot that the volume is created from.
    pub snapshot_id: Option<Input<String>>,
    /// The tags of the volume.
    #[field(keyed("ResourceType"))]
    pub tag_specifications: Vec<EbsTagSpecification>,
    /// Throughput in MiB/s, for `gp3`, 125 to 1000.
    pub throughput: Option<Input<u32>>,
    /// How fast AWS fills the volume from its snapshot, in MiB/s, 100 to 300.
    pub volume_initialization_rate: Option<Input<u32>>,
    /// The type of the volume. AWS's default is `gp3`.
    pub volume_type: Option<Input<EbsVolumeType>>,
}

/// The tags of a volume.
#[derive(Debug, Clone, Block)]
pub struct EbsTagSpecification {
    /// The resource that ECS tags.
    pub resource_type: Input<EbsResourceType>,
    /// The source of additional tags.
    pub propagate_tags: Option<Input<PropagateTags>>,
    pub tags: Tags,
}

impl ServiceVolumeConfiguration {
    pub(super) fn check(&self, checks: &mut Checks<'_>) {
        let name = self.name.literal().unwrap_or_default();
        let property =
            |member: &str| format!("VolumeConfigurations[{name}].ManagedEBSVolume.{member}");
        let volume = &self.managed_ebs_volume;
        if volume.size_in_gib.is_none() && volume.snapshot_id.is_none() {
            checks.invalid(
                &property("SizeInGiB"),
                "is absent, and there is no snapshot",
                "give a size, or a snapshot whose size is taken",
            );
        }
        checks.range(
            &property("Throughput"),
            volume.throughput.as_ref(),
            125..=1000,
        );
        checks.range(
            &property("VolumeInitializationRate"),
            volume.volume_initialization_rate.as_ref(),
            100..=300,
        );
    }
}
