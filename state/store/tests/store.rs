//! The store keeps every record, notices damage, and has one writer at a time.

use std::path::Path;

use jiff::Timestamp;
use windlass_state::identity::RunId;
use windlass_state::journal::{Journal, JournalError};
use windlass_state::record::{
    Operation, Record, RunFinished, RunResult, RunStarted, Settled, Settlement,
};
use windlass_state::snapshot::Snapshot;
use windlass_store::{Access, HeldStore, Holder, Location, Store, StoreError};

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
        written_by: String::new(),
        why: None,
        decision: None,
    })
}

fn finished(run: &str) -> Record {
    Record::RunFinished(RunFinished {
        run: RunId(run.to_owned()),
        at: Timestamp::UNIX_EPOCH,
        result: RunResult::Done,
        failures: Vec::new(),
        verdicts: Vec::new(),
    })
}

async fn open(path: &Path) -> Store {
    let location = Location::file(path, "s", "dev");
    Store::open(&location, &Access::default())
        .await
        .expect("opens")
}

async fn hold(path: &Path, holder: &Holder) -> Result<(HeldStore, Snapshot), StoreError> {
    open(path).await.hold(holder).await
}

async fn hold_free(path: &Path) -> (HeldStore, Snapshot) {
    hold(path, &Holder::this_process()).await.expect("free")
}

fn elsewhere() -> Holder {
    Holder {
        host: "elsewhere".to_owned(),
        ..Holder::this_process()
    }
}

/// A run with a checkpoint at its end.
async fn run(path: &Path, name: &str) -> Snapshot {
    let (held, mut snapshot) = hold_free(path).await;
    for record in [started(name), finished(name)] {
        held.append(vec![record.clone()]).await.expect("kept");
        snapshot.apply(&record).expect("fits");
    }
    held.checkpoint(&snapshot).await.expect("kept");
    held.release().await;
    snapshot
}

#[tokio::test]
async fn what_was_appended_is_there_after_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.db");
    let (held, mut snapshot) = hold_free(&path).await;
    let before = snapshot.clone();
    for record in [started("a"), finished("a")] {
        held.append(vec![record.clone()]).await.expect("kept");
        snapshot.apply(&record).expect("fits");
    }
    // The read happens while the writer still holds the state, as after a kill: there was no checkpoint.
    let store = open(&path).await;
    assert_eq!(store.load().await.expect("loads"), snapshot);
    assert_ne!(before.sequence, snapshot.sequence);
    let history = store.history().await.expect("reads");
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
    assert_eq!(store.load().await.expect("loads"), snapshot);
}

#[test]
fn beginning_at_once_begins_once() {
    for _ in 0..20 {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("dev.db");
        let together = std::sync::Barrier::new(8);
        let begin = || {
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            together.wait();
            let loaded = runtime
                .expect("a runtime")
                .block_on(async { open(&path).await.load().await });
            loaded.expect("begun").lineage
        };
        let lineages: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(begin)).collect();
            let lineages = threads.into_iter().map(|thread| thread.join());
            lineages.map(|lineage| lineage.expect("no panic")).collect()
        });
        assert!(lineages.iter().all(|lineage| *lineage == lineages[0]));
    }
}

#[tokio::test]
async fn there_is_one_writer() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.db");
    let (first, _) = hold_free(&path).await;
    let second = hold(&path, &elsewhere()).await;
    assert!(matches!(second, Err(StoreError::Held { .. })));
    first.release().await;
    drop(hold(&path, &elsewhere()).await.expect("it was given back"));
}

fn lease_of(path: &Path, holder: &Holder, until: i64) {
    let connection = rusqlite::Connection::open(path).expect("opens");
    let row = rusqlite::params![holder.user, holder.host, holder.pid, until];
    let insert = "INSERT INTO lease (user, host, pid, token, since, deadline) VALUES (?1, ?2, ?3, 'other', 0, ?4)";
    connection.execute("DELETE FROM lease", []).expect("runs");
    connection.execute(insert, row).expect("runs");
}

fn soon() -> i64 {
    Timestamp::now().as_millisecond() + 30_000
}

