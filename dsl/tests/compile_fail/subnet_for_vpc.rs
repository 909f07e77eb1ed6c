use windlass::aws::ec2::{Subnet, SubnetId};
use windlass::cidr;

fn main() {
    let _ = Subnet::new(SubnetId::existing("subnet-0a1"), cidr!("10.0.1.0/24"));
}
