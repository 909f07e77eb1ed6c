//! What a group launches, on the wire.

use aws_sdk_autoscaling::types as sdk;
use windlass::aws::autoscaling::auto_scaling_group::launch::{
    InstancesDistributionResolved, LaunchTemplateOverridesResolved,
    LaunchTemplateSpecificationResolved, MixedInstancesPolicyResolved, OverrideMachineResolved,
    TemplateReferenceResolved,
};

use crate::ec2::instance_requirements::instance_requirements;
use crate::observed::Block;

mod requirements {
    use aws_sdk_autoscaling::types;

    super::instance_requirements!(types, request: InstanceRequirements, cpus: VCpuCountRequest, answer: InstanceRequirements);
}

/// A version of a launch template.
pub fn template(spec: &LaunchTemplateSpecificationResolved) -> sdk::LaunchTemplateSpecification {
    let made = sdk::LaunchTemplateSpecification::builder().version(&spec.version);
    match &spec.template {
        TemplateReferenceResolved::LaunchTemplateId(id) => made.launch_template_id(id.as_str()),
        TemplateReferenceResolved::LaunchTemplateName(name) => made.launch_template_name(name),
    }
    .build()
}

/// A mix of instance types and ways to pay.
pub fn mixed(spec: &MixedInstancesPolicyResolved) -> sdk::MixedInstancesPolicy {
    let overrides = spec.launch_template.overrides.iter().map(variation);
    let templates = sdk::LaunchTemplate::builder()
        .launch_template_specification(template(
            &spec.launch_template.launch_template_specification,
        ))
        // An empty list takes earlier overrides away, where none would keep them.
        .set_overrides(Some(overrides.collect()))
        .build();
    sdk::MixedInstancesPolicy::builder()
        .launch_template(templates)
        .set_instances_distribution(spec.instances_distribution.as_ref().map(distribution))
        .build()
}

fn variation(spec: &LaunchTemplateOverridesResolved) -> sdk::LaunchTemplateOverrides {
    let made = sdk::LaunchTemplateOverrides::builder()
        .set_image_id(spec.image_id.as_ref().map(ToString::to_string))
        .set_launch_template_specification(
            spec.launch_template_specification.as_ref().map(template),
        )
        .set_weighted_capacity(spec.weighted_capacity.clone());
    match &spec.machine {
        Some(OverrideMachineResolved::InstanceType(name)) => made.instance_type(name.as_str()),
        Some(OverrideMachineResolved::InstanceRequirements(needed)) => {
            made.instance_requirements(requirements::request(needed))
        }
        None => made,
    }
    .build()
}

/// What is left out goes back to AWS's default, where AWS has a value for it.
fn distribution(spec: &InstancesDistributionResolved) -> sdk::InstancesDistribution {
    sdk::InstancesDistribution::builder()
        .set_on_demand_allocation_strategy(
            spec.on_demand_allocation_strategy
                .map(|word| word.to_string()),
        )
        .on_demand_base_capacity(spec.on_demand_base_capacity.unwrap_or(0))
        .on_demand_percentage_above_base_capacity(
            spec.on_demand_percentage_above_base_capacity.unwrap_or(100),
        )
        .set_spot_allocation_strategy(spec.spot_allocation_strategy.map(|word| word.to_string()))
        .set_spot_instance_pools(spec.spot_instance_pools)
        .spot_max_price(spec.spot_max_price.clone().unwrap_or_default())
        .build()
}

/// What AWS says about a version of a launch template. It gives id and name, whichever was sent.
pub fn template_block(given: &sdk::LaunchTemplateSpecification) -> Block {
    Block::new()
        .set("LaunchTemplateId", given.launch_template_id())
        .set("LaunchTemplateName", given.launch_template_name())
        .set("Version", given.version())
}

/// What AWS says about a mix.
pub fn mixed_block(given: &sdk::MixedInstancesPolicy) -> Block {
    let distribution = given.instances_distribution().map(|given| {
        Block::new()
            .set(
                "OnDemandAllocationStrategy",
                given.on_demand_allocation_strategy(),
            )
            .set("OnDemandBaseCapacity", given.on_demand_base_capacity)
            .set(
                "OnDemandPercentageAboveBaseCapacity",
                given.on_demand_percentage_above_base_capacity,
            )
            .set("SpotAllocationStrategy", given.spot_allocation_strategy())
            .set("SpotInstancePools", given.spot_instance_pools)
            .set("SpotMaxPrice", given.spot_max_price())
    });
    let templates = given.launch_template().map(|given| {
        let overrides = given.overrides().iter().map(|one| {
            Block::new()
                .set("ImageId", one.image_id())
                .block(
                    "InstanceRequirements",
                    one.instance_requirements().map(requirements::observed),
                )
                .set("InstanceType", one.instance_type())
                .block(
                    "LaunchTemplateSpecification",
                    one.launch_template_specification().map(template_block),
                )
                .set("WeightedCapacity", one.weighted_capacity())
        });
        Block::new()
            .block(
                "LaunchTemplateSpecification",
                given.launch_template_specification().map(template_block),
            )
            .list("Overrides", overrides)
    });
    Block::new()
        .block("InstancesDistribution", distribution)
        .block("LaunchTemplate", templates)
}
