//! What goes wrong, by seed. Not here: what refusals AWS has for good reasons (`rules`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use windlass::address::Address;
use windlass_engine::provider::Failure;

/// How often what goes wrong, each between 0 and 1, and for whom always.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// Calls that are throttled.
    pub throttle: f64,
    /// So many calls of one operation are taken in a second, and as many saved up; others are throttled.
    pub rate_limit: Option<f64>,
    /// How many AWS's documentation says that it is.
    pub documented: Option<u32>,
    /// Calls that are lost before they have an effect.
    pub lose_request: f64,
    /// Calls that are lost after their effect.
    pub lose_reply: f64,
    /// Resources whose mutating calls are refused.
    pub refuse: BTreeSet<Address>,
    /// Resources whose mutating calls are answered with a code and a message that something is not there.
    pub not_found: BTreeMap<Address, (String, String)>,
    /// Resources that strangers use, and who they are: AWS refuses to delete them, and names nobody until it is asked.
    pub held_by: BTreeMap<Address, Vec<String>>,
    /// Resources whose waits fail.
    pub never_ready: BTreeMap<Address, Failure>,
    /// Resources whose waits never end.
    pub never_ending: BTreeSet<Address>,
    /// Everybody sees at once what was made, also where AWS takes a while.
    pub visible_at_once: bool,
    /// How slow AWS is to show.
    pub lag: Lag,
    /// Whether what has gone holds on for a while to what it used, or leaves something behind there.
    pub lingers: bool,
    /// What becomes of calls whose process has died. `None`: they never arrive.
    pub late: Option<Late>,
    /// How long what was made stays hidden from whoever observes, polls, changes or deletes it. Beyond the visibility window the world
    /// would be no AWS.
    pub hide_new: Duration,
    /// The credentials may not use the tagging API.
    pub no_tagging: bool,
    /// Properties of which AWS takes an update and does nothing.
    pub deaf: BTreeSet<String>,
    /// The credentials run out after so many calls.
    pub credentials_last: Option<u64>,
}

/// How slow AWS is to show what was made and what has changed, as a share of the kind's visibility window. Zero: as usual.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Lag {
    /// At most so long a new thing is hidden from who looks for what a lost call made.
    pub finder: f64,
    /// At most so long a new thing is hidden from who observes it.
    pub observer: f64,
    /// At most so long calls that name a new thing are told that it is not there.
    pub user: f64,
    /// How many updates and deletions are followed by answers from before.
    pub stale: f64,
}

/// What becomes of the last calls of a dead process, each between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Late {
    /// How many never arrive.
    pub lost: f64,
    /// How many of those that arrive do so after the kind's visibility window.
    pub beyond: f64,
}

/// What is left of the calls that may be sent, by operation.
#[derive(Debug, Clone, Default)]
pub struct Buckets(BTreeMap<String, (f64, Duration)>);

impl Buckets {
    /// Whether another call is taken.
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

/// Numbers in `0.0..1.0`, the same for the same seed.
#[derive(Debug)]
pub struct Dice(AtomicU64);

impl Dice {
    /// Other dice that are about to fall the same.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self::new(self.0.load(Ordering::SeqCst))
    }

    /// Dice with a seed.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// Whether something of that likelihood happens now.
    pub fn fall(&self, likelihood: f64) -> bool {
        self.roll() < likelihood
    }

    /// A number below that one.
    ///
    /// # Panics
    /// There is none.
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
