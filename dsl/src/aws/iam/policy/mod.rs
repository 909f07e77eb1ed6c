//! Policy documents: who may do what on which resources, typed by the purpose of the document.
//!
//! [`Allow`] and [`Deny`] begin a statement. An identity policy needs resources and takes no principal, a trust policy needs a principal and takes no
//! resources, a resource policy needs both; a statement of the wrong type does not compile. A document written as JSON ([`PolicyDocument::json`]) gets
//! the same checks when the stack is built.
//!
//! Not here: the actions of the services, which AWS changes every week; and `NotPrincipal`, which AWS advises against (the JSON form takes it).
//! Reference: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html>

mod check;
mod condition;
mod statement;

use std::fmt;
use std::marker::PhantomData;

use serde_json::{Value, json};

pub(crate) use check::{check_document, size, trusts_service, trusts_somebody};
pub use condition::{Condition, Operator};
pub use statement::{Allow, Deny, Grantable, Permission, Statement, Who};

use crate::schema::Shape;
use crate::value::Field;

crate::text_enum! {
    /// The version of the policy language.
    pub enum Version {
        /// The current version.
        V2012 = "2012-10-17",
        /// The earlier version, without policy variables. For documents written by hand.
        V2008 = "2008-10-17",
    }

    /// Whether a statement allows or denies.
    pub enum Effect {
        /// Permits.
        Allow = "Allow",
        /// Denies, whatever else allows.
        Deny = "Deny",
    }
}

/// The purpose of a policy document.
pub trait Purpose: Send + Sync + 'static {
    /// The purpose in words.
    const NAME: &'static str;
    /// Whether the statements name principals.
    const PRINCIPALS: bool;
    /// Whether the statements name resources.
    const RESOURCES: bool;
}

macro_rules! purposes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, principals: $principals:literal, resources: $resources:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub enum $name {}
        impl Purpose for $name {
            const NAME: &'static str = $text;
            const PRINCIPALS: bool = $principals;
            const RESOURCES: bool = $resources;
        }
    )+};
}

purposes! {
    /// A policy of a role, user or group: what the identity may do.
    Identity = "an identity policy", principals: false, resources: true;
    /// A role's trust policy: who may assume the role.
    Trust = "a trust policy", principals: true, resources: false;
    /// A policy of a resource: who may do what with the resource.
    ResourceBased = "a resource policy", principals: true, resources: true;
}

/// A policy document.
///
/// ```
/// use windlass::aws::iam::{Allow, PolicyDocument};
///
/// let document: PolicyDocument = PolicyDocument::of([
///     Allow::actions(["s3:GetObject"]).on("arn:aws:s3:::uploads/*"),
///     Allow::actions(["s3:ListBucket"]).on("arn:aws:s3:::uploads"),
/// ]);
/// ```
///
/// A permission without a resource is not an identity policy:
///
/// ```compile_fail,E0277
/// use windlass::aws::iam::{Allow, PolicyDocument};
///
/// let document: PolicyDocument = PolicyDocument::of(Allow::actions(["s3:GetObject"]));
/// ```
pub struct PolicyDocument<U = Identity> {
    value: Value,
    of: PhantomData<fn() -> U>,
}

/// A type that makes a policy document: a document, a statement, or several statements.
#[diagnostic::on_unimplemented(
    message = "a policy document of this sort cannot be made of `{Self}`",
    note = "an identity policy is made of `Allow::actions([…]).on(resource)`, a trust policy of `Allow::assume_role().by(who)`, a resource policy of `Allow::actions([…]).on(resource).by(who)`"
)]
pub trait IntoPolicy<U> {
    /// The document.
    fn into_policy(self) -> PolicyDocument<U>;
}

impl<U: Purpose> PolicyDocument<U> {
    /// A document of statements.
    #[must_use]
    pub fn of(statements: impl IntoPolicy<U>) -> Self {
        statements.into_policy()
    }

    /// A document written as JSON. It may contain outputs anywhere: `json!({… "Resource": bucket.arn().to_value()})`.
    #[must_use]
    pub fn json(value: Value) -> Self {
        Self {
            value,
            of: PhantomData,
        }
    }

    /// The JSON form of the policy in the stack's document.
    #[must_use]
    pub fn to_value(&self) -> Value {
        self.value.clone()
    }

    /// Adds a statement.
    #[must_use]
    pub fn and(mut self, statement: Statement<U>) -> Self {
        match &mut self.value["Statement"] {
            Value::Array(statements) => statements.push(statement.to_value()),
            Value::Null => self.value["Statement"] = json!([statement.to_value()]),
            one => {
                let first = one.take();
                self.value["Statement"] = json!([first, statement.to_value()]);
            }
        }
        self
    }

    fn from_statements(statements: impl IntoIterator<Item = Statement<U>>) -> Self {
        let statements: Vec<_> = statements
            .into_iter()
            .map(|statement| statement.to_value())
            .collect();
        Self::json(json!({"Version": Version::V2012, "Statement": statements}))
    }

