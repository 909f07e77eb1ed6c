//! Plays a story, and judges the world after every run that reports success.
//!
//! Not here: what the world must be (`judge`).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::SignedDuration;
use windlass::address::Address;
use windlass_engine::clock::Clock;
use windlass_engine::interrupt::Interrupt;
use windlass_engine::session::SessionError;
use windlass_state::record::RunResult;

use crate::cloud::kinds::schema;
use crate::cloud::{Faults, Landing, Program, Ran, Universe, drive, refused, visible_within};

use super::act::{Act, Story};
use super::draft::Draft;
use super::judge::{Excuses, judge};

/// The result of a story.
#[derive(Debug)]
pub struct Told {
    /// Every call, effect and end of a run, in order and with its time.
    pub log: Vec<String>,
    /// What went wrong. Empty if all is well.
    pub wrong: Vec<String>,
}

/// Plays a story from beginning to end, on this thread alone.
pub fn tell(story: &Story) -> Told {
    let universe = Universe::new(story.seed);
    universe.cloud.set_faults(story.weather.faults());
    let stage = Stage {
        universe,
        story,
        begins: Mutex::default(),
    };
    let played = catch_unwind(AssertUnwindSafe(|| {
        drive(&stage.universe.clock, stage.play())
    }));
    let wrong = match played {
        Ok(Some(wrong)) => wrong,
        Ok(None) => vec!["everybody waits for something that never comes".to_owned()],
        Err(panic) => vec![format!("a panic: {}", words(&*panic))],
    };
    let mut log = stage.universe.cloud.trace();
    log.extend(
        stage
            .universe
            .cloud
            .world()
            .picture()
            .into_iter()
            .map(|(address, things)| format!("{address}: {things:?}")),
    );
    Told { log, wrong }
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    text.unwrap_or_else(|| "without a word".to_owned())
}

struct Stage<'s> {
    universe: Universe,
    story: &'s Story,
    /// When each run began to read the world.
    begins: Mutex<Vec<Duration>>,
}

/// How a run ended.
enum End {
    /// With exit code 0.
    Done,
    /// With a failure: the reported texts.
    Failed(Vec<String>),
    /// Before the run did anything: the plan was refused.
    Refused,
    /// By a kill.
    Killed,
}

/// What one run has to do.
#[derive(Clone, Copy)]
enum Errand<'e> {
    Up(&'e Draft),
    Replace(&'e Draft, &'static str),
    Destroy,
    Refresh,
}

impl<'e> Errand<'e> {
    fn of(act: &'e Act) -> Option<Self> {
        match act {
            Act::Up(draft) => Some(Self::Up(draft)),
            Act::Replace(draft, address) => Some(Self::Replace(draft, address)),
            Act::Destroy => Some(Self::Destroy),
            Act::Refresh => Some(Self::Refresh),
            Act::Killed(..) | Act::Stopped { .. } | Act::Race(..) | Act::Rest(_) => None,
        }
    }

    fn program(self) -> Option<Program> {
        match self {
            Self::Up(draft) | Self::Replace(draft, _) => Some(draft.program()),
            Self::Destroy | Self::Refresh => None,
        }
    }
}

