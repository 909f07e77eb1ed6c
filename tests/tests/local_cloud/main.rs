//! Life-cycle tests of every kind in the catalogue against the local cloud, with its samples. They also list what moto does wrong.
//!
//! Not here: every property in every request (`wire`), and a kill at every call (`engine`). Those need no emulator.

mod blue_green;
mod trim;
mod walk;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::Semaphore;
use windlass_local::{EcsRules, EmbeddedCloud, Home, Moto, OPEN_GAPS, OpenGap, Rules};
use windlass_tests::cloud::samples::catalogue;

use crate::walk::{Findings, walk};

/// How many kinds run at the same time: moto answers one call after another.
const AT_ONCE: usize = 4;
/// No kind takes this long unless it hangs.
const PATIENCE: Duration = Duration::from_secs(150);
/// How long a task stays in each state, in milliseconds.
const STEP: u64 = 20;

/// A local cloud for one test, with this home folder.
async fn cloud(home: &TempDir) -> Arc<EmbeddedCloud> {
    let python = Home::from_environment().expect("a home");
    let cloud = EmbeddedCloud::start(Home::at(home.path()).with_python(python.python()));
    let cloud = cloud.expect("the local cloud starts");
    let ecs = EcsRules {
        step_ms: STEP,
        ..EcsRules::default()
    };
    let rules = Rules {
        ecs,
        ..Rules::default()
    };
    cloud.control().set_rules(&rules).await.expect("rules");
    Arc::new(cloud)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_lives_over_the_wire() {
    let home = tempfile::tempdir().expect("a home");
    let cloud = cloud(&home).await;

    // To work on one kind.
    let only = std::env::var("WINDLASS_KIND").ok();
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut walks = Vec::new();
    for (number, sampled) in (1..).zip(catalogue()) {
        if only
            .as_ref()
            .is_some_and(|only| only != sampled.schema.kind)
        {
            continue;
        }
        let (cloud, places) = (Arc::clone(&cloud), Arc::clone(&places));
        walks.push(tokio::spawn(async move {
            let _place = places.acquire().await.expect("never closed");
            let kind = sampled.schema.kind;
            let walked = tokio::time::timeout(PATIENCE, walk(&cloud, number, &sampled)).await;
            walked.unwrap_or_else(|_| Findings::trouble(format!("{kind} hangs")))
        }));
    }
    let mut all = Findings::default();
    let mut kinds = 0;
    for walk in walks {
        all.merge(walk.await.expect("a walk does not panic"));
        kinds += 1;
    }
    for OpenGap {
        kind,
        path,
        moto,
        why,
    } in OPEN_GAPS
    {
        println!("gap: {kind} {path}: {moto:?}: {why}");
    }
    println!(
        "kinds walked: {kinds}; samples: {}; paths that came back: {} of {}; gaps of moto: {}",
        all.samples,
        all.back.len(),
        all.sent.len(),
        OPEN_GAPS.len()
    );
    let listed: BTreeSet<String> = OPEN_GAPS
        .iter()
        .filter(|gap| gap.moto == Moto::Loses)
        .filter(|gap| only.as_ref().is_none_or(|only| only == gap.kind))
        .map(|gap| format!("{} {}", gap.kind, gap.path))
        .collect();
    let lost = all.lost.iter();
    let unlisted: Vec<_> = lost.filter(|(path, _)| !listed.contains(*path)).collect();
    let closed: Vec<_> = listed
        .iter()
        .filter(|path| !all.lost.contains_key(*path))
        .collect();
    assert!(
        all.troubles.is_empty() && unlisted.is_empty() && closed.is_empty(),
        "troubles:\n{}\n\ngaps that are not listed:\n{unlisted:#?}\n\nlisted gaps that are none:\n{closed:#?}",
        all.troubles.join("\n")
    );
}
