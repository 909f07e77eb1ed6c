//! An HTTP client that answers by rule and records the requests, and a provider that uses it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http::Request;
use jiff::{SignedDuration, Timestamp};
use windlass::canonical::CanonicalJson;
use windlass::document::Place;
use windlass_aws::{Access, AwsProvider};
use windlass_engine::secrets::SecretReader;
use windlass_state::snapshot::SecretKey;

use super::{answers, oracle};

/// An answer by operation: the status and the body.
pub type Answers = BTreeMap<String, (u16, String)>;

/// Answers a request: a status and a body, or `None` for plain success.
type Rule = dyn Fn(&Captured) -> Option<(u16, String)> + Send + Sync;

/// The account and the region of the tests.
const ACCOUNT: &str = "123456789012";
const REGION: &str = "us-east-1";

/// The key of the secrets' hashes.
const SECRET_KEY: &str = "00";

/// The answer of services with JSON protocols to a signature with a wrong time.
const REFUSAL: &str = r#"{"__type":"InvalidSignatureException","message":"Signature expired"}"#;

/// The client. Its clones share the captured requests.
#[derive(Clone)]
pub struct Capture {
    rule: Arc<Rule>,
    requests: Arc<Mutex<Vec<Captured>>>,
    /// How far the service's clock is ahead of this host's.
    ahead: SignedDuration,
    /// Whether a request that AWS's models do not allow fails the test.
    judges: bool,
}

impl fmt::Debug for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capture").finish_non_exhaustive()
    }
}

/// One request: its operation and everything that determines its effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    /// The service that it was signed for, such as `ec2`.
    pub service: String,
    /// The operation, such as `CreateVpc`.
    pub operation: String,
    /// The body: canonical JSON, or the pairs of the query protocols with `&` at line ends.
    pub body: String,
    /// What AWS's own model of the service does not allow in this request.
    pub faults: Vec<String>,
}

impl Capture {
    /// A client that answers the operations of the table, and all others with plain success.
    pub fn new(answers: Answers) -> Self {
        Self::answering(move |request| answers.get(&request.operation).cloned())
    }

    /// A client that answers by the rule, and with plain success where the rule returns `None`.
    pub fn answering(
        rule: impl Fn(&Captured) -> Option<(u16, String)> + Send + Sync + 'static,
    ) -> Self {
        Self {
            rule: Arc::new(rule),
            requests: Arc::default(),
            ahead: SignedDuration::ZERO,
            judges: true,
        }
    }

    /// A client that accepts every request, for tests that send values which AWS does not have.
    #[must_use]
    pub fn lenient(mut self) -> Self {
        self.judges = false;
        self
    }

    /// A client whose service has another clock, and refuses signatures with another time.
    #[must_use]
    pub fn ahead_by(mut self, ahead: SignedDuration) -> Self {
        self.ahead = ahead;
        self
    }

    /// The provider that uses this client in place of AWS.
    pub fn provider(&self) -> AwsProvider {
        let access = Access {
            region: REGION.to_owned(),
            profile: None,
            endpoint: Some("http://127.0.0.1:9".to_owned()),
            local_account: Some(ACCOUNT.to_owned()),
            http_client: Some(SharedHttpClient::new(self.clone())),
        };
        AwsProvider::new(access, Arc::new(secrets())).expect("the access has an endpoint")
    }

    /// The account and region of every resource.
    pub fn place() -> Place {
        Place {
            account: Some(ACCOUNT.to_owned()),
            role: None,
            region: Some(REGION.to_owned()),
        }
    }

    /// The requests captured since the previous call.
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
        let signed = request.headers().get("x-amz-date").map(str::to_owned);
        let request = plain(request);
        let captured = Captured {
            service: signed_for(&request),
            operation: answers::operation(&request),
            body: comparable(request.body()),
            faults: oracle::faults(&request),
        };
        assert!(
            captured.faults.is_empty() || !self.judges,
            "AWS does not take this {}: {:?}\n{}",
            captured.operation,
            captured.faults,
            captured.body
        );
        let now = Timestamp::now() + self.ahead;
        let (status, body) = if is_refused(signed.as_deref(), now) {
            (403, REFUSAL.to_owned())
        } else {
            (self.rule)(&captured).unwrap_or_else(|| (200, answers::empty(&request)))
        };
        self.requests
            .lock()
            .expect("no test panics while it holds the lock")
            .push(captured);
        let response = http::Response::builder()
            .status(status)
            .header(
                "date",
                now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string(),
            )
            .body(SdkBody::from(body))
            .expect("a valid response");
        HttpConnectorFuture::ready(Ok(
            HttpResponse::try_from(response).expect("a valid response")
        ))
    }
}

/// `…Credential=KEY/DATE/REGION/SERVICE/aws4_request…`
fn signed_for(request: &Request<Vec<u8>>) -> String {
    let signature = request.headers().get("authorization");
    let signature = signature.and_then(|text| text.to_str().ok());
    let service = signature.and_then(|text| text.split('/').nth(3));
    service.unwrap_or_default().to_owned()
}

/// AWS accepts signatures whose time is off by at most five minutes.
fn is_refused(signed: Option<&str>, now: Timestamp) -> bool {
    let signed = signed.and_then(|signed| {
        Timestamp::strptime("%Y%m%dT%H%M%S%z", signed.replace('Z', "+0000")).ok()
    });
    signed.is_none_or(|signed| now.duration_since(signed).abs() > SignedDuration::from_mins(5))
}

/// The secrets that samples refer to. All tests share one reader, because the hash of a value is slow and each reader computes it once.
pub fn secrets() -> SecretReader {
    static SECRETS: OnceLock<SecretReader> = OnceLock::new();
    let reader = SECRETS.get_or_init(|| {
        let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src/wire"));
        SecretReader::new(folder, SecretKey(SECRET_KEY.to_owned()))
    });
    reader.clone()
}

/// The same text for equal requests: the SDK writes maps in no fixed order, and the query protocols put everything into one line.
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
