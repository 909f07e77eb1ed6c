//! `state migrate`: copies the state with its history to another place, and marks the state here as moved.
//!
//! Not here: copying and comparing, which the store does.

use windlass_store::Holder;

use crate::arguments::Reading;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::stack::Stack;
use crate::state_location::{self, Where};

/// `state migrate`.
pub async fn migrate(stack: &Stack, url: &str, reading: &Reading) -> Result<Exit, Failure> {
    let which = &reading.which;
    let (here, there) = (stack.place(which)?, Where::parse(url)?);
    if here == there {
        return Err(Failure::new("the state is there already").exit(Exit::Usage));
    }
    // The key applies only to object stores; files are not encrypted.
    let key = state_location::key(&which.kept)?;
    let from = stack.store_at(&here, which, key.clone()).await?;
    let target = stack.store_at(&there, which, key).await?;
    windlass_store::migrate(&from, &target, &Holder::this_process()).await?;
    let (from, to) = (from.location().to_string(), target.location().to_string());
    if reading.json {
        crate::render::json::print(&serde_json::json!({"from": from, "to": to}));
    } else {
        crate::render::say!("The state is at {to} now. What is at {from} was left as a copy.");
        if there != Where::Default {
            crate::render::say!(
                "Say so in the stack's Cargo.toml, or give `--state` from now on:\n\n    [package.metadata.windlass]\n    state = \"{url}\""
            );
        }
    }
    Ok(Exit::Done)
}
