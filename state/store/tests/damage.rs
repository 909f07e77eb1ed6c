//! Damage: files of a state that were changed or cut off, at 100 seeded places. The store notices the damage, or the damage is harmless. The store
//! never panics and is never silently wrong, and the repair works. (The other 100 places are in objects.)

use std::path::Path;

use jiff::Timestamp;
use windlass_state::identity::RunId;
use windlass_state::journal::Journal;
use windlass_state::record::{Operation, Record, RunFinished, RunResult, RunStarted};
use windlass_store::{Access, Holder, Location, Store, StoreError};

const PLACES: u64 = 100;
const FILES: [&str; 4] = ["dev.db", "dev.db-wal", "dev.db.head", "dev.db.backup"];

async fn open(folder: &Path) -> Store {
    let location = Location::file(&folder.join("dev.db"), "s", "dev");
    Store::open(&location, &Access::default())
        .await
        .expect("opens")
}

fn run(name: &str) -> Vec<Record> {
    vec![
        Record::RunStarted(RunStarted {
            run: RunId(name.to_owned()),
            operation: Operation::Up,
            at: Timestamp::UNIX_EPOCH,
            who: "test@host".to_owned(),
            document: "d".repeat(500),
            plan: String::new(),
            summary: "1 to create".to_owned(),
            changes: Vec::new(),
            written_by: String::new(),
            why: None,
            decision: None,
        }),
        Record::RunFinished(RunFinished {
            run: RunId(name.to_owned()),
            at: Timestamp::UNIX_EPOCH,
            result: RunResult::Done,
            failures: Vec::new(),
            verdicts: Vec::new(),
        }),
    ]
}

/// Copies the files while a writer has them open. A killed run leaves them in this condition.
async fn lived_in(folder: &Path) {
    let alive = tempfile::tempdir().expect("a folder");
    let (held, mut snapshot) = open(alive.path())
        .await
        .hold(&Holder::this_process())
        .await
        .expect("free");
    for name in ["one", "two", "three"] {
        let records = run(name);
        for record in &records {
            snapshot.apply(record).expect("fits");
        }
        held.append(records).await.expect("kept");
        if name != "three" {
            held.checkpoint(&snapshot).await.expect("kept");
        }
    }
    copy(alive.path(), folder);
    held.release().await;
}

fn copy(from: &Path, to: &Path) {
    for name in FILES.iter().chain(&["dev.lock"]) {
        std::fs::copy(from.join(name), to.join(name)).expect("copied");
    }
}

/// Spreads a seed over a range.
fn spread(seed: u64, below: usize) -> usize {
    let mixed = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 17;
    usize::try_from(mixed).expect("a 64-bit machine") % below.max(1)
}

fn damage(file: &Path, seed: u64) {
    let mut bytes = std::fs::read(file).expect("read");
    let at = spread(seed, bytes.len());
    if seed.is_multiple_of(4) {
        bytes.truncate(at);
    } else {
        bytes[at] ^= 1 << (seed % 8);
    }
    std::fs::write(file, bytes).expect("written");
}

#[tokio::test]
async fn damage_is_noticed_or_harmless_and_the_way_back_works() {
    let whole = tempfile::tempdir().expect("a folder");
    lived_in(whole.path()).await;
    let sound = tempfile::tempdir().expect("a folder");
    copy(whole.path(), sound.path());
    let sound = open(sound.path()).await;
    let (snapshot, history) = (
        sound.load().await.expect("sound"),
        sound.history().await.expect("sound"),
    );
    let (mut noticed, mut waited) = (0, 0);
    for seed in 0..PLACES {
        let folder = tempfile::tempdir().expect("a folder");
        copy(whole.path(), folder.path());
        let file = FILES[[0, 0, 0, 1, 1, 1, 2, 3][spread(seed * 5, 8)]];
        damage(&folder.path().join(file), seed);
        let store = open(folder.path()).await;
        let read = async { Ok((store.state().await?, store.history().await?)) };
        match read.await {
            Ok((state, found)) => {
                assert_eq!(state.as_ref(), Some(&snapshot), "seed {seed}: {file}");
                assert_eq!(found, history, "seed {seed}: {file}");
            }
            Err(StoreError::Damaged { .. }) => {
                noticed += 1;
                let good = store.last_good().await.expect("reads").expect("a belief");
                good.snapshot.verify().expect("it holds together");
                assert!(good.snapshot.sequence > snapshot.sequence);
                match store.repair(&good, &Holder::this_process()).await {
                    Ok(_) => {}
                    // The lost part contains the mark that proves the holder's death, so the holder's lease has to expire first.
                    Err(StoreError::Held { .. }) => {
                        waited += 1;
                        continue;
                    }
                    Err(error) => panic!("seed {seed}: {file}: {error}"),
                }
                assert_eq!(store.load().await.expect("repaired"), good.snapshot);
                let held = store.hold(&Holder::this_process()).await;
                let (held, _) = held.expect("it goes on");
                held.append(run("after")).await.expect("it goes on");
            }
            Err(error) => panic!("seed {seed}: {file}: {error:?}"),
        }
    }
    assert!(
        noticed > PLACES / 5,
        "{noticed} of {PLACES} hit something that matters"
    );
    assert!(
        waited * 2 < noticed,
        "{waited} of {noticed} wait for a lease"
    );
}
