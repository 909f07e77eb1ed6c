//! How a group keeps its capacity: over zones, from reservations, through maintenance and bad health.

use std::fmt;

use serde::{Deserialize, Serialize};
use windlass_derive::Block;

use crate::schema::Shape;
use crate::stack::Checks;
use crate::value::{Input, Literal, Text};

crate::text_enum! {
    /// How strictly instances are spread over zones.
    pub enum CapacityDistributionStrategy {
        /// Evenly, but elsewhere where a zone has no capacity.
        BalancedBestEffort = "balanced-best-effort",
        /// Evenly, whatever happens.
        BalancedOnly = "balanced-only",
    }

    /// What happens to unhealthy instances in a zone that is impaired.
    pub enum ImpairedZoneBehavior {
        /// They stay.
        IgnoreUnhealthy = "IgnoreUnhealthy",
        /// They are replaced.
        ReplaceUnhealthy = "ReplaceUnhealthy",
    }

    /// Which reserved capacity a group uses.
    pub enum ReservationPreference {
        /// What the launch template says.
        Default = "default",
        /// Reserved capacity first, then On-Demand.
        CapacityReservationsFirst = "capacity-reservations-first",
        /// Reserved capacity only.
        CapacityReservationsOnly = "capacity-reservations-only",
        /// None.
        None = "none",
    }

    /// What the sizes of a group count.
    pub enum DesiredCapacityType {
        /// Instances.
        Units = "units",
        /// Virtual CPUs.
        Vcpu = "vcpu",
        /// MiB of memory.
        MemoryMib = "memory-mib",
    }

    /// What AWS refuses to delete.
    pub enum DeletionProtection {
        /// Nothing.
        None = "none",
        /// A group that still has instances, even by force.
        PreventForceDeletion = "prevent-force-deletion",
        /// The group.
        PreventAllDeletion = "prevent-all-deletion",
    }

    /// What becomes of an instance whose termination hook was abandoned.
    pub enum RetentionAction {
        /// It is kept for a look.
        Retain = "retain",
        /// It is terminated.
        Terminate = "terminate",
    }

    /// Who says that an instance is healthy.
    pub enum HealthCheck {
        /// The volumes.
        Ebs = "EBS",
        /// The instance's own status, which always counts.
        Ec2 = "EC2",
        /// The load balancers.
        Elb = "ELB",
        /// Amazon VPC Lattice.
        VpcLattice = "VPC_LATTICE",
    }
}

/// How instances are spread over zones.
#[derive(Debug, Clone, Block)]
pub struct AvailabilityZoneDistribution {
    /// How strictly. AWS's default is `balanced-best-effort`.
    #[field(removal_default("\"balanced-best-effort\""))]
    pub capacity_distribution_strategy: Option<Input<CapacityDistributionStrategy>>,
}

/// What happens when a zone is impaired.
#[derive(Debug, Clone, Block)]
pub struct AvailabilityZoneImpairmentPolicy {
    /// What happens to unhealthy instances there.
    pub impaired_zone_health_check_behavior: Input<ImpairedZoneBehavior>,
    /// Whether a zonal shift stops launches there.
    pub zonal_shift_enabled: Input<bool>,
}

/// Which reserved capacity a group uses.
#[derive(Debug, Clone, Block)]
pub struct CapacityReservationSpecification {
    /// Which.
    pub capacity_reservation_preference: Input<ReservationPreference>,
    /// Certain reservations.
    pub capacity_reservation_target: Option<CapacityReservationTarget>,
}

/// Certain reservations.
#[derive(Debug, Clone, Block)]
pub struct CapacityReservationTarget {
    /// Reservations, as a set.
    #[field(set)]
    pub capacity_reservation_ids: Vec<Input<String>>,
    /// Resource groups of reservations, as a set.
    #[field(set)]
    pub capacity_reservation_resource_group_arns: Vec<Input<String>>,
}

/// What becomes of instances at the end of their life.
#[derive(Debug, Clone, Block)]
pub struct InstanceLifecyclePolicy {
    /// When an instance is kept instead of terminated.
    pub retention_triggers: Option<RetentionTriggers>,
}

/// When an instance is kept instead of terminated.
#[derive(Debug, Clone, Block)]
pub struct RetentionTriggers {
    /// When its termination hook was abandoned.
    pub terminate_hook_abandon: Option<Input<RetentionAction>>,
}

/// How many instances are healthy while some are replaced.
#[derive(Debug, Clone, Block)]
pub struct InstanceMaintenancePolicy {
    /// At most, in percent of the desired capacity, 100 to 200.
    pub max_healthy_percentage: Input<i32>,
    /// At least, in percent of the desired capacity, 0 to 100.
    pub min_healthy_percentage: Input<i32>,
}

/// Who says that an instance is healthy, as AWS writes it: names with commas between them, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HealthCheckType(String);

impl HealthCheckType {
    /// Several of them. The instance's own status always counts.
    #[must_use]
    pub fn of(checks: impl IntoIterator<Item = HealthCheck>) -> Self {
        let mut names: Vec<_> = checks.into_iter().map(HealthCheck::as_str).collect();
        names.sort_unstable();
        names.dedup();
        Self(names.join(","))
    }
}

impl fmt::Display for HealthCheckType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<HealthCheck> for Input<HealthCheckType> {
    fn from(check: HealthCheck) -> Self {
        HealthCheckType::of([check]).into()
    }
}

impl Literal for HealthCheckType {
    const SHAPE: &'static Shape = &Shape::Text;
}
impl Text for HealthCheckType {}

impl InstanceMaintenancePolicy {
    pub(super) fn check(&self, checks: &mut Checks<'_>) {
        const AT: &str = "InstanceMaintenancePolicy";
        checks.range(
            &format!("{AT}.MaxHealthyPercentage"),
            Some(&self.max_healthy_percentage),
            100..=200,
        );
        checks.range(
            &format!("{AT}.MinHealthyPercentage"),
            Some(&self.min_healthy_percentage),
            0..=100,
        );
        if let (Some(max), Some(min)) = (
            self.max_healthy_percentage.literal(),
            self.min_healthy_percentage.literal(),
        ) && max - min > 100
        {
            checks.invalid(
                AT,
                format!("is from {min} to {max} percent"),
                "AWS takes percentages that are at most 100 apart",
            );
        }
    }
}
