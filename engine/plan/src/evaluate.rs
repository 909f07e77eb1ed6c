//! The one evaluator of expressions: planning evaluates what it knows, and execution fills in the rest.
//!
//! An expression without a known value stays in the spec as a hole. Not here: where answers come from.

use serde_json::{Map, Value};
use windlass::address::{Address, AddressError};
use windlass::canonical::CanonicalJson;
use windlass::expr::{Expr, ExprError, MARK, SecretSource};
use windlass::value::SecretRef;

/// The answer to a request for an output.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Its value.
    Known(Value),
    /// A step of the plan will give the value.
    Hole,
    /// There is no such output.
    Missing,
}

/// The source of values for expressions.
pub trait Answers {
    /// An output of a resource or lookup.
    fn output(&self, address: &Address, output: &str) -> Answer;
    /// A secret, in the form that specs have.
    fn secret(&self, source: &SecretSource) -> Option<SecretRef>;
}

/// Why an expression has no value.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// The document is newer than this engine, or damaged.
    #[error(transparent)]
    Unknown(#[from] ExprError),
    /// A reference whose target is not an address.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// No resource or lookup gives this output.
    #[error("`{address}` has no output `{output}`")]
    NoOutput {
        /// The resource or lookup.
        address: Address,
        output: String,
    },
    /// The secret was not read.
    #[error("the secret {0:?} was not read")]
    NoSecret(SecretSource),
    /// A part of a text, or a text to split, is not a text.
    #[error("`{0}` is not a text")]
    NotText(String),
    /// An index into a value that is not a list.
    #[error("`{0}` is not a list")]
    NotList(String),
    /// The list has no such element.
    #[error("element {index} is asked of a list of {length}")]
    NoElement {
        /// The position, from 0.
        index: usize,
        /// The list's length.
        length: usize,
    },
    /// The text has no such part.
    #[error("part {part} is asked of `{text}` split by `{by}`")]
    NoPart {
        text: String,
        /// The separator.
        by: String,
        /// The index of the part.
        part: i32,
    },
}

