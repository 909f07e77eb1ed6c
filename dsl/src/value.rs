//! Values of a spec: literals, typed references to values that are not known yet, and the rules for where each may be used.
//!
//! Not here: the specs themselves (`aws`), nor their evaluation (`resolve`).

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::address::Address;
use crate::expr::{Expr, SecretSource};
use crate::schema::Shape;

/// A value that a program can write down.
pub trait Literal:
    Serialize + DeserializeOwned + Clone + fmt::Debug + Send + Sync + 'static
{
    /// The form of the value.
    const SHAPE: &'static Shape;
}

/// A literal whose JSON form is a text, so that it can become part of another text.
pub trait Text: Literal {}

/// A part of a spec: its JSON form in the document, its type for life cycles, and its shape.
pub trait Field {
    /// The same part after `resolve`: every expression has become a value.
    type Resolved: DeserializeOwned + Clone + fmt::Debug + Send + Sync + 'static;
    /// The form of the value.
    const SHAPE: &'static Shape;
    /// The document's form; `None` if the author wrote nothing.
    fn to_json(&self) -> Option<Value>;
}

/// A typed output of a declared resource, or a value computed from outputs.
///
/// The program does not know its value while it runs. An output fits only where an [`Input`] of its type is expected.
pub struct Output<T> {
    value: Value,
    of: PhantomData<fn() -> T>,
}

/// A place in a spec for a `T`: a literal, or an [`Output`] that will give one.
pub struct Input<T> {
    value: Value,
    of: PhantomData<fn() -> T>,
}

/// A type that converts into an [`Input`] of `T`. Setters and constructors take this trait in place of `Into`, so that the compiler explains a wrong
/// type in Windlass's own words.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not fit where `{T}` is wanted",
    label = "this is no `{T}`",
    note = "what fits is a literal of that type (for an identifier, `existing(\"…\")` of what was made elsewhere), or an output that gives one; \
            `.trust_as()` makes an output of another type fit, where you know better"
)]
pub trait IntoInput<T>: Into<Input<T>> {}

#[diagnostic::do_not_recommend]
impl<T, V: Into<Input<T>>> IntoInput<T> for V {}

impl<T> Output<T> {
    /// An output of a resource or lookup, by the CloudFormation name of the attribute.
    #[must_use]
    pub fn reference(address: &Address, output: &str) -> Self {
        Self::computed(&Expr::Ref {
            address: address.clone(),
            output: output.to_owned(),
        })
    }

    fn computed(expr: &Expr) -> Self {
        Self {
            value: expr.to_value(),
            of: PhantomData,
        }
    }

    /// The expression in its JSON form.
    #[must_use]
    pub fn to_value(&self) -> Value {
        self.value.clone()
    }

    /// The same output with another type.
    ///
    /// The compiler proves nothing about it any more; the engine checks the value when it resolves it.
    #[must_use]
    pub fn trust_as<U>(self) -> Output<U> {
        Output {
            value: self.value,
            of: PhantomData,
        }
    }
}

impl<T: Text> Output<T> {
    /// This text, followed by another one: `bucket.arn().join("/*")`.
    #[must_use]
    pub fn join(self, suffix: impl IntoInput<String>) -> Output<String> {
        Output::computed(&Expr::Join {
            join: vec![self.value, suffix.into().value],
        })
    }

    /// This output as plain text.
    #[must_use]
    pub fn text(self) -> Output<String> {
        self.trust_as()
    }

    /// One of the parts between separators, from 0; a negative index counts from the end: `arn.part("/", -1)`.
    #[must_use]
    pub fn part(self, by: &str, part: i32) -> Output<String> {
        Output::computed(&Expr::Split {
            split: self.value,
            by: by.to_owned(),
            part,
        })
    }
}

impl<T> Output<Vec<T>> {
    /// One element of the list, from 0.
    #[must_use]
    pub fn index(self, index: usize) -> Output<T> {
        Output::computed(&Expr::Index {
            of: self.value,
            index,
        })
    }
}

/// Texts joined in order, each a literal or an output: the result of [`text!`](crate::text).
#[must_use]
pub fn join(parts: impl IntoIterator<Item = Input<String>>) -> Output<String> {
    Output::computed(&Expr::Join {
        join: parts.into_iter().map(|part| part.value).collect(),
    })
}

