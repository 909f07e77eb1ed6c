//! Samples of groups. Properties that exclude each other in AWS are in separate samples.

use super::AutoScalingGroup;
use super::attached::{
    HookResult, LifecycleHookSpecification, LifecycleTransition, MetricsCollection,
    NotificationConfiguration, NotificationType, TerminationPolicy, TrafficSource,
    TrafficSourceType,
};
use super::capacity::{
    AvailabilityZoneDistribution, AvailabilityZoneImpairmentPolicy, CapacityDistributionStrategy,
    CapacityReservationSpecification, CapacityReservationTarget, DeletionProtection,
    DesiredCapacityType, HealthCheck, HealthCheckType, ImpairedZoneBehavior,
    InstanceLifecyclePolicy, InstanceMaintenancePolicy, ReservationPreference, RetentionAction,
    RetentionTriggers,
};
use super::launch::{
    DistributionSegment, InstancesDistribution, Launch, LaunchTemplateOverrides,
    LaunchTemplateSpecification, MixedInstancesPolicy, OnDemandAllocationStrategy,
    SpotAllocationStrategy, TargetCapacityType, TemplateReference,
};
use crate::aws::ec2::{ImageId, InstanceId, InstanceRequirements, LaunchTemplateId, SubnetId};
use crate::aws::elasticloadbalancingv2::TargetGroupArn;
use crate::aws::iam::RoleArn;
use crate::resource::Samples;

impl Samples for AutoScalingGroup {
    fn samples() -> Vec<Self> {
        let full = full();
        let launch = |launch: Launch| full.clone().launch(launch);
        let mut samples = vec![
            Self::new(version("lt-0a1", "1"), 0, 1).vpc_zone_identifier([subnet("subnet-0a1")]),
            full.clone(),
            other(full.clone()),
            full.clone().auto_scaling_group_name("shop-workers"),
            launch(version("lt-0a1", "2").into()),
            launch(version("lt-0b2", "1").into()),
            launch(named("nodes").into()),
            launch(named("workers").into()),
            launch(Launch::LaunchConfigurationName("nodes".into())),
            launch(Launch::LaunchConfigurationName("workers".into())),
            launch(Launch::InstanceId(InstanceId::existing("i-0a1").into())),
            launch(Launch::InstanceId(InstanceId::existing("i-0b2").into())),
            launch(mixed(false).into()),
            launch(mixed(true).into()),
            full.clone().availability_zones(["us-east-1a".to_owned()]),
            full.clone().availability_zones(["us-east-1b".to_owned()]),
            full.clone().availability_zone_ids(["use1-az1".to_owned()]),
            full.clone().availability_zone_ids(["use1-az2".to_owned()]),
        ];
        for needed in InstanceRequirements::examples() {
            let policy = MixedInstancesPolicy::over(
                version("lt-0a1", "1"),
                [LaunchTemplateOverrides::requirements(needed)],
            );
            let by_need = launch(policy.into());
            samples.push(by_need.clone());
            samples.push(by_need.desired_capacity_type(DesiredCapacityType::Vcpu));
        }
        samples
    }
}

fn subnet(id: &str) -> SubnetId {
    SubnetId::existing(id)
}

fn version(id: &str, version: &str) -> LaunchTemplateSpecification {
    let template = TemplateReference::LaunchTemplateId(LaunchTemplateId::existing(id).into());
    LaunchTemplateSpecification::new(template, version)
}

fn named(name: &str) -> LaunchTemplateSpecification {
    let template = TemplateReference::LaunchTemplateName(name.into());
    LaunchTemplateSpecification::new(template, "$Default")
}

fn targets(name: &str) -> String {
    format!("arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/{name}/0a1")
}

fn topic(name: &str) -> String {
    format!("arn:aws:sns:us-east-1:123456789012:{name}")
}

fn role(name: &str) -> RoleArn {
    RoleArn::existing(format!("arn:aws:iam::123456789012:role/{name}"))
}

