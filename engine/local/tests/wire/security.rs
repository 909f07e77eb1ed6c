//! Access: which callers the local cloud answers, and what it never reaches: web pages, moto's own commands, other addresses.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use serde_json::json;
use tokio::net::TcpListener;
use windlass_local::EmbeddedCloud;

use crate::client::{Answer, AwsClient};

async fn sent(url: &str, method: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(Bytes::new())).expect("well formed");
    let aws = AwsClient::new("http://127.0.0.1", "220000000001");
    aws.send(request).await.expect("an answer")
}

#[tokio::test]
async fn web_pages_are_refused() {
    let cloud = EmbeddedCloud::shared();
    let status = format!("{}/_windlass/status", cloud.endpoint());
    let call = format!("{}/", cloud.endpoint());
    for url in [&status, &call] {
        for foreign in [
            ("host", "evil.example"),
            ("origin", "http://evil.example"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
        ] {
            for method in ["GET", "POST", "OPTIONS"] {
                let answer = sent(url, method, &[foreign, ("x-windlass-control", "1")]).await;
                assert_eq!(
                    answer.status,
                    StatusCode::FORBIDDEN,
                    "{method} {url} {foreign:?}"
                );
            }
        }
    }
    let port = cloud.endpoint().rsplit(':').next().expect("a port");
    for host in [
        format!("localhost:{port}"),
        format!("[::1]:{port}"),
        "127.0.0.1".to_owned(),
    ] {
        let answer = sent(&status, "GET", &[("host", &host)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{host}");
    }
}

#[tokio::test]
async fn no_answer_lets_another_origin_read_it() {
    let cloud = EmbeddedCloud::shared();
    let aws = AwsClient::new(cloud.endpoint(), "220000000002");
    let own = [("origin", cloud.endpoint())];
    let made = aws.send(aws.put_object("/open", Bytes::new())).await;
    assert!(made.expect("an answer").status.is_success());
    let cors = "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>";
    let put = aws
        .send(aws.put_object("/open?cors", Bytes::from(cors)))
        .await;
    assert!(put.expect("an answer").status.is_success());
    for path in ["/open/missing", "/open"] {
        for method in ["GET", "OPTIONS"] {
            let url = format!("{}{path}", cloud.endpoint());
            let mut headers = own.to_vec();
            headers.push(("access-control-request-method", "GET"));
            let answer = sent(&url, method, &headers).await;
            let granted = answer
                .headers
                .keys()
                .any(|name| name.as_str().starts_with("access-control-"));
            assert!(!granted, "{method} {path}: {:?}", answer.headers);
        }
    }
}

#[tokio::test]
async fn motos_own_commands_are_closed() {
    let cloud = EmbeddedCloud::shared();
    let aws = AwsClient::new(cloud.endpoint(), "220000000003");
    aws.ecs("CreateCluster", json!({"clusterName": "stays"}))
        .await
        .ok();
    for path in [
        "/moto-api/",
        "/moto-api/reset",
        "//moto-api/reset",
        "/%6doto-api/reset",
        "/moto-api/seed?a=1",
        "/latest/meta-data/iam/security-credentials/",
    ] {
        for (place, base) in [("gateway", cloud.endpoint()), ("moto", cloud.backend())] {
            let headers = [("x-windlass-key", "guess"), ("x-windlass-manager", "guess")];
            let answer = sent(&format!("{base}{path}"), "POST", &headers).await;
            assert_eq!(
                answer.status,
                StatusCode::FORBIDDEN,
                "{place} {path}: {}",
                answer.text
            );
        }
    }
    let moto = AwsClient::new(cloud.backend(), "220000000003");
    let refused = moto.ecs("ListClusters", json!({})).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
    let listed = aws.ecs("ListClusters", json!({})).await.ok();
    assert_eq!(listed["clusterArns"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn nothing_that_a_caller_asks_reaches_another_address() {
    let cloud = EmbeddedCloud::shared();
    let aws = AwsClient::new(cloud.endpoint(), "220000000004");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("bound").port();
    let sns = async |form: String| {
        let answer = aws
            .query("sns", &format!("{form}&Version=2010-03-31"))
            .await;
        answer.expect("an answer")
    };
    let topic = "arn%3Aaws%3Asns%3Aus-east-1%3A220000000004%3Aout";
    let create = sns("Action=CreateTopic&Name=out".to_owned()).await;
    assert!(create.status.is_success(), "{}", create.text);
    for host in ["127.0.0.1", "localhost"] {
        let endpoint = format!("http%3A%2F%2F{host}%3A{port}%2Finternal");
        let subscribed = sns(format!(
            "Action=Subscribe&TopicArn={topic}&Protocol=http&Endpoint={endpoint}"
        ));
        assert!(subscribed.await.status.is_success());
    }
    sns(format!("Action=Publish&TopicArn={topic}&Message=m")).await;
    let reached = tokio::time::timeout(Duration::from_millis(300), listener.accept()).await;
    assert!(reached.is_err(), "moto has connected: {reached:?}");
}
