//! Identifies a request: service, operation, account, region and protocol, read from its head and, for query protocols, its body.
//!
//! Not here: what to do about it (`gateway`, `rules`, `ecs`).

use std::collections::HashMap;
use std::sync::Mutex;

use http::request::Parts;
use http::{HeaderMap, Method, header};

use crate::moto::{ACCOUNT_HEADER, DEFAULT_ACCOUNT};

/// The protocol of a service: how it writes its requests and, what matters here, its errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// `X-Amz-Target` and JSON.
    Json,
    /// `Action=…` and XML: IAM, STS, ELBv2, Auto Scaling, …
    Query,
    /// EC2's own dialect of the query protocol.
    Ec2Query,
    /// Paths and XML: S3, Route 53, …
    RestXml,
    /// Paths and JSON.
    RestJson,
}

/// One call of an AWS API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    /// The signing name, `ecs`, `ec2`, `elasticloadbalancing`, …: the prefix that IAM policies use.
    pub(crate) service: String,
    pub(crate) operation: String,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) protocol: Protocol,
}

/// Maps access keys to accounts.
///
/// The rules, first match wins: the header `x-moto-account-id`; an access key id of twelve digits *is* the account; a key from AssumeRole belongs to
/// the role's account; else [`DEFAULT_ACCOUNT`].
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    sessions: Mutex<HashMap<String, String>>,
}

struct Credential<'a> {
    access_key: &'a str,
    region: &'a str,
    service: &'a str,
}

impl Accounts {
    /// Remembers the account of a key from AssumeRole's answer.
    pub(crate) fn learn_session(&self, access_key: &str, account: &str) {
        let mut sessions = self.sessions.lock().expect("no panic while held");
        sessions.insert(access_key.to_owned(), account.to_owned());
    }

    pub(crate) fn clear(&self) {
        self.sessions.lock().expect("no panic while held").clear();
    }

    fn of(&self, headers: &HeaderMap, access_key: Option<&str>) -> String {
        if let Some(named) = text(headers, ACCOUNT_HEADER) {
            return named.to_owned();
        }
        let Some(key) = access_key else {
            return DEFAULT_ACCOUNT.to_owned();
        };
        if is_account(key) {
            return key.to_owned();
        }
        let sessions = self.sessions.lock().expect("no panic while held");
        sessions
            .get(key)
            .map_or_else(|| DEFAULT_ACCOUNT.to_owned(), Clone::clone)
    }
}

pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the operation is in the body, which then has to be read first: forms and the JSON of `X-Amz-Target`. Both are small.
pub(crate) fn asks_in_body(parts: &Parts) -> bool {
    parts.method == Method::POST
        && (parts.headers.contains_key("x-amz-target")
            || text(&parts.headers, header::CONTENT_TYPE.as_str())
                .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")))
}

impl Call {
    /// Reads the call; `form` is the body if [`asks_in_body`] is true.
    pub(crate) fn read(parts: &Parts, form: &[u8], accounts: &Accounts) -> Self {
        let query = parts.uri.query().unwrap_or_default();
        let presigned = form_value(query, "X-Amz-Credential");
        let credential = text(&parts.headers, header::AUTHORIZATION.as_str())
            .and_then(|value| value.split_once("Credential="))
            .map(|(_, rest)| rest.split(',').next().unwrap_or(rest))
            .or(presigned.as_deref())
            .and_then(parse_credential);
        let account = accounts.of(
            &parts.headers,
            credential.as_ref().map(|credential| credential.access_key),
        );
        let region = credential
            .as_ref()
            .map_or("us-east-1", |credential| credential.region)
            .to_owned();
        let service = match &credential {
            Some(credential) => credential.service.to_ascii_lowercase(),
            None => service_of_unsigned(&parts.headers),
        };
        let (operation, protocol) = operation(parts, form, query, &service);
        Self {
            service,
            operation,
            account,
            region,
            protocol,
        }
    }

    /// `ecs:CreateService`, the name under which calls are counted.
    pub(crate) fn name(&self) -> String {
        format!("{}:{}", self.service, self.operation)
    }
}

fn operation(parts: &Parts, form: &[u8], query: &str, service: &str) -> (String, Protocol) {
    if let Some(target) = text(&parts.headers, "x-amz-target") {
        let name = target.rsplit('.').next().unwrap_or(target);
        return (name.to_owned(), Protocol::Json);
    }
    let form = std::str::from_utf8(form).unwrap_or_default();
    if let Some(action) = form_value(form, "Action").or_else(|| form_value(query, "Action")) {
        let protocol = if service == "ec2" {
            Protocol::Ec2Query
        } else {
            Protocol::Query
        };
        return (action, protocol);
    }
    if service == "s3" {
        return (s3_operation(parts, query).to_owned(), Protocol::RestXml);
    }
    let protocol = match service {
        "route53" | "cloudfront" | "s3-control" => Protocol::RestXml,
        _ => Protocol::RestJson,
    };
    // Without the service's model, the parameters in a path cannot be recognized; its first two parts are constant enough to count by.
    let head: Vec<&str> = parts
        .uri
        .path()
        .split('/')
        .filter(|part| !part.is_empty())
        .take(2)
        .collect();
    (format!("{} /{}", parts.method, head.join("/")), protocol)
}

fn s3_operation(parts: &Parts, query: &str) -> &'static str {
    let path = parts.uri.path().trim_matches('/');
    let has = |name: &str| {
        query
            .split('&')
            .any(|pair| pair.split('=').next() == Some(name))
    };
    let object = path.contains('/');
    match (parts.method.as_str(), path.is_empty(), object) {
        ("GET", true, _) => "ListBuckets",
        ("GET", _, true) if has("uploadId") => "ListParts",
        ("GET", _, true) => "GetObject",
        ("GET", ..) if has("list-type") => "ListObjectsV2",
        ("GET", ..) if has("versions") => "ListObjectVersions",
        ("GET", ..) if query.is_empty() => "ListObjects",
        ("GET", ..) => "GetBucketConfiguration",
        ("HEAD", _, true) => "HeadObject",
        ("HEAD", ..) => "HeadBucket",
        ("PUT", _, true) if has("uploadId") => "UploadPart",
        ("PUT", _, true) if parts.headers.contains_key("x-amz-copy-source") => "CopyObject",
        ("PUT", _, true) => "PutObject",
        ("PUT", ..) if query.is_empty() => "CreateBucket",
        ("PUT", ..) => "PutBucketConfiguration",
        ("POST", _, true) if has("uploads") => "CreateMultipartUpload",
        ("POST", _, true) if has("uploadId") => "CompleteMultipartUpload",
        ("POST", ..) if has("delete") => "DeleteObjects",
        ("DELETE", _, true) if has("uploadId") => "AbortMultipartUpload",
        ("DELETE", _, true) => "DeleteObject",
        ("DELETE", ..) if query.is_empty() => "DeleteBucket",
        ("DELETE", ..) => "DeleteBucketConfiguration",
        _ => "Unknown",
    }
}

/// `AKID/20261123/us-east-1/ecs/aws4_request`
fn parse_credential(scope: &str) -> Option<Credential<'_>> {
    let mut parts = scope.trim().split('/');
    let access_key = parts.next()?;
    let _date = parts.next()?;
    Some(Credential {
        access_key,
        region: parts.next()?,
        service: parts.next()?,
    })
}

fn service_of_unsigned(headers: &HeaderMap) -> String {
    match text(headers, "x-amz-target").and_then(|target| target.split('.').next()) {
        Some("AmazonEC2ContainerServiceV20141113") => "ecs",
        Some("AmazonSSM") => "ssm",
        Some("secretsmanager") => "secretsmanager",
        Some("Logs_20140328") => "logs",
        Some("AnyScaleFrontendService") => "application-autoscaling",
        Some("Route53AutoNaming_v20170314") => "servicediscovery",
        Some(other) => other,
        None => "unsigned",
    }
    .to_owned()
}

/// The value of a header, if it is text.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The decoded value of one name in `a=b&c=d`.
pub(crate) fn form_value(form: &str, name: &str) -> Option<String> {
    form_pairs(form).find_map(|(key, value)| (key == name).then_some(value))
}

