//! An empty account: a loopback server that answers who the caller is and which zones exist, and refuses every other call.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

const IDENTITY: &str = r#"<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/operator</Arn><UserId>AIDAEXAMPLE</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"#;
const ZONES: &str = r#"<DescribeAvailabilityZonesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><availabilityZoneInfo><item><zoneName>us-east-1a</zoneName><zoneId>use1-az1</zoneId><zoneState>available</zoneState><regionName>us-east-1</regionName></item></availabilityZoneInfo></DescribeAvailabilityZonesResponse>"#;
const REFUSED: &str = r#"<ErrorResponse><Error><Code>AccessDenied</Code><Message>the scenario needs no such call</Message></Error></ErrorResponse>"#;

/// Serves until the test ends. Returns the endpoint.
pub fn empty() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let place = listener.local_addr().expect("a listener has an address");
    std::thread::spawn(move || {
        for connection in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(|| serve(connection));
        }
    });
    format!("http://{place}")
}

/// One answer for each connection. If the caller has gone away, the answer is dropped.
fn serve(connection: TcpStream) -> Option<()> {
    let mut reader = BufReader::new(connection.try_clone().ok()?);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim().to_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(given) = line.strip_prefix("content-length:") {
            length = given.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let asked = String::from_utf8_lossy(&body).into_owned();
    let (status, text) = if asked.contains("Action=GetCallerIdentity") {
        ("200 OK", IDENTITY)
    } else if asked.contains("Action=DescribeAvailabilityZones") {
        ("200 OK", ZONES)
    } else {
        ("403 Forbidden", REFUSED)
    };
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/xml\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        text.len()
    );
    let mut connection = connection;
    connection.write_all(head.as_bytes()).ok()?;
    connection.write_all(text.as_bytes()).ok()
}
