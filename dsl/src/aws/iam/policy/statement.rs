//! Statements: an effect, actions, and the resources or principals that the purpose of the document needs.
//!
//! Not here: documents, and the checks of both.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde_json::{Map, Value, json};

use super::{Condition, Effect, Identity, Purpose, ResourceBased, Trust};
use crate::value::{Input, IntoInput, Output, Text};

/// Begins statements that allow.
#[derive(Debug, Clone, Copy)]
pub struct Allow;

/// Begins statements that deny.
#[derive(Debug, Clone, Copy)]
pub struct Deny;

/// Actions that a statement allows or denies, before it has resources or principals.
#[derive(Debug, Clone)]
pub struct Permission {
    effect: Effect,
    element: &'static str,
    actions: Vec<String>,
}

macro_rules! beginnings {
    ($($name:ident: $verb:literal),+) => {$(
        impl $name {
            #[doc = concat!($verb, " these actions, such as `s3:GetObject` or `s3:Get*`.")]
            #[must_use]
            pub fn actions(actions: impl IntoIterator<Item = impl Into<String>>) -> Permission {
                Permission::new(Effect::$name, "Action", actions)
            }

            #[doc = concat!($verb, " all actions but these (`NotAction`).")]
            #[must_use]
            pub fn all_but(actions: impl IntoIterator<Item = impl Into<String>>) -> Permission {
                Permission::new(Effect::$name, "NotAction", actions)
            }
        }
    )+};
}

beginnings!(Allow: "Permits", Deny: "Forbids");

impl Allow {
    /// Allows assuming the role: the statement of trust policies.
    #[must_use]
    pub fn assume_role() -> Permission {
        Self::actions(["sts:AssumeRole"])
    }
}

impl Permission {
    fn new(
        effect: Effect,
        element: &'static str,
        actions: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self {
            effect,
            element,
            actions: actions.into_iter().map(Into::into).collect(),
        }
    }

    /// Adds the resources: one or a list, each a text, an ARN or an output.
    #[must_use]
    pub fn on(self, resources: impl Grantable) -> Statement<Identity> {
        self.statement(Some(("Resource", resources.into_resources())), Vec::new())
    }

    /// All resources except these (`NotResource`).
    #[must_use]
    pub fn on_all_but(self, resources: impl Grantable) -> Statement<Identity> {
        self.statement(
            Some(("NotResource", resources.into_resources())),
            Vec::new(),
        )
    }

    /// All resources (`*`).
    #[must_use]
    pub fn on_anything(self) -> Statement<Identity> {
        self.on("*")
    }

    /// Adds the principal, for a trust policy.
    #[must_use]
    pub fn by(self, who: Who) -> Statement<Trust> {
        self.statement(None, vec![who])
    }

    fn statement<U>(
        self,
        resources: Option<(&'static str, Vec<Value>)>,
        principals: Vec<Who>,
    ) -> Statement<U> {
        Statement {
            sid: None,
            permission: self,
            resources,
            principals,
            conditions: Vec::new(),
            of: PhantomData,
        }
    }
}

/// A statement for documents of one purpose.
pub struct Statement<U = Identity> {
    sid: Option<String>,
    permission: Permission,
    resources: Option<(&'static str, Vec<Value>)>,
    principals: Vec<Who>,
    conditions: Vec<Condition>,
    of: PhantomData<fn() -> U>,
}

impl<U: Purpose> Statement<U> {
    /// An identifier within the document: ASCII letters and digits.
    #[must_use]
    pub fn sid(mut self, sid: impl Into<String>) -> Self {
        self.sid = Some(sid.into());
        self
    }

    /// Adds a condition. The statement applies only if all its conditions are true.
    #[must_use]
    pub fn when(mut self, condition: Condition) -> Self {
        self.conditions.push(condition);
        self
    }