#[tokio::test]
async fn a_dead_holder_of_this_host_is_taken_over_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.db");
    // A killed process leaves its lease and its mark behind, but the system releases its lock.
    drop(hold_free(&path).await);
    let (held, _) = hold_free(&path).await;
    let second = hold(&path, &Holder::this_process()).await;
    assert!(matches!(second, Err(StoreError::Held { .. })));
    drop(held);
}

#[tokio::test]
async fn a_holder_elsewhere_is_believed_until_its_deadline() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.db");
    open(&path).await.load().await.expect("begun");
    lease_of(&path, &elsewhere(), soon());
    let held = hold(&path, &Holder::this_process()).await;
    assert!(matches!(held, Err(StoreError::Held { .. })));
    // No holder could have set such a deadline: it is damage, and holds up no other process.
    lease_of(&path, &elsewhere(), i64::MAX);
    drop(hold_free(&path).await);
}

#[tokio::test]
async fn a_writer_that_was_taken_over_writes_nothing_any_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.db");
    let (held, _) = hold_free(&path).await;
    held.append(vec![started("a")]).await.expect("kept");
    lease_of(&path, &elsewhere(), soon());
    let late = held.append(vec![finished("a")]).await;
    assert!(
        matches!(&late, Err(JournalError::TakenOver { holder }) if holder.contains("elsewhere")),
        "{late:?}"
    );
    assert!(held.held().is_err());
    assert_eq!(open(&path).await.load().await.expect("loads").sequence, 1);
}

#[tokio::test]
async fn a_changed_record_is_noticed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.db");
    let (held, _) = hold_free(&path).await;
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
    let loaded = open(&path).await.load().await;
    assert!(matches!(loaded, Err(StoreError::Damaged { .. })));
}

/// Without its write-ahead log, SQLite continues and reports nothing.
#[tokio::test]
async fn a_lost_write_ahead_log_is_noticed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.db");
    run(&path, "a").await;
    let (held, _) = hold_free(&path).await;
    held.append(vec![started("b")]).await.expect("kept");
    let copy = tempfile::tempdir().expect("a folder");
    for name in ["dev.db", "dev.db.head"] {
        std::fs::copy(folder.path().join(name), copy.path().join(name)).expect("copied");
    }
    drop(held);
    let store = open(&copy.path().join("dev.db")).await;
    let loaded = store.load().await;
    assert!(
        matches!(&loaded, Err(StoreError::Damaged { what, .. }) if what.contains("fell behind")),
        "{loaded:?}"
    );
    let good = store.last_good().await.expect("reads").expect("a belief");
    let aside = store.repair(&good, &Holder::this_process()).await;
    assert!(
        aside
            .expect("repaired")
            .is_some_and(|aside| Path::new(&aside).is_file())
    );
    assert_eq!(store.load().await.expect("loads"), good.snapshot);
}

#[tokio::test]
async fn a_belief_that_would_use_sequences_twice_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.db");
    let first = run(&path, "a").await;
    run(&path, "b").await;
    let store = open(&path).await;
    let refused = store.replace(&Holder::this_process(), &first).await;
    assert!(
        matches!(refused, Err(StoreError::Behind { .. })),
        "{refused:?}"
    );
    let later = Snapshot {
        sequence: 100,
        ..first
    };
    store
        .replace(&Holder::this_process(), &later)
        .await
        .expect("it goes on");
    assert_eq!(store.load().await.expect("loads"), later);
    assert_eq!(store.history().await.expect("reads").len(), 2);
    assert_eq!(run(&path, "c").await.sequence, 102);
}

