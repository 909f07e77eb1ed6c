//! The proxy in front of moto: takes a request, asks the rules, serves it or spoils it, and records it.
//!
//! Large bodies stream through in both directions; they are read whole where they are small, or where their text matters (query protocols,
//! ECS, a few gaps).
//! Not here: the rules (`rules`), ECS (`ecs`), the commands to the gateway itself (`control`), the process (`daemon`, `embedded`).

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::Timestamp;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::backend::{Backend, BackendError, Body, BoxError, full, unavailable};
use crate::calls::{CallLog, CallRecord};
use crate::clock::Millis;
use crate::control;
use crate::ecs::Overlay;
use crate::endpoints::ById;
use crate::gaps::{self, Gap, ScalableTargetTags};
use crate::held::Holding;
use crate::left::{Left, Work};
use crate::models::Models;
use crate::operation::{Accounts, Call, asks_in_body, form_value};
use crate::protocol_error::ServiceError;
use crate::rules::decide::{Decision, Fate, RuleBook};
use crate::rules::{Rules, RulesError};
use crate::status::Status;
use crate::tagged;

/// Up to so many bytes of an answer are passed on together with its head, as AWS sends them. Moto sends the head first, and Terraform
/// gives up a connection now and then whose body comes after it, and sends its call again.
const IN_ONE_PIECE: u64 = 1 << 20;

/// The gateway's memory.
#[derive(Debug)]
pub(crate) struct Gateway {
    pub(crate) calls: CallLog,
    pub(crate) stop: Notify,
    models: Option<Models>,
    backend: Backend,
    overlay: Overlay,
    accounts: Accounts,
    scalable_target_tags: ScalableTargetTags,
    rules: Mutex<RuleBook>,
    pub(crate) held: Holding,
    left: Arc<Left>,
    status: Mutex<Status>,
    status_file: Option<PathBuf>,
}

/// A call, as it came in.
struct Arrived {
    call: Call,
    parts: Parts,
    /// The body's text, where the operation stands in it.
    form: Bytes,
    body: Body,
}

