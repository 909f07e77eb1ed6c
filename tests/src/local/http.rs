//! Calls without Windlass, over a plain connection. Not here: signatures, which the local cloud does not check.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// An answer over HTTP.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub text: String,
}

/// Sends an API call as that account.
///
/// # Panics
/// Nothing answers at the address.
pub fn call(
    address: &str,
    account: &str,
    service: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={account}/20300101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
    );
    let headers = [&[("authorization", authorization.as_str())], headers].concat();
    send(address, "POST", "/", &headers, body)
}

/// One request on a connection of its own. HTTP/1.0 ends the answer with the connection.
///
/// # Panics
/// Nothing answers at the address.
pub fn send(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let mut request = format!(
        "{method} {path} HTTP/1.0\r\nhost: {address}\r\nx-windlass-control: test\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    request.push_str(body);
    let mut connection = TcpStream::connect(address).expect("the local cloud listens");
    connection.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("it answers");
    let (head, text) = answer.split_once("\r\n\r\n").expect("an HTTP answer");
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    Answer {
        status: status.expect("a status line"),
        text: text.to_owned(),
    }
}
