//! The lease's guard: no call that changes AWS leaves this host after the lease on the state has ended, and none stays in progress longer than the lease.
//!
//! The guard checks the lease right before it hands each attempt to the connection: one update can be several calls, the SDK retries some calls
//! itself, and the operating system can pause a process between any two lines. An attempt ends with the lease, because another run may begin then.
//! Not here: who holds the lease.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, Metadata};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use tokio::time::Instant;

/// Returns how long this run still holds the state if it does not renew the lease: zero if it no longer holds the state. It does no I/O.
pub type Held = Arc<dyn Fn() -> Duration + Send + Sync>;

/// The guard of all clients of one provider. It lets every call pass until [`Guard::ask`] is called: a run that only reads holds no state.
#[derive(Clone, Default)]
pub struct Guard(Arc<OnceLock<Held>>);

/// This run no longer holds the state, so the guard sent nothing.
#[derive(Debug, thiserror::Error)]
#[error("not sent: the state is not held any more")]
pub struct Withheld;

/// The lease ended before AWS answered.
#[derive(Debug, thiserror::Error)]
#[error("no answer before the lease on the state ran out")]
struct RanOut;

/// Marks a request that changes AWS.
#[derive(Debug, Clone)]
struct Changes;

impl Guard {
    /// Checks `held` before every attempt from now on.
    pub fn ask(&self, held: Held) {
        assert!(self.0.set(held).is_ok(), "a provider serves one run");
    }

    /// Sends an attempt if the lease allows it, and waits for the answer as long as this run holds the state.
    pub async fn send<T, F>(
        &self,
        request: HttpRequest,
        send: impl FnOnce(HttpRequest) -> F,
    ) -> Result<T, ConnectorError>
    where
        F: Future<Output = Result<T, ConnectorError>>,
    {
        let asked = self
            .0
            .get()
            .filter(|_| request.extension::<Changes>().is_some());
        match asked {
            None => send(request).await,
            Some(held) => while_held(held, || send(request)).await,
        }
    }
}

async fn while_held<T, F>(held: &Held, send: impl FnOnce() -> F) -> Result<T, ConnectorError>
where
    F: Future<Output = Result<T, ConnectorError>>,
{
    let ends = || {
        // Takes the time before it calls `held`: if the process is paused after the call, the pause must count.
        let asked = Instant::now();
        let left = held();
        (!left.is_zero()).then(|| asked + left)
    };
    let Some(mut end) = ends() else {
        return Err(ConnectorError::other(Withheld.into(), None));
    };
    let mut answer = pin!(send());
    loop {
        if Instant::now() >= end {
            let Some(renewed) = ends() else {
                return Err(ConnectorError::timeout(RanOut.into()));
            };
            end = renewed;
        }
        tokio::select! {
            biased;
            answer = &mut answer => return answer,
            () = tokio::time::sleep_until(end) => {}
        }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").finish_non_exhaustive()
    }
}

#[dyn_dispatch_hint]
impl Intercept for Guard {
    fn name(&self) -> &'static str {
        "Guard"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = config.load::<Metadata>().map(Metadata::name);
        if !operation.is_some_and(only_reads) {
            context.request_mut().add_extension(Changes);
        }
        Ok(())
    }
}

/// Whether an operation only reads. Every service of the catalogue names its reads like this.
fn only_reads(operation: &str) -> bool {
    ["Describe", "Get", "List"]
        .iter()
        .any(|verb| operation.starts_with(verb))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// A lease that returns these milliseconds, one number for each check.
    fn lease(answers: &[u64]) -> Held {
        let mut left = answers.to_vec();
        left.reverse();
        let left = Mutex::new(left);
        Arc::new(move || {
            let next = left.lock().expect("one thread").pop();
            Duration::from_millis(next.unwrap_or_default())
        })
    }

    /// An attempt whose answer takes `takes` milliseconds. Returns the result, and how often the attempt was sent.
    async fn attempt(answers: &[u64], takes: u64) -> (Result<u8, ConnectorError>, usize) {
        let (held, sent) = (lease(answers), AtomicUsize::new(0));
        let answer = while_held(&held, || async {
            sent.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(takes)).await;
            Ok(7)
        });
        let answer = answer.await;
        (answer, sent.into_inner())
    }

    #[tokio::test]
    async fn an_attempt_lasts_no_longer_than_the_lease() {
        let (answer, sent) = attempt(&[50, 0], 60_000).await;
        assert!(answer.expect_err("the lease is over").is_timeout());
        assert_eq!(sent, 1);
    }

    #[tokio::test]
    async fn a_renewed_lease_lets_an_attempt_go_on() {
        let (answer, sent) = attempt(&[20, 20, 60_000], 200).await;
        assert_eq!(answer.expect("it was held throughout"), 7);
        assert_eq!(sent, 1);
    }

    /// The process is paused right after the check, for longer than the lease lasts.
    #[tokio::test]
    async fn a_process_that_was_paused_behind_its_question_asks_again() {
        let sent = AtomicUsize::new(0);
        let answers = lease(&[50, 0]);
        let held: Held = Arc::new(move || {
            let left = answers();
            std::thread::sleep(Duration::from_millis(if left.is_zero() { 0 } else { 100 }));
            left
        });
        let answer = while_held(&held, || async {
            sent.fetch_add(1, Ordering::SeqCst);
            Ok(7)
        });
        assert!(answer.await.is_err());
        assert_eq!(sent.into_inner(), 0);
    }

    #[tokio::test]
    async fn nothing_is_sent_once_the_lease_is_over() {
        let (answer, sent) = attempt(&[0], 1).await;
        assert!(!answer.expect_err("withheld").is_timeout());
        assert_eq!(sent, 0);
    }
}
