//! EC2 capacity whose instances run, without protection from scale-in and with ECS's managed draining, for the end-to-end tests.

use windlass::aws::autoscaling::AutoScalingGroup;
use windlass::aws::autoscaling::auto_scaling_group::launch::{Launch, LaunchTemplateSpecification};
use windlass::aws::ec2::{ImageId, LaunchTemplate, LaunchTemplateData, Subnet, Vpc};
use windlass::aws::ecs::{
    AutoScalingGroupProvider, CapacityProvider, CapacityProviderStrategyItem, Cluster,
    ClusterCapacityProviderAssociations,
};
use windlass::prelude::*;

fn stack(cx: &mut Stack) -> Result<()> {
    let vpc = Vpc::new(cidr!("10.0.0.0/16")).declare(cx, "vpc");
    let subnet = Subnet::new(vpc.id(), cidr!("10.0.0.0/24")).declare(cx, "subnet");
    let data = LaunchTemplateData::new()
        .image_id(ImageId::existing("ami-12c6146b"))
        .instance_type("t3.micro");
    let template = LaunchTemplate::new(data).declare(cx, "launch-template");
    let launch = Launch::LaunchTemplate(LaunchTemplateSpecification::of(&template));
    let group = AutoScalingGroup::new(launch, 2, 4)
        .vpc_zone_identifier([subnet.id()])
        .declare(cx, "group");
    let provider =
        CapacityProvider::of(AutoScalingGroupProvider::new(group.arn())).declare(cx, "provider");
    let cluster = Cluster::new().declare(cx, "cluster");
    ClusterCapacityProviderAssociations::new(
        cluster.name(),
        [CapacityProviderStrategyItem::new(provider.name()).weight(1)],
    )
    .capacity_providers([provider.name()])
    .declare(cx, "cluster-capacity");
    Ok(())
}

windlass::main!("draining", stack);
