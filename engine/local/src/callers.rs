//! Cross-site requests and DNS rebinding: which callers the gateway answers.
//!
//! A web page that a developer opens can send requests to 127.0.0.1. The gateway holds secrets, so it refuses every request that a browser sends for a
//! page of another origin, and every request to another host's name. AWS clients send neither. Not here: moto's own port and paths, which answer the
//! gateway alone (`moto/guard.py`).

use http::header::{self, HeaderMap, HeaderName};
use http::request::Parts;
use http::uri::Authority;

/// Why the gateway refuses a request; `None` if it answers the request.
pub(crate) fn refusal(parts: &Parts) -> Option<String> {
    let headers = &parts.headers;
    for authority in hosts(parts) {
        if !authority.as_deref().is_ok_and(is_this_host) {
            return Some(format!(
                "the local cloud answers requests to 127.0.0.1, localhost and [::1], not to `{}`",
                authority.unwrap_or_else(|invalid| invalid)
            ));
        }
    }
    if let Some(origin) = headers.get(header::ORIGIN)
        && !is_own_origin(origin.as_bytes(), headers)
    {
        return Some("the local cloud does not answer web pages of another origin".to_owned());
    }
    // Browsers send no `Origin` with an image or a script that a page of another site loads.
    let site = headers.get("sec-fetch-site").map(|site| site.as_bytes());
    if site.is_some_and(|site| !matches!(site, b"none" | b"same-origin")) {
        return Some("the local cloud does not answer web pages of another site".to_owned());
    }
    None
}

/// Removes the headers that would let a page of another origin read an answer.
pub(crate) fn without_cors(headers: &mut HeaderMap) {
    let cors: Vec<HeaderName> = headers
        .keys()
        .filter(|name| name.as_str().starts_with("access-control-"))
        .cloned()
        .collect();
    for name in cors {
        headers.remove(name);
    }
}

/// The hosts that a request names: each of its `Host` headers, and the authority of a request to a proxy. If there are none, an invalid one.
fn hosts(parts: &Parts) -> Vec<Result<String, String>> {
    let named = parts.headers.get_all(header::HOST).into_iter().map(|host| {
        host.to_str()
            .map(str::to_owned)
            .map_err(|_| String::from_utf8_lossy(host.as_bytes()).into_owned())
    });
    let proxied = parts.uri.authority().map(|host| Ok(host.to_string()));
    let hosts: Vec<_> = named.chain(proxied).collect();
    if hosts.is_empty() {
        return vec![Err(String::new())];
    }
    hosts
}

/// Whether a `Host` means this machine, whatever a name server answers. Any port is allowed, because a forwarded port differs from the gateway's.
///
/// Browsers and systems resolve names below `localhost` themselves (RFC 6761); S3 clients put the bucket there.
fn is_this_host(authority: &str) -> bool {
    let Ok(authority) = authority.parse::<Authority>() else {
        return false;
    };
    let host = authority.host().to_ascii_lowercase();
    !authority.as_str().contains('@')
        && (matches!(host.as_str(), "127.0.0.1" | "localhost" | "[::1]")
            || host.ends_with(".localhost"))
}

/// Whether a page of this origin was served by the gateway itself.
fn is_own_origin(origin: &[u8], headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).map(|host| host.as_bytes());
    host.is_some_and(|host| origin.strip_prefix(b"http://") == Some(host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn refused(headers: &[(&str, &str)], uri: &str) -> bool {
        let mut request = Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).expect("well formed").into_parts();
        refusal(&parts).is_some()
    }

    #[test]
    fn only_names_of_this_host_are_answered() {
        for host in [
            "127.0.0.1:4566",
            "localhost:4566",
            "LOCALHOST",
            "[::1]:4566",
            "bucket.localhost:4566",
        ] {
            assert!(!refused(&[("host", host)], "/"), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:4566",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "evillocalhost",
            "127.0.0.1@evil.example",
            "evil.example@127.0.0.1",
            "169.254.169.254",
            "",
        ] {
            assert!(refused(&[("host", host)], "/"), "{host}");
        }
        assert!(refused(&[], "/"), "no host at all");
        let two = [("host", "127.0.0.1:1"), ("host", "evil.example")];
        assert!(refused(&two, "/"));
        let host = [("host", "127.0.0.1:1")];
        assert!(refused(&host, "http://evil.example/"), "as to a proxy");
        assert!(!refused(&host, "http://127.0.0.1:1/"));
    }

    #[test]
    fn pages_are_not_answered() {
        let host = ("host", "127.0.0.1:1");
        for origin in [
            "http://evil.example",
            "null",
            "http://127.0.0.1:2",
            "https://127.0.0.1:1",
        ] {
            assert!(refused(&[host, ("origin", origin)], "/"), "{origin}");
        }
        assert!(!refused(&[host, ("origin", "http://127.0.0.1:1")], "/"));
        for (site, is_refused) in [
            ("cross-site", true),
            ("same-site", true),
            ("same-origin", false),
            ("none", false),
        ] {
            assert_eq!(refused(&[host, ("sec-fetch-site", site)], "/"), is_refused);
        }
    }
}
