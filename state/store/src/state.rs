//! Everything that a keeper stores of one state. Not here: how it is stored.

use windlass_state::snapshot::Snapshot;

use crate::chain::Head;
use crate::history::HistoryEntry;

/// How many operations a rollback can go back.
pub const BELIEFS: usize = 30;

/// How many operations a state remembers. All of them are read when the state is opened.
pub const HISTORY: usize = 1_000;

/// Everything that is kept of one state.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The recorded state: the last snapshot with all records since.
    pub snapshot: Snapshot,
    /// Whether the state is kept in an older format. Records of a newer format must not follow it, because an older version would take them for damage.
    pub outdated: bool,
    /// The position of the journal.
    pub head: Head,
    /// The history, oldest first.
    pub history: Vec<HistoryEntry>,
    /// The new place, if this is a copy that was left behind.
    pub moved: Option<String>,
}

/// The newest recorded state that can be read of a damaged state.
#[derive(Debug, Clone, PartialEq)]
pub struct LastGood {
    /// The recorded state. Its sequence is beyond everything that was used, so that no client token is used twice.
    pub snapshot: Snapshot,
    /// The history, as far as it can be read.
    pub history: Vec<HistoryEntry>,
    /// The damage and the loss, in one line.
    pub what: String,
}

impl LastGood {
    /// How far the sequence is advanced: more records than a run writes between two notes of its position.
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

    /// Another recorded state in place of the one that could still be read, if there was any.
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
