//! The store keeps what it was told, notices damage, and has one writer.

use jiff::Timestamp;
use windlass_state::identity::RunId;
use windlass_state::journal::Journal;
use windlass_state::record::{
    Operation, Record, RunFinished, RunResult, RunStarted, Settled, Settlement,
};
use windlass_state::snapshot::Snapshot;
use windlass_store::{Holder, Store, StoreError};

fn started(run: &str) -> Record {
    Record::RunStarted(RunStarted {
        run: RunId(run.to_owned()),
        operation: Operation::Up,
        at: Timestamp::UNIX_EPOCH,
        who: "test@host".to_owned(),
        document: String::new(),
        plan: String::new(),
        summary: "1 to create".to_owned(),
        changes: Vec::new(),
    })
}

fn finished(run: &str) -> Record {
    Record::RunFinished(RunFinished {
        run: RunId(run.to_owned()),
        at: Timestamp::UNIX_EPOCH,
        result: RunResult::Done,
        failures: Vec::new(),
    })
}

#[tokio::test]
async fn what_was_appended_is_there_after_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.db");
    let (held, mut snapshot) = Store::open(&path)
        .and_then(|store| store.hold(&Holder::this_process(), "s", "dev"))
        .expect("free");
    let before = snapshot.clone();
    for record in [started("a"), finished("a")] {
        held.append(vec![record.clone()]).await.expect("kept");
        snapshot.apply(&record).expect("fits");
    }
    // Read beside the writer, as after a kill: no checkpoint was made.
    let store = Store::open(&path).expect("opens");
    assert_eq!(store.load("s", "dev").expect("loads"), snapshot);
    assert_ne!(before.sequence, snapshot.sequence);
    let history = store.history().expect("reads");
    assert_eq!(
        (
            history.len(),
            history[0].started.who.as_str(),
            history[0].finished.is_some()
        ),
        (1, "test@host", true)
    );
    held.checkpoint(&snapshot).await.expect("kept");
    held.append(vec![started("b")]).await.expect("kept");
    snapshot.apply(&started("b")).expect("fits");
    assert_eq!(store.load("s", "dev").expect("loads"), snapshot);
}

#[test]
fn there_is_one_writer() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.db");
    let hold = |holder: &Holder| Store::open(&path).expect("opens").hold(holder, "s", "dev");
    let first = hold(&Holder::this_process()).expect("free");
    let other = Holder {
        host: "elsewhere".to_owned(),
        ..Holder::this_process()
    };
    assert!(matches!(hold(&other), Err(StoreError::Held { .. })));
    drop(first);
    drop(hold(&other).expect("it was given back"));
}

fn lease_of(path: &std::path::Path, holder: &Holder) {
    let connection = rusqlite::Connection::open(path).expect("opens");
    let until = Timestamp::now().as_millisecond() + 30_000;
    let row = rusqlite::params![holder.user, holder.host, holder.pid, until];
    let insert = "INSERT INTO lease (user, host, pid, token, since, deadline) VALUES (?1, ?2, ?3, 'other', 0, ?4)";
    connection.execute(insert, row).expect("runs");
}

#[test]
fn a_dead_holder_of_this_host_is_taken_over_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.db");
    drop(Store::open(&path).expect("opens"));
    // A killed process leaves its lease behind, but the system drops its lock.
    lease_of(&path, &Holder::this_process());
    let hold = || {
        Store::open(&path)
            .expect("opens")
            .hold(&Holder::this_process(), "s", "dev")
    };
    let held = hold().expect("its holder is dead");
    assert!(matches!(hold(), Err(StoreError::Held { .. })));
    drop(held);
}

#[test]
fn a_holder_elsewhere_is_believed_until_its_deadline() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.db");
    drop(Store::open(&path).expect("opens"));
    lease_of(
        &path,
        &Holder {
            host: "elsewhere".to_owned(),
            ..Holder::this_process()
        },
    );
    let held = Store::open(&path)
        .expect("opens")
        .hold(&Holder::this_process(), "s", "dev");
    assert!(matches!(held, Err(StoreError::Held { .. })));
}

#[tokio::test]
async fn a_changed_record_is_noticed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.db");
    let (held, _) = Store::open(&path)
        .and_then(|store| store.hold(&Holder::this_process(), "s", "dev"))
        .expect("free");
    held.append(vec![started("a"), finished("a")])
        .await
        .expect("kept");
    drop(held);
    let connection = rusqlite::Connection::open(&path).expect("opens");
    connection
        .execute(
            "UPDATE journal SET text = replace(text, 'test@host', 'else@host')",
            [],
        )
        .expect("runs");
    assert!(matches!(
        Store::open(&path).expect("opens").load("s", "dev"),
        Err(StoreError::Damaged { .. })
    ));
}

