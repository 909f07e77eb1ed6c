//! Retry: which errors are retried, after which pauses, and for how long.
//!
//! Not here: settling calls whose outcome is unknown (`settle`).

use std::time::Duration;

use sha2::{Digest, Sha256};
use windlass_state::record::Action;

use crate::clock::Clock;
use crate::provider::{ErrorClass, ProviderError};

/// The purpose of a call: it decides which errors are retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A read; retried whenever that may help.
    Read,
    /// A mutating call.
    Mutate(Action),
}

/// The chance of a retry after an error, in addition to the error's class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Hope {
    /// As the class says.
    ByClass,
    /// AWS hides a resource that was made moments ago: this one.
    Shows(String),
    /// No run has recorded the creation of this resource, but it may still be only a moment old.
    ShowsSoon(String),
    /// The resource does not exist.
    Never,
}

impl Hope {
    /// The resource that AWS does not show yet, in words for people.
    pub fn waiting_for(&self) -> Option<String> {
        match self {
            Self::Shows(what) | Self::ShowsSoon(what) => Some(what.clone()),
            Self::ByClass | Self::Never => None,
        }
    }
}

/// The retry policy for one class of errors: how often, with which delays, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Patience {
    first: Duration,
    longest: Duration,
    within: Duration,
    attempts: u32,
}

const fn patience(first_ms: u64, longest_ms: u64, within_s: u64, attempts: u32) -> Patience {
    Patience {
        first: Duration::from_millis(first_ms),
        longest: Duration::from_millis(longest_ms),
        within: Duration::from_secs(within_s),
        attempts,
    }
}

const THROTTLED: Patience = patience(500, 20_000, 600, 40);
/// After their answer, IAM and load balancers take seconds, sometimes a minute, until other services see the change.
const NOT_YET: Patience = patience(500, 8_000, 180, 60);
/// A role can be passed after 8 to 23 s, as cdkd measured; terraform-provider-aws waits for two minutes.
const DENIED_YET: Patience = patience(1_000, 8_000, 120, 20);
/// ECS attaches capacity providers, and lets go of them, in up to ten minutes (terraform-provider-aws, `cluster_capacity_provider_associations.go`).
const BUSY: Patience = patience(1_000, 15_000, 600, 80);
/// Network interfaces of tasks and load balancers stay for minutes after their owner is gone.
const IN_USE: Patience = patience(1_000, 15_000, 900, 120);
/// Resources that people often make by hand just before they refer to them, such as a role or a certificate.
const SOON: Patience = patience(1_000, 8_000, 30, 8);
const UNKNOWN: Patience = patience(500, 8_000, 300, 6);

/// The retries of one call: how often each class failed, and since when.
#[derive(Debug)]
pub(crate) struct Retries {
    purpose: Purpose,
    seed: String,
    began: Duration,
    failures: [u32; 7],
}

impl Retries {
    /// The retries of a call that is about to be sent. The seed spreads the delays of calls that fail together.
    pub fn new(purpose: Purpose, seed: impl Into<String>, clock: &dyn Clock) -> Self {
        Self {
            purpose,
            seed: seed.into(),
            began: clock.elapsed(),
            failures: [0; 7],
        }
    }

    /// The delay before the next retry; `None` if the call is not retried.
    pub fn after(
        &mut self,
        error: &ProviderError,
        hope: &Hope,
        clock: &dyn Clock,
    ) -> Option<Duration> {
        let (slot, patience) = match hope {
            Hope::ByClass => answer(error.class, self.purpose)?,
            Hope::Shows(_) => (1, NOT_YET),
            Hope::ShowsSoon(_) => (6, SOON),
            Hope::Never => return None,
        };
        let failures = self.failures[slot];
        let waited = clock.elapsed().saturating_sub(self.began);
        if failures >= patience.attempts || waited >= patience.within {
            return None;
        }
        self.failures[slot] += 1;
        let full = patience
            .first
            .saturating_mul(1 << failures.min(16))
            .min(patience.longest);
        Some(full.mul_f64(0.5 + 0.5 * spread(&self.seed, failures)))
    }
}

