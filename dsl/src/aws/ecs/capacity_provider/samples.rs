//! Sample capacity providers for the catalogue tests.

use super::*;
use crate::aws::ec2::{SecurityGroupId, SubnetId};
use crate::aws::iam::{InstanceProfileArn, RoleArn};
use crate::resource::Samples;

fn group(name: &str) -> AutoScalingGroupArn {
    AutoScalingGroupArn::existing(format!(
        "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:0a1:autoScalingGroupName/{name}"
    ))
}

fn over_group(name: &str, scaling: ManagedScaling, toggle: Toggle) -> CapacityProvider {
    CapacityProvider::of(
        AutoScalingGroupProvider::new(group(name))
            .managed_scaling(scaling.status(Toggle::Enabled))
            .managed_termination_protection(toggle)
            .managed_draining(toggle),
    )
    .name("gpu")
    .tag("Team", "shop")
}

fn scaling(n: u32) -> ManagedScaling {
    ManagedScaling::to(n)
        .minimum_scaling_step_size(n)
        .maximum_scaling_step_size(n + 10)
        .instance_warmup_period(n)
}

fn requirements(n: u32, word: Candidacy, first: bool) -> InstanceRequirements {
    let units = || UnitRange::new().min(n).max(n + 10);
    let amounts = || GibRange::new().min(f64::from(n)).max(f64::from(n) + 0.5);
    let pick = usize::from(!first);
    InstanceRequirements::new(
        UnitRangeFrom::new(n).max(n + 8),
        UnitRangeFrom::new(n * 1024).max(n * 4096),
    )
    .accelerator_count(units())
    .accelerator_manufacturers([AcceleratorManufacturer::ALL[pick]])
    .accelerator_names([AcceleratorName::ALL[pick]])
    .accelerator_total_memory_mib(units())
    .accelerator_types([AcceleratorType::ALL[pick]])
    .allowed_instance_types([if first { "m7i.*" } else { "c7i.*" }])
    .bare_metal(word)
    .baseline_ebs_bandwidth_mbps(units())
    .burstable_performance(word)
    .cpu_manufacturers([CpuManufacturer::ALL[pick]])
    .instance_generations([InstanceGeneration::ALL[pick]])
    .local_storage(word)
    .local_storage_types([LocalStorageType::ALL[pick]])
    .memory_gib_per_v_cpu(amounts())
    .network_bandwidth_gbps(amounts())
    .network_interface_count(units())
    .on_demand_max_price_percentage_over_lowest_price(n)
    .require_hibernate_support(first)
    .spot_max_price_percentage_over_lowest_price(n)
    .total_local_storage_gb(amounts())
}

fn template(n: u32, word: Candidacy, first: bool) -> InstanceLaunchTemplate {
    let id = if first { "0a1" } else { "0b2" };
    let profile = format!("arn:aws:iam::123456789012:instance-profile/{id}");
    let network = InstanceNetworkConfiguration::new(
        [SubnetId::existing(format!("subnet-{id}"))],
        [SecurityGroupId::existing(format!("sg-{id}"))],
    );
    let pick = usize::from(!first);
    InstanceLaunchTemplate::new(InstanceProfileArn::existing(profile), network)
        .capacity_option_type(CapacityOptionType::Reserved)
        .capacity_reservations(
            CapacityReservations::new()
                .reservation_group_arn(format!(
                    "arn:aws:resource-groups:us-east-1:123456789012:group/{id}"
                ))
                .reservation_preference(ReservationPreference::ALL[pick]),
        )
        .fips_enabled(true)
        .instance_metadata_tags_propagation(first)
        .instance_requirements(requirements(n, word, first))
        .local_storage_configuration(LocalStorageConfiguration::new().use_local_storage(first))
        .monitoring(InstanceMonitoring::ALL[pick])
        .storage_configuration(InstanceStorageConfiguration::new(n * 10))
}

fn managed(template: InstanceLaunchTemplate, first: bool) -> CapacityProvider {
    let id = if first { "0a1" } else { "0b2" };
    let role = RoleArn::existing(format!("arn:aws:iam::123456789012:role/{id}"));
    let (tags, repair) = (PropagateInstanceTags::ALL, Toggle::ALL);
    let pick = usize::from(!first);
    let provider =
        ManagedInstancesProvider::new(role, template)
            .propagate_tags(tags[pick])
            .infrastructure_optimization(
                InfrastructureOptimization::new().scale_in_after(if first { 60 } else { -1 }),
            )
            .auto_repair_configuration(AutoRepairConfiguration::new().actions_status(repair[pick]));
    CapacityProvider::of_managed_instances(ClusterName::existing("main"), provider).name("gpu")
}

impl Samples for CapacityProvider {
    fn samples() -> Vec<Self> {
        let full = over_group("gpu", scaling(80), Toggle::Enabled);
        let instances = || managed(template(2, Candidacy::Included, true), true);
        vec![
            Self::of_group(group("gpu")),
            full.clone(),
            over_group("gpu", scaling(90), Toggle::Disabled).tag("Team", "other"),
            full.clone().name("other"),
            over_group("other", scaling(80), Toggle::Enabled),
            instances(),
            managed(template(4, Candidacy::Excluded, false), false),
            instances().cluster_name(ClusterName::existing("other")),
            managed(
                template(2, Candidacy::Included, true).fips_enabled(false),
                true,
            ),
            managed(on_spot(), true),
            excluding_types(),
        ]
    }
}

/// Reservations are only allowed with `RESERVED`.
fn on_spot() -> InstanceLaunchTemplate {
    let template = template(2, Candidacy::Included, true);
    InstanceLaunchTemplate {
        capacity_reservations: None,
        ..template.capacity_option_type(CapacityOptionType::Spot)
    }
}

/// The members that exclude some of the fullest sample's.
fn excluding_types() -> CapacityProvider {
    let requirements = InstanceRequirements::at_least(2, 4096)
        .excluded_instance_types(["t3.*"])
        .max_spot_price_as_percentage_of_optimal_on_demand_price(60);
    managed(on_spot().instance_requirements(requirements), true)
}
