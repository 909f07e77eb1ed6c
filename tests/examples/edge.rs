//! What EC2 shows late and an `up` makes within a second, for the end-to-end tests.

use windlass::aws::ec2::{Eip, InternetGateway, SecurityGroup, Vpc};
use windlass::prelude::*;

fn stack(cx: &mut Stack) -> Result<()> {
    let vpc = Vpc::new(cidr!("10.0.0.0/16")).declare(cx, "vpc");
    SecurityGroup::new("what may reach the edge")
        .vpc(vpc.id())
        .declare(cx, "security-group");
    InternetGateway::new().declare(cx, "internet-gateway");
    Eip::new().declare(cx, "address");
    Ok(())
}

windlass::main!("edge", stack);
