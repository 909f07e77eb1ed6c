//! Everything that a keeper has of one state. Not here: how it is kept.

use windlass_state::snapshot::Snapshot;

use crate::chain::Head;
use crate::history::HistoryEntry;

/// How many operations back a belief can be gone back to.
pub const BELIEFS: usize = 30;

/// How many operations a state remembers: all of them are read when it is opened.
pub const HISTORY: usize = 1_000;

/// Everything that is kept of one state.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// What is believed: the last snapshot with everything that was recorded since.
    pub snapshot: Snapshot,
    /// Whether it is kept in an older format. Nothing newer may follow it there: an older version would take that for damage.
    pub outdated: bool,
    /// How far the journal has come.
    pub head: Head,
    /// What was run, oldest first.
    pub history: Vec<HistoryEntry>,
    /// Where the state goes on, if this is a copy that was left behind.
    pub moved: Option<String>,
}

/// The newest belief that can be read of a damaged state.
#[derive(Debug, Clone, PartialEq)]
pub struct LastGood {
    /// The belief. Its sequence lies beyond everything that was used, so that no client token is used twice.
    pub snapshot: Snapshot,
    /// What was run, as far as it can be read.
    pub history: Vec<HistoryEntry>,
    /// What is wrong and what is lost, in one line.
    pub what: String,
}

impl LastGood {
    /// How far the sequence is moved on: more records than a run writes between two notes of how far it has come.
    const LEAP: u64 = 100_000;

    pub(crate) fn of(
        mut snapshot: Snapshot,
        history: Vec<HistoryEntry>,
        head: Option<&Head>,
        what: String,
    ) -> Self {
        let used = head
            .filter(|head| head.lineage == snapshot.lineage)
            .map_or(0, |head| head.sequence);
        let what = match used.saturating_sub(snapshot.sequence) {
            0 => what,
            1 => format!("{what}; the last record is lost"),
            lost => format!("{what}; the last {lost} records are lost"),
        };
        snapshot.sequence = used.max(snapshot.sequence) + Self::LEAP;
        Self {
            snapshot,
            history,
            what,
        }
    }

    /// Another belief in the place of the one that could still be read, if any could.
    pub(crate) fn replaced(good: Option<Self>, snapshot: &Snapshot, what: String) -> Self {
        let (kept, history) = good.map_or((None, Vec::new()), |good| {
            (Some(good.snapshot), good.history)
        });
        let beyond = kept
            .filter(|kept| kept.lineage == snapshot.lineage)
            .map_or(snapshot.sequence + Self::LEAP, |kept| kept.sequence);
        Self {
            snapshot: Snapshot {
                sequence: beyond.max(snapshot.sequence),
                ..snapshot.clone()
            },
            history,
            what,
        }
    }
}
