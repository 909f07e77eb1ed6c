//! How a group keeps its capacity: its zones, its capacity reservations, its maintenance policy and its health checks.

use std::fmt;

use serde::{Deserialize, Serialize};
use windlass_derive::Block;

use crate::schema::Shape;
use crate::stack::Checks;
use crate::value::{Input, Literal, Text};

crate::text_enum! {
    /// How strictly the group balances instances over zones.
    pub enum CapacityDistributionStrategy {
        /// Evenly; if a zone has no capacity, the group launches in another zone.
        BalancedBestEffort = "balanced-best-effort",
        /// Evenly; if a zone has no capacity, the group does not launch in another zone.
        BalancedOnly = "balanced-only",
        /// First where reserved capacity is left, then evenly. The group or its launch template names the reservations.
        ReservationsThenBalanced = "reservations-then-balanced",
    }

    /// What happens to unhealthy instances in an impaired zone.
    pub enum ImpairedZoneBehavior {
        /// They stay.
        IgnoreUnhealthy = "IgnoreUnhealthy",
        /// The group replaces them.
        ReplaceUnhealthy = "ReplaceUnhealthy",
    }

    /// Which capacity reservations a group uses.
    pub enum ReservationPreference {
        /// As the launch template says.
        Default = "default",
        /// Reserved capacity first, then On-Demand.
        CapacityReservationsFirst = "capacity-reservations-first",
        /// Reserved capacity only.
        CapacityReservationsOnly = "capacity-reservations-only",
        /// No reserved capacity.
        None = "none",
    }

    /// The unit of a group's sizes.
    pub enum DesiredCapacityType {
        /// Instances.
        Units = "units",
        /// Virtual CPUs.
        Vcpu = "vcpu",
        /// MiB of memory.
        MemoryMib = "memory-mib",
    }

    /// Which deletions AWS refuses.
    pub enum DeletionProtection {
        /// AWS refuses no deletion.
        None = "none",
        /// AWS refuses to delete a group with instances, even by force.
        PreventForceDeletion = "prevent-force-deletion",
        /// AWS refuses every deletion of the group.
        PreventAllDeletion = "prevent-all-deletion",
    }

    /// What happens to an instance whose termination hook was abandoned.
    pub enum RetentionAction {
        /// The instance is kept for inspection.
        Retain = "retain",
        /// The instance terminates.
        Terminate = "terminate",
    }

    /// A health check that can mark an instance as unhealthy.
    pub enum HealthCheck {
        /// The status checks of its EBS volumes.
        Ebs = "EBS",
        /// The instance's own status checks, which always count.
        Ec2 = "EC2",
        /// The health checks of load balancers.
        Elb = "ELB",
        /// The health checks of Amazon VPC Lattice.
        VpcLattice = "VPC_LATTICE",
    }
}

/// How the group balances instances over zones.
#[derive(Debug, Clone, Block)]
pub struct AvailabilityZoneDistribution {
    /// How strictly the group balances. AWS's default is `balanced-best-effort`.
    #[field(removal_default("\"balanced-best-effort\""))]
    pub capacity_distribution_strategy: Option<Input<CapacityDistributionStrategy>>,
}

/// What happens when a zone is impaired.
#[derive(Debug, Clone, Block)]
pub struct AvailabilityZoneImpairmentPolicy {
    /// What happens to unhealthy instances in that zone.
    pub impaired_zone_health_check_behavior: Input<ImpairedZoneBehavior>,
    /// Whether a zonal shift stops launches in that zone.
    pub zonal_shift_enabled: Input<bool>,
}

/// Which capacity reservations a group uses.
#[derive(Debug, Clone, Block)]
pub struct CapacityReservationSpecification {
    /// Whether the group uses reserved capacity.
    pub capacity_reservation_preference: Input<ReservationPreference>,
    /// Specific reservations.
    pub capacity_reservation_target: Option<CapacityReservationTarget>,
}

/// Specific reservations.
#[derive(Debug, Clone, Block)]
pub struct CapacityReservationTarget {
    /// Reservations, as a set.
    #[field(set)]
    pub capacity_reservation_ids: Vec<Input<String>>,
    /// Resource groups of reservations, as a set.
    #[field(set)]
    pub capacity_reservation_resource_group_arns: Vec<Input<String>>,
}

/// What happens to instances at the end of their life.
#[derive(Debug, Clone, Block)]
pub struct InstanceLifecyclePolicy {
    /// When AWS keeps an instance instead of terminating it.
    pub retention_triggers: Option<RetentionTriggers>,
}

/// When AWS keeps an instance instead of terminating it.
#[derive(Debug, Clone, Block)]
pub struct RetentionTriggers {
    /// What happens when the termination hook was abandoned.
    pub terminate_hook_abandon: Option<Input<RetentionAction>>,
}

/// How many instances must be healthy while the group replaces some.
#[derive(Debug, Clone, Block)]
pub struct InstanceMaintenancePolicy {
    /// The maximum, in percent of the desired capacity, 100 to 200.
    pub max_healthy_percentage: Input<i32>,
    /// The minimum, in percent of the desired capacity, 0 to 100.
    pub min_healthy_percentage: Input<i32>,
}

/// The health checks of a group, as AWS writes them: names with commas between them, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HealthCheckType(String);

impl HealthCheckType {
    /// Several health checks. The instance's own status always counts.
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