/// All properties that AWS takes together.
fn full() -> AutoScalingGroup {
    let reserved = CapacityReservationTarget::new()
        .capacity_reservation_ids(["cr-0a1".to_owned()])
        .capacity_reservation_resource_group_arns([
            "arn:aws:resource-groups:us-east-1:123456789012:group/reserved".to_owned(),
        ]);
    let hook = LifecycleHookSpecification::new("drain", LifecycleTransition::Terminating)
        .default_result(HookResult::Continue)
        .heartbeat_timeout(900)
        .notification_metadata("node")
        .notification_target_arn(topic("hooks"))
        .role_arn(role("hooks"));
    AutoScalingGroup::new(version("lt-0a1", "1"), 1, 10)
        .auto_scaling_group_name("shop-nodes")
        .desired_capacity(2)
        .desired_capacity_type(DesiredCapacityType::Units)
        .vpc_zone_identifier(["subnet-0a1", "subnet-0b2"].map(subnet))
        .availability_zone_distribution(
            AvailabilityZoneDistribution::new()
                .capacity_distribution_strategy(CapacityDistributionStrategy::BalancedOnly),
        )
        .availability_zone_impairment_policy(AvailabilityZoneImpairmentPolicy::new(
            ImpairedZoneBehavior::IgnoreUnhealthy,
            true,
        ))
        .skip_zonal_shift_validation(true)
        .capacity_rebalance(true)
        .capacity_reservation_specification(
            CapacityReservationSpecification::new(ReservationPreference::CapacityReservationsFirst)
                .capacity_reservation_target(reserved),
        )
        .context("shop")
        .cooldown(60)
        .default_instance_warmup(30)
        .deletion_protection(DeletionProtection::PreventForceDeletion)
        .force_delete(true)
        .health_check_grace_period(120)
        .health_check_type(HealthCheckType::of([HealthCheck::Elb, HealthCheck::Ebs]))
        .instance_lifecycle_policy(InstanceLifecyclePolicy::new().retention_triggers(
            RetentionTriggers::new().terminate_hook_abandon(RetentionAction::Retain),
        ))
        .instance_maintenance_policy(InstanceMaintenancePolicy::new(120, 90))
        .lifecycle_hook_specification_list([hook])
        .load_balancer_names(["classic".to_owned()])
        .max_instance_lifetime(604_800)
        .metrics_collection([MetricsCollection::all().metrics([
            "GroupDesiredCapacity".to_owned(),
            "GroupInServiceInstances".to_owned(),
        ])])
        .new_instances_protected_from_scale_in(true)
        .notification_configurations([NotificationConfiguration::new(
            topic("nodes"),
            [NotificationType::Launch, NotificationType::Terminate],
        )])
        .placement_group("nodes")
        .service_linked_role_arn(role("aws-service-role/autoscaling.amazonaws.com/one"))
        .target_group_arns([TargetGroupArn::existing(targets("nodes"))])
        .termination_policies([
            TerminationPolicy::OldestLaunchTemplate,
            TerminationPolicy::Default,
        ])
        .traffic_sources([TrafficSource::new(
            targets("more"),
            TrafficSourceType::Elbv2,
        )])
        .tag("Name", "node")
        .tag_group_only("Team", "shop")
}

