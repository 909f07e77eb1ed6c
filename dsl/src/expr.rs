//! The expressions that a document can hold in place of a value, and their JSON form `{"$windlass": …}`.
//!
//! All operations can be serialised: there is never a closure between a program and its plan. Not here: evaluating expressions, which `resolve` in the
//! planning crate does.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::address::Address;

/// The one key of the JSON object that represents an expression.
pub const MARK: &str = "$windlass";

/// A value that is computed from outputs, lookups or secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Expr {
    /// An output of a declared resource or lookup.
    Ref {
        /// The resource or lookup.
        #[serde(rename = "ref")]
        address: Address,
        /// The output's CloudFormation attribute name.
        output: String,
    },
    /// Texts joined in order; each part is a text or an expression that gives one.
    Join {
        /// The parts.
        join: Vec<Value>,
    },
    /// One element of a list.
    Index {
        /// The list, or an expression that gives one.
        of: Value,
        /// Position from 0.
        index: usize,
    },
    /// The part of a text between a prefix and a suffix, such as the last segment of an ARN.
    Split {
        /// The text, or an expression that gives one.
        split: Value,
        /// The separator of the parts.
        by: String,
        /// The index of the part, from 0; a negative index counts from the end.
        part: i32,
    },
    /// The JSON text of a value that may contain expressions, with sorted keys.
    Json {
        /// The value.
        json: Value,
    },
    /// A secret, by its source. The engine reads the value only when it sends it to AWS.
    Secret {
        /// Where the value comes from.
        secret: SecretSource,
    },
}

/// The source of a secret's value; never the value itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SecretSource {
    /// An environment variable of the engine's process.
    Env(String),
    /// A file, relative to the stack's folder.
    File(String),
}

/// An object has the mark but is not an expression of this version.
#[derive(Debug, thiserror::Error)]
#[error("`{text}` is not an expression that this version knows")]
pub struct ExprError {
    text: String,
    #[source]
    cause: serde_json::Error,
}

impl Expr {
    /// Reads the expression in `value`; `None` if it is a plain value.
    ///
    /// # Errors
    /// The object has the mark but its content is not a known expression.
    pub fn of(value: &Value) -> Result<Option<Self>, ExprError> {
        let Some(inner) = value
            .as_object()
            .filter(|object| object.len() == 1)
            .and_then(|object| object.get(MARK))
        else {
            return Ok(None);
        };
        match Self::deserialize(inner) {
            Ok(expr) => Ok(Some(expr)),
            Err(cause) => Err(ExprError {
                text: value.to_string(),
                cause,
            }),
        }
    }

    /// The JSON form.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let inner = serde_json::to_value(self).expect("an expression holds text keys only");
        Value::Object(Map::from_iter([(MARK.to_owned(), inner)]))
    }
}

/// Calls `visit` with the address and output of every reference inside `value`, in document order.
pub fn references(value: &Value, visit: &mut dyn FnMut(&Address, &str)) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| references(item, visit)),
        Value::Object(object) => match Expr::of(value) {
            Ok(Some(Expr::Ref { address, output })) => visit(&address, &output),
            _ => object.values().for_each(|item| references(item, visit)),
        },
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_reference_round_trips() {
        let value = json!({"$windlass": {"ref": "network/vpc", "output": "VpcId"}});
        let expr = Expr::of(&value).expect("known").expect("an expression");
        assert_eq!(expr.to_value(), value);
    }

    #[test]
    fn references_are_found_inside_other_expressions() {
        let value = json!({"Policy": {"$windlass": {"json": {"Resource": [{"$windlass": {"join": [{"$windlass": {"ref": "a", "output": "Arn"}}, "/*"]}}]}}}});
        let mut found = Vec::new();
        references(&value, &mut |address, output| {
            found.push(format!("{address}.{output}"))
        });
        assert_eq!(found, ["a.Arn"]);
    }

    #[test]
    fn an_unknown_expression_is_refused() {
        assert!(Expr::of(&json!({"$windlass": {"eval": "1+1"}})).is_err());
        assert!(matches!(Expr::of(&json!({"plain": 1})), Ok(None)));
    }
}