    /// Adds a condition to every statement.
    pub(crate) fn restrict(&mut self, condition: &Condition) {
        if let Some(statements) = self
            .value
            .get_mut("Statement")
            .and_then(Value::as_array_mut)
        {
            statements
                .iter_mut()
                .for_each(|statement| condition.add_to(statement));
        }
    }
}

impl<U: Purpose> IntoPolicy<U> for PolicyDocument<U> {
    fn into_policy(self) -> Self {
        self
    }
}

impl<U: Purpose> IntoPolicy<U> for Statement<U> {
    fn into_policy(self) -> PolicyDocument<U> {
        PolicyDocument::from_statements([self])
    }
}

impl<U: Purpose, const N: usize> IntoPolicy<U> for [Statement<U>; N] {
    fn into_policy(self) -> PolicyDocument<U> {
        PolicyDocument::from_statements(self)
    }
}

impl<U: Purpose> IntoPolicy<U> for Vec<Statement<U>> {
    fn into_policy(self) -> PolicyDocument<U> {
        PolicyDocument::from_statements(self)
    }
}

impl<U: Purpose> From<Statement<U>> for PolicyDocument<U> {
    fn from(statement: Statement<U>) -> Self {
        statement.into_policy()
    }
}

impl<U: Purpose, const N: usize> From<[Statement<U>; N]> for PolicyDocument<U> {
    fn from(statements: [Statement<U>; N]) -> Self {
        statements.into_policy()
    }
}

impl<U: Purpose> From<Vec<Statement<U>>> for PolicyDocument<U> {
    fn from(statements: Vec<Statement<U>>) -> Self {
        statements.into_policy()
    }
}

impl<U> Clone for PolicyDocument<U> {
    fn clone(&self) -> Self {
        Self {
            value: self.value.clone(),
            of: PhantomData,
        }
    }
}

impl<U> fmt::Debug for PolicyDocument<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.value)
    }
}

impl<U: Purpose> Field for PolicyDocument<U> {
    type Resolved = Value;
    const SHAPE: &'static Shape = &Shape::Policy;
    fn to_json(&self) -> Option<Value> {
        Some(self.value.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Address;
    use crate::value::Output;

    fn output(name: &str) -> Output<String> {
        Output::reference(&Address::parse("uploads").expect("valid"), name)
    }

    #[test]
    fn statements_may_hold_outputs() {
        let document: PolicyDocument = PolicyDocument::of(
            Allow::actions(["s3:GetObject", "s3:PutObject"])
                .on(output("Arn").join("/*"))
                .sid("Objects"),
        );
        assert_eq!(
            document.to_value(),
            json!({
                "Version": "2012-10-17",
                "Statement": [{
                    "Sid": "Objects",
                    "Effect": "Allow",
                    "Action": ["s3:GetObject", "s3:PutObject"],
                    "Resource": [{"$windlass": {"join": [{"$windlass": {"ref": "uploads", "output": "Arn"}}, "/*"]}}],
                }],
            })
        );
    }

    #[test]
    fn principals_are_grouped_and_conditions_merged() {
        let statement = Deny::all_but(["s3:GetObject"])
            .on(["arn:aws:s3:::a", "arn:aws:s3:::b"])
            .by(Who::service("cloudfront.amazonaws.com"))
            .by(Who::service("logging.s3.amazonaws.com"))
            .by(Who::account("123456789012"))
            .when(Condition::new(
                Operator::StringEquals,
                "aws:SourceAccount",
                ["1"],
            ))
            .when(Condition::new(
                Operator::StringEquals,
                "aws:SourceArn",
                [output("Arn")],
            ))
            .when(
                Condition::new(Operator::ArnLike, "aws:PrincipalArn", ["x"])
                    .if_exists()
                    .for_any_value(),
            );
        assert_eq!(
            statement.to_value(),
            json!({
                "Effect": "Deny",
                "NotAction": ["s3:GetObject"],
                "Resource": ["arn:aws:s3:::a", "arn:aws:s3:::b"],
                "Principal": {
                    "AWS": ["123456789012"],
                    "Service": ["cloudfront.amazonaws.com", "logging.s3.amazonaws.com"],
                },
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": ["1"], "aws:SourceArn": [{"$windlass": {"ref": "uploads", "output": "Arn"}}]},
                    "ForAnyValue:ArnLikeIfExists": {"aws:PrincipalArn": ["x"]},
                },
            })
        );
    }

    #[test]
    fn a_statement_is_added_to_whatever_form_the_json_has() {
        let one = Allow::actions(["s3:GetObject"]).on("*");
        for written in [
            json!({"Statement": []}),
            json!({}),
            json!({"Statement": {"Sid": "Old"}}),
        ] {
            let document = PolicyDocument::<Identity>::json(written).and(one.clone());
            let statements = document.to_value()["Statement"]
                .as_array()
                .cloned()
                .expect("a list");
            assert_eq!(statements.last(), Some(&one.to_value()));
        }
    }
}
