//! Properties that AWS changes on behalf of another resource: the weights that ECS shifts for a blue/green service, the count that Application Auto
//! Scaling sets. The references in the document show which properties these are; the author need not say `owned_elsewhere`.
//!
//! Not here: what a kind drives, which is data of the kind (`windlass::schema::Drives`).

use std::collections::BTreeMap;

use serde_json::Value;
use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass::expr::MARK;
use windlass::schema::{Drives, KindSchema};

use crate::graph::Graph;
use crate::references::references;

/// One property that is driven, and the resource that drives it.
#[derive(Debug, Clone)]
pub struct Driven {
    /// The top-level property.
    pub property: &'static str,
    /// The resource on whose behalf AWS changes it.
    pub by: Address,
    drives: &'static Drives,
}

/// The driven properties of each resource.
#[derive(Debug, Default)]
pub struct Drivers<'a>(BTreeMap<&'a str, Vec<Driven>>);

impl<'a> Drivers<'a> {
    /// Finds the driven properties by the references of all resources. `kind_of` returns the schema of the resource at an address.
    pub fn of(
        resources: impl Iterator<Item = (&'a Address, &'static KindSchema, &'a CanonicalJson)>,
        kind_of: &dyn Fn(&str) -> Option<&'static KindSchema>,
    ) -> Self {
        let mut found = Self::default();
        for (by, schema, template) in resources {
            for drives in schema.drives {
                let through = template.member(drives.through).unwrap_or_default();
                if through.contains(MARK) {
                    found.learn(by, drives, through, kind_of);
                }
            }
        }
        found
    }

    fn learn(
        &mut self,
        by: &Address,
        drives: &'static Drives,
        through: &'a str,
        kind_of: &dyn Fn(&str) -> Option<&'static KindSchema>,
    ) {
        for (address, _) in references(through) {
            let Some(schema) = kind_of(address) else {
                continue;
            };
            let has = drives
                .properties
                .iter()
                .filter(|property| schema.field(property).is_some());
            for property in has {
                let driven = self.0.entry(address).or_default();
                if !driven.iter().any(|driven| driven.property == *property) {
                    driven.push(Driven {
                        property,
                        by: by.clone(),
                        drives,
                    });
                }
            }
        }
    }

    /// The driven properties of the resource at this address.
    pub fn at(&self, address: &Address) -> &[Driven] {
        self.0.get(address.as_str()).map_or(&[], Vec::as_slice)
    }
}

/// The properties that AWS changes on behalf of other resources, by the document's references.
pub(crate) fn drivers<'a>(graph: &Graph<'a>) -> Drivers<'a> {
    let nodes = graph.order().iter().map(|node| graph.node(*node));
    let resources = nodes.map(|node| (node.address, node.schema, &node.declaration.spec));
    Drivers::of(resources, &|address| {
        Some(graph.node(graph.find(address)?).schema)
    })
}

impl Driven {
    /// Puts AWS's part of the value into the spec to compare; returns the author's own value if it differs from that.
    pub fn keep(&self, desired: &mut Value, applied: &Value, observed: &Value) -> Option<Value> {
        let own = desired.get(self.property)?;
        let null = Value::Null;
        let before = applied.get(self.property).unwrap_or(&null);
        let kept = (self.drives.keep)(own, before, observed.get(self.property)?);
        if kept == *own {
            return None;
        }
        let spec = desired.as_object_mut()?;
        spec.insert(self.property.to_owned(), kept)
    }

    /// Puts AWS's part into the values of all driven properties.
    pub fn keep_all(driven: &[Self], desired: &mut Value, applied: &Value, observed: &Value) {
        for driven in driven {
            driven.keep(desired, applied, observed);
        }
    }

    /// The note that the author's own value is not sent.
    pub fn note(&self) -> String {
        format!(
            "`{}` stays as AWS has it: {} on behalf of `{}`; what is declared counts when the resource is made",
            self.property, self.drives.who, self.by
        )
    }
}
