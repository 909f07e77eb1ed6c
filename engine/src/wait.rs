//! Waits: one loop polls for all waiting steps together, with as few calls as the provider can manage.
//!
//! Not here: which step waits for what, which the plan says.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use windlass_state::record::Action;

use crate::clock::Clock;
use crate::events::{Event, StepRef};
use crate::provider::{
    ErrorClass, Failure, Outputs, PollQuestion, Progress, Provider, ProviderError, Until,
};
use crate::retry::{Hope, Purpose, Retries};
use crate::timing::Pace;
use crate::visible::may_be_hidden_for;
use crate::voice::Voice;

/// Why a wait ended without reaching its level.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WaitError {
    /// AWS says that the resource will not reach the level.
    #[error("{}", .0.summary)]
    Failed(Failure),
    /// The wait took longer than its timeout.
    #[error("not there after {} s: {status}", .limit.as_secs())]
    TimedOut {
        limit: Duration,
        /// AWS's last report.
        status: String,
    },
    /// AWS did not answer the poll.
    #[error("AWS could not be asked how far it has got")]
    Unanswered(#[source] ProviderError),
}

/// All waits of one run.
pub(crate) struct Waits<'a> {
    provider: &'a dyn Provider,
    clock: &'a dyn Clock,
    voice: Voice<'a>,
    waiting: Mutex<Vec<Waiting>>,
    arrived: Notify,
}

struct Waiting {
    step: StepRef,
    question: PollQuestion,
    pace: Pace,
    interval: Duration,
    due: Duration,
    limit: Duration,
    deadline: Duration,
    status: String,
    told: BTreeSet<String>,
    retries: Retries,
    reply: oneshot::Sender<Result<Outputs, WaitError>>,
}

impl<'a> Waits<'a> {
    pub fn new(provider: &'a dyn Provider, clock: &'a dyn Clock, voice: Voice<'a>) -> Self {
        Self {
            provider,
            clock,
            voice,
            waiting: Mutex::default(),
            arrived: Notify::new(),
        }
    }

    /// Returns when the answer is final. [`Waits::drive`] must run at the same time.
    pub async fn reach(
        &self,
        step: StepRef,
        question: PollQuestion,
        limit: Duration,
    ) -> Result<Outputs, WaitError> {
        let (reply, answer) = oneshot::channel();
        let now = self.clock.elapsed();
        let pace = self.provider.timing(&question.target.kind).pace;
        let waiting = Waiting {
            pace,
            interval: pace.first,
            // Waits that begin at about the same time share a poll from the first time on.
            due: now + pace.first,
            limit,
            deadline: now + limit,
            status: String::new(),
            told: BTreeSet::new(),
            retries: Retries::new(Purpose::Read, step.address.as_str(), self.clock),
            step,
            question,
            reply,
        };
        self.lock().push(waiting);
        self.arrived.notify_one();
        answer
            .await
            .expect("waits are driven as long as somebody waits")
    }

    /// Polls for everything that waits, when it is due. Never returns.
    pub async fn drive(&self) -> std::convert::Infallible {
        loop {
            self.until_due().await;
            // Waits that arrive in the same wave share a poll.
            tokio::task::yield_now().await;
            let due = self.take_due();
            let questions: Vec<_> = due.iter().map(|w| w.question.clone()).collect();
            let answers = self.provider.poll(&questions).await;
            assert_eq!(
                answers.len(),
                due.len(),
                "a provider answers every question"
            );
            let now = self.clock.elapsed();
            let pending = due
                .into_iter()
                .zip(answers)
                .filter_map(|(waiting, answer)| self.answered(waiting, answer, now));
            let pending: Vec<_> = pending.collect();
            self.lock().extend(pending);
        }
    }

    async fn until_due(&self) {
        loop {
            let first = self.lock().iter().map(|waiting| waiting.due).min();
            let Some(due) = first else {
                self.arrived.notified().await;
                continue;
            };
            let now = self.clock.elapsed();
            if due <= now {
                return;
            }
            tokio::select! {
                biased;
                () = self.clock.sleep(due - now) => {}
                () = self.arrived.notified() => {}
            }
        }
    }

    // Waits that are due soon join this poll, so that waits that began at different times soon share their polls.
    fn take_due(&self) -> Vec<Waiting> {
        let now = self.clock.elapsed();
        let mut waiting = self.lock();
        waiting.retain(|waiting| !waiting.reply.is_closed());
        let (due, later) = waiting
            .drain(..)
            .partition(|waiting| waiting.due <= now + waiting.interval / 3);
        *waiting = later;
        due
    }

    // Returns the wait if its answer is not final.
    fn answered(
        &self,
        mut waiting: Waiting,
        answer: Result<Progress, ProviderError>,
        now: Duration,
    ) -> Option<Waiting> {
        let settled = match answer {
            Ok(Progress::Reached { outputs }) => Some(Ok(outputs)),
            Ok(Progress::Failed(failure)) => Some(Err(WaitError::Failed(failure))),
            Ok(Progress::Pending { status, events }) => {
                self.report(&mut waiting, status, events);
                waiting.interval = (waiting.interval * 2).min(waiting.pace.longest);
                waiting.due = now + waiting.interval;
                None
            }
            Err(error)
                if error.class == ErrorClass::NotFound && waiting.question.until == Until::Gone =>
            {
                Some(Ok(Outputs::new()))
            }
            // The resource was made moments ago, and AWS does not show it yet.
            Err(error)
                if error.class == ErrorClass::NotFound
                    && !may_be_hidden_for(self.provider, &waiting.question.target).is_zero() =>
            {
                self.report(&mut waiting, "not visible yet".to_owned(), Vec::new());
                waiting.interval = (waiting.interval * 2).min(waiting.pace.longest);
                waiting.due = now + waiting.interval;
                None
            }
            Err(error) => match waiting.retries.after(&error, &Hope::ByClass, self.clock) {
                Some(delay) => {
                    waiting.due = now + delay;
                    None
                }
                None => Some(Err(WaitError::Unanswered(error))),
            },
        };
        let settled = settled.or_else(|| {
            (now >= waiting.deadline).then(|| {
                Err(WaitError::TimedOut {
                    limit: waiting.limit,
                    status: waiting.status.clone(),
                })
            })
        });
        match settled {
            None => Some(waiting),
            Some(settled) => {
                // If the receiver is gone, an interrupt has left the step behind.
                let _ = waiting.reply.send(settled);
                None
            }
        }
    }

    // A poll has no memory, so its answer repeats the events of earlier answers.
    fn report(&self, waiting: &mut Waiting, status: String, mut events: Vec<String>) {
        events.retain(|event| waiting.told.insert(event.clone()));
        if status == waiting.status && events.is_empty() {
            return;
        }
        waiting.status.clone_from(&status);
        self.voice.say(Event::StepProgress {
            step: waiting.step.clone(),
            status,
            events,
        });
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.waiting
            .lock()
            .expect("no thread panics while it holds this")
    }
}

/// The timeout of a wait: the author's, or the kind's.
pub(crate) fn limit(
    provider: &dyn Provider,
    kind: &str,
    action: Action,
    timeouts: &windlass::document::Timeouts,
) -> Duration {
    let said = match action {
        Action::Create | Action::Run => timeouts.create,
        Action::Update => timeouts.update,
        Action::Delete => timeouts.delete,
    };
    said.map_or_else(
        || provider.timing(kind).time_limit(action),
        Duration::from_secs,
    )
}
