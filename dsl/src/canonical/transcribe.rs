//! Reads any form of JSON straight into canonical text. JSON that is in canonical order already, such as everything that Windlass wrote, never becomes
//! a tree.
//!
//! Not here: writing a tree (`canonical`).

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

use super::{write, write_text};

/// Appends the canonical text of the value that `deserializer` reads.
pub(super) fn transcribe<'de, D: Deserializer<'de>>(
    deserializer: D,
    out: &mut String,
) -> Result<(), D::Error> {
    deserializer.deserialize_any(Transcriber(out))
}

struct Transcriber<'t>(&'t mut String);

/// A key of an object: its written form, and its plain text.
struct Key<'t>(&'t mut String, &'t mut String);

impl<'de> DeserializeSeed<'de> for Transcriber<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        transcribe(deserializer, self.0)
    }
}

impl<'de> Visitor<'de> for Transcriber<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.0.push_str("null");
        Ok(())
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        transcribe(deserializer, self.0)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        transcribe(deserializer, self.0)
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<(), E> {
        write(&Value::Bool(truth), self.0);
        Ok(())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        write(&Value::Number(number.into()), self.0);
        Ok(())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        write(&Value::Number(number.into()), self.0);
        Ok(())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        let number = Number::from_f64(number).map_or(Value::Null, Value::Number);
        write(&number, self.0);
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        write_text(text, self.0);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let out = self.0;
        out.push('[');
        let start = out.len();
        loop {
            let before = out.len();
            if before > start {
                out.push(',');
            }
            if items.next_element_seed(Transcriber(out))?.is_none() {
                out.truncate(before);
                break;
            }
        }
        out.push(']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let out = self.0;
        let start = out.len();
        out.push('{');
        let (mut last, mut key) = (None::<String>, String::new());
        let mut in_order = true;
        loop {
            let before = out.len();
            if last.is_some() {
                out.push(',');
            }
            if members.next_key_seed(Key(out, &mut key))?.is_none() {
                out.truncate(before);
                break;
            }
            out.push(':');
            members.next_value_seed(Transcriber(out))?;
            in_order &= last.as_ref().is_none_or(|last| *last < key);
            key = last.replace(std::mem::take(&mut key)).unwrap_or_default();
        }
        out.push('}');
        if !in_order {
            // The members' texts are canonical. Only their order is not, or a key occurs twice.
            let value: Value = serde_json::from_str(&out[start..]).map_err(A::Error::custom)?;
            out.truncate(start);
            write(&value, out);
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        write_text(text, self.0);
        self.1.clear();
        self.1.push_str(text);
        Ok(())
    }
}
