//! Settles a create whose outcome is unknown, by looking at AWS: in the same run, or after a killed run.
//!
//! Not here: updates and deletes, which can be sent again.

use std::time::Duration;

use windlass_state::record::Intent;

use crate::clock::Clock;
use crate::provider::{Created, Found, Provider, ProviderError};
use crate::run::read;
use crate::visible::Glances;

/// The outcome of a create.
#[derive(Debug)]
pub(crate) enum Settled {
    /// Our call made this resource.
    Ours(Created),
    /// The call never reached AWS.
    NeverSent,
    /// Another resource has the name, and nothing proves that it is ours.
    Foreign {
        /// A description of that resource.
        description: String,
    },
}

/// Looks until the answer is final. The answer `Nothing` is final once AWS can no longer hide the resource of a call that was sent at least `age` ago.
pub(crate) async fn look(
    provider: &dyn Provider,
    clock: &dyn Clock,
    intent: &Intent,
    age: Duration,
) -> Result<Settled, ProviderError> {
    let began = clock.elapsed();
    let mut glances = Glances::new();
    loop {
        // Measured before the look: a resource that becomes visible between the look and its answer has not been seen.
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
