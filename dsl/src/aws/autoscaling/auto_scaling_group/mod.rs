//! `AWS::AutoScaling::AutoScalingGroup`: a number of instances that AWS keeps running across zones.
//!
//! What surprises people: A change of what is launched reaches new instances only. Windlass sets `DesiredCapacity` at creation and then leaves it to
//! what scales the group: a capacity provider's managed scaling, scaling policies, or schedules. A new `MinSize` above the desired capacity, or a new
//! `MaxSize` below it, still moves it. Hooks, notifications, metrics, target groups and traffic sources have calls of their own, and each member has
//! one owner: Windlass leaves members that others added alone. Deleting a group takes as long as its instances take to terminate.
//!
//! Removal: Windlass scales the group to zero first, so that its hooks run, and deletes the empty group. Windlass deletes the group together with its
//! instances if `ForceDelete` says so, or if `NewInstancesProtectedFromScaleIn` keeps the group from shrinking (as under a capacity provider with
//! managed termination protection).
//!
//! Where CloudFormation and this differ: sizes and times are numbers here, not texts; `ForceDelete` is not a property in CloudFormation; tags reach
//! instances unless they say otherwise.
//!
//! Not here: `NotificationConfiguration`, the older form of `NotificationConfigurations` for one topic; and `Operator`, which marks groups of AWS's own
//! services. Reference: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-autoscaling-autoscalinggroup.html>

pub mod attached;
pub mod capacity;
pub mod launch;
mod samples;
mod tags;

use windlass_derive::Resource;

pub use tags::{GroupTags, ResolvedGroupTag, ResolvedGroupTags};

use self::attached::{
    LifecycleHookSpecification, MetricsCollection, NotificationConfiguration, TrafficSource,
};
use self::capacity::{
    AvailabilityZoneDistribution, AvailabilityZoneImpairmentPolicy,
    CapacityReservationSpecification, DeletionProtection, DesiredCapacityType, HealthCheckType,
    InstanceLifecyclePolicy, InstanceMaintenancePolicy,
};
use self::launch::Launch;
use super::{AutoScalingGroupArn, AutoScalingGroupName};
use crate::aws::ec2::SubnetId;
use crate::aws::elasticloadbalancingv2::{InstanceTarget, TargetGroupArn};
use crate::aws::iam::RoleArn;
use crate::resource::Check;
use crate::stack::Checks;
use crate::value::{Input, IntoInput};

