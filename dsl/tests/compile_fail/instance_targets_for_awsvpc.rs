use windlass::aws::ecs::{AwsVpc, ContainerPort, Service};
use windlass::aws::elasticloadbalancingv2::{InstanceTarget, TargetGroup};
use windlass::prelude::*;

fn balanced(
    service: Service<AwsVpc>,
    port: &ContainerPort,
    group: &Handle<TargetGroup<InstanceTarget>>,
) -> Service<AwsVpc> {
    service.balance(port, group.arn())
}

fn main() {}
