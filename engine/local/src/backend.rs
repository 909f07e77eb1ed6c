//! The connection to moto: the gateway passes requests on as they come, and sends its own ECS calls.
//!
//! Not here: what to do with the answers. Moto closes every connection after its answer, so this side keeps no connection alive.

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Uri, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

use crate::callers;
use crate::moto::process::{Door, KEY_HEADER, MANAGER_HEADER};
use crate::moto::{ACCOUNT_HEADER, DEFAULT_ACCOUNT};
use crate::operation::{Call, Protocol};
use crate::protocol_error::{ServiceError, request_id};

pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;
/// A body that may arrive in pieces.
pub(crate) type Body = UnsyncBoxBody<Bytes, BoxError>;

/// Moto did not answer.
#[derive(Debug, thiserror::Error)]
#[error("moto did not answer")]
pub(crate) struct BackendError(#[source] BoxError);

impl BackendError {
    pub(crate) fn of(source: impl Into<BoxError>) -> Self {
        Self(source.into())
    }
}

/// An answer in AWS's JSON protocol.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Reply {
    pub(crate) fn ok(body: Value) -> Self {
        Self { status: 200, body }
    }

    /// A client's error.
    pub(crate) fn error(code: &str, message: &str) -> Self {
        Self {
            status: 400,
            body: json!({"__type": code, "message": message}),
        }
    }

    pub(crate) fn is_ok(&self) -> bool {
        self.status == 200
    }

    pub(crate) fn into_response(self) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from(self.body.to_string()));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/x-amz-json-1.1"),
        );
        if let Ok(id) = HeaderValue::from_str(&request_id()) {
            response.headers_mut().insert("x-amzn-requestid", id);
        }
        response
    }
}

/// The running moto.
#[derive(Debug)]
pub(crate) struct Backend {
    door: Door,
    http: Client<HttpConnector, Body>,
}

impl Backend {
    pub(crate) fn new(door: Door) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self {
            door,
            http: Client::builder(TokioExecutor::new()).build(connector),
        }
    }

    /// Passes a request on to moto, whatever authority its URI names.
    pub(crate) async fn forward(
        &self,
        mut parts: Parts,
        body: Body,
        call: &Call,
    ) -> Result<Response<Incoming>, BackendError> {
        strip_hop_by_hop(&mut parts.headers);
        // hyper has answered an `Expect` by now; moto would wait in vain.
        parts.headers.remove(header::EXPECT);
        name_account(&mut parts.headers, &call.account);
        // The caller must not set the gateway's keys, so these headers are removed.
        parts.headers.remove(MANAGER_HEADER);
        parts
            .headers
            .insert(HeaderName::from_static(KEY_HEADER), self.door.key.clone());
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        parts.uri = format!("{}{path}", self.door.address.url())
            .parse::<Uri>()
            .map_err(BackendError::of)?;
        parts.version = http::Version::HTTP_11;
        let mut answer = self
            .http
            .request(Request::from_parts(parts, body))
            .await
            .map_err(BackendError::of)?;
        strip_hop_by_hop(answer.headers_mut());
        callers::without_cors(answer.headers_mut());
        Ok(answer)
    }

    /// Makes an ECS call in place of another one.
    pub(crate) async fn ecs(
        &self,
        call: &Call,
        operation: &str,
        request: &Value,
    ) -> Result<Reply, BackendError> {
        let target = format!("AmazonEC2ContainerServiceV20141113.{operation}");
        self.json(call, "ecs", &target, request).await
    }

    /// Makes a call of a JSON protocol, in the account and region of another call.
    pub(crate) async fn json(
        &self,
        call: &Call,
        service: &str,
        target: &str,
        request: &Value,
    ) -> Result<Reply, BackendError> {
        let request = self
            .own(call, service)
            .header("x-amz-target", target)
            .header(header::CONTENT_TYPE, "application/x-amz-json-1.1")
            .body(full(request.to_string()))
            .map_err(BackendError::of)?;
        let (status, body) = self.ask(request).await?;
        Ok(match serde_json::from_slice(&body) {
            Ok(body) => Reply { status, body },
            Err(_) if (200..300).contains(&status) => Reply::ok(json!({})),
            // Moto answers an unhandled exception with an HTML page.
            Err(_) => Reply {
                status: 500,
                body: json!({"__type": "ServerException", "message": format!("the emulator failed in {target}")}),
            },
        })
    }

    /// Makes a call of a query protocol, in the account and region of another call; returns the text, also of an error.
    pub(crate) async fn query(
        &self,
        call: &Call,
        service: &str,
        form: &str,
    ) -> Result<String, BackendError> {
        let request = self
            .own(call, service)
            .header(
                header::CONTENT_TYPE,
                "application/x-www-form-urlencoded; charset=utf-8",
            )
            .body(full(form.to_owned()))
            .map_err(BackendError::of)?;
        let (_, body) = self.ask(request).await?;
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    /// Sends a request of our own; returns the status and the whole body.
    async fn ask(&self, request: Request<Body>) -> Result<(u16, Bytes), BackendError> {
        let answer = self.http.request(request).await.map_err(BackendError::of)?;
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await;
        Ok((status, body.map_err(BackendError::of)?.to_bytes()))
    }

    /// A request of our own. Moto finds service and region in the credential's scope and checks no signature.
    fn own(&self, call: &Call, service: &str) -> http::request::Builder {
        let scope = format!("windlass/20200101/{}/{service}/aws4_request", call.region);
        Request::builder()
            .method("POST")
            .uri(self.door.address.url())
            .header(
                header::AUTHORIZATION,
                format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"),
            )
            .header(ACCOUNT_HEADER, &call.account)
            .header(KEY_HEADER, self.door.key.clone())
    }

    /// Empties all of moto's worlds.
    pub(crate) async fn reset(&self) -> Result<(), BackendError> {
        let request = Request::builder()
            .method("POST")
            .uri(format!("{}/moto-api/reset", self.door.address.url()))
            .header(KEY_HEADER, self.door.key.clone())
            .header(MANAGER_HEADER, self.door.key.clone())
            .body(full(Bytes::new()))
            .map_err(BackendError::of)?;
        let answer = self.http.request(request).await.map_err(BackendError::of)?;
        if answer.status().is_success() {
            return Ok(());
        }
        Err(BackendError::of(format!(
            "moto answered {} to a reset",
            answer.status()
        )))
    }
}

/// Moto finds the default account by itself, and the account of a session that it made.
fn name_account(headers: &mut HeaderMap, account: &str) {
    if account != DEFAULT_ACCOUNT
        && let Ok(account) = HeaderValue::from_str(account)
    {
        headers.insert(HeaderName::from_static(ACCOUNT_HEADER), account);
    }
}

fn strip_hop_by_hop(headers: &mut HeaderMap) {
    for name in [
        "connection",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ] {
        headers.remove(name);
    }
}

/// A body that is complete.
pub(crate) fn full(text: impl Into<Bytes>) -> Body {
    Full::new(text.into())
        .map_err(|never| match never {})
        .boxed_unsync()
}

/// The gateway's answer if moto does not answer.
pub(crate) fn unavailable(error: &BackendError, protocol: Protocol) -> Response<Bytes> {
    let cause = std::error::Error::source(error)
        .map(ToString::to_string)
        .unwrap_or_default();
    ServiceError {
        status: 503,
        code: "ServiceUnavailable".to_owned(),
        message: format!("{error}: {cause}"),
    }
    .answer(protocol)
}
