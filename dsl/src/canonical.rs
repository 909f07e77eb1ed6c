//! Canonical JSON text: equal values have equal texts, so that the engine can compare and hash specs without parsing them.

mod members;
mod transcribe;

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

pub use members::Members;

/// JSON text without white space and with sorted keys.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CanonicalJson(Arc<str>);

impl CanonicalJson {
    /// The canonical text of a value.
    #[must_use]
    pub fn of(value: &Value) -> Self {
        let mut text = String::new();
        write(value, &mut text);
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The members of an object, in order, each as its own canonical text, without parsing. A value that is not an object has none.
    #[must_use]
    pub fn members(&self) -> Members<'_> {
        Members::of(&self.0)
    }

    /// The text of one member of an object.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&str> {
        self.members()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    #[must_use]
    pub fn to_value(&self) -> Value {
        serde_json::from_str(&self.0).expect("canonical JSON is JSON")
    }

    /// Reads the text as a type.
    ///
    /// # Errors
    /// The text does not have the form of `T`.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.0)
    }

    /// SHA-256 of the text, in lowercase hex.
    #[must_use]
    pub fn hash(&self) -> String {
        hex(&Sha256::digest(self.0.as_bytes()))
    }
}

/// Lowercase hex digits of some bytes.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            write!(text, "{byte:02x}").expect("a string can be written to");
            text
        })
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(object) => {
            // Sorted here, because serde_json keeps insertion order if any dependency switches on that feature.
            let mut entries: Vec<_> = object.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| key.as_str());
            out.push('{');
            for (i, (key, item)) in entries.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_text(key, out);
                out.push(':');
                write(item, out);
            }
            out.push('}');
        }
        Value::String(text) => write_text(text, out),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Null => out.push_str("null"),
        Value::Number(number) => out.push_str(&number.to_string()),
    }
}

fn write_text(text: &str, out: &mut String) {
    let plain = |byte: &u8| *byte >= b' ' && *byte != b'"' && *byte != b'\\';
    if text.as_bytes().iter().all(plain) {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&serde_json::to_string(text).expect("a text is JSON"));
    }
}

impl fmt::Debug for CanonicalJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for CanonicalJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(&self.0).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for CanonicalJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut text = String::new();
        transcribe::transcribe(deserializer, &mut text)?;
        Ok(Self(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_for_one_value() {
        let value: Value =
            serde_json::from_str(r#" { "b": [1, {"z": null, "a": "\n\""}], "a": 1.5 } "#)
                .expect("json");
        let text = CanonicalJson::of(&value);
        assert_eq!(text.as_str(), r#"{"a":1.5,"b":[1,{"a":"\n\"","z":null}]}"#);
        assert_eq!(text.to_value(), value);
        let again: CanonicalJson =
            serde_json::from_str(&serde_json::to_string(&text).expect("json")).expect("json");
        assert_eq!(again, text);
    }

    #[test]
    fn members_are_taken_apart_without_parsing() {
        let value = serde_json::json!({"a": {"x": "}],\\\""}, "b": [1, "{"], "c": "t", "d": 1.5, "e": null, "f": {}});
        let text = CanonicalJson::of(&value);
        let parsed: serde_json::Map<_, _> = text
            .members()
            .map(|(key, part)| (key.to_owned(), serde_json::from_str(part).expect("JSON")))
            .collect();
        assert_eq!(Value::Object(parsed), value);
        assert_eq!(text.member("b"), Some(r#"[1,"{"]"#));
        assert_eq!(text.member("g"), None);
        let none = [Value::Null, Value::from("{"), serde_json::json!({})];
        for value in none {
            assert_eq!(CanonicalJson::of(&value).members().count(), 0, "{value}");
        }
    }

    #[test]
    fn what_is_read_is_written_as_canonical_text_whatever_its_form() {
        for text in [
            r#"{"b":1,"a":{"d":[true,null],"c":"é\u00e9\n"},"a2":-1.50,"big":18446744073709551615}"#,
            r#"{"a":1,"a":2}"#,
            r#"[ 1e3 , -0 , 0.1 , "\/" , {} , [] ]"#,
            r#"{"a":[{"z":1,"b":{"y":1,"x":2}}]}"#,
            r#""text""#,
        ] {
            let value: Value = serde_json::from_str(text).expect("JSON");
            let wanted = CanonicalJson::of(&value);
            let read: CanonicalJson = serde_json::from_str(text).expect("JSON");
            assert_eq!(read, wanted, "{text}");
            let read = CanonicalJson::deserialize(&value).expect("JSON");
            assert_eq!(read, wanted, "{text}");
        }
    }
}
