//! Policy documents in requests and answers: Windlass sends canonical JSON, and IAM returns percent-encoded JSON.

use serde_json::Value;
use windlass::canonical::CanonicalJson;

/// The text to send.
pub fn text(document: &Value) -> String {
    CanonicalJson::of(document).as_str().to_owned()
}

/// The text to send, in the form that tables need.
pub fn sent(document: &Value) -> Option<String> {
    Some(text(document))
}

/// The document of an answer. A text that is not JSON stays a text, so that it shows as a difference instead of an error.
pub fn value(answer: &str) -> Value {
    let decoded = decoded(answer);
    serde_json::from_str(&decoded).unwrap_or(Value::String(decoded))
}

/// Decodes percent-encoding (RFC 3986): `%` and two hex digits are one byte, and every other character is itself.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escaped = (first == b'%').then(|| after.get(..2)).flatten();
        let byte = escaped
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn documents_come_back_encoded_or_plain() {
        let document = json!({"Version": "2012-10-17", "Resource": "arn:aws:s3:::a+b/ü%"});
        assert_eq!(value(&text(&document)), document);
        let encoded = "%7B%22Version%22%3A%222012-10-17%22%2C%22Resource%22%3A%22arn%3Aaws%3As3%3A%3A%3Aa%2Bb%2F%C3%BC%25%22%7D";
        assert_eq!(value(encoded), document);
        assert_eq!(value("%"), json!("%"));
    }
}
