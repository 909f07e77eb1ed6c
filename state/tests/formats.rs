//! States of every older format are read, whatever they hold. A fixture is never edited: a new format gets new ones beside it.

use windlass_state::record::Record;
use windlass_state::snapshot::{FORMAT, Snapshot};

const SNAPSHOT_1: &str = include_str!("fixtures/snapshot-1.json");
const RECORDS_1: &str = include_str!("fixtures/records-1.jsonl");

#[test]
fn format_1_is_read_and_goes_on_in_the_newest() {
    let snapshot: Snapshot = serde_json::from_str(SNAPSHOT_1).expect("it is read");
    assert_eq!(snapshot.format, 1);
    let mut snapshot = snapshot.upgraded();
    assert_eq!((snapshot.format, snapshot.verify()), (FORMAT, Ok(())));
    for (line, text) in RECORDS_1.lines().enumerate() {
        let record: Record =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{line}: {error}"));
        let applied = snapshot.apply(&record);
        applied.unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(snapshot.verify(), Ok(()), "after {line}");
    }
    assert!(snapshot.open.is_empty());
    let text = serde_json::to_string(&snapshot).expect("it is written");
    assert_eq!(
        serde_json::from_str::<Snapshot>(&text).expect("and read again"),
        snapshot
    );
}

#[test]
fn every_sort_of_record_of_format_1_stands_in_the_fixture() {
    for word in [
        "run_started",
        "intent",
        "outcome",
        "settled",
        "run_finished",
        "bound",
        "zones",
        "pinned",
        "unpinned",
        "outputs",
        "waited",
        "forgotten",
        "kept",
        "moved",
        "redeclared",
    ] {
        assert!(RECORDS_1.contains(&format!("\":\"{word}\"")), "{word}");
    }
}
