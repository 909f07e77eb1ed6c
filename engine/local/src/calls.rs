//! The call log: for each call its operation, account, duration, size and answer.
//!
//! The gateway never records bodies or headers, because some of them hold secrets.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How many of the newest calls are kept one by one; all calls are counted.
const KEPT: usize = 20_000;

/// The calls since the start or the last reset of the log.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Calls {
    /// The number of calls.
    pub total: u64,
    /// The number of calls of each API operation, such as `ecs:CreateService`.
    pub operations: BTreeMap<String, u64>,
    /// The newest calls, oldest first.
    pub log: Vec<CallRecord>,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallRecord {
    /// When the call arrived.
    pub at: Timestamp,
    /// The service's signing name.
    pub service: String,
    /// The API operation.
    pub operation: String,
    /// The account of the call.
    pub account: String,
    /// The region that the call was signed for.
    pub region: String,
    /// The HTTP status that the caller saw; absent if the connection was cut.
    pub status: Option<u16>,
    /// The time from the request's head to the end of the answer.
    pub milliseconds: f64,
    /// The size of the request's body.
    pub request_bytes: u64,
    /// The size of the answer's body.
    pub response_bytes: u64,
    /// The rule that changed the call's result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

/// The log while the gateway runs.
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

    /// Returns the log and begins a new one, in one step: no call is lost between the two.
    pub(crate) fn take(&self) -> Calls {
        let inner = std::mem::take(&mut *self.inner.lock().expect("no panic while held"));
        Calls {
            total: inner.total,
            operations: inner.operations,
            log: inner.log.into(),
        }
    }
}