impl Stage<'_> {
    async fn play(&self) -> Vec<String> {
        for (number, act) in self.story.acts.iter().enumerate() {
            // No process is quicker than this. So a call that was sent before a run began has an earlier time.
            self.universe.clock.sleep(Duration::from_millis(100)).await;
            self.tell(&format!("act {number}: {act}"));
            let wrong = self.act(act, number).await;
            if !wrong.is_empty() {
                return wrong;
            }
            if self.is_beyond_us() {
                return Vec::new();
            }
        }
        self.ending().await
    }

    fn act<'a>(&'a self, act: &'a Act, host: usize) -> BoxFuture<'a, Vec<String>> {
        async move {
            match act {
                Act::Rest(time) => {
                    self.universe.clock.sleep(*time).await;
                    Vec::new()
                }
                Act::Killed(act, at) => self.errand(act, host, Some(*at), None).await,
                Act::Stopped {
                    act,
                    at,
                    pause,
                    other,
                } => {
                    let stop = Some((*at, *pause));
                    let stopped = self.errand(act, host, None, stop);
                    let (mut wrong, more) = futures::join!(stopped, self.later(other, host + 1));
                    wrong.extend(more);
                    wrong
                }
                Act::Race(one, other) => {
                    let one = self.errand(one, host, None, None);
                    let (mut wrong, more) = futures::join!(one, self.later(other, host + 1));
                    wrong.extend(more);
                    wrong
                }
                Act::Up(_) | Act::Replace(..) | Act::Destroy | Act::Refresh => {
                    self.errand(act, host, None, None).await
                }
            }
        }
        .boxed()
    }

    async fn later(&self, act: &Act, host: usize) -> Vec<String> {
        self.universe.clock.sleep(Duration::from_millis(250)).await;
        self.errand(act, host, None, None).await
    }

    // One process from its start to its end. If it ends well, the judge looks at the world at that moment.
    async fn errand(
        &self,
        act: &Act,
        host: usize,
        last: Option<u64>,
        stop: Option<(u64, Duration)>,
    ) -> Vec<String> {
        let Some(errand) = Errand::of(act) else {
            return self.act(act, host).await;
        };
        let (end, began) = self.run(errand, host, last, stop).await;
        match end {
            End::Done if self.could_know(began) && !self.is_beyond_us() => self.judged(errand),
            End::Failed(why) if last.is_none() && stop.is_none() && self.is_fair() => {
                vec![format!("fails although AWS only lags: {why:?}")]
            }
            _ => Vec::new(),
        }
    }

    // Whether AWS is slow to show changes, and nothing else goes wrong. No run may fail because of that.
    fn is_fair(&self) -> bool {
        let weather = &self.story.weather;
        let answers = weather.throttle + weather.lose_request + weather.lose_reply == 0.0;
        let stops = |act: &Act| matches!(act, Act::Stopped { .. });
        let world = self.universe.cloud.world();
        let on_time = world.landings.is_empty() && world.last_landing().is_none();
        answers && on_time && !self.story.acts.iter().any(stops)
    }

    async fn run(
        &self,
        errand: Errand<'_>,
        host: usize,
        last: Option<u64>,
        stop: Option<(u64, Duration)>,
    ) -> (End, Duration) {
        let ahead = i64::try_from(host % 2).expect("0 or 1") * self.story.weather.skew_hours;
        let mut process = self.universe.beside(SignedDuration::from_hours(ahead));
        process.concurrency = self
            .story
            .weather
            .concurrency
            .try_into()
            .unwrap_or(process.concurrency);
        process.life.begin(last);
        if let Some((at, pause)) = stop {
            process.life.stop_at(at, pause);
        }
        let clock = &self.universe.clock;
        let mut began = Duration::ZERO;
        let work = async {
            process.journal.hold(clock).await;
            began = clock.elapsed();
            self.begins.lock().expect("no thread panics").push(began);
            let ran = does(&process, errand).await;
            process.journal.release();
            ran
        };
        let end = match process.life.live_on(clock, work).await {
            None => End::Killed,
            Some(ran) => self.end(ran),
        };
        (end, began)
    }

    fn end(&self, ran: Result<Option<Ran>, SessionError>) -> End {
        let end = match ran {
            Ok(Some(ran)) if ran.summary.result != RunResult::Done => End::Failed(refused(&ran)),
            Ok(_) => End::Done,
            Err(SessionError::Stack(problems)) => {
                self.tell(&format!("refused: {problems:?}"));
                End::Refused
            }
            Err(error) => End::Failed(vec![format!("{error:?}")]),
        };
        match &end {
            End::Done => self.tell("done"),
            End::Failed(why) => self.tell(&format!("failed: {why:?}")),
            End::Refused | End::Killed => {}
        }
        end
    }

    // Without faults, and with no call on its way: the next `up` converges, the preview is empty, and a destroy leaves nothing.
    async fn ending(&self) -> Vec<String> {
        self.tell("fair weather");
        // AWS's services leave things behind in fair weather, too.
        self.universe.cloud.set_faults(Faults {
            lingers: self.story.weather.lingers,
            ..Faults::default()
        });
        let now = self.universe.clock.elapsed();
        let last = self.universe.cloud.world().last_landing().unwrap_or(now);
        let rest = last.saturating_sub(now) + Duration::from_secs(600);
        self.universe.clock.sleep(rest).await;
        if self.is_beyond_us() {
            return Vec::new();
        }
        let program = self.story.last.program();
        let wrong = self.converge(Errand::Up(&self.story.last)).await;
        if !wrong.is_empty() {
            return wrong;
        }
        let preview = self.universe.preview(&program).await;
        if !preview.is_empty() {
            return vec![format!(
                "the preview after it is not empty: {:?}",
                preview.changes
            )];
        }
        self.converge(Errand::Destroy).await
    }

    async fn converge(&self, errand: Errand<'_>) -> Vec<String> {
        let mut why = match self.run(errand, 0, None, None).await.0 {
            End::Done => return self.judged(errand),
            End::Failed(said) => said,
            End::Refused => vec!["the plan is refused".to_owned()],
            End::Killed => unreachable!("it lives for ever"),
        };
        why.insert(0, "does not converge".to_owned());
        why
    }

    fn judged(&self, errand: Errand<'_>) -> Vec<String> {
        let world = self.universe.cloud.world();
        if matches!(errand, Errand::Refresh) {
            let unknown = world.orphans(&self.universe.journal.load()).into_iter();
            let told = unknown.map(|id| format!("{id} is there, and no state knows it"));
            return told.collect();
        }
        let landings = world.landings.iter();
        let excuses = Excuses {
            changed_late: landings.flat_map(|at| at.changed.clone()).collect(),
        };
        judge(&world, errand.program().as_ref(), &excuses)
    }

    // AWS has no fencing. If a dead or stopped process changed something after this run had begun to read, this run may not know about it, and the
    // next run corrects it. A run must know what a create made in two cases: it showed before the run began; or it showed within its kind's window,
    // and this is the first run since the call, which still has the intent of that call.
    fn could_know(&self, began: Duration) -> bool {
        let world = self.universe.cloud.world();
        let mut landings = world.landings.iter();
        !landings.any(|landing| {
            let first = self.first_after(landing.sent) == Some(began);
            let known = landing.shows <= began || (first && !showed_late(landing, began));
            landing.sent < began && !known
        })
    }

    // When the first run after that moment began.
    fn first_after(&self, moment: Duration) -> Option<Duration> {
        let begins = self.begins.lock().expect("no thread panics");
        begins.iter().copied().filter(|began| *began > moment).min()
    }

    // Whether a resource without tags was made and showed only after every run had stopped looking for it: no sweep finds it. This is the risk that
    // docs/reliability.md describes, and a story ends there.
    fn is_beyond_us(&self) -> bool {
        let world = self.universe.cloud.world();
        world.landings.iter().any(|landing| {
            let first = self.first_after(landing.sent);
            let late = first.is_some_and(|began| showed_late(landing, began));
            let untagged = schema(&landing.kind).is_none_or(|schema| schema.tags().is_none());
            landing.made.is_some() && untagged && late
        })
    }

    fn tell(&self, text: &str) {
        self.universe.cloud.tell(text);
    }
}

// A refresh reports no steps.
async fn does(process: &Universe, errand: Errand<'_>) -> Result<Option<Ran>, SessionError> {
    let replace: Vec<Address> = match errand {
        Errand::Refresh => return process.try_refresh().await.map(|_| None),
        Errand::Replace(_, address) => vec![crate::cloud::parse(address)],
        Errand::Up(_) | Errand::Destroy => Vec::new(),
    };
    let program = errand.program();
    let ran = process.run_replacing(program.as_ref(), &replace, Interrupt::never());
    ran.await.map(Some)
}

// Whether it showed too late for a run that began to read then.
fn showed_late(landing: &Landing, began: Duration) -> bool {
    if landing.made.is_some() {
        landing.shows > began + visible_within(&landing.kind)
    } else {
        landing.at > began
    }
}
