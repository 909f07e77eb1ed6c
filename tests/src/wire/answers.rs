//! AWS's answers in the two formats of its protocols. Not here: their content.

use http::Request;

/// The operation of a request, by the marks of its protocol.
pub fn operation(request: &Request<Vec<u8>>) -> String {
    if let Some(target) = request
        .headers()
        .get("x-amz-target")
        .and_then(|value| value.to_str().ok())
    {
        return target.rsplit('.').next().unwrap_or(target).to_owned();
    }
    let body = String::from_utf8_lossy(request.body());
    let action = body
        .split('&')
        .find_map(|pair| pair.strip_prefix("Action="));
    action.unwrap_or("unknown").to_owned()
}

/// The plain success of an operation: an answer without content.
pub fn empty(request: &Request<Vec<u8>>) -> String {
    if request.headers().contains_key("x-amz-target") {
        return "{}".to_owned();
    }
    let operation = operation(request);
    format!(
        "<{operation}Response><{operation}Result></{operation}Result><return>true</return></{operation}Response>"
    )
}
