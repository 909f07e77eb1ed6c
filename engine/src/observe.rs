//! Reading the world: every generation that is believed to exist, all at once.
//!
//! Not here: how reads become calls, which the provider decides.

use windlass::address::Address;
use windlass_plan::observation::{Generation, Observation};
use windlass_state::snapshot::Snapshot;

use crate::clock::Clock;
use crate::provider::{ErrorClass, Provider, ProviderError, Target};
use crate::recorder::target;
use crate::retry::{Purpose, Retries};

/// What could not be read, and why.
#[derive(Debug, thiserror::Error)]
#[error("{} could not be read", count(.failures.len()))]
pub struct ObserveError {
    /// The resources with their generations and errors.
    pub failures: Vec<(Address, u32, ProviderError)>,
}

fn count(resources: usize) -> String {
    match resources {
        1 => "one resource".to_owned(),
        many => format!("{many} resources"),
    }
}

/// Everything that is believed to exist, current or not.
pub(crate) fn targets(snapshot: &Snapshot) -> Vec<Target> {
    let everything = snapshot.everything();
    everything
        .map(|(address, recorded)| target(address, recorded))
        .collect()
}

/// Reads all of them. Those that could not be read are asked for again, as long as that may help.
pub(crate) async fn observe_all<Seen: Default + Extend<(Generation, Observation)>>(
    provider: &dyn Provider,
    clock: &dyn Clock,
    targets: &[Target],
) -> Result<Seen, ObserveError> {
    let mut seen = Seen::default();
    let mut left = targets.to_vec();
    let mut retries = Retries::new(Purpose::Read, "observe", clock);
    while !left.is_empty() {
        let answers = provider.observe(&left).await;
        let mut failures = Vec::new();
        for (target, answer) in std::mem::take(&mut left).into_iter().zip(answers) {
            match answer {
                Ok(observation) => {
                    seen.extend([((target.address, target.generation), observation)]);
                }
                Err(error) => failures.push((target, error)),
            }
        }
        let Some(worst) = failures.iter().map(|(_, error)| error).max_by_key(hopeless) else {
            break;
        };
        let Some(delay) = retries.after(worst, clock) else {
            let failures = failures
                .into_iter()
                .map(|(target, error)| (target.address, target.generation, error));
            return Err(ObserveError {
                failures: failures.collect(),
            });
        };
        clock.sleep(delay).await;
        left = failures.into_iter().map(|(target, _)| target).collect();
    }
    Ok(seen)
}

// An error that no other attempt can mend ends the reading at once.
fn hopeless(error: &&ProviderError) -> bool {
    !matches!(
        error.class,
        ErrorClass::Throttled | ErrorClass::NotYet | ErrorClass::Busy | ErrorClass::Unknown
    )
}
