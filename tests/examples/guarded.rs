//! A stack that allows one account only, for the end-to-end tests.

use windlass::aws::ec2::Vpc;
use windlass::prelude::*;

fn stack(cx: &mut Stack) -> Result<()> {
    cx.allow_accounts(["123456789012"]);
    Vpc::new(cidr!("10.0.0.0/16")).declare(cx, "vpc");
    Ok(())
}

windlass::main!("guarded", stack);
