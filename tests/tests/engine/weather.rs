//! The faults of the simulated cloud at one moment of a sweep: some moments have lags, others have late calls.
//!
//! Not here: all faults at once by a seed, which `story` draws.

use windlass_tests::cloud::{Dice, Faults, Lag, Late};

/// The faults of the moment with this number, the same each time: a third of the moments has none, in a third AWS shows changes late, and in a third
/// the last calls of a dead process arrive late. No call arrives after its window, because the next run alone could not know about it.
pub(crate) fn weather(number: u64) -> Faults {
    let dice = Dice::new(number);
    match dice.below(3) {
        0 => Faults::default(),
        1 => Faults {
            lag: Lag {
                finder: 1.0,
                observer: 1.0,
                user: 1.0,
                stale: 0.5,
            },
            lingers: true,
            ..Faults::default()
        },
        _ => Faults {
            late: Some(Late {
                lost: 0.2,
                beyond: 0.0,
            }),
            lingers: true,
            ..Faults::default()
        },
    }
}
