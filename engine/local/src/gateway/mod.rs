//! The proxy in front of moto: takes a request, asks the rules, answers it or makes it fail, and records it.
//!
//! Not here: which callers get an answer (`callers`), the rules (`rules`), how a call is served (`pass`), ECS (`ecs`), the commands to the gateway
//! itself (`control`), the process (`daemon`, `embedded`).

mod pass;
mod record;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::Timestamp;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use self::record::{Counted, Half, Recorder};
use crate::abandoned_calls::{AbandonedCalls, Work};
use crate::backend::{Backend, Body, BoxError, full};
use crate::callers;
use crate::calls::CallLog;
use crate::clock::Clock;
use crate::control;
use crate::ecs::Overlay;
use crate::gaps::ScalableTargetTags;
use crate::held::Holding;
use crate::lag::Lags;
use crate::models::Models;
use crate::operation::{Accounts, Call, asks_in_body};
use crate::protocol_error;
use crate::rules::decide::{Decision, Fate, RuleBook};
use crate::rules::{Rules, RulesError};
use crate::status::Status;

/// The state of the gateway.
#[derive(Debug)]
pub(crate) struct Gateway {
    pub(crate) calls: CallLog,
    pub(crate) stop: Notify,
    models: Option<Models>,
    backend: Backend,
    overlay: Overlay,
    pub(crate) clock: Arc<Clock>,
    accounts: Accounts,
    scalable_target_tags: ScalableTargetTags,
    lags: Lags,
    rules: Mutex<RuleBook>,
    pub(crate) held: Holding,
    abandoned: Arc<AbandonedCalls>,
    status: Mutex<Status>,
    status_file: Option<PathBuf>,
}

/// A call as it arrived.
struct Arrived {
    call: Call,
    parts: Parts,
    /// The body's text, if it contains the operation.
    form: Bytes,
    body: Body,
}

/// Closes the connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection was cut by a rule")]
struct Cut;

impl Gateway {
    pub(crate) fn new(
        backend: Backend,
        models: Option<Models>,
        status: Status,
        status_file: Option<PathBuf>,
    ) -> Self {
        let clock = Arc::new(Clock::default());
        Self {
            models,
            calls: CallLog::default(),
            stop: Notify::new(),
            backend,
            overlay: Overlay::new(Arc::clone(&clock)),
            clock,
            accounts: Accounts::default(),
            scalable_target_tags: ScalableTargetTags::default(),
            lags: Lags::default(),
            rules: Mutex::default(),
            held: Holding::default(),
            abandoned: Arc::default(),
            status: Mutex::new(status),
            status_file,
        }
    }

    pub(crate) fn status(&self) -> Status {
        self.status.lock().expect("no panic while held").clone()
    }

    pub(crate) fn rules(&self) -> Rules {
        self.rules
            .lock()
            .expect("no panic while held")
            .rules()
            .clone()
    }

    pub(crate) fn set_rules(&self, rules: Rules) -> Result<(), RulesError> {
        rules.check()?;
        self.overlay.set_rules(rules.ecs.clone());
        let mut status = self.status.lock().expect("no panic while held");
        status.visibility_scale = rules.visibility_scale();
        drop(status);
        let mut book = self.rules.lock().expect("no panic while held");
        self.held.ruled_by(&rules);
        self.lags.follow(&book.replace(rules));
        Ok(())
    }

    /// Empties every world; the rules and the call log stay.
    pub(crate) async fn reset(&self) -> Result<Status, BoxError> {
        self.backend.reset().await?;
        self.overlay.clear();
        self.accounts.clear();
        self.scalable_target_tags.clear();
        self.lags.clear();
        let status = {
            let mut status = self.status.lock().expect("no panic while held");
            status.renew();
            status.clone()
        };
        if let Some(file) = &self.status_file {
            status.write(file)?;
        }
        Ok(status)
    }

