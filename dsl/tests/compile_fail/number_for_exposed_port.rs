use windlass::aws::ecs::{AwsVpc, Service};
use windlass::aws::elasticloadbalancingv2::{IpTarget, TargetGroup};
use windlass::prelude::*;

fn balanced(service: Service<AwsVpc>, group: &Handle<TargetGroup<IpTarget>>) -> Service<AwsVpc> {
    service.balance(8080, group.arn())
}

fn main() {}
