//! Tests of the shared keeper over a store in memory, which fails in every way that the keeper must survive.

mod damage;
mod faulty;
mod stale;

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use windlass_state::identity::{IntentId, RunId};
use windlass_state::journal::{Journal, JournalError};
use windlass_state::record::{
    Action, Intent, Operation, Outcome, OutcomeResult, Record, RunFinished, RunResult, RunStarted,
};

use self::faulty::{Fault, Faulty};
use super::Objects;
use crate::encryption::Key;
use crate::error::StoreError;
use crate::holder::Holder;
use crate::leased::HeldStore;
use crate::store::Store;

/// Long enough for a slow machine, short enough to wait for.
const TERM: Duration = Duration::from_secs(3);

async fn store_with(
    objects: Arc<dyn ObjectStore>,
    key: Option<Key>,
    term: Duration,
) -> Result<Store, StoreError> {
    let prefix = Path::from("states/shop/dev");
    let place = "memory://states/shop/dev".to_owned();
    Ok(Store::over(
        Objects::open(objects, prefix, place, key, term).await?,
    ))
}

async fn store(objects: &Arc<InMemory>) -> Store {
    let objects: Arc<dyn ObjectStore> = Arc::clone(objects) as _;
    store_with(objects, None, TERM).await.expect("opens")
}

async fn faulty(objects: &Arc<Faulty>) -> Store {
    let objects: Arc<dyn ObjectStore> = Arc::clone(objects) as _;
    store_with(objects, None, TERM).await.expect("opens")
}

fn someone(name: &str) -> Holder {
    Holder {
        user: name.to_owned(),
        host: "host".to_owned(),
        pid: 1,
    }
}

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

/// A whole run, with a checkpoint at its end.
async fn run(store: &Store, name: &str) {
    let (held, mut snapshot) = store.hold(&someone(name)).await.expect("free");
    for record in [started(name), finished(name)] {
        held.append(vec![record.clone()]).await.expect("kept");
        snapshot.apply(&record).expect("fits");
    }
    held.checkpoint(&snapshot).await.expect("kept");
    held.release().await;
}

