//! Observation: reads every generation that is recorded as existing, all at once.
//!
//! Guarantee: a generation counts as missing only once AWS must have shown it ([`crate::visible`]). Until then the reader looks again, for the young
//! ones alone. Not here: how reads become calls, which the provider decides.

use std::time::Duration;

use windlass::address::Address;
use windlass_plan::observation::{Generation, Observation};
use windlass_state::snapshot::Snapshot;

use crate::clock::Clock;
use crate::events::Event;
use crate::provider::{ErrorClass, Provider, ProviderError, Target};
use crate::recorder::target;
use crate::retry::{Hope, Purpose, Retries};
use crate::run::milliseconds;
use crate::visible::{Glances, may_be_hidden_for};
use crate::voice::Voice;

/// How long a reader looks again before it reports that.
const SILENT: Duration = Duration::from_secs(2);

/// The resources that could not be read, with the errors.
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

/// Every generation that is recorded as existing, current or old.
pub(crate) fn targets(snapshot: &Snapshot) -> Vec<Target> {
    let everything = snapshot.everything();
    everything
        .map(|(address, recorded)| target(address, recorded))
        .collect()
}

/// Reads all targets. It reads failed ones again while that may help, and reads those that AWS may still hide again until AWS must show them.
pub(crate) async fn observe_all<Seen: Default + Extend<(Generation, Observation)>>(
    provider: &dyn Provider,
    clock: &dyn Clock,
    voice: Voice<'_>,
    targets: &[Target],
) -> Result<Seen, ObserveError> {
    let mut seen = Seen::default();
    let mut left = targets.to_vec();
    let mut retries = Retries::new(Purpose::Read, "observe", clock);
    let mut looking = LookingAgain::new(voice);
    while !left.is_empty() {
        let round = looking.round(provider, std::mem::take(&mut left)).await;
        seen.extend(round.seen);
        let worst = round.failures.iter().map(|(_, error)| error);
        let delay = match worst.max_by_key(hopeless) {
            None => looking.pause(&round.hidden),
            Some(worst) => match retries.after(worst, &Hope::ByClass, clock) {
                Some(delay) => delay,
                None => return Err(given_up(round.failures)),
            },
        };
        left.extend(round.failures.into_iter().map(|(target, _)| target));
        left.extend(round.hidden.into_iter().map(|(target, _)| target));
        if !left.is_empty() {
            clock.sleep(delay).await;
        }
    }
    Ok(seen)
}

/// The result of one round of reads.
struct Round {
    seen: Vec<(Generation, Observation)>,
    failures: Vec<(Target, ProviderError)>,
    /// Targets that AWS says do not exist but that it may still hide, with the remaining time.
    hidden: Vec<(Target, Duration)>,
}

/// The state of the reads that look again for resources made moments ago.
pub(crate) struct LookingAgain<'a> {
    voice: Voice<'a>,
    glances: Glances,
    began: Option<Duration>,
    told: bool,
}

impl<'a> LookingAgain<'a> {
    pub const fn new(voice: Voice<'a>) -> Self {
        Self {
            voice,
            glances: Glances::new(),
            began: None,
            told: false,
        }
    }

    async fn round(&mut self, provider: &dyn Provider, targets: Vec<Target>) -> Round {
        // Measured before the read: a resource that becomes visible between the read and its answer has not been seen.
        let hidden_for = targets
            .iter()
            .map(|target| self.left(provider, target))
            .collect::<Vec<_>>();
        let answers = provider.observe(&targets).await;
        let mut round = Round {
            seen: Vec::new(),
            failures: Vec::new(),
            hidden: Vec::new(),
        };
        for ((target, answer), hidden_for) in targets.into_iter().zip(answers).zip(hidden_for) {
            match answer {
                Ok(Observation::Missing) if !hidden_for.is_zero() => {
                    round.hidden.push((target, hidden_for));
                }
                Ok(observation) => {
                    let generation = (target.address, target.generation);
                    round.seen.push((generation, observation));
                }
                Err(error) => round.failures.push((target, error)),
            }
        }
        round
    }

    /// How long AWS may hide a target from now on. Even if AWS's clock is wrong, this is never longer than two visibility windows.
    pub fn left(&self, provider: &dyn Provider, target: &Target) -> Duration {
        let looked = self.began.map_or(Duration::ZERO, |began| {
            self.voice.clock.elapsed().saturating_sub(began)
        });
        let window = provider.visible_within(&target.kind);
        may_be_hidden_for(provider, target).min((window * 2).saturating_sub(looked))
    }

    /// The pause before the next look at these.
    pub fn pause(&mut self, hidden: &[(Target, Duration)]) -> Duration {
        let Some(longest) = hidden.iter().map(|(_, left)| *left).max() else {
            return Duration::ZERO;
        };
        let now = self.voice.clock.elapsed();
        let began = *self.began.get_or_insert(now);
        if !self.told && now.saturating_sub(began) >= SILENT {
            self.told = true;
            self.voice.say(Event::NotVisibleYet {
                resources: hidden
                    .iter()
                    .map(|(target, _)| target.address.clone())
                    .collect(),
                at_most_milliseconds: milliseconds(longest),
            });
        }
        self.glances.pause(longest)
    }
}

fn given_up(failures: Vec<(Target, ProviderError)>) -> ObserveError {
    let failures = failures
        .into_iter()
        .map(|(target, error)| (target.address, target.generation, error));
    ObserveError {
        failures: failures.collect(),
    }
}

// An error that no retry can fix ends the reading at once.
fn hopeless(error: &&ProviderError) -> bool {
    !matches!(
        error.class,
        ErrorClass::Throttled | ErrorClass::NotYet | ErrorClass::Busy | ErrorClass::Unknown
    )
}