    /// Accepts connections until the future is dropped.
    pub(crate) async fn accept(self: Arc<Self>, listener: TcpListener) {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    tokio::spawn(Arc::clone(&self).talk(stream));
                }
                Err(error) => {
                    // The cause is most likely a lack of file descriptors; some will become free.
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                }
            }
        }
    }

    async fn talk(self: Arc<Self>, stream: TcpStream) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "no TCP_NODELAY");
        }
        let service = service_fn(|request| Arc::clone(&self).serve(request));
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .serve_connection(TokioIo::new(stream), service);
        if let Err(error) = connection.await {
            tracing::debug!(%error, "connection ended");
        }
    }

    async fn serve(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Result<Response<Body>, BoxError> {
        let at = (Timestamp::now(), Instant::now());
        if request.method() == Method::CONNECT {
            let text = "this gateway leads to the local cloud only";
            return Ok(protocol_error::plain(StatusCode::METHOD_NOT_ALLOWED, text).map(full));
        }
        let (parts, incoming) = request.into_parts();
        if let Some(reason) = callers::refusal(&parts) {
            return Ok(protocol_error::plain(StatusCode::FORBIDDEN, &reason).map(full));
        }
        if parts.uri.path().starts_with(control::PREFIX) {
            let request = Request::from_parts(parts, incoming);
            return Ok(control::answer(&self, request).await);
        }
        let size = incoming.size_hint().exact();
        let (form, body) = if asks_in_body(&parts) {
            let form = incoming.collect().await?.to_bytes();
            (form.clone(), full(form))
        } else {
            (Bytes::new(), incoming.map_err(Into::into).boxed_unsync())
        };
        let call = Call::read(&parts, &form, &self.accounts);
        self.abandoned.carried_out(&call.account).await;
        let decision = {
            let mut rules = self.rules.lock().expect("no panic while held");
            rules.decide(&call, self.clock.now())
        };
        let record = Recorder::new(&self, &call, at, size.unwrap_or_default(), &decision);
        let (_watch, work) = self.abandoned.call(&call.account);
        let arrived = Arrived {
            call,
            parts,
            form,
            body,
        };
        // In a task of its own: a call that was sent is carried out, even if its sender has gone meanwhile.
        let served = tokio::spawn(async move {
            // Even a sleep of zero lasts until the timer's next millisecond.
            if !decision.delay.is_zero() {
                tokio::time::sleep(decision.delay).await;
            }
            self.carry_out(decision, arrived, record, work).await
        });
        served.await?
    }

    async fn carry_out(
        self: Arc<Self>,
        decision: Decision,
        arrived: Arrived,
        record: Recorder,
        work: Work,
    ) -> Result<Response<Body>, BoxError> {
        let Decision {
            fate, lags, rule, ..
        } = decision;
        let protocol = arrived.call.protocol;
        let served = match fate {
            Fate::CutBefore => return Err(Cut.into()),
            Fate::Refused(error) => {
                // An unread body would make hyper close the connection, which a real service does not do.
                drop(arrived.body.collect().await);
                error.answer(protocol).map(full)
            }
            Fate::Served => self.pass(arrived, &lags).await,
            Fate::ServedThenError(error) => {
                drain(self.pass(arrived, &lags).await).await;
                error.answer(protocol).map(full)
            }
            Fate::HeldBefore(held) => {
                drop(work);
                self.held.hold(&arrived.call, rule.as_deref(), &held).await;
                return Err(Cut.into());
            }
            Fate::HeldAfter(held) => {
                let call = arrived.call.clone();
                let served = self.pass(arrived, &lags).await;
                drop(work);
                self.held.hold(&call, rule.as_deref(), &held).await;
                served
            }
            Fate::ReplyLost => {
                drain(self.pass(arrived, &lags).await).await;
                return Err(Cut.into());
            }
            Fate::CutAfter => {
                let answer = self.pass(arrived, &lags).await;
                return half_of(answer, record).await;
            }
            Fate::Late(until) => {
                // No client waits for this call: later requests of its account are served first.
                drop(work);
                let arrived = arrived.whole().await?;
                let gateway = Arc::clone(&self);
                tokio::spawn(async move {
                    tokio::time::sleep(until).await;
                    drain(gateway.pass(arrived, &lags).await).await;
                    drop(record);
                });
                return Err(Cut.into());
            }
            Fate::Answered {
                status,
                body,
                after_effect,
            } => {
                if after_effect {
                    drain(self.pass(arrived, &lags).await).await;
                } else {
                    drop(arrived.body.collect().await);
                }
                protocol_error::given(status, body, protocol).map(full)
            }
        };
        let (head, body) = served.into_parts();
        let body = Counted {
            record: record.answered(head.status),
            body,
        };
        Ok(Response::from_parts(head, body.boxed_unsync()))
    }
}

impl Arrived {
    /// The same call with its body read.
    async fn whole(self) -> Result<Self, BoxError> {
        let body = self.body.collect().await?.to_bytes();
        Ok(Self {
            body: full(body),
            ..self
        })
    }
}

/// The first half of an answer, after which the connection closes.
async fn half_of(answer: Response<Body>, record: Recorder) -> Result<Response<Body>, BoxError> {
    let (head, body) = answer.into_parts();
    let whole = body.collect().await?.to_bytes();
    if whole.is_empty() {
        return Err(Cut.into());
    }
    record.cut();
    let length = whole.len();
    let mut response = Response::from_parts(head, Half::of(whole).boxed_unsync());
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, length.into());
    Ok(response)
}

async fn drain(answer: Response<Body>) {
    drop(answer.into_body().collect().await);
}
