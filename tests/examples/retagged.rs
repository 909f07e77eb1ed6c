//! The platform with a tag on everything that takes tags, so that one parameter changes most of it, for the end-to-end tests.

use windlass::prelude::*;

fn stack(cx: &mut Stack) -> Result<()> {
    let owner = cx.parameters(parameter::<String>("owner").or("ada"))?;
    cx.default_tag("Owner", owner);
    platform::stack(cx)
}

windlass::main!("retagged", stack);
