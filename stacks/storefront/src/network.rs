//! Three zones, public and private subnets, one NAT gateway.

use windlass::prelude::*;

pub fn declare(cx: &mut Stack) -> Network {
    Network::over(3.zones())
        .nat(Nat::Single)
        .range(cidr!("10.0.0.0/16"))
        .declare(cx, "network")
}
