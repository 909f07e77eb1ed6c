//! Surroundings of the samples: each literal identifier in a sample becomes a reference to a resource beside the sample.
//!
//! The surroundings of a sample are the resources behind its literals, and the resources behind theirs, so that no list by kind is needed.
//! `surroundings.json` holds them: for each address the literals that name it ("called"), its kind and its spec. Such a name is a literal,
//! `PROPERTY=literal` or `KIND.PROPERTY=literal`. Its value is an output or an expression. Not here: resources that no kind of the catalogue makes
//! (`elsewhere`).

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::Value;
use windlass::expr::Expr;

use super::account::Account;
use super::elsewhere::{Elsewhere, is_elsewhere};
use crate::cloud::{Program, reference};

/// The account in the samples' literals.
const SAMPLE_ACCOUNT: &str = "123456789012";

/// Resources beside a sample, in one account.
#[derive(Debug)]
pub struct Surroundings<'a> {
    account: &'a Account,
    elsewhere: Elsewhere,
    things: BTreeMap<&'static str, Thing>,
}

/// A resource that can be beside a sample.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Thing {
    called: BTreeMap<String, Value>,
    kind: String,
    spec: Value,
    /// Addresses of further resources. This one is of use to others only together with them.
    #[serde(default)]
    with: Vec<String>,
}

fn known() -> &'static BTreeMap<String, Thing> {
    static KNOWN: OnceLock<BTreeMap<String, Thing>> = OnceLock::new();
    let read = || serde_json::from_str(include_str!("surroundings.json"));
    KNOWN.get_or_init(|| read().expect("the file has that form"))
}

impl<'a> Surroundings<'a> {
    /// Surroundings without any resource yet.
    pub fn of(account: &'a Account) -> Self {
        Self {
            account,
            elsewhere: Elsewhere::default(),
            things: BTreeMap::new(),
        }
    }

    /// The spec with references in place of literals. From now on the surroundings contain what these references name.
    #[must_use]
    pub fn place(&mut self, kind: &str, spec: &Value) -> Value {
        let mut spec = spec.clone();
        self.settle(kind, "", &mut spec);
        spec
    }

    /// The surroundings alone, as a program.
    pub fn program(&self) -> Program {
        let things = self.things.iter();
        things.fold(Program::new(), |program, (address, thing)| {
            program.with(address, &thing.kind, thing.spec.clone())
        })
    }

    fn settle(&mut self, kind: &str, property: &str, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(other) = self.instead(kind, property, text) {
                    *value = other;
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.settle(kind, property, item);
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    let property = if name.starts_with(char::is_uppercase) {
                        name
                    } else {
                        property
                    };
                    self.settle(kind, property, member);
                }
            }
            _ => {}
        }
    }

    fn instead(&mut self, kind: &str, property: &str, text: &str) -> Option<Value> {
        if is_elsewhere(text) {
            let (address, account) = (self.account.address(), self.account.number());
            return self
                .elsewhere
                .identifier(address, account, text)
                .map(Value::String);
        }
        let names = [
            text.to_owned(),
            format!("{property}={text}"),
            format!("{kind}.{property}={text}"),
        ];
        for (address, thing) in known() {
            let Some(value) = names.iter().find_map(|name| thing.called.get(name)) else {
                continue;
            };
            let value = match value {
                Value::String(output) => reference(address, output),
                expression => expression.clone(),
            };
            self.bring(&value);
            return Some(value);
        }
        text.contains(SAMPLE_ACCOUNT)
            .then(|| text.replace(SAMPLE_ACCOUNT, self.account.number()).into())
    }

    /// Adds the resources that the expression refers to, and the resources that those refer to.
    fn bring(&mut self, value: &Value) {
        if let Ok(Some(Expr::Ref { address, .. })) = Expr::of(value) {
            self.take_in(address.as_str());
            return;
        }
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.bring(item)),
            Value::Object(members) => members.values().for_each(|member| self.bring(member)),
            _ => {}
        }
    }

    fn take_in(&mut self, address: &str) {
        let (address, thing) = known()
            .get_key_value(address)
            .unwrap_or_else(|| panic!("no surroundings have {address}"));
        if self.things.contains_key(address.as_str()) {
            return;
        }
        self.things.insert(address, thing.clone());
        let spec = self.place(&thing.kind, &thing.spec);
        self.things.insert(
            address,
            Thing {
                spec,
                ..thing.clone()
            },
        );
        thing.with.iter().for_each(|other| self.take_in(other));
    }
}
