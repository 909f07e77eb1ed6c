//! What a group launches: one launch template, or several with a mix of instance types and ways to pay.

use windlass_derive::{Block, Choice};

use crate::aws::ec2::launch_template::{check_name, data::check_instance_type};
use crate::aws::ec2::{
    ImageId, InstanceId, InstanceRequirements, InstanceType, LaunchTemplate, LaunchTemplateId,
};
use crate::resource::Handle;
use crate::stack::Checks;
use crate::value::{Input, IntoInput};

crate::text_enum! {
    /// How AWS chooses On-Demand instance types.
    pub enum OnDemandAllocationStrategy {
        /// In the order of the overrides.
        Prioritized = "prioritized",
        /// The cheapest first.
        LowestPrice = "lowest-price",
    }

    /// A kind of capacity that instances are launched in.
    pub enum TargetCapacityType {
        /// On-Demand Capacity Reservations.
        OnDemandCapacityReservation = "on-demand-capacity-reservation",
        /// Capacity Blocks that were bought.
        CapacityBlock = "capacity-block",
        /// Reservations whose owner can take the capacity back.
        InterruptibleCapacityReservation = "interruptible-capacity-reservation",
        /// On-Demand capacity outside of any reservation.
        OnDemand = "on-demand",
    }

    /// How the group chooses Spot instance types.
    pub enum SpotAllocationStrategy {
        /// The pools with the most capacity among the cheap ones. AWS recommends it.
        PriceCapacityOptimized = "price-capacity-optimized",
        /// The pools with the most capacity.
        CapacityOptimized = "capacity-optimized",
        /// The pools with the most capacity, in the order of the overrides as far as possible.
        CapacityOptimizedPrioritized = "capacity-optimized-prioritized",
        /// The cheapest.
        LowestPrice = "lowest-price",
    }
}

/// What a group launches. AWS takes exactly one of these.
#[derive(Debug, Clone, Choice)]
pub enum Launch {
    LaunchTemplate(LaunchTemplateSpecification),
    /// A mix of instance types and purchase options.
    MixedInstancesPolicy(Box<MixedInstancesPolicy>),
    /// A launch configuration, which AWS no longer offers to new accounts.
    LaunchConfigurationName(Input<String>),
    /// An instance to copy. AWS makes a launch configuration from it.
    #[field(replaces, never_read)]
    InstanceId(Input<InstanceId>),
}

/// A version of a launch template.
#[derive(Debug, Clone, Block)]
pub struct LaunchTemplateSpecification {
    /// Which template.
    #[field(choice)]
    pub template: TemplateReference,
    /// The version: a number, `$Latest` or `$Default`.
    pub version: Input<String>,
}

/// A launch template.
#[derive(Debug, Clone, Choice)]
pub enum TemplateReference {
    /// By id.
    LaunchTemplateId(Input<LaunchTemplateId>),
    /// By name.
    LaunchTemplateName(Input<String>),
}

/// A mix of instance types and purchase options.
#[derive(Debug, Clone, Block)]
pub struct MixedInstancesPolicy {
    /// The shares of On-Demand and Spot, and how AWS chooses instance types. A property that is left out keeps its last value.
    #[field(removal_keeps)]
    pub instances_distribution: Option<InstancesDistribution>,
    /// The launch template, and overrides of it.
    pub launch_template: MixedLaunchTemplate,
}

/// The shares of On-Demand and Spot, and how AWS chooses instance types.
#[derive(Debug, Clone, Block)]
pub struct InstancesDistribution {
    /// Which kinds of capacity the group tries, and in which order. AWS takes one segment, and keeps it when it is left out.
    #[field(removal_keeps)]
    pub distribution_segments: Vec<DistributionSegment>,
    /// How the group chooses On-Demand instance types. AWS's default is `prioritized`, or `lowest-price` with instance requirements.
    #[field(removal_keeps)]
    pub on_demand_allocation_strategy: Option<Input<OnDemandAllocationStrategy>>,
    /// The On-Demand capacity before Spot begins, in the unit of the group's sizes. AWS's default is 0.
    #[field(removal_default("0"))]
    pub on_demand_base_capacity: Option<Input<i32>>,
    /// The On-Demand share of the remaining capacity, in percent. AWS's default is 100.
    #[field(removal_default("100"))]
    pub on_demand_percentage_above_base_capacity: Option<Input<i32>>,
    /// How AWS chooses Spot instance types. AWS's default is `lowest-price`.
    #[field(removal_default("\"lowest-price\""))]
    pub spot_allocation_strategy: Option<Input<SpotAllocationStrategy>>,
    /// The number of Spot pools, 1 to 20; with `lowest-price` only. AWS's default is 2.
    #[field(removal_default("2"))]
    pub spot_instance_pools: Option<Input<i32>>,
    /// The highest Spot price per hour, in US dollars. AWS advises against setting it.
    #[field(removal_default("\"\""))]
    pub spot_max_price: Option<Input<String>>,
}

