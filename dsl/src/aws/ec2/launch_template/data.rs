//! Launch template data: how an instance is launched. AWS keeps the data as written, and checks little of it until something launches an instance.
//!
//! Where CloudFormation and this differ: `UserData` is plain text here. AWS wants base64, and the engine encodes the text when it sends it, so that the
//! text can contain references (to the name of the cluster, for example). Content that is not text, such as gzip, is not possible.
//!
//! Not here: elastic graphics and inference accelerators, which AWS has ended.

use windlass_derive::{Block, Choice};

use super::machine::{
    CpuOptions, EnclaveOptions, HibernationOptions, IamInstanceProfile, MaintenanceOptions,
    MetadataOptions, Monitoring, Placement, PrivateDnsNameOptions, ShutdownBehavior,
    TagSpecification,
};
use super::market::{
    CapacityReservationSpecification, CreditSpecification, InstanceMarketOptions,
    LicenseSpecification,
};
use super::network::{NetworkInterface, NetworkPerformanceOptions};
use super::storage::BlockDeviceMapping;
use crate::aws::ec2::{ImageId, InstanceRequirements, InstanceType, SecurityGroupId};
use crate::stack::Checks;
use crate::value::{Input, IntoInput};

/// The instance types to launch: one type, or all that meet requirements.
#[derive(Debug, Clone, Choice)]
pub enum Machine {
    InstanceType(Input<InstanceType>),
    /// All instance types that meet these requirements.
    InstanceRequirements(Box<InstanceRequirements>),
}

/// Launch template data: how an instance is launched.
#[derive(Debug, Clone, Block)]
pub struct LaunchTemplateData {
    /// The disks, by device.
    #[field(keyed("DeviceName"))]
    pub block_device_mappings: Vec<BlockDeviceMapping>,
    /// Which capacity reservations the instance uses.
    pub capacity_reservation_specification: Option<CapacityReservationSpecification>,
    pub cpu_options: Option<CpuOptions>,
    /// What a burstable instance does when its CPU credits run out.
    pub credit_specification: Option<CreditSpecification>,
    /// Whether the API refuses to stop the instance. AWS's default is `false`.
    pub disable_api_stop: Option<Input<bool>>,
    /// Whether the API refuses to terminate the instance; an Auto Scaling group still can. AWS's default is `false`.
    pub disable_api_termination: Option<Input<bool>>,
    /// Whether the instance has dedicated bandwidth to EBS. Current types always have.
    pub ebs_optimized: Option<Input<bool>>,
    /// Whether the instance supports Nitro Enclaves.
    pub enclave_options: Option<EnclaveOptions>,
    /// Whether the instance can hibernate.
    pub hibernation_options: Option<HibernationOptions>,
    /// The role of the instance, by the instance profile that holds the role.
    pub iam_instance_profile: Option<IamInstanceProfile>,
    pub image_id: Option<Input<ImageId>>,
    /// What happens when the instance shuts down from inside. AWS's default is `stop`.
    pub instance_initiated_shutdown_behavior: Option<Input<ShutdownBehavior>>,
    /// The purchase option, if it is not On-Demand.
    pub instance_market_options: Option<InstanceMarketOptions>,
    /// The instance types to launch.
    #[field(choice)]
    pub machine: Option<Machine>,
    /// The kernel, for paravirtual images. AWS recommends PV-GRUB instead.
    pub kernel_id: Option<Input<String>>,
    /// The key pair to log in with.
    pub key_name: Option<Input<String>>,
    /// Licence configurations, as a set.
    #[field(set)]
    pub license_specifications: Vec<LicenseSpecification>,
    /// Whether AWS may move the instance from failing hardware.
    pub maintenance_options: Option<MaintenanceOptions>,
    /// Options of the instance metadata service (IMDS).
    pub metadata_options: Option<MetadataOptions>,
    /// Detailed monitoring.
    pub monitoring: Option<Monitoring>,
    /// Network interfaces, in order. If there are any, security groups belong to them and not to the template.
    pub network_interfaces: Vec<NetworkInterface>,
    /// What the instance uses its bandwidth for.
    pub network_performance_options: Option<NetworkPerformanceOptions>,
    /// Where AWS places the instance.
    pub placement: Option<Placement>,
    /// The host names of the instance.
    pub private_dns_name_options: Option<PrivateDnsNameOptions>,
    /// The RAM disk, for paravirtual images.
    pub ram_disk_id: Option<Input<String>>,
    /// The security groups, as a set. AWS's default is the VPC's default group.
    #[field(set)]
    pub security_group_ids: Vec<Input<SecurityGroupId>>,
    /// The security groups by name, as a set; only in a default VPC.
    #[field(set)]
    pub security_groups: Vec<Input<String>>,
    /// The tags that AWS adds at launch, by type of resource. The stack's own tags do not reach these resources by themselves.
    #[field(keyed("ResourceType"))]
    pub tag_specifications: Vec<TagSpecification>,
    /// The script or cloud-init data that the instance starts with: plain text, at most 16 KiB.
    pub user_data: Option<Input<String>>,
}

