//! The commands to the gateway itself, under a path that no AWS API uses.
//!
//! | request | answer |
//! | --- | --- |
//! | `GET /_windlass/status` | [`crate::Status`] |
//! | `GET /_windlass/calls` | [`crate::Calls`] |
//! | `POST /_windlass/calls/reset` | the calls up to now; the record begins anew |
//! | `GET`, `PUT /_windlass/rules` | [`crate::Rules`] |
//! | `GET /_windlass/held` | the calls that rules hold now: `[{"rule", "operation", "account"}]` |
//! | `POST /_windlass/reset` | the status with its new instance |
//! | `POST /_windlass/clock/forward?ms=N` | the status; the clock of rollouts, rules and windows is N milliseconds further |
//! | `POST /_windlass/stop` | the status; the gateway and moto end |
//!
//! Requests that change something carry the header [`GUARD`], which a page in a browser cannot send across origins. `callers` refuses pages before.

use std::sync::Arc;
use std::time::Duration;

use http::{Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use serde::Serialize;

use crate::backend::{Body, full};
use crate::gateway::Gateway;
use crate::loopback::GUARD;
use crate::operation::form_value;
use crate::protocol_error;
use crate::rules::Rules;

pub(crate) const PREFIX: &str = "/_windlass/";

pub(crate) async fn answer(gateway: &Arc<Gateway>, request: Request<Incoming>) -> Response<Body> {
    if request.method() != Method::GET && !request.headers().contains_key(GUARD) {
        return plain(
            StatusCode::FORBIDDEN,
            &format!("the header {GUARD} is missing"),
        );
    }
    let path = request.uri().path().trim_start_matches(PREFIX).to_owned();
    match (request.method().as_str(), path.as_str()) {
        ("GET", "status" | "health") => json(&gateway.status()),
        ("GET", "calls") => json(&gateway.calls.read()),
        ("POST", "calls/reset") => json(&gateway.calls.take()),
        ("GET", "rules") => json(&gateway.rules()),
        ("GET", "held") => json(&gateway.held.list()),
        ("PUT", "rules") => put_rules(gateway, request).await,
        ("POST", "reset") => match gateway.reset().await {
            Ok(status) => json(&status),
            Err(error) => plain(StatusCode::BAD_GATEWAY, &error.to_string()),
        },
        ("POST", "clock/forward") => {
            let ms = form_value(request.uri().query().unwrap_or_default(), "ms");
            match ms.and_then(|ms| ms.parse().ok()) {
                Some(ms) => {
                    gateway.clock.forward(Duration::from_millis(ms));
                    json(&gateway.status())
                }
                None => plain(StatusCode::BAD_REQUEST, "`ms` is a number of milliseconds"),
            }
        }
        ("POST", "stop") => {
            gateway.stop.notify_one();
            json(&gateway.status())
        }
        _ => plain(StatusCode::NOT_FOUND, "no such command"),
    }
}

async fn put_rules(gateway: &Gateway, request: Request<Incoming>) -> Response<Body> {
    let Ok(body) = request.into_body().collect().await else {
        return plain(StatusCode::BAD_REQUEST, "the rules broke off");
    };
    let text = body.to_bytes();
    let set =
        Rules::parse(&String::from_utf8_lossy(&text)).and_then(|rules| gateway.set_rules(rules));
    match set {
        Ok(()) => json(&gateway.rules()),
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
            plain(
                StatusCode::BAD_REQUEST,
                &format!("{error}{}", cause.unwrap_or_default()),
            )
        }
    }
}

fn plain(status: StatusCode, text: &str) -> Response<Body> {
    protocol_error::plain(status, text).map(full)
}

fn json(value: &impl Serialize) -> Response<Body> {
    match serde_json::to_vec(value) {
        Ok(text) => {
            let mut response = Response::new(full(text));
            response.headers_mut().insert(
                header::CONTENT_TYPE,
                header::HeaderValue::from_static("application/json"),
            );
            response
        }
        Err(error) => plain(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}