/// A number of instances that AWS keeps running across zones.
///
/// ```
/// use windlass::aws::autoscaling::AutoScalingGroup;
/// use windlass::aws::ec2::{ImageId, LaunchTemplate, LaunchTemplateData, SubnetId};
/// use windlass::request::Request;
/// use windlass::resource::Declare;
/// use windlass::stack::Stack;
///
/// let document = Stack::test("shop", |cx| {
///     let data = LaunchTemplateData::new().image_id(ImageId::existing("ami-0a1")).instance_type("m7g.large");
///     let template = LaunchTemplate::new(data).declare(cx, "template");
///     AutoScalingGroup::new(&template, 0, 10)
///         .vpc_zone_identifier(["subnet-0a1", "subnet-0b2"].map(SubnetId::existing))
///         .new_instances_protected_from_scale_in(true)
///         .declare(cx, "nodes");
///     Ok(())
/// }, Request::offline("us-east-1"));
/// assert!(document.problems.is_empty());
/// ```
///
/// An `ip` target group does not fit, because it takes addresses and not instances:
///
/// ```compile_fail
/// use windlass::aws::autoscaling::AutoScalingGroup;
/// use windlass::aws::elasticloadbalancingv2::{IpTarget, TargetGroupArn};
///
/// fn attach(group: AutoScalingGroup, targets: TargetGroupArn<IpTarget>) -> AutoScalingGroup {
///     group.target_group_arns([targets])
/// }
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::AutoScaling::AutoScalingGroup",
    id = "AutoScalingGroupName",
    outputs(
        name: AutoScalingGroupName = "AutoScalingGroupName",
        arn: AutoScalingGroupArn = "AutoScalingGroupARN",
    ),
    waits(Ready, Stable),
    reference_wait = Ready,
    stays_in("VPCZoneIdentifier[]", "VpcId"),
    holds("VPCZoneIdentifier[]")
)]
pub struct AutoScalingGroup {
    /// The name, at most 255 characters, unique in account and region.
    #[field(replaces, physical_name(max = 255, also = "/_."))]
    pub auto_scaling_group_name: Option<Input<String>>,
    /// What the group launches.
    #[field(choice, in_place)]
    pub launch: Launch,
    /// The smallest size, in units of `DesiredCapacityType`.
    #[field(in_place)]
    pub min_size: Input<i32>,
    /// The largest size, in units of `DesiredCapacityType`.
    #[field(in_place)]
    pub max_size: Input<i32>,
    /// The size at creation. Afterwards it belongs to what scales the group. AWS's default is the smallest size.
    #[field(
        in_place,
        removal_keeps,
        after_creation("whoever scales the group: managed scaling, scaling policies, schedules")
    )]
    pub desired_capacity: Option<Input<i32>>,
    /// The unit of the sizes; units other than instances need instance requirements. AWS's default is `units`.
    #[field(in_place, removal_default("\"units\""))]
    pub desired_capacity_type: Option<Input<DesiredCapacityType>>,
    /// The subnets to launch in, as a set.
    #[field(in_place, set, name = "VPCZoneIdentifier", removal_keeps)]
    pub vpc_zone_identifier: Vec<Input<SubnetId>>,
    /// The zones to launch in: zones of the default VPC, or those of the subnets, as a set.
    #[field(in_place, set, removal_keeps)]
    pub availability_zones: Vec<Input<String>>,
    /// The zones to launch in by zone id, as a set. Not together with `AvailabilityZones`.
    #[field(in_place, set, removal_keeps)]
    pub availability_zone_ids: Vec<Input<String>>,
    /// How the group balances instances over zones.
    #[field(
        in_place,
        removal_default("{\"CapacityDistributionStrategy\":\"balanced-best-effort\"}")
    )]
    pub availability_zone_distribution: Option<AvailabilityZoneDistribution>,
    /// What happens when a zone is impaired.
    #[field(
        in_place,
        removal_default(
            "{\"ImpairedZoneHealthCheckBehavior\":\"ReplaceUnhealthy\",\"ZonalShiftEnabled\":false}"
        )
    )]
    pub availability_zone_impairment_policy: Option<AvailabilityZoneImpairmentPolicy>,
    /// Makes AWS accept an impairment policy although load balancers do not balance over zones. Windlass only sends it together with such a policy.
    #[field(in_place, never_read, removal_keeps)]
    pub skip_zonal_shift_validation: Option<Input<bool>>,
    /// Whether the group replaces Spot instances at risk before AWS takes them back. AWS's default is `false`.
    #[field(in_place, removal_default("false"))]
    pub capacity_rebalance: Option<Input<bool>>,
    /// Which capacity reservations the group uses.
    #[field(
        in_place,
        removal_default("{\"CapacityReservationPreference\":\"default\"}")
    )]
    pub capacity_reservation_specification: Option<CapacityReservationSpecification>,
    /// Reserved by AWS.
    #[field(in_place, removal_keeps)]
    pub context: Option<Input<String>>,
    /// How long simple scaling waits after an activity, in seconds. AWS's default is 300.
    #[field(in_place, removal_default("300"))]
    pub cooldown: Option<Input<i32>>,
    /// How long a new instance warms up, in seconds. AWS's default is none.
    #[field(in_place)]
    pub default_instance_warmup: Option<Input<i32>>,
    /// Which deletions AWS refuses. AWS's default is `none`.
    #[field(in_place, removal_default("\"none\""))]
    pub deletion_protection: Option<Input<DeletionProtection>>,
    /// Whether a removal terminates the instances together with the group, without hooks. Not a property in AWS: it tells the engine how to delete.
    #[field(in_place, never_read)]
    pub force_delete: Option<Input<bool>>,
    /// How long AWS does not check the health of a new instance, in seconds. AWS's default is 0.
    #[field(in_place, removal_default("0"))]
    pub health_check_grace_period: Option<Input<i32>>,
    /// The health checks that count. AWS's default is `EC2`.
    #[field(in_place, removal_default("\"EC2\""))]
    pub health_check_type: Option<Input<HealthCheckType>>,
    /// What happens to instances at the end of their life.
    #[field(
        in_place,
        removal_default("{\"RetentionTriggers\":{\"TerminateHookAbandon\":\"terminate\"}}")
    )]
    pub instance_lifecycle_policy: Option<InstanceLifecyclePolicy>,
    /// How many instances must be healthy while the group replaces some.
    #[field(in_place)]
    pub instance_maintenance_policy: Option<InstanceMaintenancePolicy>,
    /// Lifecycle hooks, by name.
    #[field(in_place, keyed("LifecycleHookName"))]
    pub lifecycle_hook_specification_list: Vec<LifecycleHookSpecification>,
    /// Classic load balancers, as a set.
    #[field(in_place, set)]
    pub load_balancer_names: Vec<Input<String>>,
    /// The maximum life of an instance, in seconds: 0 for no limit, or 86400 (a day) to 31536000 (a year). AWS's default is 0.
    #[field(in_place, removal_default("0"))]
    pub max_instance_lifetime: Option<Input<i32>>,
    /// Metrics of the group.
    #[field(in_place, keyed("Granularity"))]
    pub metrics_collection: Vec<MetricsCollection>,
    /// Whether new instances are protected from scale-in. Managed termination protection of a capacity provider needs this. AWS's default is `false`.
    #[field(in_place, removal_default("false"))]
    pub new_instances_protected_from_scale_in: Option<Input<bool>>,
    /// Topics that get notifications about the group's instances, by topic.
    #[field(in_place, keyed("TopicARN"))]
    pub notification_configurations: Vec<NotificationConfiguration>,
    /// The placement group to launch in.
    #[field(in_place)]
    pub placement_group: Option<Input<String>>,
    /// The service-linked role with which the group calls AWS. AWS's default is `AWSServiceRoleForAutoScaling`.
    #[field(in_place, name = "ServiceLinkedRoleARN", removal_keeps)]
    pub service_linked_role_arn: Option<Input<RoleArn>>,
    /// Target groups that register the group's instances, as a set.
    #[field(in_place, set, name = "TargetGroupARNs")]
    pub target_group_arns: Vec<Input<TargetGroupArn<InstanceTarget>>>,
    /// Which instance terminates first when the group scales in, in order of priority. AWS's default is `Default`.
    #[field(in_place, removal_default("[\"Default\"]"))]
    pub termination_policies: Vec<Input<String>>,
    /// Load balancers and other sources that send traffic to the group, by identifier.
    #[field(in_place, keyed("Identifier"))]
    pub traffic_sources: Vec<TrafficSource>,
    #[field(in_place, no_setter)]
    pub tags: Option<GroupTags>,
}