/// The names and values of a form, decoded.
pub(crate) fn form_pairs(form: &str) -> impl Iterator<Item = (String, String)> {
    let pairs = form.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (percent_decoded(key), percent_decoded(value)))
}

/// A value as the query protocols write it: all characters except letters, digits and `-_.~` as `%XX`.
pub(crate) fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// Decodes what [`percent_encoded`] and browsers write.
pub(crate) fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits: Vec<u8> = rest.by_ref().take(2).collect();
                let hex = std::str::from_utf8(&digits).unwrap_or_default();
                bytes.extend(u8::from_str_radix(hex, 16));
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn read(request: http::request::Builder, body: &str) -> Call {
        let (parts, ()) = request.body(()).expect("well formed").into_parts();
        Call::read(&parts, body.as_bytes(), &Accounts::default())
    }

    fn signed(service: &str, key: &str) -> http::request::Builder {
        Request::builder().method("POST").uri("http://127.0.0.1/").header(
            "authorization",
            format!("AWS4-HMAC-SHA256 Credential={key}/20261123/eu-west-1/{service}/aws4_request, SignedHeaders=host, Signature=0"),
        )
    }

    #[test]
    fn json_calls_are_named_by_their_target() {
        let call = read(
            signed("ecs", "AKIDEXAMPLE").header(
                "x-amz-target",
                "AmazonEC2ContainerServiceV20141113.CreateService",
            ),
            "",
        );
        assert_eq!(call.name(), "ecs:CreateService");
        assert_eq!(call.protocol, Protocol::Json);
        assert_eq!(
            (call.region.as_str(), call.account.as_str()),
            ("eu-west-1", DEFAULT_ACCOUNT)
        );
    }

    #[test]
    fn query_calls_are_named_by_their_action() {
        let call = read(
            signed("ec2", "AKID"),
            "Version=2016-11-15&Action=DescribeVpcs",
        );
        assert_eq!(call.name(), "ec2:DescribeVpcs");
        assert_eq!(call.protocol, Protocol::Ec2Query);
        let call = read(
            signed("elasticloadbalancing", "AKID"),
            "Action=CreateLoadBalancer&Name=a",
        );
        assert_eq!(call.protocol, Protocol::Query);
    }

    #[test]
    fn s3_calls_are_named_by_method_and_path() {
        let get = Request::builder()
            .method("GET")
            .uri("http://h/bucket?list-type=2&prefix=a")
            .header(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=AKID/20261123/us-east-1/s3/aws4_request",
            );
        assert_eq!(read(get, "").name(), "s3:ListObjectsV2");
    }

    #[test]
    fn the_account_comes_from_the_header_then_the_key_then_the_session() {
        let accounts = Accounts::default();
        accounts.learn_session("ASIASESSION", "222222222222");
        let account = |key: &str, header: Option<&str>| {
            let mut request = signed("ecs", key);
            if let Some(header) = header {
                request = request.header(ACCOUNT_HEADER, header);
            }
            let (parts, ()) = request.body(()).expect("well formed").into_parts();
            Call::read(&parts, b"", &accounts).account
        };
        assert_eq!(
            account("111111111111", Some("333333333333")),
            "333333333333"
        );
        assert_eq!(account("111111111111", None), "111111111111");
        assert_eq!(account("ASIASESSION", None), "222222222222");
        assert_eq!(account("AKIAIOSFODNN7EXAMPLE", None), DEFAULT_ACCOUNT);
    }

    #[test]
    fn form_values_are_decoded() {
        let form = "Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A222222222222%3Arole%2Fa+b";
        assert_eq!(
            form_value(form, "RoleArn").as_deref(),
            Some("arn:aws:iam::222222222222:role/a b")
        );
        assert_eq!(form_value(form, "Role"), None);
        let arn = "arn:aws:iam::2:role/a b~c";
        assert_eq!(
            percent_encoded(arn),
            "arn%3Aaws%3Aiam%3A%3A2%3Arole%2Fa%20b~c"
        );
        assert_eq!(percent_decoded(&percent_encoded(arn)), arn);
    }
}
