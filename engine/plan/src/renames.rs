//! Possible renames: a recorded resource that is not declared any more, and a declared one that is not recorded, which are equal except for the
//! address.
//!
//! The plan only mentions them and never moves them: only the author knows whether the two are one resource.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass::document::{Declaration, Document, Place};
use windlass::expr::{Expr, MARK};
use windlass::schema::KindSchema;
use windlass_state::snapshot::Snapshot;

use crate::decision::{Act, Decision};
use crate::graph::Graph;
use crate::world::World;

/// From the declared address to the recorded one, if there is only one possibility.
pub type Renames<'a> = BTreeMap<&'a Address, &'a Address>;

/// Finds all renames.
pub fn renames<'a>(
    document: &'a Document,
    snapshot: &'a Snapshot,
    graph: &Graph<'a>,
    world: &World<'a>,
    decisions: &BTreeMap<petgraph::graph::NodeIndex, Decision>,
) -> Renames<'a> {
    let lost = world.undeclared(Some(document));
    let lost: BTreeSet<_> = lost
        .into_iter()
        .filter(|address| {
            world
                .current(address)
                .is_some_and(|current| !current.is_gone())
        })
        .collect();
    if lost.is_empty() {
        return Renames::new();
    }
    let mut new: BTreeMap<&Address, (&Declaration, &'static KindSchema, &Place)> = BTreeMap::new();
    for (index, decision) in decisions {
        let node = graph.node(*index);
        let first = decision.act == Act::Create && world.declared(*index).is_none();
        if first && !snapshot.old.contains_key(node.address) {
            let entry = (node.declaration, node.schema, &decision.place);
            new.insert(node.address, entry);
        }
    }
    let schemas: BTreeMap<_, _> = new
        .values()
        .map(|(_, schema, _)| (schema.kind, *schema))
        .collect();
    let mut signatures = Signatures {
        snapshot,
        new: &new,
        lost: &lost,
        found: BTreeMap::new(),
    };
    let alike = [
        pairs(
            new.keys()
                .map(|address| (*address, signatures.declared(address)))
                .collect(),
            lost.iter()
                .map(|address| (*address, signatures.recorded(address)))
                .collect(),
        ),
        pairs(
            new.iter()
                .filter_map(|(address, (declaration, schema, place))| {
                    let named = named(schema, &declaration.spec.to_value())?;
                    Some((*address, format!("{} {place:?} {named}", declaration.kind)))
                })
                .collect(),
            lost.iter()
                .filter_map(|address| {
                    let recorded = &snapshot.resources[*address];
                    let schema = schemas.get(recorded.kind.as_str())?;
                    let named = named(schema, &recorded.template.to_value())?;
                    Some((
                        *address,
                        format!("{} {:?} {named}", recorded.kind, recorded.place),
                    ))
                })
                .collect(),
        ),
    ];
    let (mut found, mut taken) = (Renames::new(), BTreeSet::new());
    for (declared, recorded) in alike.into_iter().flatten() {
        if !found.contains_key(declared) && taken.insert(recorded) {
            found.insert(declared, recorded);
        }
    }
    found
}

/// The text of the note about a rename.
pub fn hint(recorded: &Address, declared: &Address) -> String {
    format!(
        "it is like `{recorded}`, which is not declared any more. If it is the same, say `.alias(\"{recorded}\".parse()?)` where it is declared, or run `windlass state mv {recorded} {declared}`; nothing is replaced then"
    )
}

/// Entries of both sides that share a signature with exactly one entry of the other side.
fn pairs<'a>(
    declared: Vec<(&'a Address, String)>,
    recorded: Vec<(&'a Address, String)>,
) -> Vec<(&'a Address, &'a Address)> {
    let mut by_signature: BTreeMap<String, (Vec<&Address>, Vec<&Address>)> = BTreeMap::new();
    for (address, signature) in declared {
        by_signature.entry(signature).or_default().0.push(address);
    }
    for (address, signature) in recorded {
        by_signature.entry(signature).or_default().1.push(address);
    }
    let pairs = by_signature.into_values().filter_map(|sides| match sides {
        (declared, recorded) if declared.len() == 1 && recorded.len() == 1 => {
            Some((declared[0], recorded[0]))
        }
        _ => None,
    });
    pairs.collect()
}

/// The name that the author gives, if the kind has one.
fn named(schema: &KindSchema, template: &Value) -> Option<String> {
    let (field, _) = schema.physical_name()?;
    template.get(field.name)?.as_str().map(str::to_owned)
}

/// The content of a spec, with the signatures of referenced resources in place of addresses that may have changed.
struct Signatures<'s, 'a> {
    snapshot: &'a Snapshot,
    new: &'s BTreeMap<&'a Address, (&'a Declaration, &'static KindSchema, &'s Place)>,
    lost: &'s BTreeSet<&'a Address>,
    found: BTreeMap<(bool, Address), String>,
}

impl Signatures<'_, '_> {
    fn declared(&mut self, address: &Address) -> String {
        let (declaration, _, place) = self.new[address];
        let (kind, spec) = (declaration.kind.clone(), declaration.spec.clone());
        let place = place.clone();
        self.of(true, address, &kind, &place, &spec)
    }

    fn recorded(&mut self, address: &Address) -> String {
        let recorded = &self.snapshot.resources[address];
        self.of(
            false,
            address,
            &recorded.kind,
            &recorded.place,
            &recorded.template,
        )
    }

    fn of(
        &mut self,
        declared: bool,
        address: &Address,
        kind: &str,
        place: &Place,
        template: &CanonicalJson,
    ) -> String {
        let key = (declared, address.clone());
        if let Some(signature) = self.found.get(&key) {
            return signature.clone();
        }
        // If the same key comes again further down, it is on a cycle, which no valid graph has.
        self.found.insert(key.clone(), String::new());
        let mut spec = template.to_value();
        if template.as_str().contains(MARK) {
            self.sign(declared, &mut spec);
        }
        let spec = CanonicalJson::of(&spec);
        let signature = CanonicalJson::of(&serde_json::json!([kind, place, spec.hash()])).hash();
        self.found.insert(key, signature.clone());
        signature
    }

    fn sign(&mut self, declared: bool, value: &mut Value) {
        if let Ok(Some(Expr::Ref { address, output })) = Expr::of(value) {
            let changed = if declared {
                self.new.contains_key(&address)
            } else {
                self.lost.contains(&address)
            };
            if changed {
                let signature = if declared {
                    self.declared(&address)
                } else {
                    self.recorded(&address)
                };
                *value = serde_json::json!([signature, output]);
            }
            return;
        }
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.sign(declared, item)),
            Value::Object(items) => items
                .values_mut()
                .for_each(|item| self.sign(declared, item)),
            _ => {}
        }
    }
}
