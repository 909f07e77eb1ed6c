//! `state repair`: replaces a damaged state by the newest recorded state that can still be read.
//!
//! Not here: which parts can be read, which the store finds out.

use windlass_store::Holder;

use crate::answer::confirm;
use crate::arguments::Which;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render::count;
use crate::stack::Stack;

/// `state repair`.
pub async fn repair(stack: &Stack, which: &Which, yes: bool) -> Result<Exit, Failure> {
    let store = stack.store(which).await?;
    let Some(good) = store.last_good().await? else {
        // The state is sound, or so damaged that nothing can be read.
        return match store.state().await {
            Ok(_) => {
                crate::render::say!("The state is sound; nothing was changed.");
                Ok(Exit::Done)
            }
            Err(error) => Err(Failure::of(&error)
                .help("nothing of it can be read: put back a copy of before, or take the resources over into a new state")),
        };
    };
    crate::render::say!("{}", good.what);
    crate::render::say!(
        "The newest belief that can be read has {} and {}. It does not know what later runs made: `preview` and `up` name such a resource and \
         stop, and `windlass import` takes it over.",
        count(good.snapshot.resources.len(), "resource"),
        count(good.history.len(), "operation"),
    );
    if !yes && !confirm("Go on from there?").await? {
        return Err(Failure::stopped());
    }
    let aside = store.repair(&good, &Holder::this_process()).await?;
    crate::render::say!("The state goes on from there.");
    if let Some(aside) = aside {
        crate::render::say!("The damaged one is kept as {aside}.");
    }
    Ok(Exit::Done)
}