/// Kinds of capacity, the most wanted first. The group's `CapacityReservationSpecification` names the reservations.
#[derive(Debug, Clone, Block)]
pub struct DistributionSegment {
    /// The kinds, each once. `on-demand` as the last one makes instances start where no reservation has room.
    #[field(required)]
    pub target_capacity_types: Vec<Input<TargetCapacityType>>,
}

/// The templates of a mix.
#[derive(Debug, Clone, Block)]
pub struct MixedLaunchTemplate {
    /// The template that the overrides vary.
    pub launch_template_specification: LaunchTemplateSpecification,
    /// The overrides, in order of priority. At most 40 instance types, or 4 sets of requirements.
    pub overrides: Vec<LaunchTemplateOverrides>,
}

/// One override of the template.
#[derive(Debug, Clone, Block)]
pub struct LaunchTemplateOverrides {
    /// Another image.
    pub image_id: Option<Input<ImageId>>,
    /// The instance types to launch instead.
    #[field(choice)]
    pub machine: Option<OverrideMachine>,
    /// Another template, such as one for another processor architecture.
    pub launch_template_specification: Option<LaunchTemplateSpecification>,
    /// How many units of capacity one such instance counts for, 1 to 999. Either all overrides have a weight, or none.
    pub weighted_capacity: Option<Input<String>>,
}

/// What an override launches.
#[derive(Debug, Clone, Choice)]
pub enum OverrideMachine {
    InstanceType(Input<InstanceType>),
    /// All instance types that meet these requirements.
    InstanceRequirements(Box<InstanceRequirements>),
}

impl LaunchTemplateSpecification {
    /// The version that is the newest at planning time: a new version shows in the plan of the group.
    #[must_use]
    pub fn of(template: &Handle<LaunchTemplate>) -> Self {
        Self::new(
            TemplateReference::LaunchTemplateId(template.id().into()),
            template.latest_version(),
        )
    }

    /// The version that is the newest when an instance is launched (`$Latest`).
    pub fn tracking_latest(template: impl IntoInput<LaunchTemplateId>) -> Self {
        Self::new(
            TemplateReference::LaunchTemplateId(template.into()),
            "$Latest",
        )
    }

    fn check(&self, at: &str, checks: &mut Checks<'_>) {
        if let TemplateReference::LaunchTemplateName(name) = &self.template {
            check_name(&format!("{at}.LaunchTemplateName"), Some(name), checks);
        }
        if let Some(version) = self.version.literal()
            && !matches!(version.as_str(), "$Latest" | "$Default")
            && (version.is_empty() || !version.bytes().all(|byte| byte.is_ascii_digit()))
        {
            checks.invalid(
                &format!("{at}.Version"),
                format!("is `{version}`"),
                "a version is a number, `$Latest` or `$Default`",
            );
        }
    }
}

impl LaunchTemplateOverrides {
    /// An override with this instance type.
    pub fn instance_type(instance_type: impl IntoInput<InstanceType>) -> Self {
        Self::new().machine(OverrideMachine::InstanceType(instance_type.into()))
    }

    /// An override with all instance types that meet the requirements.
    #[must_use]
    pub fn requirements(requirements: impl Into<InstanceRequirements>) -> Self {
        Self::new().machine(OverrideMachine::InstanceRequirements(Box::new(
            requirements.into(),
        )))
    }

    fn check(&self, at: &str, checks: &mut Checks<'_>) {
        match &self.machine {
            Some(OverrideMachine::InstanceType(name)) => {
                check_instance_type(&format!("{at}.InstanceType"), name, checks);
            }
            Some(OverrideMachine::InstanceRequirements(needed)) => {
                needed.check(&format!("{at}.InstanceRequirements."), checks);
            }
            None => {}
        }
        if let Some(template) = &self.launch_template_specification {
            template.check(&format!("{at}.LaunchTemplateSpecification"), checks);
        }
        if let Some(weight) = self.weighted_capacity.as_ref().and_then(Input::literal)
            && !weight
                .parse::<u16>()
                .is_ok_and(|weight| (1..=999).contains(&weight))
        {
            checks.invalid(
                &format!("{at}.WeightedCapacity"),
                format!("is `{weight}`"),
                "AWS takes 1 to 999",
            );
        }
    }
}

impl MixedInstancesPolicy {
    /// A mix from overrides of one template, in order of priority.
    pub fn over(
        template: impl Into<LaunchTemplateSpecification>,
        overrides: impl IntoIterator<Item = LaunchTemplateOverrides>,
    ) -> Self {
        Self::new(MixedLaunchTemplate::new(template).overrides(overrides))
    }

