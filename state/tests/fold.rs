//! A snapshot stays valid whatever is recorded: random records on random valid snapshots, each applied or refused as a whole.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::json;
use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass::document::{Options, Place};
use windlass::schema::Wait;
use windlass_state::apply::ApplyError;
use windlass_state::identity::{IntentId, Lineage, RunId};
use windlass_state::record::{Action, Intent, Outcome, OutcomeResult, Record, Settled, Settlement};
use windlass_state::rollback::RollBack;
use windlass_state::snapshot::{OldReason, Recorded, SecretKey, Snapshot};

fn empty() -> Snapshot {
    Snapshot::empty(
        Lineage("l".to_owned()),
        SecretKey("k".to_owned()),
        "shop",
        "dev",
    )
}

fn address(text: &str) -> Address {
    text.parse().expect("an address")
}

fn run() -> RunId {
    RunId("r".to_owned())
}

fn intent(snapshot: &Snapshot, at: &str, generation: u32, action: Action, on: &[&str]) -> Record {
    let at = address(at);
    Record::Intent(Box::new(Intent {
        sequence: snapshot.sequence,
        run: run(),
        id: IntentId::of(&snapshot.lineage, &at, generation, action, 0),
        address: at,
        generation,
        kind: "Test::A::B".to_owned(),
        action,
        attempt: 0,
        place: Place::default(),
        physical_id: None,
        template: CanonicalJson::of(&json!({"Size": 1})),
        spec: CanonicalJson::of(&json!({"Size": 1})),
        depends_on: on.iter().map(|on| address(on)).collect(),
        options: Options::default(),
        at: jiff::Timestamp::UNIX_EPOCH,
        aws_time: None,
        request: None,
    }))
}

fn outcome(intent: u64, result: OutcomeResult) -> Record {
    Record::Outcome(Box::new(Outcome {
        intent,
        result,
        at: jiff::Timestamp::UNIX_EPOCH,
    }))
}

fn settled(settlement: Settlement) -> Record {
    Record::Settled(Box::new(Settled {
        run: run(),
        settlement,
        at: jiff::Timestamp::UNIX_EPOCH,
    }))
}

fn created(sequence: u64) -> OutcomeResult {
    OutcomeResult::Created {
        physical_id: format!("id-{sequence}"),
        outputs: BTreeMap::new(),
        unfinished: Vec::new(),
        since: None,
    }
}

/// The record of an imported resource.
fn found(number: u64, generation: u32, on: &[String]) -> Recorded {
    Recorded {
        kind: "Test::A::B".to_owned(),
        generation,
        place: Place::default(),
        physical_id: format!("found-{number}"),
        outputs: BTreeMap::new(),
        template: CanonicalJson::of(&json!({"Size": 2})),
        applied: CanonicalJson::of(&json!({"Size": 2})),
        depends_on: on.iter().map(|on| address(on)).collect(),
        options: Options::default(),
        waited: Wait::Exists,
        unfinished: Vec::new(),
        intent: IntentId("found".to_owned()),
        imported: true,
        since: None,
        changed: None,
        verdict: None,
    }
}

fn done(snapshot: &mut Snapshot, at: &str, generation: u32, action: Action, on: &[&str]) {
    let sequence = snapshot.sequence;
    let result = match action {
        Action::Create | Action::Run => created(sequence),
        Action::Update => OutcomeResult::Updated {
            outputs: BTreeMap::new(),
            since: None,
        },
        Action::Delete => OutcomeResult::Deleted,
    };
    let first = intent(snapshot, at, generation, action, on);
    snapshot.apply(&first).expect("the intent fits");
    snapshot
        .apply(&outcome(sequence, result))
        .expect("the outcome fits");
    snapshot.verify().expect("whole");
}

