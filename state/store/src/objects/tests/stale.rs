//! A snapshot of a dead writer arrives while another writer works: it must not count.

use std::sync::Arc;

use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use windlass_state::identity::Lineage;
use windlass_state::journal::Journal;
use windlass_state::snapshot::Snapshot;

use super::super::form::{self, Kept};
use super::super::snapshots::Name;
use super::{Objects, TERM, finished, objects_in, run, someone, started, store};
use crate::chain::Head;

/// A snapshot as `state import` would have put it, under a name.
async fn arrives(memory: &InMemory, name: &str, number: u64, belief: &Snapshot) {
    let kept = Kept {
        format: form::FORMAT,
        number,
        head: Head::of(belief),
        snapshot: belief.clone(),
        history: Vec::new(),
        earlier: Vec::new(),
    };
    let bytes = form::write(&kept, None).expect("written");
    let path = Path::from(format!("states/shop/dev/snapshot/{name}"));
    memory.put(&path, bytes.into()).await.expect("put");
}

/// The next number of the journal.
async fn next(memory: &Arc<InMemory>) -> u64 {
    let objects: Arc<dyn ObjectStore> = Arc::clone(memory) as _;
    let prefix = Path::from("states/shop/dev");
    let opened = Objects::open(objects, prefix, String::new(), None, TERM).await;
    let found = opened.expect("opens").find().await.expect("sound");
    found.expect("there").number
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_snapshot_of_a_dead_writer_counts_for_nothing() {
    // Under the writer's own name, and under the name that the first version gave it.
    for plain in [false, true] {
        for ahead in 0..3 {
            let memory = Arc::<InMemory>::default();
            let store = store(&memory).await;
            run(&store, "first").await;
            let (held, mut snapshot) = store.hold(&someone("b")).await.expect("free");
            let number = next(&memory).await + ahead;
            let name = match plain {
                true => format!("{number:012}"),
                false => Name::by(number, "feedfeedfeedfeedfeed").to_string(),
            };
            let mut belief = snapshot.clone();
            belief.sequence += 50;
            belief.lineage = Lineage("f".repeat(32));
            arrives(&memory, &name, number, &belief).await;
            for record in [started("b"), finished("b")] {
                held.append(vec![record.clone()]).await.expect("kept");
                snapshot.apply(&record).expect("fits");
                assert_eq!(store.load().await.expect("sound"), snapshot, "{name}");
            }
            // B is killed before its checkpoint; the next run continues in spite of that.
            drop(held);
            let (held, found) = store.hold(&someone("c")).await.expect("free");
            assert_eq!(found, snapshot, "{name}");
            held.checkpoint(&snapshot).await.expect("kept");
            held.release().await;
            assert_eq!(store.load().await.expect("sound"), snapshot, "{name}");
            assert_eq!(store.beliefs().await.expect("reads"), [2, 1], "{name}");
            let left = objects_in(&memory).await;
            let left = left
                .iter()
                .any(|(path, _)| path.as_ref().ends_with(&format!("snapshot/{name}")));
            assert!(!left, "{name} is tidied away once its number is taken");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_belief_that_replaces_all_counts_at_once() {
    let memory = Arc::<InMemory>::default();
    let store = store(&memory).await;
    run(&store, "first").await;
    let mut belief = store.load().await.expect("loads");
    belief.sequence += 7;
    store.replace(&someone("b"), &belief).await.expect("free");
    assert_eq!(store.load().await.expect("sound"), belief);
    run(&store, "second").await;
    let after = store.load().await.expect("sound");
    assert_eq!(after.sequence, belief.sequence + 2);
}