/// The connection shall close without an answer.
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
        Self {
            models,
            calls: CallLog::default(),
            stop: Notify::new(),
            backend,
            overlay: Overlay::default(),
            accounts: Accounts::default(),
            scalable_target_tags: ScalableTargetTags::default(),
            rules: Mutex::default(),
            held: Holding::default(),
            left: Arc::default(),
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
        let mut book = self.rules.lock().expect("no panic while held");
        self.held.ruled_by(&rules);
        book.replace(rules);
        Ok(())
    }

    /// Empties every world; the rules and the record of calls stay.
    pub(crate) async fn reset(&self) -> Result<Status, BoxError> {
        self.backend.reset().await?;
        self.overlay.clear();
        self.accounts.clear();
        self.scalable_target_tags.clear();
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
                    // Out of file descriptors, most likely: some will be free again.
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
        if request.uri().path().starts_with(control::PREFIX) {
            return Ok(control::answer(&self, request).await);
        }
        if request.method() == Method::CONNECT {
            return Ok(plain(
                StatusCode::METHOD_NOT_ALLOWED,
                "this gateway leads to the local cloud only",
            ));
        }
        let at = (Timestamp::now(), Instant::now());
        let (parts, incoming) = request.into_parts();
        let size = incoming.size_hint().exact();
        let (form, body) = if asks_in_body(&parts) {
            let form = incoming.collect().await?.to_bytes();
            (form.clone(), full(form))
        } else {
            (Bytes::new(), incoming.map_err(Into::into).boxed_unsync())
        };
        let call = Call::read(&parts, &form, &self.accounts);
        self.left.nothing(&call.account).await;
        let decision = {
            let mut rules = self.rules.lock().expect("no panic while held");
            rules.decide(&call, Millis::now())
        };
        let record = Recorder::new(&self, &call, at, size.unwrap_or_default(), &decision);
        let (_watch, work) = self.left.call(&call.account);
        let arrived = Arrived {
            call,
            parts,
            form,
            body,
        };
        // As a task: what has been sent is carried out, even if its sender has gone meanwhile.
        let served = tokio::spawn(async move {
            // Even a sleep of nothing lasts until the timer's next millisecond.
            if !decision.delay.is_zero() {
                tokio::time::sleep(decision.delay).await;
            }
            self.carry_out(decision, arrived, record, work).await
        });
        served.await?
    }

    async fn carry_out(
        &self,
        decision: Decision,
        arrived: Arrived,
        record: Recorder,
        work: Work,
    ) -> Result<Response<Body>, BoxError> {
        let Arrived {
            call,
            parts,
            form,
            body,
        } = arrived;
        let served = match decision.fate {
            Fate::CutBefore => return Err(Cut.into()),
            Fate::Refused(error) => {
                // An unread body would make hyper close the connection, which a real service does not.
                drop(body.collect().await);
                error.answer(call.protocol).map(full)
            }
            Fate::Served => self.pass(&call, parts, &form, body).await,
            Fate::ServedThenError(error) => {
                drain(self.pass(&call, parts, &form, body).await).await;
                error.answer(call.protocol).map(full)
            }
            Fate::HeldBefore(rule) => {
                drop(work);
                let name = decision.rule.as_deref();
                self.held.hold(&call, name, &rule).await;
                return Err(Cut.into());
            }
            Fate::HeldAfter(rule) => {
                let served = self.pass(&call, parts, &form, body).await;
                drop(work);
                let name = decision.rule.as_deref();
                self.held.hold(&call, name, &rule).await;
                served
            }
            Fate::ReplyLost => {
                drain(self.pass(&call, parts, &form, body).await).await;
                return Err(Cut.into());
            }
            Fate::CutAfter => {
                let (head, body) = self.pass(&call, parts, &form, body).await.into_parts();
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
                return Ok(response);
            }
        };
        let (head, body) = served.into_parts();
        let body = Counted {
            record: record.answered(head.status),
            body,
        };
        Ok(Response::from_parts(head, body.boxed_unsync()))
    }

    /// Has the call served, by the overlay or by moto.
    async fn pass(&self, call: &Call, parts: Parts, form: &Bytes, body: Body) -> Response<Body> {
        if let Some(refusal) = self.refusal(call, form) {
            return refusal.answer(call.protocol).map(full);
        }
        let outcome = if Overlay::handles(call) {
            self.pass_ecs(call, body).await
        } else if let Some(gap) = Gap::of(call) {
            self.pass_gap(gap, call, parts, form, body).await
        } else {
            self.pass_through(call, parts, body).await
        };
        outcome.unwrap_or_else(|error| unavailable(&error, call.protocol).map(full))
    }

    /// What AWS would say to a request that does not fit its own model.
    fn refusal(&self, call: &Call, body: &[u8]) -> Option<ServiceError> {
        let models = self.models.as_ref()?;
        let faults = models.faults(&call.service, &call.operation, call.protocol, body);
        (!faults.is_empty()).then(|| ServiceError::unfit(call, &faults))
    }

    async fn pass_through(
        &self,
        call: &Call,
        parts: Parts,
        body: Body,
    ) -> Result<Response<Body>, BackendError> {
        let (head, body) = self.backend.forward(parts, body, call).await?.into_parts();
        let body = body.map_err(Into::into).boxed_unsync();
        let size = body.size_hint().exact();
        let body = match size.is_some_and(|size| size <= IN_ONE_PIECE) {
            true => full(whole(body).await?),
            false => body,
        };
        Ok(Response::from_parts(head, body))
    }

    async fn pass_ecs(&self, call: &Call, body: Body) -> Result<Response<Body>, BackendError> {
        let request = json_of(body).await?;
        let reply = self.overlay.answer(call, request, &self.backend).await?;
        Ok(reply.into_response().map(full))
    }

    async fn pass_gap(
        &self,
        gap: Gap,
        call: &Call,
        parts: Parts,
        form: &Bytes,
        body: Body,
    ) -> Result<Response<Body>, BackendError> {
        match gap {
            Gap::ScalableTargetTags => {
                let request = json_of(body).await?;
                let reply = self.scalable_target_tags.answer(&call.operation, &request);
                Ok(reply.into_response().map(full))
            }
            Gap::ScalableTargetRegistration => {
                let text = whole(body).await?;
                let request: Value = serde_json::from_slice(&text).unwrap_or_default();
                let answer = self.pass_through(call, parts, full(text)).await?;
                mapped(answer, |answer| {
                    if let Some(arn) = answer["ScalableTargetARN"].as_str() {
                        self.scalable_target_tags.register(&request, arn);
                    }
                })
                .await
            }
            Gap::ParameterNotation => {
                let answer = self.pass_through(call, parts, body).await?;
                mapped(answer, gaps::mend_parameters).await
            }
            Gap::SessionAccount => {
                let (head, body) = self.pass_through(call, parts, body).await?.into_parts();
                let text = whole(body).await?;
                let role = form_value(&String::from_utf8_lossy(form), "RoleArn");
                let account = role.as_deref().and_then(|arn| arn.split(':').nth(4));
                if let (Some(key), Some(account)) =
                    (gaps::session_key(&String::from_utf8_lossy(&text)), account)
                {
                    self.accounts.learn_session(key, account);
                }
                Ok(Response::from_parts(head, full(text)))
            }
            Gap::NatGatewayAddresses => {
                let answer = self.pass_through(call, parts, body).await?;
                let gateway = form_value(&String::from_utf8_lossy(form), "NatGatewayId");
                if let Some(gateway) = gateway.filter(|_| answer.status().is_success()) {
                    gaps::free_addresses(&self.backend, call, &gateway).await?;
                }
                Ok(answer)
            }
            Gap::EndpointsById => match ById::read(&String::from_utf8_lossy(form)) {
                Some(asked) => {
                    let answer = asked.answer(&self.backend, call, parts).await?;
                    Ok(answer.map(full))
                }
                None => self.pass_through(call, parts, body).await,
            },
            Gap::TagsByArn => {
                let text = whole(body).await?;
                let request: Value = serde_json::from_slice(&text).unwrap_or_default();
                if !tagged::asks_by_arn(&request) {
                    return self.pass_through(call, parts, full(text)).await;
                }
                let reply = tagged::answer(&self.backend, call, &request).await?;
                Ok(reply.into_response().map(full))
            }
        }
    }
}