/// The JSON text of a value that may contain expressions, with sorted keys.
#[must_use]
pub fn json_text(value: Value) -> Output<String> {
    Output::computed(&Expr::Json { json: value })
}

impl<T: Literal> Input<T> {
    /// The literal; `None` if this is an output.
    #[must_use]
    pub fn literal(&self) -> Option<T> {
        match Expr::of(&self.value) {
            Ok(None) => T::deserialize(&self.value).ok(),
            _ => None,
        }
    }
}

impl<T> Input<T> {
    /// An input from its JSON form in a document.
    pub(crate) fn of_value(value: Value) -> Self {
        Self {
            value,
            of: PhantomData,
        }
    }

    /// The document's form.
    #[must_use]
    pub fn to_value(&self) -> Value {
        self.value.clone()
    }

    /// The resource that this input refers to, if it is a plain reference.
    #[must_use]
    pub fn referenced(&self) -> Option<Address> {
        match Expr::of(&self.value) {
            Ok(Some(Expr::Ref { address, .. })) => Some(address),
            _ => None,
        }
    }

    /// The same value with another type; the engine checks the value when it resolves it.
    #[must_use]
    pub fn trust_as<U>(self) -> Input<U> {
        Input {
            value: self.value,
            of: PhantomData,
        }
    }
}

impl<T: Text> Input<T> {
    /// This value as plain text.
    #[must_use]
    pub fn text(self) -> Input<String> {
        self.trust_as()
    }
}

impl<T: Literal> From<T> for Input<T> {
    fn from(literal: T) -> Self {
        let value = serde_json::to_value(literal).expect("literals are plain JSON values");
        Self {
            value,
            of: PhantomData,
        }
    }
}

impl<T> From<Output<T>> for Input<T> {
    fn from(output: Output<T>) -> Self {
        Self {
            value: output.value,
            of: PhantomData,
        }
    }
}

impl<T> From<&Output<T>> for Input<T> {
    fn from(output: &Output<T>) -> Self {
        Self {
            value: output.value.clone(),
            of: PhantomData,
        }
    }
}

impl From<&str> for Input<String> {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl<T> Clone for Output<T> {
    fn clone(&self) -> Self {
        Self {
            value: self.value.clone(),
            of: PhantomData,
        }
    }
}

impl<T> Clone for Input<T> {
    fn clone(&self) -> Self {
        Self {
            value: self.value.clone(),
            of: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Output<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.value)
    }
}

impl<T> fmt::Debug for Input<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.value)
    }
}

impl<T: Literal> Field for Input<T> {
    type Resolved = T;
    const SHAPE: &'static Shape = T::SHAPE;
    fn to_json(&self) -> Option<Value> {
        Some(self.value.clone())
    }
}

impl<F: Field> Field for Option<F> {
    type Resolved = Option<F::Resolved>;
    const SHAPE: &'static Shape = F::SHAPE;
    fn to_json(&self) -> Option<Value> {
        self.as_ref().and_then(Field::to_json)
    }
}

/// An empty list counts as not written. If an empty list means something to AWS, the spec has an `Option<List<_>>`.
impl<F: Field> Field for Vec<F> {
    type Resolved = Vec<F::Resolved>;
    const SHAPE: &'static Shape = &Shape::List(F::SHAPE);
    fn to_json(&self) -> Option<Value> {
        (!self.is_empty()).then(|| self.iter().filter_map(Field::to_json).collect())
    }
}

/// An empty map counts as not written.
impl<F: Field> Field for BTreeMap<String, F> {
    type Resolved = BTreeMap<String, F::Resolved>;
    const SHAPE: &'static Shape = &Shape::Map(F::SHAPE);
    fn to_json(&self) -> Option<Value> {
        let entries = self
            .iter()
            .filter_map(|(key, value)| Some((key.clone(), value.to_json()?)));
        (!self.is_empty()).then(|| Value::Object(entries.collect()))
    }
}

/// A list that the document contains even when it is empty.
#[derive(Debug, Clone)]
pub struct List<F>(pub Vec<F>);

