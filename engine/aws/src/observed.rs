//! Builds the observation of a resource from AWS's answers, under CloudFormation's names. Not here: the comparison.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};
use windlass::canonical::CanonicalJson;
use windlass_engine::provider::Outputs;
use windlass_state::identity::is_own_tag;

/// A block of properties under construction. Properties that AWS does not return are left out.
#[derive(Debug, Clone, Default)]
pub struct Block(Map<String, Value>);

impl Block {
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the block has no properties.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sets a property, unless AWS left it out.
    #[must_use]
    pub fn set(mut self, name: &str, value: Option<impl Serialize>) -> Self {
        if let Some(value) = value {
            let value = serde_json::to_value(value).expect("what AWS returns has text keys only");
            if !value.is_null() {
                self.0.insert(name.to_owned(), value);
            }
        }
        self
    }

    /// Sets a list, unless it is empty.
    #[must_use]
    pub fn list(self, name: &str, items: impl IntoIterator<Item = impl Serialize>) -> Self {
        let items: Vec<Value> = items
            .into_iter()
            .map(|item| serde_json::to_value(item).expect("what AWS returns has text keys only"))
            .collect();
        self.set(name, (!items.is_empty()).then_some(items))
    }

    /// Sets a nested block, unless it is empty.
    #[must_use]
    pub fn block(self, name: &str, block: Option<Block>) -> Self {
        self.set(
            name,
            block.filter(|block| !block.0.is_empty()).map(Value::from),
        )
    }

    /// Replaces the tags, without tags of AWS or of the engine.
    #[must_use]
    pub fn tags<K: Into<String>, V: Into<String>>(
        mut self,
        name: &str,
        tags: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let tags: BTreeMap<String, String> = tags
            .into_iter()
            .map(|(key, value)| (key.into(), value.into()))
            .collect();
        let own = tags
            .into_iter()
            .filter(|(key, _)| !key.starts_with("aws:") && !is_own_tag(key));
        self.0.remove(name);
        self.list(
            name,
            own.map(|(key, value)| serde_json::json!({"Key": key, "Value": value})),
        )
    }
}

impl From<&CanonicalJson> for Block {
    fn from(spec: &CanonicalJson) -> Self {
        match spec.to_value() {
            Value::Object(properties) => Self(properties),
            _ => Self::new(),
        }
    }
}

impl From<Block> for Value {
    fn from(block: Block) -> Self {
        Value::Object(block.0)
    }
}

impl Serialize for Block {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// The observation of a resource.
#[derive(Debug, Clone)]
pub struct Observed {
    pub properties: Block,
    /// The attributes that AWS returned.
    pub outputs: Outputs,
}

/// Attributes from pairs of a name and AWS's value, without those that AWS left out.
pub fn outputs<'a, V: Into<Value>>(
    pairs: impl IntoIterator<Item = (&'a str, Option<V>)>,
) -> Outputs {
    pairs
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.into())))
        .collect()
}
