//! The disks of an instance. Not here: volumes that outlive it, which ECS attaches to tasks by itself.

use windlass_derive::{Block, Choice};

use crate::stack::Checks;
use crate::value::{Input, IntoInput};

crate::text_enum! {
    /// The type of an EBS volume.
    pub enum VolumeType {
        /// General purpose, with IOPS and throughput that you choose.
        Gp3 = "gp3",
        /// General purpose, with IOPS that depend on the size.
        Gp2 = "gp2",
        /// Provisioned IOPS.
        Io1 = "io1",
        /// Provisioned IOPS, more durable.
        Io2 = "io2",
        /// Hard disk for throughput.
        St1 = "st1",
        /// Hard disk for data that is seldom read.
        Sc1 = "sc1",
        /// Magnetic disk of the previous generation.
        Standard = "standard",
    }
}

/// The content of one device of an instance.
#[derive(Debug, Clone, Block)]
pub struct BlockDeviceMapping {
    /// The device, such as `/dev/xvda`. The image defines which one is the root.
    pub device_name: Input<String>,
    /// The volume, instance store or nothing on this device.
    #[field(choice)]
    pub device: Device,
}

/// The content of a device.
#[derive(Debug, Clone, Choice)]
pub enum Device {
    /// An EBS volume.
    Ebs(Box<Ebs>),
    /// An instance store volume, such as `ephemeral0`.
    VirtualName(Input<String>),
    /// Nothing, although the image maps the device. The text is empty.
    NoDevice(Input<String>),
}

/// An EBS volume that AWS creates with the instance.
#[derive(Debug, Clone, Block)]
pub struct Ebs {
    /// Whether AWS deletes the volume when the instance terminates.
    pub delete_on_termination: Option<Input<bool>>,
    /// The index of the EBS card, on instance types that have several.
    pub ebs_card_index: Option<Input<i32>>,
    /// Whether the volume is encrypted.
    pub encrypted: Option<Input<bool>>,
    /// I/O operations per second; for `gp3`, `io1` and `io2`. AWS's default for `gp3` is 3000.
    pub iops: Option<Input<i32>>,
    /// The KMS key that encrypts the volume: id, alias or ARN. AWS's default is the account's key for EBS.
    pub kms_key_id: Option<Input<String>>,
    /// The snapshot that the volume is created from.
    pub snapshot_id: Option<Input<String>>,
    /// MiB per second, 125 and more; for `gp3`. AWS's default is 125.
    pub throughput: Option<Input<i32>>,
    /// How fast AWS fetches the volume's blocks from the snapshot, in MiB per second, 100 to 300.
    pub volume_initialization_rate: Option<Input<i32>>,
    /// The size of the volume, in GiB. AWS's default is the snapshot's size.
    pub volume_size: Option<Input<i32>>,
    /// The type of the volume. AWS's default is `gp2`.
    pub volume_type: Option<Input<VolumeType>>,
}

impl BlockDeviceMapping {
    /// An EBS volume on a device.
    pub fn ebs(device_name: impl IntoInput<String>, volume: impl Into<Ebs>) -> Self {
        Self::new(device_name, Device::Ebs(Box::new(volume.into())))
    }

    /// Removes a device that the image maps.
    pub fn none(device_name: impl IntoInput<String>) -> Self {
        Self::new(device_name, Device::NoDevice("".into()))
    }

    pub(super) fn check(&self, at: &str, checks: &mut Checks<'_>) {
        match &self.device {
            Device::Ebs(volume) => volume.check(&format!("{at}.Ebs"), checks),
            Device::NoDevice(text) if text.literal().is_some_and(|text| !text.is_empty()) => {
                checks.invalid(
                    &format!("{at}.NoDevice"),
                    "is not empty",
                    "use `BlockDeviceMapping::none`",
                );
            }
            Device::NoDevice(_) | Device::VirtualName(_) => {}
        }
    }
}

impl Ebs {
    /// A `gp3` volume of this size, in GiB.
    #[must_use]
    pub fn gp3(gib: i32) -> Self {
        Self::new().volume_type(VolumeType::Gp3).volume_size(gib)
    }

    fn check(&self, at: &str, checks: &mut Checks<'_>) {
        checks.range(
            &format!("{at}.VolumeSize"),
            self.volume_size.as_ref(),
            1..=65_536,
        );
        checks.range(
            &format!("{at}.VolumeInitializationRate"),
            self.volume_initialization_rate.as_ref(),
            100..=300,
        );
        let kind = match &self.volume_type {
            None => Some(VolumeType::Gp2),
            Some(kind) => kind.literal(),
        };
        let Some(kind) = kind else { return };
        use VolumeType::{Gp3, Io1, Io2};
        if self.iops.is_some() && !matches!(kind, Gp3 | Io1 | Io2) {
            checks.invalid(
                &format!("{at}.Iops"),
                format!("is given for a {kind} volume"),
                "IOPS can be chosen for gp3, io1 and io2",
            );
        }
        if self.iops.is_none() && matches!(kind, Io1 | Io2) {
            checks.invalid(
                &format!("{at}.Iops"),
                format!("is missing for an {kind} volume"),
                "io1 and io2 have no default",
            );
        }
        if self.throughput.is_some() && kind != Gp3 {
            checks.invalid(
                &format!("{at}.Throughput"),
                format!("is given for a {kind} volume"),
                "throughput can be chosen for gp3",
            );
        }
        if self.kms_key_id.is_some()
            && self.encrypted.as_ref().and_then(Input::literal) != Some(true)
            && self
                .encrypted
                .as_ref()
                .is_none_or(|input| input.literal().is_some())
        {
            checks.invalid(
                &format!("{at}.KmsKeyId"),
                "is given, but `Encrypted` is not true",
                "add `.encrypted(true)`",
            );
        }
    }
}
