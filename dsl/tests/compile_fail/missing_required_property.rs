use windlass::aws::servicediscovery::PrivateDnsNamespace;
use windlass::prelude::*;

fn namespace(vpc: &Handle<ec2::Vpc>) -> PrivateDnsNamespace {
    PrivateDnsNamespace::new(vpc.id())
}

fn main() {}