impl AutoScalingGroup {
    /// Adds or replaces a tag of the group and of the instances that it launches.
    #[must_use]
    pub fn tag(self, key: impl Into<String>, value: impl IntoInput<String>) -> Self {
        self.with_tag(key.into(), value.into(), true)
    }

    /// Adds or replaces a tag of the group alone.
    #[must_use]
    pub fn tag_group_only(self, key: impl Into<String>, value: impl IntoInput<String>) -> Self {
        self.with_tag(key.into(), value.into(), false)
    }

    fn with_tag(mut self, key: String, value: Input<String>, at_launch: bool) -> Self {
        self.tags.get_or_insert_default().set(key, value, at_launch);
        self
    }

    fn check_sizes(&self, checks: &mut Checks<'_>) {
        for (name, size) in [("MinSize", &self.min_size), ("MaxSize", &self.max_size)] {
            checks.range(name, Some(size), 0..=i32::MAX);
        }
        let (min, max) = (self.min_size.literal(), self.max_size.literal());
        if let (Some(min), Some(max)) = (min, max)
            && min > max
        {
            checks.invalid(
                "MinSize",
                format!("is {min}, above `MaxSize`, which is {max}"),
                "the smallest size is at most the largest",
            );
        }
        if let Some(desired) = self.desired_capacity.as_ref().and_then(Input::literal)
            && (min.is_some_and(|min| desired < min) || max.is_some_and(|max| desired > max))
        {
            checks.invalid(
                "DesiredCapacity",
                format!("is {desired}, not between `MinSize` and `MaxSize`"),
                "AWS takes a size between the two",
            );
        }
        let kind = self.desired_capacity_type.as_ref().and_then(Input::literal);
        if kind.is_some_and(|kind| kind != DesiredCapacityType::Units)
            && !self.launch.has_requirements()
        {
            checks.invalid(
                "DesiredCapacityType",
                "is not `units`, but no instance requirements are given",
                "only a mixed instances policy with instance requirements counts CPUs or memory",
            );
        }
    }