    pub(super) fn to_value(&self) -> Value {
        let mut statement = Map::new();
        if let Some(sid) = &self.sid {
            statement.insert("Sid".to_owned(), json!(sid));
        }
        statement.insert("Effect".to_owned(), json!(self.permission.effect));
        statement.insert(
            self.permission.element.to_owned(),
            json!(self.permission.actions),
        );
        if let Some((element, resources)) = &self.resources {
            statement.insert((*element).to_owned(), json!(resources));
        }
        if !self.principals.is_empty() {
            statement.insert("Principal".to_owned(), principals(&self.principals));
        }
        let mut statement = Value::Object(statement);
        for condition in &self.conditions {
            condition.add_to(&mut statement);
        }
        statement
    }
}

impl Statement<Identity> {
    /// Adds the principal, for a resource policy.
    #[must_use]
    pub fn by(self, who: Who) -> Statement<ResourceBased> {
        Statement {
            sid: self.sid,
            permission: self.permission,
            resources: self.resources,
            principals: vec![who],
            conditions: self.conditions,
            of: PhantomData,
        }
    }
}

macro_rules! more_principals {
    ($($purpose:ty),+) => {$(
        impl Statement<$purpose> {
            /// Adds one more principal.
            #[must_use]
            pub fn by(mut self, who: Who) -> Self {
                self.principals.push(who);
                self
            }
        }
    )+};
}

more_principals!(Trust, ResourceBased);

impl<U> Clone for Statement<U> {
    fn clone(&self) -> Self {
        Self {
            sid: self.sid.clone(),
            permission: self.permission.clone(),
            resources: self.resources.clone(),
            principals: self.principals.clone(),
            conditions: self.conditions.clone(),
            of: PhantomData,
        }
    }
}

impl<U: Purpose> fmt::Debug for Statement<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_value())
    }
}

/// A type that names the resources of a statement: a text, an ARN, an output of one, or a list of them.
#[diagnostic::on_unimplemented(
    message = "a policy statement cannot be on `{Self}`",
    note = "give an ARN: a text, an output such as `bucket.arn()`, or a list of either"
)]
pub trait Grantable {
    /// The resources in the form of the document.
    fn into_resources(self) -> Vec<Value>;
}

impl Grantable for &str {
    fn into_resources(self) -> Vec<Value> {
        vec![json!(self)]
    }
}

impl<T: Text> Grantable for T {
    fn into_resources(self) -> Vec<Value> {
        vec![Input::from(self).to_value()]
    }
}

impl<T: Text> Grantable for Output<T> {
    fn into_resources(self) -> Vec<Value> {
        vec![self.to_value()]
    }
}

impl<T: Text> Grantable for Input<T> {
    fn into_resources(self) -> Vec<Value> {
        vec![self.to_value()]
    }
}

impl<R: Grantable, const N: usize> Grantable for [R; N] {
    fn into_resources(self) -> Vec<Value> {
        self.into_iter()
            .flat_map(Grantable::into_resources)
            .collect()
    }
}

impl<R: Grantable> Grantable for Vec<R> {
    fn into_resources(self) -> Vec<Value> {
        self.into_iter()
            .flat_map(Grantable::into_resources)
            .collect()
    }
}

/// A principal of a trust or resource policy.
#[derive(Debug, Clone)]
pub struct Who {
    sort: &'static str,
    value: Value,
}

impl Who {
    /// A service, such as `ecs-tasks.amazonaws.com`.
    #[must_use]
    pub fn service(name: impl IntoInput<String>) -> Self {
        Self::new("Service", name.into())
    }

    /// Every identity that an account permits, by the account's twelve digits.
    #[must_use]
    pub fn account(id: impl IntoInput<String>) -> Self {
        Self::new("AWS", id.into())
    }

    /// A role, user or session, by its ARN.
    #[must_use]
    pub fn arn<T: Text>(arn: impl IntoInput<T>) -> Self {
        Self::new("AWS", arn.into().text())
    }

    /// An identity provider, by its ARN or name.
    #[must_use]
    pub fn federated(provider: impl IntoInput<String>) -> Self {
        Self::new("Federated", provider.into())
    }

    /// An account, by its canonical user id, which Amazon S3 uses.
    #[must_use]
    pub fn canonical_user(id: impl IntoInput<String>) -> Self {
        Self::new("CanonicalUser", id.into())
    }

    /// Everyone, including requests without credentials.
    #[must_use]
    pub fn anyone() -> Self {
        Self::new("*", "*".into())
    }

    fn new(sort: &'static str, value: Input<String>) -> Self {
        Self {
            sort,
            value: value.to_value(),
        }
    }
}

/// `"*"` if everyone is among the principals; otherwise lists by type of principal.
fn principals(of: &[Who]) -> Value {
    if of.iter().any(|who| who.sort == "*") {
        return json!("*");
    }
    let mut sorts = BTreeMap::<_, Vec<_>>::new();
    for who in of {
        sorts.entry(who.sort).or_default().push(&who.value);
    }
    json!(sorts)
}