impl<F: Field> Field for List<F> {
    type Resolved = Vec<F::Resolved>;
    const SHAPE: &'static Shape = &Shape::List(F::SHAPE);
    fn to_json(&self) -> Option<Value> {
        Some(self.0.iter().filter_map(Field::to_json).collect())
    }
}

impl<F: Field> Field for Box<F> {
    type Resolved = Box<F::Resolved>;
    const SHAPE: &'static Shape = F::SHAPE;
    fn to_json(&self) -> Option<Value> {
        (**self).to_json()
    }
}

/// Any JSON, with expressions anywhere in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Json(pub Value);

impl Field for Json {
    type Resolved = Value;
    const SHAPE: &'static Shape = &Shape::Json;
    fn to_json(&self) -> Option<Value> {
        Some(self.0.clone())
    }
}

/// The tags of a resource. Keys that start with `aws:` or `windlass:` are reserved.
#[derive(Debug, Clone, Default)]
pub struct Tags(BTreeMap<String, Input<String>>);

impl Tags {
    /// Adds or replaces a tag.
    pub fn set(&mut self, key: impl Into<String>, value: impl IntoInput<String>) {
        self.0.insert(key.into(), value.into());
    }

    /// The tags in order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Input<String>)> {
        self.0.iter()
    }
}

impl Field for Tags {
    type Resolved = ResolvedTags;
    const SHAPE: &'static Shape = &Shape::Tags;
    fn to_json(&self) -> Option<Value> {
        let tag = |(key, value): (&String, &Input<String>)| serde_json::json!({"Key": key, "Value": value.value});
        (!self.0.is_empty()).then(|| self.0.iter().map(tag).collect())
    }
}

/// Tags as life cycles receive them: unique keys in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Vec<Tag>")]
pub struct ResolvedTags(pub BTreeMap<String, String>);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    key: String,
    value: String,
}

impl From<Vec<Tag>> for ResolvedTags {
    fn from(tags: Vec<Tag>) -> Self {
        Self(tags.into_iter().map(|tag| (tag.key, tag.value)).collect())
    }
}

/// A secret value, by its source. No form of this type contains the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretInput(pub SecretSource);

impl SecretInput {
    /// The value of an environment variable of the engine's process. The engine reads it when it sends it.
    pub fn from_env(variable: impl Into<String>) -> Self {
        Self(SecretSource::Env(variable.into()))
    }

    /// The content of a file, relative to the stack's folder. The engine reads it when it sends it, and leaves out one line feed at its end.
    pub fn from_file(path: impl Into<String>) -> Self {
        Self(SecretSource::File(path.into()))
    }
}

impl Field for SecretInput {
    type Resolved = SecretRef;
    const SHAPE: &'static Shape = &Shape::Secret;
    fn to_json(&self) -> Option<Value> {
        Some(
            Expr::Secret {
                secret: self.0.clone(),
            }
            .to_value(),
        )
    }
}

/// A secret as life cycles and the state know it: its source and a hash keyed by the state, from which the value cannot be recovered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretRef {
    /// The source of the value.
    pub source: SecretSource,
    /// A hash of the value that is slow to compute, with the state's own key as its salt. States of format 3 and older contain a fast one.
    pub hash: String,
}

macro_rules! literals {
    ($($type:ty => $shape:ident),+ $(,)?) => {
        $(impl Literal for $type {
            const SHAPE: &'static Shape = &Shape::$shape;
        })+
    };
}

literals! {
    bool => Bool,
    u8 => Integer, u16 => Integer, u32 => Integer, u64 => Integer, i32 => Integer, i64 => Integer,
    f64 => Number,
    String => Text, IpNet => Text, Ipv4Net => Text, Ipv6Net => Text, Ipv4Addr => Text, Ipv6Addr => Text,
}

impl Text for String {}
impl Text for IpNet {}
impl Text for Ipv4Net {}
impl Text for Ipv6Net {}
impl Text for Ipv4Addr {}
impl Text for Ipv6Addr {}

impl<T: Literal> Literal for Vec<T> {
    const SHAPE: &'static Shape = &Shape::List(T::SHAPE);
}
