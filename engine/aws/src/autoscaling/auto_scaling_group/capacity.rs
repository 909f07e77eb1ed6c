//! How a group keeps its capacity, as request and as answer, and the values that an update sends for a block that the author left out.

use aws_sdk_autoscaling::types as sdk;
use windlass::aws::autoscaling::auto_scaling_group::capacity::{
    AvailabilityZoneDistributionResolved, AvailabilityZoneImpairmentPolicyResolved,
    CapacityDistributionStrategy, CapacityReservationSpecificationResolved, ImpairedZoneBehavior,
    InstanceLifecyclePolicyResolved, InstanceMaintenancePolicyResolved, ReservationPreference,
    RetentionAction, RetentionTriggersResolved,
};

use crate::table::{ToSdk, tables};

tables! { windlass::aws::autoscaling::auto_scaling_group::capacity => aws_sdk_autoscaling;
    AvailabilityZoneDistribution { "CapacityDistributionStrategy" sent by strategy; }
    AvailabilityZoneImpairmentPolicy;
    CapacityReservationSpecification;
    CapacityReservationTarget;
    InstanceLifecyclePolicy { "RetentionTriggers" sent by triggers; }
    RetentionTriggers { "TerminateHookAbandon" sent by abandoned; }
    InstanceMaintenancePolicy;
}

/// The SDK's form of a block. If the author gave no block, the function sends `nothing` instead.
fn given_or<T: ToSdk<F>, F>(given: &Option<T>, nothing: T) -> Option<F> {
    given.as_ref().unwrap_or(&nothing).to_sdk()
}

fn strategy(
    given: &Option<CapacityDistributionStrategy>,
) -> Option<sdk::CapacityDistributionStrategy> {
    given_or(given, CapacityDistributionStrategy::BalancedBestEffort)
}

fn triggers(given: &Option<RetentionTriggersResolved>) -> Option<sdk::RetentionTriggers> {
    let nothing = RetentionTriggersResolved {
        terminate_hook_abandon: None,
    };
    given_or(given, nothing)
}

fn abandoned(given: &Option<RetentionAction>) -> Option<sdk::RetentionAction> {
    given_or(given, RetentionAction::Terminate)
}

pub fn distribution(
    given: &Option<AvailabilityZoneDistributionResolved>,
) -> Option<sdk::AvailabilityZoneDistribution> {
    let nothing = AvailabilityZoneDistributionResolved {
        capacity_distribution_strategy: None,
    };
    given_or(given, nothing)
}

pub fn impairment(
    given: &Option<AvailabilityZoneImpairmentPolicyResolved>,
) -> Option<sdk::AvailabilityZoneImpairmentPolicy> {
    let nothing = AvailabilityZoneImpairmentPolicyResolved {
        impaired_zone_health_check_behavior: ImpairedZoneBehavior::ReplaceUnhealthy,
        zonal_shift_enabled: false,
    };
    given_or(given, nothing)
}

pub fn reservation(
    given: &Option<CapacityReservationSpecificationResolved>,
) -> Option<sdk::CapacityReservationSpecification> {
    let nothing = CapacityReservationSpecificationResolved {
        capacity_reservation_preference: ReservationPreference::Default,
        capacity_reservation_target: None,
    };
    given_or(given, nothing)
}

pub fn lifecycle(
    given: &Option<InstanceLifecyclePolicyResolved>,
) -> Option<sdk::InstanceLifecyclePolicy> {
    let nothing = InstanceLifecyclePolicyResolved {
        retention_triggers: None,
    };
    given_or(given, nothing)
}

/// The maintenance policy. If the author wrote none, -1 clears an earlier policy.
pub fn maintenance(
    given: &Option<InstanceMaintenancePolicyResolved>,
) -> Option<sdk::InstanceMaintenancePolicy> {
    let nothing = InstanceMaintenancePolicyResolved {
        max_healthy_percentage: -1,
        min_healthy_percentage: -1,
    };
    given_or(given, nothing)
}
