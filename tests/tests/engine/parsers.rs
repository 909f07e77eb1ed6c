//! Parsers of files, with damaged and with arbitrary text: they never panic. Whatever a parser accepts, it reads back unchanged after writing it.
//!
//! Not here: how Windlass detects damaged files, by hashes and checks of the whole (`windlass-store`).

use std::fmt::Debug;
use std::sync::OnceLock;

use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use windlass::document::Document;
use windlass_plan::plan::Plan;
use windlass_state::record::Record;
use windlass_state::snapshot::Snapshot;
use windlass_tests::cloud::Universe;
use windlass_tests::cloud::platform::platform;

use super::crash::{block_on, storefront};

/// The files that the engine reads.
#[derive(Debug)]
struct Files {
    snapshot: Value,
    records: Vec<Value>,
    plan: Value,
    document: Value,
}

/// The files of a run that was killed halfway, and of the storefront.
fn files() -> &'static Files {
    static FILES: OnceLock<Files> = OnceLock::new();
    FILES.get_or_init(|| {
        let universe = Universe::default();
        block_on(async {
            universe.up(&platform()).await;
            universe.destroy().await;
            assert!(universe.mortal(Some(&platform()), Some(40)).await.is_none());
        });
        let value = |written: serde_json::Result<Value>| written.expect("it is written");
        let storefront = storefront(&[]);
        let records = universe.journal.tail();
        assert!(records.len() > 5, "{} records", records.len());
        Files {
            snapshot: value(serde_json::to_value(universe.journal.load())),
            records: records
                .iter()
                .map(|record| value(serde_json::to_value(record)))
                .collect(),
            plan: value(serde_json::to_value(block_on(
                universe.preview(&storefront),
            ))),
            document: value(serde_json::to_value(storefront.document())),
        }
    })
}

/// Reads, writes what it read, and reads that again.
fn read<T: DeserializeOwned + Serialize + PartialEq + Debug>(bytes: &[u8]) -> Option<T> {
    let read: T = serde_json::from_slice(bytes).ok()?;
    let text = serde_json::to_vec(&read).expect("what was read can be written");
    let again: T = serde_json::from_slice(&text).expect("what was written can be read");
    assert_eq!(again, read);
    Some(read)
}

/// Every check that Windlass makes before it trusts a file.
fn read_all(bytes: &[u8]) -> usize {
    let snapshot = read::<Snapshot>(bytes);
    if let Some(snapshot) = &snapshot {
        let _ = snapshot.verify();
    }
    let record = read::<Record>(bytes);
    if let Some(record) = &record {
        let mut snapshot: Snapshot =
            serde_json::from_value(files().snapshot.clone()).expect("it is sound");
        let _ = snapshot.apply(record);
    }
    let plan = read::<Plan>(bytes);
    if let Some(plan) = &plan {
        let _ = plan.hash();
    }
    let document = read::<Document>(bytes);
    if let Some(document) = &document {
        let _ = windlass_plan::check(document, &windlass::aws::schema);
        let _ = windlass_plan::needed_secrets(document);
    }
    [
        snapshot.is_some(),
        record.is_some(),
        plan.is_some(),
        document.is_some(),
    ]
    .into_iter()
    .filter(|taken| *taken)
    .count()
}

/// One of the files, undamaged.
fn file() -> impl Strategy<Value = Value> {
    any::<prop::sample::Index>().prop_map(|index| {
        let Files {
            snapshot,
            records,
            plan,
            document,
        } = files();
        let all: Vec<_> = [snapshot, plan, document]
            .into_iter()
            .chain(records)
            .collect();
        (*index.get(&all)).clone()
    })
}

