//! Abandoned calls, whose client has hung up: the gateway carries them out before anything that the same account asks later.
//!
//! So the local cloud shows at once what a killed program has made. AWS does not; there a look is repeated until the kind's visibility window
//! has passed. Not here: how a call is carried out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;

/// The calls that their clients have abandoned and that are not carried out yet.
#[derive(Debug, Default)]
pub(crate) struct AbandonedCalls {
    /// How many, by account.
    calls: Mutex<HashMap<String, usize>>,
    carried_out: Notify,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Watched,
    Abandoned,
    CarriedOut,
}

/// One call, shared by who waits for its answer and who carries it out.
#[derive(Debug)]
struct Shared {
    abandoned: Arc<AbandonedCalls>,
    account: String,
    state: Mutex<State>,
}

/// Held by who waits for the answer: dropping it earlier means that the sender has hung up.
#[derive(Debug)]
pub(crate) struct Watch(Arc<Shared>);

/// Held by who carries it out, until that is done.
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

    /// Returns when every call that the account's clients have abandoned is carried out.
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
    /// Gives the state that it had.
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
