//! Loopback addresses of this machine, and a small JSON client that can reach nothing else.
//!
//! Not here: the streaming proxy (`gateway`). Only a loopback address can become a [`Loopback`], so neither the gateway nor this client can be pointed
//! at another machine, such as a real AWS endpoint.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use serde::de::DeserializeOwned;

/// The header that every changing request to the gateway itself must have.
pub(crate) const GUARD: &str = "x-windlass-control";

/// A socket address on a loopback interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loopback(SocketAddr);

/// Why an address or a request was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum LoopbackError {
    /// The address is not on a loopback interface.
    #[error("`{0}` is not a loopback address: the local cloud talks to this machine only")]
    NotLoopback(String),
    /// There was no answer, or the answer broke off.
    #[error("{url} did not answer")]
    Unreachable {
        /// The URL of the request.
        url: String,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The answer did not come in time.
    #[error("{url} did not answer within {} s", .limit.as_secs())]
    Slow {
        /// The URL of the request.
        url: String,
        /// The timeout.
        limit: Duration,
    },
    /// The gateway answered with an error of its own.
    #[error("{url} answered {status}: {body}")]
    Refused {
        /// The URL of the request.
        url: String,
        /// The HTTP status.
        status: StatusCode,
        /// The answer's text.
        body: String,
    },
    /// The answer does not have the expected form.
    #[error("{url} answered something unexpected")]
    Unexpected {
        /// The URL of the request.
        url: String,
        /// The parser's error.
        #[source]
        source: serde_json::Error,
    },
}

impl Loopback {
    /// Any free port on 127.0.0.1.
    pub(crate) const ANY: Self = Self(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0));

    pub(crate) fn port_on_localhost(port: u16) -> Self {
        Self(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port))
    }

    /// The socket address.
    #[must_use]
    pub fn socket(self) -> SocketAddr {
        self.0
    }

    /// The base URL, without a slash at the end.
    #[must_use]
    pub fn url(self) -> String {
        format!("http://{}", self.0)
    }

    /// Parses a base URL such as `http://127.0.0.1:4566`.
    ///
    /// # Errors
    /// If the URL names anything but a loopback address.
    pub fn parse(url: &str) -> Result<Self, LoopbackError> {
        let refused = || LoopbackError::NotLoopback(url.to_owned());
        let rest = url.strip_prefix("http://").ok_or_else(refused)?;
        let socket: SocketAddr = rest.trim_end_matches('/').parse().map_err(|_| refused())?;
        Self::try_from(socket)
    }
}

impl TryFrom<SocketAddr> for Loopback {
    type Error = LoopbackError;

    fn try_from(socket: SocketAddr) -> Result<Self, LoopbackError> {
        if socket.ip().is_loopback() {
            Ok(Self(socket))
        } else {
            Err(LoopbackError::NotLoopback(socket.to_string()))
        }
    }
}

/// A JSON client of one loopback server.
#[derive(Debug, Clone)]
pub(crate) struct LoopbackClient {
    server: Loopback,
    http: Client<HttpConnector, Full<Bytes>>,
    limit: Duration,
}

impl LoopbackClient {
    pub(crate) fn new(server: Loopback, limit: Duration) -> Self {
        Self {
            server,
            http: Client::builder(TokioExecutor::new()).build(HttpConnector::new()),
            limit,
        }
    }

    /// Sends a request with an optional JSON body and returns the text of a successful answer.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> Result<Bytes, LoopbackError> {
        let headers = [("content-type", "application/json"), (GUARD, "1")];
        self.send_with(method, path, &headers, body).await
    }

    /// The same with these headers only.
    pub(crate) async fn send_with(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Result<Bytes, LoopbackError> {
        let url = format!("{}{path}", self.server.url());
        let mut request = Request::builder().method(method).uri(&url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request
            .body(Full::from(body.unwrap_or_default()))
            .map_err(|source| LoopbackError::Unreachable {
                url: url.clone(),
                source: source.into(),
            })?;
        let exchange = async {
            let answer = self.http.request(request).await?;
            let status = answer.status();
            let body = answer.into_body().collect().await?.to_bytes();
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>((status, body))
        };
        match tokio::time::timeout(self.limit, exchange).await {
            Err(_) => Err(LoopbackError::Slow {
                url,
                limit: self.limit,
            }),
            Ok(Err(source)) => Err(LoopbackError::Unreachable { url, source }),
            Ok(Ok((status, body))) if status.is_success() => Ok(body),
            Ok(Ok((status, body))) => Err(LoopbackError::Refused {
                url,
                status,
                body: String::from_utf8_lossy(&body).into_owned(),
            }),
        }
    }

    /// The same as [`Self::send`], with the answer parsed.
    pub(crate) async fn json<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> Result<T, LoopbackError> {
        let answer = self.send(method, path, body).await?;
        serde_json::from_slice(&answer).map_err(|source| LoopbackError::Unexpected {
            url: format!("{}{path}", self.server.url()),
            source,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_addresses_are_accepted() {
        assert!(Loopback::parse("http://127.0.0.1:4566").is_ok());
        assert!(Loopback::parse("http://[::1]:4566/").is_ok());
        for url in [
            "http://10.0.0.1:80",
            "http://0.0.0.0:80",
            "https://127.0.0.1:80",
            "http://ecs.us-east-1.amazonaws.com",
        ] {
            assert!(Loopback::parse(url).is_err(), "{url}");
        }
    }
}
