//! A plain client for the tests. It signs nothing, and names the account and the service in the credential scope, as an SDK would.

use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use bytes::Bytes;

pub struct AwsClient {
    endpoint: String,
    account: String,
    http: Client<HttpConnector, Full<Bytes>>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The JSON of an answer, which must be a success.
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        self.json()
    }

    /// The code and message of an answer, which must be an error.
    pub fn error(&self) -> (String, String) {
        assert!(
            self.status.is_client_error(),
            "{} {}",
            self.status,
            self.text
        );
        let body = self.json();
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        (text("__type"), text("message"))
    }
}

impl AwsClient {
    /// A client whose access key id is the account.
    pub fn new(endpoint: &str, account: &str) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            account: account.to_owned(),
            http: Client::builder(TokioExecutor::new()).build(HttpConnector::new()),
        }
    }

    fn signed(&self, service: &str) -> http::request::Builder {
        Request::builder().method("POST").uri(format!("{}/", self.endpoint)).header(
            "authorization",
            format!(
                "AWS4-HMAC-SHA256 Credential={}/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0",
                self.account
            ),
        )
    }

    /// Sends any request. `None` when the connection ends without a complete answer.
    pub async fn send(&self, request: Request<Full<Bytes>>) -> Option<Answer> {
        let answer = self.http.request(request).await.ok()?;
        let status = answer.status();
        let headers = answer.headers().clone();
        let body = answer.into_body().collect().await.ok()?.to_bytes();
        Some(Answer {
            status,
            headers,
            text: String::from_utf8_lossy(&body).into_owned(),
        })
    }

    pub async fn json(&self, service: &str, target: &str, body: Value) -> Option<Answer> {
        let request = self
            .signed(service)
            .header("x-amz-target", target)
            .header("content-type", "application/x-amz-json-1.1")
            .body(Full::from(body.to_string()))
            .expect("well formed");
        self.send(request).await
    }

    pub async fn ecs(&self, operation: &str, body: Value) -> Answer {
        let target = format!("AmazonEC2ContainerServiceV20141113.{operation}");
        self.json("ecs", &target, body).await.expect("an answer")
    }

    pub async fn query(&self, service: &str, form: &str) -> Option<Answer> {
        let request = self
            .signed(service)
            .header(
                "content-type",
                "application/x-www-form-urlencoded; charset=utf-8",
            )
            .body(Full::from(form.to_owned()))
            .expect("well formed");
        self.send(request).await
    }

    pub fn put_object(&self, path: &str, body: Bytes) -> Request<Full<Bytes>> {
        let (mut parts, ()) = self
            .signed("s3")
            .body(())
            .expect("well formed")
            .into_parts();
        parts.method = http::Method::PUT;
        parts.uri = format!("{}{path}", self.endpoint).parse().expect("a URI");
        Request::from_parts(parts, Full::from(body))
    }

    pub fn get_object(&self, path: &str) -> Request<Full<Bytes>> {
        let (mut parts, body) = self.put_object(path, Bytes::new()).into_parts();
        parts.method = http::Method::GET;
        Request::from_parts(parts, body)
    }
}