    fn check(&self, checks: &mut Checks<'_>) {
        const AT: &str = "MixedInstancesPolicy";
        if let Some(distribution) = &self.instances_distribution {
            distribution.check(&format!("{AT}.InstancesDistribution"), checks);
        }
        let at = format!("{AT}.LaunchTemplate");
        self.launch_template
            .launch_template_specification
            .check(&format!("{at}.LaunchTemplateSpecification"), checks);
        let overrides = &self.launch_template.overrides;
        for (index, one) in overrides.iter().enumerate() {
            one.check(&format!("{at}.Overrides[{index}]"), checks);
        }
        let weighted = overrides
            .iter()
            .filter(|one| one.weighted_capacity.is_some())
            .count();
        if weighted != 0 && weighted != overrides.len() {
            checks.invalid(
                &format!("{at}.Overrides"),
                format!("have a weight in {weighted} of {}", overrides.len()),
                "give every override a weight, or none",
            );
        }
        let by = |wanted: fn(&OverrideMachine) -> bool| {
            overrides
                .iter()
                .filter(|one| one.machine.as_ref().is_some_and(wanted))
                .count()
        };
        let types = by(|machine| matches!(machine, OverrideMachine::InstanceType(_)));
        let sets = by(|machine| matches!(machine, OverrideMachine::InstanceRequirements(_)));
        if types > 40 || sets > 4 {
            checks.invalid(
                &format!("{at}.Overrides"),
                format!("name {types} instance types and {sets} sets of requirements"),
                "AWS takes 40 instance types, and 4 sets of requirements",
            );
        }
        if types > 0 && sets > 0 {
            checks.invalid(
                &format!("{at}.Overrides"),
                "name both instance types and requirements",
                "AWS takes one way of choosing per group",
            );
        }
    }
}

impl InstancesDistribution {
    fn check(&self, at: &str, checks: &mut Checks<'_>) {
        checks.range(
            &format!("{at}.OnDemandPercentageAboveBaseCapacity"),
            self.on_demand_percentage_above_base_capacity.as_ref(),
            0..=100,
        );
        checks.range(
            &format!("{at}.OnDemandBaseCapacity"),
            self.on_demand_base_capacity.as_ref(),
            0..=i32::MAX,
        );
        checks.range(
            &format!("{at}.SpotInstancePools"),
            self.spot_instance_pools.as_ref(),
            1..=20,
        );
        let strategy = self.spot_allocation_strategy.as_ref().map(Input::literal);
        if self.spot_instance_pools.is_some()
            && !matches!(
                strategy,
                None | Some(None | Some(SpotAllocationStrategy::LowestPrice))
            )
        {
            checks.invalid(
                &format!("{at}.SpotInstancePools"),
                "is given, but the strategy is not `lowest-price`",
                "leave it out: the other strategies use every pool",
            );
        }
        self.check_segments(&format!("{at}.DistributionSegments"), checks);
    }

    fn check_segments(&self, at: &str, checks: &mut Checks<'_>) {
        let segments = &self.distribution_segments;
        if segments.len() > 1 {
            checks.invalid(
                at,
                format!("names {} segments", segments.len()),
                "AWS takes one: name all kinds of capacity there, in order",
            );
        }
        for (index, segment) in segments.iter().enumerate() {
            let at = format!("{at}[{index}].TargetCapacityTypes");
            let types = &segment.target_capacity_types;
            if types.is_empty() {
                checks.invalid(&at, "is empty", "name at least one kind of capacity");
            }
            let literals: Vec<_> = types.iter().filter_map(Input::literal).collect();
            let twice = literals
                .iter()
                .enumerate()
                .find(|(place, one)| literals[..*place].contains(*one));
            if let Some((_, twice)) = twice {
                checks.invalid(
                    &at,
                    format!("names `{twice}` twice"),
                    "name each kind of capacity once",
                );
            }
        }
    }
}

impl Launch {
    pub(super) fn check(&self, checks: &mut Checks<'_>) {
        match self {
            Self::LaunchTemplate(template) => template.check("LaunchTemplate", checks),
            Self::MixedInstancesPolicy(policy) => policy.check(checks),
            Self::LaunchConfigurationName(_) | Self::InstanceId(_) => {}
        }
    }

    /// Whether instance types are chosen by their attributes.
    pub(super) fn has_requirements(&self) -> bool {
        let Self::MixedInstancesPolicy(policy) = self else {
            return false;
        };
        policy
            .launch_template
            .overrides
            .iter()
            .any(|one| matches!(one.machine, Some(OverrideMachine::InstanceRequirements(_))))
    }
}

impl From<&Handle<LaunchTemplate>> for LaunchTemplateSpecification {
    fn from(template: &Handle<LaunchTemplate>) -> Self {
        Self::of(template)
    }
}

impl From<&Handle<LaunchTemplate>> for Launch {
    fn from(template: &Handle<LaunchTemplate>) -> Self {
        Self::LaunchTemplate(template.into())
    }
}

impl From<LaunchTemplateSpecification> for Launch {
    fn from(template: LaunchTemplateSpecification) -> Self {
        Self::LaunchTemplate(template)
    }
}

impl From<MixedInstancesPolicy> for Launch {
    fn from(policy: MixedInstancesPolicy) -> Self {
        Self::MixedInstancesPolicy(Box::new(policy))
    }
}
