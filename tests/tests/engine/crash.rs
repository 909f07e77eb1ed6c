//! Death at every call and every journal write: the next run converges, with nothing lost, nothing twice, and no question asked.

use windlass_tests::cloud::kinds::{NETWORK, REVISION, SERVICE};
use windlass_tests::cloud::platform::{network, platform, revision, service};
use windlass_tests::cloud::{Program, Universe, refused};

/// Dies at every moment of a run and runs again: every history ends in the same world.
async fn dies_everywhere(before: Option<&Program>, to: Option<&Program>) {
    let (moments, expected) = {
        let universe = Universe::default();
        if let Some(before) = before {
            universe.up(before).await;
        }
        let ran = universe.mortal(to, None).await.expect("it lives");
        assert_eq!(refused(&ran.expect("it is planned")), [""; 0]);
        (universe.life.moments(), universe.cloud.world().picture())
    };
    assert!(moments > 10, "only {moments} moments");
    for last in 0..moments {
        let universe = Universe::default();
        if let Some(before) = before {
            universe.up(before).await;
        }
        let ran = universe.mortal(to, Some(last)).await;
        assert!(ran.is_none(), "moment {last} never came");
        let ran = universe
            .mortal(to, None)
            .await
            .expect("it lives")
            .expect("it is planned");
        assert_eq!(refused(&ran), [""; 0], "after death at moment {last}");
        universe.assert_nothing_lost();
        assert_eq!(
            universe.cloud.world().picture(),
            expected,
            "after death at moment {last}"
        );
        if let Some(to) = to {
            let preview = universe.preview(to).await;
            assert!(
                preview.is_empty(),
                "after death at moment {last}: {:#?}",
                preview.changes
            );
        }
    }
}

#[tokio::test]
async fn an_up_survives_death_at_every_moment() {
    dies_everywhere(None, Some(&platform())).await;
}

#[tokio::test]
async fn an_update_survives_death_at_every_moment() {
    let edited = platform().with("service", SERVICE, service(3)).with(
        "revision",
        REVISION,
        revision("app:2"),
    );
    dies_everywhere(Some(&platform()), Some(&edited)).await;
}

#[tokio::test]
async fn a_replacement_survives_death_at_every_moment() {
    let edited = platform().with("network", NETWORK, network("10.9.0.0/16"));
    dies_everywhere(Some(&platform()), Some(&edited)).await;
}

#[tokio::test]
async fn a_destroy_survives_death_at_every_moment() {
    dies_everywhere(Some(&platform()), None).await;
}

#[tokio::test]
async fn death_again_and_again_in_one_recovery() {
    let universe = Universe::default();
    for last in (5..).step_by(3) {
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
    // The second program says something else about what the first one may or may not have sent.
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
        universe.up(&platform()).await;
        universe.mortal(Some(&edited), Some(last)).await;
        universe.up(&platform()).await;
        let world = universe.cloud.world();
        let (_, network) = world.at("network").expect("one network");
        // AWS never returns this property, so only what the engine knows can put it right.
        assert_eq!(
            network.properties["Secretive"], "s",
            "after death at moment {last}"
        );
    }
}
