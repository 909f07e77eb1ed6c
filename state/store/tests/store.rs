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

#[test]
fn a_dead_holder_is_taken_over_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.db");
    let mut child = std::process::Command::new("true").spawn().expect("runs");
    child.wait().expect("ends");
    let dead = Holder {
        pid: child.id(),
        ..Holder::this_process()
    };
    let abandoned = Store::open(&path)
        .expect("opens")
        .hold(&dead, "s", "dev")
        .expect("free");
    // A killed process gives nothing back.
    std::mem::forget(abandoned);
    assert!(
        Store::open(&path)
            .expect("opens")
            .hold(&Holder::this_process(), "s", "dev")
            .is_ok()
    );
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
