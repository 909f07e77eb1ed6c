//! ECS Managed Instances: instances that ECS launches and manages itself. Not here: which types they may have (`instance_requirements`).

use windlass_derive::Block;

use super::auto_scaling_group::Toggle;
use super::instance_requirements::InstanceRequirements;
use crate::aws::ec2::{SecurityGroupId, SubnetId};
use crate::aws::iam::principal::Ecs;
use crate::aws::iam::{InstanceProfileArn, RoleArn, RoleFor};
use crate::stack::Checks;
use crate::value::Input;

crate::text_enum! {
    /// The purchase option of the instances.
    pub enum CapacityOptionType {
        OnDemand = "ON_DEMAND",
        /// Spare capacity, which AWS may take back with two minutes' notice.
        Spot = "SPOT",
        /// From capacity reservations.
        Reserved = "RESERVED",
    }
    /// How ECS uses capacity reservations.
    pub enum ReservationPreference {
        /// Only capacity reservations.
        Only = "RESERVATIONS_ONLY",
        /// Capacity reservations first, then On-Demand.
        First = "RESERVATIONS_FIRST",
        /// No capacity reservations.
        Excluded = "RESERVATIONS_EXCLUDED",
    }
    /// How often CloudWatch gets metrics of an instance.
    pub enum InstanceMonitoring {
        /// Every five minutes, free of charge.
        Basic = "BASIC",
        /// Every minute, for a fee.
        Detailed = "DETAILED",
    }
    /// The source of the tags of instances and their volumes.
    pub enum PropagateInstanceTags {
        /// The capacity provider's tags.
        CapacityProvider = "CAPACITY_PROVIDER",
        /// No tags.
        None = "NONE",
    }
}

/// Instances that ECS launches and manages.
#[derive(Debug, Clone, Block)]
pub struct ManagedInstancesProvider {
    /// The role with which ECS manages instances.
    #[field(takes(RoleFor<Ecs>))]
    pub infrastructure_role_arn: Input<RoleArn<Ecs>>,
    /// How ECS launches the instances.
    pub instance_launch_template: InstanceLaunchTemplate,
    /// The source of the instances' tags. AWS's default is `NONE`.
    #[field(removal_default("\"NONE\""))]
    pub propagate_tags: Option<Input<PropagateInstanceTags>>,
    /// When ECS terminates idle or underused instances.
    #[field(removal_keeps)]
    pub infrastructure_optimization: Option<InfrastructureOptimization>,
    /// Whether ECS replaces unhealthy instances.
    #[field(removal_keeps)]
    pub auto_repair_configuration: Option<AutoRepairConfiguration>,
}

/// When ECS terminates idle or underused instances.
#[derive(Debug, Clone, Block)]
pub struct InfrastructureOptimization {
    /// The idle time before ECS terminates an instance, in seconds, 0 to 3600; -1 for never. If absent, AWS chooses.
    #[field(removal_keeps)]
    pub scale_in_after: Option<Input<i32>>,
}

/// Whether ECS replaces unhealthy instances.
#[derive(Debug, Clone, Block)]
pub struct AutoRepairConfiguration {
    /// On or off.
    #[field(removal_keeps)]
    pub actions_status: Option<Input<Toggle>>,
}

