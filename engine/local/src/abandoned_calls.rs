//! Abandoned calls, whose client has hung up: the gateway carries them out before any later request of the same account.
//!
//! So the local cloud shows at once what a killed program has made. AWS does not; against AWS, Windlass repeats a look until the kind's visibility
//! window has passed. Not here: how a call is carried out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;

/// The calls that their clients have abandoned and that are not carried out yet.
#[derive(Debug, Default)]
pub(crate) struct AbandonedCalls {
    /// The number of calls, by account.
    calls: Mutex<HashMap<String, usize>>,
    carried_out: Notify,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Watched,
    Abandoned,
    CarriedOut,
}

/// One call, shared by the task that waits for its answer and the task that carries it out.
#[derive(Debug)]
struct Shared {
    abandoned: Arc<AbandonedCalls>,
    account: String,
    state: Mutex<State>,
}

/// Held by the task that waits for the answer: if it is dropped earlier, the client has hung up.
#[derive(Debug)]
pub(crate) struct Watch(Arc<Shared>);

/// Held by the task that carries the call out, until that is done.
#[derive(Debug)]
pub(crate) struct Work(Arc<Shared>);

impl AbandonedCalls {
    /// Both ends of a call of that account.
    pub(crate) fn call(self: &Arc<Self>, account: &str) -> (Watch, Work) {
        let shared = Arc::new(Shared {
            abandoned: Arc::clone(self),
            account: account.to_owned(),
            state: Mutex::new(State::Watched),
        });
        (Watch(Arc::clone(&shared)), Work(shared))
    }

    /// Returns when every abandoned call of the account is carried out.
    pub(crate) async fn carried_out(&self, account: &str) {
        loop {
            let carried_out = self.carried_out.notified();
            tokio::pin!(carried_out);
            carried_out.as_mut().enable();
            if !self.has(account) {
                return;
            }
            carried_out.await;
        }
    }

    fn has(&self, account: &str) -> bool {
        let calls = self.calls.lock().expect("no panic while held");
        calls.contains_key(account)
    }
}

impl Shared {
    /// Sets the state, and returns the old one.
    fn becomes(&self, state: State) -> State {
        let mut current = self.state.lock().expect("no panic while held");
        match (*current, state) {
            (State::CarriedOut, _) => State::CarriedOut,
            _ => std::mem::replace(&mut *current, state),
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let Shared {
            abandoned, account, ..
        } = &*self.0;
        let mut calls = abandoned.calls.lock().expect("no panic while held");
        if self.0.becomes(State::Abandoned) == State::Watched {
            *calls.entry(account.clone()).or_default() += 1;
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        let Shared {
            abandoned, account, ..
        } = &*self.0;
        let mut calls = abandoned.calls.lock().expect("no panic while held");
        if self.0.becomes(State::CarriedOut) != State::Abandoned {
            return;
        }
        if let Some(count) = calls.get_mut(account) {
            *count -= 1;
            if *count == 0 {
                calls.remove(account);
            }
        }
        drop(calls);
        abandoned.carried_out.notify_waiters();
    }
}
