//! One table for both directions: a block of a spec and the SDK's type of it, member by member under CloudFormation's names.
//!
//! A table takes the spec's block apart exhaustively, so a property without a line does not compile.
//! Not here: the tables, which stand beside their kinds.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_ecs::types;
use aws_smithy_types::{Document, Number};
use serde_json::Value;
use windlass::value::ResolvedTags;

use crate::observed::Block;

/// A value of a spec in a form of the SDK's; `None` where nothing is sent. One word of ours may have several types there.
pub trait ToSdk<Form> {
    /// The SDK's value.
    fn to_sdk(&self) -> Option<Form>;
}

/// A value of the SDK as it is observed; `None` where AWS left it out.
pub trait Shown {
    /// The JSON under CloudFormation's names.
    fn shown(&self) -> Option<Value>;
}

/// Tables: `Spec => SdkType { "Property": member, set_member; }`.
///
/// `(checked)` stands behind SDK types whose builder checks required members, `always` behind lists that are sent even when they are empty,
/// `as` before a member that the SDK calls otherwise, and `+ choice: put, see` for a choice between properties: what puts it into the
/// builder, and what sees it in an answer.
macro_rules! forms {
    ($($spec:ident => $sdk:ident $(($checked:ident))? {
        $($name:literal: $field:ident $(as $member:ident)?, $set:ident $(, $always:ident)?;)*
        $(+ $choice:ident: $put:path, $see:path;)?
    })+) => {$(
        impl $crate::ecs::form::ToSdk<aws_sdk_ecs::types::$sdk> for windlass::aws::ecs::$spec {
            fn to_sdk(&self) -> Option<aws_sdk_ecs::types::$sdk> {
                let Self { $($field,)* $($choice,)? } = self;
                let builder = aws_sdk_ecs::types::$sdk::builder();
                $(let builder = builder.$set($crate::ecs::form::forms!(@value $field $(, $always)?));)*
                $(let builder = $put(builder, $choice);)?
                Some($crate::ecs::form::forms!(@build builder $(, $checked)?))
            }
        }
        impl $crate::ecs::form::Shown for aws_sdk_ecs::types::$sdk {
            fn shown(&self) -> Option<serde_json::Value> {
                let block = $crate::observed::Block::new();
                $(let block = block.set($name, $crate::ecs::form::Shown::shown(&$crate::ecs::form::forms!(@member self, $field $(, $member)?)));)*
                $(let block = $see(block, self);)?
                Some(block.into())
            }
        }
    )+};
    (@value $field:ident) => { $crate::ecs::form::ToSdk::to_sdk($field) };
    (@value $field:ident, always) => { Some($crate::ecs::form::ToSdk::to_sdk($field).unwrap_or_default()) };
    (@build $builder:ident) => { $builder.build() };
    (@build $builder:ident, checked) => { $builder.build().expect("specs hold every member that AWS requires") };
    (@member $of:ident, $field:ident) => { $of.$field };
    (@member $of:ident, $field:ident, $member:ident) => { $of.$member };
}
pub(crate) use forms;

/// What is a text in specs and answers: enumerations with a type of the SDK's own.
macro_rules! enumerations {
    ($($spec:ident => $sdk:ident,)+) => {$(
        impl $crate::ecs::form::ToSdk<aws_sdk_ecs::types::$sdk> for windlass::aws::ecs::$spec {
            fn to_sdk(&self) -> Option<aws_sdk_ecs::types::$sdk> {
                Some(self.as_str().into())
            }
        }
        impl $crate::ecs::form::Shown for aws_sdk_ecs::types::$sdk {
            fn shown(&self) -> Option<serde_json::Value> {
                Some(self.as_str().into())
            }
        }
    )+};
}
pub(crate) use enumerations;

/// Identifiers, which the SDK takes as texts.
macro_rules! identifiers {
    ($($spec:ty),+ $(,)?) => {$(
        impl $crate::ecs::form::ToSdk<String> for $spec {
            fn to_sdk(&self) -> Option<String> {
                Some(self.as_str().to_owned())
            }
        }
    )+};
}
pub(crate) use identifiers;

macro_rules! numbers {
    ($($number:ty),+) => {$(
        impl ToSdk<i32> for $number {
            fn to_sdk(&self) -> Option<i32> {
                // What AWS would take is far below; it refuses what is cut here all the same.
                Some(i32::try_from(*self).unwrap_or(i32::MAX))
            }
        }
    )+};
}

numbers!(u8, u16, u32, i32);

macro_rules! plain {
    ($($same:ty),+) => {$(
        impl ToSdk<$same> for $same {
            fn to_sdk(&self) -> Option<$same> {
                Some(self.clone())
            }
        }
    )+};
}

plain!(bool, f64, String);

macro_rules! shown {
    ($($scalar:ty),+) => {$(
        impl Shown for $scalar {
            fn shown(&self) -> Option<Value> {
                Some(self.clone().into())
            }
        }
    )+};
}

shown!(bool, i32, f64, String);

impl<F, T: ToSdk<F>> ToSdk<F> for Option<T> {
    fn to_sdk(&self) -> Option<F> {
        self.as_ref().and_then(T::to_sdk)
    }
}

impl<F, T: ToSdk<F>> ToSdk<F> for Box<T> {
    fn to_sdk(&self) -> Option<F> {
        (**self).to_sdk()
    }
}

impl<F, T: ToSdk<F>> ToSdk<Vec<F>> for Vec<T> {
    fn to_sdk(&self) -> Option<Vec<F>> {
        (!self.is_empty()).then(|| self.iter().filter_map(T::to_sdk).collect())
    }
}

impl ToSdk<HashMap<String, String>> for BTreeMap<String, String> {
    fn to_sdk(&self) -> Option<HashMap<String, String>> {
        let pairs = self.iter().map(|(key, value)| (key.clone(), value.clone()));
        (!self.is_empty()).then(|| pairs.collect())
    }
}

impl ToSdk<Vec<types::Tag>> for ResolvedTags {
    fn to_sdk(&self) -> Option<Vec<types::Tag>> {
        (!self.0.is_empty()).then(|| super::tags::sdk_tags(&self.0))
    }
}

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

impl Shown for types::Tag {
    fn shown(&self) -> Option<Value> {
        let block = Block::new()
            .set("Key", self.key.as_ref())
            .set("Value", self.value.as_ref());
        Some(block.into())
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