async fn whole(body: Body) -> Result<Bytes, BackendError> {
    Ok(body.collect().await.map_err(BackendError::of)?.to_bytes())
}

/// The JSON in a request; what is none is an empty one, which the service will refuse.
async fn json_of(body: Body) -> Result<Value, BackendError> {
    Ok(serde_json::from_slice(&whole(body).await?)
        .unwrap_or_else(|_| Value::Object(serde_json::Map::new())))
}

/// Changes a JSON answer.
async fn mapped(
    answer: Response<Body>,
    change: impl FnOnce(&mut Value),
) -> Result<Response<Body>, BackendError> {
    let (mut head, body) = answer.into_parts();
    let text = whole(body).await?;
    let Ok(mut value) = serde_json::from_slice::<Value>(&text) else {
        return Ok(Response::from_parts(head, full(text)));
    };
    change(&mut value);
    head.headers.remove(header::CONTENT_LENGTH);
    Ok(Response::from_parts(head, full(value.to_string())))
}

async fn drain(answer: Response<Body>) {
    drop(answer.into_body().collect().await);
}

pub(crate) fn plain(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(full(text.to_owned()));
    *response.status_mut() = status;
    response
}

/// Writes the record of a call when its answer has ended, however that ends.
struct Recorder {
    gateway: Arc<Gateway>,
    started: Instant,
    record: CallRecord,
}

impl Recorder {
    fn new(
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

    fn answered(mut self, status: StatusCode) -> Self {
        self.record.status = Some(status.as_u16());
        self
    }

    fn cut(self) {}
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.record.milliseconds = self.started.elapsed().as_secs_f64() * 1000.0;
        self.gateway.calls.add(self.record.clone());
    }
}

/// A body whose bytes are counted.
struct Counted {
    record: Recorder,
    body: Body,
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
struct Half {
    first: Option<Bytes>,
}

impl Half {
    fn of(whole: Bytes) -> Self {
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