/// The same, with a second value for everything that can change in place.
fn other(full: AutoScalingGroup) -> AutoScalingGroup {
    let reserved = CapacityReservationTarget::new()
        .capacity_reservation_ids(["cr-0b2".to_owned()])
        .capacity_reservation_resource_group_arns([
            "arn:aws:resource-groups:us-east-1:123456789012:group/others".to_owned(),
        ]);
    let hooks = [
        LifecycleHookSpecification::new("drain", LifecycleTransition::Launching)
            .default_result(HookResult::Abandon)
            .heartbeat_timeout(600)
            .notification_metadata("worker")
            .notification_target_arn(topic("others"))
            .role_arn(role("others")),
        LifecycleHookSpecification::new("warm", LifecycleTransition::Launching),
    ];
    full.min_size(0)
        .max_size(20)
        .desired_capacity(3)
        .vpc_zone_identifier(["subnet-0a1", "subnet-0c3"].map(subnet))
        .availability_zone_distribution(
            AvailabilityZoneDistribution::new()
                .capacity_distribution_strategy(CapacityDistributionStrategy::BalancedBestEffort),
        )
        .availability_zone_impairment_policy(AvailabilityZoneImpairmentPolicy::new(
            ImpairedZoneBehavior::ReplaceUnhealthy,
            false,
        ))
        .skip_zonal_shift_validation(false)
        .capacity_rebalance(false)
        .capacity_reservation_specification(
            CapacityReservationSpecification::new(ReservationPreference::CapacityReservationsOnly)
                .capacity_reservation_target(reserved),
        )
        .context("other")
        .cooldown(90)
        .default_instance_warmup(45)
        .deletion_protection(DeletionProtection::None)
        .force_delete(false)
        .health_check_grace_period(60)
        .health_check_type(HealthCheck::Elb)
        .instance_lifecycle_policy(InstanceLifecyclePolicy::new().retention_triggers(
            RetentionTriggers::new().terminate_hook_abandon(RetentionAction::Terminate),
        ))
        .instance_maintenance_policy(InstanceMaintenancePolicy::new(150, 100))
        .lifecycle_hook_specification_list(hooks)
        .load_balancer_names(["older".to_owned()])
        .max_instance_lifetime(86_400)
        .metrics_collection([MetricsCollection::all()
            .metrics(["GroupDesiredCapacity".to_owned(), "GroupMaxSize".to_owned()])])
        .new_instances_protected_from_scale_in(false)
        .notification_configurations([
            NotificationConfiguration::new(
                topic("nodes"),
                [NotificationType::Launch, NotificationType::LaunchError],
            ),
            NotificationConfiguration::new(topic("others"), [NotificationType::Terminate]),
        ])
        .placement_group("others")
        .service_linked_role_arn(role("aws-service-role/autoscaling.amazonaws.com/two"))
        .target_group_arns([TargetGroupArn::existing(targets("others"))])
        .termination_policies([TerminationPolicy::NewestInstance])
        .traffic_sources([TrafficSource::new(
            "arn:aws:vpc-lattice:us-east-1:123456789012:targetgroup/tg-0a1",
            TrafficSourceType::VpcLattice,
        )])
        .tag("Name", "worker")
        .tag("Team", "shop")
}

/// A mixed instances policy, with two sets of values.
fn mixed(second: bool) -> MixedInstancesPolicy {
    let pick = |first: &'static str, other: &'static str| if second { other } else { first };
    let distribution = if second {
        InstancesDistribution::new()
            .distribution_segments([DistributionSegment::new([
                TargetCapacityType::InterruptibleCapacityReservation,
                TargetCapacityType::OnDemandCapacityReservation,
                TargetCapacityType::OnDemand,
            ])])
            .on_demand_allocation_strategy(OnDemandAllocationStrategy::LowestPrice)
            .on_demand_base_capacity(2)
            .on_demand_percentage_above_base_capacity(50)
            .spot_allocation_strategy(SpotAllocationStrategy::LowestPrice)
            .spot_instance_pools(4)
            .spot_max_price("0.20")
    } else {
        InstancesDistribution::new()
            .distribution_segments([DistributionSegment::new([
                TargetCapacityType::OnDemandCapacityReservation,
                TargetCapacityType::CapacityBlock,
            ])])
            .on_demand_allocation_strategy(OnDemandAllocationStrategy::Prioritized)
            .on_demand_base_capacity(1)
            .on_demand_percentage_above_base_capacity(25)
            .spot_allocation_strategy(SpotAllocationStrategy::LowestPrice)
            .spot_instance_pools(3)
            .spot_max_price("0.10")
    };
    let overrides = [
        LaunchTemplateOverrides::instance_type(pick("m7g.large", "m7g.xlarge"))
            .image_id(ImageId::existing(pick("ami-0a1", "ami-0b2")))
            .launch_template_specification(version(pick("lt-0b2", "lt-0c3"), pick("3", "4")))
            .weighted_capacity(pick("1", "2")),
        LaunchTemplateOverrides::instance_type("m6g.large").weighted_capacity("1"),
        LaunchTemplateOverrides::instance_type("m6a.large")
            .launch_template_specification(named(pick("amd", "intel")))
            .weighted_capacity("1"),
    ];
    let template = if second {
        named("nodes")
    } else {
        version("lt-0a1", "1")
    };
    MixedInstancesPolicy::over(template, overrides).instances_distribution(distribution)
}