impl ImageId {
    /// The image that a Systems Manager parameter, public or your own, names at each launch, such as
    /// `/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id`.
    #[must_use]
    pub fn from_parameter(name: &str) -> Self {
        Self(format!("resolve:ssm:{name}"))
    }
}

impl LaunchTemplateData {
    /// Launches one instance type.
    #[must_use]
    pub fn instance_type(self, instance_type: impl IntoInput<InstanceType>) -> Self {
        self.machine(Machine::InstanceType(instance_type.into()))
    }

    /// Launches any instance type that meets the requirements.
    #[must_use]
    pub fn instance_requirements(self, requirements: impl Into<InstanceRequirements>) -> Self {
        self.machine(Machine::InstanceRequirements(Box::new(requirements.into())))
    }

    pub(super) fn check(&self, checks: &mut Checks<'_>) {
        const AT: &str = "LaunchTemplateData";
        match &self.machine {
            Some(Machine::InstanceType(name)) => {
                check_instance_type(&format!("{AT}.InstanceType"), name, checks);
            }
            Some(Machine::InstanceRequirements(needed)) => {
                needed.check(&format!("{AT}.InstanceRequirements."), checks);
            }
            None => {}
        }
        for (index, mapping) in self.block_device_mappings.iter().enumerate() {
            mapping.check(&format!("{AT}.BlockDeviceMappings[{index}]"), checks);
        }
        if let Some(market) = &self.instance_market_options {
            market.check(&format!("{AT}.InstanceMarketOptions"), checks);
        }
        if let Some(metadata) = &self.metadata_options {
            metadata.check(&format!("{AT}.MetadataOptions"), checks);
        }
        if let Some(placement) = &self.placement {
            placement.check(&format!("{AT}.Placement"), checks);
        }
        if let Some(cpu) = &self.cpu_options {
            checks.range(
                &format!("{AT}.CpuOptions.ThreadsPerCore"),
                cpu.threads_per_core.as_ref(),
                1..=2,
            );
        }
        self.check_network(AT, checks);
        self.check_user_data(AT, checks);
    }

    fn check_network(&self, at: &str, checks: &mut Checks<'_>) {
        for (index, interface) in self.network_interfaces.iter().enumerate() {
            let at = format!("{at}.NetworkInterfaces[{index}]");
            interface.check(&at, checks);
            let public = interface
                .associate_public_ip_address
                .as_ref()
                .and_then(Input::literal);
            if public == Some(true) && self.network_interfaces.len() > 1 {
                checks.invalid(
                    &format!("{at}.AssociatePublicIpAddress"),
                    "is true, but there are several interfaces",
                    "AWS gives a public address only to the one interface of an instance that has one",
                );
            }
        }
        let beside = if !self.security_group_ids.is_empty() {
            "SecurityGroupIds"
        } else if !self.security_groups.is_empty() {
            "SecurityGroups"
        } else {
            return;
        };
        if !self.network_interfaces.is_empty() {
            checks.invalid(
                &format!("{at}.{beside}"),
                "is given together with `NetworkInterfaces`",
                "with interfaces, security groups are theirs: use `.groups(…)` there",
            );
        }
        if !self.security_group_ids.is_empty() && !self.security_groups.is_empty() {
            checks.invalid(
                &format!("{at}.SecurityGroups"),
                "is given together with `SecurityGroupIds`",
                "name all of them by id",
            );
        }
    }

    fn check_user_data(&self, at: &str, checks: &mut Checks<'_>) {
        const LIMIT: usize = 16 * 1024;
        if let Some(bytes) = self
            .user_data
            .as_ref()
            .and_then(Input::literal)
            .map(|text| text.len())
            && bytes > LIMIT
        {
            checks.invalid(
                &format!("{at}.UserData"),
                format!("has {bytes} bytes"),
                "AWS takes 16384 bytes before encoding; fetch the rest from where it is kept",
            );
        }
    }
}

/// Reports a name that cannot be an instance type.
pub(in crate::aws) fn check_instance_type(
    property: &str,
    name: &Input<InstanceType>,
    checks: &mut Checks<'_>,
) {
    if let Some(name) = name.literal()
        && !name.is_well_formed()
    {
        checks.invalid(
            property,
            format!("is `{}`", name.as_str()),
            "an instance type is a family, a dot and a size, such as `m7g.large`",
        );
    }
}
