//! Objects that were changed or cut off, at 100 seeded places: the damage is noticed or harmless, never silently wrong; and repair works.

use std::sync::Arc;

use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use windlass_state::journal::Journal;

use super::{TERM, finished, run, someone, started, store};
use crate::error::StoreError;
use crate::state::State;

const PLACES: u64 = 100;

/// A state with earlier snapshots, and a journal after its last snapshot, as a killed run leaves it.
async fn lived_in() -> (Arc<InMemory>, State) {
    let memory = Arc::<InMemory>::default();
    let store = store(&memory).await;
    for name in ["one", "two", "three"] {
        run(&store, name).await;
    }
    let (held, _) = store.hold(&someone("four")).await.expect("free");
    held.append(vec![started("four")]).await.expect("kept");
    held.append(vec![finished("four"), started("five")])
        .await
        .expect("kept");
    held.release().await;
    let state = store.read().await.expect("sound").expect("there");
    (memory, state)
}

async fn copy(memory: &InMemory) -> (Arc<InMemory>, Vec<Path>) {
    let copy = Arc::<InMemory>::default();
    let mut paths = Vec::new();
    let metas: Vec<_> = futures::StreamExt::collect(memory.list(None)).await;
    for meta in metas {
        let path = meta.expect("listed").location;
        let bytes = memory.get(&path).await.expect("there").bytes().await;
        let payload = PutPayload::from_bytes(bytes.expect("read"));
        copy.put(&path, payload).await.expect("put");
        paths.push(path);
    }
    paths.sort();
    (copy, paths)
}

/// Spreads a seed over a range.
fn spread(seed: u64, below: usize) -> usize {
    let mixed = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 17;
    usize::try_from(mixed).expect("a 64-bit machine") % below.max(1)
}

fn damage(bytes: &[u8], seed: u64) -> Vec<u8> {
    let at = spread(seed, bytes.len());
    if seed.is_multiple_of(3) {
        return bytes[..at].to_vec();
    }
    let mut bytes = bytes.to_vec();
    bytes[at] ^= 1 << (seed % 8);
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_is_noticed_or_harmless_and_the_way_back_works() {
    let (whole, sound) = lived_in().await;
    let mut noticed = 0;
    for seed in 0..PLACES {
        let (memory, paths) = copy(&whole).await;
        let at = usize::try_from(seed).expect("a 64-bit machine");
        let path = &paths[at % paths.len()];
        let bytes = memory.get(path).await.expect("there").bytes().await;
        let bytes = damage(&bytes.expect("read"), seed);
        memory
            .put(path, PutPayload::from(bytes))
            .await
            .expect("put");
        let store = store(&memory).await;
        match store.read().await {
            Ok(state) => assert_eq!(state.as_ref(), Some(&sound), "seed {seed}: {path}"),
            Err(StoreError::Damaged { .. }) => {
                noticed += 1;
                let good = store.last_good().await.expect("reads").expect("a belief");
                assert!(good.snapshot.sequence > sound.snapshot.sequence);
                good.snapshot.verify().expect("it holds together");
                let repaired = store.repair(&good, &someone("mender")).await;
                repaired.unwrap_or_else(|error| panic!("seed {seed}: {path}: {error}"));
                let after = store.load().await;
                let after = after.unwrap_or_else(|error| panic!("seed {seed}: {path}: {error}"));
                assert_eq!(after, good.snapshot, "seed {seed}: {path}");
                run(&store, "after").await;
            }
            Err(error) => panic!("seed {seed}: {path}: {error}"),
        }
    }
    assert!(
        noticed > PLACES / 4,
        "{noticed} of {PLACES} hit something that matters"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_journal_object_is_noticed() {
    let (whole, _) = lived_in().await;
    let (_, paths) = copy(&whole).await;
    let journal: Vec<_> = paths
        .iter()
        .filter(|path| path.as_ref().contains("/journal/"))
        .collect();
    // The newest journal objects; those before the last snapshot are not needed.
    for path in journal.iter().rev().take(3) {
        let (memory, _) = copy(&whole).await;
        memory.delete(path).await.expect("there");
        let read = store(&memory).await.read().await;
        assert!(
            matches!(read, Err(StoreError::Damaged { .. })),
            "{path}: {read:?}"
        );
    }
}

/// The snapshot before the damaged one leads on, so nothing is lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_snapshot_loses_nothing() {
    let (memory, sound) = lived_in().await;
    let (_, paths) = copy(&memory).await;
    let newest = paths
        .iter()
        .rfind(|path| path.as_ref().contains("/snapshot/"));
    let newest = newest.expect("there is one");
    memory
        .put(newest, PutPayload::from_static(b"nothing"))
        .await
        .expect("put");
    let store = store(&memory).await;
    let good = store.last_good().await.expect("reads").expect("a belief");
    assert_eq!(good.history, sound.history);
    assert!(!good.what.contains("lost"), "{}", good.what);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_lease_holds_nobody_up_for_longer_than_its_term() {
    let (memory, _) = lived_in().await;
    let lease = Path::from("states/shop/dev/lease");
    memory
        .put(&lease, PutPayload::from_static(b"nothing"))
        .await
        .expect("put");
    let store = store(&memory).await;
    assert!(matches!(
        store.hold(&someone("a")).await,
        Err(StoreError::Held { .. })
    ));
    tokio::time::sleep(TERM * 3).await;
    drop(store.hold(&someone("a")).await.expect("its term is over"));
}