#[test]
fn a_new_generation_deposes_the_one_before_and_numbers_never_start_again() {
    let mut snapshot = empty();
    done(&mut snapshot, "a", 0, Action::Create, &[]);
    done(&mut snapshot, "a", 1, Action::Create, &[]);
    assert_eq!(snapshot.old[&address("a")][0].why, OldReason::Deposed);
    snapshot
        .apply(&settled(Settlement::Kept {
            address: address("a"),
            generation: 0,
        }))
        .expect("known");
    assert_eq!(snapshot.old[&address("a")][0].why, OldReason::Kept);
    done(&mut snapshot, "a", 1, Action::Delete, &[]);
    assert_eq!(snapshot.next_generation(&address("a")), 2);
    done(&mut snapshot, "a", 0, Action::Delete, &[]);
    assert!(snapshot.old.is_empty() && snapshot.resources.is_empty());
    assert_eq!(snapshot.next_generation(&address("a")), 2);
}

#[test]
fn moving_takes_dependants_and_history_along() {
    let mut snapshot = empty();
    done(&mut snapshot, "a", 0, Action::Create, &[]);
    done(&mut snapshot, "a", 1, Action::Create, &[]);
    done(&mut snapshot, "b", 0, Action::Create, &["a"]);
    snapshot
        .apply(&settled(Settlement::Moved {
            from: address("a"),
            to: address("c"),
        }))
        .expect("free");
    snapshot.verify().expect("whole");
    assert_eq!(snapshot.resources[&address("b")].depends_on, [address("c")]);
    assert_eq!(snapshot.old[&address("c")].len(), 1);
    assert_eq!(snapshot.next_generation(&address("a")), 2);
}

#[test]
fn what_does_not_fit_is_refused_and_changes_nothing() {
    let mut snapshot = empty();
    done(&mut snapshot, "a", 0, Action::Create, &[]);
    let before = snapshot.clone();
    let wrong = [
        intent(&snapshot, "a", 0, Action::Create, &[]),
        intent(&snapshot, "a", 1, Action::Update, &[]),
        intent(&snapshot, "b", 0, Action::Create, &["nowhere"]),
        outcome(7, created(7)),
        settled(Settlement::Forgotten {
            address: address("a"),
            generation: 3,
        }),
        settled(Settlement::Moved {
            from: address("b"),
            to: address("c"),
        }),
    ];
    for record in wrong {
        assert!(snapshot.apply(&record).is_err(), "{record:?}");
        assert_eq!(snapshot, before);
    }
    let mut late = intent(&snapshot, "b", 0, Action::Create, &[]);
    if let Record::Intent(intent) = &mut late {
        intent.sequence += 1;
    }
    assert!(matches!(
        snapshot.apply(&late),
        Err(ApplyError::OutOfSequence { .. })
    ));
}

#[test]
fn verify_sees_damage() {
    let mut snapshot = empty();
    done(&mut snapshot, "a", 0, Action::Create, &[]);
    done(&mut snapshot, "b", 0, Action::Create, &["a"]);
    let mut dangling = snapshot.clone();
    dangling.resources.remove(&address("a"));
    assert!(dangling.verify().is_err());
    let mut cycle = snapshot.clone();
    cycle
        .resources
        .get_mut(&address("a"))
        .expect("recorded")
        .depends_on
        .push(address("b"));
    assert!(cycle.verify().is_err());
    snapshot.format += 1;
    assert!(snapshot.verify().is_err());
}

#[derive(Debug, Clone)]
enum Move {
    Intent(u8, u32, Action, Vec<u8>),
    Outcome(u64, u8),
    Forget(u8, u32),
    Keep(u8, u32),
    Relocate(u8),
    Believe(u8, u32, bool, Vec<u8>),
    Redeclare(u8, u32, Vec<u8>),
    Waited(u8, u32),
}

fn moves() -> impl Strategy<Value = Move> {
    let at = 0u8..6;
    let generation = 0u32..4;
    let on = proptest::collection::vec(0u8..6, 0..3);
    let action = prop_oneof![
        3 => Just(Action::Create),
        2 => Just(Action::Update),
        1 => Just(Action::Delete)
    ];
    prop_oneof![
        6 => (at.clone(), generation.clone(), action, on.clone())
            .prop_map(|(at, generation, action, on)| Move::Intent(at, generation, action, on)),
        6 => (0u64..40, 0u8..4).prop_map(|(back, result)| Move::Outcome(back, result)),
        1 => (at.clone(), generation.clone()).prop_map(|(at, g)| Move::Forget(at, g)),
        1 => (at.clone(), generation.clone()).prop_map(|(at, g)| Move::Keep(at, g)),
        1 => at.clone().prop_map(Move::Relocate),
        1 => (at.clone(), generation.clone(), any::<bool>(), on.clone())
            .prop_map(|(at, g, old, on)| Move::Believe(at, g, old, on)),
        1 => (at.clone(), generation.clone(), on).prop_map(|(at, g, on)| Move::Redeclare(at, g, on)),
        1 => (at, generation).prop_map(|(at, g)| Move::Waited(at, g)),
    ]
}