#[tokio::test]
async fn a_state_moves_with_its_history_and_is_not_gone_on_with_where_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let (from, to) = (folder.path().join("from.db"), folder.path().join("to.db"));
    run(&from, "a").await;
    let me = Holder::this_process();
    windlass_store::migrate(&open(&from).await, &open(&to).await, &me)
        .await
        .expect("moved");
    let (source, target) = (open(&from).await, open(&to).await);
    let copy = source.state().await.expect("it is still readable");
    assert_eq!(copy, Some(target.load().await.expect("loads")));
    assert!(matches!(source.load().await, Err(StoreError::Moved { .. })));
    assert_eq!(
        target.history().await.expect("reads"),
        source.history().await.expect("reads")
    );
    assert!(source.moved().await.expect("reads").is_some());
    assert!(matches!(
        hold(&from, &me).await,
        Err(StoreError::Moved { .. })
    ));
    let again = windlass_store::migrate(&source, &target, &me).await;
    assert!(matches!(again, Err(StoreError::Moved { .. })), "{again:?}");
    // And back again.
    run(&to, "b").await;
    windlass_store::migrate(&target, &source, &me)
        .await
        .expect("moved back");
    assert_eq!(run(&from, "c").await.sequence, 6);
}

#[tokio::test]
async fn a_state_does_not_move_onto_another_or_a_newer_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let (from, to) = (folder.path().join("from.db"), folder.path().join("to.db"));
    run(&from, "a").await;
    run(&to, "b").await;
    let me = Holder::this_process();
    let refused = windlass_store::migrate(&open(&from).await, &open(&to).await, &me).await;
    assert!(
        matches!(&refused, Err(StoreError::Occupied { why, .. }) if why.contains("lineage")),
        "{refused:?}"
    );
    let newer = folder.path().join("newer.db");
    std::fs::copy(&from, &newer).expect("copied");
    run(&newer, "c").await;
    let refused = windlass_store::migrate(&open(&from).await, &open(&newer).await, &me).await;
    assert!(
        matches!(&refused, Err(StoreError::Occupied { why, .. }) if why.contains("newer")),
        "{refused:?}"
    );
    run(&from, "the source is as it was").await;
}

/// A database that the first version wrote: without hashes of the history, earlier beliefs, or files beside it.
#[tokio::test]
async fn a_database_of_format_1_is_still_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.db");
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sqlite-1.db");
    std::fs::copy(fixture, &path).expect("copied");
    let (held, snapshot) = hold_free(&path).await;
    assert_eq!(
        (
            snapshot.sequence,
            snapshot.resources.len(),
            snapshot.open.len()
        ),
        (7, 1, 1)
    );
    snapshot.verify().expect("it holds together");
    held.append(vec![finished("00000000000000bb")])
        .await
        .expect("it goes on");
    held.release().await;
    let store = open(&path).await;
    assert_eq!(store.load().await.expect("loads").sequence, 8);
    let history = store.history().await.expect("reads");
    assert_eq!((history.len(), history[0].finished.is_some()), (2, true));
}

/// A reader beside a writer sees the state at one moment, and no damage.
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_is_not_confused_by_a_writer() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.db");
    let (held, mut snapshot) = hold_free(&path).await;
    let writing = tokio::spawn(async move {
        for index in 0..150 {
            let record = started(&index.to_string());
            held.append(vec![record.clone()]).await.expect("kept");
            snapshot.apply(&record).expect("fits");
            if index % 5 == 0 {
                held.checkpoint(&snapshot).await.expect("kept");
            }
        }
        held.release().await;
    });
    let store = open(&path).await;
    while !writing.is_finished() {
        store.load().await.expect("it is sound at every moment");
    }
    writing.await.expect("written");
    assert_eq!(store.load().await.expect("loads").sequence, 150);
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

/// A complete run in a process of its own, which changes what the state believes.
async fn runs(path: &Path, run: &str) -> Snapshot {
    let (held, mut snapshot) = hold_free(path).await;
    let records = vec![started(run), zones(run, run), finished(run)];
    for record in &records {
        snapshot.apply(record).expect("fits");
    }
    held.append(records).await.expect("kept");
    held.checkpoint(&snapshot).await.expect("kept");
    held.release().await;
    snapshot
}

