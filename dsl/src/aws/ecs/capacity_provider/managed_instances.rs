//! Instances that ECS makes and manages itself. Not here: which types they may have (`instance_requirements`).

use windlass_derive::Block;

use super::auto_scaling_group::Toggle;
use super::instance_requirements::InstanceRequirements;
use crate::aws::ec2::{SecurityGroupId, SubnetId};
use crate::aws::iam::principal::Ecs;
use crate::aws::iam::{InstanceProfileArn, RoleArn, RoleFor};
use crate::stack::Checks;
use crate::value::Input;

crate::text_enum! {
    /// How the instances are bought.
    pub enum CapacityOptionType {
        /// On demand.
        OnDemand = "ON_DEMAND",
        /// Spare capacity, which AWS may take back with two minutes' notice.
        Spot = "SPOT",
        /// From capacity reservations.
        Reserved = "RESERVED",
    }
    /// How capacity reservations are used.
    pub enum ReservationPreference {
        /// Nothing but reservations.
        Only = "RESERVATIONS_ONLY",
        /// Reservations, then on demand.
        First = "RESERVATIONS_FIRST",
        /// No reservations.
        Excluded = "RESERVATIONS_EXCLUDED",
    }
    /// How often CloudWatch is told about an instance.
    pub enum InstanceMonitoring {
        /// Every five minutes, for nothing.
        Basic = "BASIC",
        /// Every minute, for money.
        Detailed = "DETAILED",
    }
    /// Whose tags the instances and their volumes get.
    pub enum PropagateInstanceTags {
        /// The capacity provider's.
        CapacityProvider = "CAPACITY_PROVIDER",
        /// None.
        None = "NONE",
    }
}

/// Instances that ECS makes and manages.
#[derive(Debug, Clone, Block)]
pub struct ManagedInstancesProvider {
    /// The role that ECS manages instances with.
    #[field(takes(RoleFor<Ecs>))]
    pub infrastructure_role_arn: Input<RoleArn<Ecs>>,
    /// What the instances are like.
    pub instance_launch_template: InstanceLaunchTemplate,
    /// Whose tags the instances get. AWS's default is `NONE`.
    #[field(removal_default("\"NONE\""))]
    pub propagate_tags: Option<Input<PropagateInstanceTags>>,
    /// When idle or underused instances go.
    #[field(removal_keeps)]
    pub infrastructure_optimization: Option<InfrastructureOptimization>,
    /// Whether ECS replaces instances that are not well.
    #[field(removal_keeps)]
    pub auto_repair_configuration: Option<AutoRepairConfiguration>,
}

/// When idle or underused instances go.
#[derive(Debug, Clone, Block)]
pub struct InfrastructureOptimization {
    /// After how many seconds, 0 to 3600; -1 for never. AWS chooses where nothing is said.
    #[field(removal_keeps)]
    pub scale_in_after: Option<Input<i32>>,
}

/// Whether ECS replaces instances that are not well.
#[derive(Debug, Clone, Block)]
pub struct AutoRepairConfiguration {
    /// On or off.
    #[field(removal_keeps)]
    pub actions_status: Option<Input<Toggle>>,
}

/// What managed instances are like.
#[derive(Debug, Clone, Block)]
pub struct InstanceLaunchTemplate {
    /// The instance profile whose role the container agent uses.
    #[field(name = "Ec2InstanceProfileArn")]
    pub ec2_instance_profile_arn: Input<InstanceProfileArn>,
    /// Where they are.
    pub network_configuration: InstanceNetworkConfiguration,
    /// How they are bought. AWS's default is `ON_DEMAND`. `UpdateCapacityProvider` cannot change it.
    #[field(replaces, removal_default("\"ON_DEMAND\""))]
    pub capacity_option_type: Option<Input<CapacityOptionType>>,
    /// The capacity reservations, for [`CapacityOptionType::Reserved`].
    pub capacity_reservations: Option<CapacityReservations>,
    /// Whether their cryptography is FIPS 140 validated. `UpdateCapacityProvider` cannot change it.
    #[field(replaces)]
    pub fips_enabled: Option<Input<bool>>,
    /// Whether their tags can be read from the instance's metadata. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub instance_metadata_tags_propagation: Option<Input<bool>>,
    /// Which types they may have. AWS chooses where nothing is said.
    #[field(removal_keeps)]
    pub instance_requirements: Option<InstanceRequirements>,
    /// Whether local storage is used.
    #[field(removal_keeps)]
    pub local_storage_configuration: Option<LocalStorageConfiguration>,
    /// How often CloudWatch is told about them. AWS's default is `BASIC`.
    #[field(removal_default("\"BASIC\""))]
    pub monitoring: Option<Input<InstanceMonitoring>>,
    /// How large their data volume is.
    #[field(removal_keeps)]
    pub storage_configuration: Option<InstanceStorageConfiguration>,
}

/// Where managed instances are.
#[derive(Debug, Clone, Block)]
pub struct InstanceNetworkConfiguration {
    /// The subnets.
    #[field(set, required)]
    pub subnets: Vec<Input<SubnetId>>,
    /// The security groups.
    #[field(set, required)]
    pub security_groups: Vec<Input<SecurityGroupId>>,
}

/// Which capacity reservations are used.
#[derive(Debug, Clone, Block)]
pub struct CapacityReservations {
    /// The resource group of reservations.
    pub reservation_group_arn: Option<Input<String>>,
    /// Whether anything else is used.
    #[field(removal_keeps)]
    pub reservation_preference: Option<Input<ReservationPreference>>,
}

/// Whether local storage is used.
#[derive(Debug, Clone, Block)]
pub struct LocalStorageConfiguration {
    /// Whether containers use the instance's local disks where it has some.
    #[field(removal_keeps)]
    pub use_local_storage: Option<Input<bool>>,
}

/// How large the data volume of a managed instance is.
#[derive(Debug, Clone, Block)]
pub struct InstanceStorageConfiguration {
    /// Its size in GiB, from 1.
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
