//! Instances with GPUs, as many as the tasks need.

use windlass::aws::autoscaling::AutoScalingGroup;
use windlass::aws::autoscaling::auto_scaling_group::launch::{
    InstancesDistribution, Launch, LaunchTemplateOverrides, LaunchTemplateSpecification,
    MixedInstancesPolicy, SpotAllocationStrategy,
};
use windlass::aws::ec2::launch_template::machine::MetadataOptions;
use windlass::aws::ec2::{ImageId, LaunchTemplate, LaunchTemplateData, SecurityGroup};
use windlass::aws::ecs::{AutoScalingGroupProvider, CapacityProvider, Cluster, ManagedScaling};
use windlass::aws::iam::{InstanceProfile, PolicyArn, Role, principal};
use windlass::prelude::*;
use windlass::value::join;

/// The parameter with the image that AWS recommends for GPU instances in ECS clusters.
const GPU_IMAGE: &str = "/aws/service/ecs/optimized-ami/amazon-linux-2/gpu/recommended/image_id";

pub fn declare(
    cx: &mut Stack,
    network: &Network,
    cluster: &Handle<Cluster>,
) -> Handle<CapacityProvider> {
    let role = Role::assumed_by(principal::Ec2)
        .managed_policy(PolicyArn::managed_by_aws(
            "service-role/AmazonEC2ContainerServiceforEC2Role",
        ))
        .managed_policy(PolicyArn::managed_by_aws("AmazonSSMManagedInstanceCore"))
        .declare(cx, "instance-role");
    let profile = InstanceProfile::new(&role).declare(cx, "instance-profile");
    let nodes = SecurityGroup::new("GPU instances: nothing comes in")
        .vpc(network.vpc.id())
        .declare(cx, "security-group");
    let script = join([
        "#!/bin/bash\ncat >> /etc/ecs/ecs.config <<EOF\nECS_CLUSTER=".into(),
        cluster.name().text().into(),
        "\nECS_ENABLE_GPU_SUPPORT=true\nECS_ENABLE_SPOT_INSTANCE_DRAINING=true\nEOF\n".into(),
    ]);
    let data = LaunchTemplateData::new()
        .image_id(ImageId::from_parameter(GPU_IMAGE))
        .instance_type("g5.xlarge")
        .iam_instance_profile(profile.arn())
        .security_group_ids([&nodes])
        .metadata_options(MetadataOptions::imdsv2())
        .user_data(script);
    let template = LaunchTemplate::new(data).declare(cx, "launch-template");
    let spot = InstancesDistribution::new()
        .on_demand_base_capacity(0)
        .on_demand_percentage_above_base_capacity(0)
        .spot_allocation_strategy(SpotAllocationStrategy::PriceCapacityOptimized);
    let types =
        ["g5.xlarge", "g5.2xlarge", "g4dn.xlarge"].map(LaunchTemplateOverrides::instance_type);
    let policy = MixedInstancesPolicy::over(LaunchTemplateSpecification::of(&template), types)
        .instances_distribution(spot);
    let group = AutoScalingGroup::new(Launch::MixedInstancesPolicy(Box::new(policy)), 0, 8)
        .vpc_zone_identifier(network.private_ids())
        .new_instances_protected_from_scale_in(true)
        .declare(cx, "group");
    CapacityProvider::of(
        AutoScalingGroupProvider::new(group.arn())
            .managed_scaling(ManagedScaling::to(100u32))
            .managed_termination_protection(ecs::Toggle::Enabled),
    )
    .declare(cx, "provider")
}
