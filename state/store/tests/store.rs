//! The store keeps what it was told, notices damage, and has one writer.

use jiff::Timestamp;
use windlass_state::identity::RunId;
use windlass_state::journal::Journal;
use windlass_state::record::{Operation, Record, RunFinished, RunResult, RunStarted};
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
    })
}

fn finished(run: &str) -> Record {
    Record::RunFinished(RunFinished {
        run: RunId(run.to_owned()),
        at: Timestamp::UNIX_EPOCH,
        result: RunResult::Done,
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
