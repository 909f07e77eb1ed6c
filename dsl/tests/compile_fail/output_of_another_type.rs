use windlass::aws::ec2::Vpc;
use windlass::aws::ecs::AwsvpcConfiguration;
use windlass::prelude::*;

fn reached_by(network: AwsvpcConfiguration, vpc: &Handle<Vpc>) -> AwsvpcConfiguration {
    network.security_groups([vpc.id()])
}

fn main() {}
