//! Interrupts: Ctrl-C, once and twice.

use windlass_engine::events::{Because, Event};
use windlass_engine::interrupt::interrupt;
use windlass_state::record::RunResult;
use windlass_tests::cloud::platform::platform;
use windlass_tests::cloud::{Universe, refused};

/// Presses Ctrl-C `presses` times as soon as `after` mutating calls have had an effect.
async fn interrupted(
    universe: &Universe,
    after: usize,
    presses: usize,
) -> windlass_tests::cloud::Ran {
    let (user, engine) = interrupt();
    universe.life.begin(None);
    let press = async {
        while universe.cloud.log().len() < after {
            tokio::task::yield_now().await;
        }
        for _ in 0..presses {
            user.press();
        }
    };
    let program = platform();
    let (ran, ()) = tokio::join!(universe.run(Some(&program), engine), press);
    ran.expect("it is planned and recorded")
}

#[tokio::test]
async fn once_lets_what_runs_finish_and_starts_nothing_new() {
    for after in 1..9 {
        let universe = Universe::default();
        let ran = interrupted(&universe, after, 1).await;
        assert_eq!(
            ran.summary.result,
            RunResult::Interrupted,
            "after {after} calls"
        );
        assert_eq!(refused(&ran), [""; 0]);
        assert!(ran.summary.skipped > 0);
        // Nothing is left open: every started step was recorded.
        universe.assert_nothing_lost();
        let told = ran
            .events
            .iter()
            .position(|event| matches!(event, Event::Interrupted { .. }));
        let told = told.expect("it is told");
        let started = |event: &Event| matches!(event, Event::StepStarted { .. });
        assert!(!ran.events[told..].iter().any(started));
        assert!(ran.events.iter().any(|event| matches!(
            event,
            Event::StepSkipped {
                because: Because::Interrupted,
                ..
            }
        )));
        let ran = universe.up(&platform()).await;
        assert_eq!(ran.summary.result, RunResult::Done);
        assert!(universe.preview(&platform()).await.is_empty());
    }
}

#[tokio::test]
async fn twice_leaves_now_and_the_next_run_settles() {
    let mut left_open = false;
    for after in 1..9 {
        let universe = Universe::default();
        let ran = interrupted(&universe, after, 2).await;
        assert_eq!(
            ran.summary.result,
            RunResult::Interrupted,
            "after {after} calls"
        );
        left_open |= !universe.journal.load().open.is_empty();
        let ran = universe.up(&platform()).await;
        assert_eq!(ran.summary.result, RunResult::Done);
        universe.assert_nothing_lost();
        assert!(universe.preview(&platform()).await.is_empty());
    }
    assert!(left_open, "leaving at once never left anything to settle");
}