/// How ECS launches managed instances.
#[derive(Debug, Clone, Block)]
pub struct InstanceLaunchTemplate {
    /// The instance profile whose role the container agent uses.
    #[field(name = "Ec2InstanceProfileArn")]
    pub ec2_instance_profile_arn: Input<InstanceProfileArn>,
    /// The subnets and security groups of the instances.
    pub network_configuration: InstanceNetworkConfiguration,
    /// The purchase option of the instances. AWS's default is `ON_DEMAND`. `UpdateCapacityProvider` cannot change it.
    #[field(replaces, removal_default("\"ON_DEMAND\""))]
    pub capacity_option_type: Option<Input<CapacityOptionType>>,
    /// The capacity reservations, for [`CapacityOptionType::Reserved`].
    pub capacity_reservations: Option<CapacityReservations>,
    /// Whether the instances' cryptography is FIPS 140 validated. `UpdateCapacityProvider` cannot change it.
    #[field(replaces)]
    pub fips_enabled: Option<Input<bool>>,
    /// Whether the instance metadata contains the instances' tags. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub instance_metadata_tags_propagation: Option<Input<bool>>,
    /// The instance types that ECS may launch. If absent, AWS chooses.
    #[field(removal_keeps)]
    pub instance_requirements: Option<InstanceRequirements>,
    /// Whether containers use local storage.
    #[field(removal_keeps)]
    pub local_storage_configuration: Option<LocalStorageConfiguration>,
    /// How often CloudWatch gets metrics of the instances. AWS's default is `BASIC`.
    #[field(removal_default("\"BASIC\""))]
    pub monitoring: Option<Input<InstanceMonitoring>>,
    /// The size of the instances' data volume.
    #[field(removal_keeps)]
    pub storage_configuration: Option<InstanceStorageConfiguration>,
}

/// The subnets and security groups of managed instances.
#[derive(Debug, Clone, Block)]
pub struct InstanceNetworkConfiguration {
    #[field(set, required)]
    pub subnets: Vec<Input<SubnetId>>,
    #[field(set, required)]
    pub security_groups: Vec<Input<SecurityGroupId>>,
}

/// Which capacity reservations ECS uses.
#[derive(Debug, Clone, Block)]
pub struct CapacityReservations {
    /// The resource group of reservations.
    pub reservation_group_arn: Option<Input<String>>,
    /// Whether ECS also uses capacity that is not reserved.
    #[field(removal_keeps)]
    pub reservation_preference: Option<Input<ReservationPreference>>,
}

/// Whether containers use local storage.
#[derive(Debug, Clone, Block)]
pub struct LocalStorageConfiguration {
    /// Whether containers use the instance's local disks, if it has some.
    #[field(removal_keeps)]
    pub use_local_storage: Option<Input<bool>>,
}

/// The size of the data volume of a managed instance.
#[derive(Debug, Clone, Block)]
pub struct InstanceStorageConfiguration {
    /// The size in GiB, from 1.
    #[field(name = "StorageSizeGiB")]
    pub storage_size_gib: Input<u32>,
}

impl ManagedInstancesProvider {
    pub(super) fn check(&self, checks: &mut Checks<'_>) {
        let optimization = self.infrastructure_optimization.as_ref();
        checks.range(
            "ManagedInstancesProvider.InfrastructureOptimization.ScaleInAfter",
            optimization.and_then(|optimization| optimization.scale_in_after.as_ref()),
            -1..=3600,
        );
        let template = &self.instance_launch_template;
        let prefix = "ManagedInstancesProvider.InstanceLaunchTemplate";
        let storage = template.storage_configuration.as_ref();
        checks.range(
            &format!("{prefix}.StorageConfiguration.StorageSizeGiB"),
            storage.map(|storage| &storage.storage_size_gib),
            1..=65_536,
        );
        let bought = template
            .capacity_option_type
            .as_ref()
            .and_then(Input::literal);
        if template.capacity_reservations.is_some()
            && bought.is_some_and(|bought| bought != CapacityOptionType::Reserved)
        {
            checks.invalid(
                &format!("{prefix}.CapacityReservations"),
                "is given, but `CapacityOptionType` is not RESERVED",
                "set it to `CapacityOptionType::Reserved`",
            );
        }
        for (name, empty) in [
            ("Subnets", template.network_configuration.subnets.is_empty()),
            (
                "SecurityGroups",
                template.network_configuration.security_groups.is_empty(),
            ),
        ] {
            if empty {
                checks.invalid(
                    &format!("{prefix}.NetworkConfiguration.{name}"),
                    "is empty",
                    "AWS wants at least one",
                );
            }
        }
        if let Some(requirements) = &template.instance_requirements {
            requirements.check(&format!("{prefix}.InstanceRequirements"), checks);
        }
    }
}