fn zones(run: &str, zone: &str) -> Record {
    let settlement = Settlement::Zones {
        region: "us-east-1".to_owned(),
        zones: vec![zone.to_owned()],
    };
    Record::Settled(Box::new(Settled {
        run: RunId(run.to_owned()),
        settlement,
        at: Timestamp::UNIX_EPOCH,
    }))
}

/// A run of a process of its own, to its end.
async fn runs(path: &std::path::Path, run: &str) -> Snapshot {
    let store = Store::open(path).expect("opens");
    let held = store.hold(&Holder::this_process(), "s", "dev");
    let (held, mut snapshot) = held.expect("free");
    let records = vec![started(run), zones(run, run), finished(run)];
    for record in &records {
        snapshot.apply(record).expect("fits");
    }
    held.append(records).await.expect("kept");
    held.checkpoint(&snapshot).await.expect("kept");
    snapshot
}

#[tokio::test]
async fn what_was_believed_after_the_last_runs_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.db");
    let first = runs(&path, "run 1").await;
    let second = runs(&path, "run 2").await;
    let store = Store::open(&path).expect("opens");
    assert_eq!(store.beliefs().expect("reads"), [2, 1]);
    assert_eq!(store.believed_after(1).expect("reads"), Some(first));
    assert_eq!(store.believed_after(2).expect("reads"), Some(second));
    assert_eq!(store.believed_after(3).expect("reads"), None);
    for run in 3..=32 {
        runs(&path, &format!("run {run}")).await;
    }
    let kept = store.beliefs().expect("reads");
    assert_eq!(
        (kept.len(), kept.first(), kept.last()),
        (30, Some(&32), Some(&3))
    );
    assert_eq!(store.believed_after(2).expect("reads"), None);
    assert_eq!(
        store.history().expect("reads").len(),
        32,
        "the history stays"
    );
}

#[tokio::test]
async fn a_changed_belief_is_noticed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.db");
    runs(&path, "a").await;
    let connection = rusqlite::Connection::open(&path).expect("opens");
    connection
        .execute("UPDATE belief SET hash = 'another'", [])
        .expect("runs");
    let store = Store::open(&path).expect("opens");
    assert!(matches!(
        store.believed_after(1),
        Err(StoreError::Damaged { .. })
    ));
}

#[tokio::test]
async fn a_damaged_state_can_be_replaced_and_keeps_its_history() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.db");
    let good = runs(&path, "a").await;
    let connection = rusqlite::Connection::open(&path).expect("opens");
    connection
        .execute("UPDATE snapshot SET hash = 'another'", [])
        .expect("runs");
    let mut store = Store::open(&path).expect("opens");
    assert!(matches!(
        store.load("s", "dev"),
        Err(StoreError::Damaged { .. })
    ));
    let held = Store::open(&path).expect("opens");
    let elsewhere = Holder {
        host: "elsewhere".to_owned(),
        ..Holder::this_process()
    };
    lease_of(&path, &elsewhere);
    assert!(matches!(
        store.replace(&Holder::this_process(), &good),
        Err(StoreError::Held { .. })
    ));
    connection.execute("DELETE FROM lease", []).expect("runs");
    drop(held);
    store
        .replace(&Holder::this_process(), &good)
        .expect("nobody has it");
    assert_eq!(store.load("s", "dev").expect("loads"), good);
    let after = runs(&path, "b").await;
    assert_eq!(store.load("s", "dev").expect("loads"), after);
    assert_eq!(store.history().expect("reads").len(), 2);
}

#[tokio::test]
async fn a_state_of_format_1_is_brought_up_to_date_before_anything_newer_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.db");
    drop(Store::open(&path).expect("opens"));
    let text = include_str!("../../tests/fixtures/snapshot-1.json");
    let text = text.trim();
    let hash = windlass::canonical::hex(&sha2::Digest::finalize(sha2::Digest::chain_update(
        <sha2::Sha256 as sha2::Digest>::new(),
        text,
    )));
    let connection = rusqlite::Connection::open(&path).expect("opens");
    let sequence =
        serde_json::from_str::<serde_json::Value>(text).expect("JSON")["sequence"].as_u64();
    connection
        .execute(
            "INSERT INTO snapshot (one, format, sequence, text, hash) VALUES (1, 1, ?1, ?2, ?3)",
            rusqlite::params![sequence.expect("a number"), text, hash],
        )
        .expect("runs");
    let format = || -> u32 {
        let query = "SELECT format FROM snapshot";
        connection
            .query_row(query, [], |row| row.get(0))
            .expect("runs")
    };
    let store = Store::open(&path).expect("opens");
    let loaded = store.load("shop", "dev").expect("an older format is read");
    loaded.verify().expect("it holds together");
    assert_eq!(format(), 1, "reading changes nothing");
    drop(
        store
            .hold(&Holder::this_process(), "shop", "dev")
            .expect("free"),
    );
    assert_eq!(format(), windlass_state::snapshot::FORMAT);
}
