//! Settling a create whose outcome nobody knows: by looking, in the same run or after a kill.
//!
//! Not here: updates and deletes, which can be sent again.

use std::time::Duration;

use windlass_state::record::Intent;

use crate::clock::Clock;
use crate::provider::{Created, Found, Provider, ProviderError};
use crate::run::read;
use crate::visible::Glances;

/// What became of a create.
#[derive(Debug)]
pub(crate) enum Settled {
    /// Our call made this.
    Ours(Created),
    /// The call never reached AWS.
    NeverSent,
    /// Something stands under the name, and nothing proves that it is ours.
    Foreign {
        /// What it is.
        description: String,
    },
}

/// Looks until the answer is final: `Nothing` is, once AWS cannot hide any more what a call made that was sent `age` ago or earlier.
pub(crate) async fn look(
    provider: &dyn Provider,
    clock: &dyn Clock,
    intent: &Intent,
    age: Duration,
) -> Result<Settled, ProviderError> {
    let began = clock.elapsed();
    let mut glances = Glances::new();
    loop {
        // Taken before the look: what shows up between the look and its answer has not been seen.
        let asked = age + clock.elapsed().saturating_sub(began);
        let found = read(clock, &intent.id.0, || provider.find(intent)).await?;
        match found {
            Found::Ours(created) => return Ok(Settled::Ours(created)),
            Found::Foreign { description } => return Ok(Settled::Foreign { description }),
            Found::Nothing { visible_within } => {
                if asked >= visible_within {
                    return Ok(Settled::NeverSent);
                }
                clock.sleep(glances.pause(visible_within - asked)).await;
            }
        }
    }
}