    fn check_places(&self, checks: &mut Checks<'_>) {
        let (zones, ids) = (&self.availability_zones, &self.availability_zone_ids);
        if self.vpc_zone_identifier.is_empty() && zones.is_empty() && ids.is_empty() {
            checks.invalid(
                "VPCZoneIdentifier",
                "is missing, and no zone is named",
                "say where to launch: `.vpc_zone_identifier([subnet.id()])`",
            );
        }
        if !zones.is_empty() && !ids.is_empty() {
            checks.invalid(
                "AvailabilityZoneIds",
                "is given together with `AvailabilityZones`",
                "AWS takes names or ids",
            );
        }
    }

    fn check_times(&self, checks: &mut Checks<'_>) {
        let times = [
            ("Cooldown", &self.cooldown),
            ("DefaultInstanceWarmup", &self.default_instance_warmup),
            ("HealthCheckGracePeriod", &self.health_check_grace_period),
        ];
        for (name, time) in times {
            checks.range(name, time.as_ref(), 0..=i32::MAX);
        }
        if let Some(life) = self.max_instance_lifetime.as_ref().and_then(Input::literal)
            && life != 0
            && !(86_400..=31_536_000).contains(&life)
        {
            checks.invalid(
                "MaxInstanceLifetime",
                format!("is {life}"),
                "AWS takes 0, or 86400 (a day) to 31536000 (a year)",
            );
        }
    }
}