#[tokio::test]
async fn what_was_believed_after_the_last_runs_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.db");
    let first = runs(&path, "run 1").await;
    let second = runs(&path, "run 2").await;
    let store = open(&path).await;
    assert_eq!(store.beliefs().await.expect("reads"), [2, 1]);
    let after = async |number| store.believed_after(number).await.expect("reads");
    assert_eq!(after(1).await, Some(first));
    assert_eq!(after(2).await, Some(second));
    assert_eq!(after(3).await, None);
    for run in 3..=32 {
        runs(&path, &format!("run {run}")).await;
    }
    let kept = store.beliefs().await.expect("reads");
    assert_eq!(
        (kept.len(), kept.first(), kept.last()),
        (30, Some(&32), Some(&3))
    );
    assert_eq!(after(2).await, None);
    let history = store.history().await.expect("reads");
    assert_eq!(history.len(), 32, "the history stays");
}

#[tokio::test]
async fn the_oldest_operations_are_forgotten() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.db");
    runs(&path, "run 1").await;
    runs(&path, "run 2").await;
    // As if there had been a thousand more runs since the first.
    let rest = "UPDATE history SET number = 1001 WHERE number = 2; UPDATE history_hash SET number = 1001 WHERE number = 2;
        UPDATE sqlite_sequence SET seq = 1001 WHERE name = 'history';";
    let database = rusqlite::Connection::open(&path).expect("opens");
    database.execute_batch(rest).expect("renumbers");
    drop(database);
    runs(&path, "run 3").await;
    let history = open(&path).await.history().await.expect("reads");
    let numbers: Vec<_> = history.iter().map(|entry| entry.number).collect();
    assert_eq!(numbers, [1002, 1001]);
}

/// The snapshot of a later run is not the belief before that run.
#[tokio::test]
async fn a_belief_that_was_not_kept_in_time_is_not_kept_later() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.db");
    let (held, mut snapshot) = hold_free(&path).await;
    let records = vec![started("a"), finished("a"), started("b"), zones("b", "b")];
    for record in &records {
        snapshot.apply(record).expect("fits");
    }
    held.append(records).await.expect("kept");
    held.checkpoint(&snapshot).await.expect("kept");
    held.release().await;
    assert!(open(&path).await.beliefs().await.expect("reads").is_empty());
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
    let believed = open(&path).await.believed_after(1).await;
    assert!(matches!(believed, Err(StoreError::Damaged { .. })));
}

#[tokio::test]
async fn a_damaged_state_can_be_replaced_and_keeps_its_history() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.db");
    let good = runs(&path, "a").await;
    let last = runs(&path, "b").await;
    let connection = rusqlite::Connection::open(&path).expect("opens");
    connection
        .execute("UPDATE snapshot SET hash = 'another'", [])
        .expect("runs");
    let store = open(&path).await;
    let loaded = store.load().await;
    assert!(matches!(loaded, Err(StoreError::Damaged { .. })));
    let me = Holder::this_process();
    lease_of(&path, &elsewhere(), soon());
    let refused = store.replace(&me, &good).await;
    assert!(
        matches!(refused, Err(StoreError::Held { .. })),
        "{refused:?}"
    );
    connection.execute("DELETE FROM lease", []).expect("runs");
    drop(connection);
    store.replace(&me, &good).await.expect("nobody has it");
    let believed = store.load().await.expect("loads");
    assert!(
        believed.sequence > last.sequence,
        "no client token comes twice"
    );
    let sequence = believed.sequence;
    assert_eq!(believed, Snapshot { sequence, ..good });
    let after = runs(&path, "c").await;
    assert_eq!(store.load().await.expect("loads"), after);
    let history = store.history().await.expect("reads");
    let history: Vec<_> = history.iter().map(|entry| entry.number).collect();
    assert_eq!(history, [3, 2, 1]);
}

#[tokio::test]
async fn a_state_of_format_1_is_brought_up_to_date_before_anything_newer_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.db");
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sqlite-1.db");
    std::fs::copy(fixture, &path).expect("copied");
    let format = || -> u32 {
        let connection = rusqlite::Connection::open(&path).expect("opens");
        let query = "SELECT format FROM snapshot";
        connection
            .query_row(query, [], |row| row.get(0))
            .expect("runs")
    };
    let loaded = open(&path).await.load().await;
    let loaded = loaded.expect("an older format is read");
    loaded.verify().expect("it holds together");
    assert_eq!(format(), 1, "reading changes nothing");
    let (held, snapshot) = hold_free(&path).await;
    assert_eq!(snapshot, loaded);
    held.release().await;
    assert_eq!(format(), windlass_state::snapshot::FORMAT);
    assert_eq!(open(&path).await.load().await.expect("loads"), loaded);
}