/// Why holes cannot be filled.
#[derive(Debug, thiserror::Error)]
pub enum FillError {
    /// A step that should have given the output has not given it.
    #[error("`{address}` has not given its output `{output}`")]
    NotGiven {
        /// The resource.
        address: Address,
        output: String,
    },
    /// The value does not fit the expression.
    #[error(transparent)]
    Evaluate(#[from] EvaluateError),
}

/// Replaces every expression inside `value` by its value. Holes stay, with all known values around them filled in.
///
/// # Errors
/// An expression has no value.
pub fn evaluate(value: &mut Value, answers: &dyn Answers) -> Result<(), EvaluateError> {
    match value {
        Value::Array(items) => items
            .iter_mut()
            .try_for_each(|item| evaluate(item, answers)),
        Value::Object(object) if is_expression(object) => {
            if let Some((address, output)) = reference(object) {
                let address = Address::parse(address)?;
                match answers.output(&address, output) {
                    Answer::Known(known) => *value = known,
                    Answer::Hole => {}
                    Answer::Missing => {
                        let output = output.to_owned();
                        return Err(EvaluateError::NoOutput { address, output });
                    }
                }
                return Ok(());
            }
            if let Some(expr) = Expr::of(value)? {
                *value = compute(expr, answers)?;
            }
            Ok(())
        }
        Value::Object(object) => object
            .values_mut()
            .try_for_each(|item| evaluate(item, answers)),
        _ => Ok(()),
    }
}

fn compute(expr: Expr, answers: &dyn Answers) -> Result<Value, EvaluateError> {
    match expr {
        // References are answered before this call; the arm is here because the language has them.
        Expr::Ref { .. } => Ok(expr.to_value()),
        Expr::Join { mut join } => {
            for part in &mut join {
                evaluate(part, answers)?;
            }
            joined(join)
        }
        Expr::Index { mut of, index } => {
            evaluate(&mut of, answers)?;
            if has_holes(&of) {
                return Ok(Expr::Index { of, index }.to_value());
            }
            let items = of
                .as_array()
                .ok_or_else(|| EvaluateError::NotList(of.to_string()))?;
            let length = items.len();
            items
                .get(index)
                .cloned()
                .ok_or(EvaluateError::NoElement { index, length })
        }
        Expr::Split {
            mut split,
            by,
            part,
        } => {
            evaluate(&mut split, answers)?;
            if has_holes(&split) {
                return Ok(Expr::Split { split, by, part }.to_value());
            }
            let text = split
                .as_str()
                .ok_or_else(|| EvaluateError::NotText(split.to_string()))?;
            match part_of(text, &by, part) {
                Some(found) => Ok(Value::from(found)),
                None => Err(EvaluateError::NoPart {
                    text: text.to_owned(),
                    by,
                    part,
                }),
            }
        }
        Expr::Json { mut json } => {
            evaluate(&mut json, answers)?;
            if has_holes(&json) {
                return Ok(Expr::Json { json }.to_value());
            }
            Ok(Value::from(CanonicalJson::of(&json).as_str()))
        }
        Expr::Secret { secret } => match answers.secret(&secret) {
            Some(found) => {
                Ok(serde_json::to_value(found).expect("a secret's source and hash are texts"))
            }
            None => Err(EvaluateError::NoSecret(secret)),
        },
    }
}

/// One text if everything is known; otherwise the parts, with neighbouring texts joined.
fn joined(parts: Vec<Value>) -> Result<Value, EvaluateError> {
    let mut found: Vec<Value> = Vec::new();
    for part in parts {
        let text = match &part {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(truth) => truth.to_string(),
            Value::Object(object) if is_expression(object) => {
                found.push(part);
                continue;
            }
            _ => return Err(EvaluateError::NotText(part.to_string())),
        };
        match found.last_mut() {
            Some(Value::String(before)) => before.push_str(&text),
            _ => found.push(Value::String(text)),
        }
    }
    match found.as_slice() {
        [] => Ok(Value::from("")),
        [Value::String(text)] => Ok(Value::from(text.as_str())),
        _ => Ok(Expr::Join { join: found }.to_value()),
    }
}

fn part_of<'a>(text: &'a str, by: &str, part: i32) -> Option<&'a str> {
    let position = usize::try_from(part.unsigned_abs()).ok()?;
    if part < 0 {
        let parts: Vec<_> = text.split(by).collect();
        parts.len().checked_sub(position).map(|at| parts[at])
    } else {
        text.split(by).nth(position)
    }
}

/// Whether the object represents an expression.
#[must_use]
pub fn is_expression(object: &Map<String, Value>) -> bool {
    object.len() == 1 && object.contains_key(MARK)
}

/// Whether the value as a whole is a hole.
#[must_use]
pub fn is_hole(value: &Value) -> bool {
    value.as_object().is_some_and(is_expression)
}

/// Whether anything inside the value is not known yet.
#[must_use]
pub fn has_holes(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(has_holes),
        Value::Object(object) => is_expression(object) || object.values().any(has_holes),
        _ => false,
    }
}

/// The address and output of an object that is a plain reference. It is by far the most frequent expression, so it has a fast path.
pub(crate) fn reference(object: &Map<String, Value>) -> Option<(&str, &str)> {
    let inner = object.get(MARK)?.as_object()?;
    match (inner.get("ref"), inner.get("output")) {
        (Some(Value::String(address)), Some(Value::String(output))) if inner.len() == 2 => {
            Some((address, output))
        }
        _ => None,
    }
}

/// Calls `visit` with the address and output of every reference inside `value`.
pub(crate) fn each_reference<'v>(value: &'v Value, visit: &mut dyn FnMut(&'v str, &'v str)) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| each_reference(item, visit)),
        Value::Object(object) => match reference(object) {
            Some((address, output)) => visit(address, output),
            None => object.values().for_each(|item| each_reference(item, visit)),
        },
        _ => {}
    }
}

/// Returns a step's spec with every hole filled from the outputs of the steps before it.
///
/// # Errors
/// An output is missing, or does not fit its expression.
pub fn fill(
    spec: &CanonicalJson,
    outputs: &dyn Fn(&Address, &str) -> Option<Value>,
) -> Result<CanonicalJson, FillError> {
    if !spec.as_str().contains(MARK) {
        return Ok(spec.clone());
    }
    let mut value = spec.to_value();
    fill_value(&mut value, outputs)?;
    Ok(CanonicalJson::of(&value))
}

