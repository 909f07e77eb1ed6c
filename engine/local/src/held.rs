//! Calls that a rule holds until that rule is removed: a test uses them to stop a program at one call of its choice.
//!
//! Not here: which calls are held, which the rules decide.

use std::sync::Mutex;

use serde::Serialize;
use tokio::sync::watch;

use crate::operation::Call;
use crate::rules::{Rule, Rules};

/// A call that is held now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct HeldCall {
    /// The rule that holds it.
    pub(crate) rule: String,
    /// `ec2:CreateVpc`.
    pub(crate) operation: String,
    /// The account of the call.
    pub(crate) account: String,
}

/// All calls that are held now.
#[derive(Debug)]
pub(crate) struct Holding {
    calls: Mutex<Vec<HeldCall>>,
    rules: watch::Sender<Vec<Rule>>,
}

impl Default for Holding {
    fn default() -> Self {
        Self {
            calls: Mutex::default(),
            rules: watch::Sender::new(Vec::new()),
        }
    }
}

impl Holding {
    pub(crate) fn list(&self) -> Vec<HeldCall> {
        self.calls.lock().expect("no panic while held").clone()
    }

    /// These rules are in force now; calls that other rules held continue.
    pub(crate) fn ruled_by(&self, rules: &Rules) {
        self.rules.send_replace(rules.rules.clone());
    }

    /// Returns when the rule is not in force any more.
    pub(crate) async fn hold(&self, call: &Call, name: Option<&str>, rule: &Rule) {
        let held = HeldCall {
            rule: name.unwrap_or_default().to_owned(),
            operation: call.name(),
            account: call.account.clone(),
        };
        let mut rules = self.rules.subscribe();
        self.calls
            .lock()
            .expect("no panic while held")
            .push(held.clone());
        let gone = rules.wait_for(|rules| !rules.contains(rule)).await;
        let mut calls = self.calls.lock().expect("no panic while held");
        if let Some(index) = calls.iter().position(|call| *call == held) {
            calls.swap_remove(index);
        }
        drop(gone);
    }
}
