//! How harsh the simulated cloud is at one moment of a sweep: a share of the moments has lags, and another share has late calls.
//!
//! Not here: everything at once by a seed, which `story` draws.

use windlass_tests::cloud::{Dice, Faults, Lag, Late};

/// The weather of the moment with that number, the same each time: a third is calm, a third shows late, in a third the last calls of a dead process
/// land late. No call lands beyond its window: the next run alone could not know of that.
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
