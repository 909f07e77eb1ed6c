//! Timeouts of waits, pauses between polls, and first guesses of how long steps take. A kind states its own where they are not the usual ones.
//!
//! Not here: the time limits that an author declares, which go first, and how long Windlass sends a call again (`retry`).

use std::time::Duration;

use windlass_state::durations::Durations;
use windlass_state::record::Action;

use crate::events::Verb;

/// The pauses between the polls of a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Before the first poll, and between the first two; it doubles each time.
    pub first: Duration,
    /// The longest pause: less than a tenth of the time that AWS usually needs.
    pub longest: Duration,
}

/// How long a kind takes, and how Windlass waits for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// How often Windlass polls. The first pause is long enough for waits that begin together to share a call, and short enough for a resource that
    /// AWS makes at once.
    pub pace: Pace,
    /// How long a wait for it may take when the author does not say: several times what AWS usually needs.
    pub limit: Duration,
    /// The same of a wait for its end.
    pub end_limit: Duration,
    /// How long AWS usually needs until it is ready. Only the order of starts depends on it, and only until this stack has its own experience.
    pub ready_after: Duration,
    /// How long AWS usually needs to delete it.
    pub gone_after: Duration,
}

impl Timing {
    /// Most kinds: AWS makes them within seconds.
    pub const USUAL: Self = Self {
        pace: Pace {
            first: Duration::from_millis(100),
            longest: Duration::from_millis(3_000),
        },
        limit: Duration::from_secs(15 * 60),
        end_limit: Duration::from_secs(20 * 60),
        ready_after: Duration::from_secs(3),
        gone_after: Duration::from_secs(1),
    };

    /// The same with other pauses, in milliseconds.
    #[must_use]
    pub const fn polled(self, first: u64, longest: u64) -> Self {
        let pace = Pace {
            first: Duration::from_millis(first),
            longest: Duration::from_millis(longest),
        };
        Self { pace, ..self }
    }

    /// The same with another time limit, in minutes.
    #[must_use]
    pub const fn limited_to(self, minutes: u64) -> Self {
        let limit = Duration::from_secs(minutes * 60);
        Self {
            limit,
            end_limit: limit,
            ..self
        }
    }

    /// The same for a kind that is usually ready and gone after other times, in seconds.
    #[must_use]
    pub const fn taking(self, ready_after: u64, gone_after: u64) -> Self {
        Self {
            ready_after: Duration::from_secs(ready_after),
            gone_after: Duration::from_secs(gone_after),
            ..self
        }
    }

    /// How long a wait may take when the author does not say.
    pub(crate) const fn time_limit(&self, action: Action) -> Duration {
        match action {
            Action::Delete => self.end_limit,
            Action::Create | Action::Update | Action::Run => self.limit,
        }
    }

    /// How long a step of this kind will take: as long as such steps took in this stack, or a first guess.
    pub(crate) fn expected(&self, known: &Durations, kind: &str, verb: Verb) -> Duration {
        known
            .get(kind, verb.key())
            .unwrap_or_else(|| self.guess(verb))
    }

    const fn guess(&self, verb: Verb) -> Duration {
        match verb {
            verb if verb.is_record_only() => Duration::ZERO,
            Verb::WaitReady | Verb::WaitStable => self.ready_after,
            Verb::Delete => self.gone_after,
            _ => Duration::from_secs(1),
        }
    }
}