/// Fills the holes of one value, such as an output of the stack.
///
/// # Errors
/// An output is missing, or does not fit its expression.
pub fn fill_value(
    value: &mut Value,
    outputs: &dyn Fn(&Address, &str) -> Option<Value>,
) -> Result<(), FillError> {
    struct Given<'a>(&'a dyn Fn(&Address, &str) -> Option<Value>);
    impl Answers for Given<'_> {
        fn output(&self, address: &Address, output: &str) -> Answer {
            (self.0)(address, output).map_or(Answer::Missing, Answer::Known)
        }
        fn secret(&self, _source: &SecretSource) -> Option<SecretRef> {
            None
        }
    }
    match evaluate(value, &Given(outputs)) {
        Err(EvaluateError::NoOutput { address, output }) => {
            Err(FillError::NotGiven { address, output })
        }
        result => Ok(result?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    struct Known;
    impl Answers for Known {
        fn output(&self, address: &Address, output: &str) -> Answer {
            match (address.as_str(), output) {
                ("a", "Arn") => Answer::Known(json!("arn:aws:x:::b/c")),
                ("a", "Zones") => Answer::Known(json!(["x", "y"])),
                ("new", _) => Answer::Hole,
                _ => Answer::Missing,
            }
        }
        fn secret(&self, source: &SecretSource) -> Option<SecretRef> {
            Some(SecretRef {
                source: source.clone(),
                hash: "00".to_owned(),
            })
        }
    }

    fn expr(inner: Value) -> Value {
        json!({ MARK: inner })
    }

    fn value_of(mut value: Value) -> Result<Value, EvaluateError> {
        evaluate(&mut value, &Known).map(|()| value)
    }

    #[test]
    fn every_expression_has_a_value() {
        let arn = expr(json!({"ref": "a", "output": "Arn"}));
        let zones = expr(json!({"ref": "a", "output": "Zones"}));
        for (given, wanted) in [
            (
                expr(json!({"join": [arn, "/*", 1]})),
                json!("arn:aws:x:::b/c/*1"),
            ),
            (expr(json!({"index": 1, "of": zones})), json!("y")),
            (
                expr(json!({"split": arn, "by": "/", "part": -1})),
                json!("c"),
            ),
            (
                expr(json!({"split": arn, "by": ":", "part": 1})),
                json!("aws"),
            ),
            (
                expr(json!({"json": {"b": [arn], "a": 1}})),
                json!(r#"{"a":1,"b":["arn:aws:x:::b/c"]}"#),
            ),
            (
                expr(json!({"secret": {"env": "P"}})),
                json!({"source": {"env": "P"}, "hash": "00"}),
            ),
        ] {
            assert_eq!(value_of(given).expect("a value"), wanted);
        }
    }

    #[test]
    fn a_hole_stays_with_what_is_known_around_it() {
        let arn = expr(json!({"ref": "a", "output": "Arn"}));
        let hole = expr(json!({"ref": "new", "output": "Id"}));
        let text = value_of(expr(json!({"join": ["x:", arn, hole, "/", "*"]}))).expect("open");
        assert_eq!(
            text,
            expr(json!({"join": ["x:arn:aws:x:::b/c", hole, "/*"]}))
        );
        let filled = fill(&CanonicalJson::of(&json!({"A": text})), &|_, _| {
            Some(json!("id-1"))
        });
        assert_eq!(
            filled.expect("filled").as_str(),
            r#"{"A":"x:arn:aws:x:::b/cid-1/*"}"#
        );
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let arn = expr(json!({"ref": "a", "output": "Arn"}));
        for given in [
            expr(json!({"ref": "a", "output": "Nothing"})),
            expr(json!({"index": 2, "of": ["x"]})),
            expr(json!({"index": 0, "of": arn})),
            expr(json!({"split": arn, "by": "|", "part": 1})),
            expr(json!({"split": arn, "by": ":", "part": -9})),
            expr(json!({"join": [["x"]]})),
            expr(json!({"eval": "1"})),
        ] {
            assert!(value_of(given.clone()).is_err(), "{given}");
        }
        let hole = CanonicalJson::of(&expr(json!({"ref": "new", "output": "Id"})));
        assert!(matches!(
            fill(&hole, &|_, _| None),
            Err(FillError::NotGiven { .. })
        ));
    }
}
