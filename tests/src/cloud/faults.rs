//! Fault injection: what goes wrong, by seed. Not here: the refusals that AWS has good reasons for (`rules`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use windlass::address::Address;
use windlass_engine::provider::Failure;

/// How often each fault happens, between 0 and 1, and for which resources it always happens.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// Calls that are throttled.
    pub throttle: f64,
    /// The rate limit: AWS accepts this many calls of one operation in a second, and saves up as many. It throttles the others.
    pub rate_limit: Option<f64>,
    /// The rate limit in AWS's documentation, in calls per second.
    pub documented: Option<u32>,
    /// Calls that are lost before they have an effect.
    pub lose_request: f64,
    /// Calls that are lost after their effect.
    pub lose_reply: f64,
    /// Resources whose mutating calls AWS refuses.
    pub refuse: BTreeSet<Address>,
    /// Resources whose mutating calls AWS answers with this code and message of a missing resource.
    pub not_found: BTreeMap<Address, (String, String)>,
    /// Resources that strangers use, with the users' names. AWS refuses to delete these resources, and names no user until Windlass asks.
    pub held_by: BTreeMap<Address, Vec<String>>,
    /// Resources whose waits fail.
    pub never_ready: BTreeMap<Address, Failure>,
    /// Resources whose waits never end.
    pub never_ending: BTreeSet<Address>,
    /// Every reader sees a new resource at once, even where AWS usually takes a while.
    pub visible_at_once: bool,
    /// How slowly AWS shows changes (eventual consistency).
    pub lag: Lag,
    /// Whether a deleted resource holds on to what it used for a while, or leaves something behind there.
    pub lingers: bool,
    /// What happens to calls whose process has died. `None`: they never arrive.
    pub late: Option<Late>,
    /// How long AWS hides a new resource from calls that observe, poll, change or delete it. A time beyond the visibility window would not be AWS's
    /// behaviour.
    pub hide_new: Duration,
    /// The credentials may not use the tagging API.
    pub no_tagging: bool,
    /// Properties for which AWS accepts an update and does nothing.
    pub deaf: BTreeSet<String>,
    /// The credentials expire after this many calls.
    pub credentials_last: Option<u64>,
}

/// Eventual consistency: how slowly AWS shows what was made or changed, as a share of the kind's visibility window. Zero: as usual.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Lag {
    /// The longest time for which a new resource is hidden from a search for what a lost call made.
    pub finder: f64,
    /// The longest time for which a new resource is hidden from an observation.
    pub observer: f64,
    /// The longest time for which AWS answers calls that name a new resource with "not found".
    pub user: f64,
    /// The share of updates and deletions after which AWS still answers with the old state.
    pub stale: f64,
}

/// What happens to the last calls of a dead process, each between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Late {
    /// The share that never arrives.
    pub lost: f64,
    /// The share of the arriving calls that arrives after the kind's visibility window.
    pub beyond: f64,
}

/// Token buckets: how many calls may still be sent, by operation.
#[derive(Debug, Clone, Default)]
pub struct Buckets(BTreeMap<String, (f64, Duration)>);

impl Buckets {
    /// Whether AWS accepts another call.
    pub fn take(&mut self, operation: &str, per_second: f64, now: Duration) -> bool {
        let (level, at) = self
            .0
            .entry(operation.to_owned())
            .or_insert((per_second, now));
        *level = (*level + (now - *at).as_secs_f64() * per_second).min(per_second);
        *at = now;
        let taken = *level >= 1.0;
        if taken {
            *level -= 1.0;
        }
        taken
    }
}

/// Random numbers in `0.0..1.0`. The same seed gives the same numbers.
#[derive(Debug)]
pub struct Dice(AtomicU64);

impl Dice {
    /// Other dice that will give the same numbers.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self::new(self.0.load(Ordering::SeqCst))
    }

    /// Dice with a seed.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// Whether something of this likelihood happens now.
    pub fn fall(&self, likelihood: f64) -> bool {
        self.roll() < likelihood
    }

    /// A number below `bound`.
    ///
    /// # Panics
    /// `bound` is 0.
    pub fn below(&self, bound: usize) -> usize {
        assert!(bound > 0, "nothing is below zero");
        let bound = u64::try_from(bound).expect("it is small");
        usize::try_from(self.next() % bound).expect("it is below a usize")
    }

    /// A byte.
    pub fn byte(&self) -> u8 {
        self.next().to_be_bytes()[0]
    }

    /// The next number between 0 and 1.
    pub fn roll(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double")]
        let number = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        number
    }

    /// The next number. SplitMix64, <https://doi.org/10.1145/2714064.2660195>.
    fn next(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut z = self.0.fetch_add(STEP, Ordering::SeqCst).wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