fn answer(class: ErrorClass, purpose: Purpose) -> Option<(usize, Patience)> {
    match (class, purpose) {
        (ErrorClass::Throttled, _) => Some((0, THROTTLED)),
        (ErrorClass::NotYet, _) => Some((1, NOT_YET)),
        (ErrorClass::InUse, Purpose::Mutate(Action::Delete)) => Some((2, IN_USE)),
        // A retry of these calls is harmless. The engine settles a create with an unknown outcome by looking.
        (ErrorClass::Unknown, Purpose::Read | Purpose::Mutate(Action::Update | Action::Delete)) => {
            Some((3, UNKNOWN))
        }
        (ErrorClass::DeniedYet, _) => Some((4, DENIED_YET)),
        (ErrorClass::Busy, _) => Some((5, BUSY)),
        _ => None,
    }
}

/// A pseudo-random number in `0.0..1.0`, always the same for the same call and attempt, so that runs are repeatable.
fn spread(seed: &str, failures: u32) -> f64 {
    let mut digest = Sha256::new();
    digest.update(seed.as_bytes());
    digest.update(failures.to_be_bytes());
    let digest = digest.finalize();
    f64::from(u16::from_be_bytes([digest[0], digest[1]])) / 65536.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use crate::provider::ClassedBy;

    fn error(class: ErrorClass) -> ProviderError {
        ProviderError {
            class,
            classed_by: ClassedBy::SharedTable,
            operation: "ec2:CreateSubnet".to_owned(),
            code: None,
            message: String::new(),
            request_id: None,
        }
    }

    #[test]
    fn delays_grow_and_end() {
        let clock = SystemClock::start();
        let mut retries = Retries::new(Purpose::Mutate(Action::Update), "a", &clock);
        let unknown = error(ErrorClass::Unknown);
        let delays: Vec<_> =
            std::iter::from_fn(|| retries.after(&unknown, &Hope::ByClass, &clock)).collect();
        assert_eq!(delays.len(), 6);
        assert!(delays[4] > delays[0]);
        assert!(delays.iter().all(|delay| *delay <= UNKNOWN.longest));
    }

    #[test]
    fn a_denial_that_may_pass_is_answered_a_few_times() {
        let clock = SystemClock::start();
        let mut retries = Retries::new(Purpose::Mutate(Action::Create), "a", &clock);
        let denied = error(ErrorClass::DeniedYet);
        let delays: Vec<_> =
            std::iter::from_fn(|| retries.after(&denied, &Hope::ByClass, &clock)).collect();
        assert_eq!(delays.len(), 20);
    }

    #[test]
    fn what_cannot_help_is_not_tried() {
        let clock = SystemClock::start();
        let mut create = Retries::new(Purpose::Mutate(Action::Create), "a", &clock);
        for class in [
            ErrorClass::Unknown,
            ErrorClass::InUse,
            ErrorClass::Denied,
            ErrorClass::Invalid,
        ] {
            assert_eq!(
                create.after(&error(class), &Hope::ByClass, &clock),
                None,
                "{class:?}"
            );
        }
        assert!(
            create
                .after(&error(ErrorClass::Throttled), &Hope::ByClass, &clock)
                .is_some()
        );
    }

    #[test]
    fn what_is_not_there_ends_at_once_and_what_is_hidden_does_not() {
        let clock = SystemClock::start();
        let gone = error(ErrorClass::NotFound);
        let attempts = |hope: Hope| {
            let mut retries = Retries::new(Purpose::Mutate(Action::Create), "a", &clock);
            std::iter::from_fn(|| retries.after(&gone, &hope, &clock)).count()
        };
        assert_eq!(attempts(Hope::ByClass), 0);
        assert_eq!(attempts(Hope::Never), 0);
        assert_eq!(attempts(Hope::ShowsSoon("the role".to_owned())), 8);
        assert_eq!(attempts(Hope::Shows("network/vpc".to_owned())), 60);
    }
}
