//! The changes that UpdateAutoScalingGroup carries. Not here: changes that have their own calls (`attached`).

use aws_sdk_autoscaling::operation::update_auto_scaling_group::builders::UpdateAutoScalingGroupFluentBuilder;
use aws_sdk_autoscaling::types::DeletionProtection;
use windlass::aws::autoscaling::auto_scaling_group::launch::LaunchResolved;
use windlass::aws::autoscaling::{AutoScalingGroupChange, AutoScalingGroupResolved};

use super::{blocks, capacity};
use crate::prelude::*;

/// Adds one change to the call. A property that the author removed goes back to AWS's default.
pub fn with(
    call: UpdateAutoScalingGroupFluentBuilder,
    to: &AutoScalingGroupResolved,
    change: AutoScalingGroupChange,
) -> Result<UpdateAutoScalingGroupFluentBuilder> {
    use AutoScalingGroupChange as Change;
    Ok(match change {
        Change::Launch => match &to.launch {
            LaunchResolved::LaunchTemplate(spec) => call.set_launch_template(spec.to_sdk()),
            LaunchResolved::MixedInstancesPolicy(spec) => {
                call.set_mixed_instances_policy(spec.to_sdk())
            }
            LaunchResolved::LaunchConfigurationName(name) => call.launch_configuration_name(name),
            LaunchResolved::InstanceId(_) => {
                return Err(invalid(
                    "autoscaling:UpdateAutoScalingGroup",
                    "a group cannot be made from an instance afterwards",
                ));
            }
        },
        Change::MinSize => call.min_size(to.min_size),
        Change::MaxSize => call.max_size(to.max_size),
        Change::DesiredCapacity => call.set_desired_capacity(to.desired_capacity),
        Change::DesiredCapacityType => call.desired_capacity_type(
            to.desired_capacity_type
                .map_or("units", |word| word.as_str()),
        ),
        Change::VpcZoneIdentifier => {
            call.set_vpc_zone_identifier(blocks::joined(&to.vpc_zone_identifier))
        }
        Change::AvailabilityZones => call.set_availability_zones(to.availability_zones.to_sdk()),
        Change::AvailabilityZoneIds => {
            call.set_availability_zone_ids(to.availability_zone_ids.to_sdk())
        }
        Change::AvailabilityZoneDistribution => call.set_availability_zone_distribution(
            capacity::distribution(&to.availability_zone_distribution),
        ),
        Change::AvailabilityZoneImpairmentPolicy => call
            .set_availability_zone_impairment_policy(capacity::impairment(
                &to.availability_zone_impairment_policy,
            ))
            .set_skip_zonal_shift_validation(to.skip_zonal_shift_validation),
        Change::SkipZonalShiftValidation => {
            call.set_skip_zonal_shift_validation(to.skip_zonal_shift_validation)
        }
        Change::CapacityRebalance => {
            call.capacity_rebalance(to.capacity_rebalance.unwrap_or(false))
        }
        Change::CapacityReservationSpecification => call.set_capacity_reservation_specification(
            capacity::reservation(&to.capacity_reservation_specification),
        ),
        Change::Context => call.set_context(to.context.clone()),
        Change::Cooldown => call.default_cooldown(to.cooldown.unwrap_or(300)),
        Change::DefaultInstanceWarmup => {
            call.default_instance_warmup(to.default_instance_warmup.unwrap_or(-1))
        }
        Change::DeletionProtection => call.deletion_protection(
            to.deletion_protection
                .to_sdk()
                .unwrap_or(DeletionProtection::None),
        ),
        Change::HealthCheckGracePeriod => {
            call.health_check_grace_period(to.health_check_grace_period.unwrap_or(0))
        }
        Change::HealthCheckType => call.health_check_type(
            to.health_check_type
                .to_sdk()
                .unwrap_or_else(|| "EC2".to_owned()),
        ),
        Change::InstanceLifecyclePolicy => {
            call.set_instance_lifecycle_policy(capacity::lifecycle(&to.instance_lifecycle_policy))
        }
        Change::InstanceMaintenancePolicy => call.set_instance_maintenance_policy(
            capacity::maintenance(&to.instance_maintenance_policy),
        ),
        Change::MaxInstanceLifetime => {
            call.max_instance_lifetime(to.max_instance_lifetime.unwrap_or(0))
        }
        Change::NewInstancesProtectedFromScaleIn => call.new_instances_protected_from_scale_in(
            to.new_instances_protected_from_scale_in.unwrap_or(false),
        ),
        Change::PlacementGroup => {
            call.placement_group(to.placement_group.clone().unwrap_or_default())
        }
        Change::ServiceLinkedRoleArn => {
            call.set_service_linked_role_arn(to.service_linked_role_arn.to_sdk())
        }
        Change::TerminationPolicies => {
            let policies = to.termination_policies.to_sdk();
            call.set_termination_policies(policies.or_else(|| Some(vec!["Default".to_owned()])))
        }
        Change::ForceDelete
        | Change::LifecycleHookSpecificationList
        | Change::LoadBalancerNames
        | Change::MetricsCollection
        | Change::NotificationConfigurations
        | Change::TargetGroupArns
        | Change::TrafficSources
        | Change::Tags => call,
    })
}