/// Dependencies lead to smaller numbers only, as those of a program without cycles do.
fn below(at: u8, on: &[u8]) -> Vec<String> {
    on.iter()
        .filter(|on| **on < at)
        .map(|on| format!("r{on}"))
        .collect()
}

fn record(snapshot: &Snapshot, step: &Move) -> Record {
    let name = |at: &u8| address(&format!("r{at}"));
    match step {
        Move::Intent(at, generation, action, on) => {
            let on = below(*at, on);
            let on: Vec<_> = on.iter().map(String::as_str).collect();
            intent(snapshot, &format!("r{at}"), *generation, *action, &on)
        }
        Move::Outcome(pick, result) => {
            let open: Vec<_> = snapshot.open.keys().copied().collect();
            let sequence = open
                .get(*pick as usize % open.len().max(1))
                .copied()
                .unwrap_or(*pick);
            outcome(
                sequence,
                match result {
                    0 => created(sequence),
                    1 => OutcomeResult::Updated {
                        outputs: BTreeMap::new(),
                        since: None,
                    },
                    2 => OutcomeResult::Deleted,
                    _ => OutcomeResult::NeverSent,
                },
            )
        }
        Move::Forget(at, generation) => settled(Settlement::Forgotten {
            address: name(at),
            generation: *generation,
        }),
        Move::Keep(at, generation) => settled(Settlement::Kept {
            address: name(at),
            generation: *generation,
        }),
        Move::Relocate(at) => settled(Settlement::Moved {
            from: name(at),
            to: address(&format!("moved-{at}")),
        }),
        Move::Believe(at, generation, old, on) => settled(Settlement::Believed {
            address: name(at),
            old: old.then_some(OldReason::Deposed),
            recorded: Box::new(found(snapshot.sequence, *generation, &below(*at, on))),
        }),
        Move::Redeclare(at, generation, on) => settled(Settlement::Redeclared {
            address: name(at),
            generation: *generation,
            place: Place::default(),
            template: CanonicalJson::of(&json!({})),
            spec: CanonicalJson::of(&json!({})),
            depends_on: below(*at, on).iter().map(|on| address(on)).collect(),
            options: Options::default(),
        }),
        Move::Waited(at, generation) => settled(Settlement::Waited {
            address: name(at),
            generation: *generation,
            level: Wait::Ready,
            outputs: BTreeMap::new(),
        }),
    }
}

proptest! {
    #[test]
    fn a_snapshot_stays_whole(steps in proptest::collection::vec(moves(), 1..60)) {
        let mut snapshot = empty();
        let mut taken = Vec::new();
        for step in &steps {
            let record = record(&snapshot, step);
            let before = snapshot.clone();
            match snapshot.apply(&record) {
                Ok(()) => taken.push(record),
                Err(_) => prop_assert_eq!(&snapshot, &before),
            }
            prop_assert_eq!(snapshot.verify(), Ok(()));
        }
        let mut again = empty();
        for record in &taken {
            prop_assert!(again.apply(record).is_ok());
        }
        prop_assert_eq!(again, snapshot);
    }
}

/// The resources that calls of ours made, and the resources that were found.
fn things(snapshot: &Snapshot) -> (BTreeSet<&str>, BTreeSet<&str>) {
    let of = |imported: bool| {
        let all = snapshot.everything().map(|(_, recorded)| recorded);
        let these = all.filter(move |recorded| recorded.imported == imported);
        these
            .map(|recorded| recorded.physical_id.as_str())
            .collect()
    };
    (of(false), of(true))
}

