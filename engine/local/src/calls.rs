//! The record of the calls that passed: what, for whom, how long, how large, with which answer.
//!
//! Bodies are never recorded, nor are headers: some of them are secrets.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The newest calls are kept one by one, all of them are counted.
const KEPT: usize = 20_000;

/// The calls since the start or the last reset of the record.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Calls {
    /// How many there were.
    pub total: u64,
    /// How many for each API operation, `ecs:CreateService`.
    pub operations: BTreeMap<String, u64>,
    /// The newest of them, oldest first.
    pub log: Vec<CallRecord>,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallRecord {
    /// When it came in.
    pub at: Timestamp,
    /// The service's signing name.
    pub service: String,
    /// The API operation.
    pub operation: String,
    /// The account whose world it reached.
    pub account: String,
    /// The region it was signed for.
    pub region: String,
    /// The HTTP status that the caller saw; nothing when the connection was cut.
    pub status: Option<u16>,
    /// From the request's head to the end of the answer.
    pub milliseconds: f64,
    /// The size of the request's body.
    pub request_bytes: u64,
    /// The size of the answer's body.
    pub response_bytes: u64,
    /// The rule that changed its fate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

/// The running record.
#[derive(Debug, Default)]
pub(crate) struct CallLog {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    total: u64,
    operations: BTreeMap<String, u64>,
    log: VecDeque<CallRecord>,
}

impl CallLog {
    pub(crate) fn add(&self, record: CallRecord) {
        let mut inner = self.inner.lock().expect("no panic while held");
        inner.total += 1;
        let name = format!("{}:{}", record.service, record.operation);
        *inner.operations.entry(name).or_default() += 1;
        if inner.log.len() == KEPT {
            inner.log.pop_front();
        }
        inner.log.push_back(record);
    }

    pub(crate) fn read(&self) -> Calls {
        let inner = self.inner.lock().expect("no panic while held");
        Calls {
            total: inner.total,
            operations: inner.operations.clone(),
            log: inner.log.iter().cloned().collect(),
        }
    }

    /// Gives the record and begins a new one, in one step: no call is lost between the two.
    pub(crate) fn take(&self) -> Calls {
        let inner = std::mem::take(&mut *self.inner.lock().expect("no panic while held"));
        Calls {
            total: inner.total,
            operations: inner.operations,
            log: inner.log.into(),
        }
    }
}