#[tokio::test]
async fn a_state_of_a_newer_version_says_which_one_and_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.db");
    runs(&path, "a").await;
    let newer = windlass_state::snapshot::FORMAT + 1;
    let connection = rusqlite::Connection::open(&path).expect("opens");
    let text = format!(r#"{{"format":{newer},"new":[],"written_by":"9.9.0"}}"#);
    let text = windlass::canonical::CanonicalJson::of(
        &serde_json::from_str::<serde_json::Value>(&text).expect("JSON"),
    );
    connection
        .execute(
            "UPDATE snapshot SET format = ?1, text = ?2, hash = ?3",
            rusqlite::params![newer, text.as_str(), text.hash()],
        )
        .expect("runs");
    let kept = || -> (String, i64) {
        let query = "SELECT text, (SELECT count(*) FROM lease) FROM snapshot";
        connection
            .query_row(query, [], |row| Ok((row.get(0)?, row.get(1)?)))
            .expect("runs")
    };
    let store = open(&path).await;
    let refused = store.load().await.expect_err("it is newer").to_string();
    assert!(refused.contains("written by Windlass 9.9.0"), "{refused}");
    assert!(refused.contains("nothing was changed"), "{refused}");
    let held = store.hold(&Holder::this_process()).await;
    assert!(matches!(held, Err(StoreError::Newer { .. })), "{held:?}");
    assert_eq!(kept(), (text.as_str().to_owned(), 0));
}

/// The result of another process of this host that tries to hold the state while a run holds it in a file.
async fn tried(path: &Path) -> Result<(), StoreError> {
    let other = Holder {
        pid: 2,
        ..Holder::this_process()
    };
    let (held, _) = open(path).await.hold(&other).await?;
    held.release().await;
    Ok(())
}

#[tokio::test]
async fn a_living_holder_is_not_taken_over_by_another_name_of_its_database() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.db");
    let (held, _) = hold_free(&path).await;
    let elsewhere = tempfile::tempdir().expect("a folder");
    let link = elsewhere.path().join("prod.db");
    std::os::unix::fs::symlink(&path, &link).expect("linked");
    let refused = tried(&link).await;
    assert!(
        matches!(refused, Err(StoreError::Held { .. })),
        "{refused:?}"
    );
    let files = std::fs::read_dir(elsewhere.path()).expect("lists");
    assert_eq!(files.count(), 1, "nothing stands beside the link");
    held.release().await;
    tried(&link).await.expect("free now");
}

#[tokio::test]
async fn a_living_holder_is_not_taken_over_when_its_lock_file_is_deleted() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.db");
    let (held, _) = hold_free(&path).await;
    std::fs::remove_file(folder.path().join("dev.lock")).expect("deleted");
    for _ in 0..2 {
        let refused = tried(&path).await;
        assert!(
            matches!(refused, Err(StoreError::Held { .. })),
            "{refused:?}"
        );
    }
    held.held().expect("it is still ours");
    held.release().await;
    tried(&path).await.expect("free now");
}

#[tokio::test]
async fn a_holder_on_another_machine_of_the_same_name_is_not_dead() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.db");
    let (held, _) = hold_free(&path).await;
    // A disk that several machines mount looks like this: the other machine's lock does not show here.
    let mark = "00000000-0000-0000-0000-000000000000 ffffffffffffffffffffffffffffffff";
    let connection = rusqlite::Connection::open(&path).expect("opens");
    let update = "UPDATE lease_mark SET mark = ?1";
    assert_eq!(connection.execute(update, [mark]).expect("runs"), 1);
    let lock = folder.path().join("dev.lock");
    std::fs::remove_file(&lock).expect("deleted");
    std::fs::write(&lock, mark).expect("written");
    let refused = tried(&path).await;
    assert!(
        matches!(refused, Err(StoreError::Held { .. })),
        "{refused:?}"
    );
    held.release().await;
}
