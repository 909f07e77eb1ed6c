//! The smallest useful stack.
use windlass::prelude::*;

fn stack(cx: &mut Stack) -> Result<()> {
    let range: ipnet::Ipv4Net = "10.0.0.0/16".parse()?;
    let vpc = ec2::Vpc::new(range)
        .enable_dns_hostnames(true)
        .declare(cx, "vpc");
    cx.output("vpc", vpc.id().text());
    Ok(())
}

windlass::main!("quickstart", stack);
