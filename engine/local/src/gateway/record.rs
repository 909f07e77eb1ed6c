//! What the gateway records of each call, and bodies that count their bytes or break off.
//!
//! Not here: the call log itself (`calls`).

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use http::StatusCode;
use hyper::body::{Frame, SizeHint};
use jiff::Timestamp;

use super::{Cut, Gateway};
use crate::backend::{Body, BoxError};
use crate::calls::CallRecord;
use crate::operation::Call;
use crate::rules::decide::Decision;

/// Writes the record of a call when its answer has ended, in whatever way.
pub(super) struct Recorder {
    gateway: Arc<Gateway>,
    started: Instant,
    record: CallRecord,
}

impl Recorder {
    pub(super) fn new(
        gateway: &Arc<Gateway>,
        call: &Call,
        (at, started): (Timestamp, Instant),
        request_bytes: u64,
        decision: &Decision,
    ) -> Self {
        Self {
            gateway: Arc::clone(gateway),
            started,
            record: CallRecord {
                at,
                service: call.service.clone(),
                operation: call.operation.clone(),
                account: call.account.clone(),
                region: call.region.clone(),
                status: None,
                milliseconds: 0.0,
                request_bytes,
                response_bytes: 0,
                rule: decision.rule.clone(),
            },
        }
    }

    pub(super) fn answered(mut self, status: StatusCode) -> Self {
        self.record.status = Some(status.as_u16());
        self
    }

    pub(super) fn cut(self) {}
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.record.milliseconds = self.started.elapsed().as_secs_f64() * 1000.0;
        self.gateway.calls.add(self.record.clone());
    }
}

/// A body whose bytes are counted.
pub(super) struct Counted {
    pub(super) record: Recorder,
    pub(super) body: Body,
}

impl hyper::body::Body for Counted {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(data) = frame.data_ref()
        {
            self.record.record.response_bytes += data.len() as u64;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The first half of a body, and then the end of the connection.
pub(super) struct Half {
    first: Option<Bytes>,
}

impl Half {
    pub(super) fn of(whole: Bytes) -> Self {
        Self {
            first: Some(whole.slice(..whole.len() / 2)),
        }
    }
}

impl hyper::body::Body for Half {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Poll::Ready(Some(match self.first.take() {
            Some(first) => Ok(Frame::data(first)),
            None => Err(Cut.into()),
        }))
    }
}
