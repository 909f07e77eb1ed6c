//! Conditions of a statement: an operator, a key, and the values that AWS compares the key with.
//!
//! Not here: the keys; every service has its own. Reference:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use serde_json::{Value, json};

use crate::value::IntoInput;

crate::text_enum! {
    /// The operator of a condition.
    pub enum Operator {
        /// Equal, case-sensitive.
        StringEquals = "StringEquals",
        /// Not equal, case-sensitive.
        StringNotEquals = "StringNotEquals",
        /// Equal, case-insensitive.
        StringEqualsIgnoreCase = "StringEqualsIgnoreCase",
        /// Not equal, case-insensitive.
        StringNotEqualsIgnoreCase = "StringNotEqualsIgnoreCase",
        /// Matches a pattern with `*` and `?`.
        StringLike = "StringLike",
        /// Does not match a pattern with `*` and `?`.
        StringNotLike = "StringNotLike",
        /// The same number.
        NumericEquals = "NumericEquals",
        /// Another number.
        NumericNotEquals = "NumericNotEquals",
        /// A smaller number.
        NumericLessThan = "NumericLessThan",
        /// A smaller number or the same.
        NumericLessThanEquals = "NumericLessThanEquals",
        /// A greater number.
        NumericGreaterThan = "NumericGreaterThan",
        /// A greater number or the same.
        NumericGreaterThanEquals = "NumericGreaterThanEquals",
        /// The same time.
        DateEquals = "DateEquals",
        /// Another time.
        DateNotEquals = "DateNotEquals",
        /// Earlier.
        DateLessThan = "DateLessThan",
        /// Earlier or at that time.
        DateLessThanEquals = "DateLessThanEquals",
        /// Later.
        DateGreaterThan = "DateGreaterThan",
        /// Later or at that time.
        DateGreaterThanEquals = "DateGreaterThanEquals",
        /// `true` or `false`.
        Bool = "Bool",
        /// The same bytes, in Base64.
        BinaryEquals = "BinaryEquals",
        /// Within a range of addresses.
        IpAddress = "IpAddress",
        /// Outside a range of addresses.
        NotIpAddress = "NotIpAddress",
        /// The same ARN, with `*` and `?` in each part.
        ArnEquals = "ArnEquals",
        /// Another ARN.
        ArnNotEquals = "ArnNotEquals",
        /// The same ARN, with `*` and `?` in each part.
        ArnLike = "ArnLike",
        /// Another ARN, with `*` and `?` in each part.
        ArnNotLike = "ArnNotLike",
        /// Whether the key is absent.
        Null = "Null",
    }
}

impl Operator {
    /// The operator in a text such as `ForAnyValue:StringLikeIfExists`.
    pub(super) fn within(text: &str) -> Option<Self> {
        let plain = text
            .strip_prefix("ForAllValues:")
            .or_else(|| text.strip_prefix("ForAnyValue:"))
            .unwrap_or(text);
        let plain = plain.strip_suffix("IfExists").unwrap_or(plain);
        Self::ALL
            .iter()
            .copied()
            .find(|operator| operator.as_str() == plain)
    }
}

/// One condition. A statement applies if all of its conditions are true.
#[derive(Debug, Clone)]
pub struct Condition {
    operator: String,
    key: String,
    values: Vec<Value>,
}

impl Condition {
    /// Compares a key with values, of which one must match.
    #[must_use]
    pub fn new(
        operator: Operator,
        key: impl Into<String>,
        values: impl IntoIterator<Item = impl IntoInput<String>>,
    ) -> Self {
        Self {
            operator: operator.to_string(),
            key: key.into(),
            values: values
                .into_iter()
                .map(|value| value.into().to_value())
                .collect(),
        }
    }

    /// `StringEquals` with one value.
    #[must_use]
    pub fn equals(key: impl Into<String>, value: impl IntoInput<String>) -> Self {
        Self::new(Operator::StringEquals, key, [value])
    }

    /// `ArnLike` with one value.
    #[must_use]
    pub fn arn_like(key: impl Into<String>, value: impl IntoInput<String>) -> Self {
        Self::new(Operator::ArnLike, key, [value])
    }

    /// Makes the condition true for a request without this key, too.
    #[must_use]
    pub fn if_exists(mut self) -> Self {
        self.operator.push_str("IfExists");
        self
    }

    /// For keys with many values: all of the request's values must match.
    #[must_use]
    pub fn for_all_values(mut self) -> Self {
        self.operator.insert_str(0, "ForAllValues:");
        self
    }

    /// For keys with many values: one of the request's values must match.
    #[must_use]
    pub fn for_any_value(mut self) -> Self {
        self.operator.insert_str(0, "ForAnyValue:");
        self
    }

    pub(super) fn add_to(&self, statement: &mut Value) {
        statement["Condition"][&self.operator][&self.key] = json!(self.values);
    }
}
