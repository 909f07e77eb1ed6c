//! Crash tests: the process dies at every call and every journal write. The next run converges, loses nothing, makes nothing twice, and asks no
//! question. Two thirds of the moments have faults: lags, or last calls that arrive late.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use windlass::Stack;
use windlass::address::Address;
use windlass::request::Request;
use windlass::stack::Result;
use windlass_tests::cloud::kinds::{NETWORK, REVISION, SERVICE};
use windlass_tests::cloud::platform::{network, platform, revision, service};
use windlass_tests::cloud::{Program, Universe, refused};

use crate::weather::weather;

/// After this time every late call has arrived and shows.
pub(crate) const LANDED: Duration = Duration::from_secs(600);

/// Dies at every moment of a run and runs again: every history ends in the same world.
fn dies_everywhere(what: &str, before: Option<&Program>, to: Option<&Program>) {
    let universe = Universe::default();
    let (moments, expected) = block_on(async {
        if let Some(before) = before {
            assert_eq!(refused(&universe.up(before).await), [""; 0]);
        }
        let universe = universe.fork();
        let ran = universe.mortal(to, None).await.expect("it lives");
        assert_eq!(refused(&ran.expect("it is planned")), [""; 0]);
        (universe.life.moments(), picture(&universe))
    });
    assert!(moments > 10, "only {moments} moments");
    let next = AtomicU64::new(0);
    let work = || {
        while let Some(last) = Some(next.fetch_add(1, Ordering::SeqCst)).filter(|n| *n < moments) {
            block_on(async {
                let universe = universe.fork();
                dies_once(&universe, to, last).await;
                let mut picture = picture(&universe);
                let mut expected = expected.clone();
                // The message names only the properties that differ.
                picture.retain(|address, is| {
                    expected.get(address) != Some(is) || expected.remove(address).is_none()
                });
                assert_eq!(picture, expected, "after death at moment {last}");
            });
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZeroUsize::get) {
            scope.spawn(work);
        }
    });
    println!("{what}: died at {moments} moments");
}

/// What exists. Identifiers within texts, as scalable targets have them, depend on the order in which resources were made. That order differs with
/// other faults.
fn picture(universe: &Universe) -> BTreeMap<Address, String> {
    let picture = universe.cloud.world().picture().into_iter();
    let unnumbered = |text: String| {
        let mut parts = text.split("sim-service-");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| {
            text + "sim-service-" + part.trim_start_matches(|digit: char| digit.is_ascii_hexdigit())
        })
    };
    picture
        .map(|(address, is)| (address, unnumbered(format!("{is:?}"))))
        .collect()
}

async fn dies_once(universe: &Universe, to: Option<&Program>, last: u64) {
    let faults = weather(last);
    universe.cloud.set_faults(faults.clone());
    let ran = universe.mortal(to, Some(last)).await;
    assert!(ran.is_none(), "moment {last} never came");
    if faults.late.is_some() {
        // A call can arrive at the end of the window, and show only after it. The run after that one finds what it made.
        let ran = universe.mortal(to, None).await.expect("it lives");
        ran.expect("it is planned");
        universe.clock.pass(LANDED);
    }
    let ran = universe.mortal(to, None).await.expect("it lives");
    let ran = ran.expect("it is planned");
    assert_eq!(refused(&ran), [""; 0], "after death at moment {last}");
    universe.assert_nothing_lost();
    if let Some(to) = to {
        let preview = universe.preview(to).await;
        assert!(
            preview.is_empty(),
            "after death at moment {last}: {:#?}",
            preview.changes
        );
    }
}

pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(work)
}

/// A stack of this workspace as its own program declares it.
pub(crate) fn declared(
    name: &str,
    stack: fn(&mut Stack) -> Result,
    settings: &[(&str, &str)],
) -> Program {
    let request = settings
        .iter()
        .fold(Request::offline("us-east-1"), |request, (key, value)| {
            request.set(*key, *value)
        });
    let document = Stack::test(name, stack, request);
    assert_eq!(document.problems, []);
    document.into()
}

pub(crate) fn storefront(settings: &[(&str, &str)]) -> Program {
    declared("storefront", storefront::stack, settings)
}

pub(crate) fn gpu_workers(settings: &[(&str, &str)]) -> Program {
    declared("gpu-workers", gpu_workers::stack, settings)
}

#[test]
fn the_storefronts_up_survives_death_at_every_moment() {
    dies_everywhere("storefront, up", None, Some(&storefront(&[])));
}

#[test]
fn a_release_of_the_storefront_survives_death_at_every_moment() {
    let release = storefront(&[("release", "1.5.0"), ("tasks", "3")]);
    dies_everywhere(
        "storefront, release",
        Some(&storefront(&[])),
        Some(&release),
    );
}

#[test]
fn the_storefronts_destroy_survives_death_at_every_moment() {
    dies_everywhere("storefront, destroy", Some(&storefront(&[])), None);
}

#[test]
fn the_gpu_workers_survive_death_at_every_moment() {
    let few = gpu_workers(&[]);
    dies_everywhere("gpu-workers, up", None, Some(&few));
    let more = gpu_workers(&[("workers", "5")]);
    dies_everywhere("gpu-workers, more workers", Some(&few), Some(&more));
    dies_everywhere("gpu-workers, destroy", Some(&few), None);
}

#[test]
fn an_up_survives_death_at_every_moment() {
    dies_everywhere("platform, up", None, Some(&platform()));
}

#[test]
fn an_update_survives_death_at_every_moment() {
    let edited = platform().with("service", SERVICE, service(3)).with(
        "revision",
        REVISION,
        revision("app:2"),
    );
    dies_everywhere("platform, update", Some(&platform()), Some(&edited));
}

#[test]
fn a_replacement_survives_death_at_every_moment() {
    let edited = platform().with("network", NETWORK, network("10.9.0.0/16"));
    dies_everywhere("platform, replacement", Some(&platform()), Some(&edited));
}

#[test]
fn a_destroy_survives_death_at_every_moment() {
    dies_everywhere("platform, destroy", Some(&platform()), None);
}

#[tokio::test]
async fn death_again_and_again_in_one_recovery() {
    let universe = Universe::default();
    for last in (5..).step_by(3) {
        universe.cloud.set_faults(weather(last));
        match universe.mortal(Some(&platform()), Some(last)).await {
            None => continue,
            Some(ran) => {
                assert_eq!(refused(&ran.expect("it is planned")), [""; 0]);
                break;
            }
        }
    }
    universe.assert_nothing_lost();
    assert!(universe.preview(&platform()).await.is_empty());
}

#[tokio::test]
async fn a_change_of_mind_after_death_is_followed() {
    // The second program has another value for a property that the first run may have sent.
    let edited = platform().with("network", NETWORK, {
        let mut spec = network("10.0.0.0/16");
        spec["Secretive"] = "other".into();
        spec
    });
    let moments = {
        let universe = Universe::default();
        universe.up(&platform()).await;
        universe
            .mortal(Some(&edited), None)
            .await
            .expect("it lives")
            .expect("it is planned");
        universe.life.moments()
    };
    for last in 0..moments {
        let universe = Universe::default();
        universe.cloud.set_faults(weather(last));
        universe.up(&platform()).await;
        universe.mortal(Some(&edited), Some(last)).await;
        universe.up(&platform()).await;
        let world = universe.cloud.world();
        let (_, network) = world.at("network").expect("one network");
        // AWS never returns this property, so Windlass can correct it only by what it recorded.
        assert_eq!(
            network.properties["Secretive"], "s",
            "after death at moment {last}"
        );
    }
}
