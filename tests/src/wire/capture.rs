//! An HTTP client that answers from a table and keeps what it was asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http::Request;
use windlass::canonical::CanonicalJson;

use super::answers;

/// An answer by operation: the status and the body.
pub type Answers = BTreeMap<String, (u16, String)>;

/// The client. Clones share what they captured.
#[derive(Debug, Clone, Default)]
pub struct Capture {
    answers: Arc<Answers>,
    requests: Arc<Mutex<Vec<Captured>>>,
}

/// One request: its operation and everything of it that says what is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    /// The operation, such as `CreateVpc`.
    pub operation: String,
    /// The body: canonical JSON, or the pairs of the query protocols with `&` at line ends.
    pub body: String,
}

impl Capture {
    /// A client that answers operations of the table so, and all others with plain success.
    pub fn new(answers: Answers) -> Self {
        Self {
            answers: Arc::new(answers),
            requests: Arc::default(),
        }
    }

    /// What was captured since the last time.
    pub fn take(&self) -> Vec<Captured> {
        std::mem::take(
            &mut *self
                .requests
                .lock()
                .expect("no test panics while it holds the lock"),
        )
    }
}

impl HttpClient for Capture {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Capture {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let request = plain(request);
        let operation = answers::operation(&request);
        let (status, body) = self
            .answers
            .get(&operation)
            .cloned()
            .unwrap_or_else(|| (200, answers::empty(&request)));
        let text = comparable(request.body());
        self.requests
            .lock()
            .expect("no test panics while it holds the lock")
            .push(Captured {
                operation,
                body: text,
            });
        let response = http::Response::builder()
            .status(status)
            .body(SdkBody::from(body))
            .expect("a valid response");
        HttpConnectorFuture::ready(Ok(
            HttpResponse::try_from(response).expect("a valid response")
        ))
    }
}

/// One text for one request: the SDK writes maps in no order, and the query protocols put everything into one line.
fn comparable(body: &[u8]) -> String {
    match serde_json::from_slice::<serde_json::Value>(body) {
        Ok(body) => CanonicalJson::of(&body).as_str().to_owned(),
        Err(_) => String::from_utf8_lossy(body).replace('&', "&\n"),
    }
}

fn plain(request: HttpRequest) -> Request<Vec<u8>> {
    let request = request
        .try_into_http1x()
        .expect("the SDK makes valid requests");
    let (parts, body) = request.into_parts();
    Request::from_parts(parts, body.bytes().unwrap_or_default().to_vec())
}