impl Check for AutoScalingGroup {
    fn check(&self, checks: &mut Checks<'_>) {
        checks.length(
            "AutoScalingGroupName",
            self.auto_scaling_group_name.as_ref(),
            1..=255,
        );
        self.launch.check(checks);
        self.check_sizes(checks);
        self.check_places(checks);
        self.check_times(checks);
        if let Some(policy) = &self.instance_maintenance_policy {
            policy.check(checks);
        }
        for (index, hook) in self.lifecycle_hook_specification_list.iter().enumerate() {
            hook.check(&format!("LifecycleHookSpecificationList[{index}]"), checks);
        }
        if self.skip_zonal_shift_validation.is_some()
            && self.availability_zone_impairment_policy.is_none()
        {
            checks.invalid(
                "SkipZonalShiftValidation",
                "is given without `AvailabilityZoneImpairmentPolicy`",
                "it is only sent along with one",
            );
        }
        let mut keys = self.tags.iter().flat_map(GroupTags::keys);
        if let Some(key) = keys.find(|key| key.is_empty() || key.chars().count() > 128) {
            checks.invalid(
                "Tags",
                format!("has the key `{key}`"),
                "AWS takes keys of 1 to 128 characters",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::launch::{
        DistributionSegment, InstancesDistribution, LaunchTemplateOverrides,
        LaunchTemplateSpecification, MixedInstancesPolicy, SpotAllocationStrategy,
        TargetCapacityType,
    };
    use super::*;
    use crate::aws::ec2::{InstanceRequirements, LaunchTemplateId};
    use crate::request::Request;
    use crate::resource::{Change as _, Declare, Resource, Samples};
    use crate::schema::Change;
    use crate::stack::Stack;

    fn problems(group: AutoScalingGroup) -> Vec<String> {
        let document = Stack::test(
            "t",
            |cx| {
                group.declare(cx, "g");
                Ok(())
            },
            Request::offline("us-east-1"),
        );
        document
            .problems
            .into_iter()
            .map(|problem| problem.message)
            .collect()
    }

    fn template() -> LaunchTemplateSpecification {
        LaunchTemplateSpecification::tracking_latest(LaunchTemplateId::existing("lt-0a1"))
    }

    #[test]
    fn samples_pass_the_checks_and_resolve() {
        for sample in AutoScalingGroup::samples() {
            let resolved: Result<AutoScalingGroupResolved, _> =
                serde_json::from_value(sample.to_json());
            assert!(resolved.is_ok(), "{resolved:?}");
            assert_eq!(problems(sample), [""; 0]);
        }
    }

    #[test]
    fn what_is_launched_is_one_change() {
        let of = |property| AutoScalingGroupChange::of(property);
        assert_eq!(of("LaunchTemplate"), Some(AutoScalingGroupChange::Launch));
        assert_eq!(of("MixedInstancesPolicy"), of("LaunchTemplate"));
        let instance = AutoScalingGroup::SCHEMA.field("InstanceId");
        assert!(matches!(
            instance.map(|field| field.change),
            Some(Change::Replaces)
        ));
        let mixed = AutoScalingGroup::SCHEMA.field("MixedInstancesPolicy");
        assert!(matches!(
            mixed.map(|field| field.change),
            Some(Change::InPlace)
        ));
    }

    #[test]
    fn tags_reach_instances_unless_they_say_otherwise() {
        let group = AutoScalingGroup::new(template(), 0, 1)
            .tag("a", "1")
            .tag_group_only("b", "2");
        let resolved: AutoScalingGroupResolved =
            serde_json::from_value(group.to_json()).expect("the resolved form");
        let tags = resolved.tags.expect("tags").0;
        assert!(tags["a"].at_launch && !tags["b"].at_launch);
    }

    #[test]
    fn what_aws_refuses_is_reported() {
        let (more, less) = (4, 2);
        let mix = MixedInstancesPolicy::over(
            template(),
            [
                LaunchTemplateOverrides::instance_type("m7g.large").weighted_capacity("0"),
                LaunchTemplateOverrides::requirements(InstanceRequirements::new(more..=less, 1..)),
            ],
        )
        .instances_distribution(
            InstancesDistribution::new()
                .distribution_segments([
                    DistributionSegment::new([TargetCapacityType::OnDemand; 2]),
                    DistributionSegment::new([TargetCapacityType::OnDemand; 0]),
                ])
                .spot_instance_pools(21)
                .spot_allocation_strategy(SpotAllocationStrategy::CapacityOptimized),
        );
        let group = AutoScalingGroup::new(mix, 3, 2)
            .desired_capacity(5)
            .max_instance_lifetime(60)
            .instance_maintenance_policy(capacity::InstanceMaintenancePolicy::new(200, 50))
            .skip_zonal_shift_validation(true);
        assert_eq!(
            problems(group),
            [
                "`MixedInstancesPolicy.InstancesDistribution.SpotInstancePools` of `g` is 21",
                "`MixedInstancesPolicy.InstancesDistribution.SpotInstancePools` of `g` is given, but the strategy is not `lowest-price`",
                "`MixedInstancesPolicy.InstancesDistribution.DistributionSegments` of `g` names 2 segments",
                "`MixedInstancesPolicy.InstancesDistribution.DistributionSegments[0].TargetCapacityTypes` of `g` names `on-demand` twice",
                "`MixedInstancesPolicy.InstancesDistribution.DistributionSegments[1].TargetCapacityTypes` of `g` is empty",
                "`MixedInstancesPolicy.LaunchTemplate.Overrides[0].WeightedCapacity` of `g` is `0`",
                "`MixedInstancesPolicy.LaunchTemplate.Overrides[1].InstanceRequirements.VCpuCount` of `g` is from 4 to 2",
                "`MixedInstancesPolicy.LaunchTemplate.Overrides` of `g` have a weight in 1 of 2",
                "`MixedInstancesPolicy.LaunchTemplate.Overrides` of `g` name both instance types and requirements",
                "`MinSize` of `g` is 3, above `MaxSize`, which is 2",
                "`DesiredCapacity` of `g` is 5, not between `MinSize` and `MaxSize`",
                "`VPCZoneIdentifier` of `g` is missing, and no zone is named",
                "`MaxInstanceLifetime` of `g` is 60",
                "`InstanceMaintenancePolicy` of `g` is from 50 to 200 percent",
                "`SkipZonalShiftValidation` of `g` is given without `AvailabilityZoneImpairmentPolicy`",
            ]
        );
    }
}