#[derive(Debug, Clone)]
enum Damage {
    Flip(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Lose(prop::sample::Index, usize),
    Repeat(prop::sample::Index, usize),
    Insert(prop::sample::Index, &'static str),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<prop::sample::Index>;
    let words = [
        "{", "}", "[", "]", ",", ":", "\"", "null", "-1", "1e400", "\\u0000", "\u{fffd}",
    ];
    prop_oneof![
        (at(), 0_u8..8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        at().prop_map(Damage::Cut),
        (at(), 1_usize..64).prop_map(|(at, length)| Damage::Lose(at, length)),
        (at(), 1_usize..64).prop_map(|(at, length)| Damage::Repeat(at, length)),
        (at(), prop::sample::select(words.to_vec()))
            .prop_map(|(at, word)| Damage::Insert(at, word)),
    ]
}

fn damaged(mut bytes: Vec<u8>, damages: &[Damage]) -> Vec<u8> {
    for damage in damages {
        let length = bytes.len();
        if length == 0 {
            break;
        }
        match damage {
            Damage::Flip(at, bit) => bytes[at.index(length)] ^= 1 << bit,
            Damage::Cut(at) => bytes.truncate(at.index(length)),
            Damage::Lose(at, count) => {
                let at = at.index(length);
                bytes.drain(at..(at + count).min(length));
            }
            Damage::Repeat(at, count) => {
                let at = at.index(length);
                let again = bytes[at..(at + count).min(length)].to_vec();
                bytes.splice(at..at, again);
            }
            Damage::Insert(at, word) => {
                let at = at.index(length);
                bytes.splice(at..at, word.bytes());
            }
        }
    }
    bytes
}

/// A value that does not belong in its place.
fn stray() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(u64::MAX),
        json!(0.1),
        json!(""),
        json!("a/../b"),
        json!("é\u{0}"),
        json!([]),
        json!([[[]]]),
        json!({}),
        json!({"$windlass": {"ref": "vpc", "output": "VpcId"}}),
        json!({"$windlass": {"ref": "", "output": ""}}),
        json!({"$windlass": {"join": [{"$windlass": {}}]}}),
        json!({"$windlass": 1, "other": 2}),
    ])
}

/// Replaces the value at position `at` of a tree, or removes it.
fn disturb(tree: &mut Value, at: &mut usize, stray: Option<&Value>) {
    let count = |value: &Value| match value {
        Value::Array(items) => items.len(),
        Value::Object(items) => items.len(),
        _ => 0,
    };
    if *at < count(tree) {
        match (tree, stray) {
            (Value::Array(items), Some(stray)) => items[*at] = stray.clone(),
            (Value::Array(items), None) => drop(items.remove(*at)),
            (Value::Object(items), stray) => {
                let key = items.keys().nth(*at).cloned().expect("it is within");
                match stray {
                    Some(stray) => items.insert(key, stray.clone()),
                    None => items.remove(&key),
                };
            }
            _ => {}
        }
        *at = usize::MAX;
        return;
    }
    *at -= count(tree);
    let children: Box<dyn Iterator<Item = &mut Value>> = match tree {
        Value::Array(items) => Box::new(items.iter_mut()),
        Value::Object(items) => Box::new(items.values_mut()),
        _ => return,
    };
    for child in children {
        disturb(child, at, stray);
        if *at == usize::MAX {
            return;
        }
    }
}

#[test]
fn whole_files_are_taken() {
    let Files {
        snapshot,
        records,
        plan,
        document,
    } = files();
    for file in [snapshot, plan, document].into_iter().chain(records) {
        assert_eq!(read_all(file.to_string().as_bytes()), 1);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        read_all(&bytes);
    }

    #[test]
    fn arbitrary_text_of_the_right_letters_is_read_without_a_panic(text in "[\\[\\]{}\",:0-9a-z$. \\\\-]{0,200}") {
        read_all(text.as_bytes());
    }

    #[test]
    fn damaged_files_are_read_without_a_panic(file in file(), damages in prop::collection::vec(damage(), 1..4)) {
        read_all(&damaged(file.to_string().into_bytes(), &damages));
    }

    #[test]
    fn files_with_strays_are_read_without_a_panic(
        file in file(), strays in prop::collection::vec((0_usize..4000, prop::option::of(stray())), 1..4),
    ) {
        let mut file = file;
        for (mut at, stray) in strays {
            disturb(&mut file, &mut at, stray.as_ref());
        }
        read_all(file.to_string().as_bytes());
    }
}
