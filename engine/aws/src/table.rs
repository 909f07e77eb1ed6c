//! One table for both directions: converts values of a spec to the SDK's types, and values of the SDK to observations.
//!
//! `windlass_aws_derive::tables!` maps blocks and kinds member by member, and calls this module for each value. Not here: the rows, which are in the
//! files of their kinds.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use aws_smithy_types::{Document, Number};
use serde_json::Value;
use windlass::value::Text;

use crate::observed::Block;

pub use windlass_aws_derive::tables;

/// Converts a value of a spec to a type of the SDK; `None` if the request does not carry it. One enumeration of a spec can have several types in the SDK.
pub trait ToSdk<Form> {
    /// The SDK's value.
    fn to_sdk(&self) -> Option<Form>;
}

/// Like [`ToSdk`], for an optional value, a list or a map. If it is empty, the request does not carry it.
pub trait ToSdkWithin<Form> {
    /// The SDK's value.
    fn to_sdk(&self) -> Option<Form>;
}

impl<F, T: ToSdk<F>> ToSdkWithin<F> for Option<T> {
    fn to_sdk(&self) -> Option<F> {
        self.as_ref().and_then(T::to_sdk)
    }
}

impl<F, T: ToSdk<F>> ToSdkWithin<Vec<F>> for Vec<T> {
    fn to_sdk(&self) -> Option<Vec<F>> {
        (!self.is_empty()).then(|| self.iter().filter_map(T::to_sdk).collect())
    }
}

impl<F, T: ToSdk<F>> ToSdkWithin<HashMap<String, F>> for BTreeMap<String, T> {
    fn to_sdk(&self) -> Option<HashMap<String, F>> {
        let pairs = self.iter();
        let pairs = pairs.filter_map(|(key, value)| Some((key.clone(), value.to_sdk()?)));
        (!self.is_empty()).then(|| pairs.collect())
    }
}

/// Converts a value of the SDK to an observed value; `None` if AWS left it out.
pub trait Shown {
    /// The JSON with CloudFormation's names.
    fn shown(&self) -> Option<Value>;
}

/// A type of the SDK with a row that observes it.
pub trait Showing {
    /// The properties under CloudFormation's names.
    fn block(&self) -> Block;
}

/// A spec with a row that fills the call that creates its kind.
pub trait Fill<Call> {
    /// The call with all properties that it carries.
    fn fill(&self, call: Call) -> Call;
    /// The properties that have a value and that the call does not carry.
    fn later(&self) -> Vec<&'static str>;
}

/// The result of an SDK builder: some builders check that required members are set.
pub trait Built<T> {
    /// The value; panics if a required member is missing.
    fn built(self) -> T;
}

impl<T> Built<T> for T {
    fn built(self) -> T {
        self
    }
}

impl<T, E: fmt::Debug> Built<T> for Result<T, E> {
    fn built(self) -> T {
        self.expect("specs hold every member that AWS requires")
    }
}

impl<T: Showing> Shown for T {
    fn shown(&self) -> Option<Value> {
        let block = self.block();
        (!block.is_empty()).then(|| block.into())
    }
}

/// Enumerations of the SDK. Any text of a spec becomes a value, and AWS refuses a value that it does not know.
macro_rules! words {
    ($types:path { $($word:ident),+ $(,)? }) => {
        const _: () = {
            use $types as types;
            $(
                impl<T: windlass::value::Text> $crate::table::ToSdk<types::$word> for T {
                    fn to_sdk(&self) -> Option<types::$word> {
                        Some($crate::table::text(self).as_str().into())
                    }
                }
                impl $crate::table::Shown for types::$word {
                    fn shown(&self) -> Option<serde_json::Value> {
                        Some(self.as_str().into())
                    }
                }
            )+
        };
    };
}
pub(crate) use words;

/// The text of an identifier, an address or an enumeration: its JSON form is a text.
pub fn text(value: &impl Text) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(text)) => text,
        _ => unreachable!("the JSON form of a `Text` is a text"),
    }
}

impl<T: Text> ToSdk<String> for T {
    fn to_sdk(&self) -> Option<String> {
        Some(text(self))
    }
}

macro_rules! numbers {
    ($($number:ty),+ => $sent:ty) => {$(
        impl ToSdk<$sent> for $number {
            fn to_sdk(&self) -> Option<$sent> {
                // AWS's limits are far below `MAX`, so AWS refuses the clamped value as well.
                Some(<$sent>::try_from(*self).unwrap_or(<$sent>::MAX))
            }
        }
    )+};
}

numbers!(u8, u16, u32, i32, i64 => i32);
numbers!(u8, u16, u32, u64, i32, i64 => i64);

macro_rules! plain {
    ($($same:ty),+) => {$(
        impl ToSdk<$same> for $same {
            fn to_sdk(&self) -> Option<$same> {
                Some(self.clone())
            }
        }
    )+};
}

plain!(bool, f64);

macro_rules! shown {
    ($($scalar:ty),+) => {$(
        impl Shown for $scalar {
            fn shown(&self) -> Option<Value> {
                Some(self.clone().into())
            }
        }
    )+};
}

shown!(bool, i32, i64, f64, String);

impl ToSdk<Document> for Value {
    fn to_sdk(&self) -> Option<Document> {
        Some(match self {
            Value::Null => Document::Null,
            Value::Bool(value) => Document::Bool(*value),
            Value::Number(number) => Document::Number(document_number(number)),
            Value::String(text) => Document::String(text.clone()),
            Value::Array(items) => {
                Document::Array(items.iter().filter_map(Value::to_sdk).collect())
            }
            Value::Object(members) => Document::Object(
                members
                    .iter()
                    .filter_map(|(name, value)| Some((name.clone(), value.to_sdk()?)))
                    .collect(),
            ),
        })
    }
}

fn document_number(number: &serde_json::Number) -> Number {
    match (number.as_u64(), number.as_i64()) {
        (Some(number), _) => Number::PosInt(number),
        (None, Some(number)) => Number::NegInt(number),
        (None, None) => Number::Float(number.as_f64().unwrap_or_default()),
    }
}

impl<T: Shown> Shown for Option<T> {
    fn shown(&self) -> Option<Value> {
        self.as_ref().and_then(T::shown)
    }
}

impl<T: Shown> Shown for Vec<T> {
    fn shown(&self) -> Option<Value> {
        (!self.is_empty()).then(|| self.iter().filter_map(T::shown).collect())
    }
}

impl Shown for HashMap<String, String> {
    fn shown(&self) -> Option<Value> {
        let members = self
            .iter()
            .map(|(name, value)| (name.clone(), Value::from(value.as_str())));
        (!self.is_empty()).then(|| Value::Object(members.collect()))
    }
}

impl Shown for Document {
    fn shown(&self) -> Option<Value> {
        Some(match self {
            Document::Null => return None,
            Document::Bool(value) => Value::from(*value),
            Document::Number(Number::PosInt(number)) => Value::from(*number),
            Document::Number(Number::NegInt(number)) => Value::from(*number),
            Document::Number(Number::Float(number)) => Value::from(*number),
            Document::String(text) => Value::from(text.as_str()),
            Document::Array(items) => items.iter().filter_map(Document::shown).collect(),
            Document::Object(members) => Value::Object(
                members
                    .iter()
                    .filter_map(|(name, value)| Some((name.clone(), value.shown()?)))
                    .collect(),
            ),
        })
    }
}