proptest! {
    #[test]
    fn going_back_to_any_earlier_belief_loses_nothing(
        before in proptest::collection::vec(moves(), 0..40),
        after in proptest::collection::vec(moves(), 0..40),
    ) {
        let mut now = empty();
        let mut apply = |steps: &[Move]| {
            for step in steps {
                let record = record(&now, step);
                let _ = now.apply(&record);
            }
            now.clone()
        };
        let then = apply(&before);
        let mut now = apply(&after);
        for sequence in now.open.keys().copied().collect::<Vec<_>>() {
            now.apply(&outcome(sequence, OutcomeResult::NeverSent)).expect("it is open");
        }
        let back = RollBack::between(&now, &then);
        let mut result = now.clone();
        for settlement in back.settlements {
            let record = settled(settlement);
            prop_assert_eq!(result.apply(&record), Ok(()), "{:?}", record);
        }
        prop_assert_eq!(result.verify(), Ok(()));
        let (ours, found) = things(&result);
        let (ours_now, _) = things(&now);
        prop_assert!(ours.is_superset(&ours_now), "made since and lost: {:?} {:?}", ours, ours_now);
        let (_, found_then) = things(&then);
        let news: Vec<_> = found.difference(&found_then).filter(|id| now.resources.values().any(|r| r.physical_id == **id)).collect();
        prop_assert!(news.is_empty(), "imported since and still ours: {:?}", news);
        for (at, recorded) in result.everything() {
            prop_assert!(result.next_generation(at) > recorded.generation);
            prop_assert!(result.next_generation(at) >= now.next_generation(at));
        }
    }
}

#[test]
fn a_create_that_was_settled_as_never_sent_is_remembered_until_its_thing_is_found() {
    let mut snapshot = empty();
    let lost = snapshot.sequence;
    let first = intent(&snapshot, "a", 0, Action::Create, &[]);
    snapshot.apply(&first).expect("the intent fits");
    snapshot
        .apply(&outcome(lost, OutcomeResult::NeverSent))
        .expect("the outcome fits");
    let Record::Intent(first) = first else {
        unreachable!("it is an intent");
    };
    assert_eq!(snapshot.lost.get(&lost), Some(&*first));

    // A refused call made nothing, and a deletion makes nothing either.
    done(&mut snapshot, "b", 0, Action::Create, &[]);
    let deletion = snapshot.sequence;
    let second = intent(&snapshot, "b", 0, Action::Delete, &[]);
    snapshot.apply(&second).expect("the intent fits");
    snapshot
        .apply(&outcome(deletion, OutcomeResult::NeverSent))
        .expect("the outcome fits");
    assert_eq!(snapshot.lost.len(), 1);

    let found = Recorded {
        physical_id: "late".to_owned(),
        intent: first.id.clone(),
        imported: false,
        ..found(0, 0, &[])
    };
    snapshot
        .apply(&settled(Settlement::Believed {
            address: address("a"),
            old: None,
            recorded: Box::new(found),
        }))
        .expect("it fits");
    assert!(snapshot.lost.is_empty());
    assert_eq!(snapshot.resources[&address("a")].physical_id, "late");
    assert_eq!(snapshot.verify(), Ok(()));
}

#[test]
fn a_lost_create_is_forgotten_when_no_program_can_hold_its_call_any_more() {
    let mut snapshot = empty();
    let lose = |snapshot: &mut Snapshot, at: &str, days: i64| {
        let sequence = snapshot.sequence;
        let Record::Intent(mut intent) = intent(snapshot, at, 0, Action::Create, &[]) else {
            unreachable!("it is an intent");
        };
        intent.at += jiff::SignedDuration::from_hours(24 * days);
        let record = Record::Intent(intent);
        snapshot.apply(&record).expect("the intent fits");
        let never = outcome(sequence, OutcomeResult::NeverSent);
        snapshot.apply(&never).expect("the outcome fits");
    };
    lose(&mut snapshot, "a", 0);
    lose(&mut snapshot, "b", 29);
    assert_eq!(snapshot.lost.len(), 2);
    lose(&mut snapshot, "c", 31);
    let left: Vec<_> = snapshot
        .lost
        .values()
        .map(|lost| lost.address.as_str())
        .collect();
    assert_eq!(left, ["b", "c"]);
}
