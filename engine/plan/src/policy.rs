//! IAM policy documents in one normal form, so that two documents with the same meaning are equal however they are written.
//!
//! Reference: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>. Not here: what a policy allows.

use std::borrow::Cow;

use serde_json::{Map, Value, json};
use windlass::canonical::CanonicalJson;

use crate::evaluate::is_hole;

/// The version that AWS assumes if a document names none.
const DEFAULT_VERSION: &str = "2008-10-17";

/// The canonical form of a policy document, given as an object or as JSON text.
pub fn canonical(policy: &Value) -> Value {
    let parsed = match policy {
        Value::String(text) => match serde_json::from_str(text) {
            Ok(value) => Cow::Owned(value),
            Err(_) => return policy.clone(),
        },
        value => Cow::Borrowed(value),
    };
    let Some(object) = parsed.as_object().filter(|_| !is_hole(&parsed)) else {
        return parsed.into_owned();
    };
    let mut document = Map::new();
    document.insert("Version".to_owned(), json!(DEFAULT_VERSION));
    for (key, value) in object {
        let value = match key.as_str() {
            "Statement" => sorted(listed(value).into_iter().map(statement).collect()),
            "Id" if value.as_str() == Some("") => continue,
            _ => value.clone(),
        };
        document.insert(key.clone(), value);
    }
    Value::Object(document)
}

fn statement(statement: &Value) -> Value {
    let Some(object) = statement.as_object().filter(|_| !is_hole(statement)) else {
        return statement.clone();
    };
    let entries = object.iter().filter_map(|(key, value)| {
        let value = match key.as_str() {
            "Sid" if value.as_str() == Some("") => return None,
            "Action" | "NotAction" => sorted(listed(value).into_iter().map(lowercase).collect()),
            "Resource" | "NotResource" => sorted(listed(value).into_iter().cloned().collect()),
            "Principal" | "NotPrincipal" => principals(value),
            "Condition" => condition(value),
            _ => value.clone(),
        };
        Some((key.clone(), value))
    });
    Value::Object(entries.collect())
}

fn principals(value: &Value) -> Value {
    let Some(object) = value.as_object().filter(|_| !is_hole(value)) else {
        return if value.as_str() == Some("*") {
            json!({"AWS": ["*"]})
        } else {
            value.clone()
        };
    };
    let entries = object.iter().map(|(key, value)| {
        let members = listed(value).into_iter().map(account_root).collect();
        (key.clone(), sorted(members))
    });
    Value::Object(entries.collect())
}

/// AWS answers an account's number with the ARN of its root, such as `arn:aws-us-gov:iam::123456789012:root`. An account is in one partition only, so
/// the number identifies it.
fn account_root(member: &Value) -> Value {
    let text = member.as_str().unwrap_or_default();
    match text
        .strip_suffix(":root")
        .and_then(|arn| arn.rsplit_once(":iam::"))
    {
        Some((partition, account)) if is_account(account) && partition.starts_with("arn:aws") => {
            json!(account)
        }
        _ => member.clone(),
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

fn condition(value: &Value) -> Value {
    let Some(operators) = value.as_object().filter(|_| !is_hole(value)) else {
        return value.clone();
    };
    let operators = operators.iter().map(|(operator, keys)| {
        let keys = match keys.as_object().filter(|_| !is_hole(keys)) {
            Some(keys) => Value::Object(
                keys.iter()
                    .map(|(key, value)| {
                        let values = listed(value).into_iter().map(texted).collect();
                        (key.to_ascii_lowercase(), sorted(values))
                    })
                    .collect(),
            ),
            None => keys.clone(),
        };
        (operator.clone(), keys)
    });
    Value::Object(operators.collect())
}

fn texted(value: &Value) -> Value {
    match value {
        Value::Bool(truth) => json!(truth.to_string()),
        Value::Number(number) => json!(number.to_string()),
        _ => value.clone(),
    }
}

fn lowercase(value: &Value) -> Value {
    match value.as_str() {
        Some(text) => json!(text.to_ascii_lowercase()),
        None => value.clone(),
    }
}

fn listed(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        single => vec![single],
    }
}

fn sorted(mut values: Vec<Value>) -> Value {
    values.sort_by_cached_key(CanonicalJson::of);
    values.dedup();
    Value::Array(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_meaning_has_one_form() {
        let written = json!({"Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "S3:getObject", "Resource": ["b", "a", "a"],
            "Condition": {"Bool": {"aws:SecureTransport": true}}, "Sid": ""
        }});
        let answered = r#"{"Statement":[{"Action":["s3:GetObject"],"Condition":{"Bool":{"AWS:SecureTransport":["true"]}},"Effect":"Allow",
            "Principal":{"AWS":["arn:aws:iam::123456789012:root"]},"Resource":["a","b"]}],"Version":"2012-10-17"}"#;
        assert_eq!(canonical(&written), canonical(&json!(answered)));
        let everyone = |principal: Value| {
            canonical(&json!({"Statement": [{"Effect": "Allow", "Principal": principal}]}))
        };
        assert_eq!(everyone(json!("*")), everyone(json!({"AWS": "*"})));
    }

    #[test]
    fn an_account_is_its_root_in_every_partition() {
        let trusted = |principal: &str| {
            canonical(&json!({"Statement": [{"Effect": "Allow", "Principal": {"AWS": principal}}]}))
        };
        for partition in [
            "aws",
            "aws-cn",
            "aws-us-gov",
            "aws-iso",
            "aws-iso-b",
            "aws-eusc",
        ] {
            let root = format!("arn:{partition}:iam::123456789012:root");
            assert_eq!(trusted("123456789012"), trusted(&root), "{partition}");
        }
        let other = trusted("arn:aws:iam::210987654321:root");
        assert_ne!(trusted("123456789012"), other);
        assert_ne!(
            trusted("123456789012"),
            trusted("arn:aws:iam::123456789012:role/root")
        );
    }

    #[test]
    fn another_meaning_has_another_form() {
        let policy = |resource: &str| {
            canonical(
                &json!({"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": resource}]}),
            )
        };
        assert_ne!(policy("arn:aws:s3:::a/*"), policy("arn:aws:s3:::A/*"));
        let old = canonical(&json!({"Statement": []}));
        assert_eq!(
            old,
            canonical(&json!({"Version": "2008-10-17", "Statement": []}))
        );
        assert_ne!(
            old,
            canonical(&json!({"Version": "2012-10-17", "Statement": []}))
        );
        assert_ne!(canonical(&json!("no json")), canonical(&json!("other")));
    }
}
