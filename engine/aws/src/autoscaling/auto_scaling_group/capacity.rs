//! How a group keeps its capacity, on the wire.

use aws_sdk_autoscaling::types as sdk;
use windlass::aws::autoscaling::auto_scaling_group::capacity::{
    AvailabilityZoneDistributionResolved, AvailabilityZoneImpairmentPolicyResolved,
    CapacityReservationSpecificationResolved, InstanceLifecyclePolicyResolved,
    InstanceMaintenancePolicyResolved,
};

use crate::observed::Block;

pub fn distribution(
    spec: Option<&AvailabilityZoneDistributionResolved>,
) -> sdk::AvailabilityZoneDistribution {
    let strategy = spec.and_then(|spec| spec.capacity_distribution_strategy);
    sdk::AvailabilityZoneDistribution::builder()
        .capacity_distribution_strategy(strategy.map_or(
            sdk::CapacityDistributionStrategy::BalancedBestEffort,
            |word| sdk::CapacityDistributionStrategy::from(word.as_str()),
        ))
        .build()
}

pub fn impairment(
    spec: Option<&AvailabilityZoneImpairmentPolicyResolved>,
) -> sdk::AvailabilityZoneImpairmentPolicy {
    let behavior = spec.map_or(
        sdk::ImpairedZoneHealthCheckBehavior::ReplaceUnhealthy,
        |spec| {
            let word = spec.impaired_zone_health_check_behavior.as_str();
            sdk::ImpairedZoneHealthCheckBehavior::from(word)
        },
    );
    sdk::AvailabilityZoneImpairmentPolicy::builder()
        .impaired_zone_health_check_behavior(behavior)
        .zonal_shift_enabled(spec.is_some_and(|spec| spec.zonal_shift_enabled))
        .build()
}

pub fn reservation(
    spec: Option<&CapacityReservationSpecificationResolved>,
) -> sdk::CapacityReservationSpecification {
    let made = sdk::CapacityReservationSpecification::builder();
    let Some(spec) = spec else {
        return made
            .capacity_reservation_preference(sdk::CapacityReservationPreference::Default)
            .build();
    };
    let listed = |list: &[String]| (!list.is_empty()).then(|| list.to_vec());
    let target = spec.capacity_reservation_target.as_ref().map(|target| {
        sdk::CapacityReservationTarget::builder()
            .set_capacity_reservation_ids(listed(&target.capacity_reservation_ids))
            .set_capacity_reservation_resource_group_arns(listed(
                &target.capacity_reservation_resource_group_arns,
            ))
            .build()
    });
    made.capacity_reservation_preference(sdk::CapacityReservationPreference::from(
        spec.capacity_reservation_preference.as_str(),
    ))
    .set_capacity_reservation_target(target)
    .build()
}

pub fn lifecycle(spec: Option<&InstanceLifecyclePolicyResolved>) -> sdk::InstanceLifecyclePolicy {
    let action = spec
        .and_then(|spec| spec.retention_triggers.as_ref())
        .and_then(|triggers| triggers.terminate_hook_abandon);
    let triggers = sdk::RetentionTriggers::builder()
        .terminate_hook_abandon(action.map_or(sdk::RetentionAction::Terminate, |word| {
            sdk::RetentionAction::from(word.as_str())
        }))
        .build();
    sdk::InstanceLifecyclePolicy::builder()
        .retention_triggers(triggers)
        .build()
}

/// Without a policy, -1 clears an earlier one.
pub fn maintenance(
    spec: Option<&InstanceMaintenancePolicyResolved>,
) -> sdk::InstanceMaintenancePolicy {
    sdk::InstanceMaintenancePolicy::builder()
        .max_healthy_percentage(spec.map_or(-1, |spec| spec.max_healthy_percentage))
        .min_healthy_percentage(spec.map_or(-1, |spec| spec.min_healthy_percentage))
        .build()
}

/// What AWS says about all of it.
pub fn blocks(given: &sdk::AutoScalingGroup, properties: Block) -> Block {
    macro_rules! word {
        ($word:expr) => {
            $word.as_ref().map(|word| word.as_str())
        };
    }
    let zones = given.availability_zone_distribution().map(|given| {
        Block::new().set(
            "CapacityDistributionStrategy",
            word!(given.capacity_distribution_strategy),
        )
    });
    let impairment = given.availability_zone_impairment_policy().map(|given| {
        Block::new()
            .set(
                "ImpairedZoneHealthCheckBehavior",
                word!(given.impaired_zone_health_check_behavior),
            )
            .set("ZonalShiftEnabled", given.zonal_shift_enabled)
    });
    let reservation = given.capacity_reservation_specification().map(|given| {
        let target = given.capacity_reservation_target().map(|target| {
            Block::new()
                .list("CapacityReservationIds", target.capacity_reservation_ids())
                .list(
                    "CapacityReservationResourceGroupArns",
                    target.capacity_reservation_resource_group_arns(),
                )
        });
        Block::new()
            .set(
                "CapacityReservationPreference",
                word!(given.capacity_reservation_preference),
            )
            .block("CapacityReservationTarget", target)
    });
    let lifecycle = given.instance_lifecycle_policy().map(|given| {
        let triggers = given.retention_triggers().map(|triggers| {
            Block::new().set(
                "TerminateHookAbandon",
                word!(triggers.terminate_hook_abandon),
            )
        });
        Block::new().block("RetentionTriggers", triggers)
    });
    let maintenance = given.instance_maintenance_policy().map(|given| {
        Block::new()
            .set("MaxHealthyPercentage", given.max_healthy_percentage)
            .set("MinHealthyPercentage", given.min_healthy_percentage)
    });
    properties
        .block("AvailabilityZoneDistribution", zones)
        .block("AvailabilityZoneImpairmentPolicy", impairment)
        .block("CapacityReservationSpecification", reservation)
        .block("InstanceLifecyclePolicy", lifecycle)
        .block("InstanceMaintenancePolicy", maintenance)
}