async fn sequence(store: &Store) -> u64 {
    store.load().await.expect("loads").sequence
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_appended_is_there_after_a_kill() {
    let objects = Arc::default();
    let store = store(&objects).await;
    let (held, mut snapshot) = store.hold(&someone("a")).await.expect("free");
    for record in [started("a"), finished("a")] {
        held.append(vec![record.clone()]).await.expect("kept");
        snapshot.apply(&record).expect("fits");
    }
    // Read while the writer is open, as after a kill: there is no checkpoint.
    assert_eq!(store.load().await.expect("loads"), snapshot);
    let history = store.history().await.expect("reads");
    assert_eq!(history.len(), 1);
    assert!(history[0].finished.is_some());
    held.checkpoint(&snapshot).await.expect("kept");
    held.append(vec![started("b")]).await.expect("kept");
    snapshot.apply(&started("b")).expect("fits");
    assert_eq!(store.load().await.expect("loads"), snapshot);
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_one_writer_and_its_name_is_told() {
    let objects = Arc::default();
    let store = store(&objects).await;
    let (first, _) = store.hold(&someone("first")).await.expect("free");
    let second = store.hold(&someone("second")).await;
    assert!(
        matches!(&second, Err(StoreError::Held { holder, .. }) if holder.starts_with("first@")),
        "{second:?}"
    );
    first.release().await;
    drop(
        store
            .hold(&someone("second"))
            .await
            .expect("it was given back"),
    );
}

/// A lease as a killed process leaves it.
async fn killed(store: &Store, name: &str) -> HeldStoreLeft {
    let (held, _) = store.hold(&someone(name)).await.expect("free");
    HeldStoreLeft(held)
}

/// Keeps the thread from giving the lease back.
struct HeldStoreLeft(HeldStore);

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_holder_is_taken_over_within_the_term_and_writes_nothing_any_more() {
    let memory = Arc::<InMemory>::default();
    let cut = Arc::new(Faulty::over(Arc::clone(&memory)));
    let dead = killed(&faulty(&cut).await, "dead").await;
    // From now on no put arrives, and no renewal either.
    cut.die();
    let store = store(&memory).await;
    let begun = Instant::now();
    let (held, snapshot) = loop {
        match store.hold(&someone("heir")).await {
            Ok(held) => break held,
            Err(StoreError::Held { .. }) => tokio::time::sleep(TERM / 10).await,
            Err(error) => panic!("{error}"),
        }
    };
    let took = begun.elapsed();
    assert!(took > TERM, "it was taken from a living one after {took:?}");
    assert!(took < TERM + Duration::from_secs(6), "{took:?}");
    assert!(matches!(
        dead.0.held(),
        Err(JournalError::LeaseExpired { .. })
    ));
    assert!(dead.0.append(vec![started("dead")]).await.is_err());
    held.append(vec![started("heir")])
        .await
        .expect("it is the heir's");
    assert_eq!(sequence(&store).await, snapshot.sequence + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_living_holder_is_not_taken_over() {
    let objects = Arc::default();
    let store = store(&objects).await;
    let (held, _) = store.hold(&someone("first")).await.expect("free");
    let until = Instant::now() + TERM * 3;
    while Instant::now() < until {
        let other = store.hold(&someone("second")).await;
        assert!(matches!(other, Err(StoreError::Held { .. })), "{other:?}");
        tokio::time::sleep(TERM / 10).await;
    }
    held.held().expect("it was renewed");
    held.append(vec![started("first")]).await.expect("kept");
}

/// The journal alone fences the writer, whatever the writer thinks of its lease.
#[tokio::test(flavor = "multi_thread")]
async fn a_taken_number_means_that_somebody_else_writes() {
    let memory = Arc::<InMemory>::default();
    let store = store(&memory).await;
    let (first, _) = store.hold(&someone("first")).await.expect("free");
    first.append(vec![started("first")]).await.expect("kept");
    // As if another run had taken the lease over while this one slept.
    let lease = Path::from("states/shop/dev/lease");
    memory.delete(&lease).await.expect("there");
    let (second, _) = store.hold(&someone("second")).await.expect("free");
    let late = first.append(vec![finished("first")]).await;
    assert!(
        matches!(&late, Err(JournalError::TakenOver { holder }) if holder.starts_with("second@")),
        "{late:?}"
    );
    assert!(matches!(first.held(), Err(JournalError::TakenOver { .. })));
    second.append(vec![started("second")]).await.expect("kept");
    let history = store.history().await.expect("reads");
    assert_eq!(history.len(), 2, "nothing of the first came in between");
    assert!(history[1].finished.is_none());
    first.release().await;
    second
        .held()
        .expect("the first gives back only what is its own");
    second.append(vec![finished("second")]).await.expect("kept");
}

/// A put that was sent twice, and one whose answer was lost, both report errors although they succeeded.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_arrived_is_no_failure() {
    for fault in [Fault::AnswerLost, Fault::SentTwice, Fault::NeverArrived] {
        let cut = Arc::new(Faulty::over(Arc::default()));
        let store = faulty(&cut).await;
        let (held, mut snapshot) = store.hold(&someone("a")).await.expect("free");
        for record in [started("a"), finished("a")] {
            cut.next("journal", fault);
            held.append(vec![record.clone()])
                .await
                .unwrap_or_else(|error| panic!("{fault:?}: {error}"));
            snapshot.apply(&record).expect("fits");
        }
        cut.next("snapshot", fault);
        held.checkpoint(&snapshot).await.expect("kept");
        assert_eq!(store.load().await.expect("loads"), snapshot, "{fault:?}");
        held.held().expect("ours");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_arrived_is_no_failure() {
    for fault in [Fault::AnswerLost, Fault::SentTwice] {
        let cut = Arc::new(Faulty::over(Arc::default()));
        let store = faulty(&cut).await;
        store.load().await.expect("begun");
        cut.next("lease", fault);
        let (held, _) = store.hold(&someone("a")).await.expect("it is ours");
        // The first renewal, and the second one after it.
        cut.next("lease", fault);
        tokio::time::sleep(TERM).await;
        held.held()
            .unwrap_or_else(|error| panic!("{fault:?}: {error}"));
        held.release().await;
        drop(store.hold(&someone("b")).await.expect("it was given back"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_store_does_not_cost_the_lease() {
    let cut = Arc::new(Faulty::over(Arc::default()));
    let store = faulty(&cut).await;
    let (held, _) = store.hold(&someone("a")).await.expect("free");
    cut.next("journal", Fault::Slow(TERM + TERM / 2));
    held.append(vec![started("a")]).await.expect("kept, late");
    held.held().expect("renewed while it was written");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_takes_every_write_is_refused() {
    let lax: Arc<dyn ObjectStore> = Arc::new(Faulty::lax());
    let store = store_with(lax, None, TERM).await.expect("opens");
    let refused = store.load().await;
    assert!(
        matches!(refused, Err(StoreError::Unconditional { .. })),
        "{refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn beginning_at_once_begins_once() {
    let objects = Arc::<InMemory>::default();
    let begin = || async { store(&objects).await.load().await.expect("begun").lineage };
    let lineages = futures::future::join_all((0..8).map(|_| begin())).await;
    assert!(lineages.iter().all(|lineage| *lineage == lineages[0]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_covered_is_tidied_away_and_earlier_beliefs_stay() {
    let memory = Arc::<InMemory>::default();
    let store = store(&memory).await;
    for index in 1..=34 {
        run(&store, &format!("run-{index}")).await;
    }
    let keeper = Objects::open(
        Arc::clone(&memory) as _,
        Path::from("states/shop/dev"),
        String::new(),
        None,
        TERM,
    );
    let keeper = keeper.await.expect("opens");
    assert_eq!(
        keeper.snapshot_names().await.expect("lists").len(),
        crate::state::BELIEFS
    );
    // Since the snapshot before the newest one: both names, a fence, and two records.
    assert!(keeper.numbers("journal").await.expect("lists").len() <= 5);
    let history = store.history().await.expect("reads");
    assert_eq!((history.len(), history[0].number), (34, 34));
    let beliefs = store.beliefs().await.expect("reads");
    assert_eq!(beliefs, (5..=34).rev().collect::<Vec<_>>());
    let tenth = store
        .believed_after(10)
        .await
        .expect("reads")
        .expect("kept");
    assert_eq!(tenth.sequence, 20);
    assert_eq!(store.believed_after(1).await.expect("reads"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_state_needs_its_key() {
    let memory = Arc::<InMemory>::default();
    let open = async |key: Option<Key>| {
        let objects: Arc<dyn ObjectStore> = Arc::clone(&memory) as _;
        store_with(objects, key, TERM).await
    };
    let right = || Some(Key::passphrase("correct horse").expect("a key"));
    let store = open(right()).await.expect("opens");
    run(&store, "a").await;
    assert_eq!(
        open(right())
            .await
            .expect("opens")
            .history()
            .await
            .expect("reads")
            .len(),
        1
    );
    let wrong = open(Some(Key::passphrase("battery").expect("a key"))).await;
    assert!(matches!(wrong, Err(StoreError::Sealed { .. })), "{wrong:?}");
    assert!(matches!(open(None).await, Err(StoreError::Sealed { .. })));
    // None of it is readable in the store.
    for number in ["journal/000000000000", "snapshot/000000000000", "lease"] {
        let path = Path::from(format!("states/shop/dev/{number}"));
        let Ok(got) = memory.get(&path).await else {
            continue;
        };
        let bytes = got.bytes().await.expect("read");
        assert!(
            !String::from_utf8_lossy(&bytes).contains("lineage"),
            "{number}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_age_identity_opens_a_state_and_another_does_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let identity = |name: &str| {
        use age::secrecy::ExposeSecret;
        let file = folder.path().join(name);
        let identity = age::x25519::Identity::generate();
        let text = format!("# a key\n{}\n", identity.to_string().expose_secret());
        std::fs::write(&file, text).expect("written");
        Key::identity_file(&file).expect("a key")
    };
    let (right, wrong) = (identity("right"), identity("wrong"));
    let memory = Arc::<InMemory>::default();
    let objects: Arc<dyn ObjectStore> = memory;
    let store = store_with(Arc::clone(&objects), Some(right.clone()), TERM).await;
    run(&store.expect("opens"), "a").await;
    let again = store_with(Arc::clone(&objects), Some(right), TERM).await;
    assert_eq!(sequence(&again.expect("opens")).await, 2);
    let refused = store_with(objects, Some(wrong), TERM).await;
    assert!(
        matches!(&refused, Err(StoreError::Sealed { why, .. }) if why == "the key does not fit"),
        "{refused:?}"
    );
}

/// The store is lost in the middle of a run: this host keeps the later records, and the next run puts them into the store.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_lost_store_did_not_take_is_put_in_by_the_next_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let memory = Arc::<InMemory>::default();
    let cut = Arc::new(Faulty::over(Arc::clone(&memory)));
    let lost = faulty(&cut).await.with_emergency(folder.path());
    let (held, mut snapshot) = lost.hold(&someone("a")).await.expect("free");
    let records = [started("a"), finished("a"), started("b")];
    held.append(vec![records[0].clone()]).await.expect("kept");
    cut.die();
    held.append(vec![records[1].clone()])
        .await
        .expect("kept on this host");
    assert!(held.held().is_err(), "nothing may be sent any more");
    assert!(held.checkpoint(&snapshot).await.is_err());
    held.append(vec![records[2].clone()])
        .await
        .expect("kept on this host");
    drop(held);
    for record in &records {
        snapshot.apply(record).expect("fits");
    }
    let next = store(&memory).await.with_emergency(folder.path());
    assert_eq!(
        next.load().await.expect("loads"),
        snapshot,
        "a preview sees it"
    );
    let (held, found) = hold_when_free(&next).await;
    assert_eq!(found, snapshot);
    held.release().await;
    let plain = store(&memory).await;
    assert_eq!(plain.load().await.expect("loads"), snapshot);
    assert_eq!(std::fs::read_dir(folder.path()).expect("lists").count(), 0);
}

/// The write that seemed lost had arrived, so the next run does not put it in twice.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_store_has_taken_after_all_is_not_put_in_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let memory = Arc::<InMemory>::default();
    let store = store(&memory).await.with_emergency(folder.path());
    let (held, mut snapshot) = store.hold(&someone("a")).await.expect("free");
    let head = held.head().await.expect("known");
    held.append(vec![started("a")]).await.expect("kept");
    held.release().await;
    let path = folder
        .path()
        .join(format!("dev-{}.journal", head.lineage.0));
    let emergency = crate::emergency::Emergency::beside(path, head, &Default::default());
    let records = [started("a"), finished("a")];
    let failure = JournalError::Store("the answer was lost".into());
    emergency
        .open(&records, &failure)
        .expect("kept on this host");
    let (held, found) = store.hold(&someone("b")).await.expect("free");
    for record in &records {
        snapshot.apply(record).expect("fits");
    }
    assert_eq!(found, snapshot);
    held.release().await;
    assert_eq!(store.load().await.expect("loads"), snapshot);
}

/// Another run went on meanwhile, and settled what was open by looking. The records that this host kept are not put in on top of it.
#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_continue_the_state_is_set_aside() {
    let folder = tempfile::tempdir().expect("a folder");
    let memory = Arc::<InMemory>::default();
    let store = store(&memory).await.with_emergency(folder.path());
    let (held, _) = store.hold(&someone("a")).await.expect("free");
    let head = held.head().await.expect("known");
    held.release().await;
    let path = folder
        .path()
        .join(format!("dev-{}.journal", head.lineage.0));
    let emergency = crate::emergency::Emergency::beside(path, head, &Default::default());
    let failure = JournalError::Store("gone".into());
    emergency
        .open(&[started("a")], &failure)
        .expect("kept on this host");
    run(&self::store(&memory).await, "other").await;
    let before = sequence(&store).await;
    let (held, found) = store.hold(&someone("b")).await.expect("free");
    held.release().await;
    assert_eq!((found.sequence, sequence(&store).await), (before, before));
    let files = std::fs::read_dir(folder.path()).expect("lists");
    let names: Vec<_> = files
        .map(|file| file.expect("a file").file_name())
        .collect();
    assert!(
        names[0].to_string_lossy().contains("superseded"),
        "{names:?}"
    );
}

/// A call was under way when another run took the state over and concluded that the call was never sent.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_superseded_run_made_is_told_and_recorded_beside_its_address() {
    let folder = tempfile::tempdir().expect("a folder");
    let memory = Arc::<InMemory>::default();
    let here = store(&memory).await.with_emergency(folder.path());
    let (late, mut snapshot) = here.hold(&someone("late")).await.expect("free");
    let open = intent(&snapshot, "network/vpc");
    late.append(vec![open.clone()]).await.expect("kept");
    snapshot.apply(&open).expect("fits");
    // This run sleeps; another host settles its call, and its lease is lost.
    let lease = Path::from("states/shop/dev/lease");
    memory.delete(&lease).await.expect("there");
    let (other, _) = store(&memory)
        .await
        .hold(&someone("other"))
        .await
        .expect("free");
    let sequence = snapshot.sequence - 1;
    let settled = outcome(sequence, OutcomeResult::NeverSent);
    other.append(vec![settled]).await.expect("kept");
    other.release().await;
    let made = outcome(
        sequence,
        OutcomeResult::Created {
            physical_id: "vpc-1".to_owned(),
            outputs: Default::default(),
            unfinished: Vec::new(),
            since: None,
        },
    );
    late.append(vec![made]).await.expect("kept on this host");
    assert!(late.kept_here().is_some());
    late.release().await;

    // A preview from this host sees it, too.
    let seen = here.load().await.expect("loads");
    let (held, found) = hold_when_free(&here).await;
    assert_eq!(seen, found);
    let superseded = held.superseded().expect("told").clone();
    assert!(superseded.file.is_file());
    let address: windlass::address::Address = "network/vpc.stray-1".parse().expect("valid");
    assert_eq!(superseded.strays[0].1.as_ref(), Some(&address));
    assert_eq!(found.resources[&address].physical_id, "vpc-1");
    found.verify().expect("it holds together");
    held.release().await;
    assert_eq!(here.load().await.expect("loads"), found);
    let (held, again) = hold_when_free(&here).await;
    assert!(held.superseded().is_none(), "told once");
    assert_eq!(again, found);
}

fn intent(snapshot: &windlass_state::snapshot::Snapshot, at: &str) -> Record {
    let nothing = windlass::canonical::CanonicalJson::of(&serde_json::json!({}));
    Record::Intent(Box::new(Intent {
        sequence: snapshot.sequence,
        run: RunId("0".repeat(16)),
        id: IntentId("0".repeat(32)),
        address: at.parse().expect("an address"),
        generation: 0,
        kind: "AWS::EC2::VPC".to_owned(),
        action: Action::Create,
        attempt: 0,
        place: Default::default(),
        physical_id: None,
        template: nothing.clone(),
        spec: nothing,
        depends_on: Vec::new(),
        options: Default::default(),
        at: Timestamp::UNIX_EPOCH,
        aws_time: None,
        request: None,
    }))
}

fn outcome(intent: u64, result: OutcomeResult) -> Record {
    Record::Outcome(Box::new(Outcome {
        intent,
        result,
        at: Timestamp::UNIX_EPOCH,
    }))
}

async fn hold_when_free(store: &Store) -> (HeldStore, windlass_state::snapshot::Snapshot) {
    loop {
        match store.hold(&someone("next")).await {
            Ok(held) => return held,
            Err(StoreError::Held { .. }) => tokio::time::sleep(TERM / 10).await,
            Err(error) => panic!("{error}"),
        }
    }
}

/// The form of the objects in the first version.
#[tokio::test(flavor = "multi_thread")]
async fn objects_of_format_1_are_still_read() {
    let memory = Arc::<InMemory>::default();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/objects-1");
    for name in [
        "journal/000000000000",
        "journal/000000000001",
        "journal/000000000002",
        "snapshot/000000000000",
        "snapshot/000000000002",
        "lease",
    ] {
        let path = Path::from(format!("states/shop/dev/{name}"));
        let bytes = std::fs::read(root.join(path.as_ref())).expect("a fixture");
        memory.put(&path, bytes.into()).await.expect("put");
    }
    let store = store(&memory).await;
    let (held, snapshot) = store.hold(&someone("a")).await.expect("free");
    assert_eq!(
        (
            snapshot.sequence,
            snapshot.resources.len(),
            snapshot.open.len()
        ),
        (7, 1, 1)
    );
    snapshot.verify().expect("it holds together");
    assert_eq!(store.history().await.expect("reads").len(), 2);
    assert_eq!(store.beliefs().await.expect("reads"), [1]);
    // The state was brought up to date before anything newer is written.
    let objects = objects_in(&memory).await;
    let put_when_held =
        |(path, _): &&(Path, bytes::Bytes)| path.as_ref().contains("snapshot/000000000004-");
    let (_, newest) = objects
        .iter()
        .find(put_when_held)
        .expect("put when it was held");
    let kept: super::form::Kept = super::form::read(newest, None).expect("sound");
    assert_eq!(kept.snapshot.format, windlass_state::snapshot::FORMAT);
    held.append(vec![finished("00000000000000bb")])
        .await
        .expect("it goes on");
}

/// Every object, by path, with its content.
async fn objects_in(memory: &InMemory) -> Vec<(Path, bytes::Bytes)> {
    use futures::TryStreamExt as _;
    let listed: Vec<_> = memory.list(None).try_collect().await.expect("listed");
    let mut objects = Vec::new();
    for meta in listed {
        let got = memory.get(&meta.location).await.expect("there");
        objects.push((meta.location, got.bytes().await.expect("read")));
    }
    objects
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_of_a_newer_version_is_refused_as_such() {
    let memory = Arc::<InMemory>::default();
    let first = store(&memory).await;
    first.load().await.expect("begun");
    let path = Path::from("states/shop/dev/snapshot/000000000000");
    let bytes = memory.get(&path).await.expect("there").bytes().await;
    let mut kept: super::form::Kept =
        super::form::read(&bytes.expect("read"), None).expect("sound");
    kept.snapshot.format += 1;
    kept.snapshot.written_by = "9.9.0".to_owned();
    let newer = super::form::write(&kept, None).expect("written");
    memory.put(&path, newer.into()).await.expect("put");
    let loaded = first.load().await;
    assert!(
        matches!(&loaded, Err(StoreError::Newer { found, known, .. }) if *found == known + 1),
        "{loaded:?}"
    );
    let said = loaded.expect_err("it is newer").to_string();
    assert!(said.contains("written by Windlass 9.9.0"), "{said}");
    let objects = objects_in(&memory).await;
    let held = first.hold(&someone("b")).await;
    assert!(matches!(held, Err(StoreError::Newer { .. })));
    assert_eq!(objects_in(&memory).await, objects, "nothing was changed");
}
