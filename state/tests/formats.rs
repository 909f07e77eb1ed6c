//! Windlass reads states of every format, whatever they hold. A fixture is never edited: a new format gets new fixtures.

use windlass_state::record::Record;
use windlass_state::snapshot::{FORMAT, Snapshot, VERSION};
use windlass_state::verdict::VerdictResult;

const SNAPSHOT_1: &str = include_str!("fixtures/snapshot-1.json");
const RECORDS_1: &str = include_str!("fixtures/records-1.jsonl");
const SNAPSHOT_2: &str = include_str!("fixtures/snapshot-2.json");
const RECORDS_2: &str = include_str!("fixtures/records-2.jsonl");
const SNAPSHOT_3: &str = include_str!("fixtures/snapshot-3.json");
const RECORDS_3: &str = include_str!("fixtures/records-3.jsonl");
const SNAPSHOT_4: &str = include_str!("fixtures/snapshot-4.json");
const RECORDS_4: &str = include_str!("fixtures/records-4.jsonl");

/// Reads a state of a format and applies records of that format.
fn goes_on_in_the_newest(format: u32, snapshot: &str, records: &str) -> Snapshot {
    let snapshot: Snapshot = serde_json::from_str(snapshot).expect("it is read");
    assert_eq!(snapshot.format, format);
    let mut snapshot = snapshot.upgraded();
    assert_eq!((snapshot.format, snapshot.verify()), (FORMAT, Ok(())));
    for (line, text) in records.lines().enumerate() {
        let record: Record =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{line}: {error}"));
        let applied = snapshot.apply(&record);
        applied.unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(snapshot.verify(), Ok(()), "after {line}");
    }
    let text = serde_json::to_string(&snapshot).expect("it is written");
    assert_eq!(
        serde_json::from_str::<Snapshot>(&text).expect("and read again"),
        snapshot
    );
    snapshot
}

#[test]
fn format_1_is_read() {
    let snapshot = goes_on_in_the_newest(1, SNAPSHOT_1, RECORDS_1);
    assert!(snapshot.open.is_empty());
}

#[test]
fn format_2_is_read() {
    let snapshot = goes_on_in_the_newest(2, SNAPSHOT_2, RECORDS_2);
    let imported = snapshot.resources.values().filter(|r| r.imported);
    assert_eq!(imported.count(), 2);
    assert_eq!(snapshot.retired.len(), 1);
}

#[test]
fn format_3_is_read() {
    let snapshot = goes_on_in_the_newest(3, SNAPSHOT_3, RECORDS_3);
    let took = |kind, step| {
        snapshot
            .durations
            .get(kind, step)
            .map(|took| took.as_millis())
    };
    assert_eq!(took("AWS::ECS::Service", "create"), Some(312));
    assert_eq!(took("AWS::ECS::Service", "wait_stable"), Some(92_000));
    assert_eq!(took("AWS::EC2::VPC", "delete"), Some(80));
}

#[test]
fn format_4_is_read() {
    let snapshot = goes_on_in_the_newest(4, SNAPSHOT_4, RECORDS_4);
    assert_eq!(snapshot.written_by, VERSION, "whoever writes it next");
    let of = |at: &str| &snapshot.resources[at];
    let time = |text: &str| Some(text.parse().expect("a time"));
    assert_eq!(of("network/vpc").since, time("2026-11-30T08:12:31Z"));
    assert_eq!(of("api/logs").since, time("2026-11-30T10:00:01Z"));
    assert_eq!(of("api/logs").changed, time("2026-11-30T10:00:02Z"));
    let verdict = of("api/service").verdict.as_ref().expect("it was judged");
    assert_eq!(verdict.result, VerdictResult::Succeeded);
}

#[test]
fn what_format_4_brought_stands_in_the_fixture() {
    for word in [
        "approve",
        "reject",
        "stop",
        "run",
        "requested",
        "judged",
        "succeeded",
        "failed",
    ] {
        assert!(RECORDS_4.contains(&format!("\":\"{word}\"")), "{word}");
    }
    for field in [
        "why",
        "decision",
        "written_by",
        "aws_time",
        "since",
        "verdicts",
    ] {
        assert!(RECORDS_4.contains(&format!("\"{field}\":")), "{field}");
    }
    assert!(SNAPSHOT_4.contains("\"result\":\"rolled_back\""));
}

#[test]
fn the_newest_format_has_a_fixture() {
    assert_eq!(
        FORMAT, 4,
        "give the new format fixtures and a test of its own"
    );
}

#[test]
fn what_format_2_brought_stands_in_the_fixture() {
    for word in [
        "believed",
        "import",
        "recover",
        "refresh",
        "forget",
        "move",
        "restore",
        "roll_back",
    ] {
        assert!(RECORDS_2.contains(&format!("\":\"{word}\"")), "{word}");
    }
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
